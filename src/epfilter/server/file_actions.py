"""The changes of a file that a user can choose: fixes, rewritings, and comments that ignore a rule.

All edits are those of the file, in the escaping that its language requires.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal, NamedTuple

from epfilter.editing import actions, format  # noqa: A004 - the standard name in editors
from epfilter.errors import Diagnostic, Edit, FilterError, Span, apply_edits, find_change
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files import FileResult, LineIndex, fix_filters
from epfilter.server.open_file import OpenFile

_MAX_LINES = 3
"""So many lines above a filter are tried for a comment, as inside of a call it may not stand."""


class FileAction(NamedTuple):
    """A change of a file; `diagnostic` is the finding that it removes, if it is for one."""

    title: str
    kind: Literal["fix", "fix all", "rewrite", "ignore"]
    edits: tuple[Edit, ...]
    diagnostic: Diagnostic | None = None

    @property
    def is_safe(self) -> bool:
        """Whether it is a fix that keeps the meaning of the filter."""
        fix = None if self.diagnostic is None else self.diagnostic.fix
        return self.kind == "fix" and fix is not None and fix.safe


def list_fixes(file: OpenFile, selected: Span) -> list[FileAction]:
    """Return the fixes of the findings at a part of the file, safe ones first."""
    found = [
        FileAction(each.fix.title, "fix", each.fix.edits, each)
        for each in find_findings(file, selected)
        if each.fix is not None
    ]
    return sorted(found, key=lambda action: not action.is_safe)


def list_rewritings(file: OpenFile, selected: Span) -> Iterator[FileAction]:
    """Yield the changes of the filter at a part of the file that keep its meaning."""
    place = file.find_place(selected.start)
    if place is None:
        return
    formatted = format(place.text)
    changes = [
        ("write in canonical form", formatted),
        *(
            (action.title, action.edits)
            for action in actions(place.text, place.offset, place.filter.resource)
            if action.kind == "rewrite"
        ),
    ]
    for title, edits in changes:
        mapped = [place.map_edit(edit) for edit in edits]
        known = tuple(edit for edit in mapped if edit is not None)
        if known and len(known) == len(edits):
            yield FileAction(title, "rewrite", known)


def fix_all(file: OpenFile) -> FileAction | None:
    """Return all safe fixes of the file as one change, or None if there are none."""
    try:
        fixed, count = fix_filters(file.document, file.path, file.linter, unsafe=False)
    except (FilterError, NeedsExtraError, RecursionError):
        return None
    if not count:
        return None
    title = f"apply all {count} safe fixes" if count > 1 else "apply the safe fix"
    return FileAction(title, "fix all", (find_change(file.text, fixed.text),))


def list_ignores(file: OpenFile, selected: Span) -> Iterator[FileAction]:
    """Yield a comment for each rule with a finding at a part of the file, where it has an effect.

    The file is linted with the comment: its filters must stay, and only this finding must go.
    """
    seen: set[str] = set()
    for found in find_findings(file, selected):
        if found.code not in seen:
            seen.add(found.code)
            edit = _ignore(file, found)
            if edit is not None:
                yield FileAction(f"ignore {found.code} here", "ignore", (edit,), found)


def find_findings(file: OpenFile, selected: Span) -> list[Diagnostic]:
    """Return the findings that a part of the file touches."""
    return [
        found
        for found in file.lint().diagnostics
        if found.span.start <= selected.end and selected.start <= found.span.end
    ]


def _ignore(file: OpenFile, found: Diagnostic) -> Edit | None:
    """Return the comment that ignores the rule of a finding, or None where none can stand."""
    for edit in _list_comments(file, found):
        changed = file.change(apply_edits(file.text, (edit,)))
        removed = _count_codes(file.lint())
        removed.subtract(_count_codes(changed.lint()))
        changes = {code for code, count in removed.items() if count}
        is_same = _list_texts(file.lint()) == _list_texts(changed.lint())
        if is_same and changes == {found.code} and removed[found.code] > 0:
            return edit
    return None


def _list_comments(file: OpenFile, found: Diagnostic) -> Iterator[Edit]:
    """Yield the comments that may ignore a finding: above its filter, or at the end of a line."""
    kind = file.linter.find_kind(file.path)
    lines = LineIndex(file.text)
    bounds = (linted.value.bounds for linted in file.lint().filters)
    around = (span for span in bounds if span.start <= found.span.start <= span.end)
    line = lines.number_of(next(around, found.span).start)
    directive = f"epfilter: ignore[{found.code}]"
    line_end = "\r\n" if "\r\n" in file.text else "\n"
    for form in kind.comments if kind else ():
        comment = form.format(directive)
        for number in range(line, max(0, line - 1 - _MAX_LINES), -1):
            start, text = lines.span_of(number).start, lines.text_of(number)
            indentation = text[: len(text) - len(text.lstrip())]
            yield Edit(Span(start, start), f"{indentation}{comment}{line_end}")
            if number == line:
                end = start + len(text)
                yield Edit(Span(end, end), f"  {comment}")


def _count_codes(result: FileResult) -> Counter[str]:
    return Counter(found.code for found in result.diagnostics)


def _list_texts(result: FileResult) -> list[str]:
    return [linted.text for linted in (*result.filters, *result.interpolated)]
