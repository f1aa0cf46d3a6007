"""EPF209: fewer or more fields than the listing demands; found by the check of the resource."""

from __future__ import annotations

from epfilter.errors import Severity
from epfilter.linter.engine import Example, Rule

RULE = Rule(
    code="EPF209",
    title="Wrong set of fields",
    explanation=(
        "A few listings answer only when certain fields are asked for, and some of them take no "
        "others. Personal data, for one, wants the type of a resource and its id, both."
    ),
    bad=Example("eq(resource_type,customer)", "personal_data_logs"),
    good=Example(
        "eq(resource_type,customer):eq(resource_id,3fa85f64-5717-4562-b3fc-2c963f66afa6)",
        "personal_data_logs",
    ),
    source="the page of the listing.",
    severity=Severity.ERROR,
)
