"""JSON and JSON Lines: payloads, collections of requests, descriptions of APIs."""

from __future__ import annotations

import re
from dataclasses import replace
from json import JSONDecodeError
from typing import TYPE_CHECKING

from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.json_trees import json_tree
from epfilter.linter.extractors.mapped_text import Placed
from epfilter.linter.extractors.members import offer_members

if TYPE_CHECKING:
    from epfilter.linter.extractors.trees import Node

_LINE = re.compile(r"[^\n]+")
_BLANK = " \t\r\n"
_COMMA_AND_BLANKS = re.compile(r",[ \t\r\n]*+[}\]]")

_COMMENT = r"//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_NO_JSON = re.compile(
    rf"""(?P<text>"(?:[^"\\\r\n]|\\.)*+"?)|(?P<comment>{_COMMENT})"""
    rf"|,(?=(?:[ \t\r\n]|{_COMMENT})*+[}}\]])"
)
"""What people write into the settings of programs: comments, and a comma after the last one."""

_WORDS = {
    "Expecting value": "a value is missing here",
    "Expecting property name": "the name of a member is missing here, in double quotes",
    "Expecting ':'": "a colon is missing here",
    "Expecting ','": "a comma is missing here",
    "Extra data": "the JSON text ends before this",
    "Unterminated string": "this text has no closing quote",
    "Invalid control character": "a text holds a control character, which has to be escaped",
    "Invalid \\uXXXX": "this is no escape: \\u is followed by four hexadecimal digits",
    "Invalid \\escape": "JSON has no such escape",
}
"""What the decoder says, and what it means for who wrote the file."""


def read(source: Placed, reading: Reading, *, hint: Hint = NO_HINT, is_sent: bool = False) -> None:
    """Find the filters of a JSON text, which is the body of the request that the hint speaks of.

    Where the text is blank there is nothing to read. Comments, and commas after the last member,
    are read as if they were blanks, but not where the text `is_sent` to the platform as it is.
    """
    if not source.text.strip(_BLANK):
        return
    try:
        tree = json_tree(source) if is_sent else _tree(source, reading)
    except JSONDecodeError as error:
        start, message = _explained(source.text, error)
        reading.problem(source, start, min(start + 1, len(source.text)), message)
    except RecursionError:
        reading.problem(source, 0, 0, "this JSON is nested too deeply to be read")
    else:
        offer_members(tree, reading, hint)


def _tree(source: Placed, reading: Reading) -> Node:
    try:
        return json_tree(source)
    except JSONDecodeError:
        plain = replace(source, text=_NO_JSON.sub(_blanked, source.text))
        if plain.text == source.text:
            raise
    tree = json_tree(plain)
    for found in _NO_JSON.finditer(source.text):
        if found["comment"]:
            reading.comment(source, *found.span(), ("//", "/*", "*/"))
    return tree


def _blanked(found: re.Match[str]) -> str:
    """A text of JSON as it is; all else as blanks, so that every place stays as it was."""
    return found[0] if found["text"] else re.sub(r"[^\r\n]", " ", found[0])


def read_lines(source: Placed, reading: Reading) -> None:
    """Find the filters of JSON Lines: each line that is not blank is a JSON text."""
    for found in _LINE.finditer(source.text):
        read(source.cut(*found.span()), reading, is_sent=True)


def _explained(text: str, error: JSONDecodeError) -> tuple[int, str]:
    at = error.pos
    if text.startswith(("\r", "\n"), at) and error.msg.startswith("Invalid control"):
        return at, "a text goes on behind the end of the line; JSON writes a line break as \\n"
    if text.startswith(("//", "/*", "#"), at):
        return at, "JSON has no comments"
    if text.startswith("'", at):
        return at, "JSON has texts in double quotes only"
    before = len(text[:at].rstrip(_BLANK)) - 1
    comma = at if text[at : at + 1] == "," else before
    if comma >= 0 and _COMMA_AND_BLANKS.match(text, comma):
        # Only since Python 3.13 the decoder knows this mistake, and stands at the comma.
        return comma, "no comma stands after the last one"
    known = (said for begin, said in _WORDS.items() if error.msg.startswith(begin))
    return at, next(known, "this is not JSON")
