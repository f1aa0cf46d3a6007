"""Objects like the template strings of Python 3.14, which earlier versions do not have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interpolation:
    """A value in braces, with its source, the letter after `!` and the text after `:`."""

    value: object
    expression: str = ""
    conversion: str | None = None
    format_spec: str = ""


@dataclass(frozen=True)
class TemplateString:
    """A template string: the texts around the values, and the values."""

    strings: tuple[str, ...]
    interpolations: tuple[Interpolation, ...]


def template_string(*parts: str | tuple[object, ...]) -> TemplateString:
    """Return a template string of texts and of the arguments of interpolations, in turn.

    >>> template_string("eq(a,", (5, "x"), ")").strings
    ('eq(a,', ')')
    """
    return TemplateString(
        tuple(part for part in parts if isinstance(part, str)),
        tuple(Interpolation(*part) for part in parts if isinstance(part, tuple)),  # type: ignore[arg-type] # a tuple of any arguments
    )
