"""A source map: a text together with the position of each of its characters in a file.

A filter rarely stands in a file as it is: a JSON string escapes its quotes, a URL its spaces, and
a filter in a URL in a JSON string both. Each extractor takes a slice of a mapped text and decodes
it. The positions go along, so that a finding is shown where it is written, and a fix is encoded
as the file requires it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from epfilter.errors import Edit, Span

PLACEHOLDER = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a decoded text where a program or a template inserts a value."""

Encoder = Callable[[str], str | None]
"""Encodes new text for a file; None where the file cannot contain it there."""

DOUBLE_BRACES = re.compile(r"\{\{[\s\S]{0,300}?\}\}|\$\{[^{}]*\}")
"""Placeholders of templates that are not valid in a filter, so that any file can contain them."""

_TEMPLATE_PLACEHOLDER = re.compile(
    DOUBLE_BRACES.pattern
    + r"|\{[^{},()]*\}|<[A-Za-z_][\w .-]*>|\$[A-Za-z_]\w*|%(?:[sd]|\(\w+\)[sd])(?!\w)"
)


class Segment(NamedTuple):
    """A range of an encoded text, and the text that it decodes to.

    Where `text` is as long as the range, each character stands for itself; otherwise the whole
    range encodes the whole of `text`, and nothing inside it can be edited.
    """

    text: str
    start: int
    end: int
    is_placeholder: bool = False


@dataclass(slots=True)  # frozen, construction takes four times as long, and each line has one
class MappedText:
    """A text, and the positions of its characters in the file.

    The whole text covers the file's characters from `start` to `end`; an empty text stands at
    `start`. `positions` contains the starts and the ends of the file's characters that encode each
    character; it is None where the text stands in the file as it is. `encode` turns new text into
    what the file must contain. `placeholders` are the indices of the characters that stand for
    inserted values. `accepts`, if any, returns whether an edit of the file gives the intended text,
    where that depends on the text around the edit.
    """

    text: str
    start: int
    end: int
    encode: Encoder
    positions: tuple[Sequence[int], Sequence[int]] | None = None
    placeholders: frozenset[int] = frozenset()
    accepts: Callable[[Edit], bool] | None = None

    @classmethod
    def of_file(cls, text: str) -> MappedText:
        """Return the text of a whole file.

        >>> MappedText.of_file("filter: eq(a,1)").slice(8, 15).map_span(Span(0, 2))
        Span(start=8, end=10)
        """
        return cls(text, 0, len(text), _keep)

    @property
    def bounds(self) -> Span:
        """The span of the file that the whole text covers."""
        return Span(self.start, self.end)

    @property
    def starts(self) -> Sequence[int]:
        """For each character, the file position where its encoding starts."""
        return range(self.start, self.end) if self.positions is None else self.positions[0]

    @property
    def ends(self) -> Sequence[int]:
        """For each character, the file position where its encoding ends."""
        return range(self.start + 1, self.end + 1) if self.positions is None else self.positions[1]

    def slice(self, start: int, end: int) -> MappedText:
        """Return the part from `start` to `end`."""
        text = self.text[start:end]
        if self.positions is None:
            first = self.start + start
            last = first + len(text)
            return MappedText(text, first, last, self.encode, None, self.placeholders, self.accepts)
        placeholders = self.placeholders and frozenset(
            index - start for index in self.placeholders if start <= index < end
        )
        starts, ends = self.positions
        first, last = self.map_span(Span(start, end))
        positions = starts[start:end], ends[start:end]
        return MappedText(text, first, last, self.encode, positions, placeholders, self.accepts)

    def decode(self, segments: Iterable[Segment], encode: Encoder) -> MappedText:
        r"""Return the text that the segments of this text decode to; `encode` is the inverse.

        >>> url = MappedText.of_file("eq%28a,1)")
        >>> segments = [Segment("eq", 0, 2), Segment("(", 2, 5), Segment("a,1)", 5, 9)]
        >>> plain = url.decode(segments, str)
        >>> plain.text, plain.map_span(Span(2, 4))
        ('eq(a,1)', Span(start=2, end=6))
        """
        texts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        placeholders: set[int] = set()
        all_starts, all_ends = self.starts, self.ends
        for text, start, end, is_placeholder in segments:
            if is_placeholder:
                placeholders.add(len(starts))
            texts.append(text)
            if len(text) == end - start and not is_placeholder:
                starts.extend(all_starts[start:end])
                ends.extend(all_ends[start:end])
            elif text:
                first, last = self.map_span(Span(start, end))
                starts.extend([first] * len(text))
                ends.extend([last] * len(text))
        return MappedText(
            "".join(texts),
            self.start,
            self.end,
            _chain_encoders(encode, self.encode),
            (starts, ends),
            frozenset(placeholders),
            self.accepts,
        )

    def with_encoder(self, encode: Encoder) -> MappedText:
        """Return the same text, where new text must pass `encode` as well."""
        return replace(self, encode=_chain_encoders(encode, self.encode))

    def map_span(self, span: Span) -> Span:
        """Return the span of the file that encodes a span of this text."""
        start, end = span
        if self.positions is None:
            return Span(self.start + start, self.start + end)
        starts, ends = self.positions
        if start < end:
            return Span(starts[start], ends[end - 1])
        position = starts[start] if start < len(starts) else ends[-1] if ends else self.start
        return Span(position, position)

    def map_edit(self, edit: Edit) -> Edit | None:
        """Return the edit of the file for an edit of this text, or None where it has none."""
        (start, end), new = edit
        if self._splits_segment(start) or self._splits_segment(end) or self._has_gap(start, end):
            return None
        encoded = self.encode(new)
        if encoded is None:
            return None
        mapped = Edit(self.map_span(Span(start, end)), encoded)
        return mapped if self.accepts is None or self.accepts(mapped) else None

    def find_index(self, position: int) -> int | None:
        """Return the index of the character that stands at a position of the file, or ends there.

        Inside of an encoded character, it is that of the character. Return None for a position
        outside of the text, and for one inside of an inserted value.

        >>> MappedText.of_file("filter: eq(a,1)").slice(8, 15).find_index(10)
        2
        """
        if self.positions is None or not self.text:
            is_inside = self.start <= position <= self.end
            return min(position - self.start, len(self.text)) if is_inside else None
        found: int | None = None
        for index, (start, end) in enumerate(zip(*self.positions, strict=True)):
            if start <= position < end:
                is_inserted = index in self.placeholders and start < position
                return None if is_inserted else index
            if position == end and (start < end or found is None):
                found = index + 1
        return found

    def follow_edit(self, edit: Edit) -> MappedText | None:
        """Return the text after an edit of the file inside of it, or None where it is not certain.

        It is certain for characters that stand for themselves and that no encoding changes.

        >>> value = MappedText.of_file("filter: eq(a,1)").slice(8, 15)
        >>> value.follow_edit(Edit(Span(13, 14), "25")).text
        'eq(a,25)'
        """
        (first, last), new = edit
        start, end = self.find_index(first), self.find_index(last)
        if self.accepts is not None or start is None or end is None or self.encode(new) != new:
            return None
        starts, ends = [*self.starts], [*self.ends]
        is_plain = starts[start:end] == [*range(first, last)]
        if not is_plain or any(start <= index < end for index in self.placeholders):
            return None
        grown = len(new) - (last - first)
        inserted = range(first, first + len(new))
        return replace(
            self,
            text=self.text[:start] + new + self.text[end:],
            end=self.end + grown,
            positions=(
                [*starts[:start], *inserted, *(each + grown for each in starts[end:])],
                [
                    *ends[:start],
                    *(each + 1 for each in inserted),
                    *(each + grown for each in ends[end:]),
                ],
            ),
            placeholders=frozenset(
                index if index < end else index + len(new) - (end - start)
                for index in self.placeholders
            ),
        )

    def _splits_segment(self, index: int) -> bool:
        if self.positions is None:
            return False
        starts, ends = self.positions
        return 0 < index < len(starts) and starts[index] < ends[index - 1]

    def _has_gap(self, start: int, end: int) -> bool:
        if self.positions is None:
            return False
        starts, ends = self.positions
        return any(
            ends[i] != starts[i + 1] and starts[i] != starts[i + 1] for i in range(start, end - 1)
        )


