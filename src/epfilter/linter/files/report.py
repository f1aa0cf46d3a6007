"""What is found in one file, ready for a report in any format."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from epfilter.errors import Diagnostic, Severity, Span
from epfilter.linter.files.document import LineIndex

_LONG_LINE = 1000
_CONTEXT = 100
"""Characters on each side of a finding in a long line that are part of its identity."""


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

    @property
    def line_hash(self) -> str:
        """A hash of the text of the line, which stays the same if only other lines change.

        In a long line, such as a minified file, it is that of the text around the finding.
        """
        line = self.source.strip()
        if len(line) > _LONG_LINE:
            line = self.source[max(0, self.span.start - _CONTEXT) : self.span.end + _CONTEXT]
        return hash_text(line)


def hash_text(text: str) -> str:
    """Return 32 hexadecimal digits that identify a text.

    >>> hash_text("eq(a,1)")
    '0ee31bd454f34d0a0fd33da4771d04d6'
    """
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class FileFilter:
    r"""A filter of a file: where it starts, its text, and what it is checked against.

    `…` in the text stands for an inserted value. `resource` is the name of the listing, or None.
    `is_built` is True where a program builds the filter from pieces of text. One that is not
    `is_certain` is an example or may be of another system: findings in it are only remarks.

    >>> from epfilter.linter import lint_content
    >>> report = lint_content("# orders\neq(a,1)", "a.filter", list_filters=True)
    >>> report.listed_filters[0].line, report.listed_filters[0].text
    (2, 'eq(a,1)')
    """

    line: int
    column: int
    text: str
    resource: str | None
    is_built: bool
    is_certain: bool


@dataclass(frozen=True, slots=True)
class FileReport:
    r"""What is found in one file.

    `name` is how the file is shown, `filters` the number of its filters, `suppressed` the number
    of findings that comments and configuration suppress, `in_baseline` the number of those that a
    baseline contains and `findings` do not. `fixed` is the number of fixes that were
    made; `findings` are then those that remain. `diff` is the unified diff of the fixes, where one
    was requested. `listed_filters` has the filters of the file, if they were requested. `is_read`
    is False where filters of the file may not have been read, as without its parser.

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
    in_baseline: int = 0
    is_read: bool = True
    listed_filters: tuple[FileFilter, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no finding is worse than an info."""
        return all(finding.diagnostic.severity is Severity.INFO for finding in self.findings)
