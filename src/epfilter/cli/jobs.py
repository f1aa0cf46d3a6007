"""`epfilter jobs`: what has become of the exports of a store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from epfilter.cli.connection import ACCESS_HELP, connected, region_option
from epfilter.cli.options import format_option
from epfilter.cli.tables import columns, terminal_width
from epfilter.cli.text_io import say, write
from epfilter.exporter import JobStatus
from epfilter.snippets import make_printable
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.exporter import Job

_HELP = f"""List the jobs of the store, or show the job ID.

Jobs run one at a time, and they and their files are gone a week after they were created.
Times are in UTC.

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


@click.command("jobs", help=_HELP, short_help="Show what has become of exports.")
@click.argument("job", metavar="[ID]", required=False, type=click.UUID)
@region_option
@format_option("text", "json", help="For people, or JSON: a list of all jobs, or one object.")
def command(job: UUID | None, region: str, style: str) -> None:
    """Run the command; what has become of a job is no failure of the command."""
    with connected(region) as client:
        found = client.jobs() if job is None else client.job(job)
    if style == "json":
        write(_as_json(found))
    elif not isinstance(found, tuple):
        say("\n".join(_drawn(found)))
    elif found:
        say("\n".join(_drawn_list(found)))
    else:
        say("there are no jobs.", err=True)


def _as_json(found: Job | tuple[Job, ...]) -> str:
    """What the platform has sent, with the statuses as they are called now."""
    if isinstance(found, tuple):
        answer: object = [job.model_dump(mode="json", exclude_unset=True) for job in found]
    else:
        answer = found.model_dump(mode="json", exclude_unset=True)
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _drawn_list(jobs: tuple[Job, ...]) -> Iterator[str]:
    rows = [
        (str(job.id), job.status.value, _created(job), make_printable(job.error or ""))
        for job in jobs
    ]
    yield from columns(("id", "status", "created", "error"), rows, terminal_width())


def _drawn(job: Job) -> Iterator[str]:
    href = job.link.href if job.link else None
    facts = {
        "id": str(job.id),
        "status": click.style(job.status.value, fg=_COLORS[job.status]),
        "created": _created(job),
        "updated": _updated(job),
        "error": make_printable(job.error or ""),
        "file": make_printable(href or ""),
    }
    for name, fact in facts.items():
        if fact:
            yield f"{click.style(name.ljust(7), bold=True)}  {fact}"


def _created(job: Job) -> str:
    return _told(job.timestamps.created_at if job.timestamps else None)


def _updated(job: Job) -> str:
    return _told(job.timestamps.updated_at if job.timestamps else None)


def _told(text: str | None) -> str:
    """A timestamp to the second in UTC; as it was sent where it is none."""
    moment = from_text_or_none(text or "", datetime)
    return make_printable(text or "") if moment is None else moment.isoformat(" ", "seconds")[:19]