def mark_placeholders(
    value: MappedText, pattern: re.Pattern[str] = _TEMPLATE_PLACEHOLDER
) -> MappedText:
    """Return the text with each template placeholder, such as `{{id}}` or `%s`, marked as one.

    >>> mark_placeholders(MappedText.of_file("eq(id,{{id}})")).placeholders
    frozenset({6})
    """
    if not pattern.search(value.text):
        return value

    def mark(match: re.Match[str]) -> Iterator[Segment]:
        yield Segment(PLACEHOLDER, *match.span(), is_placeholder=True)

    return value.decode(replace_matches(value, pattern, mark), str)


def replace_matches(
    value: MappedText,
    pattern: re.Pattern[str],
    replace_match: Callable[[re.Match[str]], Iterable[Segment]],
) -> Iterator[Segment]:
    """Yield the segments of a text, with others for each match of the pattern."""
    done = 0
    for match in pattern.finditer(value.text):
        yield from copy_segments(value, done, match.start())
        yield from replace_match(match)
        done = match.end()
    yield from copy_segments(value, done, len(value.text))


def copy_segments(value: MappedText, start: int, end: int) -> Iterator[Segment]:
    """Yield the part from `start` to `end` unchanged, with its placeholders."""
    for index in sorted(index for index in value.placeholders if start <= index < end):
        if start < index:
            yield Segment(value.text[start:index], start, index)
        yield Segment(PLACEHOLDER, index, index + 1, is_placeholder=True)
        start = index + 1
    if start < end:
        yield Segment(value.text[start:end], start, end)


def refuse_edit(_: str) -> None:
    """Encode nothing: the text cannot be edited."""


def refuse_line_breaks(new: str) -> str | None:
    """Encode new text as it is, where it must stay on one line."""
    return None if "\n" in new or "\r" in new else new


def _keep(new: str) -> str:
    return new


@lru_cache(maxsize=256)
def _chain_encoders(inner: Encoder, outer: Encoder) -> Encoder:
    """Return an encoder that applies both; equal ones give one encoder, not one per literal."""
    if outer is _keep:
        return inner

    def encode(new: str) -> str | None:
        encoded = inner(new)
        return None if encoded is None else outer(encoded)

    return encode
