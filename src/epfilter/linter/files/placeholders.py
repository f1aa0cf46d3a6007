"""Filters with placeholders: the findings that hold whatever values are inserted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import PLACEHOLDER
from epfilter.linter.model import build_context
from epfilter.linter.settings import Settings
from epfilter.parser import parse_located

if TYPE_CHECKING:
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_LIMITS = "EPF3"
_NOT_A_CALL = "EPF121"
_VALUE_RULES = frozenset(("EPF401", "EPF402", "EPF403", "EPF404", "EPF405"))
"""Rules whose findings depend on all values of a call, and of other calls with its field."""


def fill_placeholders(text: str) -> str:
    """Return the text with a value for each placeholder."""
    return text.replace(PLACEHOLDER, "x")


def keep_certain(
    diagnostics: Iterable[Diagnostic], text: str, resource: Resource | None
) -> list[Diagnostic]:
    """Return the diagnostics of a filled text that hold for all values, without uncertain fixes.

    Diagnostics about limits always hold: a value only makes a filter larger.
    """
    indices = [i for i, char in enumerate(text) if char == PLACEHOLDER]
    uncertain_calls = _find_uncertain_calls(text, indices, resource)
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        # A placeholder may stand for any number of operands.
        if not diagnostic.code.startswith(_LIMITS) and (
            _depends_on_value(diagnostic, text, indices)
            or (diagnostic.code in _VALUE_RULES and _overlaps_any(diagnostic.span, uncertain_calls))
        ):
            continue
        fix = diagnostic.fix
        if fix and any(_contains_any(edit.span, indices) for edit in fix.edits):
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
    diagnostics = parse_located(fill_placeholders(text)).diagnostics
    return any(
        text[diagnostic.span.start : diagnostic.span.end] != PLACEHOLDER
        for diagnostic in diagnostics
    )


def _depends_on_value(diagnostic: Diagnostic, text: str, indices: list[int]) -> bool:
    """Return whether a diagnostic may not hold for another inserted value."""
    start, end = diagnostic.span
    if not diagnostic.code.startswith(_SYNTAX):
        return _contains_any(diagnostic.span, indices)
    if not _contains_any(Span(start - 1, end), indices):
        return False
    # What stands before a parenthesis is not an operator, whatever is inserted after it.
    before_placeholder = text[start:end].partition(PLACEHOLDER)[0]
    return diagnostic.code != _NOT_A_CALL or "(" not in before_placeholder


def _find_uncertain_calls(text: str, indices: list[int], resource: Resource | None) -> list[Span]:
    """Return the calls with placeholders, and those that rules compare with them."""
    filled = fill_placeholders(text)
    located = parse_located(filled)
    if located.diagnostics:
        return []
    calls = build_context(filled, located, resource, Settings()).calls
    uncertain = [call for call in calls if _contains_any(call.span, indices)]
    paths = {call.path for call in uncertain}
    has_any_field = any(_contains_any(call.field.span, indices) for call in uncertain)
    return [call.span for call in calls if has_any_field or call.path in paths]


def _contains_any(span: Span, indices: list[int]) -> bool:
    """Return whether the span contains one of the indices; an empty span, the one after it."""
    position = bisect_left(indices, span.start)
    return position < len(indices) and indices[position] < max(span.end, span.start + 1)


def _overlaps_any(span: Span, calls: list[Span]) -> bool:
    """Return whether a span overlaps one of the calls, which are sorted and disjoint."""
    position = bisect_right(calls, span.start, key=attrgetter("end"))
    return position < len(calls) and calls[position].start < span.end
