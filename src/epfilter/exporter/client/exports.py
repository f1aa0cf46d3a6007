"""A whole export: create the jobs, wait for them, fetch their files, join them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias
from uuid import UUID

from epfilter.exporter import filter_splitting
from epfilter.exporter.client.checkpoint import Note, Unfinished, remove
from epfilter.exporter.client.downloads import fetch
from epfilter.exporter.client.effects import Call, Flow
from epfilter.exporter.client.flows import AnyFilter, Core, creation
from epfilter.exporter.client.progress import DownloadProgress, Exported, ExportProgress
from epfilter.exporter.client.settings import checked_seconds
from epfilter.exporter.client.target_files import AnyPath, TargetFile, translate_os_errors
from epfilter.exporter.csv_merge import merge_csv
from epfilter.exporter.errors import (
    DownloadError,
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
)
from epfilter.exporter.models import NO_RESULTS, CreateJob, Job, JobStatus

AnyProgress: TypeAlias = Callable[[ExportProgress], object]

Split: TypeAlias = Literal["month", "week", "day"]


def export(  # noqa: PLR0913 - what the public methods take, by keyword
    core: Core,
    filter: AnyFilter,  # noqa: A002 - as the platform calls it
    path: AnyPath,
    *,
    split: Split | None,
    check: bool,
    timeout: float,
    progress: AnyProgress | None,
    resume: bool,
    anew: bool,
    replace: bool,
) -> Flow[Exported]:
    """The flow of the public methods `export`, which say what it does."""
    body = creation(filter, check=check)
    seconds = checked_seconds(timeout, "timeout")
    bodies, disjoint = _divided(body, split)
    target: TargetFile = yield Call(partial(TargetFile.of, path))
    text = None if body.data.filter is None else str(body.data.filter)
    replaces = replace and target.mode is not None
    note = Note(region=core.api.base, filter=text, split=split, replaces=replaces)
    unfinished = Unfinished(target, note, kept=resume, anew=anew)
    yield Call(unfinished.load)
    if not replace and not unfinished.note.replaces:
        if target.mode is not None:
            known = unfinished.note.jobs
            raise target.in_the_way("has appeared meanwhile" if known else "exists")
        target = dataclasses.replace(target, replaced=False)
    run = _Export(core, target, bodies, disjoint, seconds, progress, unfinished)
    try:
        exported = yield from run.run()
        yield Call(unfinished.finish)
    finally:
        if not resume:
            run.clear()
    return exported


def _divided(body: CreateJob, by: Split | None) -> tuple[Sequence[CreateJob], bool]:
    """The bodies of the jobs, and whether no order can be in two of them."""
    if by is None:
        return [body], True
    # A type checker knows that the filter may be absent; `split` says so in words.
    parts = filter_splitting.split(body.data.filter, by=by)  # type: ignore[arg-type] # see above
    bodies = [
        body.model_copy(update={"data": body.data.model_copy(update={"filter": part})})
        for part in parts
    ]
    return bodies, parts.disjoint


@dataclass(slots=True)
class _Export:
    """One export on its way."""

    core: Core
    target: TargetFile
    bodies: Sequence[CreateJob]
    disjoint: bool
    timeout: float
    progress: AnyProgress | None
    unfinished: Unfinished
    files: list[Path] = field(default_factory=list)
    """The files of parts that may be there."""

    def run(self) -> Flow[Exported]:
        if len(self.bodies) == 1:
            return (yield from self._whole())
        jobs, parts = [], []
        for index in range(len(self.bodies)):
            try:
                job, part = yield from self._fetched(index)
            except JobFailedError as error:
                if not found_nothing(error.job):
                    raise
                jobs.append(error.job)
                continue
            jobs.append(job)
            parts.append(part)
        if not parts:
            yield Call(self.unfinished.finish)
            raise JobFailedError(str(jobs[-1].error), job=jobs[-1])
        size, rows = yield from self._joined(parts)
        return Exported(self.target.asked, tuple(jobs), size, rows)

    def _whole(self) -> Flow[Exported]:
        """An export of one job."""
        if self.unfinished.kept:
            # By way of a part, which stays where the target has appeared meanwhile.
            job, part = yield from self._fetched(0)
            size = yield Call(partial(self._moved, part))
        else:
            job = yield from self._done(0)
            file = yield from fetch(self.core, job, self.target, self._downloading(0, job))
            size = file.size
        return Exported(self.target.asked, (job,), size)

    def _moved(self, part: Path) -> int:
        """Makes the only part the whole, with the permissions that the target has; its bytes."""
        with translate_os_errors(self.target.asked):
            size = part.stat().st_size
        self.target.take(part)
        return size

    def clear(self) -> None:
        """Removes the files of parts; no error of this hides the one that it may be called for."""
        for file in self.files:
            with suppress(DownloadError):
                remove(file)

    def _fetched(self, index: int) -> Flow[tuple[Job, Path]]:
        """The job of a part, and its file; without a request where that is there already."""
        known = self.unfinished.job(index)
        if known is not None:
            part = self._part(known)
            if (yield Call(partial(self.unfinished.has_file, known))):
                return Job(id=known, status=JobStatus.SUCCESS), part.path
        job = yield from self._done(index)
        part = self._part(job.id)
        file = yield from fetch(self.core, job, part, self._downloading(index, job))
        yield Call(partial(self.unfinished.remember_file, job.id, file))
        return job, part.path

    def _part(self, job: UUID) -> TargetFile:
        part = self.unfinished.part(job)
        self.files.append(part.path)
        return part

    def _done(self, index: int) -> Flow[Job]:
        """The job of a part when it has succeeded: taken up from an earlier run, or a new one."""
        job = yield from self._taken_up(index)
        if job is None:
            job = yield from self.core.create_job(self.bodies[index], check=False)
            yield Call(partial(self.unfinished.remember, index, job.id))
        show = self._showing(index)
        try:
            return (yield from self.core.wait(job, timeout=self.timeout, progress=show))
        except JobFailedError:
            if len(self.bodies) == 1:
                yield Call(self.unfinished.finish)
            raise

    def _taken_up(self, index: int) -> Flow[Job | None]:
        """The job of an earlier run, where it can still become a file or is known to be empty."""
        known = self.unfinished.job(index)
        if known is None:
            return None
        try:
            job = yield from self.core.job(known)
        except (JobExpiredError, JobNotFoundError):
            return None
        lost = job.status is JobStatus.FAILED and not found_nothing(job)
        return None if lost else job

    def _joined(self, parts: Sequence[Path]) -> Flow[tuple[int, int]]:
        """Bytes and rows of the whole."""
        joined: tuple[int, int] = yield Call(partial(self._join, parts))
        return joined

    def _join(self, parts: Sequence[Path]) -> tuple[int, int]:
        with self.target.open() as output:
            rows = merge_csv(parts, output, disjoint=self.disjoint)
            return output.tell(), rows

    def _showing(self, index: int) -> Callable[[Job], object] | None:
        """What shows the job of a part."""
        progress = self.progress
        if progress is None:
            return None
        return lambda job: progress(ExportProgress(index + 1, len(self.bodies), job))

    def _downloading(self, index: int, job: Job) -> Callable[[DownloadProgress], object] | None:
        """What shows the file of a part."""
        progress = self.progress
        if progress is None:
            return None
        return lambda file: progress(ExportProgress(index + 1, len(self.bodies), job, file))


def found_nothing(job: Job) -> bool:
    """Whether a job has failed because no order is in it, which is no fault."""
    said = (job.error or "").strip().rstrip(".").lower()
    return job.status is JobStatus.FAILED and said == NO_RESULTS.lower()
