"""The body of `POST /v2/jobs`: the model `CreateJob`, and a filter that is checked for orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from epfilter.ast import Filter
from epfilter.errors import Diagnostic, Severity
from epfilter.exporter.models import CreateJob, CreateJobData
from epfilter.exporter.service.job_tables import ORDER_EXPORT
from epfilter.exporter.service.responses import Refusal
from epfilter.parser import parse_located
from epfilter.printer import unparse
from epfilter.resources import check_located, or_complexity, orders
from epfilter.snippets import shorten

MAX_DIAGNOSTICS = 20
"""The most diagnostics in a response; `meta.more` counts the others."""


_SHORT = 400
"""The most characters of a filter that is read in about a tenth of a millisecond."""


def is_short(body: object) -> bool:
    """Return whether `read_filter` takes less time than the way to a thread and back.

    >>> is_short({"data": {"filter": "eq(payment,paid)"}})
    True
    """
    return len(_filter_text(body) or "") <= _SHORT


def read_filter(body: object, max_or_complexity: int) -> str | None:
    """Return the filter of a request body as canonical text; None selects all orders.

    Raises Refusal for a body that is not a `CreateJob`, for a text that is not a filter of orders,
    and for an OR complexity above `max_or_complexity`. Warnings of the resource `orders`, such as
    for a deprecated field, are accepted.

    Source: Exporter Service API 1.0, OpenAPI document, schema CreateJob. That `type` and
    `job_type` are required, and that other members are refused, is a decision: a client that
    mistypes `filter` must not get every order.

    >>> read_filter({"data": {"type": "job", "job_type": "order_export"}}, 100) is None
    True
    """
    text = _filter_text(body)
    if text is None:
        if _validate(body).filter is not None:
            raise Refusal(400, "`data.filter` must be a string.")
        return None
    located = parse_located(text)
    _validate(_replace_filter(body, located.node))
    if located.node is None:
        _refuse_filter(located.diagnostics)
    errors = [
        diagnostic
        for diagnostic in check_located(orders, located, len(text))
        if diagnostic.severity is Severity.ERROR
    ]
    if errors:
        _refuse_filter(errors)
    complexity = or_complexity(located.node)
    if complexity > max_or_complexity:
        count = str(complexity) if complexity < 10**12 else "more than 10¹²"
        raise Refusal(
            400,
            f"The filter expands to {count} OR alternatives; {max_or_complexity} are allowed. "
            "A call counts 1, AND multiplies, OR adds: split the filter.",
        )
    return unparse(located.node)


def _filter_text(body: object) -> str | None:
    data = body.get("data") if isinstance(body, dict) else None
    text = data.get("filter") if isinstance(data, dict) else None
    return text if isinstance(text, str) else None


def _replace_filter(body: object, f: Filter | None) -> object:
    """Return the body with the parsed filter instead of its text, so that it is parsed once."""
    assert isinstance(body, dict)  # noqa: S101 - the text of a filter was found in it
    data = {name: value for name, value in body["data"].items() if name != "filter"}
    return body | {"data": data if f is None else data | {"filter": f}}


def _validate(body: object) -> CreateJobData:
    try:
        data = CreateJob.model_validate(body).data
    except ValidationError as error:
        raise Refusal(400, _describe(error.errors()[0])) from None
    # The model has defaults for these, and accepts any job type.
    if "type" not in data.model_fields_set:
        raise Refusal(400, "`data.type` is missing; it must be `job`.")
    if "job_type" not in data.model_fields_set or data.job_type != ORDER_EXPORT:
        raise Refusal(400, f"`data.job_type` must be `{ORDER_EXPORT}`.")
    return data


def _describe(error: ErrorDetails) -> str:
    """Return the first fault of the model in words for a client."""
    location = error["loc"]
    if error["type"] == "filter_null":
        return "A filter of null would export every order; omit `data.filter` to do that."
    if location[:2] == ("data", "filter"):
        return "`data.filter` must be a string."
    if error["type"] == "extra_forbidden":
        *parents, member = location
        model, parent = (CreateJobData, "`data`") if parents else (CreateJob, "The body")
        known = ", ".join(f"`{name}`" for name in sorted(model.model_fields))
        return f"{parent} has no member `{shorten(str(member))}`; its members are {known}."
    name = f"`{'.'.join(map(str, location))}`" if location else "The body"
    expected: dict[tuple[int | str, ...], str] = {
        ("data", "type"): "`job`",
        ("data", "job_type"): f"`{ORDER_EXPORT}`",
    }
    return f"{name} must be {expected.get(location, 'a JSON object')}."


def _refuse_filter(errors: Sequence[Diagnostic]) -> NoReturn:
    shown = [diagnostic.as_dict() for diagnostic in errors[:MAX_DIAGNOSTICS]]
    meta: dict[str, object] = {"diagnostics": shown}
    if len(errors) > MAX_DIAGNOSTICS:
        meta["more"] = len(errors) - MAX_DIAGNOSTICS
    raise Refusal(400, meta=meta)
