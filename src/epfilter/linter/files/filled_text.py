"""Texts with placeholders as filters: what a value can stand for at its position."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from epfilter.errors import Diagnostic, Edit, Span
from epfilter.linter.extractors import PLACEHOLDER, is_operator_name
from epfilter.parser import parse_located

_CALL = re.compile(rf"([\w{PLACEHOLDER}]++)[ \t\r\n]*+\(")
_GROUP = re.compile(rf"[ \t\r\n]*+(?:\(|[\w{PLACEHOLDER}]++[ \t\r\n]*+\()")
_NEXT_CALL = re.compile(rf"[:|][ \t\r\n]*+[\w{PLACEHOLDER}]++[ \t\r\n]*+\(")
_WORD = re.compile(r"\w++")
_SPACE = re.compile(r"[ \t\r\n]*+")
_BEFORE_QUOTE = " \t\r\n" + PLACEHOLDER
_TERM_ENDS = frozenset((":", "|", ")", ",", ""))

_ANY_OPERATOR = ("eq", "in", "is_null")
_ANY_CALL = ("eq(x,x)",) * 3
_NOTHING = ("",) * 3
_CONNECTIVE = (":",) * 3
_OPERANDS = ("x", "x,x", "x")
_PART_OF_OPERAND = ("x", "x,x", "")
_TEXT = ("x", "x", "")


@dataclass(slots=True)
class Positions:
    """Where the placeholders of a text stand.

    `fills` contains, for the index of each placeholder, its text in each of the variants.
    `operands` are the operands with placeholders, each with the character after it. `terms` are
    the indices of the placeholders that stand for calls, groups, connectives and operators, and
    `quoted` of those in quotes.
    """

    fills: dict[int, tuple[str, ...]] = field(default_factory=dict)
    operands: list[Span] = field(default_factory=list)
    terms: list[int] = field(default_factory=list)
    quoted: list[int] = field(default_factory=list)

    def add_term(self, index: int, fills: tuple[str, ...]) -> None:
        """Add a placeholder that does not stand in an operand."""
        self.fills[index] = fills
        self.terms.append(index)


class FilledText:
    """A text with a value for each placeholder, and the positions of the original text."""

    def __init__(self, original: str, fills: dict[int, str]) -> None:
        texts: list[str] = []
        self._origins: list[int] = []
        for i, char in enumerate(original):
            text = fills.get(i, "x" if char == PLACEHOLDER else char)
            texts.append(text)
            self._origins += [i] * len(text)
        self._origins.append(len(original))
        self.text = "".join(texts)

    def map_span(self, span: Span) -> Span:
        """Return the span of the original text for a span of the filled text."""
        start = self._origins[span.start]
        return Span(start, self._origins[span.end - 1] + 1 if span.start < span.end else start)

    def map_diagnostic(self, diagnostic: Diagnostic) -> Diagnostic:
        """Return the diagnostic with spans of the original text."""
        return move_diagnostic(diagnostic, self.map_span)

    def find_syntax_errors(self) -> list[Diagnostic]:
        """Return the syntax errors, with spans of the original text."""
        return [self.map_diagnostic(found) for found in parse_located(self.text).diagnostics]


def move_diagnostic(diagnostic: Diagnostic, map_span: Callable[[Span], Span]) -> Diagnostic:
    """Return the diagnostic with its span and those of its fix in another text."""
    fix = diagnostic.fix
    if fix is not None:
        edits = tuple(Edit(map_span(edit.span), edit.text) for edit in fix.edits)
        fix = replace(fix, edits=edits)
    return replace(diagnostic, span=map_span(diagnostic.span), fix=fix)


def fill_variants(text: str, positions: Positions) -> list[FilledText]:
    """Return the text with values of several shapes: one operand, several, and parts of one.

    >>> text = f"eq(a,{PLACEHOLDER})"
    >>> [variant.text for variant in fill_variants(text, find_positions(text))]
    ['eq(a,x)', 'eq(a,x,x)']
    """
    variants = [
        FilledText(text, {i: fills[variant] for i, fills in positions.fills.items()})
        for variant in range(3)
    ]
    unique: dict[str, FilledText] = {}
    for variant in variants:
        unique.setdefault(variant.text, variant)
    return [*unique.values()]


def find_positions(text: str) -> Positions:
    """Return where the placeholders stand: as calls or between them, or inside operands."""
    return _Scanner(text).scan()


class _Scanner:
    """Reads a text from left to right; damaged text is read as far as it is clear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._positions = Positions()
        self._is_after_term = False

    def scan(self) -> Positions:
        index, size = 0, len(self._text)
        while index < size:
            index = self._scan_outside(index)
        return self._positions

    def _scan_outside(self, index: int) -> int:
        """Read one token outside of operands; return the index after it."""
        call = _CALL.match(self._text, index)
        if call is not None:
            return self._scan_call(call)
        char = self._text[index]
        word = _WORD.match(self._text, index)
        if char == PLACEHOLDER:
            self._add_between(index)
        elif word is not None:
            return word.end()
        elif char in "(:|":
            self._is_after_term = False
        elif char == ")":
            self._is_after_term = True
        return index + 1

    def _add_between(self, index: int) -> None:
        """Add a placeholder outside of calls: it must stand for what is missing there."""
        after = _SPACE.match(self._text, index + 1)
        next_char = self._text[after.end() : after.end() + 1] if after else ""
        ends = next_char in _TERM_ENDS
        if self._is_after_term:
            self._positions.add_term(index, _NOTHING if ends else _CONNECTIVE)
        else:
            self._positions.add_term(index, _ANY_CALL if ends else _NOTHING)
        self._is_after_term = ends

    def _scan_call(self, call: re.Match[str]) -> int:
        name = call[1]
        core = name.lstrip(PLACEHOLDER)
        first = call.start()
        if PLACEHOLDER in name:
            leading = len(name) - len(core)
            is_group = not core and _GROUP.match(self._text, call.end()) is not None
            is_operator = bool(core) and is_operator_name(core)
            count = leading if is_group or is_operator else leading - 1
            for index in range(first, first + count):
                self._positions.add_term(index, _CONNECTIVE if self._is_after_term else _NOTHING)
                self._is_after_term = False
            if is_group:
                return first + leading
            self._add_operator(first + count, call.end(1))
        return self._scan_operands(call.end())

    def _add_operator(self, start: int, end: int) -> None:
        connective = ":" if self._is_after_term else ""
        for index in range(start, end):
            if self._text[index] == PLACEHOLDER:
                fills = tuple(connective + operator for operator in _ANY_OPERATOR)
                self._positions.add_term(index, fills)

    def _scan_operands(self, index: int) -> int:
        """Read the operands of a call; return the index after it."""
        self._is_after_term = True
        start, depth, is_quotable = index, 1, True
        while index < len(self._text):
            char = self._text[index]
            if char in "\"'" and is_quotable:
                index, is_quotable = self._skip_quoted(index), False
                continue
            if char == "," and depth == 1:
                self._add_operand(start, index)
                start, is_quotable = index + 1, True
            elif char in ":|" and _NEXT_CALL.match(self._text, index):
                break  # the parenthesis is missing
            else:
                is_quotable = is_quotable and char in _BEFORE_QUOTE
            depth += {"(": 1, ")": -1}.get(char, 0)
            if depth == 0:
                break
            index += 1
        self._add_operand(start, index)
        return index if self._text[index : index + 1] in {":", "|"} else index + 1

    def _skip_quoted(self, index: int) -> int:
        quote = self._text[index]
        index += 1
        while index < len(self._text) and self._text[index] != quote:
            if self._text[index] == PLACEHOLDER:
                self._positions.fills[index] = _TEXT
                self._positions.quoted.append(index)
            index += 2 if self._text[index] == "\\" else 1
        return index + 1

    def _add_operand(self, start: int, end: int) -> None:
        inserted = [
            index
            for index in range(start, min(end, len(self._text)))
            if self._text[index] == PLACEHOLDER
        ]
        if not inserted:
            return
        self._positions.operands.append(Span(start, end + 1))
        is_whole = not self._text[start:end].strip(_BEFORE_QUOTE)
        for i, index in enumerate(inserted):
            fills = _PART_OF_OPERAND if i or not is_whole else _OPERANDS
            self._positions.fills.setdefault(index, fills)
