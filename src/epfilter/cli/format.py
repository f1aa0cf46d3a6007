"""`epfilter format`: the canonical text of a filter, or of all filters in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from epfilter.cli.filter_completion import complete_filter
from epfilter.cli.findings import parse_or_exit, render_file_findings
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import format_count
from epfilter.cli.linted_files import LintedPath
from epfilter.cli.text_io import print_line, print_result, read_filter
from epfilter.errors import Severity
from epfilter.printer import Quotes, pretty, unparse
from epfilter.snippets import make_printable

_HELP = """Print the canonical text of FILTER, in one line or, with --pretty, in several.

All forms have the meaning of FILTER. Errors go to standard error.

With --files, the arguments are files and folders, as for `epfilter lint`. All filters in
them are formatted: the changes are printed as a diff or, with --write, written to the
files. Invalid filters stay as they are.

\b
Examples:
  epfilter format "eq( name, 'Ron Swanson' ) : gt(total, 100)"
  epfilter format --pretty 'gt(total,100):(eq(payment,paid)|eq(payment,refunded))'
  epfilter format --quotes always @refunds.filter
  epfilter format --files --check src
"""


@click.command(
    "format",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Print the canonical text of a filter.",
    option_groups={
        "One filter": ("--pretty", "--quotes"),
        "Files and folders": ("--files", "--check", "--write", "--force-exclude"),
    },
)
@click.argument("sources", nargs=-1, metavar="FILTER", shell_complete=complete_filter)
@click.option("--pretty", "multiline", is_flag=True, help="One call per line, groups indented.")
@click.option(
    "--quotes",
    type=click.Choice(["minimal", "always"]),
    default="minimal",
    help="Quote only what requires quotes, or every operand.",
)
@click.option("--files", is_flag=True, help="Format the filters in files and folders.")
@click.option("--check", is_flag=True, help="List files that would change, and exit with 1.")
@click.option("--write", is_flag=True, help="Change the files.")
@click.option("--force-exclude", is_flag=True, help="Skip excluded files even if you name them.")
def format_command(
    sources: tuple[str, ...],
    *,
    multiline: bool,
    quotes: Quotes,
    files: bool,
    **options: bool,
) -> int:
    """Run the command; return 1 where --check lists a file, or a file cannot be read."""
    if files:
        if multiline or quotes != "minimal":
            raise click.UsageError("`--files` cannot be combined with `--pretty` or `--quotes`.")
        if options["check"] and options["write"]:
            raise click.UsageError("`--check` cannot be combined with `--write`.")
        as_path = LintedPath()
        return _format_files([as_path.convert(each, None, None) for each in sources], **options)
    if any(options.values()):
        raise click.UsageError("`--check`, `--write` and `--force-exclude` require `--files`.")
    if len(sources) != 1:
        raise click.UsageError(
            f"expected one FILTER, not {len(sources)}; put single quotes around it."
            if sources
            else "Missing argument 'FILTER'."
        )
    f = parse_or_exit(read_filter(sources[0]))
    print_result(pretty(f, quotes=quotes) if multiline else unparse(f, quotes=quotes))
    return 0


def _format_files(paths: Sequence[Path], *, check: bool, write: bool, force_exclude: bool) -> int:
    from epfilter.cli.linted_files import iterate_reports, load_configuration
    from epfilter.linter.files import Change, Run

    run = Run(load_configuration(paths), Change.FORMAT, dry=not write)
    changed = unreadable = seen = 0
    for report in iterate_reports(run, paths, label="formatting", force_exclude=force_exclude):
        seen += 1
        failures = tuple(
            finding for finding in report.findings if finding.diagnostic.code.startswith("EPF7")
        )
        if failures:
            unreadable += any(
                finding.diagnostic.severity is not Severity.INFO for finding in failures
            )
            lines = render_file_findings(replace(report, findings=failures), "concise")
            print_line(lines.rstrip("\n"), err=True)
        if report.fixed:
            changed += 1
            diff = report.diff.removesuffix("\n")
            print_result(make_printable(report.name) if check or write else diff)
    would = "" if write else "would be "
    print_line(f"{changed} of {format_count(seen, 'file')} {would}changed", err=True)
    return 1 if unreadable or (check and changed) else 0
