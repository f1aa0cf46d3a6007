"""Formatting: the edits that give a text its canonical or its pretty form."""

from __future__ import annotations

from epfilter.errors import Edit, Span
from epfilter.parser import parse_located
from epfilter.printer import Quotes, pretty, unparse


def format(  # noqa: A001 - the standard name in editors
    text: str,
    *,
    multiline: bool = False,
    indent: int = 2,
    width: int = 80,
    quotes: Quotes = "minimal",
) -> tuple[Edit, ...]:
    """Return the edits that format a text; none if it is formatted, or has a syntax error.

    The result is the text of `unparse`, or with `multiline` that of `pretty`. The edits keep what
    is the same at the beginning and the end, so that the cursor stays where it is.

    Raises FilterTypeError and FilterValueError for the arguments that `pretty` refuses.

    >>> from epfilter import editing
    >>> editing.format("eq( a, '1' )")
    (Edit(span=Span(start=3, end=11), text='a,1'),)
    >>> editing.format("eq(a")
    ()
    """
    node = parse_located(text).node
    if node is None:
        return ()
    new = pretty(node, indent=indent, width=width, quotes=quotes)
    if not multiline:
        new = unparse(node, quotes=quotes)
    return replace_difference(text, new)


def replace_difference(text: str, new: str) -> tuple[Edit, ...]:
    """Return the edit that changes a text to another, without what is the same at both ends.

    >>> replace_difference("eq(a,1)", "eq(a,2)")
    (Edit(span=Span(start=5, end=6), text='2'),)
    """
    if new == text:
        return ()
    start = _count_common(text, new)
    same = _count_common(text[start:][::-1], new[start:][::-1])
    return (Edit(Span(start, len(text) - same), new[start : len(new) - same]),)


def _count_common(text: str, other: str) -> int:
    """Return the number of equal characters at the beginning of two texts."""
    pairs = enumerate(zip(text, other, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(text), len(other)))
