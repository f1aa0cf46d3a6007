"""A file that is edited: the filters in it, and the editing core at its offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from epfilter.editing import (
    Completion,
    Hover,
    Signature,
    Symbol,
    Token,
    complete,
    hover,
    signature,
    symbols,
    tokens,
)
from epfilter.errors import Diagnostic, Edit, FilterError, Span, find_change
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files import (
    Document,
    FileLinter,
    FileResult,
    LintedFilter,
    diagnose_failure,
    format_filters,
)

_PROBE = "eq(x,x)"
"""Makes a filter of what was typed, so that the linter finds it before its first call."""

_INSERTED = "…"
"""Stands for an inserted value in the text of a filter."""

_BEGINNING = re.compile(r"(?:^|[\"'`=:(|>\s])[\w.]*\Z", re.MULTILINE)
_WORD = re.compile(r"\w*")
_NEARBY = 200
"""In front of the beginning of a filter, `filter` must stand among so many characters."""


class Place(NamedTuple):
    """An offset in the text of a filter, which has `…` for each inserted value.

    Edits after `end` are not possible.
    """

    filter: LintedFilter
    text: str
    offset: int
    end: int

    def map_span(self, span: Span) -> Span:
        """Return the span of the file for a span of the text."""
        return self.filter.value.map_span(span)

    def map_edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the file for an edit of the text, or None where it has none."""
        value = self.filter.value
        start, end = edit.span
        if end > self.end or any(start <= at < end for at in value.placeholders):
            return None
        return value.map_edit(edit)

    def map_completion(self, completion: Completion) -> Completion | None:
        """Return a completion with the edit of the file; its selection is one of the new text."""
        edit = self.map_edit(completion.edit)
        if edit is None:
            return None
        new, at = completion.edit.text, completion.edit.span.start
        start, end = completion.selection.start - at, completion.selection.end - at
        encode = self.filter.value.encode
        before, selected = encode(new[:start]), encode(new[start:end])
        selection = Span(len(edit.text), len(edit.text))
        if before is not None and selected is not None and edit.text.startswith(before + selected):
            selection = Span(len(before), len(before) + len(selected))
        return completion._replace(edit=edit, selection=selection)


