"""`epfilter translate`: the translation for each target, and errors.

The cases are in `translations.json`, without SQL and Polars, whose text depends on their packages.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

import epfilter
from epfilter import F, all_of, any_of, parse, unparse
from epfilter.ast import And, Filter, Or
from epfilter.cli import errors, main, translate
from epfilter.cli.builder_code import builder_code
from epfilter.targets import from_ep_ast
from epfilter.targets.registry import TRANSLATIONS
from support.filter_strategies import filters
from support.rows import for_each

_ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "translations.json").read_text(encoding="utf-8")
)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["translate", *args])


@for_each("row", _ROWS, ids=lambda row: " ".join(row["args"]))
def test_translate_run(row: dict[str, Any]) -> None:
    result = run(*row["args"])
    assert result.stdout.splitlines() == row["out"]
    assert result.stderr.splitlines() == row["err"]
    assert result.exit_code == row["code"]


def _evaluate(code: str) -> Filter:
    names = {name: getattr(epfilter, name) for name in ("F", "all_of", "any_of")}
    built = eval(code, {"__builtins__": {}}, names)  # noqa: S307 - the code is what is tested
    assert isinstance(built, Filter)
    return built


@given(filters)
def test_python_code_builds_the_same_tree(f: Filter) -> None:
    assert _evaluate(builder_code(f)) == f


@for_each(
    "name",
    [
        *(
            "a",
            "_a",
            "a_",
            "_a_",
            "__a",
            "a.b",
            "a.eq",
            "a.in_",
            "a._name",
            "eq.a",
            "if",
            "a.class",
        ),
        *("a-b", "a[0]", "a..b", ".a", "a.", "ª", "naïve", "*", "1a", 'a"b', "a\\", "a\nb", "None"),
        *("\u202e", "__class__", "a.__class__", "F", "a b", "match", "a.and_", "a.mro"),
    ],
)
def test_any_name_is_a_field_in_python_code(name: str) -> None:
    assert _evaluate(builder_code(F[name].is_null())) == F[name].is_null()


def test_groups_of_one_kind_stay_nested_in_python_code() -> None:
    a, b, c = F.a.eq(1), F.b.eq(2), F.c.eq(3)
    for f in (
        And(terms=(And(terms=(a, b)), c)),
        And(terms=(a, And(terms=(b, c)))),
        Or(terms=(Or(terms=(a, Or(terms=(b, c)))), a)),
        And(terms=(Or(terms=(Or(terms=(a, b)), c)), b)),
    ):
        assert _evaluate(builder_code(f)) == f


def test_python_code_of_many_terms_and_of_the_deepest_tree() -> None:
    many = any_of(all_of(F.a.eq(number), F.b.eq(2)) for number in range(3000))
    assert _evaluate(builder_code(many)) == many
    deep: Filter = F.a.eq(1)
    for level in range(64):
        deep = (all_of, any_of)[level % 2](deep, F.b.eq(level))
    assert _evaluate(builder_code(deep)) == deep


@settings(max_examples=20)
@given(filters)
def test_the_tree_of_the_platform_parses_back(f: Filter) -> None:
    result = run("--to", "ep-ast", "--", unparse(f, quotes="always"))
    assert from_ep_ast(result.stdout_bytes) == f


@pytest.mark.parametrize("target", [*TRANSLATIONS, "python"])
def test_every_target_prints_a_translation_or_a_reason(target: str) -> None:
    if target.startswith("sql"):
        pytest.importorskip("sqlalchemy")
        if target == "sql:duckdb":
            pytest.importorskip("duckdb_engine")
    if target == "polars":
        pytest.importorskip("narwhals")
        pytest.importorskip("polars")
    for args in (["eq(a.b,x)|is_null(c)"], ["--resource", "orders", "ge(created_at,2018-09-01)"]):
        result = run("--to", target, *args)
        assert (result.stderr, result.exit_code) == ("", 0)
        assert "created_at" in result.stdout or "a" in result.stdout
    refused = run("--to", target, "text(name,shoe)|text(name,boot)")
    if refused.exit_code:
        assert refused.exit_code == 1
        assert "cannot run `text` on `name`: " in refused.stderr
        assert refused.stdout == ""


def test_parameters_are_below_the_sql() -> None:
    pytest.importorskip("sqlalchemy")
    result = run("--to", "sql:sqlite", "--resource", "orders", "ge(with_tax,100)")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["SELECT *", "FROM orders"]
    assert lines[-1] == ":param_1 = 100"


def test_the_help_lists_all_translations() -> None:
    for name in (*TRANSLATIONS, "python"):
        for part in name.split(":"):
            assert part in translate._HELP


@pytest.mark.parametrize(
    ("target", "package", "install"),
    [
        ("sql:sqlite", "sqlalchemy", "pip install 'epfilter[sql]'"),
        ("sql:duckdb", "duckdb_engine", "pip install duckdb-engine"),
        ("polars", "narwhals", "pip install 'epfilter[dataframe]' polars"),
        ("polars", "polars", "pip install 'epfilter[dataframe]' polars"),
    ],
)
def test_a_missing_package_is_reported_with_its_requirement(
    monkeypatch: pytest.MonkeyPatch, target: str, package: str, install: str
) -> None:
    def absent(name: str) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=package)
        return import_module(name)

    if package != "sqlalchemy" and target == "sql:duckdb":
        pytest.importorskip("sqlalchemy")
    if package == "polars":
        pytest.importorskip("narwhals")
    monkeypatch.setattr(errors, "import_module", absent)
    result = run("--to", target, "eq(a,1)")
    assert result.stderr == f"Error: this needs the package {package}: {install}\n"
    assert (result.stdout, result.exit_code) == ("", 2)


def test_errors_of_the_filter_are_reported() -> None:
    result = run("--to", "mongo", "gte(a,1)")
    assert "EPF108" in result.stderr
    assert (result.stdout, result.exit_code) == ("", 1)
    assert parse("ge(a,1)") == _evaluate('F.a.ge("1")')
