"""`epfilter export`: the orders that a filter selects, as a CSV file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.connection import ACCESS_HELP, region_option
from epfilter.cli.findings import draw_finding, parsed, show_findings
from epfilter.cli.options import format_option
from epfilter.cli.platform_export import PlatformExport
from epfilter.cli.text_io import filter_argument, read_filter, say, write
from epfilter.errors import Severity
from epfilter.exporter.models import NO_RESULTS
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epfilter.ast import Filter
    from epfilter.exporter import Job

_HELP = f"""Export the orders that FILTER selects to a CSV file.

The platform is given a job, and its file is fetched when the job is done. The file
appears when it is whole, and replaces another with --force only. FILTER is checked first,
because the platform may ignore an attribute that it does not know and export every order.

With --split there is one job for each month, ISO week or day in UTC, one after the other,
and their files are joined. FILTER needs a window for that: a lower and an upper bound, as
in ge(created_at,…):lt(created_at,…).

An export that is interrupted, or fails on the way, leaves a note of its jobs beside FILE.
With --resume it goes on, and jobs that are done are not run again. With --force another
export takes its place, once its first job has been created.

With --orders no platform is asked: the orders are read from a file (.jsonl, .ndjson, .csv
or .parquet) or from a database, as `epfilter serve` reads them.

\b
Examples:
  epfilter export --orders orders.jsonl 'eq(payment,refunded)' -o refunds.csv
  epfilter export 'ge(created_at,2018-09-01):lt(created_at,2018-10-01)' -o orders.csv
  epfilter export --region us-east --split month -o 2018.csv \\
    'ge(created_at,2018-01-01):lt(created_at,2019-01-01):eq(payment,refunded)'
  epfilter export --format json @refunds.filter -o refunds.csv

\b
Exit codes:
  0    the file is there
  1    FILTER has mistakes, or the job failed: no order matches, for example
  2    wrong usage, no token, no answer, or a file that cannot be written
  130  interrupted

{ACCESS_HELP}
With --orders: 'epfilter[service]' instead, or 'epfilter[stores]' for a database
"""


@click.command("export", help=_HELP, short_help="Export the orders of a filter to a CSV file.")
@filter_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The file to write.",
)
@click.option(
    "--split",
    type=click.Choice(["month", "week", "day"]),
    help="Export in pieces of this length, and join them.",
)
@click.option("--orders", metavar="FILE|URL", help="Export these orders, and ask no platform.")
@region_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for each job.",
)
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Whether FILTER is checked first.",
)
@click.option("--resume", is_flag=True, help="Go on with an export that was interrupted.")
@click.option("--force", is_flag=True, help="Replace FILE, and what was interrupted.")
@format_option(
    "text", "json", help="For people, or one JSON object with path, bytes, rows and jobs."
)
def command(source: str, output: Path, orders: str | None, style: str, **options: Any) -> int:
    """Run the command; 1 where the filter has mistakes or the job failed."""
    text = read_filter(source)
    f = parsed(text)
    if options["check"]:
        _demand_known_fields(text)
    if output == Path("-"):
        raise click.UsageError("the orders go to a file, not to standard output.")
    if orders is not None:
        return _locally(f, orders, output, style, force=options["force"])
    exported = PlatformExport(output=output, **options).run(f)
    _report(style, exported.path, exported.size, exported.rows, exported.jobs)
    return 0


def _locally(f: Filter, orders: str, output: Path, style: str, *, force: bool) -> int:
    """Export without a platform; 1 where no order matches, in the words of the platform."""
    from epfilter.cli.local_export import export_locally

    context = click.get_current_context()
    for name in ("split", "region", "timeout", "resume"):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name} is for a platform, and --orders asks none.")
    rows = export_locally(f, orders, output, force=force)
    if not rows:
        say(f"Error: {NO_RESULTS}", err=True)
        return 1
    _report(style, output, output.stat().st_size, rows, ())
    return 0


def _demand_known_fields(text: str) -> None:
    """Show what is wrong with the filter for orders; exit with 1 where it is more than style."""
    from epfilter.resources import orders

    found = orders.check(text)
    if any(one.severity is Severity.ERROR for one in found):
        show_findings(text, found, err=True)
        raise click.exceptions.Exit(1)
    for one in found:
        say(draw_finding(one, text) + "\n", err=True)


def _report(style: str, path: Path, size: int, rows: int | None, jobs: Sequence[Job]) -> None:
    if style == "json":
        ids = [str(job.id) for job in jobs]
        answer = {"path": str(path), "bytes": size, "rows": rows, "jobs": ids}
        write(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    told_rows = "" if rows is None else f", {rows:,} {'row' if rows == 1 else 'rows'}"
    told_jobs = f" of {len(jobs)} jobs" if len(jobs) > 1 else ""
    write(f"{make_printable(str(path))}: {size:,} bytes{told_rows}{told_jobs}")
