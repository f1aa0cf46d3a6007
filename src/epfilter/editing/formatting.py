"""Formatting: the edits that give a text its canonical or its pretty form."""

from __future__ import annotations

from epfilter.errors import Edit, find_change
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
    return () if new == text else (find_change(text, new),)
