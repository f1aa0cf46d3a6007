"""How a database writes the conditions on one value: what all dialects share.

The SQL here is fixed. What comes from a filter goes through `SqlDialect.bind`, which makes it a
bound parameter; no method puts the text of a value into the statement.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import bindparam, types
from sqlalchemy.sql.compiler import SQLCompiler

from epfilter.ast import Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.semantics import Pattern, case_variants
from epfilter.targets.representable import (
    EVERY_INT64,
    Representation,
    fit_comparison_to_float,
    fit_comparison_to_integer,
)
from epfilter.targets.sqlalchemy.columns import ColumnType

NEVER = "1 = 0"
"""A condition that holds in no row."""

SYMBOLS = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}
NUMBER_TYPES = ("integer", "number", "float")

MANY_VALUES = 20
"""So many values are one parameter, because SQLAlchemy processes each parameter by itself."""

MAX_FLAT_TERMS = 8
"""More terms than these are halved: every database limits the depth of an expression.

In terms deeper than this the deepest stands first, where the parser has to remember only open
parentheses: that of SQLite before 3.46 remembers 100 symbols.
"""

_INDEXED = (types.String, types.Text, types.Unicode, types.UnicodeText, types.VARCHAR, types.TEXT)
"""Types of columns that compare as texts do; CHAR, ENUM and CITEXT compare differently."""

_STRING, _INTEGER, _BIG = types.String(), types.Integer(), types.BigInteger()
_DOUBLE: types.Double[float] = types.Double()
_NUMERIC, _DATE, _BOOLEAN = types.Numeric(), types.Date(), types.Boolean()
NAIVE_DATETIME, _ZONED_DATETIME = types.DateTime(), types.DateTime(timezone=True)
_TEXT = ColumnType("text", _STRING)
_UUIDS = {native: types.Uuid(as_uuid=True, native_uuid=native) for native in (True, False)}
"""Types of parameters; shared, because SQLAlchemy prepares each only once for a dialect."""

_LIKE_ESCAPES = str.maketrans({"!": "!!", "%": "!%", "_": "!_"})


def join_conditions(terms: list[str], connective: str) -> str:
    """Return all or any of the conditions, in parentheses."""
    if len(terms) > MAX_FLAT_TERMS:
        half = len(terms) // 2
        halves = (terms[:half], terms[half:])
        terms = [join_conditions(each, connective) for each in halves]
    return f"({f' {connective} '.join(terms)})"


class SqlDialect(ABC):
    """What all databases share; the subclass of a database overrides the rest."""

    target: ClassVar[str]
    """The name in errors."""
    has_lists = True
    """Columns can be lists."""
    exact_type: ClassVar[ColumnType] = _TEXT
    """The type of an exact text."""
    has_nul_in_json = True
    """A text in JSON can contain NUL."""

    def __init__(self, compiler: SQLCompiler, arguments: dict[str, Any]) -> None:
        self._compiler = compiler
        self._arguments = arguments
        self.operator = self.field = ""
        """The call that is written, for errors."""
        self.has_literals = bool(arguments.get("literal_binds", False))
        """The statement contains the values, for people to read, instead of parameters."""
        self._parameters = 0

    def unsupported(self, reason: str, hint: str | None = None) -> UnsupportedFilterError:
        """Return the error that the database cannot express the call that is written."""
        return UnsupportedFilterError(self.operator, self.field, self.target, reason, hint)

    def bind(self, value: Any, type_: types.TypeEngine[Any], *, expanding: bool = False) -> str:
        """Return the placeholder of a bound parameter; with `expanding` that of a list."""
        self._parameters += 1
        limit = self.max_parameters(getattr(self._compiler.dialect, "driver", "default"))
        if limit is not None and self._parameters > limit and not self.has_literals:
            raise self.unsupported(
                f"a statement can have at most {limit:,} parameters",
                "filter by fewer values at a time, or split the filter at its ORs",
            )
        parameter = bindparam(None, value, type_, unique=True, expanding=expanding)
        return str(self._compiler.process(parameter, **self._arguments))

    def max_parameters(self, driver: str) -> int | None:
        """Return how many parameters a statement can have; None if there is no known limit."""
        return None

    def bind_text(self, value: str) -> str:
        """Return the placeholder of a text."""
        return self.bind(value, _STRING)

    # Texts

    def as_text(self, sql: str, type_: types.TypeEngine[Any]) -> str:
        """Return a column of text as a text: an enum of the database is a type of its own."""
        return sql

    @abstractmethod
    def exact_text(self, sql: str) -> str:
        """Return the text `sql` so that it compares by code point and with case."""

    def bind_exact_text(self, value: str) -> str:
        """Return the placeholder of a text to compare with an exact text."""
        return self.bind_text(value)

    def text_equals(self, sql: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        """Return the condition that a text equals one of the values."""
        return self._equals_any(self.exact_text(sql), values, self.exact_type, self.bind_exact_text)

    def _equals_with_index(self, sql: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        """Compare as the column does, so that its index helps, and by code point."""
        if type(type_) not in _INDEXED:
            return SqlDialect.text_equals(self, sql, values, type_)
        as_column = self._equals_any(sql, values, _TEXT, self.bind_text)
        return f"({as_column} AND {SqlDialect.text_equals(self, sql, values, type_)})"

    def text_matches(self, sql: str, pattern: Pattern, *, ignore_case: bool) -> str:
        """Return the condition that a text matches a pattern."""
        subject = self.exact_text(sql)
        if ignore_case:
            pattern = pattern.fold_case()
            subject = self.fold_text(subject, pattern.text)
        if pattern.matches_everything:
            return f"{sql} IS NOT NULL"
        if not pattern.has_wildcard:
            return f"{subject} = {self.bind_exact_text(pattern.text)}"
        return self.matches_wildcard(subject, pattern)

    def matches_wildcard(self, subject: str, pattern: Pattern) -> str:
        """Return the condition that an exact text matches a pattern with a wildcard."""
        like = pattern.text.translate(_LIKE_ESCAPES)
        if pattern.any_prefix:
            like = "%" + like
        if pattern.any_suffix:
            like += "%"
        return f"{subject} LIKE {self.bind_exact_text(like)} ESCAPE '!'"

    def fold_text(self, subject: str, folded: str) -> str:
        """Return the text with every case variant of a character of `folded` replaced by it.

        So no locale matters. `K` (U+212A) and `ſ` (U+017F) are variants of `k` and `s`.
        """
        pairs = variant_pairs(folded)
        if not pairs:
            return subject
        variants = "".join([variant for variant, _ in pairs])
        characters = "".join([char for _, char in pairs])
        return f"translate({subject}, {self.bind_text(variants)}, {self.bind_text(characters)})"

    def replace_each(self, subject: str, pairs: list[tuple[str, str]], limit: int) -> str:
        """Return the same for a database without `translate`: nested calls of `replace`."""
        if len(pairs) > limit:
            raise self.unsupported(
                f"the letters of the pattern have more than {limit} case variants, which the "
                "database replaces one by one",
                "use a shorter pattern, or like",
            )
        for variant, char in pairs:
            old, new = self.bind_exact_text(variant), self.bind_exact_text(char)
            subject = f"replace({subject}, {old}, {new})"
        return subject

    def search_text(self, sql: str, words: str) -> str:
        """Return the condition that the text contains the words."""
        raise self.unsupported(
            "its full-text search has a different meaning", "use like or ilike with `*`"
        )

    # Other types

    def compare(self, sql: str, type_: ColumnType, op: Operator, values: list[Any]) -> str:
        """Return the condition that `sql` equals one of the values, or is above or below one.

        The values are of the column's type, which is not text.
        """
        if op is Operator.EQ:
            return self._equals_any(sql, values, type_, lambda value: self.bind_value(value, type_))
        return f"{sql} {SYMBOLS[op]} {self.bind_value(values[0], type_)}"

    def _equals_any(
        self, sql: str, values: list[Any], type_: ColumnType, bind: Callable[[Any], str]
    ) -> str:
        """Return the condition that `sql` equals one of the values."""
        if len(values) >= MANY_VALUES and not self.has_literals:
            condition = self.equals_many(sql, values, type_)
            if condition is not None:
                return condition
        operands = [bind(value) for value in values]
        if len(operands) == 1:
            return f"{sql} = {operands[0]}"
        return f"{sql} IN ({', '.join(operands)})"

    def equals_many(self, sql: str, values: list[Any], type_: ColumnType) -> str | None:
        """Return the condition that `sql` equals one of many values, in a single parameter.

        None if the database has no such parameter for the type.
        """
        return None

    def bind_value(self, value: Any, type_: ColumnType) -> str:
        """Return the placeholder of a value of the column's type, which is not text."""
        if type_.name in NUMBER_TYPES:
            return self.bind_number(value)
        if type_.name == "datetime":
            return self.bind_timestamp(value, type_.type)
        if type_.name == "uuid":
            return self.bind_uuid(value, type_.type)
        return self.bind_date(value) if type_.name == "date" else self.bind_boolean(value)

    def fit_comparison_to_number(
        self, op: Operator, value: Any, type_: ColumnType
    ) -> Representation:
        """Return the comparison with a number that the column can hold."""
        if type_.name == "integer":
            return fit_comparison_to_integer(op, value, *EVERY_INT64)
        if type_.name == "float":
            return fit_comparison_to_float(op, value, single=self.is_single_float(type_.type))
        return self.fit_comparison_to_numeric(op, value, type_.type)

    @abstractmethod
    def fit_comparison_to_numeric(
        self, op: Operator, value: Any, type_: types.TypeEngine[Any]
    ) -> Representation:
        """Return the comparison with a number that a Numeric column can hold."""

    def is_single_float(self, type_: types.TypeEngine[Any]) -> bool:
        """Return whether a Float column has 32 bits."""
        return False

    def bind_number(self, value: Any) -> str:
        """Return the placeholder of a number."""
        if isinstance(value, int):
            return self.bind(value, _BIG)
        if isinstance(value, float):
            return self.bind(value, _DOUBLE)
        return self.bind(value, _NUMERIC)

    def is_not_nan(self, sql: str, type_: ColumnType) -> str | None:
        """Return the condition that `sql` is not NaN, if NaN sorts above all numbers."""
        return None

    def bind_timestamp(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        """Return the placeholder of a point in time; a column without time zone holds UTC."""
        if getattr(type_, "timezone", False):
            return self.bind(value, _ZONED_DATETIME)
        return self.bind(value.replace(tzinfo=None), NAIVE_DATETIME)

    def bind_date(self, value: Any) -> str:
        """Return the placeholder of a date."""
        return self.bind(value, _DATE)

    def bind_boolean(self, value: bool) -> str:  # noqa: FBT001 - a value, not a switch
        """Return the placeholder of a boolean."""
        return self.bind(value, _BOOLEAN)

    def bind_index(self, index: int) -> str:
        """Return the placeholder of an index or a length."""
        return self.bind(index, _INTEGER)

    def is_jsonb(self, type_: types.TypeEngine[Any]) -> bool:
        """Return whether a column has the type JSONB of PostgreSQL."""
        return type_.dialect_impl(self._compiler.dialect).__visit_name__ == "JSONB"

    def list_element(self, sql: str, index: int) -> str:
        """Return an element of a list, or NULL if there is none; the first has the index 0."""
        return f"({sql})[{self.bind_index(index + 1)}]"

    def bind_uuid(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        """Return the placeholder of a UUID, in the form in which the column stores it."""
        return self.bind(value, _UUIDS[bool(getattr(type_, "native_uuid", True))])


def variant_pairs(folded: str) -> list[tuple[str, str]]:
    """Return the case variants of the characters of a folded text, each with its character."""
    variants = case_variants()
    return [(variant, char) for char in dict.fromkeys(folded) for variant in variants.get(char, "")]
