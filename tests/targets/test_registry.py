"""The registry of targets, and what reads it: the package, the pages, the command line."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from epfilter import F, targets
from epfilter.targets.registry import TARGETS, TRANSLATIONS, Target, Translation
from support.rows import for_each

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "reference" / "targets.md"
MODULES = Path(targets.__file__).parent
SHARED = {
    *("binding", "codegen", "column_aliases", "json_trees", "matchers", "mongo_operands"),
    *("elasticsearch_mapping", "elasticsearch_values"),
    *("or_to_in", "overrides", "registry", "representable", "row_paths", "row_values"),
}
"""Modules that are not targets."""
PACKAGES = {"dataframe": "narwhals", "sqlalchemy": "sqlalchemy"}


def test_the_public_names_are_the_functions_of_the_registry() -> None:
    functions = [name for target in TARGETS for name in target.functions]
    assert sorted([*functions, "UnsupportedFilterError"]) == sorted(targets.__all__)


def test_every_module_of_the_package_is_a_target_or_shared() -> None:
    modules = {path.stem for path in MODULES.glob("[a-z]*")}
    assert modules == SHARED | {target.module for target in TARGETS}


FORMATS = {"to_ep_ast", "to_rqb"}
"""Functions that write a filter in another form; the others make conditions that can run."""


@for_each(
    "name",
    [name for target in TARGETS for name in target.functions if name[:3] in ("to_", "fil")],
)
def test_the_functions_have_the_same_parameters(name: str) -> None:
    parameters = inspect.signature(getattr(targets, name)).parameters
    assert parameters["f"].annotation == "Filter | str | Template"
    names = [*parameters]
    if name in FORMATS:
        assert names == ["f"]
        return
    options = names[names.index("resource") + 1 :]
    assert {parameters[option].kind for option in options} == {inspect.Parameter.KEYWORD_ONLY}
    assert options[-1] == "override"
    for option, annotation in (("resource", "Resource | str"), ("override", "Override")):
        assert parameters[option].annotation == f"{annotation} | None"
        assert parameters[option].default is None


@for_each("target", TARGETS, ids=lambda target: target.module)
def test_every_target_has_tests(target: Target) -> None:
    assert Path(__file__).with_name(f"test_{target.module}.py").exists()


def test_every_function_has_a_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for target in TARGETS:
        for name in target.functions:
            assert f"::: epfilter.targets.{name}\n" in page


@for_each("target", TARGETS, ids=lambda target: target.module)
def test_every_function_is_loaded_from_its_module(target: Target) -> None:
    if target.module in PACKAGES:
        pytest.importorskip(PACKAGES[target.module])
    module = import_module(f"epfilter.targets.{target.module}")
    for name in target.functions:
        assert getattr(targets, name) is getattr(module, name)


@pytest.mark.parametrize("translation", TRANSLATIONS.values(), ids=lambda each: each.name)
def test_every_translation_renders(translation: Translation) -> None:
    for module, _ in translation.packages:
        pytest.importorskip(module)
    assert "name" in translation.render(F.name.eq("Ron"), None)
