"""Filters from the template strings of Python 3.14."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from epfilter.arguments import describe_type
from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError, Span
from epfilter.template_compiler import TemplateResource
from epfilter.templates import Template, create_template, require_resource


class TemplateString(Protocol):
    """The part of `string.templatelib.Template`, a t-string, that `from_template` requires."""

    @property
    def strings(self) -> tuple[str, ...]:
        """The texts around the values."""

    @property
    def interpolations(self) -> tuple[Any, ...]:
        """The values, each with its source, conversion and format; one less than the texts."""


def from_template(template: TemplateString, resource: TemplateResource | None = None) -> Filter:
    """Return the filter of a t-string, a template string of Python 3.14.

    Each value in braces stays one operand, as in `Template`; a conversion or format after it is
    applied. A text is parsed and checked once, however many values it is used with.

    Raises the errors of `Template` and of `Template.bind`, and `FilterTypeError` for a `template`
    that is not a t-string.

    ```text
    email = "a),eq(b"
    from_template(t"eq(email,{email}):in(id,{ids})", orders)
    ```

    >>> from types import SimpleNamespace  # here in place of t"eq(email,{email})"
    >>> value = SimpleNamespace(value="a),eq(b", expression="x", conversion=None, format_spec="")
    >>> str(from_template(SimpleNamespace(strings=("eq(email,", ")"), interpolations=(value,))))
    'eq(email,"a),eq(b")'
    """
    if not _is_template_string(template):
        raise FilterTypeError(
            f"a t-string is expected, not {describe_type(template)}.",
            hint='as in from_template(t"eq(email,{email})"); before Python 3.14 use Template',
        )
    parts = template.interpolations
    names = tuple([part.expression for part in parts])
    compiled = _compile(template.strings, names, require_resource(resource))
    return compiled.bind(**{str(i): _convert(part) for i, part in enumerate(parts)})


def _is_template_string(template: object) -> bool:
    strings = getattr(template, "strings", None)
    parts = getattr(template, "interpolations", None)
    return (
        isinstance(strings, tuple)
        and isinstance(parts, tuple)
        and len(strings) == len(parts) + 1
        and all(isinstance(string, str) for string in strings)
        and all(isinstance(getattr(part, "expression", None), str) for part in parts)
    )


_CONVERSIONS: dict[str | None, Callable[[object], str]] = {"r": repr, "s": str, "a": ascii}


def _convert(part: Any) -> object:
    """Return the value of an interpolation, with its conversion and its format."""
    convert = _CONVERSIONS.get(part.conversion)
    value = part.value if convert is None else convert(part.value)
    if not part.format_spec:
        return value
    try:
        return format(value, part.format_spec)
    except (TypeError, ValueError) as error:
        raise FilterValueError(
            f"the value of `{part.expression}` cannot be formatted: {error}."
        ) from None


@lru_cache(maxsize=256)
def _compile(strings: tuple[str, ...], names: tuple[str, ...], resource: Any) -> Template:
    """Return the template of a t-string; the names of its placeholders are their numbers."""
    text = strings[0]
    numbers: dict[Span, str] = {}
    for number, (name, string) in enumerate(zip(names, strings[1:], strict=True)):
        shown = f"{{{name}}}" if name.isidentifier() and name.isascii() else "{value}"
        numbers[Span(len(text), len(text) + len(shown))] = str(number)
        text += shown + string
    return create_template(text, resource, numbers)
