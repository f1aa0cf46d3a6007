"""Comments that speak to the linter: `epfilter: ignore[EPF301]`, `epfilter: resource=orders`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, ResourceError, Severity, Span
from epfilter.linter.extractors.extraction import Comment, Reading
from epfilter.linter.files.document import Lines
from epfilter.linter.registry import RULES, describe_unknown_code

if TYPE_CHECKING:
    from epfilter.linter.extractors.mapped_text import Placed
    from epfilter.resources import Resource

UNUSED = "EPF602"
NOT_UNDERSTOOD = "EPF603"

_SYNTAX = "EPF1"
_WHOLE_FILE = 0
"""Stands for a line that is every line."""

_SPOKEN_TO = re.compile(r"\A\s*epfilter\s*:\s*|\bepfilter\s*:\s*(?=ignore|resource)")
_SPOKEN_TO_AGAIN = re.compile(r"\bepfilter\s*:\s*(?=ignore|resource)")
_DIRECTIVE = re.compile(
    r"(?P<what>ignore-file|ignore)(?:\s*\[(?P<codes>[^\]]*)\])?(?![\w\[=-])"
    r"|resource\s*=\s*(?P<resource>[\w-]*)"
)
_CODE = re.compile(r"EPF[0-9]{0,3}", re.IGNORECASE)


@dataclass(slots=True)
class Ignore:
    """A comment that keeps findings back: those of `codes`, or all where it names none.

    That a comment keeps nothing back is kept back only where its code is named in full: otherwise
    no comment for all codes, or for a family of them, would ever be found to be unused. `used` are
    the codes that it did keep back.
    """

    span: Span
    codes: tuple[str, ...]
    used: set[str] = field(default_factory=set)

    def covers(self, code: str) -> bool:
        """Whether a finding of this code is kept back."""
        if code == UNUSED:
            return UNUSED in self.codes
        if not self.codes:
            self.used.add("")
            return True
        kept = [one for one in self.codes if code.startswith(one)]
        self.used.update(kept)
        return bool(kept)


class Directives:
    """What the comments of a file say to the linter.

    A comment behind a filter is for the lines of that filter. A comment on a line of its own is
    for the first filter below it, when it ignores, and for all below it, when it names a resource.
    """

    def __init__(
        self,
        reading: Reading,
        lines: Lines,
        named: dict[str, Resource],
    ) -> None:
        self.ignores: list[Ignore] = []
        self.mistakes: list[Diagnostic] = []
        self._beside: dict[int, Resource | None] = {}
        self._above: list[tuple[int, Resource | None]] = []
        self._on_line: dict[int, list[Ignore]] = defaultdict(list)
        self._kept_back: dict[tuple[str, int, int], bool] = {}
        self._reading = reading
        self._lines = lines
        self._named = named
        for comment in sorted(reading.comments):
            found = _SPOKEN_TO.search(comment.text)
            if found:
                self._read(comment, comment.text[found.end() :])

    def resource(self, value: Placed) -> tuple[bool, Resource | None] | None:
        """What is said of this filter: whether beside it, and the resource or none.

        None where nothing is said.
        """
        if not self._beside and not self._above:
            return None
        first, last = self._lines.numbers(value.bounds)
        for line in range(first, last + 1):
            if line in self._beside:
                return True, self._beside[line]
        above = bisect_left(self._above, first, key=itemgetter(0))
        return (False, self._above[above - 1][1]) if above else None

    def keeps_back(self, code: str, bounds: Span) -> bool:
        """Whether a comment keeps back a finding of this code on the lines of these bounds."""
        if not self.ignores:
            return False
        first, last = self._lines.numbers(bounds)
        asked = code, first, last
        if asked not in self._kept_back:
            # Every comment is asked, because each that covers the finding is used.
            covering = [ignore.covers(code) for ignore in self._for_lines(first, last)]
            self._kept_back[asked] = any(covering)
        return self._kept_back[asked]

    def excuse(self, first: int, last: int) -> None:
        """Take the comments for these lines as used: no rule can look at a damaged filter."""
        for ignore in self._for_lines(first, last):
            ignore.used.update(code for code in ignore.codes if not code.startswith(_SYNTAX))

    def unused(self, chosen: set[str]) -> Iterator[Diagnostic]:
        """A warning for each comment that keeps nothing back, of the rules that did look."""
        if UNUSED not in chosen:
            return
        for ignore in self.ignores:
            if UNUSED in ignore.codes:
                continue
            if not ignore.codes:
                if not ignore.used:
                    yield _warning(
                        UNUSED, "this `ignore` keeps nothing back.", ignore.span, "take it away"
                    )
                continue
            idle = [
                code
                for code in ignore.codes
                if code not in ignore.used and any(one.startswith(code) for one in chosen)
            ]
            if idle:
                listed = ", ".join(f"`{code}`" for code in idle)
                hint = "take it away" if len(idle) == len(ignore.codes) else f"take {listed} away"
                yield _warning(UNUSED, f"there is no {listed} to ignore here.", ignore.span, hint)

    @cached_property
    def _filter_lines(self) -> list[int]:
        """The lines in which filters begin."""
        spans = [one.value.bounds for one in self._reading.filters]
        spans += [one.span for one in self._reading.interpolations]
        return sorted({self._lines.number(span.start) for span in spans})

    def _for_lines(self, first: int, last: int) -> Iterator[Ignore]:
        for line in (_WHOLE_FILE, *range(first, last + 1)):
            yield from self._on_line.get(line, ())

    def _read(self, comment: Comment, said: str) -> None:
        place = 0
        while place < len(said):
            found = _DIRECTIVE.match(said, place)
            if not found:
                # What follows a directive is for people, unless it speaks to the linter again.
                again = _SPOKEN_TO_AGAIN.search(said, place)
                if again:
                    place = again.end()
                    continue
                if place == 0:
                    self._mistake(
                        comment.span,
                        f"`epfilter: {said[:40].strip()}` says nothing to the linter.",
                        "write `ignore[EPF301]`, `ignore-file[EPF301]` or `resource=orders`",
                    )
                return
            if found["what"]:
                self._ignore(comment.span, found["what"], found["codes"])
            else:
                self._choose(comment.span, found["resource"])
            place = found.end()
            while place < len(said) and said[place] in " \t,;":
                place += 1

    def _ignore(self, span: Span, what: str, listed: str | None) -> None:
        codes: tuple[str, ...] = ()
        if listed is not None:
            codes = tuple(one.strip().upper() for one in listed.split(",") if one.strip())
            for code in codes:
                if not _CODE.fullmatch(code) or not any(one.startswith(code) for one in RULES):
                    self._mistake(span, *describe_unknown_code(code))
            if not codes:
                self._mistake(
                    span, f"`{what}[]` names no code.", f"write `{what}[EPF301]`, or `{what}` alone"
                )
            codes = tuple(code for code in codes if any(one.startswith(code) for one in RULES))
            if not codes:
                return
        line = self._lines.number(span.end)
        if what == "ignore-file":
            line = _WHOLE_FILE
        elif self._lines.begins(span.start):
            below = bisect_left(self._filter_lines, line)
            line = self._filter_lines[below] if below < len(self._filter_lines) else line
        ignore = Ignore(span, codes)
        self.ignores.append(ignore)
        self._on_line[line].append(ignore)

    def _choose(self, span: Span, name: str) -> None:
        resource: Resource | None = None
        if not name:
            self._mistake(
                span,
                "`resource=` names no resource.",
                "write `resource=orders`, or `resource=none`",
            )
            return
        if name != "none":
            from epfilter.resources import resource_named

            try:
                resource = self._named.get(name) or resource_named(name)
            except ResourceError as error:
                self._mistake(span, error.message, error.hint)
                return
        line = self._lines.number(span.start)
        if self._lines.begins(span.start):
            self._above.append((line, resource))
        else:
            self._beside[line] = resource

    def _mistake(self, span: Span, message: str, hint: str | None) -> None:
        self.mistakes.append(_warning(NOT_UNDERSTOOD, message, span, hint))


def _warning(code: str, message: str, span: Span, hint: str | None) -> Diagnostic:
    return Diagnostic(code, message, span, Severity.WARNING, hint)
