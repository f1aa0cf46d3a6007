"""What a client can be asked for, but files: create a job, look at jobs, wait for one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

from epfilter.ast import Filter
from epfilter.exporter.client.api import Api
from epfilter.exporter.client.effects import Flow, Sleep
from epfilter.exporter.client.requests import JOBS
from epfilter.exporter.client.responses import hidden, read_job, read_jobs, read_link
from epfilter.exporter.client.settings import ClientSettings, checked_seconds
from epfilter.exporter.errors import (
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
    RequestFailedError,
    SettingsError,
    WaitTimeoutError,
)
from epfilter.exporter.models import CreateJob, FileLink, Job, JobStatus
from epfilter.resources import orders

AnyFilter: TypeAlias = Filter | str | CreateJob
"""Which orders to export: a filter, the text of one, or the body that creates the job."""

AnyJob: TypeAlias = Job | UUID | str
"""A job, or the id of one."""

JobProgress: TypeAlias = Callable[[Job], object]

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_GROWTH = 1.5


def creation(filter: AnyFilter, *, check: bool) -> CreateJob:  # noqa: A002 - as the platform calls it
    """The body that creates a job; its filter is checked against the resource `orders`."""
    body = filter if isinstance(filter, CreateJob) else CreateJob.order_export(filter)
    if check and body.data.filter is not None:
        # An attribute that it does not know, the platform ignores: all orders would be exported.
        orders.bind(body.data.filter)
    return body


class Core:
    """The flows of a client. It remembers the jobs that it has seen: gone, they have expired."""

    def __init__(self, settings: ClientSettings) -> None:
        self.api = Api(settings)
        self._seen: set[UUID] = set()

    def create_job(
        self,
        filter: AnyFilter,  # noqa: A002 - as the platform calls it
        *,
        check: bool,
    ) -> Flow[Job]:
        """A new job."""
        body = creation(filter, check=check).model_dump_json()
        response = yield from self.api.call("POST", JOBS, body=body, repeatable=False)
        return self._met(read_job(response))

    def jobs(self) -> Flow[tuple[Job, ...]]:
        """All jobs."""
        response = yield from self.api.call("GET", JOBS)
        return tuple(self._met(job) for job in read_jobs(response))

    def job(self, job: AnyJob, *, deadline: float | None = None) -> Flow[Job]:
        """A job as it is now; `deadline` is a time of the clock."""
        known = self.id_of(job)
        response = yield from self.api.call(
            "GET", f"{JOBS}/{known}", missing=self._missing(known), deadline=deadline
        )
        return self._met(read_job(response, known))

    def file(self, job: AnyJob) -> Flow[FileLink]:
        """The link to the file of a job."""
        known = self.id_of(job)
        path = f"{JOBS}/{known}/file"
        try:
            response = yield from self.api.call("GET", path, missing=JobNotFoundError)
        except JobNotFoundError as error:
            # Either the job is gone, which this raises, or it has no file.
            found = yield from self.job(known)
            raise RequestFailedError(
                f"the job {known} has no file; it is {found.status.value}.",
                status=error.status,
                errors=error.errors,
                request_id=error.request_id,
                hint="a job has a file once its status is success; `wait` waits for it",
            ) from None
        return read_link(response)

    def wait(self, job: AnyJob, *, timeout: float, progress: JobProgress | None) -> Flow[Job]:
        """The job once it has succeeded."""
        seconds = checked_seconds(timeout, "timeout")
        known = self.id_of(job)
        deadline = self.api.clock() + seconds
        pause = _FIRST_PAUSE
        found = self._met(job) if isinstance(job, Job) and _ended(job) else None
        while True:
            found = found or (yield from self.job(known, deadline=deadline))
            if progress is not None:
                progress(found)
            if _ended(found):
                return succeeded(found)
            left = deadline - self.api.clock()
            if left <= 0:
                raise WaitTimeoutError(
                    f"the job {known} is still {found.status.value} after {seconds:g} s.",
                    job=found,
                    hint="it goes on: wait for its id again, or with a longer timeout",
                )
            yield Sleep(min(pause * random.uniform(0.8, 1.2), left))  # noqa: S311 - no secret
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            found = None

    def id_of(self, job: AnyJob) -> UUID:
        """The id of a job; whoever has the job itself has seen it."""
        if isinstance(job, Job):
            return self._met(job).id
        if isinstance(job, UUID):
            return job
        try:
            return UUID(job)
        except (ValueError, AttributeError, TypeError):
            raise SettingsError(
                "this is not the id of a job.", hint="take a Job, or its id, which is a UUID"
            ) from None

    def _met(self, job: Job) -> Job:
        """The job, which is known from now on; its error quotes no token."""
        self._seen.add(job.id)
        error = job.error and hidden(job.error, self.api.secrets())
        return job if error == job.error else job.model_copy(update={"error": error})

    def _missing(self, job: UUID) -> type[RequestFailedError]:
        return JobExpiredError if job in self._seen else JobNotFoundError


def _ended(job: Job) -> bool:
    return job.status in {JobStatus.SUCCESS, JobStatus.FAILED}


def succeeded(job: Job) -> Job:
    """The job; JobFailedError with the platform's words where it has failed."""
    if job.status is JobStatus.FAILED:
        raise JobFailedError(
            job.error or "the job failed, and the platform does not say why.", job=job
        )
    return job
