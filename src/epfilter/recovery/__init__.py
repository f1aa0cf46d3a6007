"""Error recovery: reads any text, locates its parts and reports every error.

The grammar decides what a filter is. This package explains why a text is not a filter, and locates
the parts that it could read. After an error it continues at the next `:`, `|` or `)`. It uses the
`patterns` of the grammar and does not use lark. It is not public.

One module per concern: `whole_text` for the text around the filter, `groups` for parentheses and
connectives, `calls` and `operands` for a call, `unexpected` for text where a call should be,
`scanner` for the position in the text, `operator_names` for what a name probably means,
`diagnostics` for the messages, and `effective_fixes` to leave out fixes that would not help.
"""

from __future__ import annotations

from epfilter.errors import Diagnostic, Span
from epfilter.fast_path import read_tree
from epfilter.limits import MAX_DEPTH
from epfilter.located import Located
from epfilter.recovery import diagnostics
from epfilter.recovery.effective_fixes import keep_effective_fixes
from epfilter.recovery.groups import GroupReader
from epfilter.recovery.scanner import Scanner
from epfilter.recovery.whole_text import find_surrogates, unwrap

__all__ = ["recover"]


def recover(text: str, *, max_depth: int, max_length: int | None = None) -> Located:
    """Return the located tree of a text, with all errors.

    The node of the root is None if and only if there are errors. Each fix of an error leaves fewer
    errors than there are.
    """

    def count_errors(changed: str) -> int:
        # Most fixes give a filter, and the fast path reads one in a tenth of the time.
        if max_length is None or len(changed) <= max_length:
            f = read_tree(changed)
            if f is not None and f.depth <= max_depth:
                return 0
        return len(_read(changed, max_depth, max_length).diagnostics)

    located = _read(text, max_depth, max_length)
    if not located.diagnostics:
        return located
    return located._replace(
        diagnostics=keep_effective_fixes(text, located.diagnostics, count_errors)
    )


def _read(text: str, max_depth: int, max_length: int | None) -> Located:
    if max_length is not None and len(text) > max_length:
        excess = Span(max_length, len(text))
        return _unreadable(text, diagnostics.too_long(excess, len(text), max_length))
    surrogates = find_surrogates(text)
    if surrogates:
        return _unreadable(text, *surrogates)
    window = unwrap(text, _is_filter)
    if window.unreadable:
        return _unreadable(text, *window.diagnostics)
    scanner = Scanner(text, window.start, window.end, in_url=window.in_url)
    root = GroupReader(scanner, max_depth).read()
    errors = (*window.diagnostics, *scanner.diagnostics)
    if not errors:
        return root
    ordered = sorted(errors, key=lambda error: (error.span, error.code))
    return root._replace(node=None, diagnostics=tuple(ordered))


def _unreadable(text: str, *errors: Diagnostic) -> Located:
    return Located(node=None, span=Span(0, len(text)), diagnostics=errors)


def _is_filter(text: str) -> bool:
    scanner = Scanner(text, 0, len(text))
    GroupReader(scanner, MAX_DEPTH).read()
    return not scanner.diagnostics
