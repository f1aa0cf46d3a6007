"""The translations of `epfilter translate`: a filter as the text of each target."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from epfilter.ast import Filter
from epfilter.cli.builder_code import builder_code
from epfilter.cli.errors import import_optional
from epfilter.resources import BoundAnd, BoundOr, resource_info
from epfilter.targets.binding import bind_filter

if TYPE_CHECKING:
    from epfilter.resources import BoundFilter, Resource

Translation = Callable[[Filter, "Resource | None"], str]

_DIALECTS = {
    "postgresql": ("sqlalchemy.dialects.postgresql", "dialect"),
    "sqlite": ("sqlalchemy.dialects.sqlite", "dialect"),
    "duckdb": ("duckdb_engine", "Dialect"),
    "mysql": ("sqlalchemy.dialects.mysql", "dialect"),
}


def _translate_to_mongo(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_mongo

    return _format_json(to_mongo(f, resource))


def _translate_to_elasticsearch(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_elasticsearch

    return _format_json({"query": to_elasticsearch(f, resource)})


def _translate_to_ep_ast(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_ep_ast

    if resource is not None:
        resource.bind(f)
    return _format_json(to_ep_ast(f))


def _translate_to_python(f: Filter, resource: Resource | None) -> str:
    if resource is not None:
        resource.bind(f)
    return builder_code(f)


def _translate_to_sql(f: Filter, resource: Resource | None, *, database: str) -> str:
    sqlalchemy = import_optional("sqlalchemy", "'epfilter[sql]'")
    module, name = _DIALECTS[database]
    requirement = "duckdb-engine" if database == "duckdb" else "'epfilter[sql]'"
    dialect = getattr(import_optional(module, requirement), name)(paramstyle="named")
    from epfilter.targets import to_sqlalchemy

    types = {
        "integer": sqlalchemy.BigInteger(),
        "number": sqlalchemy.Numeric(),
        "boolean": sqlalchemy.Boolean(),
        "date": sqlalchemy.Date(),
        "datetime": sqlalchemy.DateTime(timezone=True),
        "uuid": sqlalchemy.Uuid(),
    }
    columns = []
    for path, (type_name, is_list) in _field_types(f, resource).items():
        type_ = types.get(type_name, sqlalchemy.String())
        columns.append(sqlalchemy.column(path, sqlalchemy.ARRAY(type_) if is_list else type_))
    table = sqlalchemy.table("rows" if resource is None else resource_info(resource).name, *columns)
    condition = to_sqlalchemy(
        f, table, resource, columns={column.name: column for column in columns}
    )
    statement = sqlalchemy.select(sqlalchemy.literal_column("*")).select_from(table)
    query = statement.where(condition).compile(dialect=dialect)
    lines = [line.rstrip() for line in str(query).splitlines()]
    lines += [f":{name} = {value!r}" for name, value in query.params.items()]
    return "\n".join(lines)


def _translate_to_polars(f: Filter, resource: Resource | None) -> str:
    requirement = "'epfilter[dataframe]' polars"
    narwhals, polars = (
        import_optional("narwhals", requirement),
        import_optional("polars", requirement),
    )
    from epfilter.targets import to_narwhals

    types = {
        "integer": polars.Int64(),
        "number": polars.Float64(),
        "boolean": polars.Boolean(),
        "date": polars.Date(),
        "datetime": polars.Datetime("us", "UTC"),
    }
    schema = {}
    for path, (type_name, is_list) in _field_types(f, resource).items():
        type_ = types.get(type_name, polars.String())
        schema[path] = polars.List(type_) if is_list else type_
    frame = narwhals.from_native(polars.LazyFrame(schema=schema))
    plan: str = frame.filter(to_narwhals(f, resource)).to_native().explain(optimized=False)
    return plan.removeprefix("FILTER ").rpartition("\nFROM\n")[0]


def _field_types(f: Filter, resource: Resource | None) -> dict[str, tuple[str, bool]]:
    """Return by path the name of the type, string by default, and whether it is a list."""
    types = {}
    for name, path in _field_paths(bind_filter(f, resource)):
        if resource is None:
            types[path] = ("string", False)
            continue
        kind = resource_info(resource).fields[name].kind
        types[path] = ((kind.item or kind).name, kind.item is not None)
    return types


def _field_paths(tree: BoundFilter) -> Iterator[tuple[str, str]]:
    """Yield the declared name and the path of the field of every call."""
    if isinstance(tree, (BoundAnd, BoundOr)):
        for term in tree.terms:
            yield from _field_paths(term)
    else:
        yield tree.field, tree.path


def _format_json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, default=_to_extended_json)


def _to_extended_json(value: object) -> dict[str, str]:
    """Return a point in time as extended JSON of MongoDB."""
    assert isinstance(value, datetime)  # noqa: S101 - queries contain no other types
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {"$date": f"{text}Z"}


TRANSLATIONS: dict[str, Translation] = {
    "mongo": _translate_to_mongo,
    "elasticsearch": _translate_to_elasticsearch,
    "ep-ast": _translate_to_ep_ast,
    "python": _translate_to_python,
    **{f"sql:{database}": partial(_translate_to_sql, database=database) for database in _DIALECTS},
    "polars": _translate_to_polars,
}
"""The translations by the names that `--to` accepts."""
