"""`epfilter export`: the orders that a filter selects, as a CSV file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from epfilter.carets import visible
from epfilter.cli.connection import ACCESS_HELP, PlatformError, connected, region_option
from epfilter.cli.findings import draw_finding, parsed, show_findings
from epfilter.cli.progress import StatusLine
from epfilter.cli.streams import filter_argument, read_filter, say, write
from epfilter.errors import FilterValueError, Severity
from epfilter.exporter import JobFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from epfilter.ast import Filter
    from epfilter.exporter import Job
    from epfilter.exporter.client.progress import ExportProgress

_HELP = f"""Export the orders that FILTER selects to a CSV file.

A job is created, awaited, and its file fetched. The file appears when it is whole; one
of its name is replaced with --force only. FILTER is checked first, because an attribute
that the platform does not know could export every order.

With --split FILTER becomes several, one a month, an ISO week or a day in UTC, whose files
are joined: FILTER needs a window then, such as ge(created_at,…):lt(created_at,…).

What was interrupted, or failed on the way, goes on with --resume: jobs that are done are
not run again. Until then a note of it lies beside the file.

With --orders no platform is asked: the orders come from a file (.jsonl, .csv, .parquet)
or the URL of a database, as those of `epfilter serve` do.

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

{ACCESS_HELP}"""

_INTERRUPTED = 130

_GO_ON = "To go on, run the same command with --resume."
_LOOK = "`epfilter jobs` shows whether a job was begun."


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
    help="Export piece by piece, and join the files.",
)
@click.option("--orders", metavar="FILE|URL", help="Export these orders, without a platform.")
@region_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a job.",
)
@click.option(
    "--check/--no-check",
    default=True,
    show_default=True,
    help="Whether FILTER must be one of orders.",
)
@click.option("--resume", is_flag=True, help="Go on with an export that was interrupted.")
@click.option("--force", is_flag=True, help="Replace FILE, and forget what was interrupted.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people, or one JSON object with path, bytes, rows and jobs.",
)
def command(  # noqa: PLR0913 - the options of one command
    *,
    source: str,
    output: Path,
    split: Literal["month", "week", "day"] | None,
    orders: str | None,
    region: str,
    timeout: float,
    style: str,
    check: bool,
    resume: bool,
    force: bool,
) -> int:
    """Run the command; 1 where the filter has mistakes or the job failed."""
    text = read_filter(source)
    f = parsed(text)
    if check:
        _demand_known_fields(text)
    note = _cleared(output, resume=resume, force=force)
    if orders is not None:
        return _locally(f, orders, output, style)
    status = StatusLine()
    try:
        with status, connected(region) as client:
            exported = client.export(
                f,
                output,
                split=split,
                check=check,
                timeout=timeout,
                progress=lambda seen: status.show(_drawn(seen), moving=seen.download is not None),
                # Always, so that whoever is interrupted can still decide to go on.
                resume=True,
            )
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    except JobFailedError as error:
        say(f"Error: the job failed: {visible(str(error))}", err=True)
        if note.exists():
            say(_GO_ON, err=True)
        return 1
    except PlatformError as error:
        if resume or not note.exists():
            raise
        raise PlatformError(f"{error.message} {_GO_ON}") from None
    except KeyboardInterrupt:
        say(f"\ninterrupted. {_GO_ON if note.exists() else _LOOK}", err=True)
        return _INTERRUPTED
    _report(style, exported.path, exported.size, exported.rows, exported.jobs)
    return 0


def _locally(f: Filter, orders: str, output: Path, style: str) -> int:
    """Export without a platform; 1 where no order matches, in the words of the platform."""
    from epfilter.cli.local_export import export_locally

    context = click.get_current_context()
    for name in ("split", "region", "timeout", "resume"):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            raise click.UsageError(f"--{name} is for a platform, and --orders asks none.")
    rows = export_locally(f, orders, output)
    if not rows:
        say("Error: No results matched the supplied filter", err=True)
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


def _cleared(output: Path, *, resume: bool, force: bool) -> Path:
    """Where the client notes down an export that is not finished.

    Nothing is lost unless it was asked for: neither the file nor what was interrupted.
    """
    name = visible(str(output))
    if output == Path("-"):
        raise click.UsageError("the orders go to a file, not to standard output.")
    try:
        note = Path(os.path.realpath(output) + ".export.json")
        interrupted = note.exists()
        if interrupted and not resume and not force:
            raise click.UsageError(
                f"an export to {name} was interrupted: --resume goes on with it, --force begins "
                "anew."
            )
        if output.is_file() and not force and not (interrupted and resume):
            raise click.UsageError(f"{name} exists; --force replaces it.")
        if interrupted and not resume:
            _forget(note)
    except OSError as error:
        raise PlatformError(f"cannot write {name}: {error.strerror or error}.") from None
    return note


def _forget(note: Path) -> None:
    """Remove what an interrupted export has left: its note, and the files of its parts."""
    begins = note.name.removesuffix("json")
    for left in note.parent.iterdir():
        if left.name.startswith(begins) and left.suffix == ".part":
            left.unlink()
    note.unlink()


def _drawn(seen: ExportProgress) -> str:
    """How far an export is, in a line."""
    part = f"part {seen.part} of {seen.parts}: " if seen.parts > 1 else ""
    if seen.download is None:
        return f"{part}job {seen.job.id} is {seen.job.status.value}"
    total = f" of {_megabytes(seen.download.total)}" if seen.download.total else ""
    return f"{part}{_megabytes(seen.download.received)}{total} MB"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f}"


def _report(style: str, path: Path, size: int, rows: int | None, jobs: Sequence[Job]) -> None:
    if style == "json":
        ids = [str(job.id) for job in jobs]
        answer = {"path": str(path), "bytes": size, "rows": rows, "jobs": ids}
        write(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    told_rows = "" if rows is None else f", {rows:,} {'row' if rows == 1 else 'rows'}"
    told_jobs = f" of {len(jobs)} jobs" if len(jobs) > 1 else ""
    write(f"{visible(str(path))}: {size:,} bytes{told_rows}{told_jobs}")
