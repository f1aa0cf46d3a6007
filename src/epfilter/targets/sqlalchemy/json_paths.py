"""The way to a value inside a JSON column, for the databases that look into JSON.

A way is a chain of items of one FROM, which `EXISTS (SELECT 1 FROM … WHERE …)` asks. A list on the
way stands for its elements, except where an index follows. A node is written as each database
needs it; names and indices of the way are bound parameters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from epfilter.semantics import PathStep
from epfilter.targets.sqlalchemy.dialect import Writer
from epfilter.targets.sqlalchemy.dialects import DuckDB, PostgreSQL, SQLite


class JsonPath(ABC):
    """A way that grows step by step; `node` is where it has come to."""

    def __init__(self, writer: Writer, column: str) -> None:
        self.writer = writer
        self.items: list[str] = []
        self.conditions: list[str] = []
        self.node = self.root(column)

    @abstractmethod
    def root(self, column: str) -> str:
        """The node of the column."""

    @abstractmethod
    def elements(self) -> None:
        """Go to the elements of a list; anything else is its only element."""

    @abstractmethod
    def member(self, name: str) -> None:
        """Go to the member of an object."""

    @abstractmethod
    def at(self, index: int) -> None:
        """Go to one element of a list."""

    @abstractmethod
    def length(self) -> None:
        """Go to how many elements a list has, and to the member `length` of an object."""

    @abstractmethod
    def present(self) -> str:
        """That the node is there and not null."""

    @abstractmethod
    def text(self) -> str:
        """The node as a text; NULL where it is none."""

    @abstractmethod
    def boolean(self) -> str:
        """The node as a boolean; NULL where it is none."""

    @abstractmethod
    def number(self) -> dict[str, str]:
        """The node as a number of each kind; NULL where it is none."""

    def go(self, inside: tuple[PathStep, ...]) -> None:
        """Take all steps of a path."""
        for place, step in enumerate(inside, 1):
            if step.list_index is not None:
                self.at(step.list_index)
            elif step.name == "length" and place == len(inside):
                self.length()
            else:
                self.elements()
                self.member(step.name)

    def exists(self, condition: str) -> str:
        """That the way leads to a node of which the condition holds."""
        conditions = " AND ".join([*self.conditions, condition])
        return f"EXISTS (SELECT 1 FROM {', '.join(self.items)} WHERE {conditions})"

    def item(self, source: str, columns: str = "") -> str:
        """Add an item to the FROM; its name."""
        name = f"epfilter_{len(self.items)}"
        self.items.append(f"{source} AS {name}{columns}")
        return name

    def index(self, index: int) -> str:
        """The place of an index."""
        return self.writer.index(index)


class InSQLite(JsonPath):
    """Nodes are rows of json_each: its `->` and paths read names with escapes wrongly."""

    def root(self, column: str) -> str:
        return self.item(f"json_each(json_array(json({column})))")

    def elements(self) -> None:
        node = self.node
        self.node = self.item(
            f"json_each(CASE {node}.type WHEN 'array' THEN {node}.value "
            f"WHEN 'object' THEN json_array(json({node}.value)) "
            f"WHEN 'true' THEN '[true]' WHEN 'false' THEN '[false]' "
            f"ELSE json_array({node}.value) END)"
        )

    def member(self, name: str) -> None:
        self._under("object", self.writer.text(name))

    def at(self, index: int) -> None:
        self._under("array", self.index(index))

    def length(self) -> None:
        node = self.node
        counted = f"json_object('length', json_array_length({node}.value))"
        self._into(
            f"CASE {node}.type WHEN 'array' THEN {counted} WHEN 'object' THEN {node}.value END",
            "'length'",
        )

    def _under(self, type_: str, key: str) -> None:
        self._into(f"CASE {self.node}.type WHEN '{type_}' THEN {self.node}.value END", key)

    def _into(self, found: str, key: str) -> None:
        self.node = self.item(f"json_each({found})")
        self.conditions.append(f"{self.node}.key = {key}")

    def present(self) -> str:
        return f"{self.node}.type <> 'null'"

    def text(self) -> str:
        return f"CASE {self.node}.type WHEN 'text' THEN {self.node}.value END"

    def boolean(self) -> str:
        return f"CASE {self.node}.type WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"

    def number(self) -> dict[str, str]:
        node = self.node
        return {"number": f"CASE WHEN {node}.type IN ('integer', 'real') THEN {node}.value END"}


class InPostgreSQL(JsonPath):
    """Nodes are expressions of type JSONB."""

    def root(self, column: str) -> str:
        return f"{self.item(f'(SELECT CAST({column} AS JSONB))', '(node)')}.node"

    def elements(self) -> None:
        node = self.node
        item = self.item(
            f"jsonb_array_elements(CASE WHEN jsonb_typeof({node}) = 'array' THEN {node} "
            f"ELSE jsonb_build_array({node}) END)",
            "(node)",
        )
        self.node = f"{item}.node"

    def member(self, name: str) -> None:
        self.node = f"({self.node} -> CAST({self.writer.text(name)} AS TEXT))"

    def at(self, index: int) -> None:
        node = self.node  # `->` with an index takes a scalar for a list of one
        found = f"CASE jsonb_typeof({node}) WHEN 'array' THEN {node} -> {self.index(index)} END"
        self.node = f"{self.item(f'LATERAL (SELECT {found})', '(node)')}.node"

    def length(self) -> None:
        node = self.node
        found = (
            f"CASE jsonb_typeof({node}) WHEN 'array' THEN to_jsonb(jsonb_array_length({node})) "
            f"ELSE {node} -> 'length' END"
        )
        self.node = f"{self.item(f'LATERAL (SELECT {found})', '(node)')}.node"

    def present(self) -> str:
        return f"jsonb_typeof({self.node}) <> 'null'"

    def text(self) -> str:
        return self._when("string")

    def boolean(self) -> str:
        return f"CAST({self._when('boolean')} AS BOOLEAN)"

    def number(self) -> dict[str, str]:
        return {"number": f"CAST({self._when('number')} AS NUMERIC)"}

    def _when(self, type_: str) -> str:
        return f"CASE jsonb_typeof({self.node}) WHEN '{type_}' THEN {self.node} #>> '{{}}' END"


class InDuckDB(JsonPath):
    """Nodes are expressions of type JSON; its integers are exact, its other numbers floats."""

    def root(self, column: str) -> str:
        return f"{self.item(f'(SELECT CAST({column} AS JSON))', '(node)')}.node"

    def elements(self) -> None:
        node = self.node
        item = self.item(
            f"unnest(CASE WHEN json_type({node}) = 'ARRAY' THEN json_extract({node}, '$[*]') "
            f"ELSE [{node}] END)",
            "(node)",
        )
        self.node = f"{item}.node"

    def member(self, name: str) -> None:
        self._under("OBJECT", name.replace("~", "~0").replace("/", "~1"))

    def at(self, index: int) -> None:
        self._under("ARRAY", str(index))

    def length(self) -> None:
        node = self.node
        found = (
            f"CASE json_type({node}) WHEN 'ARRAY' THEN to_json(json_array_length({node})) "
            f"WHEN 'OBJECT' THEN json_extract({node}, '/length') END"
        )
        self.node = f"{self.item(f'(SELECT {found})', '(node)')}.node"

    def _under(self, type_: str, pointer: str) -> None:
        path = f"CAST({self.writer.text(f'/{pointer}')} AS VARCHAR)"
        node = self.node
        found = f"CASE json_type({node}) WHEN '{type_}' THEN json_extract({node}, {path}) END"
        self.node = f"{self.item(f'(SELECT {found})', '(node)')}.node"

    def present(self) -> str:
        return f"json_type({self.node}) <> 'NULL'"

    def text(self) -> str:
        return f"(CASE WHEN {self._is('VARCHAR')} THEN {self._plain()} END)"

    def boolean(self) -> str:
        return f"CAST(CASE WHEN {self._is('BOOLEAN')} THEN {self._plain()} END AS BOOLEAN)"

    def number(self) -> dict[str, str]:
        whole = f"CASE WHEN {self._is('BIGINT', 'UBIGINT', 'HUGEINT')} THEN {self._plain()} END"
        real = f"CASE WHEN {self._is('DOUBLE')} THEN {self._plain()} END"
        return {"integer": f"CAST({whole} AS HUGEINT)", "double": f"CAST({real} AS DOUBLE)"}

    def _is(self, *names: str) -> str:
        listed = ", ".join([f"'{name}'" for name in names])
        return f"json_type({self.node}) IN ({listed})"

    def _plain(self) -> str:
        return f"json_extract_string({self.node}, '$')"


PATHS: dict[type[Writer], type[JsonPath]] = {
    SQLite: InSQLite,
    PostgreSQL: InPostgreSQL,
    DuckDB: InDuckDB,
}
