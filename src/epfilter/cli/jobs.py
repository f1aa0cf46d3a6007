"""`epfilter jobs`: the state of the export jobs of a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from epfilter.cli.connection import ACCESS_HELP, connect
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import render_table, terminal_width
from epfilter.cli.options import format_option, region_option
from epfilter.cli.text_io import print_json, print_line
from epfilter.exporter import JobStatus
from epfilter.snippets import make_printable
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.exporter import Job

_HELP = f"""List the export jobs of the store, or show the job ID.

The platform runs one job at a time. It deletes jobs and their files a week after they
were created. Times are in UTC.

\b
Examples:
  epfilter jobs
  epfilter jobs --region us-east --format json
  epfilter jobs 974c9db4-38da-4dbf-90c2-33eed5f3e77c

{ACCESS_HELP}"""

_COLORS = {
    JobStatus.PENDING: "blue",
    JobStatus.STARTED: "yellow",
    JobStatus.SUCCESS: "green",
    JobStatus.FAILED: "red",
}


@click.command("jobs", cls=HelpfulCommand, help=_HELP, short_help="Show the state of exports.")
@click.argument("job_id", metavar="[ID]", required=False)
@region_option
@format_option("text", "json", help="Text for people, or JSON: a list of all jobs, or one object.")
def jobs_command(job_id: str | None, region: str, style: str) -> None:
    """Run the command; a failed job is not a failure of the command."""
    with connect(region) as client:
        result = client.jobs() if job_id is None else client.job(job_id)
    if style == "json":
        print_json(_jobs_to_data(result))
    elif not isinstance(result, tuple):
        print_line("\n".join(_render_job(result)))
    elif result:
        print_line("\n".join(_render_jobs(result)))
    else:
        print_line("there are no jobs.", err=True)


def _jobs_to_data(result: Job | tuple[Job, ...]) -> object:
    """Return the members that the platform sent, with the current names of statuses."""
    if isinstance(result, tuple):
        return [_jobs_to_data(job) for job in result]
    return result.model_dump(mode="json", exclude_unset=True)


def _render_jobs(jobs: tuple[Job, ...]) -> Iterator[str]:
    rows = [
        (make_printable(job.id), job.status.value, _creation_time(job), _describe_result(job))
        for job in jobs
    ]
    yield from render_table(("id", "status", "created", "filter"), rows, terminal_width())


def _describe_result(job: Job) -> str:
    """Return the filter of a job, and the error if it has failed."""
    return " — ".join(filter(None, (_filter_of(job), make_printable(job.error or ""))))


def _filter_of(job: Job) -> str:
    """Return the filter of a job; the platform's document does not list it, but it is sent."""
    f = (job.model_extra or {}).get("filter")
    return make_printable(f) if isinstance(f, str) else ""


def _render_job(job: Job) -> Iterator[str]:
    href = job.link.href if job.link else None
    details = {
        "id": make_printable(job.id),
        "status": click.style(job.status.value, fg=_COLORS[job.status]),
        "created": _creation_time(job),
        "updated": _format_timestamp(job.timestamps.updated_at if job.timestamps else None),
        "filter": _filter_of(job),
        "error": make_printable(job.error or ""),
        "file": make_printable(href or ""),
    }
    for name, detail in details.items():
        if detail:
            yield f"{click.style(name.ljust(7), bold=True)}  {detail}"


def _creation_time(job: Job) -> str:
    return _format_timestamp(job.timestamps.created_at if job.timestamps else None)


def _format_timestamp(text: str | None) -> str:
    """Return a timestamp to the second in UTC; return other text as it was sent."""
    moment = from_text_or_none(text or "", datetime)
    return make_printable(text or "") if moment is None else moment.isoformat(" ", "seconds")[:19]
