"""The translations of `epfilter translate`: those of all targets, and Python code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.ast import Filter
from epfilter.cli.builder_code import builder_code
from epfilter.cli.errors import import_optional
from epfilter.targets.registry import TRANSLATIONS

if TYPE_CHECKING:
    from epfilter.resources import Resource

PYTHON = "python"
"""Code that builds the filter; every other translation is one of a target."""


def translate(f: Filter, target: str, resource: Resource | None) -> str:
    """Return the text of a filter for a target.

    Raises MissingPackageError for a package that is not installed, UnsupportedFilterError for what
    the target cannot express, and ResourceError for what the resource does not accept.

    >>> from epfilter import F
    >>> translate(F.total.gt(5), "python", None)
    'F.total.gt("5")'
    """
    if target == PYTHON:
        if resource is not None:
            resource.bind(f)
        return builder_code(f)
    translation = TRANSLATIONS[target]
    for module, requirement in translation.packages:
        import_optional(module, requirement)
    return translation.render(f, resource)
