"""Strict JSON: the texts that RFC 8259 allows, and where another text breaks its rules.

Python's `json` accepts more: a member that appears twice in one object, `NaN` and `Infinity`, half
of a surrogate pair. Two programs that read such a text may see different data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any

from epfilter.limits import MAX_JSON_DEPTH
from epfilter.snippets import shorten

WHITESPACE = " \t\r\n"
"""What may be between two tokens."""


class JsonFault(StrEnum):
    """The kinds of fault that a text may have."""

    SYNTAX = "syntax"
    DUPLICATE_MEMBER = "duplicate member"
    CONSTANT = "constant"
    """`NaN`, `Infinity` or `-Infinity`."""

    SURROGATE = "surrogate"
    DEPTH = "depth"
    DIGITS = "digits"
    """An integer that is longer than Python reads: 4,300 digits by default."""


class JsonError(ValueError):
    r"""A text that is not strict JSON.

    `reason` completes the sentence "not valid JSON: …". `position` is the index of the character
    at fault, `line` and `column` (from 1) are the same for people; all three are None where only
    the whole text can be blamed.

    >>> str(JsonError(JsonFault.SYNTAX, "expected a value", "[1,\n]", 4))
    'expected a value (line 2, column 1)'
    """

    def __init__(
        self, fault: JsonFault, reason: str, text: str = "", position: int | None = None
    ) -> None:
        super().__init__(fault, reason, text, position)
        self.fault = fault
        self.reason = reason
        self.position = position
        self.line = None if position is None else text.count("\n", 0, position) + 1
        self.column = None if position is None else position - text.rfind("\n", 0, position)

    def __str__(self) -> str:
        if self.position is None:
            return self.reason
        return f"{self.reason} (line {self.line}, column {self.column})"


class StrictDecoder:
    """A reader of JSON with settings of its own; `parse_json` is the one without any.

    `tolerate` holds the faults that it accepts, as Python does: of a duplicate member the last one
    counts. `parse_float` makes the value of a number with a fraction or an exponent.

    >>> StrictDecoder(tolerate={JsonFault.DUPLICATE_MEMBER}).decode('{"a": 1, "a": 2}')
    {'a': 2}
    """

    def __init__(
        self,
        *,
        tolerate: Collection[JsonFault] = (),
        parse_float: Callable[[str], Any] | None = None,
    ) -> None:
        self._tolerated = frozenset(tolerate)
        # Without a hook, Python decodes an object a third faster.
        unique = JsonFault.DUPLICATE_MEMBER not in self._tolerated
        finite = JsonFault.CONSTANT not in self._tolerated
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_unique_members if unique else None,
            parse_constant=_refuse_constant if finite else None,
            parse_float=parse_float,
        )

    def decode(self, text: str) -> Any:
        """Return the value of a whole text.

        Raises JsonError for a text that is not strict JSON, or deeper than `MAX_JSON_DEPTH`.
        """
        if not text.strip(WHITESPACE):
            raise JsonError(JsonFault.SYNTAX, "the text is empty")
        if text.startswith("\ufeff"):
            raise JsonError(JsonFault.SYNTAX, "unexpected byte order mark", text, 0)
        value, end = self.decode_at(text, skip_whitespace(text, 0))
        end = skip_whitespace(text, end)
        if end < len(text):
            reason = "unexpected text after the end of the value"
            raise JsonError(JsonFault.SYNTAX, reason, text, end)
        _check_depth(value, text)
        return value

    def decode_at(self, text: str, start: int) -> tuple[Any, int]:
        """Return the value that begins at an index of a text, and the index of its end.

        Raises JsonError as `decode`, but the depth is limited only by Python.

        >>> StrictDecoder().decode_at('{"a": [1, 2]}', 6)
        ([1, 2], 12)
        """
        try:
            value, end = self._decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise _syntax_error(error) from None
        except _RefusedNameError as error:
            raise error.locate(text, start) from None
        except RecursionError:
            raise _depth_error() from None
        except ValueError:
            raise JsonError(JsonFault.DIGITS, "a number has too many digits") from None
        if JsonFault.SURROGATE not in self._tolerated:
            _check_surrogates(text, start, end)
        return value, end


_REASONS = {
    "Expecting value": "expected a value",
    "Expecting property name": "expected a member name in double quotes",
    "Expecting ':'": "expected a colon",
    "Expecting ','": "expected a comma or a closing bracket",
    "Unterminated string": "the string has no closing quote",
    "Invalid control character": "a string contains a control character that is not escaped",
    "Invalid \\escape": "a string contains an invalid escape",
    "Invalid \\uXXXX": "a string contains an invalid `\\u` escape",
    # Since Python 3.13; earlier it misses what must come after the comma, and so do we.
    "Illegal trailing comma before end of object": "expected a member name in double quotes",
    "Illegal trailing comma before end of array": "expected a value",
}
"""The beginning of a message of Python → our reason."""


def _syntax_error(error: json.JSONDecodeError) -> JsonError:
    reason = next(ours for theirs, ours in _REASONS.items() if error.msg.startswith(theirs))
    position = error.pos
    if error.msg.startswith("Illegal trailing comma"):
        position = skip_whitespace(error.doc, position + 1)
    return JsonError(JsonFault.SYNTAX, reason, error.doc, position)


class _RefusedNameError(Exception):
    """A member or a constant that a hook of Python's decoder refuses, which has no position."""

    def __init__(self, fault: JsonFault, name: str) -> None:
        super().__init__(fault, name)
        self.fault = fault
        self.name = name

    def locate(self, text: str, start: int) -> JsonError:
        """Return the error with its position in a text."""
        if self.fault is JsonFault.CONSTANT:
            tokens = _TOKEN.finditer(text, start)
            position = next((token.start() for token in tokens if token[0] == self.name), None)
            reason = f"`{self.name}` is not a number in JSON"
        else:
            position = _find_duplicate(text, start, self.name)
            reason = f"the member `{shorten(self.name)}` appears twice in one object"
        return JsonError(self.fault, reason, text, position)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _RefusedNameError(JsonFault.DUPLICATE_MEMBER, name)
            seen.add(name)
    return members


