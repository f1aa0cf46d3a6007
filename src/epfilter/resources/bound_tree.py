"""The bound tree: a filter with canonical paths and typed values, and the ways to walk it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from epfilter.ast import (
    And,
    Comparison,
    ComparisonOperator,
    Filter,
    IsNull,
    Membership,
    MembershipOperator,
    Operator,
    Or,
)
from epfilter.resources.field_types import BoundValue

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BoundComparison:
    """A comparison: `field` is the declared name, `path` the canonical path with its indices.

    `value` is the typed value: a str, int, Decimal, bool, date, datetime in UTC or UUID.
    Patterns and words (`like`, `ilike`, `text`) stay text.

    >>> from epfilter.resources import orders
    >>> orders.bind("eq(customer.name,Ron)")
    BoundComparison(op=<Operator.EQ: 'eq'>, field='name', path='name', value='Ron')
    """

    op: ComparisonOperator
    field: str
    path: str
    value: BoundValue

    @property
    def values(self) -> tuple[BoundValue, ...]:
        """The one value, as a tuple: every call has `values`."""
        return (self.value,)


@dataclass(frozen=True, slots=True)
class BoundMembership:
    """A field and one value or more, typed as in `BoundComparison`.

    >>> from epfilter.resources import EqIn, Resource, integer
    >>> class Tickets(Resource):
    ...     number = EqIn(integer())
    >>> Tickets().bind("in(number,1,2)").values
    (1, 2)
    """

    op: MembershipOperator
    field: str
    path: str
    values: tuple[BoundValue, ...]


@dataclass(frozen=True, slots=True)
class BoundIsNull:
    """A test for a missing value.

    >>> BoundIsNull(field="locales.{locale}.name", path="locales.fr-FR.name").path
    'locales.fr-FR.name'
    """

    field: str
    path: str

    @property
    def op(self) -> Literal[Operator.IS_NULL]:
        """Always `is_null`: every call has an `op`."""
        return Operator.IS_NULL

    @property
    def values(self) -> tuple[()]:
        """Always empty: every call has `values`."""
        return ()


@dataclass(frozen=True, slots=True)
class BoundAnd:
    """All terms hold; two terms or more, nested as in the filter.

    >>> from epfilter.resources import orders
    >>> [term.value for term in orders.bind("ge(with_tax,1):lt(with_tax,5)").terms]
    [1, 5]
    """

    terms: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundOr:
    """At least one term holds; two terms or more, nested as in the filter.

    >>> from epfilter.resources import orders
    >>> [term.value for term in orders.bind("eq(payment,paid)|eq(payment,unpaid)").terms]
    ['paid', 'unpaid']
    """

    terms: tuple[BoundFilter, ...]


BoundCall = BoundComparison | BoundMembership | BoundIsNull
"""A leaf of the bound tree. Every call has `op`, `field`, `path` and `values`."""

BoundFilter = BoundCall | BoundAnd | BoundOr
"""A node of the bound tree, which `Resource.bind` returns."""


def bound_calls(tree: BoundFilter) -> Iterator[BoundCall]:
    """Yield the calls of a bound tree, from left to right.

    >>> from epfilter.resources import orders
    >>> [call.path for call in bound_calls(orders.bind("eq(name,Ron)|ge(with_tax,1)"))]
    ['name', 'with_tax']
    """
    if isinstance(tree, (BoundAnd, BoundOr)):
        for term in tree.terms:
            yield from bound_calls(term)
    else:
        yield tree


def fold_bound(
    tree: BoundFilter,
    *,
    call: Callable[[BoundCall], T],
    conjunction: Callable[[list[T]], T],
    disjunction: Callable[[list[T]], T],
) -> T:
    """Return what a bound tree becomes, computed from its calls upwards.

    `call` converts each call; `conjunction` and `disjunction` combine the results of the terms
    of an AND and of an OR. Use it to translate a tree; a bound tree is at most 64 levels deep.

    >>> from epfilter.resources import orders
    >>> fold_bound(
    ...     orders.bind("eq(name,Ron):(ge(with_tax,1)|eq(payment,paid))"),
    ...     call=lambda call: call.path,
    ...     conjunction=" and ".join,
    ...     disjunction=lambda terms: f"({' or '.join(terms)})",
    ... )
    'name and (with_tax or payment)'
    """

    def fold(node: BoundFilter) -> T:
        if isinstance(node, BoundAnd):
            return conjunction([fold(term) for term in node.terms])
        if isinstance(node, BoundOr):
            return disjunction([fold(term) for term in node.terms])
        return call(node)

    return fold(tree)


def map_bound(tree: BoundFilter, change: Callable[[BoundCall], BoundFilter]) -> BoundFilter:
    """Return a bound tree of the same shape with each call replaced by `change(call)`.

    >>> from dataclasses import replace
    >>> from epfilter.resources import orders
    >>> tree = orders.bind("eq(name,Ron):ge(with_tax,1)")
    >>> map_bound(tree, lambda call: replace(call, path=f"order.{call.path}")).terms[0].path
    'order.name'
    """
    return fold_bound(
        tree,
        call=change,
        conjunction=lambda terms: BoundAnd(tuple(terms)),
        disjunction=lambda terms: BoundOr(tuple(terms)),
    )


def bind_calls(
    f: Filter, bind_call: Callable[[Comparison | Membership | IsNull], BoundCall]
) -> BoundFilter:
    """Return the bound tree of a filter, whose calls `bind_call` binds one by one.

    >>> from epfilter import parse
    >>> bind_calls(parse("is_null(a)"), lambda call: BoundIsNull(call.field, call.field))
    BoundIsNull(field='a', path='a')
    """
    # Not by `isinstance`, which is slow for classes of pydantic.
    if type(f) is And:
        return BoundAnd(tuple([bind_calls(term, bind_call) for term in f.terms]))
    if type(f) is Or:
        return BoundOr(tuple([bind_calls(term, bind_call) for term in f.terms]))
    assert type(f) is Comparison or type(f) is Membership or type(f) is IsNull  # noqa: S101 - the five nodes are all
    return bind_call(f)
