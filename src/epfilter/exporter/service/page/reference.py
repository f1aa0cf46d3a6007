"""The reference on the page: the attributes of orders, and the operators."""

from __future__ import annotations

from typing import NamedTuple

from epfilter.editing import complete
from epfilter.resources import orders, resource_info

_TYPES = {
    "boolean": "true or false",
    "datetime": "a date or time in UTC, such as 2018-09-01 or 2018-09-01T12:00:00Z",
    "enum": "one of",
    "integer": "a whole number",
    "string": "text",
    "uuid": "an ID",
}


class FieldEntry(NamedTuple):
    """An attribute of orders: its type in words, the values of an enum, operators and note."""

    name: str
    type: str
    values: tuple[str, ...]
    operators: tuple[str, ...]
    note: str


class OperatorEntry(NamedTuple):
    """An operator: the form of its call, and its meaning."""

    form: str
    meaning: str


def list_fields() -> list[FieldEntry]:
    """Return the attributes that a filter of orders can use, deprecated ones last.

    >>> next(field for field in list_fields() if field.name == "with_tax").note
    'in minor units: 10000 means $100.00'
    """
    entries = []
    for name, declared in resource_info(orders).fields.items():
        note = declared.note
        if declared.deprecated:
            note = f"deprecated: {note}" if note else "deprecated"
        entries.append(
            FieldEntry(
                name,
                _TYPES.get(declared.type.name, str(declared.type)),
                tuple(declared.type.values),
                tuple(operator.value for operator in declared.operators),
                note,
            )
        )
    return sorted(entries, key=lambda entry: entry.note.startswith("deprecated"))


def list_operators() -> list[OperatorEntry]:
    """Return the operators that orders have.

    >>> list_operators()[0]
    OperatorEntry(form='eq(field,value)', meaning='the field equals the value')
    """
    return [
        OperatorEntry(found.detail, found.note)
        for found in complete("", 0, orders)
        if found.kind == "operator"
    ]
