"""The request handlers: the operations of the platform, files, health and metrics."""

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
from epfilter.exporter.service.components import Service
from epfilter.exporter.service.compression import compress_response
from epfilter.exporter.service.job_pages import JobPage
from epfilter.exporter.service.job_request import is_short, read_filter
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.links import base_url
from epfilter.exporter.service.ranges import PartialFile
from epfilter.exporter.service.request_body import read_form, read_json
from epfilter.exporter.service.responses import Refusal, job_response, jobs_response, link_response

# Handlers that are not async run in a thread, so that they never block other requests. What takes
# less time than the way to a thread and back is done at once.


async def handle_jobs(request: Request) -> Response:
    """Handle `GET /v2/jobs`, a page of the jobs, and `POST /v2/jobs`, which creates one."""
    if request.method != "POST":
        limiter = _get_service(request).list_limiter
        return await to_thread.run_sync(_list_jobs, request, limiter=limiter)
    service = _get_service(request)
    settings = service.settings
    body = await read_json(request, settings.max_body_bytes)
    text = (
        read_filter(body, settings.max_or_complexity)
        if is_short(body)
        else await run_in_threadpool(read_filter, body, settings.max_or_complexity)
    )
    job = await service.job_creation.create(text)
    service.worker.wake()
    return jobs_response([job], _base_url(request), service.links, status=202)


def _list_jobs(request: Request) -> Response:
    service = _get_service(request)
    page = JobPage.from_query(request.query_params)
    jobs = service.jobs.list_jobs(page.limit, offset=page.offset, sort=page.sort)
    total = service.jobs.count_jobs()
    base = _base_url(request)
    response = jobs_response(jobs, base, service.links, page=page.describe(base, total))
    compress_response(response, request.headers)
    return response


async def get_job(request: Request) -> Response:
    """Handle `GET /v2/jobs/{jobID}`."""
    return job_response(await _find_job(request), _base_url(request), _get_service(request).links)


async def get_job_file(request: Request) -> Response:
    """Handle `GET /v2/jobs/{jobID}/file`; raise Refusal if the job has no file."""
    job = await _find_job(request)
    if job.status is JobStatus.SUCCESS:
        return link_response(_get_service(request).links.file_link(_base_url(request), job.id))
    if job.status is JobStatus.FAILED:
        raise Refusal(404, "The job has failed, so it has no file")
    raise Refusal(404, "The job has no file yet")


async def _find_job(request: Request) -> StoredJob:
    """Return the job of the path; raise Refusal if it does not exist, for any text."""
    text = request.path_params["jobID"]
    try:
        job_id = UUID(text)
    except ValueError:
        raise Refusal(404) from None
    jobs = _get_service(request).jobs
    try:
        job = jobs.get_job_at_once(job_id)
    except BlockingIOError:
        job = await run_in_threadpool(jobs.get_job, job_id)
    # UUID() accepts braces and `urn:uuid:` too, but a job has only one address.
    if job is None or str(job_id) != text.lower():
        raise Refusal(404)
    return job


async def get_file(request: Request) -> Response:
    """Handle `GET /files/{signed}`: send the file, or the requested parts.

    An open file is sent to its end, even if the job expires meanwhile. The response is the same for
    a forged link, an expired link and an expired job.
    """
    file = await run_in_threadpool(_find_file, request)
    if file is None:
        raise Refusal(404)
    job_id, path, status = file
    return PartialFile(
        path,
        media_type="text/csv",
        filename=f"orders-{job_id}.csv",
        headers={"Cache-Control": "private, no-store"},
        stat_result=status,
    )


def _find_file(request: Request) -> tuple[UUID, Path, os.stat_result] | None:
    service = _get_service(request)
    job_id = service.links.verify(request.path_params["signed"])
    job = None if job_id is None else service.jobs.get_job(job_id)
    if job is None or job.status is not JobStatus.SUCCESS:
        return None
    path = service.files.path(job.id)
    try:
        return job.id, path, path.stat()
    except (FileNotFoundError, NotADirectoryError):
        # The job expired after it was read, or the file was removed.
        return None


async def create_access_token(request: Request) -> Response:
    """Handle `POST /oauth/access_token`: an access token for the client credentials in a form."""
    service = _get_service(request)
    form = await read_form(request, service.settings.max_body_bytes)
    return JSONResponse(service.access_tokens.issue(form))


async def get_health(request: Request) -> Response:  # noqa: ARG001 - the signature of a handler
    """Handle `GET /healthz`: the process responds, even while all threads are busy."""
    return JSONResponse({"status": "ok"})


async def get_readiness(request: Request) -> Response:
    """Handle `GET /readyz`: queue and orders can be read, files written, and jobs run.

    The result for the orders may be some seconds old, because it may cost a query.
    """
    # With a limit of their own, probes that wait for the orders take no thread from other requests.
    service = _get_service(request)
    return await to_thread.run_sync(_check_readiness, service, limiter=service.probe_limiter)


def _check_readiness(service: Service) -> Response:
    for part, check, message in (
        ("queue", service.jobs.require_ready, "The queue does not respond."),
        ("orders", service.readiness.check, "The orders cannot be read."),
        ("files", service.files.require_ready, "The files cannot be written."),
    ):
        try:
            check()
        except ExporterError as error:
            service.log.warning("readiness_failed", part=part, error=type(error).__name__)
            raise Refusal(503, message) from None
    if not service.worker.is_alive:
        service.log.warning("readiness_failed", part="worker")
        raise Refusal(503, "The worker does not run.")
    return JSONResponse({"status": "ready"})


def get_metrics(request: Request) -> Response:
    """Handle `GET /metrics`, for Prometheus."""
    text = _get_service(request).metrics.render()
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _get_service(request: Request) -> Service:
    state: Any = request.app.state
    service: Service = state.service
    return service


def _base_url(request: Request) -> str:
    return base_url(request, _get_service(request).settings.public_url)
