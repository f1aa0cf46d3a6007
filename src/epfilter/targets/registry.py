"""Every target: its module, its public functions, and its translations to text.

The public names of `epfilter.targets`, `epfilter translate` and the tests read this list. Nothing
is imported before it is used. `CONTRIBUTING.md` has a guide to adding a target.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from epfilter.ast import Filter
    from epfilter.resources import Resource


@dataclass(frozen=True, slots=True)
class Translation:
    """A text that a target makes of a filter, under the name that `translate --to` takes.

    `renderer` names a function of a filter and a resource, as `module:function` below
    `epfilter.targets`. `packages` are the modules that it needs beyond the core, each with the
    argument of `pip install` that adds it.
    """

    name: str
    renderer: str
    packages: tuple[tuple[str, str], ...] = ()

    def render(self, f: Filter, resource: Resource | None) -> str:
        """Return the text of a filter.

        Raises UnsupportedFilterError for what the target cannot express, ResourceError for what
        the resource does not accept, and ModuleNotFoundError for a missing package.

        >>> from epfilter import F
        >>> print(TRANSLATIONS["ep-ast"].render(F.status.is_null(), None))
        {
          "type": "IS_NULL",
          "args": [
            "status"
          ]
        }
        """
        module, _, function = self.renderer.partition(":")
        text: str = getattr(import_module(f"epfilter.targets.{module}"), function)(f, resource)
        return text


@dataclass(frozen=True, slots=True)
class Target:
    """One target: a module of `epfilter.targets`, and the public functions that it defines."""

    module: str
    functions: tuple[str, ...]
    translations: tuple[Translation, ...] = ()


_SQL = ("sqlalchemy", "'epfilter[sql]'")
_DUCKDB = ("duckdb_engine", "duckdb-engine")
_DATAFRAME = "'epfilter[dataframe]' polars"
_POLARS = (("narwhals", _DATAFRAME), ("polars", _DATAFRAME))

TARGETS: tuple[Target, ...] = (
    Target("predicate", ("to_predicate",)),
    Target("mongo", ("to_mongo",), (Translation("mongo", "mongo:render_mongo"),)),
    Target(
        "elasticsearch",
        ("to_elasticsearch",),
        (Translation("elasticsearch", "elasticsearch:render_elasticsearch"),),
    ),
    Target(
        "ep_ast", ("from_ep_ast", "to_ep_ast"), (Translation("ep-ast", "ep_ast:render_ep_ast"),)
    ),
    Target("rqb", ("from_rqb", "rqb_fields", "to_rqb"), (Translation("rqb", "rqb:render_rqb"),)),
    Target(
        "sqlalchemy",
        ("to_sqlalchemy",),
        (
            Translation("sql:postgresql", "sqlalchemy.rendering:render_postgresql", (_SQL,)),
            Translation("sql:sqlite", "sqlalchemy.rendering:render_sqlite", (_SQL,)),
            Translation("sql:duckdb", "sqlalchemy.rendering:render_duckdb", (_SQL, _DUCKDB)),
            Translation("sql:mysql", "sqlalchemy.rendering:render_mysql", (_SQL,)),
        ),
    ),
    Target("django", ("to_django",)),
    Target(
        "dataframe",
        ("filter_frame", "to_narwhals"),
        (Translation("polars", "dataframe:render_polars", _POLARS),),
    ),
)

TRANSLATIONS: dict[str, Translation] = {
    translation.name: translation for target in TARGETS for translation in target.translations
}
"""The translations of all targets by name."""
