"""Hooks for schemathesis: how to generate filters, and which refusals are fair."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import schemathesis
from hypothesis import strategies as st

from epfilter import all_of, any_of
from epfilter.resources import orders

_texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
_calls = st.one_of(
    st.sampled_from(["paid", "unpaid", "refunded"]).map(orders["payment"].eq),
    st.sampled_from(["complete", "incomplete", "cancelled"]).map(orders["status"].eq),
    _texts.map(orders.email.eq),
    _texts.map(orders.product_sku.eq),
    st.integers(0, 10**9).map(orders.with_tax.ge),
    st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis requires bounds without a zone
        datetime(2100, 1, 1),  # noqa: DTZ001 - the same
        timezones=st.just(UTC),
    ).map(orders.created_at.gt),
)
_groups = st.lists(_calls, min_size=1, max_size=4)
_filters = st.one_of(_groups.map(all_of), _groups.map(any_of))

schemathesis.openapi.format("elastic-path-filter", _filters.map(str))

_FAIR = {400, 401, 405, 415}


@schemathesis.check
def refusals_are_fair(
    ctx: schemathesis.CheckContext,  # noqa: ARG001 - the signature of a check
    response: schemathesis.Response,
    case: schemathesis.Case[Any],
) -> None:
    """A response is declared, or one of the refusals that the platform's document leaves out."""
    if case.method == "OPTIONS":
        assert response.status_code == 204
        return
    declared = case.operation.responses.status_codes
    assert str(response.status_code) in declared or response.status_code in _FAIR
