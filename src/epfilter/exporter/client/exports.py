"""The flow of a whole export: create the jobs, wait for them, download their files, merge them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

from epfilter.ast import Filter
from epfilter.exporter.client.checkpoint import (
    Checkpoint,
    CheckpointData,
    delete_file,
)
from epfilter.exporter.client.downloads import DownloadProgress, download_job_file
from epfilter.exporter.client.effects import Call, Flow
from epfilter.exporter.client.jobs import JobFlows, build_job_request
from epfilter.exporter.client.selection import (
    Selection,
    filter_text,
    replace_filter,
    split_request,
)
from epfilter.exporter.client.settings import require_seconds
from epfilter.exporter.client.target_files import AnyPath, TargetFile, translate_os_errors
from epfilter.exporter.csv_append import append_csv, read_newest
from epfilter.exporter.csv_merge import merge_csv
from epfilter.exporter.csv_rows import count_rows, read_header
from epfilter.exporter.errors import (
    DownloadError,
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
)
from epfilter.exporter.filter_splitting import Calendar
from epfilter.exporter.models import CreateJob, Job, JobStatus
from epfilter.exporter.periods import EmptyPeriodError, current_time, require_appendable
from epfilter.templates import as_filter


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """The progress of an export: the current part, and its job or its download.

    A part is one month, week or day of a split export, with a job of its own; an export without
    `split` is one part. Parts run one after the other, in chronological order. A part whose file
    was downloaded by an earlier run is skipped without a report.

    >>> from uuid import UUID
    >>> job = Job(id=UUID(int=1), status="started")
    >>> ExportProgress(part=1, parts=12, job=job).download is None
    True
    """

    part: int
    """The number of the part, from 1 to `parts`."""

    parts: int
    """The number of all parts, including those without orders."""

    job: Job
    """The job of the part, in its last known state."""

    download: DownloadProgress | None = None
    """The progress of the part's download, or None while the job runs."""

    filter: Filter | None = None
    """The filter of the whole export, with its period; None for every order."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export.

    >>> Exported(path=Path("orders.csv"), jobs=(), size=2048).rows is None
    True
    """

    path: Path
    """The path of the file, as it was passed."""

    jobs: tuple[Job, ...]
    """The jobs of the export, in the order of the parts; more than one only if it was split."""

    size: int
    """The size of the file in bytes."""

    rows: int | None = None
    """The number of rows without the header, or None if the file is not CSV."""

    appended: int | None = None
    """The number of rows that `append` has added, or None for another export."""


AnyProgress: TypeAlias = Callable[[ExportProgress], object]


def export(  # noqa: PLR0913 - the parameters of the public methods, by keyword
    jobs: JobFlows,
    selection: Selection,
    path: AnyPath,
    *,
    split: Calendar | None,
    check: bool,
    timeout: float,
    progress: AnyProgress | None,
    resume: bool,
    restart: bool,
    replace: bool,
    append: bool,
    allow_empty: bool,
) -> Flow[Exported]:
    """Run an export; `ExporterClient.export` documents the parameters."""
    timeout = require_seconds(timeout, "timeout")
    target, newest = None, None
    if append:
        target = yield Call(partial(TargetFile.resolve, path))
        newest = yield Call(partial(read_newest, target.path, current_time()))
    try:
        request = build_job_request(selection.resolve(newest), check=check)
    except EmptyPeriodError:
        if target is None or newest is None:
            raise
        result: Exported = yield Call(partial(_append_nothing, target))
        return result
    if append:
        require_appendable(request.data.filter)
    requests, disjoint = split_request(request, split)
    if target is None:
        target = yield Call(partial(TargetFile.resolve, path))
    data = CheckpointData(
        region=jobs.api.settings.base_url,
        filter=filter_text(request),
        split=split,
        newest=newest,
        requested=selection.describe(append=append),
        replaces=append or (replace and target.mode is not None),
    )
    checkpoint = Checkpoint(target, data, enabled=resume, restart=restart)
    yield Call(checkpoint.load)
    if checkpoint.data.filter != data.filter:
        # Relative dates and the newest order are those of the run that was interrupted.
        began = checkpoint.data.filter
        request = replace_filter(request, None if began is None else as_filter(began))
        requests, disjoint = split_request(request, split)
    run = _Export(
        jobs,
        target if replace else _keep_existing(target, checkpoint),
        requests,
        request,
        disjoint,
        timeout,
        progress,
        checkpoint,
        append=append,
        allow_empty=allow_empty,
    )
    return (yield from run.run(keep_parts=resume))


