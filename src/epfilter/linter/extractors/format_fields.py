"""Replacement fields of formatted texts, such as `%s` and `{}`: each becomes a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from epfilter.linter.extractors.mapped_text import PLACEHOLDER, Segment, replace_matches
from epfilter.linter.extractors.programs import StringExpression

Node = TypeVar("Node")

PERCENT_FIELD = re.compile(
    PLACEHOLDER + r"|%(?:%|\{\w+\}|(?:\([^()]*\)|<\w+>|\[\d+\]|\d+\$)?"
    r"[#0 +-]*(?:\*|\d*)(?:\.(?:\*|\d*))?[hlL]?[a-zA-Z@])"
)
TEMPLATE_FIELD = re.compile(PLACEHOLDER + r"|\{[A-Za-z_]\w*\}")
"""A placeholder of `epfilter.Template`; no character is doubled there."""

BRACE_FIELD = re.compile(PLACEHOLDER + r"|\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")

_DOUBLED = frozenset({"%%", "{{", "}}"})


def replace_fields(
    template: StringExpression[Node],
    field: re.Pattern[str],
    built_with: str,
    arguments: Iterable[Node],
) -> StringExpression[Node]:
    """Return the text with a placeholder for each replacement field that the pattern matches."""
    value = template.value

    def replace_field(match: re.Match[str]) -> Iterator[Segment]:
        is_literal = match[0] == PLACEHOLDER and match.start() not in value.placeholders
        is_placeholder = not is_literal and match[0] not in _DOUBLED
        text = PLACEHOLDER if is_placeholder else match[0][0]
        yield Segment(text, *match.span(), is_placeholder)

    decoded = value.decode(replace_matches(value, field, replace_field), _ENCODERS.get(field, str))
    has_fields = not {*field.findall(value.text)} <= _DOUBLED | {PLACEHOLDER}
    children = [*template.children, *((argument, None) for argument in arguments)]
    construct = built_with if has_fields else template.built_with
    return StringExpression(decoded, construct, children)


def _double_percents(new: str) -> str:
    return new.replace("%", "%%")


def _double_braces(new: str) -> str:
    return new.replace("{", "{{").replace("}", "}}")


_ENCODERS = {PERCENT_FIELD: _double_percents, BRACE_FIELD: _double_braces}
