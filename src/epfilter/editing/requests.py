"""The requests of the editor component of web pages, and their results as JSON data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from epfilter.arguments import describe_type
from epfilter.editing.completion import complete
from epfilter.editing.descriptions import hover, signature
from epfilter.editing.formatting import format as format_text
from epfilter.editing.highlighting import tokens
from epfilter.editing.quick_fixes import actions
from epfilter.errors import FilterTypeError, FilterValueError, Span
from epfilter.linter import lint
from epfilter.snippets import format_argument


def handle_request(request: Mapping[str, object]) -> Any:
    """Return the result of a request as data that `json.dumps` writes.

    A request has a `method` and a `text`, and optionally the name of a `resource`. `complete`,
    `hover`, `signature` and `actions` have the `offset` of the cursor, and `actions` also the `end`
    of the selection. Their results are those of the functions of this package: a named tuple is an
    object, and a span is an array of two numbers. The result of `analyze` has the `tokens` and the
    `diagnostics` of the text; that of `format` is a list of edits.

    Raises FilterTypeError and FilterValueError for an invalid request, and ResourceError for the
    name of an unknown resource.

    >>> from epfilter.editing import handle_request
    >>> handle_request({"method": "signature", "text": "eq(a,", "offset": 5})["label"]
    'eq(field,value)'
    >>> handle_request({"method": "analyze", "text": "eq(a"})["diagnostics"][0]["code"]
    'EPF107'
    """
    if not isinstance(request, Mapping):
        raise FilterTypeError(f"the request must be a dict, not {describe_type(request)}.")
    method, text = request.get("method"), request.get("text")
    run = _METHODS.get(method) if isinstance(method, str) else None
    if run is None:
        raise FilterValueError(
            f"unknown method {format_argument(method)}.", hint=f"use {', '.join(_METHODS)}"
        )
    if not isinstance(text, str):
        raise FilterTypeError(f"the text must be a str, not {describe_type(text)}.")
    return _to_data(run(text, request.get("offset"), request.get("end"), request.get("resource")))


# The functions that are called check the other arguments, so these are not typed.
_METHODS: dict[str, Callable[[str, Any, Any, Any], object]] = {
    "actions": lambda text, offset, end, resource: actions(text, offset, resource, end=end),
    "analyze": lambda text, _offset, _end, resource: {
        "tokens": tokens(text, resource),
        "diagnostics": [diagnostic.as_dict() for diagnostic in lint(text, resource)],
    },
    "complete": lambda text, offset, _end, resource: complete(text, offset, resource),
    "format": lambda text, _offset, _end, _resource: format_text(text),
    "hover": lambda text, offset, _end, resource: hover(text, offset, resource),
    "signature": lambda text, offset, _end, _resource: signature(text, offset),
}


def _to_data(value: Any) -> Any:
    """Return named tuples as dicts, and spans and other tuples as lists."""
    if isinstance(value, Span):
        return list(value)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {name: _to_data(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_data(part) for part in value]
    return value
