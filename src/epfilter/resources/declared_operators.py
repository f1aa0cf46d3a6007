"""The operators of fields that a pydantic model or a file declares: defaults, and names read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from epfilter.arguments import describe_type
from epfilter.ast import CALL_OPERATORS, ORDERED_OPERATORS, Filter, Operator
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.recovery.operator_names import suggest_operator
from epfilter.resources.field_types import FieldType
from epfilter.snippets import shorten
from epfilter.suggestions import did_you_mean, list_names

DEFAULT_OPERATORS: dict[str, tuple[Operator, ...]] = {
    "string": (Operator.EQ, Operator.IN, *ORDERED_OPERATORS, Operator.LIKE, Operator.ILIKE),
    "integer": (Operator.EQ, Operator.IN, *ORDERED_OPERATORS),
    "number": (Operator.EQ, Operator.IN, *ORDERED_OPERATORS),
    "boolean": (Operator.EQ,),
    "date": (Operator.EQ, *ORDERED_OPERATORS),
    "datetime": (Operator.EQ, *ORDERED_OPERATORS),
    "uuid": (Operator.EQ, Operator.IN),
    "enum": (Operator.EQ, Operator.IN),
    "list": (Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL),
    "unknown": (),
}
"""The operators of a field without declared operators, by its type; see Resource.from_model."""


def default_operators(field_type: FieldType[Any]) -> tuple[Operator, ...]:
    """Return the operators of a field of this type whose declaration lists no operators."""
    if field_type.item is not None and field_type.item.name == "unknown":
        return ()
    return DEFAULT_OPERATORS[field_type.name]


def parse_operators(path: str, operators: object) -> tuple[Operator, ...]:
    """Return the declared operators of the field `path`, each once.

    Raises FilterTypeError if they are not a list, and ResourceError for an unknown name.
    """
    if isinstance(operators, (str, Filter)) or not isinstance(operators, Iterable):
        raise FilterTypeError(
            f"the operators of `{path}` must be a list, not {describe_type(operators)}.",
            hint='for example ["eq", "in"]',
        )
    names = [*operators]
    for name in names:
        if not isinstance(name, str):
            raise FilterTypeError(
                f"an operator of `{path}` must be a str, not {describe_type(name)}."
            )
        if name not in CALL_OPERATORS:
            raise ResourceError(
                f"operators of `{path}`: there is no operator `{shorten(name)}`.",
                hint=operator_hint(name),
            )
    return tuple(op for op in Operator if op in names)


def operator_hint(name: str) -> str:
    """Return the hint for an unknown operator: the one that was probably meant, or all."""
    nearest = suggest_operator(name)
    return did_you_mean(nearest) if nearest else f"there are {list_names(CALL_OPERATORS)}"
