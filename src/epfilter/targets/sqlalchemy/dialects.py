"""The dialect of each supported database."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, types

from epfilter.ast import LOWER_BOUND_OPERATORS, UPPER_BOUND_OPERATORS, Operator
from epfilter.semantics import Pattern
from epfilter.targets.representable import (
    EVERY_INT64,
    Representation,
    fit_comparison_to_decimal,
    fit_comparison_to_float,
    fit_comparison_to_integer,
    has_float_digits,
)
from epfilter.targets.sqlalchemy.columns import ColumnType
from epfilter.targets.sqlalchemy.dialect import NAIVE_DATETIME, SYMBOLS, SqlDialect, variant_pairs

_MAX_REPLACED = 20
"""Nested calls; the parser of SQLite stops at a depth of 100 symbols, several for each call."""

_BYTES: types.TypeEngine[Any] = types.LargeBinary()
_AS_IS = types.NullType()
"""The type of a parameter that the driver receives as it is."""

_ITEM_TYPES: dict[str, types.TypeEngine[Any]] = {
    "integer": types.BigInteger(),
    "text": types.String(),
    "float": types.Double(),
    "number": types.Numeric(),
}
"""The types of values that one parameter has together."""

_INTEGER_LIMITS: dict[type[types.Integer], int] = {
    types.SmallInteger: 2**15,
    types.BigInteger: 2**63,
    types.Integer: 2**31,
}
"""The integers of each type are below this; the types are subclasses of the last one."""

_POSTGRESQL_HIGHEST = Decimal("1e131071")
_POSTGRESQL_SCALE = 16_383
"""Source: PostgreSQL's page on numeric types, 131072 digits before the point and 16383 after."""


