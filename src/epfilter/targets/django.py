"""A filter as a condition of Django, with the SQL that `to_sqlalchemy` writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Expression
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from epfilter.arguments import describe_type
from epfilter.ast import And, Filter, Or, construct_group
from epfilter.errors import FilterTypeError, UnsupportedFilterError
from epfilter.resources import (
    BoundAnd,
    BoundFilter,
    BoundOr,
    bound_calls,
    resource_of,
    resource_schema,
)
from epfilter.snippets import shorten
from epfilter.targets.binding import bind_filter
from epfilter.targets.column_aliases import path_names, require_columns
from epfilter.targets.overrides import Override, Overrides
from epfilter.targets.sqlalchemy import to_sqlalchemy
from epfilter.templates import Template, as_filter

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler as DjangoCompiler

    from epfilter.resources import Resource

_Columns = dict[str, tuple[Any, sqlalchemy.types.TypeEngine[Any]]]
"""The expression of Django and the type of SQLAlchemy of each field of a filter."""

_DIALECTS: dict[str, Any] = {
    "sqlite": sqlite.dialect,
    "postgresql": postgresql.psycopg.dialect,
    "mysql": mysql.dialect,
}
"""The dialects of SQLAlchemy by the vendors of Django, which calls MariaDB mysql too."""

_TYPES: tuple[tuple[type[models.Field[Any, Any]], sqlalchemy.types.TypeEngine[Any]], ...] = (
    (models.BooleanField, sqlalchemy.Boolean()),
    (models.BigIntegerField, sqlalchemy.BigInteger()),
    (models.SmallIntegerField, sqlalchemy.SmallInteger()),
    (models.IntegerField, sqlalchemy.Integer()),
    (models.FloatField, sqlalchemy.Double()),
    (models.DateTimeField, sqlalchemy.DateTime(timezone=True)),
    (models.DateField, sqlalchemy.Date()),
    (models.UUIDField, sqlalchemy.Uuid()),
    (models.JSONField, sqlalchemy.JSON().with_variant(postgresql.JSONB(), "postgresql")),
    (models.CharField, sqlalchemy.String()),
    (models.TextField, sqlalchemy.String()),
)
"""The type of SQLAlchemy for each class of field; a DateTimeField is a DateField, too."""


def to_django(
    f: Filter | str | Template,
    model: type[models.Model],
    resource: Resource | str | None = None,
    *,
    columns: Mapping[str, Any] | None = None,
    override: Override | None = None,
) -> Q:
    """Return the condition of a filter, for `Model.objects.filter(…)`.

    A field is looked up in `columns` (a mapping of fields to a lookup such as
    `customer__email`, or to an expression of Django), then among the fields of the model.
    `customer.email` follows a foreign key, and a path inside a JSONField reads its members.

    The SQL is that of `to_sqlalchemy`, so the condition means the same in SQLite, PostgreSQL,
    MySQL and MariaDB, whatever the collation; all values are parameters.

    `override` maps an operator and a field to a function of the call that returns its `Q` object.

    Raises FilterTypeError for what is not a model, and the errors of `to_sqlalchemy`. Relations
    to several objects are refused with UnsupportedFilterError, because a join would repeat rows.

    >>> import django
    >>> from django.conf import settings
    >>> if not settings.configured:
    ...     settings.configure()
    ...     django.setup()
    >>> from django.db import models
    >>> class Order(models.Model):
    ...     payment = models.TextField()
    ...     class Meta:
    ...         app_label = "example"
    >>> condition = to_django("eq(payment,paid)", Order)
    >>> queryset = Order.objects.filter(condition)
    """
    if not (isinstance(model, type) and issubclass(model, models.Model)):
        raise FilterTypeError(
            f"a model of Django is expected, not {describe_type(model)}.",
            hint="as in to_django(f, Order)",
        )
    f = as_filter(f)
    own_columns = require_columns(columns)
    overrides, tree = Overrides(override, resource), bind_filter(f, resource)
    if resource is not None and overrides.has_any(tree):
        _refuse_required(resource)
    return _translate(
        f,
        tree,
        overrides,
        lambda part: _build_expression(part, model, resource, own_columns),
    )


def _translate(
    f: Filter, tree: BoundFilter, overrides: Overrides, build: Callable[[Filter], Q]
) -> Q:
    """Return the condition of a filter, of which `build` translates what the caller does not."""
    if not overrides.has_any(tree):
        return build(f)
    if not isinstance(tree, (BoundAnd, BoundOr)):
        own = overrides.build(
            tree,
            "a Q object or a conditional expression of Django",
            lambda each: isinstance(each, Q) or getattr(each, "conditional", False),
        )
        return Q(own)
    assert isinstance(f, (And, Or))  # noqa: S101 - the bound tree has the shape of the filter
    pairs = list(zip(f.terms, tree.terms, strict=True))
    ours = [term for term, bound in pairs if not overrides.has_any(bound)]
    parts = [
        _translate(term, bound, overrides, build)
        for term, bound in pairs
        if overrides.has_any(bound)
    ]
    if ours:
        parts.append(build(ours[0] if len(ours) == 1 else construct_group(type(f), tuple(ours))))
    return Q(*parts, _connector=Q.AND if isinstance(f, And) else Q.OR)


def _refuse_required(resource: Resource | str) -> None:
    """Refuse a resource with required fields: a part of a filter does not have all of them."""
    if resource_schema(resource_of(resource)).required:
        raise FilterTypeError(
            "override cannot be combined with a resource that requires fields.",
            hint="check the filter with the resource first, and pass none here",
        )


def _build_expression(
    f: Filter,
    model: type[models.Model],
    resource: Resource | str | None,
    columns: Mapping[str, Any],
) -> Q:
    found = _find_columns(f, model, resource, columns)
    table = sqlalchemy.table(
        model._meta.db_table,
        *[sqlalchemy.column(field.name, _type_of(field)) for field in model._meta.concrete_fields],
    )
    # So that every error of the filter is raised now, and not when the query runs.
    named = {path: sqlalchemy.column(path, type_) for path, (_, type_) in found.items()}
    to_sqlalchemy(f, table, resource, columns=named)
    return Q(_FilterExpression(f, table, resource, found))


class _FilterExpression(Expression):
    """A filter over expressions of Django, which SQLAlchemy writes for the database."""

    conditional = True

    def __init__(
        self,
        f: Filter,
        table: sqlalchemy.TableClause,
        resource: Resource | str | None,
        columns: _Columns,
    ) -> None:
        super().__init__(output_field=models.BooleanField())
        self._filter, self._table, self._resource = f, table, resource
        self._names = list(columns)
        self._types = [type_ for _, type_ in columns.values()]
        self._expressions = [expression for expression, _ in columns.values()]

    def get_source_expressions(self) -> list[Any]:
        return self._expressions

    def set_source_expressions(self, exprs: Any) -> None:
        self._expressions = list(exprs)

    def as_sql(
        self, compiler: DjangoCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL and its parameters for the database of the connection."""
        dialect_class = _DIALECTS.get(connection.vendor)
        if dialect_class is None:
            raise UnsupportedFilterError(
                "eq", self._names[0], connection.vendor, "epfilter does not support this database"
            )
        dialect = dialect_class(paramstyle="format")
        if connection.vendor == "mysql":
            dialect.is_mariadb = getattr(connection, "mysql_is_mariadb", False)
            dialect.supports_native_uuid = connection.features.has_native_uuid_field
        columns = {
            name: _write_column(compiler, expression, type_)
            for name, expression, type_ in zip(
                self._names, self._expressions, self._types, strict=True
            )
        }
        condition = to_sqlalchemy(self._filter, self._table, self._resource, columns=columns)
        compiled = condition.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - a condition is SQL
        state = compiled.construct_expanded_state()
        lists = {each: name for name, many in state.parameter_expansion.items() for each in many}
        bound = {
            name: _bind(compiled.binds[lists.get(name, name)], value, dialect)
            for name, value in state.parameters.items()
        }
        return f"({state.statement})", tuple([bound[name] for name in state.positiontup or ()])


