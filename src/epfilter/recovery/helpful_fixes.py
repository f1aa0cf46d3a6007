"""Leaves out the fixes of errors that would not make a text better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from epfilter.errors import Diagnostic, FilterValueError, apply_edits

_MAX_SINGLE = 16
"""If a text has more fixes, they are first applied together, so that the work stays linear."""
_MAX_READINGS = 40
"""The number of changed texts that are read; fixes that are not verified by then are left out."""


def drop_useless_fixes(
    text: str, errors: Sequence[Diagnostic], count_errors: Callable[[str], int]
) -> tuple[Diagnostic, ...]:
    """Return the errors, without the fixes that do not leave fewer errors than there are.

    `count_errors` returns the number of errors of a changed text.
    """
    candidates = [index for index, error in enumerate(errors) if error.fix]
    helpful: set[int] = set()
    pending = (
        [[index] for index in reversed(candidates)]
        if len(candidates) <= _MAX_SINGLE
        else [candidates]
    )
    for _ in range(_MAX_READINGS):
        if not pending:
            break
        indexes = pending.pop()
        remaining = _count_remaining(text, [errors[index] for index in indexes], count_errors)
        if remaining is not None and remaining <= len(errors) - len(indexes):
            helpful.update(indexes)
        elif len(indexes) > 1:
            middle = len(indexes) // 2
            pending += [indexes[middle:], indexes[:middle]]
    return tuple(
        [
            error if error.fix is None or index in helpful else replace(error, fix=None)
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
