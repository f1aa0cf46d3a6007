"""The answers to requests: the four operations of the platform, files, and what operators need."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.container import Service
from epfilter.exporter.service.job_request import filter_of
from epfilter.exporter.service.json_body import json_body
from epfilter.exporter.service.links import base_url
from epfilter.exporter.service.ranges import PartialFile
from epfilter.exporter.service.responses import Refusal, job_answer, jobs_answer, link_answer
from epfilter.exporter.service.stored_jobs import StoredJob

# Functions that are not async run in a thread, so that the queue never keeps the others waiting.


async def jobs(request: Request) -> Response:
    """`GET /v2/jobs` lists the jobs, `POST /v2/jobs` makes one."""
    service = _service(request)
    if request.method == "POST":
        body = await json_body(request, service.settings.most_bytes)
        created = await run_in_threadpool(_create, service, body)
        return jobs_answer([created], _base(request), service.links, status=202)
    return await run_in_threadpool(_all_jobs, request)


def _create(service: Service, body: object) -> StoredJob:
    job = service.jobs.create(filter_of(body, service.settings.most_alternatives))
    service.runner.wake()
    return job


def _all_jobs(request: Request) -> Response:
    service = _service(request)
    return jobs_answer(service.jobs.jobs(), _base(request), service.links)


def job(request: Request) -> Response:
    """`GET /v2/jobs/{jobID}`."""
    return job_answer(_asked(request), _base(request), _service(request).links)


def job_file(request: Request) -> Response:
    """`GET /v2/jobs/{jobID}/file`; without a file it says whether there will be one."""
    found = _asked(request)
    if found.status is JobStatus.SUCCESS:
        return link_answer(_service(request).links.file(_base(request), found.id))
    if found.status is JobStatus.FAILED:
        raise Refusal(404, "The job has failed, so it has no file")
    raise Refusal(404, "The job has no file yet")


def _asked(request: Request) -> StoredJob:
    """The job that the path names; Refusal where there is none, whatever the text is."""
    text = request.path_params["jobID"]
    try:
        job_id = UUID(text)
    except ValueError:
        raise Refusal(404) from None
    found = _service(request).jobs.job(job_id)
    # UUID() reads braces and `urn:uuid:` too; a job has one address.
    if found is None or str(job_id) != text.lower():
        raise Refusal(404)
    return found


async def file(request: Request) -> Response:
    """`GET /files/{signed}`: the file itself, in parts too.

    Once it is open it is sent to its end, also where the job expires meanwhile. Whether a link is
    forged, too old, or of a job that has expired, is nobody's business.
    """
    found = await run_in_threadpool(_published, request)
    if found is None:
        raise Refusal(404)
    job_id, path, status = found
    return PartialFile(
        path,
        media_type="text/csv",
        filename=f"orders-{job_id}.csv",
        headers={"Cache-Control": "private, no-store"},
        stat_result=status,
    )


def _published(request: Request) -> tuple[UUID, Path, os.stat_result] | None:
    service = _service(request)
    job_id = service.links.signed(request.path_params["signed"])
    found = None if job_id is None else service.jobs.job(job_id)
    if found is None or found.status is not JobStatus.SUCCESS:
        return None
    path = service.files.path(found.id)
    try:
        return found.id, path, path.stat()
    except (FileNotFoundError, NotADirectoryError):
        # The job has expired since it was read, or somebody has removed the file.
        return None


async def health(request: Request) -> Response:  # noqa: ARG001 - the signature of a handler
    """`GET /healthz`: the process answers, also while all threads are busy."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """`GET /readyz`: queue and orders can be read, files be written, and jobs are run.

    Of the orders the answer may be some seconds old, because it may cost a query.
    """
    # With a limit of their own, probes that wait for a store take no thread from anybody else.
    service = _service(request)
    return await to_thread.run_sync(_ready, service, limiter=service.probing)


def _ready(service: Service) -> Response:
    for part, asks, fault in (
        ("queue", service.jobs.ready, "The queue does not answer."),
        ("orders", service.readiness.demand, "The orders cannot be read."),
        ("files", service.files.ready, "The files cannot be written."),
    ):
        try:
            asks()
        except ExporterError as error:
            service.log.warning("readiness_failed", part=part, error=type(error).__name__)
            raise Refusal(503, fault) from None
    if not service.runner.alive:
        service.log.warning("readiness_failed", part="runner")
        raise Refusal(503, "Nothing runs the jobs.")
    return JSONResponse({"status": "ready"})


def metrics(request: Request) -> Response:
    """`GET /metrics`, for Prometheus."""
    return Response(_service(request).metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _service(request: Request) -> Service:
    state: Any = request.app.state
    service: Service = state.service
    return service


def _base(request: Request) -> str:
    return base_url(request, _service(request).settings.public_url)