def _find_columns(
    f: Filter,
    model: type[models.Model],
    resource: Resource | str | None,
    columns: Mapping[str, Any],
) -> _Columns:
    """Return the columns of the fields of a filter; a field without one is left out."""
    names = path_names(resource)
    found: _Columns = {}
    for call in bound_calls(bind_filter(f, resource)):
        for path in names(call.path):
            if isinstance(path, tuple):  # two texts are not one column
                continue
            if path in columns:
                found[path] = _column_of(model, path, columns[path])
                break
            field, lookup = _follow(model, path.split("."), call.op)
            if field is not None:
                found[".".join(lookup)] = (F("__".join(lookup)), _type_of(field))
                break
    return found


def _column_of(
    model: type[models.Model], path: str, column: object
) -> tuple[Any, sqlalchemy.types.TypeEngine[Any]]:
    """Return the expression and the type of a column that the caller names."""
    if isinstance(column, str):
        field, _ = _follow(model, column.split("__"), "eq")
        if field is None:
            raise FilterTypeError(f"`{shorten(column)}` is not a field of {model.__name__}.")
        return F(column), _type_of(field)
    output = getattr(column, "output_field", None)
    if not isinstance(output, models.Field):
        raise FilterTypeError(
            f"the column of `{shorten(path)}` is not a lookup or an expression with an "
            f"`output_field` but {describe_type(column)}.",
            hint='as in columns={"email": "customer__email"}',
        )
    return column, _type_of(output)


