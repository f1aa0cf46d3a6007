"""Comments that control the linter: `epfilter: ignore[EPF301]`, `epfilter: resource=orders`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Diagnostic, ResourceError, Severity, Span
from epfilter.linter.extractors import Comment, Extraction, MappedText
from epfilter.linter.files.document import LineIndex
from epfilter.linter.registry import RULES, describe_unknown_code
from epfilter.linter.settings import CODE_OR_FAMILY

if TYPE_CHECKING:
    from epfilter.resources import Resource

UNUSED_IGNORE = "EPF602"
INVALID_DIRECTIVE = "EPF603"

_SYNTAX = "EPF1"
_WHOLE_FILE = 0
"""The number that stands for every line."""

_DIRECTIVES_START = re.compile(r"\A\s*epfilter\s*:\s*|\bepfilter\s*:\s*(?=ignore|resource)")
_NEXT_DIRECTIVES_START = re.compile(r"\bepfilter\s*:\s*(?=ignore|resource)")
_CODES = r"E(?:PF?)?[0-9]+(?![\w-])|EPF(?![\w-])"
_CODE_LIST = rf"(?:{_CODES})(?:[\s,]+(?:{_CODES}))*"
_DIRECTIVE = re.compile(
    r"(?P<ignore>ignore-file|ignore)(?:\s*\[(?P<codes>[^\]]*)\]:?"
    rf"|\s*\(\s*(?P<in_parentheses>{_CODE_LIST})\s*\):?|[\s:=]+(?P<bare>{_CODE_LIST}):?)?"
    r"(?:(?<=:)(?![\[(=:])|(?![\w\[(=-]|\s*:))"
    r"|resource\s*=\s*(?P<resource>[\w-]*)",
    re.IGNORECASE,
)
"""The codes stand in brackets; parentheses, a colon or none of them are read in the same way."""

_EXCERPT_LIMIT = 40
"""How many characters of an invalid directive a message repeats."""


@dataclass(slots=True)
class Ignore:
    """A directive that suppresses findings: those of `codes`, or all where there are none.

    A finding that a directive is unused is suppressed only where its code is named in full:
    otherwise no directive for all codes, or for a family of them, would ever be unused.
    `used_codes` are the codes that did suppress a finding.
    """

    span: Span
    codes: tuple[str, ...]
    used_codes: set[str] = field(default_factory=set)

    def suppress(self, code: str) -> bool:
        """Return whether a finding of this code is suppressed, and mark the directive as used."""
        if code == UNUSED_IGNORE:
            return UNUSED_IGNORE in self.codes
        if not self.codes:
            self.used_codes.add("")
            return True
        matching = [prefix for prefix in self.codes if code.startswith(prefix)]
        self.used_codes.update(matching)
        return bool(matching)


class ResourceChoice(NamedTuple):
    """The resource that a directive names for a filter, or None for `resource=none`.

    `is_beside` is True where the directive stands on a line of the filter.
    """

    resource: Resource | None
    is_beside: bool


class Directives:
    """The directives in the comments of a file.

    A comment on a line of a filter, or between its lines, applies to the lines of that filter. A
    comment on a line of its own applies to the first filter below it, if it ignores codes, and to
    all filters below it, if it names a resource. `problems` are the findings about invalid
    directives.
    """

    def __init__(
        self,
        extraction: Extraction,
        lines: LineIndex,
        own_resources: Mapping[str, Resource],
    ) -> None:
        self.problems: list[Diagnostic] = []
        self._ignores: list[Ignore] = []
        self._ignores_by_line: dict[int, list[Ignore]] = defaultdict(list)
        self._resources_by_line: dict[int, Resource | None] = {}
        self._resources_above: list[tuple[int, Resource | None]] = []
        self._suppressed: dict[tuple[str, int, int], bool] = {}
        self._extraction = extraction
        self._lines = lines
        self._own_resources = own_resources
        for comment in sorted(extraction.comments):
            start = _DIRECTIVES_START.search(comment.text)
            if start:
                self._parse(comment, comment.text[start.end() :])

    def find_resource(self, value: MappedText) -> ResourceChoice | None:
        """Return the resource that a directive names for this filter, or None without one."""
        if not self._resources_by_line and not self._resources_above:
            return None
        first, last = self._lines.numbers_of(value.bounds)
        for line in range(first, last + 1):
            if line in self._resources_by_line:
                return ResourceChoice(self._resources_by_line[line], is_beside=True)
        above = bisect_left(self._resources_above, first, key=itemgetter(0))
        if not above:
            return None
        return ResourceChoice(self._resources_above[above - 1][1], is_beside=False)

    def suppress(self, code: str, bounds: Span) -> bool:
        """Return whether a directive suppresses a finding of this code on these lines."""
        if not self._ignores:
            return False
        first, last = self._lines.numbers_of(bounds)
        key = code, first, last
        if key not in self._suppressed:
            # No short circuit: each directive that covers the finding is used.
            results = [ignore.suppress(code) for ignore in self._find_ignores(first, last)]
            self._suppressed[key] = any(results)
        return self._suppressed[key]

    def excuse(self, damaged: Iterable[Span]) -> None:
        """Mark the directives for damaged filters as used: no rule runs on such a filter."""
        for first, last in {self._lines.numbers_of(bounds) for bounds in damaged}:
            for ignore in self._find_ignores(first, last):
                codes = (code for code in ignore.codes if not code.startswith(_SYNTAX))
                ignore.used_codes.update(codes)

    def find_unused(self, selected: set[str]) -> Iterator[Diagnostic]:
        """Yield a warning for each directive that suppresses nothing of the selected rules."""
        if UNUSED_IGNORE not in selected:
            return
        for ignore in self._ignores:
            if UNUSED_IGNORE in ignore.codes:
                continue
            if not ignore.codes:
                if not ignore.used_codes:
                    message = "this `ignore` suppresses nothing."
                    yield _warn(UNUSED_IGNORE, message, ignore.span, "remove it")
                continue
            unused = [
                code
                for code in ignore.codes
                if code not in ignore.used_codes and any(rule.startswith(code) for rule in selected)
            ]
            if unused:
                listed = ", ".join(f"`{code}`" for code in unused)
                hint = "remove it" if len(unused) == len(ignore.codes) else f"remove {listed}"
                message = f"there is no {listed} to ignore here."
                yield _warn(UNUSED_IGNORE, message, ignore.span, hint)

    @cached_property
    def _filter_lines(self) -> list[tuple[int, int]]:
        """The numbers of the first and the last line of each filter."""
        spans = [extracted.value.bounds for extracted in self._extraction.filters]
        spans += [interpolation.span for interpolation in self._extraction.interpolations]
        return sorted({self._lines.numbers_of(span) for span in spans})

    def _find_ignores(self, first: int, last: int) -> Iterator[Ignore]:
        for line in (_WHOLE_FILE, *range(first, last + 1)):
            yield from self._ignores_by_line.get(line, ())

    def _parse(self, comment: Comment, text: str) -> None:
        position = 0
        while position < len(text):
            directive = _DIRECTIVE.match(text, position)
            if not directive:
                # The text after a directive is for people, up to the next `epfilter:`.
                following = _NEXT_DIRECTIVES_START.search(text, position)
                if following:
                    position = following.end()
                    continue
                if position == 0:
                    self._add_problem(
                        comment.span,
                        f"`epfilter: {text[:_EXCERPT_LIMIT].strip()}` is not a linter directive.",
                        "write `ignore[EPF301]`, `ignore-file[EPF301]` or `resource=orders`",
                    )
                return
            if directive["ignore"]:
                listed = directive["codes"], directive["in_parentheses"], directive["bare"]
                codes = next((codes for codes in listed if codes is not None), None)
                self._add_ignore(comment.span, directive["ignore"].lower(), codes)
            else:
                self._add_resource(comment.span, directive["resource"])
            position = directive.end()
            while position < len(text) and text[position] in " \t,;":
                position += 1

    def _add_ignore(self, span: Span, name: str, listed: str | None) -> None:
        codes: tuple[str, ...] = ()
        if listed is not None:
            codes = self._parse_codes(span, name, listed)
            if not codes:
                return
        line = self._lines.number_of(span.end)
        if name == "ignore-file":
            line = _WHOLE_FILE
        elif self._lines.is_line_start(span.start):
            below = bisect_left(self._filter_lines, (line,))
            is_inside = below and line <= self._filter_lines[below - 1][1]
            if not is_inside and below < len(self._filter_lines):
                line = self._filter_lines[below][0]
        ignore = Ignore(span, codes)
        self._ignores.append(ignore)
        self._ignores_by_line[line].append(ignore)

    def _parse_codes(self, span: Span, name: str, listed: str) -> tuple[str, ...]:
        """Return the codes that exist; the others are problems."""
        codes = tuple(code.upper() for code in re.split(r"[\s,]+", listed) if code)
        if not codes:
            hint = f"write `{name}[EPF301]`, or `{name}` alone"
            self._add_problem(span, f"`{name}[]` names no code.", hint)
        for code in codes:
            if not CODE_OR_FAMILY.fullmatch(code) or not _has_rule(code):
                self._add_problem(span, *describe_unknown_code(code))
        return tuple(code for code in codes if _has_rule(code))

    def _add_resource(self, span: Span, name: str) -> None:
        resource: Resource | None = None
        if not name:
            hint = "write `resource=orders`, or `resource=none`"
            self._add_problem(span, "`resource=` names no resource.", hint)
            return
        if name != "none":
            from epfilter.resources import resource_named

            try:
                resource = self._own_resources.get(name) or resource_named(name)
            except ResourceError as error:
                self._add_problem(span, error.message, error.hint)
                return
        line = self._lines.number_of(span.start)
        if self._lines.is_line_start(span.start):
            self._resources_above.append((line, resource))
        else:
            self._resources_by_line[line] = resource

    def _add_problem(self, span: Span, message: str, hint: str | None) -> None:
        self.problems.append(_warn(INVALID_DIRECTIVE, message, span, hint))


def _has_rule(code: str) -> bool:
    return any(rule.startswith(code) for rule in RULES)


def _warn(code: str, message: str, span: Span, hint: str | None) -> Diagnostic:
    return Diagnostic(code, message, span, Severity.WARNING, hint)
