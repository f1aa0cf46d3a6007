"""The flows for jobs: create one, list all, get one, get the link to its file, wait for one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import quote, urlencode
from uuid import UUID

from epfilter.ast import Filter
from epfilter.exporter.client.api import Api
from epfilter.exporter.client.effects import Flow, Sleep
from epfilter.exporter.client.requests import JOBS_PATH
from epfilter.exporter.client.responses import (
    mask_secrets,
    parse_file_link,
    parse_job,
    parse_jobs,
)
from epfilter.exporter.client.settings import ClientSettings, require_seconds
from epfilter.exporter.errors import (
    JobExpiredError,
    JobFailedError,
    JobNotFoundError,
    RequestFailedError,
    SettingsError,
    WaitTimeoutError,
)
from epfilter.exporter.models import CreateJob, FileLink, Job, JobStatus
from epfilter.resources import orders, resource_of_job
from epfilter.snippets import make_printable

AnyFilter: TypeAlias = Filter | str | CreateJob
"""The orders to export: a filter, its text, or the body of the request that creates the job."""

AnyJob: TypeAlias = Job | UUID | str
"""A job or its id."""

JobProgress: TypeAlias = Callable[[Job], object]

_PAGE_LIMIT = 100
"""The most rows of a page. Source: the platform's guide "Pagination"."""

_FIRST_PAUSE = 1.0
_MAX_PAUSE = 30.0
_PAUSE_GROWTH = 1.5


def build_job_request(filter: AnyFilter, *, check: bool) -> CreateJob:  # noqa: A002 - the name in the platform's API
    """Return the body that creates a job; `check` its filter for the job type."""
    body = filter if isinstance(filter, CreateJob) else CreateJob.order_export(filter)
    if check and body.data.filter is not None:
        # The platform may ignore an unknown attribute, and would then export all orders.
        resource = resource_of_job(body.data.job_type) or orders
        resource.bind(body.data.filter)
    return body


class JobFlows:
    """The flows for the jobs of a client.

    It remembers the ids of jobs that it has seen: when one of them is missing, it has expired.
    """

    def __init__(self, settings: ClientSettings) -> None:
        self.api = Api(settings)
        self._known_ids: set[str] = set()

    def create(
        self,
        filter: AnyFilter,  # noqa: A002 - the name in the platform's API
        *,
        check: bool,
    ) -> Flow[Job]:
        """Create a job and return it."""
        body = build_job_request(filter, check=check).model_dump_json()
        response = yield from self.api.call("POST", JOBS_PATH, body=body, idempotent=False)
        return self._register(parse_job(response))

    def list_all(self) -> Flow[tuple[Job, ...]]:
        """Return all jobs: a server that counts them in `meta` sends them in pages.

        The newest come first, so a job that is created meanwhile only repeats another one.
        """
        jobs: dict[str, Job] = {}
        offset, query = 0, ""
        while True:
            response = yield from self.api.call("GET", JOBS_PATH, query=query)
            page = parse_jobs(response)
            known = len(jobs)
            jobs.update({job.id: self._register(job) for job in page.jobs})
            offset += page.received
            is_last = not page.received or page.total is None or offset >= page.total
            # A server that ignores the offset repeats its jobs.
            if is_last or (page.jobs and len(jobs) == known):
                return tuple(jobs.values())
            query = "?" + urlencode({"page[limit]": _PAGE_LIMIT, "page[offset]": offset})

    def get(self, job: AnyJob, *, deadline: float | None = None) -> Flow[Job]:
        """Return the current state of a job; `deadline` is a time of the clock."""
        job_id = self._id_of(job)
        response = yield from self.api.call(
            "GET",
            _job_path(job_id),
            not_found_error=JobExpiredError if job_id in self._known_ids else JobNotFoundError,
            deadline=deadline,
        )
        return self._register(parse_job(response, job_id))

    def get_file_link(self, job: AnyJob) -> Flow[FileLink]:
        """Return the link to the file of a job."""
        job_id = self._id_of(job)
        path = f"{_job_path(job_id)}/file"
        try:
            response = yield from self.api.call("GET", path, not_found_error=JobNotFoundError)
        except JobNotFoundError as error:
            # Either the job does not exist, which the next line raises, or it has no file.
            current = yield from self.get(job_id)
            raise RequestFailedError(
                f"the job {make_printable(job_id)} has no file; its status is "
                f"{current.status.value}.",
                status=error.status,
                errors=error.errors,
                request_id=error.request_id,
                hint="wait until its status is success, for example with `wait`",
            ) from None
        return parse_file_link(response)

    def wait(self, job: AnyJob, *, timeout: float, progress: JobProgress | None) -> Flow[Job]:
        """Wait until a job has succeeded, and return it."""
        seconds = require_seconds(timeout, "timeout")
        job_id = self._id_of(job)
        deadline = self.api.clock() + seconds
        pause = _FIRST_PAUSE
        current = self._register(job) if isinstance(job, Job) and _is_finished(job) else None
        while True:
            current = current or (yield from self.get(job_id, deadline=deadline))
            if progress is not None:
                progress(current)
            if _is_finished(current):
                return _require_success(current)
            remaining = deadline - self.api.clock()
            if remaining <= 0:
                raise WaitTimeoutError(
                    f"the job {make_printable(job_id)} is still {current.status.value} after "
                    f"{seconds:g} s.",
                    job=current,
                    hint="the job continues; wait for its id again, or use a longer timeout",
                )
            yield Sleep(min(pause * random.uniform(0.8, 1.2), remaining))  # noqa: S311 - no secret
            pause = min(pause * _PAUSE_GROWTH, _MAX_PAUSE)
            current = None

    def _id_of(self, job: AnyJob) -> str:
        """Return the id of a job; raise SettingsError if it is not one."""
        if isinstance(job, Job):
            return self._register(job).id
        if isinstance(job, str | UUID) and str(job):
            return str(job)
        raise SettingsError("this is not the id of a job.", hint="use a Job, or its id, a text")

    def _register(self, job: Job) -> Job:
        """Remember the id of a job, and return the job without secrets in its error."""
        self._known_ids.add(job.id)
        error = job.error and mask_secrets(job.error, self.api.secrets())
        return job if error == job.error else job.model_copy(update={"error": error})


def _job_path(job_id: str) -> str:
    """Return the path of a job, whatever its id contains.

    Raises SettingsError for an id that cannot be a part of a path.

    >>> _job_path("a/b?c=1")
    '/v2/jobs/a%2Fb%3Fc%3D1'
    """
    try:
        quoted = quote(job_id, safe="")
    except UnicodeEncodeError:
        quoted = ""
    # A path with dots is another path.
    if quoted in {"", ".", ".."}:
        raise SettingsError("no request can contain this id of a job.")
    return f"{JOBS_PATH}/{quoted}"


def _is_finished(job: Job) -> bool:
    return job.status in {JobStatus.SUCCESS, JobStatus.FAILED}


def _require_success(job: Job) -> Job:
    """Return a job that has not failed; raise JobFailedError with the platform's message."""
    if job.status is JobStatus.FAILED:
        raise JobFailedError(
            job.error or "the job failed, and the platform gives no reason.", job=job
        )
    return job
