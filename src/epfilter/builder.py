"""Builds filters from Python values: F.name.eq(...), all_of, any_of.

Any value stays one operand: the tree contains it as text, and the printer quotes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, tzinfo
from enum import Enum
from functools import partial, update_wrapper
from typing import Any, Final, NoReturn, TypeVar, overload

from epfilter.arguments import describe_type, require_int
from epfilter.ast import (
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_group,
    construct_unchecked,
    suggest_filter,
)
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.limits import MAX_LIST_INDEX
from epfilter.snippets import shorten
from epfilter.times import day_bounds
from epfilter.values import Value, listed_values, read_ordered, to_text


class Field:
    """A field of the objects of the platform, with one method per operator; see `F`.

    An attribute, or a text in brackets, is a nested field. A number in brackets is a list element.

    >>> F.locales["fr-FR"].name.like("*robe*")
    Comparison(op='like', field='locales.fr-FR.name', value='*robe*')
    >>> F.tags[0].eq("new")
    Comparison(op='eq', field='tags[0]', value='new')
    """

    # No name that an attribute can select: `F.a._name` is a field too.
    __slots__ = ("_field_name_",)
    # Otherwise `for` and `in` would iterate over F.tags[0], F.tags[1], …
    __iter__ = None
    __contains__ = None
    # `==` builds a filter, so a field cannot be the key of a dict.
    __hash__ = None  # type: ignore[assignment] # declares an unhashable class

    def __init__(self, name: str) -> None:
        self._field_name_ = _field_name(name)

    def __getattr__(self, name: str) -> Field:
        return Field(f"{self._field_name_}.{_attribute_name(name)}")

    def __getitem__(self, key: str | int) -> Field:
        if isinstance(key, str):
            return Field(f"{self._field_name_}.{_field_name(key)}")
        if type(key) is not int:
            raise FilterTypeError(
                f"use a name or a list index in brackets, not {describe_type(key)}."
            )
        require_int("index", key, 0, MAX_LIST_INDEX)
        return Field(f"{self._field_name_}[{key}]")

    def eq(self, value: Value) -> Comparison:
        """Compare: the field equals the value.

        >>> str(F.payment.eq("refunded"))
        'eq(payment,refunded)'
        """
        return _compare(self, Operator.EQ, value)

    def gt(self, value: Value) -> Comparison:
        """Compare: the field is greater than the value.

        >>> str(F.total.gt(100))
        'gt(total,100)'
        """
        return _compare(self, Operator.GT, value)

    def ge(self, value: Value) -> Comparison:
        """Compare: the field is greater than or equal to the value.

        >>> str(F.total.ge(100))
        'ge(total,100)'
        """
        return _compare(self, Operator.GE, value)

    def lt(self, value: Value) -> Comparison:
        """Compare: the field is less than the value.

        >>> str(F.total.lt(100))
        'lt(total,100)'
        """
        return _compare(self, Operator.LT, value)

    def le(self, value: Value) -> Comparison:
        """Compare: the field is less than or equal to the value.

        >>> str(F.total.le(100))
        'le(total,100)'
        """
        return _compare(self, Operator.LE, value)

    def between(self, low: Value, high: Value) -> And:
        """Compare: the field is at least `low` and at most `high`.

        Use `within` for a range of time: it has no gap to the next range.

        Raises `FilterValueError` if `high` is before `low`; only numbers, dates and timestamps are
        compared, because the order of other values depends on the field.

        >>> str(F.total.between(100, 500))
        'ge(total,100):le(total,500)'
        """
        return require_range(self.ge(low), self.le(high), read_ordered(low), read_ordered(high))

    def within(self, start: Value, end: Value) -> And:
        """Compare: the field is at or after `start` and before `end`, which is excluded.

        Raises `FilterValueError` if `end` is before `start`, as `between` does.

        >>> str(F.created_at.within("2018-09-01", "2018-10-01"))
        'ge(created_at,2018-09-01):lt(created_at,2018-10-01)'
        """
        return require_range(self.ge(start), self.lt(end), read_ordered(start), read_ordered(end))

    def on(self, day: date, zone: tzinfo = UTC) -> And:
        """Compare: the timestamp or date is on this day, which begins at midnight in `zone`.

        Raises `FilterTypeError` for a day that is not a date, such as a datetime.

        >>> str(F.created_at.on(date(2018, 9, 1)))
        'ge(created_at,2018-09-01):lt(created_at,2018-09-02)'
        >>> from zoneinfo import ZoneInfo
        >>> str(F.created_at.on(date(2018, 9, 1), ZoneInfo("Europe/Paris")))
        'ge(created_at,2018-08-31T22:00:00Z):lt(created_at,2018-09-01T22:00:00Z)'
        """
        return self.within(*day_bounds(day, zone))

    def like(self, pattern: Value) -> Comparison:
        """Match the whole value with a pattern; `*` as first or last character matches any text.

        Any other `*` matches itself. A `*` cannot be escaped.

        >>> str(F.email.like("*@example.com"))
        'like(email,*@example.com)'
        """
        return _compare(self, Operator.LIKE, pattern)

    def ilike(self, pattern: Value) -> Comparison:
        """Match like `like`, but ignore case.

        >>> str(F.name.ilike("*summer*"))
        'ilike(name,*summer*)'
        """
        return _compare(self, Operator.ILIKE, pattern)

    def startswith(self, text: str) -> Comparison:
        """Match values that start with the text: `like` with `*` at the end.

        Raises `FilterValueError` for an empty text and for a text that contains `*`.

        >>> str(F.sku.startswith("DECK_"))
        'like(sku,DECK_*)'
        """
        return _compare(self, Operator.LIKE, _literal_text(text, "startswith") + "*")

    def endswith(self, text: str) -> Comparison:
        """Match values that end with the text: `like` with `*` at the beginning.

        Raises `FilterValueError` for an empty text and for a text that contains `*`.

        >>> str(F.sku.endswith("_RED"))
        'like(sku,*_RED)'
        """
        return _compare(self, Operator.LIKE, "*" + _literal_text(text, "endswith"))

    def contains_text(self, text: str) -> Comparison:
        """Match values that contain the text: `like` with `*` at both ends.

        Raises `FilterValueError` for an empty text and for a text that contains `*`.

        >>> str(F.name.contains_text("shoe"))
        'like(name,*shoe*)'
        """
        return _compare(self, Operator.LIKE, "*" + _literal_text(text, "contains_text") + "*")

    def contains(self, value: Value) -> Comparison:
        """Compare: the list contains the value.

        >>> str(F.promotion_codes.contains("SUMMER"))
        'contains(promotion_codes,SUMMER)'
        """
        return _compare(self, Operator.CONTAINS, value)

    def text(self, words: Value) -> Comparison:
        """Search the words in the field, or in all fields if the field is `*`.

        >>> str(F["*"].text("running shoe"))
        'text(*,running shoe)'
        """
        return _compare(self, Operator.TEXT, words)

    def in_(self, *values: Value | Iterable[Value]) -> Membership:
        """Compare: the field equals one of the values.

        Pass the values one by one, or one iterable that has an order.

        >>> str(F.id.in_("a", "b")), str(F.id.in_(["a", "b"]))
        ('in(id,a,b)', 'in(id,a,b)')
        """
        return _compare_members(self, Operator.IN, values, "in_")

    def contains_any(self, *values: Value | Iterable[Value]) -> Membership:
        """Compare: the list contains at least one of the values.

        >>> str(F.tags.contains_any("new", "sale"))
        'contains_any(tags,new,sale)'
        """
        return _compare_members(self, Operator.CONTAINS_ANY, values, "contains_any")

    def contains_all(self, *values: Value | Iterable[Value]) -> Membership:
        """Compare: the list contains all of the values.

        >>> str(F.tags.contains_all("new", "sale"))
        'contains_all(tags,new,sale)'
        """
        return _compare_members(self, Operator.CONTAINS_ALL, values, "contains_all")

    def is_null(self) -> IsNull:
        """Check that the field has no value.

        >>> str(F.family_name.is_null())
        'is_null(family_name)'
        """
        return construct_unchecked(IsNull, op=Operator.IS_NULL, field=self._field_name_)

    def __eq__(self, value: object) -> Comparison:  # type: ignore[override] # builds a filter
        return _compare(self, Operator.EQ, value)

    def __gt__(self, value: Value) -> Comparison:
        return _compare(self, Operator.GT, value)

    def __ge__(self, value: Value) -> Comparison:
        return _compare(self, Operator.GE, value)

    def __lt__(self, value: Value) -> Comparison:
        return _compare(self, Operator.LT, value)

    def __le__(self, value: Value) -> Comparison:
        return _compare(self, Operator.LE, value)

    def __ne__(self, value: object) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no `!=`: it cannot exclude a value.",
            hint="list the other values with in_, or use gt and lt on either side",
        )

    def __invert__(self) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no NOT.", hint="compare with the values that you want"
        )

    def __bool__(self) -> bool:
        raise FilterTypeError(
            f"the field {self} is neither true nor false, and the filter language has no NOT.",
            hint=f'for a boolean attribute write F["{self}"].eq(True); combine comparisons with & '
            "and |",
        )

    def _refuse_combination_(self, _: Any) -> NoReturn:
        raise FilterTypeError(
            f"the field {self} is not a filter; & and | combine filters.",
            hint="& and | bind tighter than comparisons: (F.a > 1) & (F.b < 2), or "
            "F.a.gt(1) & F.b.lt(2)",
        )

    __and__ = __rand__ = __or__ = __ror__ = _refuse_combination_

    def __str__(self) -> str:
        return self._field_name_

    def __repr__(self) -> str:
        return f"F[{self._field_name_!r}]"

    def __reduce__(self) -> tuple[type[Field], tuple[str]]:
        return Field, (self._field_name_,)


def _compare(field: Field, op: Operator, value: object) -> Comparison:
    if isinstance(value, Field):
        raise _field_as_value(field, value)
    return construct_unchecked(Comparison, op=op, field=field._field_name_, value=to_text(value))


def require_range(low: Comparison, high: Comparison, start: Any, end: Any) -> And:
    """Return the AND of two bounds of a field.

    `start` and `end` are the values of the bounds as Python types, or None if they are unknown.
    Raises `FilterValueError` if the end is before the start. Not public.

    >>> require_range(F.a.ge(5), F.a.le(1), 5, 1)
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: `a`: the range ends before it starts: 5 to 1. Hint: pass ...
    """
    if start is not None and type(start) is type(end) and end < start:
        raise FilterValueError(
            f"`{low.field}`: the range ends before it starts: {shorten(low.value)} to "
            f"{shorten(high.value)}.",
            hint="pass the start first",
        )
    return low & high


def _field_as_value(field: Field, other: Field) -> FilterValueError:
    return FilterValueError(
        f"the filter language compares a field with a value, so {field} cannot be "
        f"compared with the field {other}.",
        hint="use str(field) if the value is its name",
    )


def _compare_members(
    field: Field, op: Operator, values: tuple[object, ...], method: str
) -> Membership:
    members = listed_values(values, method)
    for value in members:
        if isinstance(value, Field):
            raise _field_as_value(field, value)
    texts = tuple([to_text(value) for value in members])
    return construct_unchecked(Membership, op=op, field=field._field_name_, values=texts)


class _BoundMethod(partial[Any]):
    """A method of a field, which is not a field itself: `F.a.text.eq(1)` raises an error."""

    __hash__ = partial.__hash__

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(_describe_method(self))

    def _refuse_comparison(self, value: Any) -> bool:
        if callable(value):  # `inspect` and notebooks compare a method with types and functions.
            return value is self
        raise FilterTypeError(_describe_method(self))

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse_comparison

    def __getitem__(self, _: object) -> NoReturn:
        raise FilterTypeError(_describe_method(self))


def _describe_method(method: partial[Any]) -> str:
    name, (field,) = method.func.__name__, method.args
    return f"{field}.{name} is a method; the field of that name is F[{str(field)!r}][{name!r}]."


class _Method:
    """The descriptor of a method of `Field`."""

    def __init__(self, function: Callable[..., Filter]) -> None:
        update_wrapper(self, function)  # type: ignore[arg-type] # not a function itself
        self._function = function

    def __get__(self, field: Field | None, _: type) -> Callable[..., Filter]:
        return self._function if field is None else _BoundMethod(self._function, field)


for _method in [name for name in vars(Field) if not name.startswith("_")]:
    setattr(Field, _method, _Method(getattr(Field, _method)))


class FieldFactory:
    """The class of `F`: every attribute and every text in brackets is a field of that name.

    A name that starts with two underscores is not an attribute; use F["__name__"].
    """

    __slots__ = ()
    __iter__ = None
    __contains__ = None

    def __getattr__(self, name: str) -> Field:
        return Field(_attribute_name(name))

    def __getitem__(self, name: str) -> Field:
        return Field(name)

    def __repr__(self) -> str:
        return "F"

    def __reduce__(self) -> str:
        return "F"


F = FieldFactory()
"""All fields, by attribute or by name: the start of every filter that you build in Python.

