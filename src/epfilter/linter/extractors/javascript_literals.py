"""Literals of JavaScript: where each character of their value is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from html.entities import html5

from epfilter.linter.extractors.literals import Write, decoded_units, numbered, placed, unwritable
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit

_ESCAPES = (
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|u\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|\r\n|[0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])"
)
_ESCAPE = re.compile(_ESCAPES)
_IN_A_TEMPLATE = re.compile(_ESCAPES + r"|\r\n?")
_SHORT_ESCAPE = re.compile(r"\\[0-7]")
"""An escape to which a digit written behind it would belong."""

_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_MEANINGS = {
    **dict(zip("bfnrtv", "\b\f\n\r\t\v", strict=True)),
    **dict.fromkeys(("\n", "\r", "\r\n", "\u2028", "\u2029"), ""),
}


def string(source: Placed, start: int, end: int) -> Placed:
    r"""The value of the string literal that stands there with its quotes.

    >>> string(Placed.whole(r"'\x65q(a,1)'"), 0, 12).text
    'eq(a,1)'
    """
    text = source.text
    units = [*decoded_units(text, start + 1, end - 1, _ESCAPE, _meaning)]
    return placed(source, start + 1, end - 1, units, _writer(text, start, units))


def template(source: Placed, start: int, end: int, holes: Iterable[tuple[int, int]]) -> Placed:
    """The value of the template literal that stands there, with a hole for each substitution."""
    text = source.text
    units: list[Unit] = []
    done = start + 1
    for first, last in holes:
        units += decoded_units(text, done, first, _IN_A_TEMPLATE, _meaning)
        units.append(Unit(HOLE, first, last, hole=True))
        done = last
    units += decoded_units(text, done, end - 1, _IN_A_TEMPLATE, _meaning)
    # What is written behind a `$` might begin with `{`, or go until one.
    has_dollar = any("$" in unit.text for unit in units)
    write = unwritable if has_dollar else _writer(text, start, units)
    return placed(source, start + 1, end - 1, units, write)


def attribute(source: Placed, start: int, end: int) -> Placed:
    """The value of the attribute of an element that stands there with its quotes.

    Source: the specification of JSX: attributes have the character references of HTML, and no
    escapes.
    """
    units = [*decoded_units(source.text, start + 1, end - 1, _REFERENCE, _referred)]
    # What is written behind a `&` might make a reference of it.
    bare = any("&" in unit.text and len(unit.text) == unit.end - unit.start for unit in units)
    write = unwritable if bare else partial(_referenced, quote=source.text[start])
    return placed(source, start + 1, end - 1, units, write)


def _meaning(written: str) -> str:
    if not written.startswith("\\"):
        return "\n"
    escape = written[1:]
    if len(escape) == 1 and escape not in "01234567":
        return _MEANINGS.get(escape, escape)
    if escape in _MEANINGS:
        return _MEANINGS[escape]
    if "\\" in escape:
        return bytes.fromhex(escape.replace("\\u", "")[1:]).decode("utf-16-be")
    digits = escape.strip("xu{}")
    try:
        return chr(int(digits, 8 if digits == escape else 16))
    except (ValueError, OverflowError):
        return written


def _referred(written: str) -> str:
    """What a reference means: numbers are code points, as nothing of HTML is repaired."""
    name = written[1:-1]
    if not name.startswith("#"):
        return html5.get(name + ";", written)
    try:
        return chr(int(name.lstrip("#xX"), 16 if name[1] in "xX" else 10))
    except (ValueError, OverflowError):
        return written


def _writer(text: str, start: int, units: Iterable[Unit]) -> Write:
    """The units are looked at and not the text, where other templates may stand in a template."""
    if any(_SHORT_ESCAPE.match(text, unit.start) for unit in units):
        return unwritable
    return _written_in(text[start])


@cache
def _written_in(quote: str) -> Write:
    return partial(_written, quote=quote)


def _written(new: str, *, quote: str) -> str:
    return "".join(_escaped(char, quote) for char in new)


def _escaped(char: str, quote: str) -> str:
    if char in ("\\", quote) or (quote == "`" and char in "${"):
        return "\\" + char
    if char.isprintable():
        return char
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or numbered(char) or f"\\u{{{ord(char):x}}}"


def _referenced(new: str, *, quote: str) -> str:
    return "".join(_reference(char, quote) for char in new)


def _reference(char: str, quote: str) -> str:
    if char in ("&", quote) or not char.isprintable():
        return {"&": "&amp;", '"': "&quot;"}.get(char) or f"&#x{ord(char):x};"
    return char
