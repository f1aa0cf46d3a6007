"""Words of a shell: the text of their quotes and escapes, and where it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from epfilter.linter.extractors.literals import (
    ESCAPED_UTF8,
    decode_segments,
    decode_utf8,
    map_segments,
    require_same_encoding,
)
from epfilter.linter.extractors.mapped_text import (
    PLACEHOLDER,
    Encoder,
    MappedText,
    Segment,
    refuse_edit,
)

_BARE = re.compile(r"'[^']*'?|\$'(?:\\[\s\S]|[^'\\])*'?|\$?\"|\\[\s\S]|[^'\"\\$`<>]+|[\s\S]")
_DOUBLE_QUOTED = re.compile(r"\"|\\[\s\S]|[^\"\\$`]+|[\s\S]")
_DOCUMENT = re.compile(r"\\[\s\S]|[^\\$`]+|[\s\S]")
_C_ESCAPE = re.compile(
    rf"\\(?:{ESCAPED_UTF8}|[0-7]{{1,3}}|x[0-9a-fA-F]{{1,2}}|u[0-9a-fA-F]{{1,4}}|"
    r"U[0-9a-fA-F]{1,8}|c[\s\S]|[\s\S])"
)
_VARIABLE_LENGTH_ESCAPE = re.compile(r"\\[0-7xuU]")
"""An escape of variable length: a digit inserted after it could become part of it."""

_C_ESCAPED_CHARS = {
    **dict(zip("abeEfnrtv", "\a\b\x1b\x1b\f\n\r\t\v", strict=True)),
    **{char: char for char in "\\'\"?"},
}
_SPECIAL = re.compile(r"[^\w@%+=:,./-]")


@dataclass(slots=True)
class ShellWord:
    """A word, decoded, with a placeholder for each expansion.

    `value` as a whole can be quoted in several ways; a part that is quoted in one way can be
    edited more freely.
    """

    value: MappedText
    _encoders: list[tuple[int, int, Encoder]] = field(default_factory=list)

    def slice(self, start: int, end: int) -> MappedText:
        """Return the part from `start` to `end`, with the encoder of that part."""
        part = self.value.slice(start, end)
        encoders = [
            encode for first, last, encode in self._encoders if first < end and start < last
        ]
        return replace(part, encode=require_same_encoding(encoders)) if encoders else part


def map_word(source: MappedText, start: int, end: int, expansions: Mapping[int, int]) -> ShellWord:
    r"""Return the word that stands there; `expansions` are the ends of expansions by their start.

    >>> map_word(MappedText.of_file(r"filter='eq(a,1)'\&"), 0, 18, {}).value.text
    'filter=eq(a,1)&'
    """
    return _Scanner(source, start, end, expansions).scan(_BARE)


def map_document(
    source: MappedText, start: int, end: int, expansions: Mapping[int, int], *, is_quoted: bool
) -> ShellWord:
    """Return the here document that stands there; a quoted one has no escapes and expansions."""
    if is_quoted:
        return ShellWord(source.slice(start, end))
    return _Scanner(source, start, end, expansions).scan(_DOCUMENT)


class _Scanner:
    """Decodes one word or document."""

    def __init__(
        self, source: MappedText, start: int, end: int, expansions: Mapping[int, int]
    ) -> None:
        self._source = source
        self._start = start
        self._end = end
        self._expansions = expansions
        self._segments: list[Segment] = []
        self._encoders: list[tuple[int, int, Encoder]] = []
        self._size = 0

    def scan(self, mode: re.Pattern[str]) -> ShellWord:
        """Return the decoded word; `mode` matches the next part outside of quotes."""
        text, position = self._source.text, self._start
        while position < self._end:
            if position in self._expansions:
                position = self._scan_expansion(position, mode)
                continue
            match = mode.match(text, position, self._end)
            part = match[0] if match else text[position]
            if part in {'"', '$"'} and mode is not _DOCUMENT:
                mode = _BARE if mode is _DOUBLE_QUOTED else _DOUBLE_QUOTED
            else:
                self._decode_part(part, position, mode)
            position += len(part)
        segments = [segment for segment in self._segments if segment.text]
        encode = require_same_encoding(encode for _, _, encode in self._encoders)
        value = map_segments(self._source, self._start, self._end, segments, encode)
        return ShellWord(value.slice(0, len(value.text)), self._encoders)

    def _scan_expansion(self, start: int, mode: re.Pattern[str]) -> int:
        text, end = self._source.text, self._expansions[start]
        self._add([Segment(PLACEHOLDER, start, end, is_placeholder=True)], None)
        following = text[end : min(end + 1, self._end)]
        if end in self._expansions or text[start + 1 : start + 2] in {"{", "("}:
            return end
        if following and following not in "'\"\\$`<>":
            # New text directly after a name would become part of it.
            self._add([Segment(following, start, end + 1)], _ENCODERS[mode])
            return end + 1
        return end

    def _decode_part(self, part: str, start: int, mode: re.Pattern[str]) -> None:
        text, end = self._source.text, start + len(part)
        if mode is _BARE and part[0] == "'":
            is_closed = len(part) > 1 and part[-1] == "'"
            content = part[1 : len(part) - is_closed]
            self._add([Segment(content, start + 1, end - is_closed)], _encode_raw)
        elif mode is _BARE and part[:2] == "$'":
            segments = decode_segments(text, start + 2, end - 1, _C_ESCAPE, _decode_c_escape)
            has_open_escape = _VARIABLE_LENGTH_ESCAPE.search(part)
            self._add(segments, refuse_edit if has_open_escape else _encode_c)
        elif part[0] == "\\":
            is_literal = mode is not _BARE and part[1:] not in _ESCAPABLE[mode]
            decoded = part if is_literal else part[1:].replace("\n", "")
            self._add([Segment(char, start, end) for char in decoded], _ENCODERS[mode])
        else:
            # New text after a `$` would be the name of an expansion.
            encode = refuse_edit if part == "$" else _ENCODERS[mode]
            self._add([Segment(part, start, end)], encode)

    def _add(self, segments: Iterator[Segment] | list[Segment], encode: Encoder | None) -> None:
        before = self._size
        for segment in segments:
            self._segments.append(segment)
            self._size += len(segment.text)
        if encode and self._size > before:
            self._encoders.append((before, self._size, encode))


def _decode_c_escape(encoded: str) -> str:
    escape = encoded[1:]
    if escape in _C_ESCAPED_CHARS:
        return _C_ESCAPED_CHARS[escape]
    if "\\" in escape:
        return _decode_bytes(encoded)
    is_octal = escape[0] in "01234567"
    if not is_octal and (escape[0] not in "xuU" or len(escape) < 2):
        return encoded
    code = int(escape, 8) if is_octal else int(escape[1:], 16)
    is_byte = is_octal or escape[0] == "x"
    is_valid = 0 < code < 0x80 or (not is_byte and 0x80 <= code <= 0x10FFFF)
    return chr(code) if is_valid else encoded


def _decode_bytes(encoded: str) -> str:
    try:
        return decode_utf8(encoded[1:])
    except UnicodeDecodeError:
        return encoded


def _encode_raw(new: str) -> str | None:
    return None if "\0" in new else new.replace("'", "'\\''")


def _encode_double_quoted(new: str) -> str | None:
    return None if "\0" in new else re.sub(r'[\\"$`]', r"\\\g<0>", new)


def _encode_document(new: str) -> str | None:
    return None if "\0" in new else re.sub(r"[\\$`]", r"\\\g<0>", new)


def _encode_bare(new: str) -> str | None:
    return _SPECIAL.sub(r"\\\g<0>", new) if new.isprintable() else None


def _encode_c(new: str) -> str | None:
    return None if "\0" in new else "".join(map(_encode_c_char, new))


def _encode_c_char(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\U{code:08x}"


_ENCODERS: dict[re.Pattern[str], Encoder] = {
    _BARE: _encode_bare,
    _DOUBLE_QUOTED: _encode_double_quoted,
    _DOCUMENT: _encode_document,
}
_ESCAPABLE = {_DOUBLE_QUOTED: frozenset('\\"$`\n'), _DOCUMENT: frozenset("\\$`\n")}
"""What a backslash escapes; before anything else it is a literal backslash."""
