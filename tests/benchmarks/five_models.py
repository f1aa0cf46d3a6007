"""Five models as small as those of a filter can be, and nothing else.

What importing this takes is what pydantic takes to make five models, so it is the floor of
`import epfilter`. Their fields and limits are those of the nodes in `epfilter.ast`. With the argument
`later` pydantic makes their validators at first use, as those of the nodes.
"""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

LATER = "later" in sys.argv
Text = Annotated[str, Field(strict=True, min_length=0)]
FieldName = Annotated[str, Field(strict=True, min_length=1)]


def in_order(values: object) -> object:
    """A list as a tuple."""
    return tuple(values) if isinstance(values, list) else values


def not_too_deep(terms: tuple[BaseModel, ...]) -> tuple[BaseModel, ...]:
    """The place of a check of depth."""
    return terms


class Node(BaseModel, frozen=True, extra="forbid", defer_build=LATER):
    """What the five share."""


class Comparison(Node, frozen=True):
    """A field and a value."""

    op: Literal["eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text"]
    field: FieldName
    value: Text


class Membership(Node, frozen=True):
    """A field and values."""

    op: Literal["in", "contains_any", "contains_all"]
    field: FieldName
    values: Annotated[tuple[Text, ...], Field(min_length=1), BeforeValidator(in_order)]


class IsNull(Node, frozen=True):
    """A field."""

    op: Literal["is_null"] = "is_null"
    field: FieldName


class And(Node, frozen=True):
    """Terms that all hold."""

    op: Literal["and"] = "and"
    terms: Annotated[
        tuple[AnyNode, ...],
        Field(min_length=2),
        BeforeValidator(in_order),
        AfterValidator(not_too_deep),
    ]


class Or(Node, frozen=True):
    """Terms any of which holds."""

    op: Literal["or"] = "or"
    terms: Annotated[
        tuple[AnyNode, ...],
        Field(min_length=2),
        BeforeValidator(in_order),
        AfterValidator(not_too_deep),
    ]


AnyNode = Annotated[Comparison | Membership | IsNull | And | Or, Field(discriminator="op")]

if not LATER:
    for model in (And, Or):
        model.model_rebuild()
