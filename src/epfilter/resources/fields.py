"""The fields of a resource: each is a declaration and a builder of comparisons at once.

The class of a field lists its operators. An editor offers only these, a type checker rejects the
others, and at run time the others raise ResourceError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, date, datetime, tzinfo
from functools import update_wrapper
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, Self, TypeVar

from epfilter.arguments import describe_type
from epfilter.ast import (
    TEXT_OPERATORS,
    And,
    Comparison,
    IsNull,
    Membership,
    Operator,
    construct_unchecked,
)
from epfilter.builder import Field as Builder
from epfilter.builder import require_range
from epfilter.errors import FilterTypeError, ResourceError
from epfilter.resources import messages
from epfilter.resources.declarations import Declaration, Deprecation
from epfilter.resources.field_types import FieldType
from epfilter.times import day_bounds
from epfilter.values import listed_values, to_text

V = TypeVar("V")
F = TypeVar("F", bound="Field[Any]")

_METHODS = (
    {"in_": Operator.IN, "between": Operator.GE, "within": Operator.GE, "on": Operator.GE}
    | dict.fromkeys(("startswith", "endswith", "contains_text"), Operator.LIKE)
    | {op.value: op for op in Operator}
)

_TYPES_WITH_ORDER = ("integer", "number", "date", "datetime")
"""The types whose values the platform orders as Python does; the order of texts is unknown."""


def declaration_of(field: Field[V]) -> Declaration[V]:
    """Return the declaration of a field: its type, its operators and the facts about it.

    Raises FilterTypeError if `field` is not a field of a resource.

    >>> from epfilter.resources import declaration_of, orders
    >>> declaration_of(orders.payment).type.name
    'enum'
    """
    if not isinstance(field, Field):
        raise FilterTypeError(f"a field of a resource is expected, not {describe_type(field)}.")
    return field._declared


class Field(Generic[V]):
    """A field of a resource without operators; subclasses add them.

    >>> from epfilter.resources import Field, orders
    >>> isinstance(orders.payment, Field)
    True
    """

    _operators: ClassVar[tuple[Operator, ...]] = ()

    # Without these, `for` and `in` would call field[0], field[1], … without end.
    __iter__ = None
    __contains__ = None
    __hash__ = None  # type: ignore[assignment] # `==` builds a filter, so a field cannot be a key

    def __init__(  # noqa: PLR0913 - the facts about a field, each by keyword
        self,
        type: FieldType[V],  # noqa: A002 - the name in Declaration, and mostly positional
        *,
        aliases: tuple[str, ...] = (),
        deprecated: Deprecation | None = None,
        required: bool = False,
        known_values: tuple[str, ...] = (),
        multivalued: bool = False,
        note: str = "",
        source: str = "",
    ) -> None:
        self._declared = Declaration(
            type=type,
            operators=tuple(op for op in Operator if op in self._operators),
            aliases=aliases,
            deprecated=deprecated,
            required=required,
            known_values=known_values,
            multivalued=multivalued,
            note=note,
            source=source,
        )
        self._path = ""

    def __init_subclass__(cls) -> None:
        # A class has the operators of all its bases.
        cls._operators = tuple(
            dict.fromkeys(op for base in cls.__mro__ for op in base.__dict__.get("_adds", ()))
        )

    def __set_name__(self, owner: type, name: str) -> None:
        self._path = self._path or name

    # A type variable, because jedi, which completes in notebooks and IPython, does not infer Self.
    def __get__(self: F, instance: Any, owner: type) -> F:  # noqa: PYI019 - see above
        return self if instance is None else self._at(instance._child_path(self._path))

    def _at(self, path: str) -> Self:
        """Return the same field at another path."""
        field = copy(self)
        field._path = path
        return field

    def _compare(self, op: Operator, value: object) -> Comparison:
        return construct_unchecked(Comparison, op=op, field=self._path, value=self._text(op, value))

    def _membership(self, op: Operator, values: tuple[object, ...], method: str) -> Membership:
        texts = tuple(self._text(op, value) for value in listed_values(values, method))
        return construct_unchecked(Membership, op=op, field=self._path, values=texts)

    def _text(self, op: Operator, value: object) -> str:
        """Return the text of a value, checked against the operators and the type of the field."""
        self._require_operator(op)
        if isinstance(value, (Field, Builder)):
            raise ResourceError(
                f"`{self._path}` cannot be compared with another field.",
                hint="the filter language compares a field with a value",
            )
        text = to_text(value)
        if op not in TEXT_OPERATORS and (problem := self._declared.type.problem(text)):
            raise messages.error(messages.invalid_value(self._path, problem))
        return text

    def _range(self, end_op: Operator, low: object, high: object) -> And:
        if self._declared.multivalued:
            raise ResourceError(
                f"`{self._path}` can have several values: one can be above the start of a range, "
                "and another below its end.",
                hint="compare with one bound",
            )
        bounds = self._compare(Operator.GE, low), self._compare(end_op, high)
        type_ = self._declared.type
        read = type_.read if type_.name in _TYPES_WITH_ORDER else lambda _: None
        return require_range(*bounds, *(read(bound.value) for bound in bounds))

    def _has_times(self) -> bool:
        """Return whether the values are days or points in time of the calendar."""
        return self._declared.type.name in {"date", "datetime"}

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name != "on" or self._has_times()]

    def _require_operator(self, op: Operator) -> None:
        if op not in self._declared.operators:
            raise messages.error(messages.unsupported_operator(self._path, self._declared, op))

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override] # builds a filter
        return self._compare(Operator.EQ, other)

    def __ne__(self, other: object) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no `!=`: it cannot exclude a value.",
            hint="list the other values, or use gt and lt on either side",
        )

    def __bool__(self) -> bool:
        raise FilterTypeError(
            f"the field {self._path} is neither true nor false; the filter language has no NOT.",
            hint="write the comparison in full, and combine comparisons with & and |",
        )

    def __str__(self) -> str:
        return self._path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path}: {self._declared.type}>"

    if not TYPE_CHECKING:
        # Type checkers must reject these for a field without the operator; at run time the
        # exception is a ResourceError with a hint.

        def __getattr__(self, name: str) -> NoReturn:
            if name == "on" and Operator.GE in self._declared.operators:
                raise NoOperatorError(
                    f"the field `{self._path}` has no method `on`.",
                    "it is for dates and timestamps; use between or within",
                )
            if name in _METHODS and not name.startswith("_"):
                op = _METHODS[name]
                problem = messages.unsupported_operator(self._path, self._declared, op)
                raise NoOperatorError(problem.message, problem.hint)
            raise AttributeError(f"a field has no attribute {name!r}")

        def __gt__(self, other: object) -> Comparison:
            return self._compare(Operator.GT, other)

        def __ge__(self, other: object) -> Comparison:
            return self._compare(Operator.GE, other)

        def __lt__(self, other: object) -> Comparison:
            return self._compare(Operator.LT, other)

        def __le__(self, other: object) -> Comparison:
            return self._compare(Operator.LE, other)


class NoOperatorError(ResourceError, AttributeError):
    """Raised for a method that a field does not have; an AttributeError, so `hasattr` works."""


class Eq(Field[V]):
    """A field with the operator `eq`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.EQ,)

    def eq(self, value: V) -> Comparison:
        """Return the filter that matches values equal to `value`."""
        return self._compare(Operator.EQ, value)


