"""`epfilter export`: the orders that a filter selects, as a CSV file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.connection import ACCESS_HELP
from epfilter.cli.filter_completion import complete_order_filter
from epfilter.cli.findings import parse_located_or_exit, print_findings, render_finding
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import format_count
from epfilter.cli.options import (
    FilePath,
    allow_untested_option,
    bom_option,
    format_option,
    memory_option,
    neutralise_option,
    region_option,
    require_csv_name,
    rows_option,
    threads_option,
)
from epfilter.cli.platform_export import NOTHING_MATCHED, PlatformExport
from epfilter.cli.text_io import print_json, print_line, print_result, read_filter
from epfilter.errors import FilterValueError, Severity
from epfilter.exporter.models import NO_RESULTS
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from epfilter.ast import Filter
    from epfilter.cli.local_export import LocalExport
    from epfilter.exporter import Exported
    from epfilter.located import Located

_HELP = f"""Export the orders that FILTER selects to a CSV file.

This creates a job on the platform, waits for it, and downloads its file. FILE appears
when it is complete; an existing file is replaced only with --force. FILTER is checked
first, because the platform can ignore an unknown attribute and export every order.

With --since and --until, only orders created from the one until before the other are
exported: dates, timestamps, today, yesterday, monday to sunday (the last one, today
included), or for example `2 days ago`. Days begin in --timezone. FILTER is optional then,
and with --all, which exports every order.

With --append, FILE may exist: only the orders that it lacks are added, from its newest
`created_at` on, recognised by their ids. --since is for the first export then, which
creates FILE. Use it with --resume in a scheduled job. FILTER cannot contain `updated_at`.

With --allow-empty, FILE has only the header if no order matches: with --orders that of
the columns, otherwise that of the file that it replaces, or it is empty.

With --split, one job is created for each month, ISO week or day in UTC, one after the
other, and their files are joined. FILTER must have a lower and an upper bound for that,
for example ge(created_at,…):lt(created_at,…).

An export that is interrupted, or fails, leaves a checkpoint file beside FILE. Use
--resume to continue it, with the dates of that time; finished jobs are not run again.
Use --force to start a new export, which replaces the checkpoint when its first job has
been created.

With --orders, the platform is not used: the orders are read from a file (.jsonl,
.ndjson, .json, .csv or .parquet) or from a database, as `epfilter serve` reads them.
A .json file has a list of orders, or responses of the platform with several pages.

\b
Examples:
  epfilter export 'ge(created_at,2018-09-01):lt(created_at,2018-10-01)' -o orders.csv
  epfilter export --orders orders.jsonl 'eq(payment,refunded)' -o refunds.csv
  epfilter export --region us-east --split month -o 2018.csv \\
    'ge(created_at,2018-01-01):lt(created_at,2019-01-01):eq(payment,refunded)'
  epfilter export --format json @refunds.filter -o refunds.csv
  epfilter export --since yesterday --until today --timezone Europe/Paris -o day.csv
  epfilter export --append --resume --since 2018-01-01 -o every-order.csv

\b
Exit codes:
  0    the file is complete; with --append, also if there is no new order
  1    FILTER has errors, or the job failed
  2    wrong usage, no token, no response, or a file that cannot be written
  3    no order matches, and --allow-empty is not given
  130  interrupted