>>> str(F.created_at.gt("2018-09-01") & F["location-name"].eq("London"))
'gt(created_at,2018-09-01):eq(location-name,London)'
>>> str((F.total >= 100) & (F.total < 200))
'ge(total,100):lt(total,200)'
"""


class _NoDefault(Enum):
    """The absence of a default, which can be None."""

    TOKEN = "no default"  # noqa: S105 - not a password

    def __repr__(self) -> str:
        return "…"


_NO_DEFAULT: Final = _NoDefault.TOKEN

_DefaultT = TypeVar("_DefaultT", bound=Filter | None)
Terms = Filter | Iterable[Filter | None] | None
"""A term, a missing term, or an iterable of both."""


@overload
def all_of(*terms: Terms) -> Filter: ...
@overload
def all_of(*terms: Terms, default: _DefaultT) -> Filter | _DefaultT: ...
def all_of(*terms: Terms, default: Filter | _NoDefault | None = _NO_DEFAULT) -> Filter | None:
    """Return a filter that is true if all terms are true, in linear time.

    Pass filters, or one iterable of filters. None is skipped, so that a condition can be optional.
    A single term is returned unchanged. A term that is an And stays a group of its own. If there
    are no terms, the result is `default`.

    Raises `FilterValueError` for no terms without a default, and `FilterTypeError` for a term or
    default that is neither a filter nor None.

    >>> str(all_of(F.a.eq(i) for i in range(3)))
    'eq(a,0):eq(a,1):eq(a,2)'
    >>> email = None
    >>> str(all_of(F.payment.eq("paid"), F.email.eq(email) if email else None))
    'eq(payment,paid)'
    >>> all_of(None, None, default=None) is None
    True
    """
    return _group(And, terms, "all_of", default)


@overload
def any_of(*terms: Terms) -> Filter: ...
@overload
def any_of(*terms: Terms, default: _DefaultT) -> Filter | _DefaultT: ...
def any_of(*terms: Terms, default: Filter | _NoDefault | None = _NO_DEFAULT) -> Filter | None:
    """Return a filter that is true if at least one term is true, in linear time.

    Pass filters, or one iterable of filters. None is skipped, so that a condition can be optional.
    A single term is returned unchanged. A term that is an Or stays a group of its own. If there
    are no terms, the result is `default`.

    Raises `FilterValueError` for no terms without a default, and `FilterTypeError` for a term or
    default that is neither a filter nor None.

    >>> str(any_of(F.payment.eq("paid"), F.payment.eq("refunded")))
    'eq(payment,paid)|eq(payment,refunded)'
    """
    return _group(Or, terms, "any_of", default)


def _group(
    node: type[And | Or], terms: tuple[Terms, ...], name: str, default: Filter | _NoDefault | None
) -> Filter | None:
    if default is not None and not isinstance(default, (Filter, _NoDefault)):
        raise FilterTypeError(
            f"the default of {name} must be a filter or None, not {describe_type(default)}."
        )
    if len(terms) == 1 and not isinstance(terms[0], Filter):
        only = terms[0]
        if isinstance(only, (set, frozenset, Mapping)):
            raise FilterTypeError(
                f"{name} does not accept a {type(only).__name__}: it has no order of terms.",
                hint="pass a list",
            )
        if isinstance(only, Iterable) and not isinstance(only, (str, bytes)):
            terms = tuple(only)
    filters: list[Filter] = []
    for term in terms:
        if term is None:
            continue
        if not isinstance(term, Filter):
            raise FilterTypeError(
                f"{name} accepts filters, not {describe_type(term)}.", hint=suggest_filter(term)
            )
        filters.append(term)
    if filters:
        return filters[0] if len(filters) == 1 else construct_group(node, tuple(filters))
    if isinstance(default, _NoDefault):
        raise FilterValueError(
            f"{name} requires at least one term: no filter selects everything.",
            hint="if everything may be selected, pass default=None, and send no filter for None",
        )
    return default


def _literal_text(text: object, method: str) -> str:
    """Return a text that a pattern matches literally."""
    if not isinstance(text, str):
        raise FilterValueError(
            f"{method} requires a str, not {describe_type(text)}.", hint="use str(value)"
        )
    if not text:
        raise FilterValueError(
            f"{method} with an empty text matches every value.", hint="omit the comparison"
        )
    if "*" in text:
        raise FilterValueError(
            f"{method} cannot match a literal `*`: at the ends of a pattern it is a wildcard, and "
            "the language cannot escape it.",
            hint="write the pattern yourself with like(…)",
        )
    return to_text(text)


def _attribute_name(name: str) -> str:
    # Python, copy, pickle and notebooks look up such names on every object.
    if name.startswith("__") or (name.startswith("_") and name.endswith("_")):
        raise AttributeError(f"{name} is not a field; a field of that name is F[{name!r}]")
    return name


def _field_name(name: object) -> str:
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a field must be a str, not {describe_type(name)}.")
    if not name:
        raise FilterValueError("the name of a field must not be empty.")
    return to_text(name)
