"""The jobs on the page: what a person needs to know about each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from epfilter.english import in_words
from epfilter.errors import FilterError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.responses import format_timestamp
from epfilter.snippets import shorten

_MAX_SHOWN = 300
"""The most characters of a filter in the list; a longer one is cut and has no English."""

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class JobCard:
    """A job: `size` is that of its file in bytes, and `expires` when both are removed."""

    id: UUID
    status: str
    filter: str | None
    words: str | None
    error: str | None
    created: str
    expires: str
    rows: int | None
    size: int | None


def list_cards(jobs: list[StoredJob], files: Files, lifetime: float) -> Iterator[JobCard]:
    """Yield the cards of jobs, whose `lifetime` is in seconds."""
    for job in jobs:
        yield JobCard(
            id=job.id,
            status=job.status.value,
            filter=None if job.filter is None else shorten(job.filter, _MAX_SHOWN),
            words=None if job.filter is None else _describe(job.filter),
            error=job.error,
            created=format_timestamp(job.created),
            expires=format_timestamp(job.created + int(lifetime * _SECOND)),
            rows=job.rows,
            size=_find_size(files, job.id) if job.status is JobStatus.SUCCESS else None,
        )


@lru_cache(maxsize=256)  # The list is read again every few seconds.
def _describe(text: str) -> str | None:
    if len(text) > _MAX_SHOWN:
        return None
    try:
        return in_words(text, "orders")
    except FilterError:  # The row was changed from outside.
        return None


def _find_size(files: Files, job: UUID) -> int | None:
    try:
        return files.path(job).stat().st_size
    except OSError:  # It expired after the job was read, or was removed.
        return None


def format_size(size: int) -> str:
    """Return a number of bytes for people.

    >>> format_size(999), format_size(61_486), format_size(2_500_000_000)
    ('999 bytes', '61.5 kB', '2.5 GB')
    """
    if size < 1000:
        return f"{size} bytes"
    number, units = size / 1000, ["kB", "MB", "GB", "TB"]
    while number >= 999.95 and len(units) > 1:
        number, units = number / 1000, units[1:]
    return f"{number:.1f} {units[0]}"
