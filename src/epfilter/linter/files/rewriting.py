"""Replaces the filters of a file by fixed or formatted ones."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from epfilter.errors import (
    Diagnostic,
    Edit,
    FilterError,
    FilterSyntaxError,
    Span,
    apply_edits,
    find_change,
)
from epfilter.linter.extractors import PLACEHOLDER, ComposedText, MappedText, NeedsExtraError
from epfilter.linter.files.document import Document
from epfilter.linter.files.file_linter import FileLinter, FileResult
from epfilter.linter.files.filter_diagnostics import LintedFilter
from epfilter.linter.files.placeholders import is_damaged
from epfilter.linter.fixing import Fixed, apply_fixes
from epfilter.parser import parse
from epfilter.printer import pretty, unparse
from epfilter.snippets import make_printable

_QUOTED_OR_BREAK = re.compile(r"""("(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')|\r\n|\r|\n""", re.DOTALL)
"""A quoted operand, or a break between lines."""

_MAX_SINGLE_ATTEMPTS = 200
"""How many filters of one file are tried one by one, where all at once do not read back."""


def fix_filters(
    document: Document, path: Path, linter: FileLinter, *, unsafe: bool
) -> tuple[Document, int]:
    """Return the file with its filters fixed, and the number of fixes.

    Findings that a comment or the configuration suppresses are not fixed.
    """
    result = linter.lint(document, path)
    fixed = [_fix_filter(linted, linter, result, unsafe=unsafe) for linted in result.filters]
    texts = [each.text if each.repaired else None for each in fixed]
    rewritten, indices = _rewrite(document, path, linter, result, texts)
    return rewritten, sum(len(fixed[i].repaired) for i in indices)


def format_filters(document: Document, path: Path, linter: FileLinter) -> tuple[Document, int]:
    """Return the file with its filters in canonical form, and how many were changed.

    In a file of filters, a filter on several lines gets the form of `pretty`. A text with syntax
    errors or placeholders stays as it is, and so does one that may be of another system.
    """
    result = linter.lint(document, path)
    kind = linter.find_kind(path)
    keeps_lines = kind is not None and kind.is_filter_list
    texts: list[str | None] = []
    for linted in result.filters:
        try:
            is_kept = linted.value.placeholders or not linted.is_owned
            canonical = None if is_kept else _format(linted.text, keeps_lines=keeps_lines)
        except FilterSyntaxError:
            canonical = None
        texts.append(None if canonical == linted.text else canonical)
    rewritten, indices = _rewrite(document, path, linter, result, texts)
    return rewritten, len(indices)


def _format(text: str, *, keeps_lines: bool) -> str:
    """Return the canonical text, or with `keeps_lines` that of `pretty` for several lines."""
    f = parse(text)
    breaks = (found[0] for found in _QUOTED_OR_BREAK.finditer(text) if found[1] is None)
    line_break = next(breaks, None) if keeps_lines else None
    if line_break is None:
        return unparse(f)
    return _QUOTED_OR_BREAK.sub(lambda found: found[1] or line_break, pretty(f))


def diff_texts(old: str, new: str, name: str) -> str:
    """Return the unified diff of two texts; empty where they are equal."""
    shown = make_printable(name)
    lines = difflib.unified_diff(_split_lines(old), _split_lines(new), shown, shown)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _split_lines(text: str) -> list[str]:
    """Return the lines as `patch` and `git apply` count them: only a line feed ends one."""
    return [*io.StringIO(text, newline="\n")]


def _fix_filter(
    linted: LintedFilter, linter: FileLinter, result: FileResult, *, unsafe: bool
) -> Fixed:
    def is_wanted(diagnostic: Diagnostic) -> bool:
        is_allowed = diagnostic.fix is not None and (unsafe or diagnostic.fix.safe)
        # Other fixes may move it, but within the lines of this filter.
        return is_allowed and not result.is_suppressed(diagnostic.code, linted.value.bounds)

    return apply_fixes(
        linted.text,
        lambda text: linter.diagnose(text, linted),
        is_wanted,
        lambda text: is_damaged(text, has_placeholders=bool(linted.value.placeholders)),
    )


def _rewrite(
    document: Document,
    path: Path,
    linter: FileLinter,
    result: FileResult,
    texts: Sequence[str | None],
) -> tuple[Document, list[int]]:
    """Return the file with the new texts, and the indices of the filters that were replaced.

    The new file is extracted again: a filter that does not read back as its new text is kept.
    """
    edits = {
        i: changes
        for i, (linted, text) in enumerate(zip(result.filters, texts, strict=True))
        if text is not None and (changes := _diff_filter(linted.value, text)) is not None
    }
    if not edits:
        return document, []

    def attempt(indices: Sequence[int]) -> Document | None:
        try:
            text = apply_edits(document.text, (edit for i in indices for edit in edits[i]))
            extracted = linter.extract(text, path).filters
        except (FilterError, NeedsExtraError):
            return None
        actual = [(each.value.text, _inserted_texts(each.value, text)) for each in extracted]
        expected = [
            (
                texts[i] if i in indices else linted.text,
                _inserted_texts(linted.value, document.text),
            )
            for i, linted in enumerate(result.filters)
        ]
        return replace(document, text=text) if actual == expected else None

    rewritten = attempt([*edits])
    if rewritten is None and len(edits) <= _MAX_SINGLE_ATTEMPTS:
        edits = {i: changes for i, changes in edits.items() if attempt([i]) is not None}
        rewritten = attempt([*edits]) if edits else None
    return (document, []) if rewritten is None else (rewritten, [*edits])


def _diff_filter(value: MappedText, new: str) -> list[Edit] | None:
    """Return the edits of the file that replace a filter, without those of equal text.

    Each edit stands between two placeholders. Return None where the file does not allow one, or
    where a placeholder would be changed or moved.
    """
    changes: list[Edit | None]
    if isinstance(value, ComposedText):
        replacements = value.split_change(new)
        if replacements is None:
            return None
        # An operator that several calls share stands in the file once.
        changes = [
            *dict.fromkeys(
                _diff_run(value, start, value.text[start:end], text)
                for (start, end), text in replacements
            )
        ]
    elif not value.placeholders:
        changes = [_diff_run(value, 0, value.text, new)]
    elif value.text.count(PLACEHOLDER) == len(value.placeholders) == new.count(PLACEHOLDER):
        changes = []
        start = 0
        runs = zip(value.text.split(PLACEHOLDER), new.split(PLACEHOLDER), strict=True)
        for old_run, new_run in runs:
            if old_run != new_run:
                changes.append(_diff_run(value, start, old_run, new_run))
            start += len(old_run) + len(PLACEHOLDER)
    else:
        return None
    edits = [change for change in changes if change is not None]
    return edits if len(edits) == len(changes) else None


def _diff_run(value: MappedText, start: int, old: str, new: str) -> Edit | None:
    """Return the edit of the file for a run of text that starts at `start`."""
    (first, last), changed = find_change(old, new)
    return value.map_edit(Edit(Span(start + first, start + last), changed))


def _inserted_texts(value: MappedText, text: str) -> list[str]:
    """Return the text of each placeholder of a filter, as the file contains it."""
    spans = (value.map_span(Span(i, i + 1)) for i in sorted(value.placeholders))
    return [text[start:end] for start, end in spans]
