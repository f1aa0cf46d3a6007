"""The tree of a data file of any syntax, whose strings have positions, and its JSON parser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from json import decoder, scanner
from typing import cast

from epfilter.linter.extractors.literals import decode_segments
from epfilter.linter.extractors.mapped_text import Encoder, MappedText

_ESCAPE = re.compile(
    r"\\(?:u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)"
)
"""One escape, or the two escapes that together encode one character."""


@dataclass(slots=True, eq=False)
class StringNode:
    """A string; `map` returns it with its positions, which few strings of a file need."""

    text: str
    map: Callable[[], MappedText]


@dataclass(slots=True, eq=False)
class ObjectNode:
    """An object of JSON or a mapping of YAML, its members in the order of the file."""

    members: list[tuple[str, DataNode]]


DataNode = StringNode | ObjectNode | list["DataNode"] | bool | None
"""A node of a data file. Numbers are None: no filter depends on them."""


def parse_json(source: MappedText) -> DataNode:
    """Return the tree of a JSON text.

    Raises json.JSONDecodeError where it is not valid, and RecursionError where it is too deep.
    """
    return cast("DataNode", _PositionDecoder(source).decode(source.text))


class _PositionDecoder(json.JSONDecoder):
    """The standard decoder, extended with the position of each string.

    The scanner that is written in Python calls `parse_string` for every string but the names of
    members; the scanner in C has its own.
    """

    def __init__(self, source: MappedText) -> None:
        super().__init__(
            object_pairs_hook=ObjectNode,
            parse_int=_ignore_number,
            parse_float=_ignore_number,
            parse_constant=_ignore_number,
        )
        self._source = source
        self.parse_string = self._parse_string
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined] # not in typeshed

    def _parse_string(self, text: str, start: int, strict: bool) -> tuple[StringNode, int]:  # noqa: FBT001 - as the scanner calls it
        value, end = decoder.scanstring(text, start, strict)  # type: ignore[attr-defined] # the same
        return StringNode(value, partial(_map_string, self._source, start, end - 1)), end


def _ignore_number(_: str) -> None:
    """Return None: no number is used, and so none is too large."""


def _map_string(source: MappedText, start: int, end: int) -> MappedText:
    raw = source.slice(start, end)
    segments = decode_segments(raw.text, 0, len(raw.text), _ESCAPE, _decode_escape)
    return raw.decode(segments, _choose_encoder(raw.text))


def _decode_escape(escape: str) -> str:
    return cast("str", json.loads(f'"{escape}"'))


def _choose_encoder(raw: str) -> Encoder:
    """Return an encoder that escapes new text as far as the existing text is escaped."""
    is_ascii_only = "\\u" in raw

    def encode(new: str) -> str:
        try:
            new.encode()
        except UnicodeEncodeError:
            return json.dumps(new)[1:-1]
        return json.dumps(new, ensure_ascii=is_ascii_only)[1:-1]

    return encode
