"""Template strings of Python 3.14, and in earlier versions objects like them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Interpolation:
    """A value in braces, with its source, the letter after `!` and the text after `:`."""

    value: object
    expression: str = ""
    conversion: str | None = None
    format_spec: str = ""


@dataclass(frozen=True)
class _TemplateString:
    """A template string: the texts around the values, and the values."""

    strings: tuple[str, ...]
    interpolations: tuple[_Interpolation, ...]


def template_string(*parts: str | tuple[Any, ...]) -> Any:
    """Return a template string of texts and of the arguments of interpolations, in turn.

    >>> template_string("eq(a,", (5, "x"), ")").strings
    ('eq(a,', ')')
    """
    if sys.version_info >= (3, 14):
        from string.templatelib import Interpolation, Template

        return Template(
            *[Interpolation(*part) if isinstance(part, tuple) else part for part in parts]
        )
    return _TemplateString(
        tuple(part for part in parts if isinstance(part, str)),
        tuple(_Interpolation(*part) for part in parts if isinstance(part, tuple)),
    )