def _follow(
    model: type[models.Model], steps: Sequence[str], op: str
) -> tuple[models.Field[Any, Any] | None, list[str]]:
    """Return the field that a path leads to through foreign keys, and the steps up to it.

    What follows a field that is not a relation is left for JSON.
    """
    current: type[models.Model] | None = model
    for position, step in enumerate(steps):
        try:
            field: Any = current._meta.get_field(step) if current else None
        except FieldDoesNotExist:
            return None, []
        if field is None or not field.is_relation:
            return field, [*steps[: position + 1]]
        if field.one_to_many or field.many_to_many or field.related_model is None:
            raise UnsupportedFilterError(
                op, ".".join(steps), "Django", f"`{step}` is a relation to several objects"
            )
        current = field.related_model
    return (None, []) if current is None else (current._meta.pk, [*steps])


def _type_of(field: models.Field[Any, Any]) -> sqlalchemy.types.TypeEngine[Any]:
    if isinstance(field, models.DecimalField):
        return sqlalchemy.Numeric(field.max_digits, field.decimal_places)
    item = getattr(field, "base_field", None)
    if item is not None:
        return sqlalchemy.ARRAY(_type_of(item))
    known = (type_ for class_, type_ in _TYPES if isinstance(field, class_))
    return next(known, sqlalchemy.types.NullType())


def _write_column(
    compiler: DjangoCompiler,
    expression: Any,
    type_: sqlalchemy.types.TypeEngine[Any],
) -> sqlalchemy.ColumnClause[Any]:
    sql, parameters = compiler.compile(expression)
    if parameters:
        raise UnsupportedFilterError(
            "eq", sql, "Django", "the expression has parameters", "annotate the queryset with it"
        )
    return sqlalchemy.literal_column(sql, type_)


def _bind(parameter: Any, value: object, dialect: Any) -> object:
    """Return the value of a parameter as the driver takes it."""
    process = parameter.type.dialect_impl(dialect).bind_processor(dialect)
    return value if process is None else process(value)
