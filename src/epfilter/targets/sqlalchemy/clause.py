"""The expression that SQLAlchemy compiles: a filter over columns, written for its database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, FromClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from epfilter.ast import Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.resources import BoundAnd, BoundFilter, BoundIsNull, BoundOr
from epfilter.targets.sqlalchemy.calls import Call, Group, values_of
from epfilter.targets.sqlalchemy.columns import Columns
from epfilter.targets.sqlalchemy.conditions import asked
from epfilter.targets.sqlalchemy.dialect import FLAT, joined
from epfilter.targets.sqlalchemy.dialects import WRITERS

_MOST_STEPS = 20
"""Inside one JSON column; SQLite joins 64 tables at most, and a step takes two."""


class _OverColumns(ColumnElement[bool]):
    """What SQLAlchemy may look at and put others in place of: the columns."""

    _traverse_internals = [("columns", InternalTraversal.dp_clauseelement_list)]  # noqa: RUF012
    columns: list[ColumnElement[Any]]


class FilterClause(_OverColumns):
    """A filter as a condition; the dialect that compiles it decides how it is written.

    A statement with it is compiled each time: filters are as many as their values, and would push
    other statements out of the cache.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, f: BoundFilter, columns: Columns) -> None:
        self.columns = []
        self._numbers: dict[int, int] = {}
        self._tree = self._group(f, columns)
        for column in self.columns:
            self._propagate_attrs = self._propagate_attrs or column._propagate_attrs

    @property
    def _from_objects(self) -> list[FromClause]:
        return [found for column in self.columns for found in column._from_objects]

    def self_group(self, against: Any = None) -> FilterClause:
        """The clause itself, which brings its own parentheses."""
        return self

    def _group(self, f: BoundFilter, columns: Columns) -> Call | Group:
        if isinstance(f, (BoundAnd, BoundOr)):
            word = "AND" if isinstance(f, BoundAnd) else "OR"
            return Group(word, tuple([self._group(term, columns) for term in f.terms]))
        op = None if isinstance(f, BoundIsNull) else f.op
        if op is Operator.TEXT and f.path == "*":
            raise UnsupportedFilterError(
                op, "*", "SQL", "a database searches one column", "name a field"
            )
        place = columns.place(f.path)
        if len(place.inside) > _MOST_STEPS:
            raise UnsupportedFilterError(
                op or "is_null", f.path, "SQL", f"the path has more than {_MOST_STEPS} steps"
            )
        number = self._numbers.setdefault(id(place.column), len(self.columns))
        if number == len(self.columns):
            self.columns.append(place.column)
        return Call(op, f.path, number, place.kind, place.inside, values_of(f, place))


@compiles(FilterClause)
def _compiled(clause: FilterClause, compiler: SQLCompiler, **arguments: Any) -> str:
    columns = [compiler.process(column, **arguments) for column in clause.columns]
    return _Compilation(compiler, arguments, columns).written(clause._tree)


class _Compilation:
    """One compilation of a clause, for one database."""

    def __init__(
        self, compiler: SQLCompiler, arguments: dict[str, Any], columns: list[str]
    ) -> None:
        name = compiler.dialect.name
        self._named = name
        made = WRITERS.get(name)
        self._writer = made(compiler, arguments) if made else None
        self._columns = columns

    def written(self, tree: Call | Group) -> str:
        return self._written(tree)[0]

    def _written(self, tree: Call | Group) -> tuple[str, int]:
        """The condition, and how deep it is."""
        if isinstance(tree, Group):
            terms = [self._written(term) for term in tree.terms]
            depth = 1 + max([depth for _, depth in terms])
            if depth > FLAT:
                terms.sort(key=lambda term: -term[1])
            return joined([term for term, _ in terms], f" {tree.word} "), depth
        writer = self._writer
        if writer is None:
            raise UnsupportedFilterError(
                tree.operator,
                tree.field,
                self._named,
                "its texts, numbers and times are not known to compare as a filter means",
                f"use one of {', '.join(name for name in WRITERS if name != 'default')}",
            )
        writer.operator, writer.field = tree.operator, tree.field
        return asked(writer, tree, self._columns[tree.column]), 0
