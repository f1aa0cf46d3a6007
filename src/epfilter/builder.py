"""Builds filters from Python values: F.name.eq(...), all_of, any_of.

Whatever the value, it stays one operand: the tree holds it as text, and the printer quotes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

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
)
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.values import Value, listed_values, to_text

_HIGHEST_INDEX = 999
"""Fact: a list element is addressed by an index from 0 to 999."""


class Field:
    """A field of the platform's objects, from which comparisons are made; see `F`.

    Attributes and text in brackets address what is nested, numbers in brackets list elements.

    >>> F.locales["fr-FR"].name.like("*robe*")
    Comparison(op='like', field='locales.fr-FR.name', value='*robe*')
    >>> F.tags[0].eq("new")
    Comparison(op='eq', field='tags[0]', value='new')
    """

    __slots__ = ("_name",)
    # Python would otherwise walk F.tags[0], F.tags[1], … in `for` and `in`.
    __iter__ = None
    __contains__ = None
    # `==` builds a filter, so a field cannot be the key of a dict.
    __hash__ = None  # type: ignore[assignment] # an unhashable class is declared like this

    def __init__(self, name: str) -> None:
        self._name = _field_name(name)

    def __getattr__(self, name: str) -> Field:
        return Field(f"{self._name}.{_attribute(name)}")

    def __getitem__(self, key: str | int) -> Field:
        if isinstance(key, str):
            return Field(f"{self._name}.{_field_name(key)}")
        if type(key) is not int:
            raise FilterTypeError(
                f"a field takes a name or a list index in brackets, not {describe_type(key)}."
            )
        if not 0 <= key <= _HIGHEST_INDEX:
            raise FilterValueError(f"a list index is 0 to {_HIGHEST_INDEX}, not {key}.")
        return Field(f"{self._name}[{key}]")

    def eq(self, value: Value) -> Comparison:
        """Equal to the value.

        >>> str(F.payment.eq("refunded"))
        'eq(payment,refunded)'
        """
        return self._compared(Operator.EQ, value)

    def gt(self, value: Value) -> Comparison:
        """Greater than the value.

        >>> str(F.total.gt(100))
        'gt(total,100)'
        """
        return self._compared(Operator.GT, value)

    def ge(self, value: Value) -> Comparison:
        """Greater than the value or equal to it.

        >>> str(F.total.ge(100))
        'ge(total,100)'
        """
        return self._compared(Operator.GE, value)

    def lt(self, value: Value) -> Comparison:
        """Less than the value.

        >>> str(F.total.lt(100))
        'lt(total,100)'
        """
        return self._compared(Operator.LT, value)

    def le(self, value: Value) -> Comparison:
        """Less than the value or equal to it.

        >>> str(F.total.le(100))
        'le(total,100)'
        """
        return self._compared(Operator.LE, value)

    def like(self, pattern: Value) -> Comparison:
        """The whole value matches; `*` as first or last character stands for any text.

        Any other `*` is itself, and there is no way to escape one.

        >>> str(F.email.like("*@example.com"))
        'like(email,*@example.com)'
        """
        return self._compared(Operator.LIKE, pattern)

    def ilike(self, pattern: Value) -> Comparison:
        """As `like`, ignoring case.

        >>> str(F.name.ilike("*summer*"))
        'ilike(name,*summer*)'
        """
        return self._compared(Operator.ILIKE, pattern)

    def startswith(self, text: str) -> Comparison:
        """The value begins with the text: `like` with `*` at the end.

        Raises FilterValueError for an empty text and for one that holds `*`.

        >>> str(F.sku.startswith("DECK_"))
        'like(sku,DECK_*)'
        """
        return self._compared(Operator.LIKE, _literal(text, "startswith") + "*")

    def endswith(self, text: str) -> Comparison:
        """The value ends with the text: `like` with `*` at the beginning.

        Raises FilterValueError for an empty text and for one that holds `*`.

        >>> str(F.sku.endswith("_RED"))
        'like(sku,*_RED)'
        """
        return self._compared(Operator.LIKE, "*" + _literal(text, "endswith"))

    def contains_text(self, text: str) -> Comparison:
        """The value holds the text: `like` with `*` at both ends.

        Raises FilterValueError for an empty text and for one that holds `*`.

        >>> str(F.name.contains_text("shoe"))
        'like(name,*shoe*)'
        """
        return self._compared(Operator.LIKE, "*" + _literal(text, "contains_text") + "*")

    def contains(self, value: Value) -> Comparison:
        """A list holds the value.

        >>> str(F.promotion_codes.contains("SUMMER"))
        'contains(promotion_codes,SUMMER)'
        """
        return self._compared(Operator.CONTAINS, value)

    def text(self, words: Value) -> Comparison:
        """Full-text search; the field may be `*`.

        >>> str(F["*"].text("running shoe"))
        'text(*,running shoe)'
        """
        return self._compared(Operator.TEXT, words)

    def in_(self, *values: Value | Iterable[Value]) -> Membership:
        """Equal to one of the values, given one by one or as one iterable that has an order.

        >>> str(F.id.in_("a", "b")), str(F.id.in_(["a", "b"]))
        ('in(id,a,b)', 'in(id,a,b)')
        """
        return self._member(Operator.IN, values, "in_")

    def contains_any(self, *values: Value | Iterable[Value]) -> Membership:
        """A list holds at least one of the values.

        >>> str(F.tags.contains_any("new", "sale"))
        'contains_any(tags,new,sale)'
        """
        return self._member(Operator.CONTAINS_ANY, values, "contains_any")

    def contains_all(self, *values: Value | Iterable[Value]) -> Membership:
        """A list holds every one of the values.

        >>> str(F.tags.contains_all("new", "sale"))
        'contains_all(tags,new,sale)'
        """
        return self._member(Operator.CONTAINS_ALL, values, "contains_all")

    def is_null(self) -> IsNull:
        """The field has no value.

        >>> str(F.family_name.is_null())
        'is_null(family_name)'
        """
        return construct_unchecked(IsNull, op=Operator.IS_NULL, field=self._name)

    def __eq__(self, value: object) -> Comparison:  # type: ignore[override] # builds a filter
        return self._compared(Operator.EQ, value)

    def __gt__(self, value: Value) -> Comparison:
        return self._compared(Operator.GT, value)

    def __ge__(self, value: Value) -> Comparison:
        return self._compared(Operator.GE, value)

    def __lt__(self, value: Value) -> Comparison:
        return self._compared(Operator.LT, value)

    def __le__(self, value: Value) -> Comparison:
        return self._compared(Operator.LE, value)

    def __ne__(self, value: object) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no `!=`: it cannot exclude a value.",
            hint="list the other values with in_, or use gt and lt on either side",
        )

    def __invert__(self) -> NoReturn:
        raise FilterTypeError(
            "the filter language has no NOT.", hint="say what the field should be instead"
        )

    def __bool__(self) -> bool:
        raise FilterTypeError(
            f"the field {self._name} is neither true nor false, and the filter language has no "
            "NOT.",
            hint=f'for a boolean attribute write F["{self._name}"].eq(True); combine comparisons '
            "with & and |",
        )

    def _not_a_filter(self, _: Any) -> NoReturn:
        raise FilterTypeError(
            f"the field {self._name} is no filter yet, and & and | combine filters.",
            hint="& and | bind tighter than comparisons: (F.a > 1) & (F.b < 2), or "
            "F.a.gt(1) & F.b.lt(2)",
        )

    __and__ = __rand__ = __or__ = __ror__ = _not_a_filter

    def __str__(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"F[{self._name!r}]"

    def __reduce__(self) -> tuple[type[Field], tuple[str]]:
        return Field, (self._name,)

    def _compared(self, op: Operator, value: object) -> Comparison:
        if isinstance(value, Field):
            raise self._no_value(value)
        return construct_unchecked(Comparison, op=op, field=self._name, value=to_text(value))

    def _no_value(self, other: Field) -> FilterValueError:
        return FilterValueError(
            f"the filter language compares a field with a value, so {self._name} cannot be "
            f"compared with the field {other}.",
            hint="use str(field) where its name is meant as the value",
        )

    def _member(self, op: Operator, values: tuple[object, ...], method: str) -> Membership:
        listed = listed_values(values, method)
        for value in listed:
            if isinstance(value, Field):
                raise self._no_value(value)
        texts = tuple([to_text(value) for value in listed])
        return construct_unchecked(Membership, op=op, field=self._name, values=texts)


class FieldFactory:
    """What `F` is: every attribute and every text in brackets is a field of that name.

    Names that begin with two underscores are no fields as attributes; F["__name__"] is.
    """

    __slots__ = ()
    __iter__ = None
    __contains__ = None

    def __getattr__(self, name: str) -> Field:
        return Field(_attribute(name))

    def __getitem__(self, name: str) -> Field:
        return Field(name)

    def __repr__(self) -> str:
        return "F"

    def __reduce__(self) -> str:
        return "F"


F = FieldFactory()
"""Fields by attribute or by name; the start of every filter that is built in Python.

