"""What each database says in a way of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types

from epfilter.semantics import Pattern, case_variants
from epfilter.targets.sqlalchemy import representable
from epfilter.targets.sqlalchemy.columns import Kind
from epfilter.targets.sqlalchemy.dialect import LOCAL, Writer
from epfilter.targets.sqlalchemy.representable import Cut

_MOST_REPLACED = 20
"""Nested calls; the parser of SQLite ends at a depth of 100 symbols, each call has several."""


class SQLite(Writer):
    """SQLite: LIKE ignores case and ends at NUL, so that ranges and bytes are compared instead."""

    target = "SQLite"
    lists = False
    nul_in_json = False

    def exact(self, x: str) -> str:
        return f"{x} COLLATE BINARY"

    def matching(self, subject: str, wanted: Pattern) -> str:
        place = self.operand(wanted.text)
        if not wanted.any_prefix:
            after = _next(wanted.text)
            low = f"{subject} >= {place}"
            return f"({low} AND {subject} < {self.operand(after)})" if after else low
        data, part = f"CAST({subject} AS BLOB)", f"CAST({place} AS BLOB)"
        if wanted.any_suffix:
            return f"instr({data}, {part}) > 0"
        length = self.index(-len(wanted.text.encode()))
        return f"substr({data}, {length}) = {part}"

    def folding(self, subject: str, wanted: str) -> str:
        chars = dict.fromkeys(wanted)
        pairs = [(v, c) for c in chars for v in case_variants().get(c, "") if not v.isascii()]
        if any("a" <= char <= "z" for char in chars):
            subject = f"lower({subject})"
        return f"{self.replacing(subject, pairs, _MOST_REPLACED)} COLLATE BINARY"

    def decimals(self, sign: str, value: Any, type_: types.TypeEngine[Any]) -> Cut | None:
        cut = representable.loose(sign, value)
        inexact = cut is not None and isinstance(cut.value, float)
        if (
            inexact
            and isinstance(type_, types.Numeric)
            and not representable.is_kept_by_floats(value)
        ):
            raise self.refusal(
                "it keeps such numbers as floats, which have 15 digits, and the value has more"
            )
        return cut

    def moment(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        return self.value(value.replace(tzinfo=None), LOCAL)


def _next(text: str) -> str | None:
    """The least text above all that begin with this one; None where there is none."""
    text = text.rstrip("\U0010ffff")
    if not text:
        return None
    code = ord(text[-1]) + 1
    return text[:-1] + chr(0xE000 if code == 0xD800 else code)  # surrogates are no characters


class PostgreSQL(Writer):
    """PostgreSQL: the collation "C" compares UTF-8 by code point."""

    target = "PostgreSQL"

    def most_parameters(self, driver: str) -> int | None:
        # The protocol counts them in 16 bits; psycopg2 writes the values into the statement.
        return {"default": None, "psycopg2": None, "asyncpg": 32_767}.get(driver, 65_535)

    def text(self, value: str) -> str:
        if "\x00" in value:
            raise self.refusal("no text of PostgreSQL holds NUL, the character U+0000")
        return super().text(value)

    def exact(self, x: str) -> str:
        return f'CAST({x} AS TEXT) COLLATE "C"'

    def equal(self, x: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        return self._equal_twice(x, values, type_)

    def words(self, x: str, text: str) -> str:
        vector = f"to_tsvector('simple', CAST({x} AS TEXT))"
        return f"{vector} @@ plainto_tsquery('simple', {self.text(text)})"

    def decimals(self, sign: str, value: Any, type_: types.TypeEngine[Any]) -> Cut | None:
        return representable.number(
            sign, value, representable.DIGITS_131071, -representable.DIGITS_131071, 16_383
        )

    def single(self, type_: types.TypeEngine[Any]) -> bool:
        precision = getattr(type_, "precision", None)
        return isinstance(type_, types.REAL) or (precision is not None and precision <= 24)

    def no_nan(self, x: str, kind: Kind) -> str | None:
        if kind.name == "integer":
            return None
        return f"{x} <> CAST('NaN' AS {'NUMERIC' if kind.name == 'number' else 'FLOAT8'})"


class DuckDB(Writer):
    """DuckDB: what its statements read is UTF-8, compared byte by byte."""

    target = "DuckDB"

    def exact(self, x: str) -> str:
        return f"{x} COLLATE C"

    def numbers(self, sign: str, value: Any, kind: Kind) -> Cut | None:
        if kind.name == "integer":
            return representable.integer(sign, value, 127)
        return super().numbers(sign, value, kind)

    def decimals(self, sign: str, value: Any, type_: types.TypeEngine[Any]) -> Cut | None:
        digits, scale = _declared(type_, 18, 3)
        return _fixed(sign, value, digits, scale)

    def single(self, type_: types.TypeEngine[Any]) -> bool:
        return not isinstance(type_, types.Double)

    def no_nan(self, x: str, kind: Kind) -> str | None:
        return f"NOT isnan({x})" if kind.name == "float" else None


class MySQL(Writer):
    """MySQL and MariaDB: bytes of UTF-8 compare by code point, with case and trailing spaces."""

    target = "MySQL"
    lists = False

    def exact(self, x: str) -> str:
        return f"CAST(CONVERT({x} USING utf8mb4) AS BINARY)"

    def operand(self, value: str) -> str:
        return self.exact(self.text(value))

    def equal(self, x: str, values: list[str], type_: types.TypeEngine[Any]) -> str:
        return self._equal_twice(x, values, type_)

    def folding(self, subject: str, wanted: str) -> str:
        chars = dict.fromkeys(wanted)
        pairs = [(v, char) for char in chars for v in case_variants().get(char, "")]
        return self.replacing(subject, pairs, 3 * _MOST_REPLACED)

    def numbers(self, sign: str, value: Any, kind: Kind) -> Cut | None:
        if kind.name == "integer":
            return representable.integer(sign, value, 64)
        return super().numbers(sign, value, kind)

    def decimals(self, sign: str, value: Any, type_: types.TypeEngine[Any]) -> Cut | None:
        return _fixed(sign, value, 65, 30)

    def single(self, type_: types.TypeEngine[Any]) -> bool:
        precision = getattr(type_, "precision", None)
        double = isinstance(type_, (types.Double, types.REAL))
        return not double and (precision is None or precision <= 24)

    def moment(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        if isinstance(type_, types.TIMESTAMP):
            raise self.refusal("a TIMESTAMP changes with the time zone of the session")
        return self.value(value.replace(tzinfo=None), LOCAL)


class MariaDB(MySQL):
    """MariaDB: its own UUIDs have an order of their own."""

    target = "MariaDB"

    def uuid(self, value: Any, type_: types.TypeEngine[Any]) -> str:
        if self.operator not in ("eq", "in"):
            raise self.refusal("its order of UUIDs is not that of their digits")
        return super().uuid(value, type_)


def _declared(type_: types.TypeEngine[Any], digits: int, scale: int) -> tuple[int, int]:
    precision = getattr(type_, "precision", None)
    return (digits, scale) if precision is None else (precision, getattr(type_, "scale", None) or 0)


def _fixed(sign: str, value: Any, digits: int, scale: int) -> Cut | None:
    highest = representable.highest(digits, scale)
    return representable.number(sign, value, highest, -highest, scale)


WRITERS: dict[str, type[Writer]] = {
    "sqlite": SQLite,
    "postgresql": PostgreSQL,
    "default": PostgreSQL,
    "duckdb": DuckDB,
    "mysql": MySQL,
    "mariadb": MariaDB,
}
"""By the name of the dialect; `default` is that of `str(condition)`."""
