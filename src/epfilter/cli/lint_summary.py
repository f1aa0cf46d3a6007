"""The summary of `epfilter lint`: how many files, filters, findings and fixes there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import format_severities, render_file_findings
from epfilter.cli.layout import format_count
from epfilter.errors import Severity
from epfilter.linter.files import describe_ending
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.linter.files import FileReport

_UNSUPPORTED = "EPF705"
_UNREADABLE = frozenset({"EPF701", "EPF702"})
_NO_PACKAGE = "EPF704"
_SHOWN_ENDINGS = 5
"""How many endings of unsupported files the summary names."""


class Summary:
    """Counts of the reports of a run: files, filters, findings and fixes.

    `unsupported` counts the files of unsupported kinds by their endings, and `unread` are the
    reports of files whose filters may not have been read.
    """

    def __init__(self) -> None:
        self.fixed = 0
        self.unread: list[FileReport] = []
        self.unsupported: Counter[str] = Counter()
        self._unreadable = 0
        self._unparsed = 0
        self._files = self._filters = self._suppressed = self._in_baseline = 0
        self._safe = self._unsafe = 0
        self._severities: Counter[Severity] = Counter()

    def count(self, reports: Iterable[FileReport]) -> Iterator[FileReport]:
        """Yield the same reports, and count each of them."""
        for report in reports:
            codes = {finding.diagnostic.code for finding in report.findings}
            if _UNSUPPORTED in codes:
                self.unsupported[describe_ending(report.name)] += 1
            else:
                self._files += 1
                self._unreadable += bool(codes & _UNREADABLE)
                self._unparsed += _NO_PACKAGE in codes
            if not report.is_read:
                self.unread.append(report)
            # A list also has the filters that a program builds.
            self._filters += max(report.filters, len(report.listed_filters))
            self._suppressed += report.suppressed
            self._in_baseline += report.in_baseline
            self.fixed += report.fixed
            for finding in report.findings:
                self._severities[finding.diagnostic.severity] += 1
                if finding.diagnostic.fix:
                    self._safe += finding.diagnostic.fix.safe
                    self._unsafe += not finding.diagnostic.fix.safe
            yield report

    @property
    def ok(self) -> bool:
        """Whether there was neither an error nor a warning."""
        return not (self._severities[Severity.ERROR] or self._severities[Severity.WARNING])

    def render(self, *, dry: bool) -> str:
        """Return the counts in a few lines, the first in colour."""
        parts = [f"{self._scope}: {format_severities(self._severities) or 'no findings'}"]
        if self.fixed:
            parts.append(f"{self.fixed} {'would be ' * dry}fixed")
        if self._suppressed:
            parts.append(f"{self._suppressed} suppressed")
        if self._in_baseline:
            parts.append(f"{self._in_baseline} in the baseline")
        lines = [click.style(", ".join(parts), fg="green" if self.ok else "red", bold=True)]
        fixable = []
        if self._safe:
            fixable.append(f"{self._safe} with --fix")
        if self._unsafe:
            fixable.append(f"{self._unsafe} with --unsafe-fixes")
        if fixable:
            lines.append(f"fixable: {', '.join(fixable)}")
        return "\n".join([*lines, *self._describe_unread()])

    def render_scope(self) -> str:
        """Return how many filters there are in how many files, and why files are not read."""
        reasons = [render_file_findings(report, "concise").rstrip() for report in self.unread]
        scope = click.style(self._scope, bold=True)
        return "\n".join([*filter(None, reasons), scope, *self._describe_unread()])

    @property
    def _scope(self) -> str:
        return f"{format_count(self._filters, 'filter')} in {format_count(self._files, 'file')}"

    def _describe_unread(self) -> Iterator[str]:
        if self._unreadable:
            yield f"{format_count(self._unreadable, 'file')} could not be read"
        if self._unparsed:
            yield f"{format_count(self._unparsed, 'file')} skipped, because a package is missing"
        if self.unsupported:
            yield _describe_unsupported(self.unsupported)


def _describe_unsupported(endings: Counter[str]) -> str:
    """Return the number of files of unsupported kinds, and the most frequent endings."""
    common = sorted(endings.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN_ENDINGS]
    parts = [f"{count} {make_printable(ending)}" for ending, count in common]
    others = endings.total() - sum(count for _, count in common)
    if others:
        parts.append(f"{others} other{'s' * (others > 1)}")
    total = format_count(endings.total(), "file")
    kinds = "an unsupported kind" if len(endings) == 1 else "unsupported kinds"
    return f"{total} of {kinds}: {', '.join(parts)}"
