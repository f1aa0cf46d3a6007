"""Reads any text for the place of everything in it, and finds every mistake.

The grammar decides what is a filter; this room explains why a text is none, and locates the parts
of one that is. It goes on after a mistake at the next `:`, `|` or `)`. It knows the grammar through
its `patterns`, and nothing of lark.
"""

from __future__ import annotations

from epfilter.ast import MAX_DEPTH
from epfilter.errors import Diagnostic, Span
from epfilter.located import Located, changed
from epfilter.recovery import diagnostics
from epfilter.recovery.groups import GroupReader
from epfilter.recovery.scanner import Scanner
from epfilter.recovery.whole_text import find_surrogates, unwrap

__all__ = ["read"]


def read(text: str, *, max_depth: int, max_length: int | None = None) -> Located:
    """The located tree of a text, with all mistakes found in it.

    The root's node is None exactly where there are any.
    """
    if max_length is not None and len(text) > max_length:
        beyond = Span(max_length, len(text))
        return _unread(text, diagnostics.too_long(beyond, len(text), max_length))
    surrogates = find_surrogates(text)
    if surrogates:
        return _unread(text, *surrogates)
    window = unwrap(text, _is_filter)
    if window.encoded:
        return _unread(text, *window.found)
    scanner = Scanner(text, window.start, window.end, in_url=window.in_url)
    root = GroupReader(scanner, max_depth).read()
    found = tuple(sorted((*window.found, *scanner.found), key=lambda one: (one.span, one.code)))
    if found:
        return changed(
            root, node=None, span=root.span, parenthesized=root.parenthesized, diagnostics=found
        )
    return root


def _unread(text: str, *found: Diagnostic) -> Located:
    return Located(node=None, span=Span(0, len(text)), diagnostics=found)


def _is_filter(text: str) -> bool:
    scanner = Scanner(text, 0, len(text))
    GroupReader(scanner, MAX_DEPTH).read()
    return not scanner.found
