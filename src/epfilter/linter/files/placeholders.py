"""Filters with holes: what can be said of them whatever is put in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors.mapped_text import HOLE
from epfilter.linter.model import build_context
from epfilter.linter.settings import Settings
from epfilter.parser import parse_located

if TYPE_CHECKING:
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_LIMITS = "EPF3"
_NO_CALL = "EPF121"
_DEPENDING = frozenset(("EPF401", "EPF402", "EPF403", "EPF404", "EPF405"))
"""Rules whose findings depend on all values that stand in a call, and in others of its field."""


def filled(text: str) -> str:
    """The text with a value in each hole."""
    return text.replace(HOLE, "x")


def certain(found: Iterable[Diagnostic], text: str, resource: Resource | None) -> list[Diagnostic]:
    """What holds whatever is put in for the holes of a text; a fix that touches one is lost.

    Limits are the exception: more is put in than is seen.
    """
    holes = [i for i, char in enumerate(text) if char == HOLE]
    compared = _compared_with_holes(text, holes, resource)
    kept: list[Diagnostic] = []
    for one in found:
        if not one.code.startswith(_LIMITS):
            # How many operands a hole stands for, nobody knows.
            if _may_be_filled(one, text, holes):
                continue
            if one.code in _DEPENDING and _overlaps(one.span, compared):
                continue
        if one.fix and any(_reaches(edit.span, holes) for edit in one.fix.edits):
            one = replace(one, fix=None)  # noqa: PLW2901 - the same finding
        kept.append(one)
    return kept


def is_damaged(text: str, *, has_holes: bool) -> bool:
    """Whether a text has mistakes of syntax, or might have some with another value in its holes.

    A hole alone may stand for a whole call, or for an operator.
    """
    if not has_holes:
        return bool(parse_located(text).diagnostics)
    found = parse_located(filled(text)).diagnostics
    return any(text[one.span.start : one.span.end] != HOLE for one in found)


def _may_be_filled(found: Diagnostic, text: str, holes: list[int]) -> bool:
    """Whether a finding is none where something else is put in a hole."""
    start, end = found.span
    if not found.code.startswith(_SYNTAX):
        return _reaches(found.span, holes)
    if not _reaches(Span(start - 1, end), holes):
        return False
    # Whatever is put in behind the parenthesis, it is no operator that stands before it.
    return found.code != _NO_CALL or "(" not in text[start:end].partition(HOLE)[0]


def _compared_with_holes(text: str, holes: list[int], resource: Resource | None) -> list[Span]:
    """The calls that are, or are compared with, one that has a hole, which might be anything."""
    located = parse_located(filled(text))
    if located.diagnostics:
        return []
    calls = build_context(filled(text), located, resource, Settings()).calls
    unknown = [call for call in calls if _reaches(call.span, holes)]
    paths = {call.path for call in unknown}
    anything = any(_reaches(call.field.span, holes) for call in unknown)
    return [call.span for call in calls if anything or call.path in paths]


def _reaches(span: Span, holes: list[int]) -> bool:
    """Whether a hole stands in the span, or where nothing is, behind it."""
    at = bisect_left(holes, span.start)
    return at < len(holes) and holes[at] < max(span.end, span.start + 1)


def _overlaps(one: Span, calls: list[Span]) -> bool:
    """Whether a span reaches into one of the calls, which are in order and lie apart."""
    at = bisect_right(calls, one.start, key=attrgetter("end"))
    return at < len(calls) and calls[at].start < one.end