@dataclass(slots=True)
class OpenFile:
    """The text of a file at one time, and what the linter finds in it.

    `before` is an earlier state that has been linted: what was typed since then is followed, so
    that completion need not wait for the linter.
    """

    text: str
    path: Path
    linter: FileLinter
    is_excluded: bool = False
    before: OpenFile | None = None
    _result: FileResult | None = field(default=None, init=False)

    def change(self, text: str) -> OpenFile:
        """Return the file with another text."""
        before = self.before if self._result is None else self
        if before is self:
            self.before = None  # no chain of all texts
        return replace(self, text=text, before=before)

    @property
    def document(self) -> Document:
        """The text as the linter reads it."""
        return Document(self.text)

    @property
    def is_filter_list(self) -> bool:
        """Whether the file contains filters and nothing else."""
        kind = self.linter.find_kind(self.path)
        return kind is not None and kind.is_filter_list

    def lint(self) -> FileResult:
        """Return the filters of the file and their diagnostics, at the first call by linting it."""
        if self._result is None:
            try:
                result = self.linter.lint(self.document, self.path)
            except (NeedsExtraError, RecursionError) as error:
                found = diagnose_failure(error, None)
                result = FileResult((), 0, (found,), 0, lambda _, __: False)
            self._result = result
        return self._result

    def follow(self) -> list[Diagnostic] | None:
        """Return the findings after what was typed in a filter, or None where linting is needed."""
        if self.before is None or self.before._result is None:  # noqa: SLF001 - of the same class
            return None
        if self.is_filter_list:
            return None  # the end of a line decides whether the next one belongs to the filter
        edit = find_change(self.before.text, self.text)
        return self.linter.follow_edit(self.before._result, edit)  # noqa: SLF001 - the same

    def find_place_at_once(self, offset: int) -> Place | None:
        """Return the place of an offset, or None where only linting can show it."""
        if self._result is not None:
            return _find_place(self._result, offset)
        if self.before is None or self.before._result is None:  # noqa: SLF001 - of the same class
            return None
        edit = find_change(self.before.text, self.text)
        for linted in _list_filters(self.before._result):  # noqa: SLF001 - of the same class
            is_inside = linted.value.start <= edit.span.start and edit.span.end <= linted.value.end
            # In a file of filters, a line that is typed may end the filter around it.
            if is_inside and not ("\n" in linted.text and self.is_filter_list):
                value = linted.value.follow_edit(edit)
                if value is not None:
                    place = _locate(linted._replace(value=value), offset)
                    if place is not None:
                        return place
        return None

    def find_place(self, offset: int, *, begins: bool = False) -> Place | None:
        """Return the filter at an offset, and the offset in its text.

        With `begins`, it need not contain a call yet.
        """
        place = self.find_place_at_once(offset) or _find_place(self.lint(), offset)
        if place is None and begins and self._may_begin(offset):
            return self._find_beginning(offset)
        return place

    def complete(self, place: Place) -> Iterator[Completion]:
        """Yield the completions at a place, with the edits and selections of the file."""
        for completion in complete(place.text, place.offset, place.filter.resource):
            mapped = place.map_completion(completion)
            if mapped is not None and "\n" not in self.text[slice(*mapped.edit.span)]:
                yield mapped

    def hover(self, place: Place) -> Hover | None:
        """Return the description at a place, with the span of the file."""
        found = hover(place.text, place.offset, place.filter.resource)
        return found and found._replace(span=place.map_span(found.span))

    def sign(self, place: Place) -> Signature | None:
        """Return the operands of the call around a place."""
        return signature(place.text, place.offset)

    def list_symbols(self) -> Iterator[Symbol]:
        """Yield the outline: the filters, in a file of filters each with its calls."""
        for linted in _list_filters(self.lint()):
            for symbol in symbols(_show_text(linted)):
                if self.is_filter_list:
                    yield _map_symbol(symbol, linted)
                else:
                    span = linted.value.bounds
                    name = symbol.name if symbol.kind == "call" else _show_text(linted)
                    yield Symbol(name, symbol.kind, span, span)

    def list_tokens(self) -> Iterator[Token]:
        """Yield the tokens of a file of filters; in any other file its own language has them."""
        if self.is_filter_list:
            for linted in _list_filters(self.lint()):
                for token in tokens(_show_text(linted), linted.resource):
                    yield token._replace(span=linted.value.map_span(token.span))

    def format(self) -> Edit | None:
        """Return the edit that writes all filters in canonical form, or None without changes."""
        try:
            formatted, count = format_filters(self.document, self.path, self.linter)
        except (FilterError, NeedsExtraError, RecursionError):
            return None
        return find_change(self.text, formatted.text) if count else None

    def _may_begin(self, offset: int) -> bool:
        """Return whether a filter may begin before an offset, so that a search is worthwhile."""
        line_start = self.text.rfind("\n", 0, offset) + 1
        is_beginning = _BEGINNING.search(self.text, line_start, offset) is not None
        nearby = self.text[max(0, offset - _NEARBY) : offset].lower()
        return is_beginning and (self.is_filter_list or "filter" in nearby)

    def _find_beginning(self, offset: int) -> Place | None:
        """Return the place of an offset where a filter begins, found by adding a call to it."""
        word = _WORD.match(self.text, offset)
        end = word.end() if word else offset
        # After a blank line of a file of filters, a connective would join the filters.
        probe = f":{_PROBE}" if self.text[end - 1 : end].isalnum() else _PROBE
        probed = replace(self, text=self.text[:end] + probe + self.text[end:], before=None)
        place = _find_place(probed.lint(), end)
        if place is None or not place.text.startswith(probe, place.offset):
            return None
        at, size = place.offset, len(probe)
        start = place.filter.value.find_index(offset)
        if start is None:
            return None
        text = place.text[:at] + place.text[at + size :]
        return Place(place.filter, text, start, at)


def _list_filters(result: FileResult) -> Iterable[LintedFilter]:
    return (*result.filters, *result.interpolated)


def _find_place(result: FileResult, offset: int) -> Place | None:
    places = (_locate(linted, offset) for linted in _list_filters(result))
    return next((place for place in places if place is not None), None)


def _locate(linted: LintedFilter, offset: int) -> Place | None:
    index = linted.value.find_index(offset)
    if index is None:
        return None
    text = _show_text(linted)
    return Place(linted, text, min(index, len(text)), len(text))


def _show_text(linted: LintedFilter) -> str:
    """Return the text of a filter, with `…` for each inserted value.

    What the linter adds at the end of an unfinished text, because it may go on, is left out.
    """
    value = linted.value
    size = len(value.text)
    while size - 1 in value.placeholders and value.starts[size - 1] == value.ends[size - 1]:
        size -= 1
    chars = enumerate(value.text[:size])
    return "".join(_INSERTED if i in value.placeholders else char for i, char in chars)


def _map_symbol(symbol: Symbol, linted: LintedFilter) -> Symbol:
    return symbol._replace(
        span=linted.value.map_span(symbol.span),
        selection=linted.value.map_span(symbol.selection),
        children=tuple(_map_symbol(child, linted) for child in symbol.children),
    )