class In(Field[V]):
    """A field with the operator `in`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.IN,)

    def in_(self, *values: V | Iterable[V]) -> Membership:
        """Return the filter that matches values equal to one of `values`.

        Pass the values one by one, or one iterable that has an order.
        """
        return self._membership(Operator.IN, values, "in_")


class Gt(Field[V]):
    """A field with the operator `gt`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.GT,)

    def gt(self, value: V) -> Comparison:
        """Return the filter that matches values greater than `value`."""
        return self._compare(Operator.GT, value)

    def __gt__(self, value: V) -> Comparison:
        return self._compare(Operator.GT, value)


class GtLt(Gt[V]):
    """A field with the operators `gt` and `lt`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.LT,)

    def lt(self, value: V) -> Comparison:
        """Return the filter that matches values less than `value`."""
        return self._compare(Operator.LT, value)

    def __lt__(self, value: V) -> Comparison:
        return self._compare(Operator.LT, value)


class _MethodOfTimes:
    """A method that only fields of dates and timestamps have."""

    def __init__(self, function: Callable[..., And]) -> None:
        update_wrapper(self, function)  # type: ignore[arg-type] # not a function itself
        self._function = function

    def __get__(self, field: Field[Any] | None, owner: type) -> Callable[..., And]:
        if field is None:
            return self._function
        if not field._has_times():
            raise AttributeError  # Field.__getattr__ raises it again, with a message
        return MethodType(self._function, field)


class Ordered(GtLt[V]):
    """A field with the operators `gt`, `ge`, `lt` and `le`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.GE, Operator.LE)

    def ge(self, value: V) -> Comparison:
        """Return the filter that matches values greater than or equal to `value`."""
        return self._compare(Operator.GE, value)

    def le(self, value: V) -> Comparison:
        """Return the filter that matches values less than or equal to `value`."""
        return self._compare(Operator.LE, value)

    def __ge__(self, value: V) -> Comparison:
        return self._compare(Operator.GE, value)

    def __le__(self, value: V) -> Comparison:
        return self._compare(Operator.LE, value)

    def between(self, low: V, high: V) -> And:
        """Return the filter that matches values from `low` to `high`, both included.

        Use `within` for a range of time: it has no gap to the next range. Raises
        `FilterValueError` if `high` is before `low`.
        """
        return self._range(Operator.LE, low, high)

    def within(self, start: V, end: V) -> And:
        """Return the filter that matches values from `start` to before `end`.

        Raises `FilterValueError` if `end` is before `start`.
        """
        return self._range(Operator.LT, start, end)

    def on(
        self: Ordered[datetime | date | str] | Ordered[date | str],
        day: date,
        zone: tzinfo = UTC,
    ) -> And:
        """Return the filter that matches the whole day, which begins at midnight in `zone`."""
        start, end = day_bounds(day, zone)
        return self._range(Operator.LT, start, end)

    if not TYPE_CHECKING:
        on = _MethodOfTimes(on)


