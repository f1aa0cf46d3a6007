"""Words of a shell: what their quotes and backslashes stand for, and where it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from epfilter.linter.extractors.literals import (
    Write,
    agreeing,
    decoded_units,
    placed,
    unwritable,
)
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit

_BARE = re.compile(r"'[^']*'?|\$'(?:\\[\s\S]|[^'\\])*'?|\$?\"|\\[\s\S]|[^'\"\\$`<>]+|[\s\S]")
_QUOTED = re.compile(r"\"|\\[\s\S]|[^\"\\$`]+|[\s\S]")
_DOCUMENT = re.compile(r"\\[\s\S]|[^\\$`]+|[\s\S]")
_C_ESCAPE = re.compile(
    r"\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|c[\s\S]|[\s\S])"
)
_OPEN_ENDED = re.compile(r"\\[0-7xuU]")
"""An escape to which a digit written behind it could belong."""

_C_MEANINGS = {
    **dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True)),
    **{char: char for char in "\\'\"?"},
}
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")


@dataclass(slots=True)
class Word:
    """A word, decoded, with a hole for each expansion.

    `value` as a whole may be written in several ways; a part that is quoted in one way can be
    changed more freely.
    """

    value: Placed
    _ways: list[tuple[int, int, Write]] = field(default_factory=list)

    def cut(self, start: int, end: int) -> Placed:
        """The part from `start` to `end`."""
        part = self.value.cut(start, end)
        ways = [write for first, last, write in self._ways if first < end and start < last]
        return replace(part, write=agreeing(ways)) if ways else part


def word(source: Placed, start: int, end: int, expansions: Mapping[int, int]) -> Word:
    r"""The word that stands there; `expansions` says where each of its expansions ends.

    >>> word(Placed.whole(r"filter='eq(a,1)'\&"), 0, 18, {}).value.text
    'filter=eq(a,1)&'
    """
    return _Scanner(source, start, end, expansions).word(_BARE)


def document(
    source: Placed, start: int, end: int, expansions: Mapping[int, int], *, quoted: bool
) -> Word:
    """The document that stands there; where its end is quoted, everything stands for itself."""
    if quoted:
        return Word(source.cut(start, end))
    return _Scanner(source, start, end, expansions).word(_DOCUMENT)


class _Scanner:
    """Decodes one word or document."""

    def __init__(self, source: Placed, start: int, end: int, expansions: Mapping[int, int]) -> None:
        self._source = source
        self._start = start
        self._end = end
        self._expansions = expansions
        self._units: list[Unit] = []
        self._ways: list[tuple[int, int, Write]] = []
        self._size = 0

    def word(self, mode: re.Pattern[str]) -> Word:
        text, place = self._source.text, self._start
        while place < self._end:
            if place in self._expansions:
                place = self._expansion(place, mode)
                continue
            found = mode.match(text, place, self._end)
            written = found[0] if found else text[place]
            if written in {'"', '$"'} and mode is not _DOCUMENT:
                mode = _BARE if mode is _QUOTED else _QUOTED
            else:
                self._add(written, place, mode)
            place += len(written)
        units = [one for one in self._units if one.text]
        value = placed(self._source, self._start, self._end, units, self._write())
        return Word(value.cut(0, len(value.text)), self._ways)

    def _write(self) -> Write:
        return agreeing(write for _, _, write in self._ways)

    def _expansion(self, start: int, mode: re.Pattern[str]) -> int:
        text, end = self._source.text, self._expansions[start]
        self._take([Unit(HOLE, start, end, hole=True)], None)
        following = text[end : min(end + 1, self._end)]
        if end in self._expansions or text[start + 1 : start + 2] in {"{", "("}:
            return end
        if following and following not in "'\"\\$`<>":
            # What is written directly behind a name would belong to it.
            self._take([Unit(following, start, end + 1)], _WRITES[mode])
            return end + 1
        return end

    def _add(self, written: str, start: int, mode: re.Pattern[str]) -> None:
        text, end = self._source.text, start + len(written)
        if mode is _BARE and written[0] == "'":
            closed = len(written) > 1 and written[-1] == "'"
            self._take([Unit(written[1 : end - start - closed], start + 1, end - closed)], _in_raw)
        elif mode is _BARE and written[:2] == "$'":
            units = decoded_units(text, start + 2, end - 1, _C_ESCAPE, _c_meaning)
            open_ended = _OPEN_ENDED.search(written)
            self._take(units, unwritable if open_ended else _in_c)
        elif written[0] == "\\":
            literally = mode is not _BARE and written[1:] not in _ESCAPED[mode]
            meaning = written if literally else written[1:].replace("\n", "")
            self._take([Unit(char, start, end) for char in meaning], _WRITES[mode])
        else:
            # A name written behind a `$` would be an expansion.
            self._take([Unit(written, start, end)], unwritable if written == "$" else _WRITES[mode])

    def _take(self, units: Iterator[Unit] | list[Unit], write: Write | None) -> None:
        before = self._size
        for unit in units:
            self._units.append(unit)
            self._size += len(unit.text)
        if write and self._size > before:
            self._ways.append((before, self._size, write))


def _c_meaning(written: str) -> str:
    escape = written[1:]
    if escape in _C_MEANINGS:
        return _C_MEANINGS[escape]
    octal = escape[0] in "01234567"
    if not octal and (escape[0] not in "xuU" or len(escape) < 2):
        return written
    code = int(escape, 8) if octal else int(escape[1:], 16)
    is_byte = octal or escape[0] == "x"
    valid = 0 < code < 0x80 or (not is_byte and 0x80 <= code <= 0x10FFFF)
    return chr(code) if valid else written


def _in_raw(new: str) -> str | None:
    return None if "\0" in new else new.replace("'", "'\\''")


def _in_quotes(new: str) -> str | None:
    return None if "\0" in new else re.sub(r'[\\"$`]', r"\\\g<0>", new)


def _in_document(new: str) -> str | None:
    return None if "\0" in new else re.sub(r"[\\$`]", r"\\\g<0>", new)


def _bare(new: str) -> str | None:
    return _SPECIAL.sub(r"\\\g<0>", new) if new.isprintable() else None


def _in_c(new: str) -> str | None:
    return None if "\0" in new else "".join(map(_c_escaped, new))


def _c_escaped(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\U{code:08x}"


_WRITES: dict[re.Pattern[str], Callable[[str], str | None]] = {
    _BARE: _bare,
    _QUOTED: _in_quotes,
    _DOCUMENT: _in_document,
}
_ESCAPED = {_QUOTED: frozenset('\\"$`\n'), _DOCUMENT: frozenset("\\$`\n")}
"""What a backslash escapes; before anything else it stands for itself."""
