"""What is sent to the API, and what its answers become."""

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
    UnexpectedAnswerError,
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
    made = open_client(platform).call("create_job", exported)
    [request] = platform.requests
    assert (made.id, made.status) == (ID, JobStatus.PENDING)
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


def test_the_check_can_be_turned_off(open_client: Opener) -> None:
    platform = Platform(data(job(), 202))
    open_client(platform).call("create_job", "eq(flow_field,1)", check=False)
    assert b"eq(flow_field,1)" in platform.requests[0].content


def test_all_jobs_are_listed(open_client: Opener) -> None:
    platform = Platform(data([job(), job("failed", number=1, error="No luck")]))
    found = open_client(platform).call("jobs")
    assert [(one.status, one.error) for one in found] == [("success", None), ("failed", "No luck")]
    assert platform.paths == ["GET /v2/jobs"]


@pytest.mark.parametrize("status", ["cancelled", "", 5, None, ["pending"]])
def test_a_job_of_an_unknown_status_does_not_hide_the_others(
    open_client: Opener, caplog: pytest.LogCaptureFixture, status: Any
) -> None:
    jobs = [job(), job(status, number=1, error="a-very-secret-text"), job("failed", number=2)]
    client = open_client(Platform(data(jobs)))
    assert [str(one.id) for one in client.call("jobs")] == [jobs[0]["id"], jobs[2]["id"]]
    assert [record.getMessage() for record in caplog.records] == [
        "1 of 3 jobs left out: their status is unknown"
    ]
    assert open_client(Platform(data([jobs[1]]))).call("jobs") == ()
    with pytest.raises(UnexpectedAnswerError, match="is not a job"):
        open_client(Platform(data(jobs[1]))).call("job", ID)


@pytest.mark.parametrize(
    "wrong", [{"id": "x"}, {"status": "x"}, {"id": "x", "status": "x"}, 5, None]
)
def test_what_is_no_job_makes_no_list_of_jobs(open_client: Opener, wrong: Any) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is not a list of jobs"):
        open_client(Platform(data([job(), wrong]))).call("jobs")


OTHER = data(job(number=1))
OTHER_TOLD = f"the response (200, application/json) is not about the job {ID}."


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
def test_the_answer_about_another_job_is_none(
    open_client: Opener, tmp_path: Path, method: str, answers: list[httpx.Response]
) -> None:
    client = open_client(Platform(*answers))
    places = [tmp_path / "a.csv"] if method == "download" else []
    with pytest.raises(UnexpectedAnswerError) as raised:
        client.call(method, ID, *places)
    assert raised.value.message == OTHER_TOLD
    assert list(tmp_path.iterdir()) == []
    # Nobody has seen that other job.
    client = open_client(Platform(answers[-1], httpx.Response(404)))
    with pytest.raises(UnexpectedAnswerError):
        client.call("job", ID)
    with pytest.raises(JobNotFoundError):
        client.call("job", job(number=1)["id"])


def test_a_link_is_got(open_client: Opener) -> None:
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
def test_an_answer_of_an_unknown_shape_says_what_came_and_not_its_body(
    open_client: Opener, method: str, answer: httpx.Response, message: str
) -> None:
    platform = Platform(answer)
    with pytest.raises(UnexpectedAnswerError) as raised:
        open_client(platform).call(method, *([] if method == "jobs" else [ID]))
    assert raised.value.message == message
    assert raised.value.status == answer.status_code
    assert raised.value.content_type == answer.headers.get("content-type")
    assert "a-very-secret" not in str(raised.value)
    assert len(platform.requests) == 1


ONE = {"title": "Bad Request", "detail": "Could not parse the supplied filter", "request_id": "r-1"}


@pytest.mark.parametrize(
    ("answer", "kind", "message", "request_id"),
    [
        (
            httpx.Response(400, json={"errors": [ONE]}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad Request: Could not parse the supplied filter (request id r-1).",
            "r-1",
        ),
        (
            httpx.Response(400, json=ONE, headers={"x-request-id": "h-1"}),
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
            httpx.Response(400, json={"title": "Bad", "detail": f"the token\n{TOKEN} is no good"}),
            RequestFailedError,
            "GET /v2/jobs failed with 400 Bad: the token *** is no good.",
            None,
        ),
    ],
)
def test_an_error_of_the_platform_has_its_words(
    open_client: Opener,
    answer: httpx.Response,
    kind: type[RequestFailedError],
    message: str,
    request_id: str | None,
) -> None:
    with pytest.raises(RequestFailedError) as raised:
        open_client(Platform(answer)).call("jobs")
    assert type(raised.value) is kind
    assert raised.value.message == message
    assert (raised.value.status, raised.value.request_id) == (answer.status_code, request_id)
    assert TOKEN not in repr((raised.value.errors, raised.value.title, raised.value.detail))


def test_a_job_that_nobody_has_seen_does_not_exist(open_client: Opener) -> None:
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
def test_a_job_that_was_there_before_has_expired(
    open_client: Opener, before: tuple[Any, ...], answer: httpx.Response, method: str
) -> None:
    client = open_client(Platform(answer, httpx.Response(404)))
    client.call(*before)
    with pytest.raises(JobExpiredError):
        client.call(method, str(ID))


def test_a_job_that_is_given_whole_was_there_before(open_client: Opener) -> None:
    with pytest.raises(JobExpiredError):
        open_client(Platform(httpx.Response(404))).call("job", JOB)


def test_a_job_without_a_file_is_there_all_the_same(open_client: Opener) -> None:
    platform = Platform(httpx.Response(404, json={"title": "Nothing yet"}), data(job("started")))
    with pytest.raises(RequestFailedError) as raised:
        open_client(platform).call("file", ID)
    assert type(raised.value) is RequestFailedError
    assert raised.value.message == f"the job {ID} has no file; its status is started."
    assert (raised.value.status, raised.value.title) == (404, "Nothing yet")


def test_every_error_of_a_client_is_an_exporter_error(open_client: Opener) -> None:
    with pytest.raises(ExporterError):
        open_client(Platform(httpx.ReadError("x")), attempts=1).call("jobs")


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("zipped", [False, True])
def test_an_answer_without_end_is_not_read_to_its_end(
    open_client: Opener, monkeypatch: pytest.MonkeyPatch, status: int, *, zipped: bool
) -> None:
    monkeypatch.setattr(api, "_MAX_BODY_SIZE", 2**20)
    read: list[int] = []

    class Endless(Body):
        def __iter__(self) -> Iterator[bytes]:
            packer = zlib.compressobj(level=9 if zipped else 0, wbits=31)
            for number in range(1000):
                read.append(number)
                yield packer.compress(bytes(2**16)) + packer.flush(zlib.Z_SYNC_FLUSH)

    answer = httpx.Response(status, headers={"content-encoding": "gzip"}, stream=Endless([]))
    with pytest.raises(UnexpectedAnswerError, match="is longer than 1 MB"):
        open_client(Platform(answer)).call("jobs")
    assert 16 <= len(read) < 20


def test_an_answer_that_is_packed_is_read(open_client: Opener) -> None:
    packed = gzip.compress(b'{"data": []}')
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Body([packed]))
    assert open_client(Platform(answer)).call("jobs") == ()
