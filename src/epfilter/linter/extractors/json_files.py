"""JSON and JSON Lines: payloads, request collections, descriptions of APIs."""

from __future__ import annotations

import re
from dataclasses import replace
from json import JSONDecodeError

from epfilter.linter.extractors.data_sinks import add_data_filters
from epfilter.linter.extractors.data_tree import DataNode, parse_json
from epfilter.linter.extractors.extraction import Extraction
from epfilter.linter.extractors.mapped_text import MappedText
from epfilter.linter.extractors.requests import NO_CONTEXT, RequestContext

_LINE = re.compile(r"[^\n]+")
_WHITE_SPACE = " \t\r\n"
_TRAILING_COMMA = re.compile(r",[ \t\r\n]*+[}\]]")

_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_EXTENSION = re.compile(
    rf"""(?P<string>"(?:[^"\\\r\n]|\\.)*+"?)|(?P<comment>{_COMMENT})"""
    rf"|,(?=(?:[ \t\r\n]|{_COMMENT})*+[}}\]])"
)
"""A string, or an extension of JSON that settings files use: a comment or a trailing comma."""

_MESSAGES = {
    "Expecting value": "a value is missing here",
    "Expecting property name": "the name of a member is missing here, in double quotes",
    "Expecting ':'": "a colon is missing here",
    "Expecting ','": "a comma is missing here",
    "Extra data": "the JSON value ends before this",
    "Unterminated string": "this string has no closing quote",
    "Invalid control character": "this string contains a control character; escape it",
    "Invalid \\uXXXX": "invalid escape: four hexadecimal digits must follow \\u",
    "Invalid \\escape": "JSON has no such escape",
}
"""Our messages, by how those of the decoder begin."""


def extract(
    source: MappedText,
    extraction: Extraction,
    *,
    context: RequestContext = NO_CONTEXT,
    is_strict: bool = False,
) -> None:
    """Add the filters of a JSON text, which may be the body of the request `context`.

    A blank text contains nothing. Comments and trailing commas are allowed, unless `is_strict`,
    as for a text that is sent to the platform.
    """
    if not source.text.strip(_WHITE_SPACE):
        return
    try:
        tree = parse_json(source) if is_strict else _parse_extended(source, extraction)
    except JSONDecodeError as error:
        start, message = _translate_error(source.text, error)
        extraction.add_problem(source, start, min(start + 1, len(source.text)), message)
    except RecursionError:
        extraction.add_problem(source, 0, 0, "this JSON is nested too deeply")
    else:
        add_data_filters(tree, extraction, context)


def extract_lines(source: MappedText, extraction: Extraction) -> None:
    """Add the filters of JSON Lines: each line that is not blank is a JSON text."""
    for line in _LINE.finditer(source.text):
        extract(source.slice(*line.span()), extraction, is_strict=True)


def _parse_extended(source: MappedText, extraction: Extraction) -> DataNode:
    try:
        return parse_json(source)
    except JSONDecodeError:
        plain = replace(source, text=_EXTENSION.sub(_blank_extension, source.text))
        if plain.text == source.text:
            raise
    tree = parse_json(plain)
    for match in _EXTENSION.finditer(source.text):
        if match["comment"]:
            extraction.add_comment(source, *match.span(), ("//", "/*", "*/"))
    return tree


def _blank_extension(match: re.Match[str]) -> str:
    """Return spaces for an extension, so that all positions stay; a string as it is."""
    return match[0] if match["string"] else re.sub(r"[^\r\n]", " ", match[0])


def _translate_error(text: str, error: JSONDecodeError) -> tuple[int, str]:
    position = error.pos
    if text.startswith(("\r", "\n"), position) and error.msg.startswith("Invalid control"):
        return position, "this string contains a line break; write it as \\n"
    if text.startswith(("//", "/*", "#"), position):
        return position, "JSON does not allow comments"
    if text.startswith("'", position):
        return position, "JSON strings require double quotes"
    before = len(text[:position].rstrip(_WHITE_SPACE)) - 1
    comma = position if text[position : position + 1] == "," else before
    if comma >= 0 and _TRAILING_COMMA.match(text, comma):
        # Only since Python 3.13 the decoder reports this, at the position of the comma.
        return comma, "JSON does not allow a comma after the last value"
    known = (message for start, message in _MESSAGES.items() if error.msg.startswith(start))
    return position, next(known, "not valid JSON")
