"""Calls of `epfilter` itself in a Python program: the arguments that are filters."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext

_PACKAGE = "epfilter"
_TEMPLATES = frozenset({f"{_PACKAGE}.Template", f"{_PACKAGE}.from_template"})
_RESOURCES = f"{_PACKAGE}.resources."
_RESOURCE_METHODS = frozenset({"check", "bind"})
_FILTER_KEYWORDS = frozenset({"text", "f", "filter", "a", "b"})


class _Parameters(NamedTuple):
    """The positions of the filters and of the resource among the arguments of a function.

    `listing` is the name of the resource where no argument is one.
    """

    filters: tuple[int, ...] = (0,)
    resource: int | None = None
    listing: str = ""


_ORDERS = _Parameters(listing="orders")
_WITH_RESOURCE = _Parameters(resource=1)
_PAIR = _Parameters((0, 1), resource=2)

FUNCTIONS = MappingProxyType(
    {
        "epfilter.parse": _Parameters(),
        "epfilter.parse_located": _Parameters(),
        **dict.fromkeys(_TEMPLATES, _WITH_RESOURCE),
        "epfilter.lint": _WITH_RESOURCE,
        "epfilter.pages": _Parameters(),
        "epfilter.pages_async": _Parameters(),
        "epfilter.analysis.analyze_filter": _WITH_RESOURCE,
        "epfilter.analysis.disjoint": _PAIR,
        "epfilter.analysis.equivalent": _PAIR,
        "epfilter.analysis.implies": _PAIR,
        "epfilter.analysis.never_matches": _WITH_RESOURCE,
        "epfilter.analysis.normalize": _WITH_RESOURCE,
        "epfilter.analysis.simplify": _WITH_RESOURCE,
        "epfilter.analysis.subtract": _PAIR,
        "epfilter.linter.lint": _WITH_RESOURCE,
        "epfilter.linter.fix": _WITH_RESOURCE,
        "epfilter.english.in_words": _WITH_RESOURCE,
        "epfilter.targets.filter_frame": _Parameters((1,), resource=2),
        "epfilter.targets.to_django": _Parameters(resource=2),
        "epfilter.targets.to_elasticsearch": _WITH_RESOURCE,
        "epfilter.targets.to_ep_ast": _Parameters(),
        "epfilter.targets.to_mongo": _WITH_RESOURCE,
        "epfilter.targets.to_narwhals": _WITH_RESOURCE,
        "epfilter.targets.to_predicate": _WITH_RESOURCE,
        "epfilter.targets.to_rqb": _Parameters(),
        "epfilter.targets.to_sqlalchemy": _Parameters(resource=2),
        "epfilter.exporter.split": _ORDERS,
        "epfilter.exporter.within_period": _ORDERS,
        "epfilter.exporter.CreateJob.order_export": _ORDERS,
        "epfilter.exporter.ExporterClient.create_job": _ORDERS,
        "epfilter.exporter.ExporterClient.export": _ORDERS,
        "epfilter.exporter.AsyncExporterClient.create_job": _ORDERS,
        "epfilter.exporter.AsyncExporterClient.export": _ORDERS,
    }
)
"""The public functions that take the text of a filter."""


class ApiCalls:
    """The calls of the package in a program, as far as its names come from imports of it.

    A name means the same in the whole program, wherever it is assigned. A program whose text does
    not mention the package is not searched.
    """

    def __init__(self, tree: ast.Module, text: str) -> None:
        self.templates: set[ast.AST] = set()
        """The texts of templates that were found: their placeholders are safe."""
        self._names = dict(_find_imports(tree)) if _PACKAGE in text else {}
        if self._names:
            self._names |= dict(self._find_variables(tree))

    def find(self, node: ast.AST) -> list[tuple[ast.AST, RequestContext]]:
        """Return the argument of a call that is a filter, with the listing that it is for."""
        if not self._names or not isinstance(node, ast.Call):
            return []
        name = self._qualify(node.func)
        parameters = FUNCTIONS.get(name) or _parameters_of_method(name)
        if parameters is None:
            return []
        words = {word.arg: word for word in node.keywords}
        listing = self._find_listing(node, words, parameters)
        context = RequestContext(listing=listing) if listing else NO_CONTEXT
        arguments: list[ast.AST] = [node.args[i] for i in parameters.filters if i < len(node.args)]
        arguments += [word for name, word in words.items() if name in _FILTER_KEYWORDS]
        if name in _TEMPLATES:
            self.templates.update(_value_of(argument) for argument in arguments)
        return [(argument, context) for argument in arguments]

    def _find_listing(
        self, node: ast.Call, words: dict[str | None, ast.keyword], parameters: _Parameters
    ) -> str:
        resource: ast.AST | None = words["resource"].value if "resource" in words else None
        if parameters.resource is not None and parameters.resource < len(node.args):
            resource = node.args[parameters.resource]
        match resource:
            case None:
                return parameters.listing
            case ast.Constant(value=str(listing)):
                return listing
        name = self._qualify(resource)
        return name.removeprefix(_RESOURCES) if name.startswith(_RESOURCES) else ""

    def _find_variables(self, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """Yield the variables and parameters that hold an object of the package."""
        for node in ast.walk(tree):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), annotation=value)
                    | ast.withitem(context_expr=value, optional_vars=ast.Name(id=name))
                    | ast.arg(arg=name, annotation=ast.expr() as value)
                ):
                    qualified = self._qualify(value)
                    if qualified:
                        yield name, qualified

    def _qualify(self, node: ast.AST) -> str:
        """Return the full name of an object of the package, or of the class of an instance."""
        attributes: list[str] = []
        while True:
            match node:
                case ast.Attribute(value=value, attr=attribute):
                    attributes.append(attribute)
                    node = value
                case ast.Call(func=function):
                    node = function
                case ast.Name(id=name) if name in self._names:
                    return ".".join([self._names[name], *reversed(attributes)])
                case _:
                    return ""


def _value_of(argument: ast.AST) -> ast.AST:
    return argument.value if isinstance(argument, ast.keyword) else argument


def _find_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield each name that an import of the package binds, with its full name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    package = alias.name.partition(".")[0]
                    if package == _PACKAGE:
                        yield alias.asname or package, alias.name if alias.asname else package
            case ast.ImportFrom(module=str(module), names=aliases, level=0):
                if module.partition(".")[0] == _PACKAGE:
                    for alias in aliases:
                        yield alias.asname or alias.name, f"{module}.{alias.name}"


def _parameters_of_method(name: str) -> _Parameters | None:
    """Return the parameters of a method of a resource, which the full name contains."""
    if not name.startswith(_RESOURCES):
        return None
    listing, _, method = name.removeprefix(_RESOURCES).partition(".")
    return _Parameters(listing=listing) if method in _RESOURCE_METHODS else None
