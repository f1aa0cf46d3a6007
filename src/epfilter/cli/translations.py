"""What a filter becomes in each language that `epfilter translate` knows, as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from epfilter.ast import Filter
from epfilter.cli.builder_code import builder_code
from epfilter.cli.extras import needed
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


def _mongo(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_mongo

    return _json(to_mongo(f, resource))


def _elasticsearch(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_elasticsearch

    return _json({"query": to_elasticsearch(f, resource)})


def _ep_ast(f: Filter, resource: Resource | None) -> str:
    from epfilter.targets import to_ep_ast

    if resource is not None:
        resource.bind(f)
    return _json(to_ep_ast(f))


def _python(f: Filter, resource: Resource | None) -> str:
    if resource is not None:
        resource.bind(f)
    return builder_code(f)


def _sql(f: Filter, resource: Resource | None, *, database: str) -> str:
    sqlalchemy = needed("sqlalchemy", "'epfilter[sql]'")
    module, name = _DIALECTS[database]
    install = "duckdb-engine" if database == "duckdb" else "'epfilter[sql]'"
    dialect = getattr(needed(module, install), name)(paramstyle="named")
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
    for path, (kind, several) in _fields(f, resource).items():
        type_ = types.get(kind, sqlalchemy.String())
        columns.append(sqlalchemy.column(path, sqlalchemy.ARRAY(type_) if several else type_))
    table = sqlalchemy.table("rows" if resource is None else resource_info(resource).name, *columns)
    condition = to_sqlalchemy(f, table, resource, columns={one.name: one for one in columns})
    statement = sqlalchemy.select(sqlalchemy.literal_column("*")).select_from(table)
    made = statement.where(condition).compile(dialect=dialect)
    lines = [line.rstrip() for line in str(made).splitlines()]
    lines += [f":{name} = {value!r}" for name, value in made.params.items()]
    return "\n".join(lines)


def _polars(f: Filter, resource: Resource | None) -> str:
    install = "'epfilter[dataframe]' polars"
    narwhals, polars = needed("narwhals", install), needed("polars", install)
    from epfilter.targets import to_narwhals

    types = {
        "integer": polars.Int64(),
        "number": polars.Float64(),
        "boolean": polars.Boolean(),
        "date": polars.Date(),
        "datetime": polars.Datetime("us", "UTC"),
    }
    schema = {}
    for path, (kind, several) in _fields(f, resource).items():
        type_ = types.get(kind, polars.String())
        schema[path] = polars.List(type_) if several else type_
    frame = narwhals.from_native(polars.LazyFrame(schema=schema))
    plan: str = frame.filter(to_narwhals(f, resource)).to_native().explain(optimized=False)
    return plan.removeprefix("FILTER ").rpartition("\nFROM\n")[0]


def _fields(f: Filter, resource: Resource | None) -> dict[str, tuple[str, bool]]:
    """Of each path the name of its type (text where nobody says), and whether it is a list."""
    found = {}
    for declared, path in _paths(bind_filter(f, resource)):
        if resource is None:
            found[path] = ("string", False)
            continue
        kind = resource_info(resource).fields[declared].kind
        found[path] = ((kind.item or kind).name, kind.item is not None)
    return found


def _paths(tree: BoundFilter) -> Iterator[tuple[str, str]]:
    if isinstance(tree, (BoundAnd, BoundOr)):
        for term in tree.terms:
            yield from _paths(term)
    else:
        yield tree.field, tree.path


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False, default=_extended)


def _extended(value: object) -> dict[str, str]:
    """A point in time as the extended JSON of MongoDB."""
    assert isinstance(value, datetime)  # noqa: S101 - nothing else in a query is no JSON
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return {"$date": f"{text}Z"}


TRANSLATIONS: dict[str, Translation] = {
    "mongo": _mongo,
    "elasticsearch": _elasticsearch,
    "ep-ast": _ep_ast,
    "python": _python,
    **{f"sql:{database}": partial(_sql, database=database) for database in _DIALECTS},
    "polars": _polars,
}
"""The translations by the names that `--to` takes."""
