"""Reads a JSON text as a tree whose texts know where they stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from json import decoder, scanner
from typing import cast

from epfilter.linter.extractors.mapped_text import Placed, Unit
from epfilter.linter.extractors.trees import Members, Node, Text

_ESCAPE = re.compile(
    r"\\(?:u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|.)"
)
"""Two escapes where together they write one character."""


def json_tree(source: Placed) -> Node:
    """What the JSON text holds.

    Raises json.JSONDecodeError where it is none, and RecursionError where it is too deep.
    """
    return cast("Node", _Decoder(source).decode(source.text))


class _Decoder(json.JSONDecoder):
    """The standard decoder, made to say where each text stands.

    The scanner that is written in Python asks `parse_string` for every text but the names of
    members; the one in C has its own.
    """

    def __init__(self, source: Placed) -> None:
        super().__init__(
            object_pairs_hook=Members,
            parse_int=_nothing,
            parse_float=_nothing,
            parse_constant=_nothing,
        )
        self._source = source
        self.parse_string = self._text
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined] # not in typeshed

    def _text(self, written: str, start: int, strict: bool) -> tuple[Text, int]:  # noqa: FBT001 - as the scanner calls it
        text, end = decoder.scanstring(written, start, strict)  # type: ignore[attr-defined] # the same
        return Text(text, partial(_placed, self._source, start, end - 1)), end


def _nothing(_: str) -> None:
    """No number is looked at, and so none is too large."""


def _placed(source: Placed, start: int, end: int) -> Placed:
    raw = source.cut(start, end)
    return raw.decoded(_units(raw.text), _writer(raw.text))


def _units(raw: str) -> Iterator[Unit]:
    done = 0
    for found in _ESCAPE.finditer(raw):
        if done < found.start():
            yield Unit(raw[done : found.start()], done, found.start())
        done = found.end()
        yield Unit(json.loads(f'"{found[0]}"'), found.start(), done)
    if done < len(raw):
        yield Unit(raw[done:], done, len(raw))


def _writer(raw: str) -> Callable[[str], str]:
    """Escapes new text as far as the text that stands there is escaped."""
    ascii_only = "\\u" in raw

    def written(new: str) -> str:
        try:
            new.encode()
        except UnicodeEncodeError:
            return json.dumps(new)[1:-1]
        return json.dumps(new, ensure_ascii=ascii_only)[1:-1]

    return written