class Like(Field[V]):
    """A field with the operator `like`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.LIKE,)

    def like(self, pattern: str) -> Comparison:
        """Return the filter that matches values of a pattern.

        The pattern is for the whole value; `*` as first or last character stands for any text.
        """
        return self._compare(Operator.LIKE, pattern)

    def startswith(self, text: str) -> Comparison:
        """Return the filter that matches values that begin with `text`: `like(text*)`."""
        self._require_operator(Operator.LIKE)
        return Builder(self._path).startswith(text)

    def endswith(self, text: str) -> Comparison:
        """Return the filter that matches values that end with `text`: `like(*text)`."""
        self._require_operator(Operator.LIKE)
        return Builder(self._path).endswith(text)

    def contains_text(self, text: str) -> Comparison:
        """Return the filter that matches values that contain `text`: `like(*text*)`."""
        self._require_operator(Operator.LIKE)
        return Builder(self._path).contains_text(text)


class ILike(Field[V]):
    """A field with the operator `ilike`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.ILIKE,)

    def ilike(self, pattern: str) -> Comparison:
        """Return the filter that matches values of a pattern, as `like` does, ignoring case."""
        return self._compare(Operator.ILIKE, pattern)


class Contains(Field[V]):
    """A list with the operator `contains`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.CONTAINS,)

    def contains(self, value: V) -> Comparison:
        """Return the filter that matches lists containing `value`."""
        return self._compare(Operator.CONTAINS, value)


class ContainsAnyAll(Field[V]):
    """A list with the operators `contains_any` and `contains_all`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)

    def contains_any(self, *values: V | Iterable[V]) -> Membership:
        """Return the filter that matches lists containing at least one of `values`."""
        return self._membership(Operator.CONTAINS_ANY, values, "contains_any")

    def contains_all(self, *values: V | Iterable[V]) -> Membership:
        """Return the filter that matches lists containing all of `values`."""
        return self._membership(Operator.CONTAINS_ALL, values, "contains_all")


class Text(Field[V]):
    """A field with the operator `text`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.TEXT,)

    def text(self, words: str) -> Comparison:
        """Return the filter that searches the text of the field for `words`."""
        return self._compare(Operator.TEXT, words)


class Null(Field[V]):
    """A field with the operator `is_null`."""

    _adds: ClassVar[tuple[Operator, ...]] = (Operator.IS_NULL,)

    def is_null(self) -> IsNull:
        """Return the filter that matches objects without a value of this field."""
        self._require_operator(Operator.IS_NULL)
        return construct_unchecked(IsNull, op=Operator.IS_NULL, field=self._path)


class NoOperators(Field[V]):
    """A field that cannot be filtered on."""


class EqIn(Eq[V], In[V]):
    """`eq`, `in`."""


class EqGt(Eq[V], Gt[V]):
    """`eq`, `gt`."""


class EqOrdered(Eq[V], Ordered[V]):
    """`eq`, `gt`, `ge`, `lt`, `le`."""


class EqInOrdered(Eq[V], In[V], Ordered[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`."""


class InOrderedNull(In[V], Ordered[V], Null[V]):
    """`in`, `gt`, `ge`, `lt`, `le`, `is_null`."""


class EqInOrderedNull(Eq[V], In[V], Ordered[V], Null[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `is_null`."""


class EqInOrderedLike(Eq[V], In[V], Ordered[V], Like[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `like`."""


class EqInOrderedLikeNull(Eq[V], In[V], Ordered[V], Like[V], Null[V]):
    """`eq`, `in`, `gt`, `ge`, `lt`, `le`, `like`, `is_null`."""


class LikeILike(Like[V], ILike[V]):
    """`like`, `ilike`."""


class ILikeNull(ILike[V], Null[V]):
    """`ilike`, `is_null`."""


class EqLike(Eq[V], Like[V]):
    """`eq`, `like`."""


class EqILike(Eq[V], ILike[V]):
    """`eq`, `ilike`."""


class EqILikeNull(Eq[V], ILike[V], Null[V]):
    """`eq`, `ilike`, `is_null`."""


class EqLikeILike(Eq[V], Like[V], ILike[V]):
    """`eq`, `like`, `ilike`."""


class EqInLike(Eq[V], In[V], Like[V]):
    """`eq`, `in`, `like`."""


class EqInLikeILikeText(Eq[V], In[V], Like[V], ILike[V], Text[V]):
    """`eq`, `in`, `like`, `ilike`, `text`."""


class EqNull(Eq[V], Null[V]):
    """`eq`, `is_null`."""


class ContainsAnyAllNull(Contains[V], ContainsAnyAll[V], Null[V]):
    """`contains`, `contains_any`, `contains_all`, `is_null`."""


class EveryOperator(
    Eq[V],
    In[V],
    Ordered[V],
    Like[V],
    ILike[V],
    Contains[V],
    ContainsAnyAll[V],
    Text[V],
    Null[V],
):
    """All operators: the type of a field that is looked up by name at run time."""
