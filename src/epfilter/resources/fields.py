"""Fields of a resource: what each is, and the comparisons that the platform accepts of it.

A field is the schema and the builder at once. Its class says which operators it has, so an editor
offers only these and a type checker refuses the others; at run time they raise ResourceError.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Self, TypeVar

from epfilter.ast import (
    TEXT_OPERATORS,
    Comparison,
    IsNull,
    Membership,
    Operator,
    construct_unchecked,
)
from epfilter.builder import Field as Builder
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.resources.field_types import Kind
from epfilter.values import listed_values, to_text

V = TypeVar("V")

_METHODS = (
    {"in_": Operator.IN}
    | dict.fromkeys(("startswith", "endswith", "contains_text"), Operator.LIKE)
    | {op.value: op for op in Operator}
)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when a field, alias or listing should not be used, and what to use instead.

    >>> from epfilter.resources import Deprecation, Eq, Resource, string
    >>> class Tickets(Resource):
    ...     title = Eq(string(), deprecated=Deprecation("2026-01-01", instead="subject"))
    >>> Tickets().check("eq(title,a)")[0].hint
    'use `subject`'
    """

    since: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Declaration(Generic[V]):
    """What a resource says of a field.

    >>> from epfilter.resources import orders, resource_info
    >>> shipping = resource_info(orders).fields["shipping"]
    >>> shipping.kind.values, [op.value for op in shipping.operators]
    (('unfulfilled', 'fulfilled'), ['eq'])
    """

    kind: Kind[V]
    operators: tuple[Operator, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names for the same attribute."""
    deprecated: Deprecation | None = None
    required: bool = False
    """The listing answers only when this field is asked for."""
    known_values: tuple[str, ...] = ()
    """Values that the documentation shows without saying that they are all."""
    several: bool = False
    """One object can have several of it, as an order has products, so that two values of it can
    be asked for at once; true of every list as well."""
    note: str = ""
    source: str = ""
    """The page that documents it."""


class Field(Generic[V]):
    """One attribute of a resource; its subclasses have the operators."""

    _operators: ClassVar[tuple[Operator, ...]] = ()

    # Python would otherwise walk field[0], field[1], … in `for` and `in`.
    __iter__ = None
    __contains__ = None
    __hash__ = None  # type: ignore[assignment] # `==` builds a filter, so no field is a key

    def __init__(  # noqa: PLR0913 - what is known of a field, by keyword
        self,
        kind: Kind[V],
        *,
        aliases: tuple[str, ...] = (),
        deprecated: Deprecation | None = None,
        required: bool = False,
        known_values: tuple[str, ...] = (),
        several: bool = False,
        note: str = "",
        source: str = "",
    ) -> None:
        self._declared = Declaration(
            kind=kind,
            operators=tuple(op for op in Operator if op in self._operators),
            aliases=aliases,
            deprecated=deprecated,
            required=required,
            known_values=known_values,
            several=several or kind.item is not None,
            note=note,
            source=source,
        )
        self._path = ""

    def __init_subclass__(cls) -> None:
        # A class has the operators of all classes that it is made of.
        cls._operators = tuple(
            dict.fromkeys(op for base in cls.__mro__ for op in base.__dict__.get("_has", ()))
        )

    def __set_name__(self, owner: type, name: str) -> None:
        self._path = self._path or name

    def __get__(self, instance: Any, owner: type) -> Self:
        return self if instance is None else self._at(instance._inside(self._path))

    def _at(self, path: str) -> Self:
        """The same field at another path."""
        there = copy(self)
        there._path = path
        return there

    def _compared(self, op: Operator, value: object) -> Comparison:
        return construct_unchecked(Comparison, op=op, field=self._path, value=self._text(op, value))

    def _member(self, op: Operator, values: tuple[object, ...], method: str) -> Membership:
        texts = tuple(self._text(op, value) for value in listed_values(values, method))
        return construct_unchecked(Membership, op=op, field=self._path, values=texts)

    def _null(self) -> IsNull:
        self._demand(Operator.IS_NULL)
        return construct_unchecked(IsNull, op=Operator.IS_NULL, field=self._path)

    def _text(self, op: Operator, value: object) -> str:
        self._demand(op)
        if isinstance(value, (Field, Builder)):
            raise ResourceError(
                f"`{self._path}` cannot be compared with another field.",
                hint="the filter language compares a field with a value",
            )
        text = to_text(value)
        if op not in TEXT_OPERATORS and (problem := self._declared.kind.problem(text)):
            raise ResourceError(f"`{self._path}`: {problem.message}", hint=problem.hint)
        return text

    def _demand(self, op: Operator) -> None:
        if op not in self._declared.operators:
            raise self._has_no(f"operator `{op}`")

    def _has_no(self, what: str) -> ResourceError:
        known = ", ".join(f"`{op}`" for op in self._declared.operators)
        return ResourceError(
            f"the field `{self._path}` has no {what}.",
            hint=f"it has {known}" if known else "it cannot be filtered on",
        )

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override] # builds a filter
        return self._compared(Operator.EQ, other)

    def __ne__(self, other: object) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no `!=`: it cannot exclude a value.",
            hint="ask for the other values, or use gt and lt on either side",
        )

    def __bool__(self) -> bool:
        raise FilterTypeError(
            f"the field {self._path} is neither true nor false; the filter language has no NOT.",
            hint="write the comparison in full, and combine comparisons with & and |",
        )

    def __str__(self) -> str:
        return self._path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path}: {self._declared.kind}>"

    if not TYPE_CHECKING:
        # A type checker must refuse what follows; at run time it is refused in our own words.

        def __getattr__(self, name: str) -> NoReturn:
            if name in _METHODS and not name.startswith("_"):
                raise NoOperatorError(*self._has_no(f"operator `{_METHODS[name]}`").args)
            raise AttributeError(f"a field has no attribute {name!r}")

        def __gt__(self, other: object) -> Comparison:
            return self._compared(Operator.GT, other)

        def __ge__(self, other: object) -> Comparison:
            return self._compared(Operator.GE, other)

        def __lt__(self, other: object) -> Comparison:
            return self._compared(Operator.LT, other)

        def __le__(self, other: object) -> Comparison:
            return self._compared(Operator.LE, other)


class NoOperatorError(ResourceError, AttributeError):
    """A method that a field does not have, so that hasattr still answers."""


class Equality(Field[V]):
    """A field that can be compared with `eq`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.EQ,)

    def eq(self, value: V) -> Comparison:
        """Equal to the value."""
        return self._compared(Operator.EQ, value)


