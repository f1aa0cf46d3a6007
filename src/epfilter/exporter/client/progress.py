"""What an export says of itself: while it runs, and when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from epfilter.exporter.models import Job


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """How much of a file has come.

    >>> DownloadProgress(received=512, total=1024).total
    1024
    """

    received: int
    """The bytes so far. Where a download has to start over, it falls back to 0."""

    total: int | None
    """The bytes of the whole file; None where the server does not say."""


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far an export has come: the part it is at, and the job or the file of this part.

    A part is one month, week or day of an export that is split, with a job of its own; an export
    that is not split is one part. Parts come one after the other, in the order of time; one whose
    file an earlier run has fetched is passed over without a word.

    >>> from uuid import UUID
    >>> job = Job(id=UUID(int=1), status="started")
    >>> ExportProgress(part=1, parts=12, job=job).download is None
    True
    """

    part: int
    """The number of the part, from 1 to `parts`."""

    parts: int
    """How many parts the whole export has, also those that turn out to be without orders."""

    job: Job
    """The job of this part, as it was seen last."""

    download: DownloadProgress | None = None
    """How much of the part's file has come; None while the job is not done."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export has left behind.

    >>> Exported(path=Path("orders.csv"), jobs=(), size=2048).rows is None
    True
    """

    path: Path
    """The file, as it was asked for."""

    jobs: tuple[Job, ...]
    """The jobs that it took, in the order of the parts; several only where it was split."""

    size: int
    """The bytes of the file."""

    rows: int | None = None
    """The rows without the header, where parts were joined; None where nobody counted."""