def _append_nothing(target: TargetFile) -> Exported:
    """Return the result of an export up to a time that the file has reached already."""
    with translate_os_errors(target.requested_path):
        size = target.path.stat().st_size
    return Exported(target.requested_path, (), size, count_rows(target.path), 0)


def _keep_existing(target: TargetFile, checkpoint: Checkpoint) -> TargetFile:
    """Return the target that replaces no file, unless the checkpoint began to replace one."""
    if checkpoint.data.replaces:
        return target
    if target.mode is not None:
        raise target.conflict_error(appeared=bool(checkpoint.data.jobs))
    return dataclasses.replace(target, replace=False)


@dataclass(slots=True)
class _Export:
    """One run of an export."""

    jobs: JobFlows
    target: TargetFile
    requests: Sequence[CreateJob]
    request: CreateJob
    """The request for the whole export."""

    disjoint: bool
    timeout: float
    progress: AnyProgress | None
    checkpoint: Checkpoint
    append: bool
    allow_empty: bool
    part_files: list[Path] = field(default_factory=list)
    """The files of parts that may exist."""

    def run(self, *, keep_parts: bool) -> Flow[Exported]:
        """Run the export; then delete the checkpoint, and the parts unless they are kept."""
        try:
            exported = yield from self._export()
            yield Call(self.checkpoint.delete)
        finally:
            if not keep_parts:
                self.delete_parts()
        return exported

    def _export(self) -> Flow[Exported]:
        if len(self.requests) == 1 and not self.append:
            try:
                return (yield from self._export_single_part())
            except JobFailedError as error:
                if not self.allow_empty or not error.job.has_no_results:
                    raise
                return (yield from self._export_nothing([error.job]))
        jobs, files = [], []
        for index in range(len(self.requests)):
            try:
                job, file = yield from self._fetch_part(index)
            except JobFailedError as error:
                if not error.job.has_no_results:
                    raise
                jobs.append(error.job)
                continue
            jobs.append(job)
            files.append(file)
        if not files and not (self.append and self.target.mode is not None):
            yield Call(self.checkpoint.delete)
            if self.allow_empty:
                return (yield from self._export_nothing(jobs))
            raise JobFailedError(str(jobs[-1].error), job=jobs[-1])
        write = self._append if self.append else self._merge
        size, rows, appended = yield Call(partial(write, files))
        return Exported(self.target.requested_path, tuple(jobs), size, rows, appended)

    def _export_single_part(self) -> Flow[Exported]:
        if self.checkpoint.enabled:
            # By way of a part, which remains if a file has appeared that must not be replaced.
            job, file = yield from self._fetch_part(0)
            size = yield Call(partial(self._place_part, file))
        else:
            job = yield from self._complete_job(0)
            progress = self._download_progress(0, job)
            fingerprint = yield from download_job_file(self.jobs, job, self.target, progress)
            size = fingerprint.size
        rows = yield Call(partial(count_rows, self.target.path))
        return Exported(self.target.requested_path, (job,), size, rows)

    def _export_nothing(self, jobs: Sequence[Job]) -> Flow[Exported]:
        """Write a file without orders."""
        size = yield Call(self._write_header)
        appended = 0 if self.append else None
        return Exported(self.target.requested_path, tuple(jobs), size, 0, appended)

    def _write_header(self) -> int:
        """Write the header of the file that is replaced, if there is one; return its size.

        The platform sends no file without orders, and its columns are not documented.
        """
        header = b"" if self.target.mode is None else read_header(self.target.path)
        with self.target.open() as output:
            output.write(header)
        return len(header)

    def _place_part(self, file: Path) -> int:
        """Give the file of the only part the path of the target; return its size."""
        with translate_os_errors(self.target.requested_path):
            size = file.stat().st_size
        self.target.move_into_place(file)
        return size

    def _merge(self, files: Sequence[Path]) -> tuple[int, int, None]:
        """Merge the files of all parts into the target; return its size and number of rows."""
        with self.target.open() as output:
            rows = merge_csv(files, output, disjoint=self.disjoint)
            return output.tell(), rows, None

    def _append(self, files: Sequence[Path]) -> tuple[int, int, int]:
        """Append the files of all parts to the target; return its size, and its and new rows."""
        path = self.target.path
        with translate_os_errors(self.target.requested_path):
            exists = path.exists()
        if not exists:
            size, rows, _ = self._merge(files)
            return size, rows, rows
        rows, appended = append_csv(path, files, self.target.open)
        with translate_os_errors(self.target.requested_path):
            return path.stat().st_size, rows, appended

    def delete_parts(self) -> None:
        """Delete the files of parts; an error does not replace the one that is being raised."""
        for file in self.part_files:
            with suppress(DownloadError):
                delete_file(file)

    def _fetch_part(self, index: int) -> Flow[tuple[Job, Path]]:
        """Return the job and the file of a part; download the file unless it exists already."""
        job_id = self.checkpoint.job_id(index)
        if job_id is not None:
            part = self._part_target(job_id)
            if (yield Call(partial(self.checkpoint.has_file, job_id))):
                return Job(id=job_id, status=JobStatus.SUCCESS), part.path
        job = yield from self._complete_job(index)
        part = self._part_target(job.id)
        progress = self._download_progress(index, job)
        fingerprint = yield from download_job_file(self.jobs, job, part, progress)
        yield Call(partial(self.checkpoint.record_file, job.id, fingerprint))
        return job, part.path

    def _part_target(self, job_id: str) -> TargetFile:
        target = self.checkpoint.part_target(job_id)
        self.part_files.append(target.path)
        return target

    def _complete_job(self, index: int) -> Flow[Job]:
        """Return the successful job of a part, either of an earlier run or a new one."""
        job = yield from self._resume_job(index)
        if job is None:
            job = yield from self.jobs.create(self.requests[index], check=False)
            yield Call(partial(self.checkpoint.record_job, index, job.id))
        progress = self._job_progress(index)
        try:
            return (yield from self.jobs.wait(job, timeout=self.timeout, progress=progress))
        except JobFailedError:
            if len(self.requests) == 1:
                yield Call(self.checkpoint.delete)
            raise

    def _resume_job(self, index: int) -> Flow[Job | None]:
        """Return the job of an earlier run, or None if there is none or it must be repeated."""
        job_id = self.checkpoint.job_id(index)
        if job_id is None:
            return None
        try:
            job = yield from self.jobs.get(job_id)
        except (JobExpiredError, JobNotFoundError):
            return None
        must_repeat = job.status is JobStatus.FAILED and not job.has_no_results
        return None if must_repeat else job

    def _describe(
        self, index: int, job: Job, file: DownloadProgress | None = None
    ) -> ExportProgress:
        return ExportProgress(index + 1, len(self.requests), job, file, self.request.data.filter)

    def _job_progress(self, index: int) -> Callable[[Job], object] | None:
        """Return the function that reports the state of a part's job."""
        progress = self.progress
        if progress is None:
            return None
        return lambda job: progress(self._describe(index, job))

    def _download_progress(
        self, index: int, job: Job
    ) -> Callable[[DownloadProgress], object] | None:
        """Return the function that reports the progress of a part's download."""
        progress = self.progress
        if progress is None:
            return None
        return lambda file: progress(self._describe(index, job, file))
