"""`epfilter format`: the canonical text of a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from epfilter.cli.findings import parsed
from epfilter.cli.linted_files import EMPTY_PATH
from epfilter.cli.text_io import read_filter, say, write
from epfilter.printer import Quotes, pretty, unparse
from epfilter.snippets import make_printable

_HELP = """Print the canonical text of FILTER, or several lines for people.

Both mean what FILTER means. Mistakes go to standard error.

With --files the arguments are files and folders, as for `epfilter lint`, and all filters
in them are made canonical: shown as a diff, or with --write written to the files.
What is no filter stays as it is.

\b
Examples:
  epfilter format "eq( name, 'Ron Swanson' ) : gt(total, 100)"
  epfilter format --pretty 'gt(total,100):(eq(payment,paid)|eq(payment,refunded))'
  epfilter format --quotes always @refunds.filter
  epfilter format --files --check src
"""


@click.command("format", help=_HELP, short_help="Print the canonical text of a filter.")
@click.argument("sources", nargs=-1, metavar="FILTER")
@click.option("--pretty", "in_lines", is_flag=True, help="One call a line, groups indented.")
@click.option(
    "--quotes",
    type=click.Choice(["minimal", "always"]),
    default="minimal",
    show_default=True,
    help="Quote what must be quoted, or every operand.",
)
@click.option("--files", "in_files", is_flag=True, help="Format the filters in files and folders.")
@click.option("--check", is_flag=True, help="With --files: name those that would change, exit 1.")
@click.option("--write", "writing", is_flag=True, help="With --files: change the files.")
@click.option("--force-exclude", is_flag=True, help="With --files: as for `epfilter lint`.")
def command(
    sources: tuple[str, ...],
    *,
    in_lines: bool,
    quotes: Quotes,
    in_files: bool,
    **options: bool,
) -> int:
    """Run the command; 1 where --check names a file, or a file cannot be read."""
    check, writing = options["check"], options["writing"]
    if in_files:
        if in_lines or quotes != "minimal":
            raise click.UsageError("--files goes with neither --pretty nor --quotes.")
        if check and writing:
            raise click.UsageError("--check and --write do not go together.")
        if "" in sources:
            raise click.UsageError(EMPTY_PATH)
        return _format_files([Path(one) for one in sources], **options)
    if any(options.values()):
        raise click.UsageError("--check, --write and --force-exclude need --files.")
    if len(sources) != 1:
        raise click.UsageError(
            f"one FILTER is expected, not {len(sources)}; put single quotes around it."
            if sources
            else "Missing argument 'FILTER'."
        )
    f = parsed(read_filter(sources[0]))
    write(pretty(f, quotes=quotes) if in_lines else unparse(f, quotes=quotes))
    return 0


def _format_files(paths: Sequence[Path], *, check: bool, writing: bool, force_exclude: bool) -> int:
    from epfilter.cli.file_findings import drawn
    from epfilter.cli.linted_files import configuration_for, reports_of
    from epfilter.linter.files.runner import Change, Run

    run = Run(configuration_for(paths), Change.FORMAT, dry=not writing)
    changed = unreadable = seen = 0
    for report in reports_of(run, paths, label="formatting", force_exclude=force_exclude):
        seen += 1
        unread = [one for one in report.findings if one.diagnostic.code.startswith("EPF7")]
        if unread:
            unreadable += 1
            say(drawn(replace(report, findings=tuple(unread)), "concise").rstrip("\n"), err=True)
        if report.fixed:
            changed += 1
            write(
                make_printable(report.name) if check or writing else report.diff.removesuffix("\n")
            )
    would = "" if writing else "would be "
    say(f"{changed} of {seen} file{'s' * (seen != 1)} {would}changed", err=True)
    return 1 if unreadable or (check and changed) else 0
