"""Replacement fields of formatted texts, such as `%s` and `{}`: each becomes a placeholder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeVar

from epfilter.linter.extractors.mapped_text import PLACEHOLDER, Segment
from epfilter.linter.extractors.programs import StringExpression

Node = TypeVar("Node")

PERCENT_FIELD = re.compile(
    PLACEHOLDER + r"|%(?:%|\{\w+\}|(?:\([^()]*\)|<\w+>|\[\d+\]|\d+\$)?"
    r"[#0 +-]*(?:\*|\d*)(?:\.(?:\*|\d*))?[hlL]?[a-zA-Z@])"
)
TEMPLATE_FIELD = re.compile(PLACEHOLDER + r"|\{[A-Za-z_]\w*\}")
"""A placeholder of `epfilter.Template`; no character is doubled there."""

BRACE_FIELD = re.compile(PLACEHOLDER + r"|\{\{|\}\}|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


def replace_fields(
    template: StringExpression[Node],
    field: re.Pattern[str],
    built_with: str,
    arguments: Iterable[Node],
) -> StringExpression[Node]:
    """Return the text with a placeholder for each replacement field that the pattern matches."""
    value = template.value
    segments: list[Segment] = []
    done = 0
    has_fields = False
    for match in field.finditer(value.text):
        start, end = match.span()
        segments.append(Segment(value.text[done:start], done, start))
        done = end
        is_doubled = match[0] in {"%%", "{{", "}}"}
        is_literal = match[0] == PLACEHOLDER and start not in value.placeholders
        has_fields = has_fields or not (is_doubled or match[0] == PLACEHOLDER)
        is_placeholder = not (is_doubled or is_literal)
        text = PLACEHOLDER if is_placeholder else match[0][0]
        segments.append(Segment(text, start, end, is_placeholder))
    segments.append(Segment(value.text[done:], done, len(value.text)))
    encode = _ENCODERS.get(field, str)
    children = [*template.children, *((argument, None) for argument in arguments)]
    construct = built_with if has_fields else template.built_with
    return StringExpression(value.decode(segments, encode), construct, children)


def _double_percents(new: str) -> str:
    return new.replace("%", "%%")


def _double_braces(new: str) -> str:
    return new.replace("{", "{{").replace("}", "}}")


_ENCODERS = {PERCENT_FIELD: _double_percents, BRACE_FIELD: _double_braces}
