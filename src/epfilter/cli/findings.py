"""Shows findings to people: where, what, and how to repair it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import click

from epfilter.ast import Filter
from epfilter.cli.text_io import say
from epfilter.errors import Diagnostic, FilterSyntaxError, Fix, Severity
from epfilter.parser import parse
from epfilter.snippets import INDENT, extract_snippet, make_printable

_SHOWN_AT_MOST = 20
"""Findings drawn for one text; the last line counts all of them."""

_WIDTH = 100
"""Characters shown of a repaired text; a longer one is cut around the repair."""

COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def parsed(text: str) -> Filter:
    """The filter that the text is; where it is none, say why on standard error and exit with 1."""
    try:
        return parse(text)
    except FilterSyntaxError as error:
        show_findings(text, error.diagnostics, err=True)
        raise click.exceptions.Exit(1) from None


def show_findings(text: str, found: Sequence[Diagnostic], *, err: bool = False) -> None:
    """Every finding with its line, carets, hint and fix, and how many there are.

    Where nothing is worse than a remark, nobody says that the text is not ok.
    """
    for diagnostic in found[:_SHOWN_AT_MOST]:
        say(draw_finding(diagnostic, text) + "\n", err=err)
    if len(found) > _SHOWN_AT_MOST:
        say(f"… and {len(found) - _SHOWN_AT_MOST} more\n", err=err)
    if any(one.severity is not Severity.INFO for one in found):
        counts = counted(Counter(one.severity for one in found))
        say(click.style(f"not ok: {counts}", fg="red", bold=True), err=err)


def draw_finding(found: Diagnostic, text: str) -> str:
    """One finding in colour; without its colours it begins as `found.draw(text)`.

    >>> from epfilter import Span
    >>> print(click.unstyle(draw_finding(Diagnostic("EPF101", "it is empty.", Span(0, 0)), "")))
    1:1 EPF101 it is empty.
    <BLANKLINE>
        ^
    """
    color = COLORS[found.severity]
    place, line, carets = extract_snippet(text, found.span)
    code = click.style(found.code, fg=color, bold=True)
    shown = [
        f"{click.style(place, bold=True)} {code} {found.message}",
        f"{INDENT}{line}".rstrip(),
        click.style(f"{INDENT}{carets}", fg=color),
    ]
    if found.hint:
        shown.append(f"{INDENT}hint: {found.hint}")
    if found.fix:
        shown += _fix_lines(found.fix, text)
    return "\n".join(shown)


def _fix_lines(fix: Fix, text: str) -> list[str]:
    title = (
        f"fix: {make_printable(fix.title)}"
        if fix.safe
        else f"fix (unsafe): {make_printable(fix.title)}"
    )
    place = min((edit.span.start for edit in fix.edits), default=0)
    result = _excerpt(fix.apply(text), place)
    return [
        click.style(f"{INDENT}{title}", fg="green" if fix.safe else "yellow"),
        f"        {result}",
    ]


def _excerpt(text: str, place: int) -> str:
    """The text in one line, or what of it stands around a place."""
    first = max(0, min(place - _WIDTH // 3, len(text) - _WIDTH))
    last = first + _WIDTH
    return (
        ("…" if first else "")
        + make_printable(text[first:last])
        + ("…" if last < len(text) else "")
    )


def counted(counts: Mapping[Severity, int]) -> str:
    """How many findings there are of each severity, the worst first; '' where there are none.

    >>> counted({Severity.WARNING: 2, Severity.ERROR: 1})
    '1 error, 2 warnings'
    """
    return ", ".join(
        f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}"
        for severity in Severity
        if counts.get(severity)
    )
