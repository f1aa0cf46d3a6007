"""The path to a value inside a JSON column, for each database that supports it.

A path is a chain of items of one FROM in `EXISTS (SELECT 1 FROM … WHERE …)`. A list on the path
stands for its elements, unless an index follows. Names and indices are bound parameters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from sqlalchemy import types

from epfilter.semantics import PathStep
from epfilter.targets.sqlalchemy.columns import ColumnType
from epfilter.targets.sqlalchemy.dialect import SqlDialect
from epfilter.targets.sqlalchemy.dialects import DuckDB, PostgreSQL, SQLite

_NUMBER = ColumnType("number", types.NullType())
_INTEGER = ColumnType("integer", types.BigInteger())
_FLOAT = ColumnType("float", types.Double())


class JsonPath(ABC):
    """A path that grows step by step; `node` is the SQL of its current node."""

    number_types: ClassVar[tuple[ColumnType, ...]] = (_INTEGER, _FLOAT)
    """The types of the numbers in JSON."""

    def __init__(self, dialect: SqlDialect, column: str, type_: types.TypeEngine[Any]) -> None:
        self.dialect = dialect
        self.type = type_
        self.items: list[str] = []
        self.conditions: list[str] = []
        self.node = self.root(column)

    @abstractmethod
    def root(self, column: str) -> str:
        """Return the node of the column, or NULL for a document that the database cannot read."""

    @abstractmethod
    def is_readable(self, column: str) -> str | None:
        """Return the condition that the database can read a document, None if it always can."""

    @abstractmethod
    def elements(self) -> None:
        """Continue to the elements of a list; any other node is its own only element."""

    @abstractmethod
    def member(self, name: str) -> None:
        """Continue to a member of an object."""

    @abstractmethod
    def element(self, index: int) -> None:
        """Continue to one element of a list."""

    @abstractmethod
    def length(self) -> None:
        """Continue to the length of a list, or to the member `length` of an object."""

    @abstractmethod
    def is_present(self) -> str:
        """Return the condition that the node exists and is not null."""

    @abstractmethod
    def text(self) -> str:
        """Return the node as a text, or NULL if it is not a text."""

    @abstractmethod
    def boolean(self) -> str:
        """Return the node as a boolean, or NULL if it is not a boolean."""

    @abstractmethod
    def number(self, type_: ColumnType) -> str:
        """Return the node as a number of one of the `number_types`, or NULL if it is not one."""

    def follow(self, steps: tuple[PathStep, ...]) -> None:
        """Continue along all steps of a path."""
        for number, step in enumerate(steps, 1):
            if step.list_index is not None:
                self.element(step.list_index)
            elif step.name == "length" and number == len(steps):
                self.length()
            else:
                self.elements()
                self.member(step.name)

    def exists(self, condition: str) -> str:
        """Return the condition that the path leads to a node that satisfies a condition."""
        conditions = " AND ".join([*self.conditions, condition])
        return f"EXISTS (SELECT 1 FROM {', '.join(self.items)} WHERE {conditions})"

    def add_item(self, source: str, columns: str = "") -> str:
        """Add an item to the FROM and return its name."""
        name = f"epfilter_{len(self.items)}"
        self.items.append(f"{source} AS {name}{columns}")
        return name


class SQLiteJsonPath(JsonPath):
    """Nodes are rows of json_each: its `->` and paths read names with escapes wrongly."""

    _type: str
    _value: str

    def root(self, column: str) -> str:
        document = f"CASE WHEN json_valid({column}) THEN {column} END"
        return self._enter(f"json_array(json({document}))")

    def is_readable(self, column: str) -> str | None:
        return f"({column} IS NULL OR json_valid({column}))"

    def elements(self) -> None:
        # Any other node stays as it is: json_array would write a float with 15 digits.
        type_, value = self._type, self._value
        self._enter(f"CASE {type_} WHEN 'array' THEN {value} ELSE '[0]' END")
        self._type = f"CASE {type_} WHEN 'array' THEN {self._type} ELSE {type_} END"
        self._value = f"CASE {type_} WHEN 'array' THEN {self._value} ELSE {value} END"

    def member(self, name: str) -> None:
        self._get("object", self.dialect.bind_text(name))

    def element(self, index: int) -> None:
        self._get("array", self.dialect.bind_index(index))

    def length(self) -> None:
        length = f"json_object('length', json_array_length({self._value}))"
        self._enter(
            f"CASE {self._type} WHEN 'array' THEN {length} WHEN 'object' THEN {self._value} END"
        )
        self.conditions.append(f"{self.node}.key = 'length'")

    def _get(self, type_: str, key: str) -> None:
        self._enter(f"CASE {self._type} WHEN '{type_}' THEN {self._value} END")
        self.conditions.append(f"{self.node}.key = {key}")

    def _enter(self, value: str) -> str:
        """Continue to the rows of `value`, which have a type and a value, and return their name."""
        self.node = self.add_item(f"json_each({value})")
        self._type, self._value = f"{self.node}.type", f"{self.node}.value"
        return self.node

    def is_present(self) -> str:
        return f"{self._type} <> 'null'"

    def text(self) -> str:
        return f"CASE {self._type} WHEN 'text' THEN {self._value} END"

    def boolean(self) -> str:
        return f"CASE {self._type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"

    def number(self, type_: ColumnType) -> str:
        # An integer of more than 64 bits is stored as a float.
        storage = "integer" if type_ is _INTEGER else "real"
        is_number = f"{self._type} IN ('integer', 'real') AND typeof({self._value}) = '{storage}'"
        return f"CASE WHEN {is_number} THEN {self._value} END"


_REFUSED = r"\\u(0000|[dD][89a-fA-F])"
"""A regular expression for the escapes of NUL and of surrogates."""
_OTHER_ESCAPES = r"\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
"""One for the escapes that are no `\\u…`, and for pairs of surrogates."""


class PostgreSQLJsonPath(JsonPath):
    """Nodes are expressions of type JSONB."""

    number_types = (_NUMBER,)

    def root(self, column: str) -> str:
        document, is_readable = f"CAST({column} AS JSONB)", self.is_readable(column)
        if is_readable is not None:
            document = f"CASE WHEN {is_readable} THEN {document} END"
        return f"{self.add_item(f'(SELECT {document})', '(node)')}.node"

    def is_readable(self, column: str) -> str | None:
        # A JSON column can have characters and halves of characters that JSONB refuses.
        if self.dialect.is_jsonb(self.type):
            return None
        text = f"CAST({column} AS TEXT)"
        rest = f"regexp_replace({text}, '{_OTHER_ESCAPES}', '', 'g')"
        return f"(CASE WHEN {text} ~ '{_REFUSED}' THEN {rest} !~ '{_REFUSED}' ELSE TRUE END)"

    def elements(self) -> None:
        node = self.node
        item = self.add_item(
            f"jsonb_array_elements(CASE WHEN jsonb_typeof({node}) = 'array' THEN {node} "
            f"ELSE jsonb_build_array({node}) END)",
            "(node)",
        )
        self.node = f"{item}.node"

    def member(self, name: str) -> None:
        self.node = f"({self.node} -> CAST({self.dialect.bind_text(name)} AS TEXT))"

    def element(self, index: int) -> None:
        node = self.node  # `->` with an index takes a scalar for a list of one
        position = self.dialect.bind_index(index)
        value = f"CASE jsonb_typeof({node}) WHEN 'array' THEN {node} -> {position} END"
        self.node = f"{self.add_item(f'LATERAL (SELECT {value})', '(node)')}.node"

    def length(self) -> None:
        node = self.node
        value = (
            f"CASE jsonb_typeof({node}) WHEN 'array' THEN to_jsonb(jsonb_array_length({node})) "
            f"ELSE {node} -> 'length' END"
        )
        self.node = f"{self.add_item(f'LATERAL (SELECT {value})', '(node)')}.node"

    def is_present(self) -> str:
        return f"jsonb_typeof({self.node}) <> 'null'"

    def text(self) -> str:
        return self._if_type("string")

    def boolean(self) -> str:
        return f"CAST({self._if_type('boolean')} AS BOOLEAN)"

    def number(self, type_: ColumnType) -> str:
        return f"CAST({self._if_type('number')} AS NUMERIC)"

    def _if_type(self, type_: str) -> str:
        return f"CASE jsonb_typeof({self.node}) WHEN '{type_}' THEN {self.node} #>> '{{}}' END"


class DuckDBJsonPath(JsonPath):
    """Nodes are expressions of type JSON; its integers are exact, its other numbers floats."""

    def root(self, column: str) -> str:
        return f"{self.add_item(f'(SELECT TRY_CAST({column} AS JSON))', '(node)')}.node"

    def is_readable(self, column: str) -> str | None:
        return f"({column} IS NULL OR TRY_CAST({column} AS JSON) IS NOT NULL)"

    def elements(self) -> None:
        node = self.node
        item = self.add_item(
            f"unnest(CASE WHEN json_type({node}) = 'ARRAY' THEN json_extract({node}, '$[*]') "
            f"ELSE [{node}] END)",
            "(node)",
        )
        self.node = f"{item}.node"

    def member(self, name: str) -> None:
        self._get("OBJECT", name.replace("~", "~0").replace("/", "~1"))

    def element(self, index: int) -> None:
        self._get("ARRAY", str(index))

    def length(self) -> None:
        node = self.node
        value = (
            f"CASE json_type({node}) WHEN 'ARRAY' THEN to_json(json_array_length({node})) "
            f"WHEN 'OBJECT' THEN json_extract({node}, '/length') END"
        )
        self.node = f"{self.add_item(f'(SELECT {value})', '(node)')}.node"

    def _get(self, type_: str, pointer: str) -> None:
        path = f"CAST({self.dialect.bind_text(f'/{pointer}')} AS VARCHAR)"
        node = self.node
        value = f"CASE json_type({node}) WHEN '{type_}' THEN json_extract({node}, {path}) END"
        self.node = f"{self.add_item(f'(SELECT {value})', '(node)')}.node"

    def is_present(self) -> str:
        return f"json_type({self.node}) <> 'NULL'"

    def text(self) -> str:
        return f"(CASE WHEN {self._is('VARCHAR')} THEN {self._unquoted()} END)"

    def boolean(self) -> str:
        return f"CAST(CASE WHEN {self._is('BOOLEAN')} THEN {self._unquoted()} END AS BOOLEAN)"

    def number(self, type_: ColumnType) -> str:
        if type_ is _FLOAT:
            real = f"CASE WHEN {self._is('DOUBLE')} THEN {self._unquoted()} END"
            return f"CAST({real} AS DOUBLE)"
        whole = f"CASE WHEN {self._is('BIGINT', 'UBIGINT', 'HUGEINT')} THEN {self._unquoted()} END"
        return f"CAST({whole} AS HUGEINT)"

    def _is(self, *names: str) -> str:
        types = ", ".join([f"'{name}'" for name in names])
        return f"json_type({self.node}) IN ({types})"

    def _unquoted(self) -> str:
        return f"json_extract_string({self.node}, '$')"


JSON_PATHS: dict[type[SqlDialect], type[JsonPath]] = {
    SQLite: SQLiteJsonPath,
    PostgreSQL: PostgreSQLJsonPath,
    DuckDB: DuckDBJsonPath,
}
