"""The expression that SQLAlchemy compiles: a filter over columns, written for its database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, ColumnElement, FromClause, and_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from epfilter.ast import Operator
from epfilter.errors import FilterValueError, UnsupportedFilterError
from epfilter.resources import (
    BoundCall,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    bound_calls,
    fold_bound,
)
from epfilter.semantics import format_path
from epfilter.snippets import shorten
from epfilter.targets.overrides import NO_OVERRIDES, Overrides
from epfilter.targets.sqlalchemy.calls import Call, Group, OwnCondition, coerce_values
from epfilter.targets.sqlalchemy.columns import Columns, type_of_variant
from epfilter.targets.sqlalchemy.conditions import write_condition
from epfilter.targets.sqlalchemy.dialect import MAX_FLAT_TERMS, join_conditions
from epfilter.targets.sqlalchemy.dialects import DIALECTS, dialect_class
from epfilter.targets.sqlalchemy.relationships import RelatedPath

_MAX_STEPS = 20
"""Inside one JSON column: SQLite joins at most 64 tables, and each step takes two."""

_MAX_CACHED_VALUES = 200
"""SQLAlchemy caches 500 statements of an engine by default."""


class FilterClause(ColumnElement[bool]):
    """A filter as a condition; the dialect that compiles it decides how it is written.

    The values are a part of the cache key, so a statement with other values is compiled anew.
    """

    _traverse_internals = [  # noqa: RUF012 - what SQLAlchemy traverses and compares
        ("columns", InternalTraversal.dp_clauseelement_list),
        ("_key", InternalTraversal.dp_plain_obj),
    ]
    columns: list[ColumnElement[Any]]
    type = Boolean()

    def __init__(self, f: BoundFilter, columns: Columns, overrides: Overrides) -> None:
        self.columns = []
        self._numbers: dict[int, int] = {}
        self._tree = fold_bound(
            f,
            call=lambda call: (
                self._build_override(call, overrides)
                if overrides.has(call)
                else self._locate_call(call, columns)
            ),
            conjunction=lambda terms: Group("AND", tuple(terms)),
            disjunction=lambda terms: Group("OR", tuple(terms)),
        )
        self._key = _cache_key(self._tree)
        for column in self.columns:
            self._propagate_attrs = self._propagate_attrs or column._propagate_attrs

    @property
    def _from_objects(self) -> list[FromClause]:
        return [source for column in self.columns for source in column._from_objects]

    def self_group(self, against: Any = None) -> FilterClause:
        """Return the clause itself, which has its own parentheses."""
        return self

    def _build_override(self, call: BoundCall, overrides: Overrides) -> Call | OwnCondition | Group:
        self.columns.append(
            overrides.build(
                call,
                "an expression of SQLAlchemy",
                lambda each: isinstance(each, ColumnElement),
            )
        )
        return OwnCondition(len(self.columns) - 1)

    def _locate_call(self, call: BoundCall, columns: Columns) -> Call | OwnCondition | Group:
        if call.op is Operator.TEXT and call.path == "*":
            raise UnsupportedFilterError(
                call.op, "*", "SQL", "a database searches one column", "name a field"
            )
        related = columns.find_related(call.path)
        if related is not None:
            self.columns += [related.source, _related_condition(call, related)]
            return OwnCondition(len(self.columns) - 1)
        location = columns.locate(call.path)
        if len(location.path) > _MAX_STEPS:
            raise UnsupportedFilterError(
                call.op, call.path, "SQL", f"the path has more than {_MAX_STEPS} steps"
            )
        index = self._numbers.setdefault(id(location.column), len(self.columns))
        if index == len(self.columns):
            self.columns.append(location.column)
        values = coerce_values(call, location)
        return Call(call.op, call.path, index, location.type, location.path, values)


def _related_condition(call: BoundCall, related: RelatedPath) -> ColumnElement[bool]:
    """Return the condition of a call on the rows of a relationship, for each value by itself."""
    if not related.rest:
        if isinstance(call, BoundIsNull):
            return related.is_null()
        raise FilterValueError(
            f"`{shorten(call.path)}` is a relationship, which has no value of its own.",
            hint=f"name an attribute of it, as in `{shorten(call.path)}.id`",
        )
    path = format_path(related.rest)
    if related.is_list and (related.rest[0].list_index is not None or path == "length"):
        raise UnsupportedFilterError(
            call.op, call.path, "SQL", "the rows of a relationship are neither counted nor in order"
        )
    columns = Columns(related.target, None)

    def build(each: BoundCall) -> FilterClause:
        return build_clause(replace(each, path=path), columns, NO_OVERRIDES)

    if isinstance(call, BoundIsNull):
        return ~related.exists(~build(call))
    if call.op is not Operator.CONTAINS_ALL:
        return related.exists(build(call))
    return and_(
        *[
            related.exists(build(BoundComparison(Operator.CONTAINS, call.field, call.path, value)))
            for value in call.values
        ]
    )


def _cache_key(tree: Call | OwnCondition | Group) -> tuple[object, ...]:
    """Return what decides how a tree is compiled, besides its columns.

    It contains the types of the values: `True` equals 1.
    """
    if isinstance(tree, Group):
        return (tree.connective, *map(_cache_key, tree.terms))
    if isinstance(tree, OwnCondition):
        return (tree.column_index,)
    types = tuple(map(type, tree.values))
    return (tree.op, tree.column_index, tree.path, types, tree.values)


class LongFilterClause(FilterClause):
    """A filter with so many values that its statement is not cached."""

    inherit_cache = False


def build_clause(f: BoundFilter, columns: Columns, overrides: Overrides) -> FilterClause:
    """Return the clause of a filter: the cache counts statements, so it is left to short ones."""
    values = sum([len(call.values) for call in bound_calls(f)])
    class_ = FilterClause if values <= _MAX_CACHED_VALUES else LongFilterClause
    return class_(f, columns, overrides)


@compiles(FilterClause)
def _compile(clause: FilterClause, compiler: SQLCompiler, **arguments: Any) -> str:
    columns = [compiler.process(column, **arguments) for column in clause.columns]
    return _Compilation(compiler, arguments, columns).write(clause._tree)[0]


class _Compilation:
    """One compilation of a clause, for one database."""

    def __init__(
        self, compiler: SQLCompiler, arguments: dict[str, Any], columns: list[str]
    ) -> None:
        self._dialect_name = compiler.dialect.name
        class_ = dialect_class(compiler.dialect)
        self._dialect = class_(compiler, arguments) if class_ else None
        self._columns = columns

    def write(self, tree: Call | OwnCondition | Group) -> tuple[str, int]:
        """Return the condition, and how deep its parentheses are."""
        if isinstance(tree, Group):
            terms = [self.write(term) for term in tree.terms]
            depth = 1 + max([depth for _, depth in terms])
            if depth > MAX_FLAT_TERMS:
                terms.sort(key=lambda term: -term[1])
            return join_conditions([term for term, _ in terms], tree.connective), depth
        if isinstance(tree, OwnCondition):
            return f"({self._columns[tree.column_index]})", 1
        dialect = self._dialect
        if dialect is None:
            supported = ", ".join(name for name in DIALECTS if name != "default")
            raise UnsupportedFilterError(
                tree.op,
                tree.field,
                self._dialect_name,
                "this database may compare texts, numbers and times in another way",
                f"use one of {supported}",
            )
        dialect.operator, dialect.field = tree.op, tree.field
        type_ = type_of_variant(tree.type, self._dialect_name)
        if type_ is not tree.type:
            if type_.name != tree.type.name:
                raise dialect.unsupported("the column has a type of another kind in this database")
            tree = replace(tree, type=type_)
        return write_condition(dialect, tree, self._columns[tree.column_index]), 0
