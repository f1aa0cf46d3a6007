"""Packages whose names are loaded when somebody asks for them (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def loader(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """The `__getattr__` of a package; `modules` says in which of its modules a name stands.

    >>> loader("epfilter.targets", {"to_mongo": "mongo"})("to_mongo").__name__
    'to_mongo'
    """

    def load(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return load