>>> str(F.created_at.gt("2018-09-01") & F["location-name"].eq("London"))
'gt(created_at,2018-09-01):eq(location-name,London)'
>>> str((F.total >= 100) & (F.total < 200))
'ge(total,100):lt(total,200)'
"""


def all_of(*terms: Filter | Iterable[Filter]) -> Filter:
    """Every term holds; takes filters, or one iterable of them, in linear time.

    One term comes back as itself. Terms nest as given: an And among them stays a group.

    Raises FilterValueError for no terms, FilterTypeError for what is no filter.

    >>> str(all_of(F.a.eq(i) for i in range(3)))
    'eq(a,0):eq(a,1):eq(a,2)'
    """
    return _grouped(And, terms, "all_of")


def any_of(*terms: Filter | Iterable[Filter]) -> Filter:
    """Any term holds; takes filters, or one iterable of them, in linear time.

    One term comes back as itself. Terms nest as given: an Or among them stays a group.

    Raises FilterValueError for no terms, FilterTypeError for what is no filter.

    >>> str(any_of(F.payment.eq("paid"), F.payment.eq("refunded")))
    'eq(payment,paid)|eq(payment,refunded)'
    """
    return _grouped(Or, terms, "any_of")


def _grouped(
    node: type[And | Or], terms: tuple[Filter | Iterable[Filter], ...], name: str
) -> Filter:
    if len(terms) == 1 and not isinstance(terms[0], Filter):
        only = terms[0]
        if isinstance(only, (set, frozenset, Mapping)):
            raise FilterTypeError(
                f"{name} does not take a {type(only).__name__}: it is no list of terms.",
                hint="give a list",
            )
        if isinstance(only, Iterable) and not isinstance(only, (str, bytes)):
            terms = tuple(only)
    filters: list[Filter] = []
    for term in terms:
        if not isinstance(term, Filter):
            raise FilterTypeError(
                f"{name} takes filters, not {describe_type(term)}.",
                hint="parse(text) turns a text into a filter",
            )
        filters.append(term)
    if not filters:
        raise FilterValueError(
            f"{name} needs at least one term: there is no filter that selects everything.",
            hint="send no filter where everything is meant",
        )
    return filters[0] if len(filters) == 1 else construct_group(node, tuple(filters))


def _literal(text: object, method: str) -> str:
    """The text of a pattern that stands for itself."""
    if not isinstance(text, str):
        raise FilterValueError(
            f"{method} takes a str, not {describe_type(text)}.", hint="use str(value)"
        )
    if not text:
        raise FilterValueError(
            f"{method} of an empty text matches every value.", hint="leave the comparison out"
        )
    if "*" in text:
        raise FilterValueError(
            f"{method} cannot look for a literal `*`: at the ends of a pattern it is a wildcard, "
            "and the language has no way to escape it.",
            hint="write the pattern yourself with like(…)",
        )
    return to_text(text)


def _attribute(name: str) -> str:
    # Python, copy, pickle and notebooks look for such names on every object they meet.
    if name.startswith("__") or (name.startswith("_") and name.endswith("_")):
        raise AttributeError(f"{name} is not a field; a field of that name is F[{name!r}]")
    return name


def _field_name(name: object) -> str:
    if not isinstance(name, str):
        raise FilterTypeError(f"the name of a field is a text, not {describe_type(name)}.")
    if not name:
        raise FilterValueError("the name of a field cannot be empty.")
    return to_text(name)
