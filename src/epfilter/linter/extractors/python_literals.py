"""Literals of Python: where each character of their value is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from epfilter.linter.extractors.literals import (
    Characters,
    Write,
    agreeing,
    decoded_units,
    numbered,
    placed,
    unwritable,
)
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit

_NEWLINE = re.compile(r"\r\n?|\n")
_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s|\\(?=[\r\n])|#[^\r\n]*)*+")
_IN_A_FIELD = re.compile(r"['\"#()\[\]{}:]")
_SHORT_ESCAPE = re.compile(r"\\[0-7]")
"""An escape to which a digit written behind it would belong."""

_ESCAPE = r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^{}]*\}|"
_MEANINGS = {
    **{char: char for char in "\\'\""},
    **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)),
    **dict.fromkeys(("\n", "\r", "\r\n"), ""),
}


class Lines:
    """Indices of characters for the lines and columns that Python counts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _NEWLINE.finditer(text))]
        self._characters: dict[int, Characters] = {}

    def start(self, line: int) -> int:
        """Where the line begins, counted from 1."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    def at(self, line: int, offset: int) -> int:
        """The index for a line and an offset in UTF-8, as the nodes of a tree have it."""
        characters = self._characters.get(line)
        if characters is None:
            end = self.start(line + 1) if line < len(self._starts) else len(self._text)
            characters = self._characters[line] = Characters(self._text[self.start(line) : end])
        return min(self.start(line) + characters.at(offset), len(self._text))


@dataclass(slots=True)
class _Literal:
    """One literal: `parts` are what stands between its quotes, holes marked."""

    prefix: str
    quote: str
    start: int
    end: int = 0
    parts: list[tuple[int, int, bool]] = field(default_factory=list)


def literal(source: Placed, start: int, end: int, value: Sequence[str | None]) -> Placed:
    r"""The literals from `start` to `end`, whose value is known, with None for each hole.

    Where they are not understood, the value stands in the whole of them and cannot be changed.

    >>> found = literal(Placed.whole(r"'eq(a,\x31)'"), 0, 12, ["eq(a,1)"])
    >>> found.text, found.starts[5:]
    ('eq(a,1)', [6, 10])
    """
    text = "".join(HOLE if part is None else part for part in value)
    try:
        literals = _scanned(source.text, start, end)
    except RecursionError:
        literals = []
    if literals:
        units = [unit for one in literals for unit in _units(source.text, one)]
        write = agreeing(_write(source.text, one) for one in literals)
        found = placed(source, literals[0].start, literals[-1].end, units, write)
        if found.text == text:
            return found
    whole = [Unit(part or HOLE, start, end, part is None) for part in value if part != ""]
    return placed(source, start, end, whole, unwritable)


def _scanned(text: str, start: int, end: int) -> list[_Literal]:
    """The literals that stand there side by side; none if anything else does."""
    found: list[_Literal] = []
    while start < end:
        opening = _OPENING.match(text, start, end)
        if opening is None:
            return []
        one = _Literal(opening[1].lower(), opening[2], opening.end())
        start = _end_of(text, one, end)
        if start < 0:
            return []
        found.append(one)
        start = _between(text, start, end)
    return found


def _between(text: str, start: int, end: int) -> int:
    found = _BETWEEN.match(text, start, end)
    return found.end() if found else start


def _end_of(text: str, one: _Literal, end: int) -> int:
    """Fills in the parts of the literal; where it ends, or -1."""
    place = part = one.start
    formatted = "f" in one.prefix
    while (found := _stops(one.quote, formatted=formatted).search(text, place, end)) is not None:
        place = found.end()
        if found[0] == one.quote:
            one.end = found.start()
            one.parts.append((part, one.end, False))
            return place
        if found[0] == "{":
            one.parts.append((part, found.start(), False))
            part = place = _end_of_field(text, place, end, one.quote)
            if place < 0:
                return -1
            one.parts.append((found.start(), place, True))
        elif found[0].startswith("\\") and formatted and "r" in one.prefix and "N{" in found[0]:
            place = found.start() + 2
    return -1


@cache
def _stops(quote: str, *, formatted: bool) -> re.Pattern[str]:
    """What ends a part of a literal, and what only seems to."""
    escape = r"\\N\{[^{}]*\}|\\[^{}]|\{\{|\}\}|\{" if formatted else r"\\[\s\S]"
    return re.compile(f"{quote}|{escape}")


def _end_of_field(text: str, start: int, end: int, quote: str) -> int:
    """Where the replacement field ends whose `{` stands before `start`, or -1."""
    depth = 0
    while (found := _IN_A_FIELD.search(text, start, end)) is not None:
        char, start = found[0], found.end()
        if char in "'\"":
            start = _end_of_nested(text, found.start(), end)
        elif char == "#":
            start = _between(text, found.start(), end)
        elif char in "([{":
            depth += 1
        elif depth and char in ")]}":
            depth -= 1
        elif char == "}":
            return start
        elif char == ":" and not depth:
            return _end_of_format(text, start, end, quote)
        if start < 0:
            return -1
    return -1


def _end_of_nested(text: str, start: int, end: int) -> int:
    opening = start
    while opening and text[opening - 1].isalpha() and start - opening < 2:
        opening -= 1
    found = _OPENING.match(text, opening, end) or _OPENING.match(text, start, end)
    if found is None:
        return -1
    return _end_of(text, _Literal(found[1].lower(), found[2], found.end()), end)


def _end_of_format(text: str, start: int, end: int, quote: str) -> int:
    while start < end and not text.startswith(quote, start):
        start += 1
        if text[start - 1] == "}":
            return start
        if text[start - 1] == "{":
            start = _end_of_field(text, start, end, quote)
            if start < 0:
                return -1
    return -1


def _units(text: str, one: _Literal) -> Iterator[Unit]:
    special = _special(one.prefix, one.quote)
    meaning = partial(_meaning, raw="r" in one.prefix, formatted="f" in one.prefix)
    for start, end, is_hole in one.parts:
        if is_hole:
            yield Unit(HOLE, start, end, hole=True)
        else:
            yield from decoded_units(text, start, end, special, meaning)


@cache
def _special(prefix: str, quote: str) -> re.Pattern[str]:
    """What does not stand for itself, or must not be parted from what follows it.

    Without what follows it, a backslash in a raw literal escapes its closing quote, and a quote
    in a literal of three quotes closes it.
    """
    formatted = "f" in prefix
    plain = r"{}\\" if formatted else r"\\"
    escape = rf"\\+(?:\r\n?|[^{plain}])?"
    if "r" not in prefix:
        escape = _ESCAPE + (r"[^{}]|(?=[{}]))" if formatted else r"[\s\S])")
    forms = [escape, r"\r\n?"]
    if formatted:
        forms += [r"\{\{", r"\}\}"]
    if len(quote) == 3:
        forms.insert(0, rf"{quote[0]}+(?:{escape}|\r\n?|[^{plain}{quote[0]}])?")
    return re.compile("|".join(forms))


def _meaning(written: str, *, raw: bool, formatted: bool) -> str:
    if formatted and written in {"{{", "}}"}:
        return written[0]
    backslash = written.find("\\")
    if raw or backslash < 0:
        return written.replace("\r\n", "\n").replace("\r", "\n")
    return written[:backslash] + _unescaped(written[backslash + 1 :])


def _unescaped(escape: str) -> str:
    """What a backslash and this stand for."""
    if escape in _MEANINGS:
        return _MEANINGS[escape]
    try:
        if escape[:2] == "N{":
            return unicodedata.lookup(escape[2:-1])
        if escape[:1] in {"x", "u", "U"} and len(escape) > 1:
            return chr(int(escape[1:], 16))
        return chr(int(escape, 8))
    except (KeyError, ValueError, OverflowError):
        return "\\" + escape


def _write(text: str, one: _Literal) -> Write | None:
    if "r" not in one.prefix and _SHORT_ESCAPE.search(text, one.start, one.end):
        return None
    return _writer("r" in one.prefix, "f" in one.prefix, one.quote[0])


@cache
def _writer(raw: bool, formatted: bool, quote: str) -> Write:  # noqa: FBT001 - a key of a cache
    return partial(_written, raw=raw, formatted=formatted, quote=quote)


def _written(new: str, *, raw: bool, formatted: bool, quote: str) -> str | None:
    if raw:
        cannot = "\\" in new or quote in new or not new.isprintable()
        return None if cannot or (formatted and ("{" in new or "}" in new)) else new
    return "".join(_escaped(char, quote, formatted=formatted) for char in new)


def _escaped(char: str, quote: str, *, formatted: bool) -> str:
    if char in ("\\", quote):
        return "\\" + char
    if formatted and char in "{}":
        return char * 2
    if char.isprintable():
        return char
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or numbered(char) or f"\\U{ord(char):08x}"
