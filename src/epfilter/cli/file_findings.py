"""Shows what was found in files to people: at full length, a line each, or counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import COLORS, counted
from epfilter.errors import Severity
from epfilter.snippets import INDENT, extract_snippet, make_printable

if TYPE_CHECKING:
    from epfilter.linter.files.report import FileFinding, FileReport

DRAWN = ("text", "concise")
"""The styles of a report for people."""


def drawn(report: FileReport, style: str) -> str:
    """The findings of a file in one of the styles, each with its line end; '' where none is."""
    if style == "concise":
        return "".join(f"{_head(one, report.name)}\n" for one in report.findings)
    return "".join(f"{_whole(one, report.name)}\n\n" for one in report.findings)


def statistics(reports: Iterable[FileReport]) -> Iterator[str]:
    """How often each rule found something, the most frequent first."""
    from epfilter.linter import RULES

    counts = Counter(one.diagnostic.code for report in reports for one in report.findings)
    width = len(str(max(counts.values(), default=0)))
    for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"{count:>{width}}  {click.style(code, bold=True)}  {RULES[code].title}\n"


class Tally:
    """Counts what passes: files, filters, findings, repairs."""

    def __init__(self) -> None:
        self.fixed = 0
        self._files = self._filters = self._suppressed = 0
        self._safe = self._unsafe = 0
        self._severities: Counter[Severity] = Counter()

    def count(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        """The same reports, counted as they pass."""
        for report in reports:
            self._files += 1
            self._filters += report.filters
            self._suppressed += report.suppressed
            self.fixed += report.fixed
            for one in report.findings:
                self._severities[one.diagnostic.severity] += 1
                if one.diagnostic.fix:
                    self._safe += one.diagnostic.fix.safe
                    self._unsafe += not one.diagnostic.fix.safe
            yield report

    @property
    def ok(self) -> bool:
        """Whether nothing worse than a remark passed."""
        return not any(self._severities[one] for one in (Severity.ERROR, Severity.WARNING))

    def summary(self, *, dry: bool) -> str:
        """What passed, in a line or two, in colour."""
        seen = f"{_number(self._filters, 'filter')} in {_number(self._files, 'file')}"
        parts = [f"{seen}: {counted(self._severities) or 'nothing found'}"]
        if self.fixed:
            parts.append(f"{self.fixed} {'would be ' * dry}repaired")
        if self._suppressed:
            parts.append(f"{self._suppressed} kept back")
        line = click.style(", ".join(parts), fg="green" if self.ok else "red", bold=True)
        ways = []
        if self._safe:
            ways.append(f"{self._safe} with --fix")
        if self._unsafe:
            ways.append(f"{self._unsafe} with --unsafe-fixes")
        return f"{line}\ncan be repaired: {', '.join(ways)}" if ways else line


def _head(one: FileFinding, name: str) -> str:
    found = one.diagnostic
    place = click.style(f"{make_printable(name)}:{one.line}:{one.column}", bold=True)
    code = click.style(found.code, fg=COLORS[found.severity], bold=True)
    return f"{place} {code} {found.message}"


def _whole(one: FileFinding, name: str) -> str:
    found = one.diagnostic
    lines = [_head(one, name)]
    if one.source:
        _, line, carets = extract_snippet(one.source, one.span)
        lines.append(f"{INDENT}{line}".rstrip())
        lines.append(click.style(f"{INDENT}{carets}", fg=COLORS[found.severity]))
    if found.hint:
        lines.append(f"{INDENT}hint: {found.hint}")
    if found.fix:
        kind, color = ("fix", "green") if found.fix.safe else ("fix (unsafe)", "yellow")
        lines.append(click.style(f"{INDENT}{kind}: {make_printable(found.fix.title)}", fg=color))
    return "\n".join(lines)


def _number(count: int, of: str) -> str:
    return f"{count:,} {of}{'s' * (count != 1)}"
