"""Literals of JavaScript, and the attributes of JSX."""

from __future__ import annotations

import re
from functools import partial
from html.entities import html5

from epfilter.linter.extractors.literals import decode_segments, map_segments
from epfilter.linter.extractors.mapped_text import MappedText, refuse_edit
from epfilter.linter.extractors.string_syntax import StringSyntax

_CODES = ("u4", "u{}", "x2", "octal")

STRING = StringSyntax("string", "[\"']", "bfnrtv\\\"'", _CODES, continuation="any break")
TEMPLATE = StringSyntax(
    "template_string",
    "`",
    "bfnrtv\\`$",
    _CODES,
    continuation="any break",
    guarded="$",
    normalizes_breaks=True,
)
"""Source: the specification of ECMAScript, String Literals and Template Literal Components."""

_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")


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


def _decode_reference(encoded: str) -> str:
    """Return the text for a character reference; numbers are taken as code points."""
    name = encoded[1:-1]
    if not name.startswith("#"):
        return html5.get(name + ";", encoded)
    try:
        return chr(int(name.lstrip("#xX"), 16 if name[1] in "xX" else 10))
    except (ValueError, OverflowError):
        return encoded


def _encode_attribute(new: str, *, quote: str) -> str:
    return "".join(_encode_attribute_char(char, quote) for char in new)


def _encode_attribute_char(char: str, quote: str) -> str:
    if char in ("&", quote) or not char.isprintable():
        return {"&": "&amp;", '"': "&quot;"}.get(char) or f"&#x{ord(char):x};"
    return char
