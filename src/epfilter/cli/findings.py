"""Findings for people: position, line with carets, hint and fix, for one filter or for files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from epfilter.ast import Filter
from epfilter.cli.layout import excerpt_width, format_count
from epfilter.cli.text_io import print_line
from epfilter.errors import Diagnostic, Fix, Severity
from epfilter.parser import parse_located
from epfilter.snippets import INDENT, cut_around, draw_snippet, format_position, make_printable

if TYPE_CHECKING:
    from epfilter.linter.files import FileFinding, FileReport
    from epfilter.located import Located
    from epfilter.resources import Resource

TEXT_STYLES = ("text", "concise")
"""The styles of a report for people."""

_MAX_SHOWN = 20
"""Findings shown for one text; the last line counts all of them."""

_FIX_INDENT = INDENT * 2
"""Indentation of the text that a fix gives."""

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def parse_or_exit(text: str) -> Filter:
    """Return the filter; for an invalid one print the errors to standard error and exit with 1."""
    return parse_located_or_exit(text)[0]


def parse_located_or_exit(text: str, *, exit_code: int = 1) -> tuple[Filter, Located]:
    """Return the filter, and the tree with its positions; handle errors as `parse_or_exit`."""
    located = parse_located(text)
    if located.node is None or located.diagnostics:
        print_findings(text, located.diagnostics, err=True)
        raise click.exceptions.Exit(exit_code)
    return located.node, located


def print_findings(text: str, findings: Sequence[Diagnostic], *, err: bool = False) -> None:
    """Print every finding of a text, and their number if one is an error or a warning."""
    for finding in findings[:_MAX_SHOWN]:
        print_line(render_finding(finding, text) + "\n", err=err)
    if len(findings) > _MAX_SHOWN:
        print_line(f"… and {len(findings) - _MAX_SHOWN} more\n", err=err)
    if any(finding.severity is not Severity.INFO for finding in findings):
        counts = format_severities(Counter(finding.severity for finding in findings))
        print_line(click.style(f"not ok: {counts}", fg="red", bold=True), err=err)


def render_finding(finding: Diagnostic, text: str) -> str:
    """Return one finding in colour, with the text that its fix gives.

    Below its first line it is drawn as `finding.draw(text)` does.

    >>> from epfilter import Span
    >>> print(click.unstyle(render_finding(Diagnostic("EPF101", "it is empty.", Span(0, 0)), "")))
    1:1: error[EPF101] it is empty.
    <BLANKLINE>
        ^
    """
    position = format_position(text, finding.span.start)
    rendered = _render(finding, position, text, finding.span)
    if finding.fix:
        rendered += f"\n{_FIX_INDENT}{_render_fixed_text(finding.fix, text)}"
    return rendered


def render_file_findings(report: FileReport, style: str) -> str:
    """Return the findings of a file in one of `TEXT_STYLES`, each with its line end."""
    if style == "concise":
        return "".join(
            f"{_render_head(finding.diagnostic, _file_position(finding, report.name))}\n"
            for finding in report.findings
        )
    return "".join(
        f"{_render_file_finding(finding, report.name)}\n\n" for finding in report.findings
    )


def format_severities(counts: Mapping[Severity, int]) -> str:
    """Return how many findings there are of each severity, the worst first; "" for none.

    >>> format_severities({Severity.WARNING: 2, Severity.ERROR: 1})
    '1 error, 2 warnings'
    """
    return ", ".join(
        format_count(counts[severity], severity) for severity in Severity if counts.get(severity)
    )


def _render_file_finding(finding: FileFinding, name: str) -> str:
    position = _file_position(finding, name)
    return _render(finding.diagnostic, position, finding.source or None, finding.span)


def _file_position(finding: FileFinding, name: str) -> str:
    return f"{make_printable(name)}:{finding.line}:{finding.column}"


def _render(finding: Diagnostic, position: str, source: str | None, span: tuple[int, int]) -> str:
    style_carets = partial(click.style, fg=_COLORS[finding.severity])
    head = _render_head(finding, position)
    width = excerpt_width(len(INDENT))
    rendered = draw_snippet(
        head, source, span, finding.hint, style_carets=style_carets, width=width
    )
    if finding.fix:
        kind, color = ("fix", "green") if finding.fix.safe else ("fix (unsafe)", "yellow")
        title = click.style(f"{INDENT}{kind}: {make_printable(finding.fix.title)}", fg=color)
        rendered += f"\n{title}"
    return rendered


def _render_head(finding: Diagnostic, position: str) -> str:
    """Return position, severity, code and message, in the form that rustc and ty print."""
    kind = click.style(
        f"{finding.severity}[{finding.code}]", fg=_COLORS[finding.severity], bold=True
    )
    return f"{click.style(position, bold=True)}: {kind} {finding.message}"


def _render_fixed_text(fix: Fix, text: str) -> str:
    """Return the fixed text in one line; of a long one, the part around the first edit."""
    position = min((edit.span.start for edit in fix.edits), default=0)
    return cut_around(fix.apply(text), position, width=excerpt_width(len(_FIX_INDENT)))


def print_resource_problems(text: str, located: Located, resource: Resource) -> bool:
    """Print what a resource does not accept in a filter to standard error.

    Return whether there is anything; remarks are left out.
    """
    from epfilter.resources import check_located

    findings = check_located(resource, located, len(text))
    problems = [finding for finding in findings if finding.severity is not Severity.INFO]
    print_findings(text, problems, err=True)
    return bool(problems)
