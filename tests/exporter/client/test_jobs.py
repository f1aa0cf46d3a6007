"""Waiting for a job."""

from __future__ import annotations

from typing import Any

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
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import ID, Platform, data, job

kind = both_kinds

PENDING = data(job("pending"))
STARTED = data(job("started"))


def test_waiting_returns_the_successful_job(open_client: Opener) -> None:
    client = open_client(Platform(PENDING, PENDING, STARTED, data(job())))
    reports: list[Job] = []
    result = client.call("wait", ID, progress=reports.append)
    assert result.status == "success"
    assert [reported.status for reported in reports] == ["pending", "pending", "started", "success"]


def test_the_interval_between_requests_grows(open_client: Opener) -> None:
    client = open_client(Platform(*[PENDING] * 20, data(job())))
    client.call("wait", ID)
    slept = client.time.slept
    for number, pause in enumerate(slept):
        middle = min(1.5**number, 30)
        assert 0.8 * middle <= pause <= 1.2 * middle


@pytest.mark.parametrize("status", ["success", "failed"])
def test_a_finished_job_is_not_requested(open_client: Opener, status: str) -> None:
    platform = Platform(PENDING)
    finished = Job(id=ID, status=status)  # type: ignore[arg-type] # pydantic reads the text
    client = open_client(platform)
    if status == "success":
        assert client.call("wait", finished) is finished
    else:
        with pytest.raises(JobFailedError):
            client.call("wait", finished)
    assert platform.requests == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ("No results matched the supplied filter", "No results matched the supplied filter"),
        (None, "the job failed, and the platform gives no reason."),
        ("", "the job failed, and the platform gives no reason."),
    ],
)
def test_a_failed_job_has_the_message_of_the_platform(
    open_client: Opener, error: str | None, message: str
) -> None:
    client = open_client(Platform(PENDING, data(job("failed", error=error))))
    with pytest.raises(JobFailedError) as error_info:
        client.call("wait", ID)
    assert str(error_info.value) == message
    assert error_info.value.job.id == str(ID)


@pytest.mark.parametrize("timeout", [0, 0.5, 10, 100])
def test_waiting_ends_after_the_timeout(open_client: Opener, timeout: float) -> None:
    platform = Platform(PENDING)
    client = open_client(platform)
    with pytest.raises(WaitTimeoutError) as error_info:
        client.call("wait", ID, timeout=timeout)
    assert client.time.now == 1000 + timeout
    assert error_info.value.job.status == "pending"
    assert isinstance(error_info.value, TimeoutError)
    assert f"the job {ID} is still pending after {timeout} s." in str(error_info.value)


@pytest.mark.parametrize(
    "credentials", [{}, {"client_id": "the-id", "client_secret": "the-hidden-word"}], ids=len
)
def test_retries_end_at_the_deadline(open_client: Opener, credentials: dict[str, str]) -> None:
    unavailable = Platform(httpx.Response(503, headers={"retry-after": "60"}))
    client = open_client(unavailable, **credentials)
    with pytest.raises(RequestFailedError):
        client.call("wait", ID, timeout=100)
    assert client.time.slept == [60]


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), None, "5", True])
def test_an_invalid_timeout_is_an_error(open_client: Opener, timeout: Any) -> None:
    platform = Platform(PENDING)
    with pytest.raises(SettingsError, match="`timeout` must be a number of seconds, 0 or more"):
        open_client(platform).call("wait", ID, timeout=timeout)
    assert platform.requests == []


def test_a_job_may_expire_while_waiting(open_client: Opener) -> None:
    with pytest.raises(JobExpiredError):
        open_client(Platform(PENDING, httpx.Response(404))).call("wait", ID)
