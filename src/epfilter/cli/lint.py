"""`epfilter lint`: find the filters in files, report what is wrong with them, and fix them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from epfilter.atomic_files import atomic_file
from epfilter.cli.errors import CommandError, describe_file_error
from epfilter.cli.findings import TEXT_STYLES, render_file_findings
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import format_count
from epfilter.cli.lint_lists import LIST_STYLES, render_filters, render_statistics
from epfilter.cli.lint_summary import Summary
from epfilter.cli.linted_files import LintedPath, iterate_reports, load_configuration
from epfilter.cli.options import FilePath, complete_resource
from epfilter.cli.text_io import (
    ignore_closed_pipe,
    open_standard_output,
    print_line,
    read_standard_input,
)
from epfilter.errors import FilterValueError
from epfilter.linter.reports import FORMATS, render
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from collections import Counter

    from epfilter.linter.files import Baseline, Configuration, FileReport, Run

_HELP = """Find the filters in files and folders, and report what is wrong with them.

Filters are found in files of filters (.filter, or a .txt file that you name), in JSON
and YAML, in .http files, shell scripts and Markdown, and in programs in Python,
JavaScript, TypeScript and many other languages. The resource of a filter comes from the
URL or payload around it, from a comment, or from the configuration. In folders, files
that .gitignore excludes are skipped. Without PATHS the current folder is linted. The path
- reads standard input, as a file of the name that --stdin-name gives: by default, a file
of filters. With --fix it prints the fixed text, and the report goes to standard error.

The configuration is [tool.epfilter] in pyproject.toml, or epfilter.toml. A comment
`epfilter: ignore[EPF301]` suppresses findings, and `epfilter: resource=orders` sets the
resource of the filters below it.

To adopt the linter step by step, accept the present findings with --baseline FILE and
--write-baseline; later runs with --baseline FILE report only new ones.

\b
Examples:
  epfilter lint
  epfilter lint --fix src docs/requests.http
  epfilter lint --resource orders refunds.filter
  epfilter lint --format sarif --output epfilter.sarif .
  epfilter lint --baseline epfilter-baseline.json --write-baseline
