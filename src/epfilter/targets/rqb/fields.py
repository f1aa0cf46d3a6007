"""The fields of a resource for the builder: labels, operators and editors of values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from epfilter.arguments import describe_type
from epfilter.ast import Operator
from epfilter.errors import FilterTypeError
from epfilter.resources import Declaration, resource_of, resource_schema
from epfilter.targets.rqb.operators import NAMES

if TYPE_CHECKING:
    from epfilter.resources import Resource

_LABELS: dict[Operator, str] = {
    Operator.LIKE: "matches the pattern",
    Operator.ILIKE: "matches the pattern, ignoring case",
    Operator.CONTAINS: "contains the value",
    Operator.TEXT: "has the words",
    Operator.CONTAINS_ANY: "contains any of",
    Operator.CONTAINS_ALL: "contains all of",
    Operator.IS_NULL: "is null",
}
"""Labels where the name of an operator is not the label."""

_LIKE = {"beginsWith": "begins with", "endsWith": "ends with", "contains": "contains the text"}
_INPUT_TYPES = {"integer": "number", "number": "number", "date": "date"}
_PLACEHOLDERS = {"datetime": "2018-04-16T10:11:59Z", "uuid": "00000000-0000-4000-8000-000000000000"}


def rqb_fields(
    resource: Resource | str, names: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Return the `fields` of react-querybuilder for a resource: plain dicts for `json.dumps`.

    Each field offers the operators that the resource supports, so that what the builder makes of
    them is a valid filter. Fields with a few values are select lists. A field of timestamps is a
    text field, because the editor of timestamps in a browser omits the time zone.

    `names` are the fields to return, in this order; by default all that can be filtered. A field
    with a placeholder, such as `locales.{locale}.name`, is returned only for a name such as
    `locales.en-GB.name`.

    Raises ResourceError for an unknown name, and FilterTypeError for arguments of a wrong type.

    >>> rqb_fields("orders", ["shipping"])
    [{'name': 'shipping', 'label': 'Shipping', 'operators': [{'name': '=', 'label': '='}], \
'inputType': 'text', 'valueEditorType': 'select', 'values': [{'name': 'unfulfilled', 'label': \
'unfulfilled'}, {'name': 'fulfilled', 'label': 'fulfilled'}]}]
    """
    if names is not None and not (
        isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)
    ):
        raise FilterTypeError(
            f"`names` is a list of fields, not {describe_type(names)}.", hint='as in ["payment"]'
        )
    schema = resource_schema(resource_of(resource, 'as in rqb_fields("orders")'))
    if names is None:
        names = [name for name in schema.info.fields if "{" not in name]
    matches = [(name, schema.get(name).declared) for name in names]
    return [_build_field(name, declared) for name, declared in matches if declared.operators]


def _build_field(name: str, declared: Declaration[Any]) -> dict[str, Any]:
    type_ = declared.type.item or declared.type
    values = type_.values or (("true", "false") if type_.name == "boolean" else ())
    label = name.replace("_", " ").replace(".", " ")
    field: dict[str, Any] = {
        "name": name,
        "label": label[:1].upper() + label[1:],
        "operators": [
            {"name": operator, "label": text} | ({"arity": "unary"} if operator == "null" else {})
            for operator, text in _list_operators(declared)
        ],
        "inputType": _INPUT_TYPES.get(type_.name, "text"),
        "valueEditorType": "select" if values else "text",
    }
    if values:
        return field | {"values": [{"name": value, "label": value} for value in values]}
    if type_.name in _PLACEHOLDERS:
        return field | {"placeholder": _PLACEHOLDERS[type_.name]}
    return field


def _list_operators(declared: Declaration[Any]) -> Iterator[tuple[str, str]]:
    for op in declared.operators:
        if op is Operator.LIKE:
            yield from _LIKE.items()
        yield NAMES[op], _LABELS.get(op, NAMES[op])
    has_ends = {Operator.GE, Operator.LE} <= {*declared.operators}
    # Of several values one can be above the start, and another below the end.
    if has_ends and not declared.multivalued:
        yield "between", "between"
