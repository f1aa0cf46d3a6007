"""Filters with placeholders: the findings that hold whatever values are inserted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import PLACEHOLDER
from epfilter.linter.files.filled_text import (
    FilledText,
    Positions,
    fill_variants,
    find_positions,
)
from epfilter.linter.model import build_context
from epfilter.linter.settings import Settings
from epfilter.parser import parse_located

if TYPE_CHECKING:
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_LIMITS = "EPF3"
_MISSING_TERMS = frozenset(("EPF209", "EPF307"))
"""Rules about a term that is missing, which an inserted term or field may be."""

_NOT_CLOSED = "EPF102"
_NOT_A_CALL = "EPF121"
_BESIDE_OPERANDS = frozenset((_NOT_CLOSED, "EPF107"))
"""Syntax errors of a call, which no operand of it can make right."""

_UNKNOWN_NAMES = frozenset(("EPF108", "EPF109"))
"""No operator ends with one of the names that are common mistakes."""

_VALUE_RULES = frozenset(
    ("EPF401", "EPF402", "EPF403", "EPF404", "EPF405", "EPF413", "EPF414"),
)
"""Rules whose findings depend on all values of a call, and of other calls with its field."""


def lint_with_placeholders(
    text: str, run: Callable[[str], Sequence[Diagnostic]], resource: Resource | None
) -> list[Diagnostic]:
    """Return the diagnostics that hold for all values, without uncertain fixes.

    `run` returns those of a text without placeholders. A placeholder stands for one operand or
    several, for a part of one, for an operator, for whole calls with their connectives, or for
    nothing, as its position allows it. Diagnostics about limits always hold: a value only makes a
    filter larger.
    """
    positions = find_positions(text)
    filled, *others = fill_variants(text, positions)
    diagnostics = [filled.map_diagnostic(found) for found in run(filled.text)]
    errors = [found for found in diagnostics if found.code.startswith(_SYNTAX)]
    if errors:
        other_errors = [variant.find_syntax_errors() for variant in others]
        for variant, found in zip(others, other_errors, strict=True):
            if len(found) < len(errors):
                filled, errors = variant, found
                diagnostics = [filled.map_diagnostic(each) for each in run(filled.text)]
    else:
        other_errors = []
    certainty = _Certainty(text, positions, filled, other_errors, resource)
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        if not certainty.holds(diagnostic):
            continue
        fix = diagnostic.fix
        if fix and any(certainty.depends_on_value(edit.span) for edit in fix.edits):
            kept.append(replace(diagnostic, fix=None))
        else:
            kept.append(diagnostic)
    return kept


def is_damaged(text: str, *, has_placeholders: bool) -> bool:
    """Return whether a text has syntax errors, or may have them with other inserted values.

    A placeholder alone may stand for a whole call, or for an operator.
    """
    if not has_placeholders:
        return bool(parse_located(text).diagnostics)
    diagnostics = parse_located(text.replace(PLACEHOLDER, "x")).diagnostics
    return any(
        text[diagnostic.span.start : diagnostic.span.end] != PLACEHOLDER
        for diagnostic in diagnostics
    )


class _Certainty:
    """The diagnostics of one text that hold for all values.

    `other_errors` are the syntax errors of the text with values of other shapes.
    """

    def __init__(
        self,
        text: str,
        positions: Positions,
        filled: FilledText,
        other_errors: Sequence[Sequence[Diagnostic]],
        resource: Resource | None,
    ) -> None:
        self.indices = [i for i, char in enumerate(text) if char == PLACEHOLDER]
        self._text = text
        self._positions = positions
        self._terms = sorted(positions.terms)
        self._other_errors = [_spans_by_code(errors) for errors in other_errors]
        self._has_any_field = False
        self._uncertain_calls = self._find_uncertain_calls(filled, resource)

    def holds(self, diagnostic: Diagnostic) -> bool:
        """Return whether the diagnostic holds for all values."""
        code, span = diagnostic.code, diagnostic.span
        if code in _MISSING_TERMS:
            return not (self._terms or self._has_any_field)
        if code.startswith(_LIMITS):
            return True
        if not code.startswith(_SYNTAX):
            return not _contains_any(span, self.indices) and not (
                code in _VALUE_RULES and _overlaps_any(span, self._uncertain_calls)
            )
        return self._holds_beside_terms(diagnostic) and self._holds_in_operands(diagnostic)

    def depends_on_value(self, span: Span) -> bool:
        """Return whether an edit changes a placeholder, or inserts text directly after one."""
        first = span.start if span.start < span.end else span.start - 1
        return _contains_any(Span(first, span.end), self.indices)

    def _holds_beside_terms(self, diagnostic: Diagnostic) -> bool:
        start, end = diagnostic.span
        first = start if diagnostic.code in _UNKNOWN_NAMES else start - 1
        if not _contains_any(Span(first, end), self._terms):
            return True
        # What stands before a parenthesis is not an operator, whatever is inserted after it.
        before_placeholder = self._text[start:end].partition(PLACEHOLDER)[0]
        return diagnostic.code == _NOT_A_CALL and "(" in before_placeholder

    def _holds_in_operands(self, diagnostic: Diagnostic) -> bool:
        code, (start, end) = diagnostic.code, diagnostic.span
        touched = Span(start, max(end, start + 1))
        if code not in _BESIDE_OPERANDS and _overlaps_any(touched, self._positions.operands):
            return False
        if code == _NOT_CLOSED and self._may_be_closed():
            return False
        # A call with more operands, which is not closed either, is reported for their number.
        codes = _BESIDE_OPERANDS if code == _NOT_CLOSED else {code}
        return all(
            any(_overlaps_any(touched, spans[each]) for each in codes)
            for spans in self._other_errors
        )

    def _may_be_closed(self) -> bool:
        """Return whether the last value may close the call: it is not an operand of its own."""
        before = self._text.rstrip().removesuffix(PLACEHOLDER)
        return len(before) < len(self._text.rstrip()) and not before.rstrip().endswith(("(", ","))

    def _find_uncertain_calls(self, filled: FilledText, resource: Resource | None) -> list[Span]:
        """Return the calls with placeholders, and those that rules compare with them."""
        located = parse_located(filled.text)
        if located.diagnostics:
            return []
        calls = build_context(filled.text, located, resource, Settings()).calls
        spans = [filled.map_span(call.span) for call in calls]
        uncertain = [
            call
            for call, span in zip(calls, spans, strict=True)
            if _contains_any(span, self.indices)
        ]
        paths = {call.path for call in uncertain}
        self._has_any_field = any(
            _contains_any(filled.map_span(call.field.span), self.indices) for call in uncertain
        )
        return [
            span
            for call, span in zip(calls, spans, strict=True)
            if self._has_any_field or call.path in paths
        ]


def _contains_any(span: Span, indices: list[int]) -> bool:
    """Return whether the span contains one of the indices; an empty span, the one after it."""
    position = bisect_left(indices, span.start)
    return position < len(indices) and indices[position] < max(span.end, span.start + 1)


def _spans_by_code(diagnostics: Sequence[Diagnostic]) -> Mapping[str, list[Span]]:
    """Return the spans of the diagnostics, each with the character after it."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for diagnostic in sorted(diagnostics, key=attrgetter("span")):
        spans[diagnostic.code].append(Span(diagnostic.span.start, diagnostic.span.end + 1))
    return spans


def _overlaps_any(span: Span, others: list[Span]) -> bool:
    """Return whether a span overlaps one of the others, which are sorted and disjoint."""
    position = bisect_right(others, span.start, key=attrgetter("end"))
    return position < len(others) and others[position].start < span.end
