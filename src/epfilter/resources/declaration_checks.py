"""What the declarations that are no Python classes share: default operators and names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from epfilter.ast import CALL_OPERATORS, ORDERED_OPERATORS, Operator
from epfilter.errors import FilterTypeError, ResourceError, describe_type
from epfilter.recovery.diagnostics import suggest_operator
from epfilter.resources.field_types import FieldType
from epfilter.snippets import shorten
from epfilter.suggestions import did_you_mean, list_names, suggest_name

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
"""The operators of a field of which nothing else is said, by its type; see Resource.from_model."""


def default_operators(kind: FieldType[Any]) -> tuple[Operator, ...]:
    """The operators of a field of a type, where the declaration says none."""
    no_more_known = kind.item is not None and kind.item.name == "unknown"
    return () if no_more_known else DEFAULT_OPERATORS[kind.name]


def read_operators(path: str, given: object) -> tuple[Operator, ...]:
    """The operators of a field, each once; `path` is for messages."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise FilterTypeError(
            f"the operators of `{path}` are a list, not {describe_type(given)}.",
            hint='["eq", "in"], say',
        )
    names = [str(one) for one in given]
    for name in names:
        if name not in CALL_OPERATORS:
            raise ResourceError(
                f"operators of `{path}`: there is no operator `{shorten(name)}`.",
                hint=nearest_operator(name),
            )
    return tuple(op for op in Operator if op in names)


def nearest_operator(name: str) -> str | None:
    """A hint: the operator that was probably meant, or what there is."""
    meant = suggest_operator(name)
    return did_you_mean(meant) if meant else nearest("", CALL_OPERATORS)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint: the nearest name, or what there is."""
    known = [*known]
    return suggest_name(name, known, f"there are {list_names(known)}") if known else None


def first_line(error: Exception) -> str:
    """The first line of an error, as a sentence."""
    return str(error).partition("\n")[0].rstrip(".") + "."
