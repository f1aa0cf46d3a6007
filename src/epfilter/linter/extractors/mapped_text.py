"""A text together with where each of its characters stands in a file.

A filter rarely stands in a file as it is: a JSON string escapes its quotes, a URL its spaces, and
a filter in a URL in a JSON string both. Each reader takes a piece of a placed text and decodes
it; the places go along, so that a finding is shown where it stands, and a fix is written as the
file would write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from epfilter.errors import Edit, Span

HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a decoded text where a program or a template puts something in."""


class Unit(NamedTuple):
    """A stretch of a text as written, and what it stands for.

    Where `text` is as long as the stretch, each character stands for itself; otherwise all of
    `text` is written by the whole stretch, and nothing can be changed inside it.
    """

    text: str
    start: int
    end: int
    hole: bool = False


@dataclass(slots=True)  # to freeze it makes each, and there is one a line, four times as slow
class Placed:
    """A text, and the file's characters that write each of its characters.

    As a whole it stands in the file's characters from `start` to `end`; an empty one stands at
    `start`. `places` are, for each character, where the characters that write it begin, and where
    they end; None where the text stands in the file as it is. `write` gives new text as it must be
    written there, or None where it cannot be. `holes` are the indices of characters that stand for
    what a program puts in. `fits` says of a change in the file whether the file then holds what
    was meant, where that depends on what stands around the change.
    """

    text: str
    start: int
    end: int
    write: Callable[[str], str | None]
    places: tuple[Sequence[int], Sequence[int]] | None = None
    holes: frozenset[int] = frozenset()
    fits: Callable[[Edit], bool] | None = None

    @classmethod
    def whole(cls, text: str) -> Placed:
        """The text of a file.

        >>> Placed.whole("filter: eq(a,1)").cut(8, 15).span(Span(0, 2))
        Span(start=8, end=10)
        """
        return cls(text, 0, len(text), _as_it_is)

    @property
    def bounds(self) -> Span:
        """What the text as a whole stands in."""
        return Span(self.start, self.end)

    @property
    def starts(self) -> Sequence[int]:
        """Where what writes each character begins."""
        return range(self.start, self.end) if self.places is None else self.places[0]

    @property
    def ends(self) -> Sequence[int]:
        """Where what writes each character ends."""
        return range(self.start + 1, self.end + 1) if self.places is None else self.places[1]

    def cut(self, start: int, end: int) -> Placed:
        """The part from `start` to `end`."""
        text = self.text[start:end]
        if self.places is None:
            first = self.start + start
            return Placed(text, first, first + len(text), self.write, None, self.holes, self.fits)
        holes = self.holes and frozenset(i - start for i in self.holes if start <= i < end)
        starts, ends = self.places
        first, last = self.span(Span(start, end))
        places = starts[start:end], ends[start:end]
        return Placed(text, first, last, self.write, places, holes, self.fits)

    def decoded(self, units: Iterable[Unit], write: Callable[[str], str | None]) -> Placed:
        r"""What the units say that this text stands for; `write` is the inverse.

        >>> url = Placed.whole("eq%28a,1)")
        >>> plain = url.decoded([Unit("eq", 0, 2), Unit("(", 2, 5), Unit("a,1)", 5, 9)], str)
        >>> plain.text, plain.span(Span(2, 4))
        ('eq(a,1)', Span(start=2, end=6))
        """
        text: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        holes: set[int] = set()
        all_starts, all_ends = self.starts, self.ends
        for new, start, end, hole in units:
            if hole:
                holes.add(len(starts))
            text.append(new)
            if len(new) == end - start and not hole:
                starts.extend(all_starts[start:end])
                ends.extend(all_ends[start:end])
            elif new:
                first, last = self.span(Span(start, end))
                starts.extend([first] * len(new))
                ends.extend([last] * len(new))
        both = _one_after_the_other(write, self.write)
        places = starts, ends
        whole = "".join(text)
        return Placed(whole, self.start, self.end, both, places, frozenset(holes), self.fits)

    def written_by(self, write: Callable[[str], str | None]) -> Placed:
        """The same, where new text has to be written in this way as well."""
        return replace(self, write=_one_after_the_other(write, self.write))

    def span(self, span: Span) -> Span:
        """Where a part of this text stands in the file."""
        start, end = span
        if self.places is None:
            return Span(self.start + start, self.start + end)
        starts, ends = self.places
        if start < end:
            return Span(starts[start], ends[end - 1])
        at = starts[start] if start < len(starts) else ends[-1] if ends else self.start
        return Span(at, at)

    def edit(self, edit: Edit) -> Edit | None:
        """The same change in the file, or None where the file's way of writing forbids it."""
        (start, end), new = edit
        if self._inside_unit(start) or self._inside_unit(end) or self._has_gap(start, end):
            return None
        written = self.write(new)
        if written is None:
            return None
        there = Edit(self.span(Span(start, end)), written)
        return there if self.fits is None or self.fits(there) else None

    def _inside_unit(self, index: int) -> bool:
        if self.places is None:
            return False
        starts, ends = self.places
        return 0 < index < len(starts) and starts[index] < ends[index - 1]

    def _has_gap(self, start: int, end: int) -> bool:
        if self.places is None:
            return False
        starts, ends = self.places
        return any(
            ends[i] != starts[i + 1] and starts[i] != starts[i + 1] for i in range(start, end - 1)
        )


def on_one_line(new: str) -> str | None:
    """Writes new text as it is where a line cannot be broken."""
    return None if "\n" in new or "\r" in new else new


def _as_it_is(new: str) -> str:
    return new


def _one_after_the_other(
    inner: Callable[[str], str | None], outer: Callable[[str], str | None]
) -> Callable[[str], str | None]:
    def written(new: str) -> str | None:
        between = inner(new)
        return None if between is None else outer(between)

    return written
