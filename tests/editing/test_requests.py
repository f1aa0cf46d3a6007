"""The requests of the editor component, and their results as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from epfilter import lint
from epfilter.editing import (
    actions,
    complete,
    format,  # noqa: A004 - the standard name in editors
    handle_request,
    hover,
    signature,
    tokens,
)
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError
from support.rows import for_each

TEXT = "eq(payment,paid)|eq(payment,unpaid):gte(total,5):lt(created_at,2018-09-01"


def run(method: str, **arguments: object) -> Any:
    """Return the result as a page receives it."""
    return json.loads(json.dumps(handle_request({"method": method, "text": TEXT, **arguments})))


def test_the_analysis_has_the_tokens_and_the_diagnostics() -> None:
    analysis = run("analyze", resource="orders")
    assert analysis == {
        "tokens": [
            {"span": list(token.span), "kind": token.kind} for token in tokens(TEXT, "orders")
        ],
        "diagnostics": [found.as_dict() for found in lint(TEXT, "orders")],
    }
    assert [found["code"] for found in analysis["diagnostics"]]


@for_each("offset", range(0, len(TEXT), 3))
def test_a_named_tuple_is_an_object_and_a_span_an_array(offset: int) -> None:
    items = run("complete", offset=offset, resource="orders")
    # Around midnight, dates can differ.
    if datetime.now(UTC).strftime("%H:%M") not in {"23:59", "00:00"}:
        assert [item["label"] for item in items] == [
            item.label for item in complete(TEXT, offset, "orders")
        ]
    for item in items:
        assert list(item) == [
            *("label", "kind", "edit", "selection", "detail", "note", "deprecated"),
        ]
        assert list(map(type, [*item["edit"]["span"], *item["selection"]])) == [int] * 4
    described = hover(TEXT, offset, "orders")
    assert run("hover", offset=offset, resource="orders") == (
        described and {"span": list(described.span), "text": described.text}
    )
    call = signature(TEXT, offset)
    assert run("signature", offset=offset) == (
        call
        and {
            "label": call.label,
            "parameters": [list(span) for span in call.parameters],
            "active": call.active,
            "meaning": call.meaning,
        }
    )


def test_actions_are_those_of_the_selection() -> None:
    start, end = TEXT.index("gte"), TEXT.index("lt(")
    titles = [action["title"] for action in run("actions", offset=0, end=len(TEXT))]
    assert titles == [action.title for action in actions(TEXT, 0, end=len(TEXT))]
    fix, *_ = run("actions", offset=start, end=end)
    assert fix["edits"] == [{"span": [start, start + 3], "text": "ge"}]


def test_a_text_is_formatted() -> None:
    text = "eq( a, '1' )"
    edits = handle_request({"method": "format", "text": text})
    assert edits == [{"span": list(edit.span), "text": edit.text} for edit in format(text)]


@for_each(
    ("request_", "error", "message"),
    [
        (None, FilterTypeError, "the request must be a dict, not None"),
        (["complete"], FilterTypeError, "the request must be a dict, not"),
        ({}, FilterValueError, "unknown method a value of type NoneType"),
        ({"method": "symbols"}, FilterValueError, "unknown method 'symbols'"),
        ({"method": []}, FilterValueError, "unknown method a value of type list"),
        ({"method": "hover"}, FilterTypeError, "the text must be a str, not None"),
        (
            {"method": "hover", "text": ""},
            FilterTypeError,
            "`offset` must be an integer, not None",
        ),
        ({"method": "hover", "text": "", "offset": 1}, FilterValueError, "from 0 to 0, not 1"),
        ({"method": "analyze", "text": "", "resource": 5}, FilterTypeError, "a resource or its"),
        ({"method": "analyze", "text": "", "resource": "ordes"}, ResourceError, "ordes"),
    ],
)
def test_an_invalid_request_is_refused(request_: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        handle_request(request_)
