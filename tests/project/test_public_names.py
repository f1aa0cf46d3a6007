"""The public names: true, sorted, explained where they stand and listed in the reference."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

from epfilter import ast

REFERENCE = Path(__file__).parents[2] / "docs" / "pages" / "reference"
ROOMS = ("epfilter", "epfilter.exporter")
NAMES = [(room, name) for room in ROOMS for name in importlib.import_module(room).__all__]


@pytest.mark.parametrize("room", ROOMS)
def test_the_list_of_public_names_is_sorted_and_true(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__all__ == sorted(set(module.__all__))
    public = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
    }
    assert public == set(module.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_no_module_bears_the_name_of_an_object_beside_it(room: str) -> None:
    module = importlib.import_module(room)
    shadowed = [name for name in module.__all__ if inspect.ismodule(getattr(module, name))]
    assert shadowed == []


def test_the_names_of_the_tree() -> None:
    assert set(ast.__all__) == {
        *("And", "Comparison", "Filter", "IsNull", "Membership", "Node", "Operator", "Or"),
        *("COMPARISONS", "MAX_DEPTH", "MEMBERSHIPS", "fields", "transform", "walk"),
    }
    assert all(hasattr(ast, name) for name in ast.__all__)


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_every_public_name_has_a_docstring_with_an_example(room: str, name: str) -> None:
    value = getattr(importlib.import_module(room), name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert ">>> " in (value.__doc__ or "")
    else:
        assert name == "F"  # its docstring stands below it in the source


@pytest.mark.parametrize(("room", "name"), NAMES)
def test_every_public_name_stands_in_the_reference(room: str, name: str) -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.rglob("*.md"))
    assert re.search(rf"^::: {re.escape(room)}\.{name}$", pages, re.MULTILINE)