{ACCESS_HELP}
With --orders: 'epfilter[service]' instead, or 'epfilter[databases]' for a database
"""

_ORDERS_OPTIONS = ("allow_untested", "threads", "memory", "rows", "neutralise", "bom")
"""The options that require `--orders`."""

_OPTION_GROUPS = {
    "The orders": ("--since", "--until", "--timezone", "--all", "--check"),
    "The file": ("--output", "--append", "--allow-empty", "--force", "--resume"),
    "The platform": ("--region", "--split", "--timeout"),
    "Orders of your own": (
        "--orders",
        "--allow-untested",
        "--threads",
        "--memory",
        "--rows",
        "--neutralise",
        "--bom",
    ),
}


@click.command(
    "export",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Export the orders of a filter to a CSV file.",
    option_groups=_OPTION_GROUPS,
)
@click.argument("source", metavar="[FILTER]", required=False, shell_complete=complete_order_filter)
@click.option(
    "--output",
    "-o",
    type=FilePath(),
    required=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option("--since", metavar="TIME", help="Export orders created at this time or later.")
@click.option("--until", metavar="TIME", help="Export orders created before this time.")
@click.option(
    "--timezone",
    default="UTC",
    show_default=True,
    metavar="ZONE",
    help="The time zone of --since and --until, such as Europe/Paris.",
)
@click.option("--all", "every", is_flag=True, help="Export every order, without a FILTER.")
@click.option(
    "--split",
    type=click.Choice(["month", "week", "day"]),
    help="Run one job for each period, and merge the files.",
)
@click.option(
    "--orders", metavar="FILE|URL", help="Export these orders, without using the platform."
)
@allow_untested_option
@threads_option
@memory_option
@rows_option
@neutralise_option
@bom_option
@region_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Maximum time to wait for each job.",
)
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Check FILTER before exporting.",
)
@click.option("--resume", is_flag=True, help="Continue an interrupted export.")
@click.option("--append", is_flag=True, help="Add the orders to FILE that it lacks.")
@click.option("--allow-empty", is_flag=True, help="Write FILE also if no order matches.")
@click.option("--force", is_flag=True, help="Replace FILE and an interrupted export.")
@format_option(
    "text",
    "json",
    help="Text for people, or one JSON object with path, bytes, rows, jobs and, with --append, "
    "appended.",
)
def export_command(
    source: str | None,
    output: Path,
    orders: str | None,
    style: str,
    *,
    check: bool,
    **options: Any,
) -> int:
    """Run the command; return its exit code."""
    period = {name: options[name] for name in ("since", "until", "timezone")}
    every = options.pop("every")
    f = _select(source, period, check=check, every=every, append=options["append"])
    if options["append"] and options["force"]:
        raise click.UsageError("`--append` cannot be combined with `--force`.")
    if output == Path("-"):
        raise click.UsageError("orders cannot be exported to standard output; give a file name.")
    if orders is not None:
        names = ("append", "allow_empty", "force", *_ORDERS_OPTIONS)
        switches = {name: options[name] for name in names} | {"check": check}
        return _export_locally(f, period, orders, output, style, **switches)
    for name in _ORDERS_OPTIONS:
        del options[name]
        if _is_given(name):
            raise click.UsageError(f"`--{name.replace('_', '-')}` requires `--orders`.")
    require_csv_name(output)
    exported = PlatformExport(output=output, **options).run(f)
    _print_summary(style, exported.path, exported.size, exported)
    return 0


def _select(
    source: str | None, period: Mapping[str, Any], *, check: bool, every: bool, append: bool
) -> Filter | None:
    """Return the filter of an export, without its period; None for every order.

    Raises UsageError where nothing selects the orders, for a period that cannot be read, and for
    a filter that cannot be used to append.
    """
    from epfilter.exporter import within_period
    from epfilter.exporter.periods import require_appendable

    if source is None and period["since"] is None and not every:
        raise click.UsageError("give a FILTER, `--since`, or `--all` for every order.")
    if source is not None and every:
        raise click.UsageError("`--all` cannot be combined with a FILTER.")
    f = None
    if source is not None:
        text = read_filter(source)
        f, located = parse_located_or_exit(text)
        if check:
            _report_findings(text, located)
    try:
        within_period(f, **period)
        if append:
            require_appendable(f)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    return f


_LOCAL_OPTIONS = {"output", "since", "until", "timezone", "append", "allow_empty", "force"}


def _export_locally(
    f: Filter | None,
    period: Mapping[str, Any],
    orders: str,
    output: Path,
    style: str,
    **switches: Any,
) -> int:
    """Export without the platform; where no order matches, print a message and return 3."""
    from epfilter.cli.local_export import export_locally

    platform_options = {field.name for field in fields(PlatformExport)} - _LOCAL_OPTIONS
    for name in sorted(platform_options):
        if _is_given(name):
            raise click.UsageError(f"`--{name}` cannot be combined with `--orders`.")
    exported = export_locally(f, period, orders, output, **switches)
    if not exported.rows and exported.appended is None and not switches["allow_empty"]:
        print_line(f"Error: {NO_RESULTS}", err=True)
        return NOTHING_MATCHED
    _print_summary(style, output, output.stat().st_size, exported)
    return 0


def _is_given(name: str) -> bool:
    """Return whether an option is on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is not click.core.ParameterSource.DEFAULT


def _report_findings(text: str, located: Located) -> None:
    """Print what `epfilter check` reports of the filter for orders; exit with 1 for an error."""
    from epfilter.linter import lint_located

    findings = lint_located(text, located, "orders")
    if any(finding.severity is Severity.ERROR for finding in findings):
        print_findings(text, findings, err=True)
        raise click.exceptions.Exit(1)
    for finding in findings:
        print_line(render_finding(finding, text) + "\n", err=True)


def _print_summary(style: str, path: Path, size: int, exported: Exported | LocalExport) -> None:
    rows, appended, jobs = exported.rows, exported.appended, exported.jobs
    if style == "json":
        ids = [str(job.id) for job in jobs]
        summary = {"path": str(path), "bytes": size, "rows": rows, "jobs": ids}
        if appended is not None:
            summary["appended"] = appended
        print_json(summary)
        return
    row_count = "" if rows is None else f", {format_count(rows, 'row')}"
    row_count += "" if appended is None else f", {appended:,} new"
    job_count = f" from {format_count(len(jobs), 'job')}" if len(jobs) > 1 else ""
    print_result(f"{make_printable(str(path))}: {format_count(size, 'byte')}{row_count}{job_count}")