class SQLite(SqlDialect):
    """SQLite: LIKE ignores case and stops at NUL, so ranges and bytes are compared instead."""

    target = "SQLite"
    has_lists = False
    has_nul_in_json = False

    def exact_text(self, sql: str) -> str:
        return f"{sql} COLLATE BINARY"

    def matches_wildcard(self, subject: str, pattern: Pattern) -> str:
        operand = self.bind_exact_text(pattern.text)
        if not pattern.any_prefix:
            successor = _next_prefix(pattern.text)
            lower = f"{subject} >= {operand}"
            if successor is None:
                return lower
            return f"({lower} AND {subject} < {self.bind_exact_text(successor)})"
        data, part = f"CAST({subject} AS BLOB)", f"CAST({operand} AS BLOB)"
        if pattern.any_suffix:
            return f"instr({data}, {part}) > 0"
        start = self.bind_index(-len(pattern.text.encode()))
        return f"substr({data}, {start}) = {part}"

    def fold_text(self, subject: str, folded: str) -> str:
        pairs = [pair for pair in variant_pairs(folded) if not pair[0].isascii()]
        if any("a" <= char <= "z" for char in folded):
            subject = f"lower({subject})"
        return f"{self.replace_each(subject, pairs, _MAX_REPLACED)} COLLATE BINARY"

    def fit_comparison_to_numeric(
        self, op: Operator, value: Any, type_: types.TypeEngine[Any]
    ) -> Representation:
        whole = fit_comparison_to_integer(op, value, *EVERY_INT64)
        if not isinstance(whole, bool) and whole.value == value:
            return whole
        if not has_float_digits(value):
            raise self.unsupported(
                "it stores such numbers as floats of 15 digits, and the value has more",
                "use a value of at most 15 digits",
            )
        return fit_comparison_to_float(op, value)

    def compare(self, sql: str, type_: ColumnType, op: Operator, values: list[Any]) -> str:
        if type_.name not in ("date", "datetime"):
            return super().compare(sql, type_, op, values)
        if getattr(type_.type.dialect_impl(self._compiler.dialect), "_reg", None) is not None:
            raise self.unsupported(
                "the column has a storage format of its own", "use the default format"
            )
        if type_.name == "date":
            return super().compare(sql, type_, op, values)
        bounds = [
            f"{sql} {symbol} {self.bind_text(day)}" for symbol, day in _day_bounds(op, values)
        ]
        condition = super().compare(_timestamp(sql), type_, op, values)
        return f"({' AND '.join([*bounds, condition])})" if bounds else condition

    def equals_many(self, sql: str, values: list[Any], type_: ColumnType) -> str | None:
        if type_.name == "text":
            if any("\x00" in value for value in values):
                return None  # texts in JSON end there
        elif type_.name != "integer":
            return None
        document = self.bind_text(json.dumps(values))
        return f"{sql} IN (SELECT value FROM json_each({document}))"

    def bind_timestamp(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        return self.bind(value.replace(tzinfo=None), NAIVE_DATETIME)


def _timestamp(sql: str) -> str:
    """Return a text of ISO 8601 in UTC and as SQLAlchemy writes it, or NULL for another text.

    The functions of SQLite read a time zone only with a colon, round fractions to milliseconds, and
    read texts such as `now`.
    """
    parts = (
        f"(SELECT substr({sql}, 1, 10) AS day, substr({sql}, 12) AS time, "
        f"ltrim(substr({sql}, 12), '0123456789:.,') AS zone)"
    )
    clock = "substr(time, 1, length(time) - length(zone))"
    minutes = "CASE length(clock) WHEN 2 THEN clock || ':00' ELSE substr(clock, 1, 8) END"
    offset = (
        "CASE WHEN zone GLOB '[+-][0-9][0-9]' THEN zone || ':00' "
        "WHEN zone GLOB '[+-][0-9][0-9][0-9][0-9]' "
        "THEN substr(zone, 1, 3) || ':' || substr(zone, 4) ELSE zone END"
    )
    seconds = f"strftime('%Y-%m-%d %H:%M:%S', day || ' ' || {minutes} || {offset})"
    fraction = "substr(substr(clock, 10) || '000000', 1, 6)"
    return (
        f"CASE WHEN {sql} GLOB '????-??-?? ??:??:??.[0-9][0-9][0-9][0-9][0-9][0-9]' THEN {sql} "
        f"WHEN {sql} GLOB '????-??-??*' THEN (SELECT {seconds} || '.' || {fraction} "
        f"FROM (SELECT day, zone, {clock} AS clock FROM {parts})) END"
    )


def _day_bounds(op: Operator, values: list[datetime]) -> list[tuple[str, str]]:
    """Return bounds that an index helps with: a time zone moves the day of a text by one."""
    bounds = []
    with suppress(OverflowError):
        if op not in UPPER_BOUND_OPERATORS:
            bounds.append((">=", str(min(values).date() - timedelta(days=1))))
    with suppress(OverflowError):
        if op not in LOWER_BOUND_OPERATORS:
            bounds.append(("<", str(max(values).date() + timedelta(days=2))))
    return bounds


def _next_prefix(prefix: str) -> str | None:
    """Return the least text above all texts that begin with `prefix`; None if there is none."""
    prefix = prefix.rstrip("\U0010ffff")
    if not prefix:
        return None
    code = ord(prefix[-1]) + 1
    return prefix[:-1] + chr(0xE000 if code == 0xD800 else code)  # surrogates are not characters


class PostgreSQL(SqlDialect):
    """PostgreSQL: the collation "C" compares UTF-8 by code point."""

    target = "PostgreSQL"
    exact_type = ColumnType("text", types.Text())

    def max_parameters(self, driver: str) -> int | None:
        # The protocol counts them in 16 bits; psycopg2 writes the values into the statement.
        return {"default": None, "psycopg2": None, "asyncpg": 32_767}.get(driver, 65_535)

    def refuse_nul(self, value: str) -> None:
        """Raise UnsupportedFilterError for a text that contains NUL."""
        if "\x00" in value:
            raise self.unsupported("its texts cannot contain NUL, the character U+0000")

    def bind_text(self, value: str) -> str:
        self.refuse_nul(value)
        return super().bind_text(value)

    def exact_text(self, sql: str) -> str:
        return f'CAST({sql} AS TEXT) COLLATE "C"'

    def text_equals(self, sql: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        return self._equals_with_index(sql, values, type_)

    def equals_many(self, sql: str, values: list[Any], type_: ColumnType) -> str | None:
        item = _ITEM_TYPES.get(type_.name)
        if item is None:
            return None
        if type_.name == "text":
            for value in values:
                self.refuse_nul(value)
        is_same_type = type_.name != "float"
        if type_.name == "integer":
            declared = next(each for each in _INTEGER_LIMITS if isinstance(type_.type, each))
            limit = _INTEGER_LIMITS[declared]
            is_same_type = max(values) < limit and min(values) >= -limit
            item = declared() if is_same_type else item
        parameter = self.bind(values, types.ARRAY(item))
        # Arrays of another type than the column's are searched value by value. So is a second
        # array for the same index: an index with COLLATE "C" helps for exact texts, too.
        if is_same_type and type_ is not self.exact_type:
            return f"{sql} = ANY ({parameter})"
        return f"{sql} IN (SELECT unnest({parameter}))"

    def list_element(self, sql: str, index: int) -> str:
        # The first index of an array is 1 only by default.
        return f"({sql})[array_lower({sql}, 1) + {self.bind_index(index)}]"

    def search_text(self, sql: str, words: str) -> str:
        vector = f"to_tsvector('simple', CAST({sql} AS TEXT))"
        return f"{vector} @@ plainto_tsquery('simple', {self.bind_text(words)})"

    def fit_comparison_to_numeric(
        self, op: Operator, value: Any, type_: types.TypeEngine[Any]
    ) -> Representation:
        highest = _POSTGRESQL_HIGHEST
        return fit_comparison_to_decimal(op, value, -highest, highest, _POSTGRESQL_SCALE)

    def is_single_float(self, type_: types.TypeEngine[Any]) -> bool:
        precision = getattr(type_, "precision", None)
        return isinstance(type_, types.REAL) or (precision is not None and precision <= 24)

    def is_not_nan(self, sql: str, type_: ColumnType) -> str | None:
        if type_.name == "integer":
            return None
        return f"{sql} <> CAST('NaN' AS {'NUMERIC' if type_.name == 'number' else 'FLOAT8'})"


class DuckDB(SqlDialect):
    """DuckDB: the texts of its statements are UTF-8, compared byte by byte."""

    target = "DuckDB"

    def as_text(self, sql: str, type_: types.TypeEngine[Any]) -> str:
        return f"CAST({sql} AS VARCHAR)" if isinstance(type_, types.Enum) else sql

    def exact_text(self, sql: str) -> str:
        return f"{sql} COLLATE C"

    def fit_comparison_to_number(
        self, op: Operator, value: Any, type_: ColumnType
    ) -> Representation:
        if type_.name == "integer":
            return fit_comparison_to_integer(op, value, -(2**127), 2**127 - 1)
        return super().fit_comparison_to_number(op, value, type_)

    def fit_comparison_to_numeric(
        self, op: Operator, value: Any, type_: types.TypeEngine[Any]
    ) -> Representation:
        return _fit_comparison_to_fixed(op, value, *_declared_digits(type_, 18, 3))

    def bind_number(self, value: Any) -> str:
        # The Numeric of duckdb-engine converts to a float.
        is_sent_as_is = isinstance(value, Decimal) and not self.has_literals
        return self.bind(value, _AS_IS) if is_sent_as_is else super().bind_number(value)

    def equals_many(self, sql: str, values: list[Any], type_: ColumnType) -> str | None:
        if type_.name not in ("integer", "text", "float"):
            return None
        return f"{sql} IN (SELECT unnest({self.bind(values, _AS_IS)}))"

    def is_single_float(self, type_: types.TypeEngine[Any]) -> bool:
        return not isinstance(type_, types.Double)

    def is_not_nan(self, sql: str, type_: ColumnType) -> str | None:
        return f"NOT isnan({sql})" if type_.name == "float" else None


class MySQL(SqlDialect):
    """MySQL and MariaDB: bytes of UTF-8 compare by code point, with case and trailing spaces."""

    target = "MySQL"
    has_lists = False
    exact_type = ColumnType("bytes", _BYTES)

    def exact_text(self, sql: str) -> str:
        return f"CAST(CONVERT({sql} USING utf8mb4) AS BINARY)"

    def bind_exact_text(self, value: str) -> str:
        # As a text it would lose the characters that the connection's character set has not.
        return self.bind(value.encode(), _BYTES)

    def text_equals(self, sql: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        # A text that the column's character set has not is an error of the database.
        if all(map(str.isascii, values)):
            return self._equals_with_index(sql, values, type_)
        return super().text_equals(sql, values, type_)

    def equals_many(self, sql: str, values: list[Any], type_: ColumnType) -> str | None:
        if type_ is self.exact_type:
            item, values = _BYTES, [value.encode() for value in values]
        elif type_.name in ("integer", "text"):
            item = _ITEM_TYPES[type_.name]
        else:
            return None
        # SQLAlchemy writes the parameters when the statement is executed.
        return f"{sql} IN {self.bind(values, item, expanding=True)}"

    def fold_text(self, subject: str, folded: str) -> str:
        return self.replace_each(subject, variant_pairs(folded), 3 * _MAX_REPLACED)

    def fit_comparison_to_number(
        self, op: Operator, value: Any, type_: ColumnType
    ) -> Representation:
        if type_.name == "integer":
            return fit_comparison_to_integer(op, value, -(2**64), 2**64 - 1)
        return super().fit_comparison_to_number(op, value, type_)

    def fit_comparison_to_numeric(
        self, op: Operator, value: Any, type_: types.TypeEngine[Any]
    ) -> Representation:
        return _fit_comparison_to_fixed(op, value, 65, 30)

    def is_single_float(self, type_: types.TypeEngine[Any]) -> bool:
        precision = getattr(type_, "precision", None)
        is_double = isinstance(type_, (types.Double, types.REAL))
        return not is_double and (precision is None or precision <= 24)

    def bind_timestamp(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        if isinstance(type_, types.TIMESTAMP):
            raise self.unsupported(
                "a TIMESTAMP depends on the time zone of the session", "use a DATETIME column"
            )
        return self.bind(value.replace(tzinfo=None), NAIVE_DATETIME)


class MariaDB(MySQL):
    """MariaDB: its UUIDs have an order of their own, so they compare as texts."""

    target = "MariaDB"

    def compare(self, sql: str, type_: ColumnType, op: Operator, values: list[Any]) -> str:
        is_native = (
            type_.name == "uuid"
            and getattr(type_.type, "native_uuid", True)
            and self._compiler.dialect.supports_native_uuid
        )
        if op is Operator.EQ or not is_native:
            return super().compare(sql, type_, op, values)
        return f"{self.exact_text(sql)} {SYMBOLS[op]} {self.bind_exact_text(str(values[0]))}"


def _declared_digits(type_: types.TypeEngine[Any], digits: int, scale: int) -> tuple[int, int]:
    precision = getattr(type_, "precision", None)
    return (digits, scale) if precision is None else (precision, getattr(type_, "scale", None) or 0)


def _fit_comparison_to_fixed(op: Operator, value: Any, digits: int, scale: int) -> Representation:
    highest = Decimal((0, (9,) * digits, -scale))
    return fit_comparison_to_decimal(op, value, -highest, highest, scale)


DIALECTS: dict[str, type[SqlDialect]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
    "default": PostgreSQL,
    "duckdb": DuckDB,
    "mysql": MySQL,
    "mariadb": MariaDB,
}
"""By the name of SQLAlchemy's dialect; `default` is that of `str(condition)`."""


def dialect_class(dialect: Dialect) -> type[SqlDialect] | None:
    """Return the class for a dialect of SQLAlchemy; None if epfilter does not support it.

    A dialect with the name mysql can be connected to MariaDB.
    """
    return MariaDB if getattr(dialect, "is_mariadb", False) else DIALECTS.get(dialect.name)