class Inclusion(Field[V]):
    """A field that can be compared with `in`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.IN,)

    def in_(self, *values: V | Iterable[V]) -> Membership:
        """Equal to one of the values, given one by one or as one iterable that has an order."""
        return self._member(Operator.IN, values, "in_")


class Upward(Field[V]):
    """A field that can be compared with `gt`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.GT,)

    def gt(self, value: V) -> Comparison:
        """Greater than the value."""
        return self._compared(Operator.GT, value)

    def __gt__(self, value: V) -> Comparison:
        return self._compared(Operator.GT, value)


class Strict(Upward[V]):
    """A field that can be compared with `gt` and `lt`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.LT,)

    def lt(self, value: V) -> Comparison:
        """Less than the value."""
        return self._compared(Operator.LT, value)

    def __lt__(self, value: V) -> Comparison:
        return self._compared(Operator.LT, value)


class Ordering(Strict[V]):
    """A field that can be compared with `gt`, `ge`, `lt` and `le`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.GE, Operator.LE)

    def ge(self, value: V) -> Comparison:
        """Greater than the value or equal to it."""
        return self._compared(Operator.GE, value)

    def le(self, value: V) -> Comparison:
        """Less than the value or equal to it."""
        return self._compared(Operator.LE, value)

    def __ge__(self, value: V) -> Comparison:
        return self._compared(Operator.GE, value)

    def __le__(self, value: V) -> Comparison:
        return self._compared(Operator.LE, value)


class Matching(Field[V]):
    """A field that can be compared with `like`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.LIKE,)

    def like(self, pattern: str) -> Comparison:
        """The whole value matches; `*` as first or last character stands for any text."""
        return self._compared(Operator.LIKE, pattern)

    def startswith(self, text: str) -> Comparison:
        """The value begins with the text: `like` with `*` at the end."""
        self._demand(Operator.LIKE)
        return Builder(self._path).startswith(text)

    def endswith(self, text: str) -> Comparison:
        """The value ends with the text: `like` with `*` at the beginning."""
        self._demand(Operator.LIKE)
        return Builder(self._path).endswith(text)

    def contains_text(self, text: str) -> Comparison:
        """The value holds the text: `like` with `*` at both ends."""
        self._demand(Operator.LIKE)
        return Builder(self._path).contains_text(text)


class CaselessMatching(Field[V]):
    """A field that can be compared with `ilike`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.ILIKE,)

    def ilike(self, pattern: str) -> Comparison:
        """As `like`, ignoring case."""
        return self._compared(Operator.ILIKE, pattern)


