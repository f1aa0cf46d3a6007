"""Waiting for a job: patient, and not for ever."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from epfilter.exporter import (
    Job,
    JobExpiredError,
    JobFailedError,
    RequestFailedError,
    SettingsError,
    WaitTimeoutError,
)
from exporter.client.conftest import Opener
from exporter.client.doubles import ID, Platform, data, job

PENDING = data(job("pending"))
STARTED = data(job("started"))


def test_a_job_is_waited_for(open_client: Opener) -> None:
    client = open_client(Platform(PENDING, PENDING, STARTED, data(job())))
    seen: list[Job] = []
    found = client.call("wait", ID, progress=seen.append)
    assert found.status == "success"
    assert [one.status for one in seen] == ["pending", "pending", "started", "success"]


def test_it_is_looked_at_less_and_less_often(open_client: Opener) -> None:
    client = open_client(Platform(*[PENDING] * 20, data(job())))
    client.call("wait", ID)
    slept = client.time.slept
    for number, pause in enumerate(slept):
        middle = min(1.5**number, 30)
        assert 0.8 * middle <= pause <= 1.2 * middle


@pytest.mark.parametrize("status", ["success", "failed"])
def test_a_job_that_has_ended_is_not_asked_for(open_client: Opener, status: str) -> None:
    platform = Platform(PENDING)
    ended = Job(id=ID, status=status)  # type: ignore[arg-type] # pydantic reads the text
    client = open_client(platform)
    if status == "success":
        assert client.call("wait", ended) is ended
    else:
        with pytest.raises(JobFailedError):
            client.call("wait", ended)
    assert platform.requests == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("No results matched the supplied filter", "No results matched the supplied filter"),
        (None, "the job failed, and the platform gives no reason."),
        ("", "the job failed, and the platform gives no reason."),
    ],
)
def test_a_job_that_failed_has_the_platform_s_words(
    open_client: Opener, error: str | None, message: str
) -> None:
    client = open_client(Platform(PENDING, data(job("failed", error=error))))
    with pytest.raises(JobFailedError) as raised:
        client.call("wait", ID)
    assert str(raised.value) == message
    assert raised.value.job.id == UUID(int=ID.int)


@pytest.mark.parametrize("timeout", [0, 0.5, 10, 100])
def test_it_does_not_wait_for_ever(open_client: Opener, timeout: float) -> None:
    platform = Platform(PENDING)
    client = open_client(platform)
    with pytest.raises(WaitTimeoutError) as raised:
        client.call("wait", ID, timeout=timeout)
    assert client.time.now == 1000 + timeout
    assert raised.value.job.status == "pending"
    assert isinstance(raised.value, TimeoutError)
    assert f"the job {ID} is still pending after {timeout} s." in str(raised.value)


@pytest.mark.parametrize(
    "credentials", [{}, {"client_id": "the-id", "client_secret": "the-hidden-word"}], ids=len
)
def test_retries_end_at_the_deadline_too(open_client: Opener, credentials: dict[str, str]) -> None:
    unavailable = Platform(httpx.Response(503, headers={"retry-after": "60"}))
    client = open_client(unavailable, **credentials)
    with pytest.raises(RequestFailedError):
        client.call("wait", ID, timeout=100)
    assert client.time.slept == [60]


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), None, "5", True])
def test_a_timeout_is_a_number_of_seconds(open_client: Opener, timeout: Any) -> None:
    platform = Platform(PENDING)
    with pytest.raises(SettingsError, match="`timeout` must be a number of seconds, 0 or more"):
        open_client(platform).call("wait", ID, timeout=timeout)
    assert platform.requests == []


def test_a_job_may_expire_meanwhile(open_client: Opener) -> None:
    with pytest.raises(JobExpiredError):
        open_client(Platform(PENDING, httpx.Response(404))).call("wait", ID)
