"""What is found in one file, ready for a report in any format."""

from __future__ import annotations

from dataclasses import dataclass

from epfilter.errors import Diagnostic, Severity, Span
from epfilter.linter.files.document import LineIndex


@dataclass(frozen=True, slots=True)
class FileFinding:
    r"""A finding, and its position in the file.

    The spans of `diagnostic` and of its fix are those of the file's text. Lines and columns are
    counted from 1, columns in code points; the end is exclusive. `source` is the line in which
    the finding starts.

    >>> from epfilter.linter import lint_content
    >>> finding = lint_content("# refunds\neq(payment", "refunds.filter").findings[0]
    >>> finding.diagnostic.code, finding.line, finding.column, finding.source
    ('EPF107', 2, 11, 'eq(payment')
    """

    diagnostic: Diagnostic
    line: int
    column: int
    end_line: int
    end_column: int
    source: str

    @classmethod
    def of(cls, diagnostic: Diagnostic, lines: LineIndex) -> FileFinding:
        """Return the finding of a diagnostic in the text with these lines."""
        line, column = lines.position_of(diagnostic.span.start)
        end_line, end_column = lines.position_of(diagnostic.span.end)
        return cls(diagnostic, line, column, end_line, end_column, lines.text_of(line))

    @property
    def span(self) -> Span:
        """The span of the finding in `source`, as far as it is in that line."""
        start = self.column - 1
        end = self.end_column - 1 if self.end_line == self.line else len(self.source)
        return Span(start, max(start, end))


@dataclass(frozen=True, slots=True)
class FileReport:
    r"""What is found in one file.

    `name` is how the file is shown, `filters` the number of its filters, `suppressed` the number
    of findings that comments and configuration suppress. `fixed` is the number of fixes that were
    made; `findings` are then those that remain. `diff` is the unified diff of the fixes, where one
    was requested.

    >>> from epfilter.linter import lint_content
    >>> report = lint_content("eq(a,1)\neq(b,2)", "both.filter")
    >>> report.name, report.filters, report.ok
    ('both.filter', 2, True)
    """

    name: str
    findings: tuple[FileFinding, ...] = ()
    filters: int = 0
    suppressed: int = 0
    fixed: int = 0
    diff: str = ""

    @property
    def ok(self) -> bool:
        """Whether no finding is worse than an info."""
        return all(finding.diagnostic.severity is Severity.INFO for finding in self.findings)
