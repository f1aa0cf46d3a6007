"""Texts as programs spell them out: literals, the operators that join them, what is put in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Generic, TypeVar

from epfilter.errors import Span
from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit
from epfilter.linter.extractors.urls import NAMED, offer_urls

Node = TypeVar("Node")
Write = Callable[[str], str | None]

_PARAMETER = re.compile(r"[?&](?:amp;)?filter=")
_PARAMETER_LAST = re.compile(NAMED + r"\Z")
_BEFORE_AT_MOST = 30
"""How many parts in front of what is put in are looked at for its URL."""

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Spelled(Generic[Node]):
    """The text of an expression, with a hole for each part that only the program knows.

    `form` says what makes the holes. `inside` are the expressions within that are to be read
    themselves, each with the hint of the filter that it is, or None.
    """

    value: Placed
    form: str = ""
    inside: Sequence[tuple[Node, Hint | None]] = ()


@dataclass(slots=True)
class Operands(Generic[Node]):
    """Parts of a text, in the order in which they are joined."""

    source: Placed
    form: str
    _parts: list[Placed] = field(default_factory=list)
    _inside: list[tuple[Node, Hint | None]] = field(default_factory=list)
    _forms: list[str] = field(default_factory=list)
    _own_holes: bool = False

    def add(self, spelled: Spelled[Node]) -> None:
        """A part whose text is known, at least in parts."""
        self._parts.append(spelled.value)
        self._inside += spelled.inside
        self._forms.append(spelled.form)

    def add_hole(self, node: Node, start: int, end: int) -> None:
        """A part that only the program knows."""
        hint = None
        if self._parts and self._parts[-1].text.endswith("filter="):
            before = "".join(part.text for part in self._parts[-_BEFORE_AT_MOST:])
            hint = put_in_behind(before, len(before))
        self._inside.append((node, hint))
        self._parts.append(hole(self.source, start, end))
        self._own_holes = True

    def add_text(self, text: str) -> None:
        """What stands between the parts without being written there, as what `join` puts in."""
        at = self._parts[-1].end
        places = [at] * len(text)
        self._parts.append(Placed(text, at, at, unwritable, (places, places)))

    def add_loop(self, separator: str, nodes: Iterable[Node]) -> None:
        """The last part again and again, with this between; the nodes are what it goes through."""
        self.add_text(separator)
        at = self._parts[-1].end
        self._parts.append(Placed(HOLE, at, at, unwritable, ([at], [at]), frozenset({0})))
        self._inside += [(node, None) for node in nodes]
        self._own_holes = True

    def joined(self, start: int, end: int) -> Spelled[Node]:
        """The whole, which stands from `start` to `end`."""
        value = _joined(self._parts, self.source.span(Span(start, end)))
        if not value.text:
            value = replace(value, start=self._parts[0].start, end=self._parts[0].end)
        own = self.form if self._own_holes else ""
        return Spelled(value, own or next(filter(None, self._forms), ""), self._inside)


class Characters:
    """Indices of characters for offsets in UTF-8, which is how parsers count.

    >>> Characters("é=1").at(3)
    2
    """

    def __init__(self, text: str) -> None:
        wide = [] if text.isascii() else [i for i, char in enumerate(text) if char > "\x7f"]
        self._extra = [0, *accumulate(len(text[i].encode()) - 1 for i in wide)]
        self._ends = [i + 1 + extra for i, extra in zip(wide, self._extra[1:], strict=True)]

    def at(self, offset: int) -> int:
        """The index of the character that begins at the offset."""
        return offset - self._extra[bisect_right(self._ends, offset)]


def encodable(source: Placed) -> Placed:
    """The same with a replacement character for each lone surrogate, which no file can hold."""
    text = source.text
    if text.isascii() or not _SURROGATE.search(text):
        return source
    return replace(source, text=_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))


def hole(source: Placed, start: int, end: int) -> Placed:
    """What only the program knows, and stands from `start` to `end`.

    >>> hole(Placed.whole("f(x)"), 0, 4).holes
    frozenset({0})
    """
    return source.cut(start, end).decoded([Unit(HOLE, 0, end - start, hole=True)], str)


def decoded_units(
    text: str, start: int, end: int, special: re.Pattern[str], meaning: Callable[[str], str]
) -> Iterator[Unit]:
    """The units from `start` to `end`: what is special with its meaning, all else as it is.

    What is special is changed as a whole or not at all.
    """
    for found in special.finditer(text, start, end):
        if start < found.start():
            yield Unit(text[start : found.start()], start, found.start())
        start = found.end()
        for char in meaning(found[0]):
            yield Unit(char, found.start(), start)
    if start < end:
        yield Unit(text[start:end], start, end)


def placed(source: Placed, start: int, end: int, units: Iterable[Unit], write: Write) -> Placed:
    """The text of the units, which stands from `start` to `end`."""
    shifted = [unit._replace(start=unit.start - start, end=unit.end - start) for unit in units]
    return source.cut(start, end).decoded(shifted, write)


def put_in_behind(text: str, end: int) -> Hint | None:
    """The hint for what a program puts in there, if that is the filter of a URL.

    >>> put_in_behind("/v2/orders?filter=", 18).path
    '/v2/orders'
    """
    if not text.endswith("filter=", 0, end):
        return None
    before = text[:end].rsplit(maxsplit=1)[-1]
    found = _PARAMETER_LAST.search(before)
    if found is None:
        return None
    return Hint(before.partition("?")[0]) if found["mark"] else NO_HINT


def offer_spelled(
    spelled: Spelled[Node], reading: Reading, hint: Hint | None, request: Hint = NO_HINT
) -> None:
    """Offer the text as a filter, where a hint says that it is one, or else the URLs in it.

    `request` is what the text is sent with, where it says nothing of that itself.
    """
    if hint is None or _PARAMETER.search(spelled.value.text):
        method, path = request.method, request.path
        offer_urls(spelled.value, reading, form=spelled.form, method=method, path=path)
    else:
        reading.offer(spelled.value, request if hint == NO_HINT else hint, spelled.form)


def hint_of(job_type: str | None) -> Hint:
    """The hint for a filter beside which this `job_type` stands, if any."""
    return Hint(job_type=job_type) if job_type else NO_HINT


def agreeing(writes: Iterable[Write | None]) -> Write:
    """Writes what all of them write alike: an edit does not say in which literal it stands."""
    several = dict.fromkeys(writes)

    def write(new: str) -> str | None:
        written = {one(new) if one else None for one in several}
        return written.pop() if len(written) == 1 else None

    return write


def unwritable(_: str) -> None:
    """Nothing can be written here."""


def numbered(char: str) -> str:
    """A character that is not printable as Python and JavaScript can both write it."""
    code = ord(char)
    if code > 0xFFFF:
        return ""
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _joined(parts: Sequence[Placed], bounds: Span) -> Placed:
    starts: list[int] = []
    ends: list[int] = []
    holes: set[int] = set()
    for part in parts:
        holes.update(len(starts) + index for index in part.holes)
        starts.extend(part.starts)
        ends.extend(part.ends)
    # What is a hole and nothing else says nothing about how text is written.
    writes = [part.write for part in parts if not part.text or len(part.holes) < len(part.text)]
    text = "".join(part.text for part in parts)
    places = starts, ends
    return Placed(text, *bounds, agreeing(writes), places, frozenset(holes))
