"""Leaves out fixes that would not reduce the number of errors of a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from epfilter.errors import Diagnostic, FilterValueError, apply_edits

_MAX_FIXES_ONE_BY_ONE = 16
"""A text with more fixes is tried with all of them, then with halves of those that fail."""
_MAX_ATTEMPTS = 40
_MAX_CHARACTERS = 400_000
"""The number of changed texts that are read, and their size together.

At least two are read. Fixes that are not verified by then are left out.
"""


def keep_effective_fixes(
    text: str, errors: Sequence[Diagnostic], count_errors: Callable[[str], int]
) -> tuple[Diagnostic, ...]:
    """Keep only the fixes that remove errors; return the errors with these fixes.

    Up to 16 fixes are verified one by one: each removes at least one error. More are verified
    together, and where they fail in halves: they remove at least as many errors as there are fixes.
    `count_errors` returns the number of errors of a changed text.
    """
    candidates = [index for index, error in enumerate(errors) if error.fix]
    effective: set[int] = set()
    pending = (
        [[index] for index in reversed(candidates)]
        if len(candidates) <= _MAX_FIXES_ONE_BY_ONE
        else [candidates]
    )
    attempts = min(_MAX_ATTEMPTS, max(2, _MAX_CHARACTERS // max(1, len(text))))
    for _ in range(attempts):
        if not pending:
            break
        indexes = pending.pop()
        remaining = _count_remaining(text, [errors[index] for index in indexes], count_errors)
        if remaining is not None and remaining <= len(errors) - len(indexes):
            effective.update(indexes)
        elif len(indexes) > 1:
            middle = len(indexes) // 2
            pending += [indexes[middle:], indexes[:middle]]
    return tuple(
        [
            error if error.fix is None or index in effective else replace(error, fix=None)
            for index, error in enumerate(errors)
        ]
    )


def _count_remaining(
    text: str, fixed: Sequence[Diagnostic], count_errors: Callable[[str], int]
) -> int | None:
    """Return the number of errors after these fixes; None if their edits overlap."""
    edits = [edit for error in fixed if error.fix for edit in error.fix.edits]
    try:
        return count_errors(apply_edits(text, edits))
    except FilterValueError:
        return None
