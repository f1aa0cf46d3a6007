"""A filter over columns: each call with its column, and its values as the column's data are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from epfilter.ast import TEXT_OPERATORS, Operator
from epfilter.errors import FilterTypeError, UnsupportedFilterError, describe_type
from epfilter.resources import BoundComparison, BoundIsNull, BoundMembership
from epfilter.semantics import PathStep
from epfilter.targets.sqlalchemy import representable
from epfilter.targets.sqlalchemy.columns import Kind, Place, described_type
from epfilter.values import to_text


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the filter: which column, what is asked of it, and what the values are there."""

    op: Operator | None
    """None stands for `is_null`."""
    field: str
    column: int
    kind: Kind
    inside: tuple[PathStep, ...]
    values: tuple[Any, ...]

    @property
    def operator(self) -> str:
        """The operator's name, for errors."""
        return self.op or "is_null"


@dataclass(frozen=True, slots=True)
class Group:
    """Several terms, all or any of which hold."""

    word: str
    terms: tuple[Call | Group, ...]


def values_of(f: BoundComparison | BoundMembership | BoundIsNull, place: Place) -> tuple[Any, ...]:
    """The values as the column's data are read, without those that no data can be.

    `contains_all` keeps None for each of these, because then it never holds.
    """
    if isinstance(f, BoundIsNull):
        return ()
    given = f.values if isinstance(f, BoundMembership) else (f.value,)
    kind = place.kind.item or place.kind
    if kind.name in ("other", "list"):
        raise UnsupportedFilterError(
            f.op,
            f.path,
            "SQL",
            f"no value of a filter is read as the column's type, {described_type(kind)}",
            "give columns={…} an expression of another type, as type_coerce or cast makes it",
        )
    if f.op in TEXT_OPERATORS:
        return given
    if kind.name == "json":
        for value in given:
            if not isinstance(value, (str, int, Decimal)):
                raise UnsupportedFilterError(
                    f.op,
                    f.path,
                    "SQL",
                    f"JSON has no {type(value).__name__}, only texts in many forms",
                    "give columns={…} an expression of that type",
                )
        return given
    if kind.name == "enum":
        return tuple([to_text(value) for value in given])
    try:
        read = [representable.read(kind.name, value) for value in given]
    except representable.MismatchError:
        raise FilterTypeError(
            f"`{f.path}` has {describe_type(given[0])} for the resource, and its column is of type "
            f"{described_type(kind)}.",
            hint="give columns={…} an expression of that type, as type_coerce or cast makes it",
        ) from None
    if f.op is Operator.CONTAINS_ALL:
        return tuple(read)
    return tuple([value for value in read if value is not None])
