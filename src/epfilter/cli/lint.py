"""`epfilter lint`: finds the filters in files, says what is wrong with them, and repairs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from epfilter.atomic_files import atomic_file
from epfilter.cli.file_findings import DRAWN, Tally, drawn, statistics
from epfilter.cli.linted_files import GivenPath, configuration_for, reports_of
from epfilter.cli.resource_name import beginning
from epfilter.cli.text_io import StreamError, read_standard_input, say, shrug_off_closed_pipe
from epfilter.errors import FilterValueError
from epfilter.linter.reports import FORMATS, render
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.linter.files.configuration import Configuration
    from epfilter.linter.files.report import FileReport
    from epfilter.linter.files.runner import Run

_HELP = """Find the filters in files and folders, and say what is wrong with them.

Filters are found in text files with one filter a line (.filter, or any file that is
named), in JSON and YAML, in .http files, shell scripts and Markdown, and in Python,
JavaScript and TypeScript. Which resource a filter is for is read from the URL or the
payload that it stands in, from a comment, or from the configuration. Of folders, what
.gitignore names is left out. Without PATHS the current folder is linted; - is one
filter a line from standard input.

Settings stand in [tool.epfilter] of pyproject.toml, or in epfilter.toml. A comment
`epfilter: ignore[EPF301]` keeps findings back, and `epfilter: resource=orders` names
the resource of the filters below it.

\b
Examples:
  epfilter lint
  epfilter lint --fix src docs/requests.http
  epfilter lint --resource orders refunds.filter
  epfilter lint --format sarif --output epfilter.sarif .
"""


def _codes(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    value: Sequence[str],
) -> tuple[str, ...]:
    """The codes of an option that may be given several times, each with commas."""
    return tuple(code.strip().upper() for one in value for code in one.split(",") if code.strip())


@click.command("lint", help=_HELP, short_help="Find the filters in files, and what is wrong there.")
@click.argument("paths", nargs=-1, type=GivenPath())
@click.option("--fix", "fixing", is_flag=True, help="Make the safe repairs, then lint.")
@click.option("--unsafe-fixes", is_flag=True, help="Make those as well that may be a guess.")
@click.option("--diff", is_flag=True, help="Show what repairs would change, and write nothing.")
@click.option(
    "--resource",
    metavar="NAME",
    shell_complete=beginning,
    help="The resource of filters where nothing else says it, as in orders.",
)
@click.option("--select", multiple=True, metavar="CODES", callback=_codes, help="Only these rules.")
@click.option("--ignore", multiple=True, metavar="CODES", callback=_codes, help="Not these rules.")
@click.option(
    "--format",
    "style",
    type=click.Choice([*DRAWN, *FORMATS]),
    default="text",
    show_default=True,
    help="How findings are shown.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings to a file.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take the settings from this file.",
)
@click.option(
    "--force-exclude", is_flag=True, help="Leave out what is excluded even where it is named."
)
@click.option(
    "--stdin-name", metavar="NAME", default="stdin.filter", help="The name of what - stands for."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Processes; by default as many as pay.",
)
def command(paths: tuple[Path, ...], style: str, output: Path | None, **options: Any) -> int:
    """Run the command; 1 where a finding is worse than a remark, or a repair is to be made."""
    run = _run(_configuration(paths, options), options)
    tally = Tally()
    reports = tally.count(_reports(run, paths, options))
    if options["diff"]:
        pieces: Iterator[str] = (report.diff for report in reports)
    elif options["statistics"]:
        pieces = statistics(reports)
    elif style in DRAWN:
        pieces = (drawn(report, style) for report in reports)
    else:
        pieces = render(style, reports)
    _deliver(pieces, output)
    if output is not None or style in DRAWN:
        say(tally.summary(dry=run.dry), err=True)
    ok = tally.ok and not (run.dry and tally.fixed)
    return 0 if ok or options["exit_zero"] else 1


def _deliver(pieces: Iterable[str], output: Path | None) -> None:
    """Write the pieces of a report to standard output, or to a file that is whole or not there."""
    if output is None or output == Path("-"):
        with shrug_off_closed_pipe():
            for piece in pieces:
                if piece:
                    click.echo(piece, nl=False)
        return
    # click's own atomic file puts half a report in the place of the old one where a run breaks off.
    content = "".join(map(click.unstyle, pieces)).encode("utf-8", "backslashreplace")
    try:
        if output.exists() and not output.is_file():  # a device or a pipe
            output.write_bytes(content)
        else:
            with atomic_file(output) as file:
                file.write(content)
    except OSError as error:
        raise StreamError(
            f"cannot write {make_printable(str(output))}: {error.strerror or error}."
        ) from None


def _configuration(paths: Sequence[Path], options: dict[str, Any]) -> Configuration:
    found = configuration_for(paths, options["config"])
    try:
        settings = found.settings
        if options["select"]:
            settings = replace(settings, select=options["select"])
        settings = replace(settings, ignore=(*settings.ignore, *options["ignore"]))
        found = replace(found, settings=settings)
        if options["resource"]:
            found = replace(found, resource=options["resource"])
        found.check()
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    return found


def _run(configuration: Configuration, options: dict[str, Any]) -> Run:
    from epfilter.linter.files.runner import Change, Run

    change = Change.NONE
    if options["unsafe_fixes"]:
        change = Change.FIX_UNSAFE
    elif options["fixing"] or options["diff"]:
        change = Change.FIX
    return Run(configuration, change, dry=options["diff"])


def _reports(run: Run, paths: Sequence[Path], options: dict[str, Any]) -> Iterator[FileReport]:
    if Path("-") not in paths:
        return reports_of(
            run,
            paths,
            label="linting",
            force_exclude=options["force_exclude"],
            processes=options["jobs"],
        )
    if len(paths) > 1:
        raise click.UsageError("- stands for standard input and goes with no other path.")
    return iter([_of_standard_input(run, options["stdin_name"])])


def _of_standard_input(run: Run, name: str) -> FileReport:
    content = read_standard_input("to read")
    if run.change and not run.dry:
        raise click.UsageError("standard input cannot be repaired; --diff shows what would change.")
    return run.report_of(content, name)
