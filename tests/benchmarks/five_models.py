"""Five minimal pydantic models with the fields and limits of the nodes in `epfilter.ast`.

The time to import this module is the baseline for `import epfilter`. With the argument `later`,
pydantic builds the validators on first use, as for the nodes.
"""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

LATER = "later" in sys.argv
Text = Annotated[str, Field(strict=True, min_length=0)]
FieldName = Annotated[str, Field(strict=True, min_length=1)]


def as_tuple(values: object) -> object:
    """Return a list as a tuple."""
    return tuple(values) if isinstance(values, list) else values


def check_depth(terms: tuple[BaseModel, ...]) -> tuple[BaseModel, ...]:
    """Return the terms; a placeholder for the check of the depth."""
    return terms


class Node(BaseModel, frozen=True, extra="forbid", defer_build=LATER):
    """The base of the five models."""


class Comparison(Node, frozen=True):
    """A field and a value."""

    op: Literal["eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text"]
    field: FieldName
    value: Text


class Membership(Node, frozen=True):
    """A field and values."""

    op: Literal["in", "contains_any", "contains_all"]
    field: FieldName
    values: Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(as_tuple)]


class IsNull(Node, frozen=True):
    """A field."""

    op: Literal["is_null"] = "is_null"
    field: FieldName


class And(Node, frozen=True):
    """Terms of which all must hold."""

    op: Literal["and"] = "and"
    terms: Annotated[
        tuple[AnyNode, ...],
        Field(min_length=2),
        BeforeValidator(as_tuple),
        AfterValidator(check_depth),
    ]


class Or(Node, frozen=True):
    """Terms of which one must hold."""

    op: Literal["or"] = "or"
    terms: Annotated[
        tuple[AnyNode, ...],
        Field(min_length=2),
        BeforeValidator(as_tuple),
        AfterValidator(check_depth),
    ]


AnyNode = Annotated[Comparison | Membership | IsNull | And | Or, Field(discriminator="op")]

if not LATER:
    for model in (And, Or):
        model.model_rebuild()
