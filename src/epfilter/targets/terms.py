"""What every target is given: a tree with typed values, patterns taken apart, folded text."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or, require_filter
from epfilter.parser import parse
from epfilter.resources.binding import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
)
from epfilter.resources.resolve import resource_of
from epfilter.resources.resource import resource_info

if TYPE_CHECKING:
    from epfilter.resources import Resource


class Untyped(str):
    """The text of a value whose type nobody has declared: the data it is compared with decides."""

    __slots__ = ()


def bound(f: Filter | str, resource: Resource | str | None) -> BoundFilter:
    """The tree that a target runs.

    With a resource its aliases are resolved and its values typed, as by `Resource.bind`; those of
    attributes whose type is unknown are `Untyped`. Without one the paths are the names of the
    filter, and all values are `Untyped`.

    Raises FilterSyntaxError for a text that is no filter, ResourceError for what the resource
    does not accept, and FilterTypeError for what is neither filter nor text, or no resource.

    >>> bound("eq(total,5)", None)
    BoundComparison(op=<Operator.EQ: 'eq'>, field='total', path='total', value='5')
    """
    f = parse(f) if isinstance(f, str) else require_filter(f)
    found = resource_of(resource, 'as in to_predicate(f, "orders")')
    return _untyped(f) if found is None else _typed(found.bind(f), found)


def _untyped(f: Filter) -> BoundFilter:
    if isinstance(f, And):
        return BoundAnd(tuple([_untyped(term) for term in f.terms]))
    if isinstance(f, Or):
        return BoundOr(tuple([_untyped(term) for term in f.terms]))
    if isinstance(f, Membership):
        values = tuple([Untyped(text) for text in f.values])
        return BoundMembership(f.op, f.field, f.field, values)
    if isinstance(f, IsNull):
        return BoundIsNull(f.field, f.field)
    assert isinstance(f, Comparison)  # noqa: S101 - the five nodes are all
    return BoundComparison(f.op, f.field, f.field, Untyped(f.value))


def _typed(tree: BoundFilter, resource: Resource) -> BoundFilter:
    """The tree with `Untyped` values where the resource does not know the type."""
    kinds = {name: declared.kind for name, declared in resource_info(resource).fields.items()}
    unknown = {name for name, kind in kinds.items() if "unknown" in (kind.name, str(kind.item))}
    return _without_type(tree, unknown) if unknown else tree


def _without_type(tree: BoundFilter, unknown: Collection[str]) -> BoundFilter:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return type(tree)(tuple([_without_type(term, unknown) for term in tree.terms]))
    if isinstance(tree, BoundIsNull) or tree.field not in unknown:
        return tree
    if isinstance(tree, BoundMembership):
        return replace(tree, values=tuple([Untyped(value) for value in tree.values]))
    return replace(tree, value=Untyped(tree.value))


class Pattern(NamedTuple):
    """A pattern of `like` or `ilike` taken apart: what stands in it, and where anything may."""

    text: str
    anything_before: bool
    anything_after: bool


def pattern(written: str) -> Pattern:
    """Only the first and the last `*` stand for anything; every other character for itself.

    >>> pattern("*a*b*"), pattern("*")
    (Pattern(text='a*b', anything_before=True, anything_after=True), Pattern(text='', \
anything_before=True, anything_after=True))
    """
    if written == "*":
        return Pattern("", anything_before=True, anything_after=True)
    before, after = written[:1] == "*", written[1:][-1:] == "*"
    return Pattern(written[before : len(written) - after], before, after)


def folded(text: str) -> str:
    """The text as Unicode simple case folding makes it, which keeps its length.

    >>> folded("STRASSE"), folded("Straße"), folded("ΣΑΣ")
    ('strasse', 'straße', 'σασ')
    """
    return text.lower() if text.isascii() else "".join([_folded(char) for char in text])


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    full = char.casefold()
    if len(full) == 1:
        return full
    lower = char.lower()
    return lower if len(lower) == 1 else char


class Step(NamedTuple):
    """One step of a path: a name, or the index of a list's element."""

    name: str
    element: int | None = None


_INDEX = re.compile(r"\[([0-9]{1,3})\]")
_INDEXED = re.compile(r"([^\[\]]+)((?:\[[0-9]{1,3}\])+)")


def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path: `items[0].sku` goes to `items`, its first element, and its `sku`.

    >>> steps("items[0].sku")
    (Step(name='items', element=None), Step(name='', element=0), Step(name='sku', element=None))
    """
    found: list[Step] = []
    for part in path.split("."):
        indexed = _INDEXED.fullmatch(part)
        if indexed is None:
            found.append(Step(part))
            continue
        found.append(Step(indexed[1]))
        found += [Step("", int(index)) for index in _INDEX.findall(indexed[2])]
    return tuple(found)
