"""The flow of a whole export: create the jobs, wait for them, download their files, merge them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TypeAlias, cast

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.exporter.client.checkpoint import (
    Checkpoint,
    CheckpointData,
    RequestedExport,
    delete_file,
)
from epfilter.exporter.client.downloads import DownloadProgress, download_job_file
from epfilter.exporter.client.effects import Call, Flow
from epfilter.exporter.client.jobs import AnyFilter, JobFlows, build_job_request
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
from epfilter.exporter.filter_splitting import Calendar, split
from epfilter.exporter.models import CreateJob, Job, JobStatus
from epfilter.exporter.periods import EmptyPeriodError, current_time, within_period
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

End: TypeAlias = str | date | None
"""An end of the period of an export: a date, a timestamp, or a text such as `yesterday`."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The orders of an export: a filter, and the period that is added to it."""

    filter: AnyFilter | None
    since: End = None
    until: End = None
    timezone: tzinfo | str = UTC

    def resolve(self, newest: datetime | None = None) -> AnyFilter:
        """Return the filter with its period, see `within_period`; from `newest` on, if it is set.

        Raises FilterTypeError where neither a filter nor a period selects orders.
        """
        since = self.since if newest is None else newest
        if self.filter is not None and since is None and self.until is None:
            return self.filter
        body = self.filter if isinstance(self.filter, CreateJob) else None
        f = body.data.filter if body is not None else cast("Filter | str | None", self.filter)
        selected = within_period(f, since=since, until=self.until, timezone=self.timezone)
        if body is not None:
            return _with_filter(body, selected)
        if selected is None:
            raise FilterTypeError(
                "an export without a filter needs the start of a period.",
                hint='as in export(None, path, since="yesterday"); CreateJob(data=CreateJobData()) '
                "exports every order",
            )
        return selected

    def describe(self, *, append: bool) -> RequestedExport | None:
        """Return what was passed, for the checkpoint; None if the filter is all there is."""
        if not append and self.since is None and self.until is None:
            return None
        body = self.filter if isinstance(self.filter, CreateJob) else None
        f = body.data.filter if body is not None else cast("Filter | str | None", self.filter)
        return RequestedExport(
            filter=None if f is None else str(as_filter(f)),
            since=None if self.since is None else str(self.since),
            until=None if self.until is None else str(self.until),
            timezone=str(self.timezone),
            append=append,
        )


def _with_filter(body: CreateJob, f: Filter | None) -> CreateJob:
    return body.model_copy(update={"data": body.data.model_copy(update={"filter": f})})


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
    requests, disjoint = _split_request(request, split)
    if target is None:
        target = yield Call(partial(TargetFile.resolve, path))
    data = CheckpointData(
        region=jobs.api.settings.base_url,
        filter=_filter_text(request),
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
        request = _with_filter(request, None if began is None else as_filter(began))
        requests, disjoint = _split_request(request, split)
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
    try:
        exported = yield from run.run()
        yield Call(checkpoint.delete)
    finally:
        if not resume:
            run.delete_parts()
    return exported


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


def _filter_text(request: CreateJob) -> str | None:
    return None if request.data.filter is None else str(request.data.filter)


def _split_request(request: CreateJob, by: Calendar | None) -> tuple[Sequence[CreateJob], bool]:
    """Return the requests for the jobs, and whether no order can be in two of them."""
    if by is None:
        return [request], True
    if request.data.filter is None:
        raise FilterValueError(
            "an export of every order cannot be split.",
            hint="add both ends of a period, such as since 2018-09-01 until 2018-10-01",
        )
    parts = split(request.data.filter, by=by)
    return [_with_filter(request, part) for part in parts], parts.disjoint


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

    def run(self) -> Flow[Exported]:
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
