"""Edits that take a part out of a filter so that the rest still reads as it did."""

from __future__ import annotations

from epfilter.errors import Edit, Span
from epfilter.linter.model import Call, Group


def removed(part: Call | Group) -> Edit | None:
    """Take a part out of its and/or together with its connective; None for the whole filter."""
    if part.parent is None:
        return None
    parts = part.parent.parts
    if part.place:
        return Edit(Span(parts[part.place - 1].span.end, part.span.end), "")
    return Edit(Span(part.span.start, parts[1].span.start), "")
