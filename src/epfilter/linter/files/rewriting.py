"""Writes new filters in the place of those that stand in a file."""

from __future__ import annotations

import difflib
import io
from collections.abc import Sequence
from pathlib import Path

from epfilter.errors import Diagnostic, Edit, FilterError, FilterSyntaxError, Span, apply_edits
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.extractors.mapped_text import HOLE, Placed
from epfilter.linter.files.checking import Checked, Checker, Looked
from epfilter.linter.files.document import Document
from epfilter.linter.files.placeholders import is_damaged
from epfilter.linter.fixing import Fixed, apply_fixes
from epfilter.parser import parse
from epfilter.printer import unparse
from epfilter.snippets import make_printable

_TRIED_ALONE = 200
"""Filters of one file that are written one by one, where all at once do not read back."""


def fixed(
    document: Document, path: Path, checker: Checker, *, unsafe: bool
) -> tuple[Document, int]:
    """The file with its filters repaired, and how many repairs that were.

    What a comment or the configuration keeps back is not repaired.
    """
    looked = checker.look(document, path)
    results = [_repaired(one, checker, looked, unsafe=unsafe) for one in looked.filters]
    wanted = [one.text if one.repaired else None for one in results]
    new, written = _written(document, path, checker, looked, wanted)
    return new, sum(len(results[i].repaired) for i in written)


def formatted(document: Document, path: Path, checker: Checker) -> tuple[Document, int]:
    """The file with its filters in canonical form, and how many were changed.

    What is no filter, or has placeholders of a template in it, stays as it is.
    """
    looked = checker.look(document, path)
    wanted: list[str | None] = []
    for one in looked.filters:
        try:
            canonical = None if one.value.holes else unparse(parse(one.text))
        except FilterSyntaxError:
            canonical = None
        wanted.append(None if canonical == one.text else canonical)
    new, written = _written(document, path, checker, looked, wanted)
    return new, len(written)


def difference(old: str, new: str, name: str) -> str:
    """What changes, as a unified diff; empty where nothing does."""
    shown = make_printable(name)
    lines = difflib.unified_diff(_lines(old), _lines(new), shown, shown)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """The lines as `patch` and `git apply` count them: nothing but a line feed ends one."""
    return [*io.StringIO(text, newline="\n")]


def _repaired(one: Checked, checker: Checker, looked: Looked, *, unsafe: bool) -> Fixed:
    def wanted(found: Diagnostic) -> bool:
        allowed = found.fix is not None and (unsafe or found.fix.safe)
        # Where it stands later, once others are repaired, is still in the lines of this filter.
        return allowed and not looked.kept_back(found.code, one.value.bounds)

    return apply_fixes(
        one.text,
        lambda text: checker.found_in(text, one),
        wanted,
        lambda text: is_damaged(text, has_holes=bool(one.value.holes)),
    )


def _written(
    document: Document, path: Path, checker: Checker, looked: Looked, wanted: Sequence[str | None]
) -> tuple[Document, list[int]]:
    """The file with the wanted filters, and which of them could be written.

    Each is read again: what would not stand in the file as it is wanted is not written.
    """
    edits = {
        i: changes
        for i, (one, new) in enumerate(zip(looked.filters, wanted, strict=True))
        if new is not None and (changes := _edits(one.value, new)) is not None
    }
    if not edits:
        return document, []

    def attempt(chosen: Sequence[int]) -> Document | None:
        try:
            text = apply_edits(document.text, (edit for i in chosen for edit in edits[i]))
            again = checker.reading(text, path).filters
        except (FilterError, NeedsExtraError):
            return None
        read = [(one.value.text, _put_in(one.value, text)) for one in again]
        meant = [
            ((wanted[i] if i in chosen else one.text), _put_in(one.value, document.text))
            for i, one in enumerate(looked.filters)
        ]
        return document.with_text(text) if read == meant else None

    whole = attempt([*edits])
    if whole is None and len(edits) <= _TRIED_ALONE:
        edits = {i: edit for i, edit in edits.items() if attempt([i]) is not None}
        whole = attempt([*edits]) if edits else None
    return (document, []) if whole is None else (whole, [*edits])


def _edits(value: Placed, new: str) -> list[Edit] | None:
    """The changes of the file that make a filter new; what stays the same is not touched.

    Each stands between two holes: where a hole would be changed or moved, there are none.
    """
    if not value.holes:
        changes = [_change(value, 0, value.text, new)]
    elif value.text.count(HOLE) == len(value.holes) == new.count(HOLE):
        changes = []
        start = 0
        for old_run, new_run in zip(value.text.split(HOLE), new.split(HOLE), strict=True):
            if old_run != new_run:
                changes.append(_change(value, start, old_run, new_run))
            start += len(old_run) + len(HOLE)
    else:
        return None
    written = [one for one in changes if one is not None]
    return written if len(written) == len(changes) else None


def _change(value: Placed, start: int, old: str, new: str) -> Edit | None:
    """The change in the file of a run that begins at `start`."""
    same = _same(old, new)
    tail = _same(old[same:][::-1], new[same:][::-1])
    span = Span(start + same, start + len(old) - tail)
    return value.edit(Edit(span, new[same : len(new) - tail]))


def _put_in(value: Placed, text: str) -> list[str]:
    """What is put into a filter of this file, as it is written there."""
    spans = (value.span(Span(i, i + 1)) for i in sorted(value.holes))
    return [text[start:end] for start, end in spans]


def _same(one: str, other: str) -> int:
    """How many characters both begin with."""
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)
