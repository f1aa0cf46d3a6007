"""A text that a library composes from parts of a program, and the edits that the parts allow."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from epfilter.errors import Edit, Span
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText, refuse_edit

_QUOTED = re.compile(r"""(?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')""", re.DOTALL)


class _Part(NamedTuple):
    """A part of the text that stands in the file; `is_whole` if an edit must replace all of it."""

    start: int
    value: MappedText
    is_whole: bool

    @property
    def end(self) -> int:
        return self.start + len(self.value.text)

    def contains(self, span: Span) -> bool:
        return self.start <= span.start and span.end <= self.end

    def map_edit(self, edit: Edit) -> Edit | None:
        (start, end), new = edit
        start, end = start - self.start, end - self.start
        if self.is_whole:
            text = self.value.text
            start, end, new = 0, len(text), text[:start] + new + text[end:]
        return self.value.map_edit(Edit(Span(start, end), new))


@dataclass(slots=True)
class ComposedText(MappedText):
    """A mapped text whose parts stand in the file in any order, with other text between them.

    An edit is possible only inside a part: what stands between them is not in the file.
    """

    parts: tuple[_Part, ...] = ()

    def map_span(self, span: Span) -> Span:
        """Return the smallest span of the file that contains all parts of a span of the text."""
        start, end = span
        if start < end:
            return Span(min(self.starts[start:end]), max(self.ends[start:end]))
        part = self._find_part(span)
        if part is not None:
            return part.value.map_span(Span(start - part.start, end - part.start))
        return MappedText.map_span(self, span)

    def map_edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the part that contains it, or None where no part does."""
        part = self._find_part(edit.span)
        return None if part is None else part.map_edit(edit)

    def follow_edit(self, edit: Edit) -> None:
        """Return None: the parts stand in the file in any order."""

    def split_change(self, new: str) -> list[Edit] | None:
        """Return the edits of the parts that give the new text, or None where others are needed.

        Each edit replaces the whole of a part.
        """
        changes: list[Edit] = []
        position, done = 0, 0
        for part, following in zip(self.parts, [*self.parts[1:], None], strict=True):
            before = self.text[done : part.start]
            if not new.startswith(before, position):
                return None
            position += len(before)
            done = part.end
            after = self.text[done : len(self.text) if following is None else following.start]
            end = _find_outside_quotes(new, after, position)
            if new[position:end] != part.value.text:
                changes.append(Edit(Span(part.start, part.end), new[position:end]))
            position = end
        return changes if new[position:] == self.text[done:] else None

    def _find_part(self, span: Span) -> _Part | None:
        # Between two parts there is always other text: only one of them can contain the span.
        index = bisect_right(self.parts, span.start, key=attrgetter("start")) - 1
        part = self.parts[index] if index >= 0 else None
        return part if part is not None and part.contains(span) else None


def _find_outside_quotes(text: str, wanted: str, start: int) -> int:
    """Return where `wanted` begins at or after `start`, not in quotes; the end if nowhere."""
    while start < len(text) and not text.startswith(wanted, start):
        quoted = _QUOTED.match(text, start)
        start = quoted.end() if quoted else start + 1
    return start


@dataclass(slots=True)
class TextComposer:
    """Composes a text from parts of a file, and from text between them."""

    _texts: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _placeholders: set[int] = field(default_factory=set)
    _parts: list[_Part] = field(default_factory=list)

    def add(self, value: MappedText, *, is_whole: bool = False) -> None:
        """Add a part that stands in the file; `is_whole` if an edit must replace all of it."""
        size = len(self._starts)
        self._parts.append(_Part(size, value, is_whole))
        self._placeholders.update(size + index for index in value.placeholders)
        self._extend(value.text, value.starts, value.ends)

    def add_between(self, text: str, position: int) -> None:
        """Add text that is not in the file; what is found in it is shown at the position."""
        positions = [position] * len(text)
        self._extend(text, positions, positions)

    def add_placeholder(self, bounds: Span) -> None:
        """Add a value that is not constant, which stands in the file at `bounds`."""
        self._placeholders.add(len(self._starts))
        self._extend(PLACEHOLDER, [bounds.start], [bounds.end])

    def compose(self, bounds: Span) -> ComposedText:
        """Return the text, whose parts the file contains inside `bounds`."""
        text = "".join(self._texts)
        positions = self._starts, self._ends
        placeholders = frozenset(self._placeholders)
        parts = tuple(self._parts)
        return ComposedText(text, *bounds, refuse_edit, positions, placeholders, None, parts)

    def _extend(self, text: str, starts: Iterable[int], ends: Iterable[int]) -> None:
        self._texts.append(text)
        self._starts.extend(starts)
        self._ends.extend(ends)
