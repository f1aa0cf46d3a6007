"""Placeholders of templates: what stands in a text until something else is put in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit

IN_DOUBLE_BRACES = re.compile(r"\{\{[\s\S]{0,300}?\}\}|\$\{[^{}]*\}")
"""What no filter holds: it can stand even in a file of filters and nothing else."""

_PLACEHOLDER = re.compile(
    IN_DOUBLE_BRACES.pattern
    + r"|\{[^{},()]*\}|<[A-Za-z_][\w .-]*>|\$[A-Za-z_]\w*|%(?:[sd]|\(\w+\)[sd])(?!\w)"
)


def templated(value: Placed, pattern: re.Pattern[str] = _PLACEHOLDER) -> Placed:
    """The same with a hole for each placeholder of a template: `{{id}}`, `${ID}`, `<id>`, `%s`.

    >>> templated(Placed.whole("eq(id,{{id}})")).holes
    frozenset({6})
    """
    found = [*pattern.finditer(value.text)]
    if not found:
        return value
    units: list[Unit] = []
    done = 0
    for one in found:
        units += itself(value, done, one.start())
        units.append(Unit(HOLE, one.start(), one.end(), hole=True))
        done = one.end()
    return value.decoded([*units, *itself(value, done, len(value.text))], str)


def itself(value: Placed, start: int, end: int) -> Iterator[Unit]:
    """A part of the text as it is, its holes kept."""
    for hole in sorted(hole for hole in value.holes if start <= hole < end):
        if start < hole:
            yield Unit(value.text[start:hole], start, hole)
        yield Unit(HOLE, hole, hole + 1, hole=True)
        start = hole + 1
    if start < end:
        yield Unit(value.text[start:end], start, end)
