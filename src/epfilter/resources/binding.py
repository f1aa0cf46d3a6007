"""A filter bound to a resource: aliases resolved and values typed, for whoever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from epfilter.ast import (
    TEXT_OPERATORS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    require_filter,
)
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, describe_type
from epfilter.parser import parse
from epfilter.resources.checks import check
from epfilter.resources.field_types import Bound

if TYPE_CHECKING:
    from epfilter.resources.resource import Match, Resource

_BITS_SHOWN = 64
"""A greater complexity is told as a power of two: Python refuses to print the longest."""


@dataclass(frozen=True, slots=True)
class BoundComparison:
    """A comparison: `field` is the declared field, `path` the canonical path with its indices.

    `value` is what the text stands for: a str, int, Decimal, bool, date, datetime in UTC or UUID.
    Patterns and words (`like`, `ilike`, `text`) stay text.

    >>> from epfilter.resources import orders
    >>> orders.bind("eq(customer.name,Ron)")
    BoundComparison(op=<Operator.EQ: 'eq'>, field='name', path='name', value='Ron')
    """

    op: Operator
    field: str
    path: str
    value: Bound


@dataclass(frozen=True, slots=True)
class BoundMembership:
    """A field and one value or more, typed as in `BoundComparison`.

    >>> from epfilter.resources import EqIn, Resource, integer
    >>> class Tickets(Resource):
    ...     number = EqIn(integer())
    >>> Tickets().bind("in(number,1,2)").values
    (1, 2)
    """

    op: Operator
    field: str
    path: str
    values: tuple[Bound, ...]


@dataclass(frozen=True, slots=True)
class BoundIsNull:
    """A question for a missing value.

    >>> BoundIsNull(field="locales.{locale}.name", path="locales.fr-FR.name").path
    'locales.fr-FR.name'
    """

    field: str
    path: str


@dataclass(frozen=True, slots=True)
class BoundAnd:
    """Every term holds; two terms or more, nested as in the filter.

    >>> from epfilter.resources import orders
    >>> [term.value for term in orders.bind("ge(with_tax,1):lt(with_tax,5)").terms]
    [1, 5]
    """

    terms: tuple[BoundFilter, ...]


@dataclass(frozen=True, slots=True)
class BoundOr:
    """Any term holds; two terms or more, nested as in the filter.

    >>> from epfilter.resources import orders
    >>> [term.value for term in orders.bind("eq(payment,paid)|eq(payment,unpaid)").terms]
    ['paid', 'unpaid']
    """

    terms: tuple[BoundFilter, ...]


BoundFilter = BoundComparison | BoundMembership | BoundIsNull | BoundAnd | BoundOr
"""The parallel tree that `bind` gives."""


def bind(resource: Resource, f: Filter | str, *, max_complexity: int | None = None) -> BoundFilter:
    """The bound tree of a filter or its text; see `Resource.bind`."""
    f = parse(f) if isinstance(f, str) else require_filter(f)
    if max_complexity is not None:
        _demand_complexity(f, max_complexity)
    bound = _bound(resource, f)
    _demand_required(resource, f)
    return bound


def or_complexity(f: Filter) -> int:
    """How many alternatives a filter has: a call counts 1, AND multiplies, OR adds.

    Source: the platform's answer `filter is too complex and has too many OR conditions 6 vs
    allowed 4` to `(a|b):(c|d|e)`. Counted with arbitrary integers, so that nothing wraps.

    Raises FilterTypeError for what is no filter.

    >>> or_complexity(parse("(eq(a,1)|eq(b,1)):(eq(c,1)|eq(d,1)|eq(e,1))"))
    6
    """
    return _complexity(require_filter(f))


def _complexity(f: Filter) -> int:
    if isinstance(f, And):
        return prod(_complexity(term) for term in f.terms)
    if isinstance(f, Or):
        return sum(_complexity(term) for term in f.terms)
    return 1


def _demand_complexity(f: Filter, most: int) -> None:
    if type(most) is not int:
        raise FilterTypeError(f"max_complexity is a whole number, not {describe_type(most)}.")
    if most < 1:
        raise FilterValueError(
            f"max_complexity is at least 1, not {most}.", hint="a single call has a complexity of 1"
        )
    found = _complexity(f)
    if found > most:
        bits = found.bit_length() - 1
        shown = str(found) if bits <= _BITS_SHOWN else f"2**{bits} or more"
        raise ResourceError(
            f"the filter has an OR complexity of {shown}; the limit is {most}.",
            hint="a call counts 1, AND multiplies, OR adds: split the filter",
        )


def _demand_required(resource: Resource, f: Filter) -> None:
    """ResourceError where the listing wants more fields, or fewer, than the filter has."""
    if not any(declared.required for declared in resource._info.fields.values()):
        return
    for found in check(resource, f):
        if found.code == "EPF209":
            raise ResourceError(found.message, hint=found.hint)


def _bound(resource: Resource, f: Filter) -> BoundFilter:
    if isinstance(f, And):
        return BoundAnd(tuple([_bound(resource, term) for term in f.terms]))
    if isinstance(f, Or):
        return BoundOr(tuple([_bound(resource, term) for term in f.terms]))
    assert isinstance(f, (Comparison, Membership, IsNull))  # noqa: S101 - the five nodes are all
    match = resource._found(f.field)
    resource._dynamic(match)._demand(f.op)
    if isinstance(f, IsNull):
        return BoundIsNull(match.pattern, match.path)
    if isinstance(f, Membership):
        values = tuple([_typed(match, f.op, text) for text in f.values])
        return BoundMembership(f.op, match.pattern, match.path, values)
    return BoundComparison(f.op, match.pattern, match.path, _typed(match, f.op, f.value))


def _typed(match: Match, op: Operator, text: str) -> Bound:
    if op in TEXT_OPERATORS:
        return text
    try:
        return match.declared.kind.read(text)
    except FilterValueError as error:
        raise ResourceError(f"`{match.name}`: {error.message}", hint=error.hint) from None
