"""Which requests are repeated, when, and which never."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter import ConnectionFailedError, ExporterError, RequestFailedError
from epfilter.exporter.client.effects import translate_http_error
from epfilter.exporter.client.responses import parse_retry_after
from exporter.client.conftest import Opener
from exporter.client.doubles import BASE, FILTER, Client, Platform, data, job
from support.rows import for_each

REQUEST = httpx.Request("GET", BASE)
NOT_RECEIVED = (
    httpx.ConnectError("[Errno 111] Connection refused"),
    httpx.ConnectTimeout("x"),
    httpx.PoolTimeout("x"),
    httpx.ProxyError("407 Proxy Authentication Required"),
)
MAYBE_RECEIVED = (
    httpx.ReadTimeout("x"),
    httpx.ReadError("x"),
    httpx.WriteError("x"),
    httpx.WriteTimeout("x"),
    httpx.RemoteProtocolError("x"),
    httpx.DecodingError("x"),
    ConnectionResetError("x"),
)


def case_name(value: object) -> str:
    return str(value.status_code) if isinstance(value, httpx.Response) else type(value).__name__


@pytest.mark.parametrize(
    "fault",
    [
        *NOT_RECEIVED,
        *MAYBE_RECEIVED,
        *(httpx.Response(status) for status in (408, 429, 500, 502, 503, 504)),
    ],
    ids=case_name,
)
def test_reading_a_job_is_repeated(open_client: Opener, fault: httpx.Response | Exception) -> None:
    platform = Platform(fault, fault, data([]))
    client = open_client(platform)
    assert client.call("jobs") == ()
    assert len(platform.requests) == 3
    first, second = client.time.slept
    assert 0.5 <= first <= 1
    assert 1 <= second <= 1.5


@pytest.mark.parametrize("fault", [*NOT_RECEIVED, httpx.Response(429)], ids=case_name)
def test_a_creation_that_was_not_received_is_repeated(
    open_client: Opener, fault: httpx.Response | Exception
) -> None:
    platform = Platform(fault, fault, data(job(), 202))
    open_client(platform).call("create_job", FILTER)
    assert len(platform.requests) == 3


@pytest.mark.parametrize("fault", MAYBE_RECEIVED, ids=case_name)
def test_a_creation_that_may_have_been_received_is_not_repeated(
    open_client: Opener, fault: Exception
) -> None:
    platform = Platform(fault, data(job(), 202))
    with pytest.raises(ConnectionFailedError) as error_info:
        open_client(platform).call("create_job", FILTER)
    assert len(platform.requests) == 1
    assert error_info.value.maybe_received
    assert "check `jobs()` first" in str(error_info.value)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 400, 408])
def test_a_creation_that_failed_is_not_repeated(open_client: Opener, status: int) -> None:
    platform = Platform(httpx.Response(status, headers={"retry-after": "1"}), data(job(), 202))
    with pytest.raises(RequestFailedError) as error_info:
        open_client(platform).call("create_job", FILTER)
    assert len(platform.requests) == 1
    assert ("check `jobs()` first" in str(error_info.value)) is (
        status in {408, 500, 502, 503, 504}
    )


@pytest.mark.parametrize("attempts", [1, 3])
def test_the_last_error_is_raised(open_client: Opener, attempts: int) -> None:
    platform = Platform(httpx.Response(503))
    with pytest.raises(RequestFailedError, match="503 Service Unavailable"):
        open_client(platform, attempts=attempts).call("jobs")
    assert len(platform.requests) == attempts


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("7", 7, 7), ("0", 0.5, 1), ("9999", 120, 120), ("soon", 0.5, 1), ("-5", 0.5, 1)],
)
def test_retry_after_is_respected_up_to_a_limit(
    open_client: Opener, header: str, least: float, most: float
) -> None:
    client = open_client(Platform(httpx.Response(429, headers={"retry-after": header}), data([])))
    client.call("jobs")
    [slept] = client.time.slept
    assert least <= slept <= most


@for_each(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("5", 5),
        ("1.5", 1.5),
        ("-5", 0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30),
        ("Mon Nov 23 12:00:30 2026", 30),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        (f"Mon, 23 Nov {'9' * 20} 12:00:00 GMT", None),
        (f"Mon, 23 Nov 2026 12:00:00 +{'9' * 20}", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str | None, seconds: float | None) -> None:
    assert parse_retry_after(text, datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


@for_each(
    ("error", "message", "received"),
    [
        (NOT_RECEIVED[0], "no connection could be made: [Errno 111] Connection refused.", False),
        (httpx.ConnectError(""), "the connection failed.", False),
        (NOT_RECEIVED[1], "no connection could be made in time.", False),
        (
            NOT_RECEIVED[2],
            "too many requests run at once, and no connection became free in time.",
            False,
        ),
        (NOT_RECEIVED[3], "no connection could be made: 407 Proxy Authentication Required.", False),
        (httpx.InvalidURL("secret"), "the connection failed.", False),
        (httpx.LocalProtocolError("secret"), "the connection failed.", True),
        (
            MAYBE_RECEIVED[0],
            "the server accepted the connection but did not respond in time.",
            True,
        ),
        (MAYBE_RECEIVED[1], "the connection broke before the response was complete.", True),
        (MAYBE_RECEIVED[2], "the connection broke while the request was being sent.", True),
        (MAYBE_RECEIVED[3], "the request could not be sent in time.", True),
        (MAYBE_RECEIVED[4], "the connection broke, or the response is not HTTP.", True),
        (UnicodeError("secret"), "the response redirects to an invalid host name.", True),
        (MAYBE_RECEIVED[5], "the response is not in the encoding that its header names.", True),
    ],
    ids=case_name,
)
def test_errors_of_the_connection_are_translated(
    error: Exception,
    message: str,
    received: bool,  # noqa: FBT001 - a column of the table
) -> None:
    translated = translate_http_error(error)
    assert (translated.message, translated.maybe_received) == (message, received)


def test_other_errors_of_the_transport_are_unchanged(open_client: Opener) -> None:
    with pytest.raises(ZeroDivisionError):
        open_client(Platform(ZeroDivisionError())).call("jobs")


FAULTS = st.lists(
    st.one_of(
        st.sampled_from([*NOT_RECEIVED, *MAYBE_RECEIVED]),
        st.integers(300, 599).map(httpx.Response),
    ),
    max_size=8,
)


@given(FAULTS, st.sampled_from(["sync", "async"]))
def test_a_creation_that_may_have_been_received_is_never_sent_twice(
    faults: list[httpx.Response | Exception], kind: str
) -> None:
    answers: list[httpx.Response | Exception] = [*faults, data(job(), 202)]
    platform = Platform(*answers)
    client = Client(kind, httpx.MockTransport(platform))
    try:
        client.call("create_job", FILTER)
    except ExporterError:
        pass
    finally:
        client.close()
    for answer in answers[: len(platform.requests) - 1]:
        refused = isinstance(answer, httpx.Response) and answer.status_code == 429
        assert refused or answer in NOT_RECEIVED
