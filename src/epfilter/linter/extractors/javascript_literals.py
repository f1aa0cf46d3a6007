"""Literals of JavaScript: their values, and where each character is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from html.entities import html5

from epfilter.linter.extractors.literals import (
    decode_segments,
    escape_code_point,
    map_segments,
)
from epfilter.linter.extractors.mapped_text import (
    PLACEHOLDER,
    Encoder,
    MappedText,
    Segment,
    refuse_edit,
)

_ESCAPES = (
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|u\{[0-9a-fA-F]+\}|x[0-9a-fA-F]{2}|\r\n|[0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])"
)
_ESCAPE = re.compile(_ESCAPES)
_TEMPLATE_ESCAPE = re.compile(_ESCAPES + r"|\r\n?")
_SHORT_ESCAPE = re.compile(r"\\[0-7]")
"""An octal escape: a digit inserted after it would become part of it."""

_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_ESCAPED_CHARS = {
    **dict(zip("bfnrtv", "\b\f\n\r\t\v", strict=True)),
    **dict.fromkeys(("\n", "\r", "\r\n", "\u2028", "\u2029"), ""),
}


def map_string(source: MappedText, start: int, end: int) -> MappedText:
    r"""Return the value of the string literal that stands there with its quotes.

    >>> map_string(MappedText.of_file(r"'\x65q(a,1)'"), 0, 12).text
    'eq(a,1)'
    """
    text = source.text
    segments = [*decode_segments(text, start + 1, end - 1, _ESCAPE, _decode_escape)]
    encode = _choose_encoder(text, start, segments)
    return map_segments(source, start + 1, end - 1, segments, encode)


def map_template(
    source: MappedText, start: int, end: int, substitutions: Iterable[tuple[int, int]]
) -> MappedText:
    """Return the value of the template literal that stands there.

    It has a placeholder for each of the substitutions, which are given by start and end.
    """
    text = source.text
    segments: list[Segment] = []
    done = start + 1
    for first, last in substitutions:
        segments += decode_segments(text, done, first, _TEMPLATE_ESCAPE, _decode_escape)
        segments.append(Segment(PLACEHOLDER, first, last, is_placeholder=True))
        done = last
    segments += decode_segments(text, done, end - 1, _TEMPLATE_ESCAPE, _decode_escape)
    # New text after a `$` could start with `{`, or be followed by one.
    has_dollar = any("$" in segment.text for segment in segments)
    encode = refuse_edit if has_dollar else _choose_encoder(text, start, segments)
    return map_segments(source, start + 1, end - 1, segments, encode)


def map_attribute(source: MappedText, start: int, end: int) -> MappedText:
    """Return the value of the JSX attribute that stands there with its quotes.

    Source: the specification of JSX: attributes have the character references of HTML, and no
    escapes.
    """
    segments = [*decode_segments(source.text, start + 1, end - 1, _REFERENCE, _decode_reference)]
    # New text after a literal `&` could complete a character reference.
    has_ampersand = any(
        "&" in segment.text and len(segment.text) == segment.end - segment.start
        for segment in segments
    )
    quote = source.text[start]
    encode = refuse_edit if has_ampersand else partial(_encode_attribute, quote=quote)
    return map_segments(source, start + 1, end - 1, segments, encode)


def _decode_escape(encoded: str) -> str:
    if not encoded.startswith("\\"):
        return "\n"
    escape = encoded[1:]
    if len(escape) == 1 and escape not in "01234567":
        return _ESCAPED_CHARS.get(escape, escape)
    if escape in _ESCAPED_CHARS:
        return _ESCAPED_CHARS[escape]
    if "\\" in escape:
        return bytes.fromhex(escape.replace("\\u", "")[1:]).decode("utf-16-be")
    digits = escape.strip("xu{}")
    try:
        return chr(int(digits, 8 if digits == escape else 16))
    except (ValueError, OverflowError):
        return encoded


def _decode_reference(encoded: str) -> str:
    """Return the text for a character reference; numbers are taken as code points."""
    name = encoded[1:-1]
    if not name.startswith("#"):
        return html5.get(name + ";", encoded)
    try:
        return chr(int(name.lstrip("#xX"), 16 if name[1] in "xX" else 10))
    except (ValueError, OverflowError):
        return encoded


def _choose_encoder(text: str, start: int, segments: Iterable[Segment]) -> Encoder:
    """Return the encoder of a literal; only its own segments are searched for octal escapes.

    The text between them may contain other literals, nested in the substitutions of a template.
    """
    if any(_SHORT_ESCAPE.match(text, segment.start) for segment in segments):
        return refuse_edit
    return _make_encoder(text[start])


@cache
def _make_encoder(quote: str) -> Encoder:
    return partial(_encode_string, quote=quote)


def _encode_string(new: str, *, quote: str) -> str:
    return "".join(_encode_char(char, quote) for char in new)


def _encode_char(char: str, quote: str) -> str:
    if char in ("\\", quote) or (quote == "`" and char in "${"):
        return "\\" + char
    if char.isprintable():
        return char
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    return short or escape_code_point(char) or f"\\u{{{ord(char):x}}}"


def _encode_attribute(new: str, *, quote: str) -> str:
    return "".join(_encode_attribute_char(char, quote) for char in new)


def _encode_attribute_char(char: str, quote: str) -> str:
    if char in ("&", quote) or not char.isprintable():
        return {"&": "&amp;", '"': "&quot;"}.get(char) or f"&#x{ord(char):x};"
    return char
