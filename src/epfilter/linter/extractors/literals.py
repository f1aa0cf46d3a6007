"""What the decoders of literals share: segments, encoders, and offsets of characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from epfilter.errors import Span
from epfilter.linter.extractors.mapped_text import (
    PLACEHOLDER,
    Encoder,
    MappedText,
    Segment,
)

_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 that do not start a character."""

_BLOCK_SIZE = 1024
"""How many bytes are counted again to find the index for one offset."""

ESCAPED_UTF8 = r"(?:x[c-fC-F][0-9A-Fa-f]|3[0-7]{2})(?:\\(?:x[89abAB][0-9A-Fa-f]|2[0-7]{2})){1,3}"
"""The pattern of the escapes of bytes that are one character, after the first backslash."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class Utf8Offsets:
    """The indices of characters for offsets in UTF-8, which parsers count.

    >>> Utf8Offsets("é=1").index_of(3)
    2
    """

    def __init__(self, text: str) -> None:
        self._bytes = b"" if text.isascii() else text.encode()
        blocks = range(0, len(self._bytes), _BLOCK_SIZE)
        self._block_starts = [0, *accumulate(self._count_chars(i, i + _BLOCK_SIZE) for i in blocks)]

    def index_of(self, offset: int) -> int:
        """Return the index of the character that starts at the offset."""
        if not self._bytes:
            return offset
        block = min(offset, len(self._bytes)) // _BLOCK_SIZE
        return self._block_starts[block] + self._count_chars(block * _BLOCK_SIZE, offset)

    def _count_chars(self, start: int, end: int) -> int:
        return len(self._bytes[start:end].translate(None, _CONTINUATION_BYTES))


def replace_surrogates(source: MappedText) -> MappedText:
    """Return the text as UTF-8 can encode it: lone surrogates become replacement characters."""
    text = source.text
    if text.isascii() or not _SURROGATE.search(text):
        return source
    return replace(source, text=_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))


def decode_segments(
    text: str, start: int, end: int, special: re.Pattern[str], decode: Callable[[str], str]
) -> Iterator[Segment]:
    """Yield the segments from `start` to `end`: matches of `special` decoded, the rest as it is.

    A match is edited as a whole or not at all.
    """
    for match in special.finditer(text, start, end):
        if start < match.start():
            yield Segment(text[start : match.start()], start, match.start())
        start = match.end()
        for char in decode(match[0]):
            yield Segment(char, match.start(), start)
    if start < end:
        yield Segment(text[start:end], start, end)


def decode_utf8(escapes: str) -> str:
    r"""Return the character for escapes that match `ESCAPED_UTF8`.

    Raises UnicodeDecodeError for bytes that are not UTF-8.

    >>> decode_utf8(r"xc3\xa9"), decode_utf8(r"303\251")
    ('é', 'é')
    """
    codes = escapes.split("\\")
    return bytes(int(c[1:], 16) if c[0] == "x" else int(c, 8) for c in codes).decode()


def map_segments(
    source: MappedText, start: int, end: int, segments: Iterable[Segment], encode: Encoder
) -> MappedText:
    """Return the text of segments that stand from `start` to `end` of `source`."""
    shifted = [
        segment._replace(start=segment.start - start, end=segment.end - start)
        for segment in segments
    ]
    return source.slice(start, end).decode(shifted, encode)


def make_placeholder(source: MappedText, start: int, end: int) -> MappedText:
    """Return one placeholder for the part of `source` from `start` to `end`.

    >>> make_placeholder(MappedText.of_file("f(x)"), 0, 4).placeholders
    frozenset({0})
    """
    segment = Segment(PLACEHOLDER, 0, end - start, is_placeholder=True)
    return source.slice(start, end).decode([segment], str)


def require_same_encoding(encoders: Iterable[Encoder | None]) -> Encoder:
    """Return an encoder for text that all encoders encode alike.

    An edit of adjacent literals does not identify the literal that it changes.
    """
    unique = dict.fromkeys(encoders)
    only = next(iter(unique), None)
    if len(unique) == 1 and only is not None:
        return only  # many literals of a concatenation then share one encoder

    def encode(new: str) -> str | None:
        encoded = {encoder(new) if encoder else None for encoder in unique}
        return encoded.pop() if len(encoded) == 1 else None

    return encode


def join_texts(texts: Sequence[MappedText], bounds: Span) -> MappedText:
    """Return one text for several; the file contains them inside of `bounds`."""
    starts: list[int] = []
    ends: list[int] = []
    placeholders: set[int] = set()
    for text in texts:
        placeholders.update(len(starts) + index for index in text.placeholders)
        starts.extend(text.starts)
        ends.extend(text.ends)
    # A text of placeholders alone does not restrict how new text is encoded.
    encoders = [
        text.encode for text in texts if not text.text or len(text.placeholders) < len(text.text)
    ]
    joined = "".join(text.text for text in texts)
    encode = require_same_encoding(encoders)
    return MappedText(joined, *bounds, encode, (starts, ends), frozenset(placeholders))
