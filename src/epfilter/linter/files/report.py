"""What was found in one file, ready to be shown in any form."""

from __future__ import annotations

from dataclasses import dataclass

from epfilter.errors import Diagnostic, Severity, Span
from epfilter.linter.files.document import Lines


@dataclass(frozen=True, slots=True)
class FileFinding:
    r"""A finding, and where it stands in its file.

    The spans of `diagnostic` and of its fix are those of the file's text. Lines and columns are
    counted from 1, columns in code points; the end is behind the last character. `source` is the
    line in which it begins.

    >>> from epfilter.linter import lint_content
    >>> found = lint_content("# refunds\neq(payment", "refunds.filter").findings[0]
    >>> found.diagnostic.code, found.line, found.column, found.source
    ('EPF107', 2, 11, 'eq(payment')
    """

    diagnostic: Diagnostic
    line: int
    column: int
    end_line: int
    end_column: int
    source: str

    @classmethod
    def of(cls, found: Diagnostic, lines: Lines) -> FileFinding:
        """A finding whose span is one of the text that has these lines."""
        line, column = lines.place(found.span.start)
        end_line, end_column = lines.place(found.span.end)
        return cls(found, line, column, end_line, end_column, lines.line(line))

    @property
    def span(self) -> Span:
        """Where it stands in `source`, as far as it stands in that line."""
        start = self.column - 1
        end = self.end_column - 1 if self.end_line == self.line else len(self.source)
        return Span(start, max(start, end))


@dataclass(frozen=True, slots=True)
class FileReport:
    r"""What was found in one file.

    `name` is how the file is shown, `filters` how many filters stand in it, `suppressed` how many
    findings comments and configuration keep back, and `fixed` how many repairs were made; then
    the findings are those that are left. `diff` is what the repairs change, as a unified diff,
    where that was asked for.

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
        """Whether nothing worse than a remark was found."""
        return all(one.diagnostic.severity is Severity.INFO for one in self.findings)
