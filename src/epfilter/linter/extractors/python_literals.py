"""Literals of Python: their values, and where each character is written."""

from __future__ import annotations

import io
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import accumulate

from epfilter.linter.extractors.literals import (
    Utf8Offsets,
    decode_segments,
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

_OPENING = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_TRIVIA = re.compile(r"(?:\s|\\(?=[\r\n])|#[^\r\n]*)*+")
_FIELD_SYNTAX = re.compile(r"['\"#()\[\]{}:]")
_SHORT_ESCAPE = re.compile(r"\\[0-7]")
"""An octal escape: a digit inserted after it would become part of it."""

_ESCAPE = r"\\(?:\r\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^{}]*\}|"
_ESCAPED_CHARS = {
    **{char: char for char in "\\'\""},
    **dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)),
    **dict.fromkeys(("\n", "\r", "\r\n"), ""),
}


class PythonLines:
    """The indices of characters for the lines and columns that Python counts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(map(len, io.StringIO(text, newline="")))]
        if not text.endswith(("\n", "\r")):
            self._starts = self._starts[:-1] or [0]
        self._offsets: dict[int, Utf8Offsets] = {}

    def start_of(self, line: int) -> int:
        """Return the index where a line, counted from 1, starts."""
        return self._starts[min(max(line, 1), len(self._starts)) - 1]

    def number_of(self, index: int) -> int:
        """Return the number of the line, from 1, that contains the index."""
        return bisect_right(self._starts, index)

    def index_of(self, line: int, offset: int) -> int:
        """Return the index for a line and an offset in UTF-8, as the nodes of a tree have it."""
        offsets = self._offsets.get(line)
        if offsets is None:
            end = self.start_of(line + 1) if line < len(self._starts) else len(self._text)
            offsets = self._offsets[line] = Utf8Offsets(self._text[self.start_of(line) : end])
        return min(self.start_of(line) + offsets.index_of(offset), len(self._text))


@dataclass(slots=True)
class _Literal:
    """One literal; `parts` are the ranges between its quotes, and whether each is a field."""

    prefix: str
    quote: str
    start: int
    end: int = 0
    parts: list[tuple[int, int, bool]] = field(default_factory=list)


def _open_literal(opening: re.Match[str]) -> _Literal:
    # A t-string has the syntax of an f-string.
    return _Literal(opening[1].lower().replace("t", "f"), opening[2], opening.end())


def map_literals(
    source: MappedText, start: int, end: int, parts: Sequence[str | None]
) -> MappedText:
    r"""Return the value of the adjacent literals from `start` to `end` with its positions.

    `parts` is the value, with None for each replacement field. Where the literals are not
    understood, the value is mapped to the whole of them and cannot be edited.

    >>> value = map_literals(MappedText.of_file(r"'eq(a,\x31)'"), 0, 12, ["eq(a,1)"])
    >>> value.text, value.starts[5:]
    ('eq(a,1)', [6, 10])
    """
    text = "".join(PLACEHOLDER if part is None else part for part in parts)
    try:
        literals = _scan_literals(source.text, start, end)
    except RecursionError:
        literals = []
    if literals:
        segments = [segment for literal in literals for segment in _decode(source.text, literal)]
        encode = require_same_encoding(
            _choose_encoder(source.text, literal) for literal in literals
        )
        value = map_segments(source, literals[0].start, literals[-1].end, segments, encode)
        if value.text == text:
            return value
    whole = [Segment(part or PLACEHOLDER, start, end, part is None) for part in parts if part != ""]
    return map_segments(source, start, end, whole, refuse_edit)


def _scan_literals(text: str, start: int, end: int) -> list[_Literal]:
    """Return the literals that stand there side by side; none if anything else does."""
    literals: list[_Literal] = []
    while start < end:
        opening = _OPENING.match(text, start, end)
        if opening is None:
            return []
        literal = _open_literal(opening)
        start = _scan_literal(text, literal, end)
        if start < 0:
            return []
        literals.append(literal)
        start = _skip_trivia(text, start, end)
    return literals


def _skip_trivia(text: str, start: int, end: int) -> int:
    """Return the position after white space, comments and continued lines."""
    trivia = _TRIVIA.match(text, start, end)
    return trivia.end() if trivia else start


def _scan_literal(text: str, literal: _Literal, end: int) -> int:
    """Fill in the parts and the end of the literal; return the position after it, or -1."""
    position = part_start = literal.start
    is_f_string = "f" in literal.prefix
    stop = _stop_pattern(literal.quote, is_f_string=is_f_string)
    while (match := stop.search(text, position, end)) is not None:
        position = match.end()
        if match[0] == literal.quote:
            literal.end = match.start()
            literal.parts.append((part_start, literal.end, False))
            return position
        if match[0] == "{":
            literal.parts.append((part_start, match.start(), False))
            part_start = position = _scan_field(text, position, end, literal.quote)
            if position < 0:
                return -1
            literal.parts.append((match.start(), position, True))
        elif (
            match[0].startswith("\\") and is_f_string and "r" in literal.prefix and "N{" in match[0]
        ):
            position = match.start() + 2
    return -1


@cache
def _stop_pattern(quote: str, *, is_f_string: bool) -> re.Pattern[str]:
    """Return the pattern of what ends a part of a literal, and of escapes that look like it."""
    escape = r"\\N\{[^{}]*\}|\\[^{}]|\{\{|\}\}|\{" if is_f_string else r"\\[\s\S]"
    return re.compile(f"{quote}|{escape}")


def _scan_field(text: str, start: int, end: int, quote: str) -> int:
    """Return the end of the replacement field whose `{` stands before `start`, or -1."""
    depth = 0
    while (match := _FIELD_SYNTAX.search(text, start, end)) is not None:
        char, start = match[0], match.end()
        if char in "'\"":
            start = _scan_nested_literal(text, match.start(), end)
        elif char == "#":
            start = _skip_trivia(text, match.start(), end)
        elif char in "([{":
            depth += 1
        elif depth and char in ")]}":
            depth -= 1
        elif char == "}":
            return start
        elif char == ":" and not depth:
            return _scan_format_spec(text, start, end, quote)
        if start < 0:
            return -1
    return -1


def _scan_nested_literal(text: str, start: int, end: int) -> int:
    prefix_start = start
    while prefix_start and text[prefix_start - 1].isalpha() and start - prefix_start < 2:
        prefix_start -= 1
    opening = _OPENING.match(text, prefix_start, end) or _OPENING.match(text, start, end)
    if opening is None:
        return -1
    return _scan_literal(text, _open_literal(opening), end)


def _scan_format_spec(text: str, start: int, end: int, quote: str) -> int:
    while start < end and not text.startswith(quote, start):
        start += 1
        if text[start - 1] == "}":
            return start
        if text[start - 1] == "{":
            start = _scan_field(text, start, end, quote)
            if start < 0:
                return -1
    return -1


def _decode(text: str, literal: _Literal) -> Iterator[Segment]:
    special = _special_pattern(literal.prefix, literal.quote)
    decode = partial(
        _decode_special, is_raw="r" in literal.prefix, is_f_string="f" in literal.prefix
    )
    for start, end, is_field in literal.parts:
        if is_field:
            yield Segment(PLACEHOLDER, start, end, is_placeholder=True)
        else:
            yield from decode_segments(text, start, end, special, decode)


@cache
def _special_pattern(prefix: str, quote: str) -> re.Pattern[str]:
    """Return the pattern of what is not literal, or must stay together with what follows it.

    Without what follows it, a backslash in a raw literal escapes its closing quote, and a quote
    in a literal of three quotes closes it.
    """
    is_f_string = "f" in prefix
    plain = r"{}\\" if is_f_string else r"\\"
    escape = rf"\\+(?:\r\n?|[^{plain}])?"
    if "r" not in prefix:
        escape = _ESCAPE + (r"[^{}]|(?=[{}]))" if is_f_string else r"[\s\S])")
    patterns = [escape, r"\r\n?"]
    if is_f_string:
        patterns += [r"\{\{", r"\}\}"]
    if len(quote) == 3:
        patterns.insert(0, rf"{quote[0]}+(?:{escape}|\r\n?|[^{plain}{quote[0]}])?")
    return re.compile("|".join(patterns))


def _decode_special(encoded: str, *, is_raw: bool, is_f_string: bool) -> str:
    if is_f_string and encoded in {"{{", "}}"}:
        return encoded[0]
    backslash = encoded.find("\\")
    if is_raw or backslash < 0:
        return encoded.replace("\r\n", "\n").replace("\r", "\n")
    return encoded[:backslash] + _decode_escape(encoded[backslash + 1 :])


def _decode_escape(escape: str) -> str:
    """Return the text for a backslash with `escape` after it."""
    if escape in _ESCAPED_CHARS:
        return _ESCAPED_CHARS[escape]
    try:
        if escape[:2] == "N{":
            return unicodedata.lookup(escape[2:-1])
        if escape[:1] in {"x", "u", "U"} and len(escape) > 1:
            return chr(int(escape[1:], 16))
        return chr(int(escape, 8))
    except (KeyError, ValueError, OverflowError):
        return "\\" + escape


def _choose_encoder(text: str, literal: _Literal) -> Encoder | None:
    is_raw = "r" in literal.prefix
    if not is_raw and _SHORT_ESCAPE.search(text, literal.start, literal.end):
        return None
    return _make_encoder(is_raw, "f" in literal.prefix, literal.quote[0])


@cache
def _make_encoder(is_raw: bool, is_f_string: bool, quote: str) -> Encoder:  # noqa: FBT001 - a key of a cache
    return partial(_encode, is_raw=is_raw, is_f_string=is_f_string, quote=quote)


def _encode(new: str, *, is_raw: bool, is_f_string: bool, quote: str) -> str | None:
    if is_raw:
        has_special = "\\" in new or quote in new or not new.isprintable()
        return None if has_special or (is_f_string and ("{" in new or "}" in new)) else new
    return "".join(_encode_char(char, quote, is_f_string=is_f_string) for char in new)


def _encode_char(char: str, quote: str, *, is_f_string: bool) -> str:
    if char in ("\\", quote):
        return "\\" + char
    if is_f_string and char in "{}":
        return char * 2
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode()
