"""What the body of `POST /v2/jobs` asks for: which orders to export, or why that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from epfilter.errors import Diagnostic, FilterSyntaxError, Severity
from epfilter.exporter.models import CreateJob, CreateJobData
from epfilter.exporter.service.responses import Refusal
from epfilter.parser import parse
from epfilter.printer import unparse
from epfilter.resources import or_complexity, orders
from epfilter.snippets import shorten

SHOWN_AT_MOST = 20
"""How many diagnostics an answer holds; `meta.more` says how many are left out."""


def filter_of(body: object, most_alternatives: int) -> str | None:
    """The filter of the body of a request, as canonical text; None where it asks for all orders.

    Refusal where the body is not one of the platform's, where the text is no filter of orders, and
    where it has more alternatives than anybody can count. What the resource `orders` only warns
    of, such as a deprecated field, is no reason.

    Source: Exporter Service API 1.0, OpenAPI document, schema CreateJob. That type and job_type
    have to be there, and that nothing else may, is a decision: who mistypes `filter` does not want
    every order.

    >>> filter_of({"data": {"type": "job", "job_type": "order_export"}}, 100) is None
    True
    """
    data = _object(_object(body, "the body", {*CreateJob.model_fields}).get("data"), "`data`")
    for name, meant in (("type", "job"), ("job_type", "order_export")):
        if data.get(name) != meant:
            raise Refusal(400, f"`data.{name}` has to be there, and to be `{meant}`.")
    if "filter" not in data:
        return None
    text = data["filter"]
    if text is None:
        raise Refusal(
            400,
            "A filter of null would export every order; leave `data.filter` out if that is meant.",
        )
    if not isinstance(text, str):
        raise Refusal(400, "`data.filter` has to be a text.")
    return _canonical(text, most_alternatives)


def _object(value: object, name: str, known: set[str] | None = None) -> dict[str, object]:
    if not isinstance(value, dict):
        raise Refusal(400, f"{name[0].upper()}{name[1:]} has to be a JSON object.")
    known = known or {*CreateJobData.model_fields}
    unknown = [member for member in value if member not in known]
    if unknown:
        raise Refusal(
            400,
            f"{name[0].upper()}{name[1:]} has no member `{shorten(unknown[0])}`; "
            f"its members are {', '.join(f'`{one}`' for one in sorted(known))}.",
        )
    return value


def _canonical(text: str, most_alternatives: int) -> str:
    try:
        f = parse(text)
    except FilterSyntaxError as error:
        _refuse(error.diagnostics)
    found = [one for one in orders.check(text) if one.severity is Severity.ERROR]
    if found:
        _refuse(found)
    alternatives = or_complexity(f)
    if alternatives > most_alternatives:
        many = str(alternatives) if alternatives < 10**12 else "more than 10¹²"
        raise Refusal(
            400,
            f"The filter has {many} alternatives; {most_alternatives} are allowed. A call counts "
            "1, AND multiplies, OR adds: split the filter.",
        )
    return unparse(f)


def _refuse(found: Sequence[Diagnostic]) -> NoReturn:
    meta: dict[str, object] = {"diagnostics": [one.as_dict() for one in found[:SHOWN_AT_MOST]]}
    if len(found) > SHOWN_AT_MOST:
        meta["more"] = len(found) - SHOWN_AT_MOST
    raise Refusal(400, meta=meta)