class Containing(Field[V]):
    """A list that can be asked for one value with `contains`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.CONTAINS,)

    def contains(self, value: V) -> Comparison:
        """The list holds the value."""
        return self._compared(Operator.CONTAINS, value)


class ContainingSeveral(Field[V]):
    """A list that can be asked for several values."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)

    def contains_any(self, *values: V | Iterable[V]) -> Membership:
        """The list holds at least one of the values."""
        return self._member(Operator.CONTAINS_ANY, values, "contains_any")

    def contains_all(self, *values: V | Iterable[V]) -> Membership:
        """The list holds every one of the values."""
        return self._member(Operator.CONTAINS_ALL, values, "contains_all")


class FullText(Field[V]):
    """A field that can be searched with `text`."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.TEXT,)

    def text(self, words: str) -> Comparison:
        """Full-text search."""
        return self._compared(Operator.TEXT, words)


class Nullable(Field[V]):
    """A field that can be asked for being null."""

    _has: ClassVar[tuple[Operator, ...]] = (Operator.IS_NULL,)

    def is_null(self) -> IsNull:
        """The field has no value."""
        return self._null()


class NoOperators(Field[V]):
    """A field that cannot be filtered on."""


class Eq(Equality[V]):
    """`eq`."""


class In(Inclusion[V]):
    """`in`."""


class EqIn(Equality[V], Inclusion[V]):
    """`eq`, `in`."""


class EqGt(Equality[V], Upward[V]):
    """`eq`, `gt`."""


class GtLt(Strict[V]):
    """`gt`, `lt`."""


class Ordered(Ordering[V]):
    """`gt`, `ge`, `lt`, `le`."""


class EqOrdered(Equality[V], Ordering[V]):
    """`eq`, `gt`, `ge`, `lt`, `le`."""


class EqInOrdered(Equality[V], Inclusion[V], Ordering[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`."""


class InOrderedNull(Inclusion[V], Ordering[V], Nullable[V]):
    """`in`, `gt`, `ge`, `lt`, `le`, `is_null`."""


class EqInOrderedNull(Equality[V], Inclusion[V], Ordering[V], Nullable[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `is_null`."""


class EqInOrderedLike(Equality[V], Inclusion[V], Ordering[V], Matching[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `like`."""


class EqInOrderedLikeNull(Equality[V], Inclusion[V], Ordering[V], Matching[V], Nullable[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `like`, `is_null`."""


class Like(Matching[V]):
    """`like`."""


class ILike(CaselessMatching[V]):
    """`ilike`."""


class LikeILike(Matching[V], CaselessMatching[V]):
    """`like`, `ilike`."""


class ILikeNull(CaselessMatching[V], Nullable[V]):
    """`ilike`, `is_null`."""


class EqLike(Equality[V], Matching[V]):
    """`eq`, `like`."""


class EqILike(Equality[V], CaselessMatching[V]):
    """`eq`, `ilike`."""


class EqILikeNull(Equality[V], CaselessMatching[V], Nullable[V]):
    """`eq`, `ilike`, `is_null`."""


class EqLikeILike(Equality[V], Matching[V], CaselessMatching[V]):
    """`eq`, `like`, `ilike`."""


class EqInLike(Equality[V], Inclusion[V], Matching[V]):
    """`eq`, `in`, `like`."""


class EqInLikeILikeText(Equality[V], Inclusion[V], Matching[V], CaselessMatching[V], FullText[V]):
    """`eq`, `in`, `like`, `ilike`, `text`."""


class EqNull(Equality[V], Nullable[V]):
    """`eq`, `is_null`."""


class Contains(Containing[V]):
    """`contains`."""


class ContainsAnyAllNull(Containing[V], ContainingSeveral[V], Nullable[V]):
    """`contains`, `contains_any`, `contains_all`, `is_null`."""


class EveryOperator(
    Equality[V],
    Inclusion[V],
    Ordering[V],
    Matching[V],
    CaselessMatching[V],
    Containing[V],
    ContainingSeveral[V],
    FullText[V],
    Nullable[V],
):
    """Every operator: the type of a field that is looked up by name when the program runs."""