def _refuse_constant(name: str) -> Any:
    raise _RefusedNameError(JsonFault.CONSTANT, name)


_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+")(?P<colon>[ \t\r\n]*+:)?|[{}\[\]]|-?[A-Za-z]++')


def _find_duplicate(text: str, start: int, name: str) -> int | None:
    """Return where the second member of this name begins."""
    objects: list[set[str]] = [set()]
    for token in _TOKEN.finditer(text, start):
        if token["colon"]:
            member = json.loads(token["string"], strict=False)
            if member == name and member in objects[-1]:
                return token.start()
            objects[-1].add(member)
        elif token[0] in "{[":
            objects.append(set())
        elif token[0] in "}]":
            objects.pop()
    return None


_HALF = "[dD][89a-fA-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rf"|(?P<half>\\u{_HALF})|\\.",
    re.DOTALL,
)
_ANY_HALF = re.compile(rf"\\u{_HALF}")


def _check_surrogates(text: str, start: int, end: int) -> None:
    """Raise JsonError for half of a surrogate pair in a value, written out or escaped."""
    if not text.isascii():
        try:
            text[start:end].encode()
        except UnicodeEncodeError as error:
            raise _surrogate_error(text, start + error.start) from None
    if _ANY_HALF.search(text, start, end):
        for escape in _ESCAPE.finditer(text, start, end):
            if escape["half"]:
                raise _surrogate_error(text, escape.start())


def _surrogate_error(text: str, position: int) -> JsonError:
    reason = "a string contains half of a surrogate pair, which is not a character"
    return JsonError(JsonFault.SURROGATE, reason, text, position)


def _check_depth(value: Any, text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_JSON_DEPTH:
        return
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_JSON_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise _depth_error()


def _depth_error() -> JsonError:
    return JsonError(JsonFault.DEPTH, "it is nested too deeply")


def skip_whitespace(text: str, start: int) -> int:
    """Return the index of the first character from `start` on that is not white space in JSON.

    >>> skip_whitespace("[ 1]", 1)
    2
    """
    while text[start : start + 1] and text[start] in WHITESPACE:
        start += 1
    return start


_STRICT = StrictDecoder()


def parse_json(text: str) -> Any:
    """Return the value of a text of strict JSON.

    Raises JsonError for any other text, and for one that is nested deeper than `MAX_JSON_DEPTH`.

    Source: RFC 8259; that names must be unique, and a surrogate never alone, is its advice for
    texts that every reader understands alike (sections 4 and 8.2).

    >>> parse_json('{"data": [1, true, null]}')
    {'data': [1, True, None]}
    >>> parse_json('{"data": NaN}')
    Traceback (most recent call last):
    epfilter.strict_json.JsonError: `NaN` is not a number in JSON (line 1, column 10)
    """
    return _STRICT.decode(text)
