"""The requests to the API, and the results and errors of their responses."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter import FilterSyntaxError, FilterTypeError, parse
from epfilter.errors import ResourceError
from epfilter.exporter import (
    AuthenticationError,
    CreateJob,
    CreateJobData,
    ExporterError,
    JobExpiredError,
    JobNotFoundError,
    JobStatus,
    RequestFailedError,
    UnexpectedResponseError,
)
from epfilter.exporter.client import api
from exporter.client.conftest import Opener
from exporter.client.doubles import FILTER, ID, JOB, LINK, TOKEN, Body, Platform, data, job

PAYLOAD = {"type": "job", "job_type": "order_export", "filter": FILTER}


@pytest.mark.parametrize(
    ("exported", "payload"),
    [
        (FILTER, PAYLOAD),
        (parse(FILTER), PAYLOAD),
        (CreateJob.order_export(FILTER), PAYLOAD),
        (CreateJob(data=CreateJobData()), {"type": "job", "job_type": "order_export"}),
    ],
    ids=["text", "filter", "body", "all"],
)
@pytest.mark.parametrize("answer", [job("pending"), [job("pending")]], ids=["one", "list"])
def test_a_job_is_created(
    open_client: Opener, exported: Any, payload: object, answer: object
) -> None:
    platform = Platform(data(answer, 202))
    created = open_client(platform).call("create_job", exported)
    [request] = platform.requests
    assert (created.id, created.status) == (str(ID), JobStatus.PENDING)
    assert platform.paths == ["POST /v2/jobs"]
    assert json.loads(request.content) == {"data": payload}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("exported", "error"),
    [
        ("eq(paymnt,refunded)", ResourceError),
        ("like(payment,r*)", ResourceError),
        ("eq(payment", FilterSyntaxError),
        (None, FilterTypeError),
        (CreateJob.order_export("eq(paymnt,refunded)"), ResourceError),
    ],
    ids=str,
)
def test_a_filter_is_checked_before_anything_is_sent(
    open_client: Opener, exported: Any, error: type[Exception]
) -> None:
    platform = Platform(data(job(), 202))
    with pytest.raises(error):
        open_client(platform).call("create_job", exported)
    assert platform.requests == []


def test_the_check_can_be_disabled(open_client: Opener) -> None:
    platform = Platform(data(job(), 202))
    open_client(platform).call("create_job", "eq(flow_field,1)", check=False)
    assert b"eq(flow_field,1)" in platform.requests[0].content


def test_all_jobs_are_listed(open_client: Opener) -> None:
    platform = Platform(data([job(), job("failed", number=1, error="No luck")]))
    jobs = open_client(platform).call("jobs")
    assert [(listed_job.status, listed_job.error) for listed_job in jobs] == [
        ("success", None),
        ("failed", "No luck"),
    ]
    assert platform.paths == ["GET /v2/jobs"]


class Pages:
    """A server that sends pages of jobs, the newest first, with their total in `meta`."""

    def __init__(self, number: int, *, default: int = 25, ignores_offset: bool = False) -> None:
        self.jobs = [job(number=one) for one in range(number)]
        self.default = default
        self.ignores_offset = ignores_offset
        self.created_between = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params.get("page[limit]", self.default))
        offset = int(request.url.params.get("page[offset]", 0))
        offset = 0 if self.ignores_offset else offset
        meta = {"results": {"total": len(self.jobs)}}
        rows = self.jobs[offset : offset + limit]
        for _ in range(self.created_between):
            self.jobs.insert(0, job(number=10_000 + len(self.jobs)))
        return httpx.Response(200, json={"data": rows, "meta": meta})


@pytest.mark.parametrize(("number", "requests"), [(0, 1), (25, 1), (26, 2), (125, 2), (326, 5)])
def test_all_pages_of_jobs_are_read(open_client: Opener, number: int, requests: int) -> None:
    pages = Pages(number)
    platform = Platform(pages)
    jobs = open_client(platform).call("jobs")
    assert [str(one.id) for one in jobs] == [one["id"] for one in pages.jobs]
    assert len(platform.requests) == requests
    assert platform.paths[0] == "GET /v2/jobs"


def test_jobs_created_between_pages_repeat_and_hide_none(open_client: Opener) -> None:
    pages = Pages(300)
    before = [one["id"] for one in pages.jobs]
    pages.created_between = 3
    jobs = [str(one.id) for one in open_client(Platform(pages)).call("jobs")]
    assert [one for one in jobs if one in before] == before
    assert len(jobs) == len(set(jobs))


def test_a_server_that_ignores_the_offset_is_asked_twice(open_client: Opener) -> None:
    platform = Platform(Pages(300, ignores_offset=True, default=100))
    assert len(open_client(platform).call("jobs")) == 100
    assert len(platform.requests) == 2


@pytest.mark.parametrize("meta", [None, 5, {}, {"results": None}, {"results": {"total": "many"}}])
def test_a_list_without_a_total_is_one_page(open_client: Opener, meta: object) -> None:
    body = {"data": [job()], "meta": meta}
    platform = Platform(httpx.Response(200, json=body))
    assert len(open_client(platform).call("jobs")) == 1
    assert platform.paths == ["GET /v2/jobs"]


@pytest.mark.parametrize("status", ["cancelled", "", 5, None, ["pending"]])
def test_a_job_with_an_unknown_status_does_not_hide_the_others(
    open_client: Opener, caplog: pytest.LogCaptureFixture, status: Any
) -> None:
    jobs = [job(), job(status, number=1, error="a-very-secret-text"), job("failed", number=2)]
    client = open_client(Platform(data(jobs)))
    assert [str(listed_job.id) for listed_job in client.call("jobs")] == [
        jobs[0]["id"],
        jobs[2]["id"],
    ]
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 3 jobs left out: their status is unknown"
    ]
    assert open_client(Platform(data([jobs[1]]))).call("jobs") == ()
    with pytest.raises(UnexpectedResponseError, match="is not a job"):
        open_client(Platform(data(jobs[1]))).call("job", ID)


@pytest.mark.parametrize(
    "wrong", [{"id": "x"}, {"status": "x"}, {"id": 5, "status": "x"}, {"id": ""}, 5, None]
)
def test_a_list_with_an_invalid_job_is_an_error(open_client: Opener, wrong: Any) -> None:
    with pytest.raises(UnexpectedResponseError, match="is not a list of jobs"):
        open_client(Platform(data([job(), wrong]))).call("jobs")


OTHER = data(job(number=1))
OTHER_MESSAGE = f"the response (200, application/json) is not about the job {ID}."


@pytest.mark.parametrize(
    ("method", "answers"),
    [
        ("job", [OTHER]),
        ("job", [data([job(number=1)])]),
        ("wait", [OTHER]),
        ("wait", [data(job("pending")), OTHER]),
        ("file", [httpx.Response(404), OTHER]),
        ("download", [httpx.Response(404), OTHER]),
    ],
)
def test_a_response_about_another_job_is_an_error(
    open_client: Opener, tmp_path: Path, method: str, answers: list[httpx.Response]
) -> None:
    client = open_client(Platform(*answers))
    paths = [tmp_path / "a.csv"] if method == "download" else []
    with pytest.raises(UnexpectedResponseError) as error_info:
        client.call(method, ID, *paths)
    assert error_info.value.message == OTHER_MESSAGE
    assert list(tmp_path.iterdir()) == []
    # The other job is not known to the client.
    client = open_client(Platform(answers[-1], httpx.Response(404)))
    with pytest.raises(UnexpectedResponseError):
        client.call("job", ID)
    with pytest.raises(JobNotFoundError):
        client.call("job", job(number=1)["id"])


def test_a_link_is_returned(open_client: Opener) -> None:
    platform = Platform(data({"href": LINK}))
    assert open_client(platform).call("file", ID).href == LINK
    assert platform.paths == [f"GET /v2/jobs/{ID}/file"]


@pytest.mark.parametrize(
    ("method", "answer", "message"),
    [
        (
            "jobs",
            httpx.Response(200, html="<p>a-very-secret-body"),
            "the response (200, text/html; charset=utf-8) is not a list of jobs.",
        ),
        (
            "jobs",
            httpx.Response(200),
            "the response (200, no content type) is not a list of jobs.",
        ),
        (
            "jobs",
            httpx.Response(200, json=[]),
            "the response (200, application/json) is not a list of jobs.",
        ),
        (
            "jobs",
            data([{"id": "a-very-secret-id"}]),
            "the response (200, application/json) is not a list of jobs.",
        ),
        (
            "job",
            data([]),
            "the response (200, application/json) is not exactly one job.",
        ),
        (
            "job",
            data([job(), job()]),
            "the response (200, application/json) is not exactly one job.",
        ),
        (
            "file",
            data("x"),
            "the response (200, application/json) is not the link to a file.",
        ),
        (
            "jobs",
            httpx.Response(302, headers={"location": "https://a-very-secret.example"}),
            "the response (302, no content type) is neither a success nor an error; redirects are not followed.",
        ),
    ],
)
def test_an_unexpected_response_is_described_without_its_body(
    open_client: Opener, method: str, answer: httpx.Response, message: str
) -> None:
    platform = Platform(answer)
    with pytest.raises(UnexpectedResponseError) as error_info:
        open_client(platform).call(method, *([] if method == "jobs" else [ID]))
    assert error_info.value.message == message
    assert error_info.value.status == answer.status_code
    assert error_info.value.content_type == answer.headers.get("content-type")
    assert "a-very-secret" not in str(error_info.value)
    assert len(platform.requests) == 1


BAD_REQUEST = {
    "title": "Bad Request",
    "detail": "Could not parse the supplied filter",
    "request_id": "r-1",
}


@pytest.mark.parametrize(
    ("answer", "kind", "message", "request_id"),
    [
        (
            httpx.Response(400, json={"errors": [BAD_REQUEST]}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad Request: Could not parse the supplied filter (request id r-1).",
            "r-1",
        ),
        (
            httpx.Response(400, json=BAD_REQUEST, headers={"x-request-id": "h-1"}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad Request: Could not parse the supplied filter (request id r-1).",
            "r-1",
        ),
        (
            httpx.Response(401, headers={"x-request-id": "h-1"}),
            AuthenticationError,
            "GET /v2/jobs failed with 401 Unauthorized (request id h-1).",
            "h-1",
        ),
        (
            httpx.Response(403, text="no"),
            AuthenticationError,
            "GET /v2/jobs failed with 403 Forbidden.",
            None,
        ),
        (httpx.Response(404), RequestFailedError, "GET /v2/jobs failed with 404 Not Found.", None),
        (httpx.Response(499), RequestFailedError, "GET /v2/jobs failed with 499.", None),
        (
            httpx.Response(400, json={"title": "x" * 600}),
            RequestFailedError,
            f"GET /v2/jobs failed with 400 {'x' * 500}….",
            None,
        ),
        (
            httpx.Response(400, json={"error": "Unable to parse filter"}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad Request: Unable to parse filter.",
            None,
        ),
        (
            httpx.Response(401, json={"error": "invalid", "error_description": f"bad {TOKEN}"}),
            AuthenticationError,
            "GET /v2/jobs failed with 401 Unauthorized: invalid: bad ***.",
            None,
        ),
        (
            httpx.Response(400, json={"error": {"code": 5}}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad Request.",
            None,
        ),
        (
            httpx.Response(400, json={"title": "Bad", "detail": f"the token\n{TOKEN} is no good"}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad: the token *** is no good.",
            None,
        ),
    ],
)
def test_an_error_has_the_message_of_the_platform(
    open_client: Opener,
    answer: httpx.Response,
    kind: type[RequestFailedError],
    message: str,
    request_id: str | None,
) -> None:
    with pytest.raises(RequestFailedError) as error_info:
        open_client(Platform(answer)).call("jobs")
    assert type(error_info.value) is kind
    assert error_info.value.message == message
    assert (error_info.value.status, error_info.value.request_id) == (
        answer.status_code,
        request_id,
    )
    assert TOKEN not in repr(
        (error_info.value.errors, error_info.value.title, error_info.value.detail)
    )


def test_an_unknown_job_does_not_exist(open_client: Opener) -> None:
    with pytest.raises(JobNotFoundError):
        open_client(Platform(httpx.Response(404))).call("job", ID)


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        (("create_job", FILTER), data([job("pending")])),
        (("jobs",), data([job("pending")])),
        (("job", ID), data(job("pending"))),
    ],
)
@pytest.mark.parametrize("method", ["job", "file"])
def test_a_known_job_that_is_missing_has_expired(
    open_client: Opener, before: tuple[Any, ...], answer: httpx.Response, method: str
) -> None:
    client = open_client(Platform(answer, httpx.Response(404)))
    client.call(*before)
    with pytest.raises(JobExpiredError):
        client.call(method, str(ID))


def test_a_job_that_is_passed_as_object_is_known(open_client: Opener) -> None:
    with pytest.raises(JobExpiredError):
        open_client(Platform(httpx.Response(404))).call("job", JOB)


def test_a_job_without_a_file_is_not_missing(open_client: Opener) -> None:
    platform = Platform(httpx.Response(404, json={"title": "Nothing yet"}), data(job("started")))
    with pytest.raises(RequestFailedError) as error_info:
        open_client(platform).call("file", ID)
    assert type(error_info.value) is RequestFailedError
    assert error_info.value.message == f"the job {ID} has no file; its status is started."
    assert (error_info.value.status, error_info.value.title) == (404, "Nothing yet")


def test_every_error_of_a_client_is_an_exporter_error(open_client: Opener) -> None:
    with pytest.raises(ExporterError):
        open_client(Platform(httpx.ReadError("x")), attempts=1).call("jobs")


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("compressed", [False, True])
def test_an_endless_response_is_an_error(
    open_client: Opener, monkeypatch: pytest.MonkeyPatch, status: int, *, compressed: bool
) -> None:
    monkeypatch.setattr(api, "_MAX_BODY_SIZE", 2**20)
    read: list[int] = []

    class Endless(Body):
        def __iter__(self) -> Iterator[bytes]:
            packer = zlib.compressobj(level=9 if compressed else 0, wbits=31)
            for number in range(1000):
                read.append(number)
                yield packer.compress(bytes(2**16)) + packer.flush(zlib.Z_SYNC_FLUSH)

    answer = httpx.Response(status, headers={"content-encoding": "gzip"}, stream=Endless([]))
    with pytest.raises(UnexpectedResponseError, match="is longer than 1 MB"):
        open_client(Platform(answer)).call("jobs")
    assert 16 <= len(read) < 20


def test_a_compressed_response_is_read(open_client: Opener) -> None:
    compressed_body = gzip.compress(b'{"data": []}')
    answer = httpx.Response(
        200, headers={"content-encoding": "gzip"}, stream=Body([compressed_body])
    )
    assert open_client(Platform(answer)).call("jobs") == ()