"""

_OPTION_GROUPS = {
    "Fixes": ("--fix", "--unsafe-fixes", "--diff"),
    "Rules": ("--resource", "--select", "--ignore", "--config"),
    "Report": ("--format", "--output", "--statistics", "--show-filters", "--exit-zero"),
    "Baseline": ("--baseline", "--write-baseline"),
    "Files": ("--force-exclude", "--stdin-name"),
}


def _split_codes(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    value: Sequence[str],
) -> tuple[str, ...]:
    """Return the codes of an option that can be repeated, each value a comma-separated list."""
    return tuple(
        code.strip().upper() for codes in value for code in codes.split(",") if code.strip()
    )


@click.command(
    "lint",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Find and check the filters in files.",
    option_groups=_OPTION_GROUPS,
)
@click.argument("paths", nargs=-1, type=LintedPath())
@click.option("--fix", is_flag=True, help="Apply safe fixes, then lint.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply safe fixes and those that are a guess.")
@click.option("--diff", is_flag=True, help="Show what fixes would change, without writing files.")
@click.option(
    "--resource",
    metavar="NAME",
    shell_complete=complete_resource,
    help="Default resource of filters, for example orders.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    callback=_split_codes,
    help="Enable only these rules.",
)
@click.option(
    "--ignore", multiple=True, metavar="CODES", callback=_split_codes, help="Disable these rules."
)
@click.option(
    "--format",
    "style",
    type=click.Choice([*TEXT_STYLES, *FORMATS]),
    default="text",
    help="Format of the report.",
)
@click.option(
    "--output",
    "-o",
    type=FilePath(dir_okay=False),
    help="Write the report to a file.",
)
@click.option(
    "--statistics",
    is_flag=True,
    help="Print only the number of findings of each rule, as text or json.",
)
@click.option(
    "--show-filters",
    is_flag=True,
    help="Print the filters that are found instead of the findings, as text or json.",
)
@click.option(
    "--baseline",
    type=FilePath(dir_okay=False),
    help="Report only findings that this file does not contain.",
)
@click.option(
    "--write-baseline",
    is_flag=True,
    help="Write the present findings to the baseline instead of reporting them.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "--config",
    type=FilePath(dir_okay=False),
    help="Read the configuration from this file.",
)
@click.option("--force-exclude", is_flag=True, help="Skip excluded files even if you name them.")
@click.option(
    "--stdin-name",
    metavar="NAME",
    default="stdin.filter",
    help="File name to assume for standard input.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=0),
    default=0,
    show_default="automatic",
    metavar="N",
    help="Number of worker processes.",
)
def lint_command(paths: tuple[Path, ...], style: str, output: Path | None, **options: Any) -> int:
    """Run the command; return 1 for a finding above info, and for fixes that --diff shows.

    With --show-filters, return 1 only if not every file can be read.
    """
    _check_combination(paths, style, output, options)
    run = _create_run(_configure(paths, options), options)
    summary = Summary()
    reports = _reports(run, paths, options, summary.unsupported)
    if options["write_baseline"]:
        return _write_baseline(run.configuration, reports)
    baseline = _read_baseline(run.configuration)
    reports = summary.count(baseline.subtract(reports) if baseline else reports)
    if options["diff"]:
        pieces: Iterator[str] = (report.diff for report in reports)
    elif options["statistics"]:
        pieces = render_statistics(reports, style)
    elif options["show_filters"]:
        pieces = render_filters(reports, style)
    elif style in TEXT_STYLES:
        pieces = (render_file_findings(report, style) for report in reports)
    else:
        pieces = render(style, reports)
    _write_report(pieces, output, err=_prints_fixed_text(paths, options))
    if run.list_filters or output is not None or style in TEXT_STYLES:
        text = summary.render_scope() if run.list_filters else summary.render(dry=run.dry)
        print_line(text, err=True)
        if baseline and not run.list_filters:
            _print_outdated(baseline, run.configuration)
    ok = summary.ok and not (run.dry and summary.fixed)
    if run.list_filters:
        ok = not summary.unread
    return 0 if ok or options["exit_zero"] else 1


def _check_combination(
    paths: Sequence[Path], style: str, output: Path | None, options: dict[str, Any]
) -> None:
    """Raise UsageError for options that cannot be combined."""
    if Path("-") in paths and len(paths) > 1:
        raise click.UsageError("`-` (standard input) cannot be combined with other paths.")
    if Path("-") in paths and not Path(options["stdin_name"]).name:
        raise click.UsageError(
            f"`--stdin-name {quote(options['stdin_name'])}` is not the name of a file; use a name "
            "such as `orders.http`, whose ending is the kind of the file."
        )
    if options["statistics"] or options["show_filters"]:
        _check_list(style, options)
    if options["write_baseline"]:
        others = {
            "`--diff`": options["diff"],
            "`--statistics`": options["statistics"],
            "`--output`": output is not None,
            "standard input": Path("-") in paths,
        }
        for name, is_given in others.items():
            if is_given:
                raise click.UsageError(f"`--write-baseline` cannot be combined with {name}.")


def _check_list(style: str, options: dict[str, Any]) -> None:
    """Raise UsageError for what cannot be combined with a list instead of findings."""
    name = "--show-filters" if options["show_filters"] else "--statistics"
    if style not in LIST_STYLES:
        *others, last = LIST_STYLES
        raise click.UsageError(
            f"`{name}` cannot be combined with `--format {style}`; "
            f"use {', '.join(others)} or {last}."
        )
    if not options["show_filters"]:
        return
    for option in ("fix", "unsafe_fixes", "diff", "statistics", "write_baseline"):
        if options[option]:
            other = option.replace("_", "-")
            raise click.UsageError(f"`--show-filters` cannot be combined with `--{other}`.")


def _read_baseline(configuration: Configuration) -> Baseline | None:
    """Return the baseline of the configuration; an invalid one is wrong usage."""
    try:
        return configuration.read_baseline()
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None


def _write_baseline(configuration: Configuration, reports: Iterable[FileReport]) -> int:
    """Write the findings to the baseline, print their number, and return the exit code."""
    from epfilter.linter.files import Baseline

    if configuration.baseline is None:
        raise click.UsageError("`--write-baseline` requires `--baseline FILE`.")
    path = configuration.root / configuration.baseline
    baseline = _read_baseline(configuration) if path.exists() else None
    try:
        count = (baseline or Baseline(path)).update(reports)
    except OSError as error:
        raise CommandError(describe_file_error("write", path, error)) from None
    name = make_printable(path.name)
    print_line(f"{name} now contains {format_count(count, 'finding')}", err=True)
    return 0


def _print_outdated(baseline: Baseline, configuration: Configuration) -> None:
    """Print how many findings of the baseline no longer occur, if there are any."""
    count = baseline.count_outdated(configuration.settings)
    if count:
        occurs = "occurs" if count == 1 else "occur"
        print_line(
            f"{format_count(count, 'finding')} of the baseline no longer {occurs}; "
            "`--write-baseline` removes what is outdated",
            err=True,
        )


def _write_report(pieces: Iterable[str], output: Path | None, *, err: bool) -> None:
    """Write a report to a standard stream, or to a file that is complete or unchanged."""
    if output is None or output == Path("-"):
        with ignore_closed_pipe():
            for piece in pieces:
                if piece:
                    click.echo(piece, nl=False, err=err)
        return
    # click's own atomic file would replace the old report by half of the new one on an error.
    content = "".join(map(click.unstyle, pieces)).encode("utf-8", "backslashreplace")
    try:
        if output.exists() and not output.is_file():  # a device or a pipe
            output.write_bytes(content)
        else:
            with atomic_file(output) as file:
                file.write(content)
    except OSError as error:
        raise CommandError(describe_file_error("write", output, error)) from None


def _configure(paths: Sequence[Path], options: dict[str, Any]) -> Configuration:
    """Return the configuration of the files, changed by the options; wrong usage if invalid."""
    configuration = load_configuration(paths, options["config"])
    try:
        settings = configuration.settings
        if options["select"]:
            settings = replace(settings, select=options["select"])
        settings = replace(settings, ignore=(*settings.ignore, *options["ignore"]))
        configuration = replace(configuration, settings=settings)
        if options["resource"] == "":
            raise click.UsageError("`--resource` is empty; `epfilter resources` lists the names.")
        if options["resource"]:
            configuration = replace(configuration, resource=options["resource"])
        if options["baseline"]:
            configuration = replace(configuration, baseline=str(options["baseline"].absolute()))
        configuration.check()
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    return configuration


def _create_run(configuration: Configuration, options: dict[str, Any]) -> Run:
    from epfilter.linter.files import Change, Run

    change = Change.NONE
    if options["unsafe_fixes"]:
        change = Change.FIX_UNSAFE
    elif options["fix"] or options["diff"]:
        change = Change.FIX
    return Run(configuration, change, dry=options["diff"], list_filters=options["show_filters"])


def _reports(
    run: Run, paths: Sequence[Path], options: dict[str, Any], unsupported: Counter[str]
) -> Iterator[FileReport]:
    if Path("-") not in paths:
        return iterate_reports(
            run,
            paths,
            label="linting",
            force_exclude=options["force_exclude"],
            processes=options["jobs"],
            unsupported=unsupported,
        )
    return iter([_report_standard_input(run, options["stdin_name"])])


def _prints_fixed_text(paths: Sequence[Path], options: dict[str, Any]) -> bool:
    """Return whether standard output gets the fixed text of standard input."""
    is_fixed = options["fix"] or options["unsafe_fixes"]
    return Path("-") in paths and is_fixed and not options["diff"]


def _report_standard_input(run: Run, name: str) -> FileReport:
    """Return the report on standard input; with fixes, print the fixed text."""
    content = read_standard_input("to read")
    if not run.change or run.dry:
        return run.lint_content(content, name)
    output = open_standard_output()
    report, fixed = run.change_content(content, name)
    with ignore_closed_pipe():
        output.write(fixed)
        output.flush()
    return report
