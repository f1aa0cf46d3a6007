"""Generates the index of the Python API: every public name with the first line of its docstring."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from importlib import import_module
from inspect import isclass
from pathlib import Path

import griffe

from epfilter import resources
from epfilter.resources import Resource, resource_info
from epfilter.resources.fields import Field

NAME = "reference/api.md"
PACKAGES = {
    "epfilter": "parse, build, print, lint one filter",
    "epfilter.ast": "the tree",
    "epfilter.values": "Python values to text and back",
    "epfilter.resources": "listings of the platform, and your own",
    "epfilter.linter": "files and repositories",
    "epfilter.analysis": "compare and simplify",
    "epfilter.english": "a filter in words",
    "epfilter.editing": "help in an editor",
    "epfilter.targets": "run a filter elsewhere",
    "epfilter.exporter": "the client, and the models of the Exporter Service",
    "epfilter.exporter.orders": "orders from files and databases",
    "epfilter.exporter.service": "the service in your program",
    "epfilter.testing": "strategies and fixtures for tests",
}
_OTHER_PAGES = {
    "epfilter.linter.RULES": "rules/index.md",
    "epfilter.linter.lint": "linting.md",
}
"""Names that have no entry of their own."""
_CODE_WITH_BAR = re.compile(r"`([^`|]*\|[^`]*)`")
"""Code that would end the cell of a table."""


def build_pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    return {NAME: "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    source = Path(import_module("epfilter").__path__[0]).parent
    root = griffe.load("epfilter", search_paths=[source], resolve_aliases=True)
    yield from (
        "# All public names",
        "",
        "Every public name of Python, by the package from which you import it.",
        "[The package](package.md) describes the packages.",
    )
    for package, about in PACKAGES.items():
        below = package.partition(".")[2]
        documented = root[below] if below else root
        yield from (
            "",
            f"## {package}",
            "",
            f"{about.capitalize()}.",
            "",
            "| Name | Description |",
            "|---|---|",
        )
        for name in sorted(import_module(package).__all__, key=str.casefold):
            yield _row(package, name, documented[name].docstring)


def _row(package: str, name: str, docstring: griffe.Docstring | None) -> str:
    path = f"{package}.{name}"
    # Names of other packages are not imported, because some require an extra.
    value = getattr(resources, name) if package == "epfilter.resources" else None
    if isinstance(value, Resource):
        return f"| [`{name}`](resources/{name}.md) | {resource_info(value).title} |"
    summary = _summarize(docstring)
    if isclass(value) and issubclass(value, Field):
        return f"| [`{name}`](declaring.md) | {summary} |"
    if path in _OTHER_PAGES:
        return f"| [`{name}`]({_OTHER_PAGES[path]}) | {summary} |"
    return f"| [`{name}`][{path}] | {summary} |"


def _summarize(docstring: griffe.Docstring | None) -> str:
    """Return the first sentence of a docstring as a cell of a table."""
    if docstring is None:
        raise ValueError("a public name has no docstring")
    paragraph = " ".join(docstring.value.partition("\n\n")[0].split())
    sentence = re.split(r"(?<=[.!])\s(?=[A-Z`])", paragraph, maxsplit=1)[0]
    return _CODE_WITH_BAR.sub(_write_as_html, sentence)


def _write_as_html(code: re.Match[str]) -> str:
    return f"<code>{escape(code[1]).replace('|', '&#124;')}</code>"
