"""Loads the public names of a package at the first use (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def make_accessors(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package with an `__all__`.

    `modules` maps each name that is loaded late to its module.

    >>> load, list_names = make_accessors("epfilter.targets", {"to_mongo": "mongo"})
    >>> load("to_mongo").__name__, "to_mongo" in list_names()
    ('to_mongo', True)
    """

    def load(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    def list_names() -> list[str]:
        namespace = vars(sys.modules[package])
        return sorted({*namespace, *namespace["__all__"]})

    return load, list_names
