"""`epfilter check`: whether a text is a valid filter, and all findings of the rules in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel

from epfilter.ast import Filter
from epfilter.cli.findings import print_findings
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import format_count
from epfilter.cli.options import filter_argument, format_option, resource_option
from epfilter.cli.text_io import print_json, print_line, read_filter
from epfilter.cli.tree import render_tree
from epfilter.errors import Diagnostic, Severity
from epfilter.parser import parse_located
from epfilter.printer import unparse
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Check that FILTER is valid and useful, and report every finding.

This runs all rules that `epfilter lint` runs on the filters of files: for example, it
reports a filter that can never match. For a filter without errors and warnings it prints
the canonical text and the tree. For any other it prints every finding with its position,
a hint and, if there is one, a fix and the fixed text. An unsafe fix is a guess: read it
before you use it. Remarks (severity info) are printed, but the filter is still ok.

With --resource, the fields, operators and values must be those of the resource, and more
rules apply. `epfilter resources` lists the names. `epfilter explain CODE` explains a
finding. The exit code is 0 for a filter that is ok, 1 for any other and 2 for wrong usage.

\b
Examples:
  epfilter check 'ge(created_at,2018-09-01):eq(payment,refunded)'
  epfilter check --resource orders 'eq(payment,refunded)'
  epfilter check --format json @refunds.filter
  echo 'eq(payment,paid)' | epfilter check -
"""


@click.command("check", cls=HelpfulCommand, help=_HELP, short_help="Check a filter with all rules.")
@filter_argument
@format_option(
    "text",
    "json",
    help="Text for people, or one JSON object with ok, canonical, tree and diagnostics.",
)
@resource_option("Check the filter against this resource, for example orders.")
@click.option(
    "--max-length",
    type=click.IntRange(min=0),
    metavar="CHARACTERS",
    help="Maximum length of the filter. The platform accepts about 8 KB.",
)
def check_command(
    source: str, style: str, resource: Resource | None, max_length: int | None
) -> int:
    """Run the command; return 0 for a filter without errors and warnings, 1 for any other."""
    text = read_filter(source)
    located = parse_located(text, max_length=max_length)
    f = None if located.diagnostics else located.node
    findings: Sequence[Diagnostic] = located.diagnostics
    if max_length is None or len(text) <= max_length:
        from epfilter.linter import lint_located

        findings = lint_located(text, located, resource)
    ok = f is not None and all(finding.severity is Severity.INFO for finding in findings)
    if style == "json":
        print_json(_report_to_dict(f, findings, ok=ok))
    else:
        print_findings(text, findings)
        if f is not None and ok:
            _print_valid_filter(f, len(findings))
    return 0 if ok else 1


def _report_to_dict(
    f: Filter | None, findings: Sequence[Diagnostic], *, ok: bool
) -> dict[str, object]:
    return {
        "ok": ok,
        "canonical": None if f is None else unparse(f),
        "tree": f.model_dump(mode="json") if isinstance(f, BaseModel) else None,
        "diagnostics": [finding.as_dict() for finding in findings],
    }


def _print_valid_filter(f: Filter, remark_count: int) -> None:
    canonical = unparse(f)
    remarks = f", with {format_count(remark_count, 'remark')}" if remark_count else ""
    print_line(click.style(f"ok{remarks}", fg="green", bold=True))
    print_line(f"canonical  {make_printable(canonical)}")
    if not canonical.isprintable():
        print_line(
            "           (some characters are shown as escapes; `epfilter format` prints them)"
        )
    print_line("tree       " + render_tree(f).replace("\n", "\n           "))
