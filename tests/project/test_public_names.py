"""The public names: complete, sorted, documented, and listed in the reference."""

from __future__ import annotations

import builtins
import functools
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from epfilter import Operator, ast, errors, exporter
from epfilter.exporter import client
from epfilter.resources import Resource, all_resources, resource_info
from epfilter.resources.fields import Field
from support.docs_scripts import load_script
from support.rows import for_each

REFERENCE = Path(__file__).parents[2] / "docs" / "pages" / "reference"
PLAIN_PACKAGES = (
    *("epfilter", "epfilter.exporter", "epfilter.exporter.orders", "epfilter.exporter.service"),
    "epfilter.analysis",
    "epfilter.resources",
)
"""The packages whose namespace contains only public names."""
PUBLIC_PACKAGES = (
    *(*PLAIN_PACKAGES, "epfilter.editing", "epfilter.english", "epfilter.exporter.client"),
    *("epfilter.linter", "epfilter.targets", "epfilter.testing"),
)
"""All packages with public names."""
CHECKPOINTS = {"checkpoint_path", "parse_checkpoint"}
"""Names of the client for the command line, which are not part of the public interface."""
NAMES = [
    (package, name)
    for package in PUBLIC_PACKAGES
    if package != "epfilter.exporter.client"  # its names are those of the exporter
    for name in importlib.import_module(package).__all__
    if (package, name) not in {("epfilter.linter", "RULES"), ("epfilter.linter", "lint")}
]
"""`lint` is listed as `epfilter.lint`; the rules have their own pages."""


@for_each("package", PUBLIC_PACKAGES)
def test_every_name_in_all_exists_once(package: str) -> None:
    module = importlib.import_module(package)
    assert len(module.__all__) == len(set(module.__all__))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PLAIN_PACKAGES)
def test_all_is_sorted_and_complete(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__all__ == sorted(set(module.__all__))
    hidden = {"TYPE_CHECKING", "annotations"}
    public = {
        name
        for name in dir(module)
        if not name.startswith("_") and not inspect.ismodule(getattr(module, name))
    }
    assert public - hidden == set(module.__all__) - {"__version__"}


@for_each("package", PUBLIC_PACKAGES)
def test_no_module_has_the_name_of_a_public_object(package: str) -> None:
    module = importlib.import_module(package)
    modules = {one.name for one in pkgutil.iter_modules(getattr(module, "__path__", []))}
    assert modules & {*module.__all__} == set()


def test_the_exporter_exports_the_names_of_the_client() -> None:
    assert client.__all__
    for name in set(client.__all__) - CHECKPOINTS:
        assert getattr(exporter, name) is getattr(client, name)


def test_the_names_of_the_tree() -> None:
    assert set(ast.__all__) == {
        *("And", "Comparison", "Filter", "IsNull", "Membership", "Node", "Operator", "Or"),
        *("CALL_OPERATORS", "COMPARISONS", "LOWER_BOUND_OPERATORS", "MEMBERSHIPS"),
        *("ORDERED_OPERATORS", "PATTERN_OPERATORS", "TEXT_OPERATORS", "UPPER_BOUND_OPERATORS"),
        *("MAX_DEPTH", "fields", "transform", "walk"),
    }
    assert all(hasattr(ast, name) for name in ast.__all__)


@for_each(("package", "name"), NAMES)
def test_every_public_name_has_a_docstring_with_an_example(package: str, name: str) -> None:
    value = getattr(importlib.import_module(package), name)
    if is_listed_in_table(value):
        assert value.__doc__
    elif inspect.isclass(value) or inspect.isfunction(value):
        assert ">>> " in (value.__doc__ or "")
    else:
        assert name in {
            "F",
            "BoundCall",
            "BoundFilter",
            "BoundValue",
            "__version__",
            "CSV_COLUMNS",
            "RowsPer",
        }  # the docstring is below it in the source


@for_each(("package", "name"), NAMES)
def test_every_public_name_is_in_the_reference(package: str, name: str) -> None:
    pages = read_reference()
    entry = rf"^::: {re.escape(package)}\.{name}$"
    value = getattr(importlib.import_module(package), name)
    if isinstance(value, Resource):
        assert name in resource_pages()
        return
    if is_listed_in_table(value):
        has = " ".join(f"`{op.value}`" for op in Operator if op in value._operators) or "none"
        entry = rf"^\| `{name}` \| {has} \|$"
    assert re.search(entry, pages, re.MULTILINE)


def test_the_index_has_every_package() -> None:
    indexed = load_script("api_page").PACKAGES
    assert set(indexed) == {*PUBLIC_PACKAGES, "epfilter.ast", "epfilter.values"} - {
        "epfilter.exporter.client"
    }


def test_every_resource_has_a_page_and_is_in_the_index() -> None:
    pages = resource_pages()
    assert set(pages) == {"index", *(resource_info(one).name for one in all_resources())}
    for resource in all_resources():
        info = resource_info(resource)
        assert f"| [`{info.name}`]({info.name}.md) |" in pages["index"]
        shown = re.findall(r"^\| `([^` ]+)` \| ", pages[info.name], re.MULTILINE)
        assert shown == list(info.fields)


def test_the_tree_of_errors_has_every_error_with_its_bases() -> None:
    drawing = (REFERENCE / "errors.md").read_text(encoding="utf-8").partition("```text\n")[2]
    shown: list[tuple[int, str]] = []
    for line in drawing.partition("```")[0].splitlines():
        indent, name, also = re.findall(r"^(\W*)(\w+)[^(]*(?:\(also a (\w+)\))?", line)[0]
        error = getattr(errors, name)
        parents = [other for depth, other in shown if depth < len(indent)]
        assert not parents or parents[-1] in {one.__name__ for one in error.__mro__}
        assert not also or issubclass(error, getattr(builtins, also))
        shown.append((len(indent), name))
    public = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, errors.FilterError) and name[0] != "_"
    }
    assert {name for _, name in shown} == public


def is_listed_in_table(value: object) -> bool:
    """Return whether the reference lists the value in a table: listings and field classes."""
    return isinstance(value, Resource) or (inspect.isclass(value) and issubclass(value, Field))


@functools.cache
def read_reference() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.rglob("*.md"))


@functools.cache
def resource_pages() -> dict[str, str]:
    """Return the pages that are generated when the site is built, by the name of the resource."""
    pages: dict[str, str] = load_script("resource_pages").build_pages()
    return {Path(path).stem: text for path, text in pages.items()}
