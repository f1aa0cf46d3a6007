"""Tokens by client credentials: requested when needed, renewed early, and once after 401."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from epfilter.exporter import (
    AuthenticationError,
    ConnectionFailedError,
    RequestFailedError,
    UnexpectedResponseError,
)
from exporter.client.conftest import Opener
from exporter.client.doubles import FILTER, Platform, data, job

CREDENTIALS: dict[str, Any] = {"client_id": "the-id", "client_secret": "the-hidden-word"}


def token(name: str, **further: object) -> httpx.Response:
    return httpx.Response(200, json={"access_token": name, "token_type": "Bearer", **further})


def sent_tokens(platform: Platform) -> list[str]:
    return [request.headers.get("authorization", request.url.path) for request in platform.requests]


@pytest.mark.parametrize(
    ("life", "pause", "renewed"),
    [
        ({"expires_in": 3600}, 3539, False),
        ({"expires_in": 3600}, 3540, True),
        ({"expires_in": 100}, 49, False),
        ({"expires_in": 100}, 50, True),
        ({}, 3539, False),
        ({}, 3540, True),
    ],
)
def test_a_token_is_renewed_before_it_expires(
    open_client: Opener,
    life: dict[str, int],
    pause: float,
    renewed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    renewal = [token("two")] if renewed else []
    platform = Platform(token("one", **life), data([]), *renewal, data([]))
    client = open_client(platform, **CREDENTIALS)
    client.call("jobs")
    client.time.now += pause
    client.call("jobs")
    further = ["/oauth/access_token", "Bearer two"] if renewed else ["Bearer one"]
    assert sent_tokens(platform) == ["/oauth/access_token", "Bearer one", *further]


@pytest.mark.parametrize("method", [("jobs",), ("create_job", FILTER)], ids=str)
def test_a_rejected_token_is_renewed_once(open_client: Opener, method: tuple[Any, ...]) -> None:
    platform = Platform(token("one"), httpx.Response(401), token("two"), data([job()]))
    open_client(platform, **CREDENTIALS).call(*method)
    assert sent_tokens(platform)[1::2] == ["Bearer one", "Bearer two"]


def test_a_new_token_that_is_also_rejected_is_an_error(open_client: Opener) -> None:
    platform = Platform(
        token("one"), httpx.Response(401), token("two"), httpx.Response(401), data([])
    )
    with pytest.raises(AuthenticationError):
        open_client(platform, **CREDENTIALS).call("jobs")
    assert len(platform.requests) == 4


def test_a_forbidden_request_does_not_renew_the_token(open_client: Opener) -> None:
    platform = Platform(token("one"), httpx.Response(403), data([]))
    with pytest.raises(AuthenticationError):
        open_client(platform, **CREDENTIALS).call("jobs")
    assert len(platform.requests) == 2


def test_a_token_from_the_settings_is_never_renewed(open_client: Opener) -> None:
    platform = Platform(httpx.Response(401), data([]))
    with pytest.raises(AuthenticationError) as error_info:
        open_client(platform).call("jobs")
    assert len(platform.requests) == 1
    assert error_info.value.status == 401


def test_the_request_for_a_token_is_repeated(open_client: Opener) -> None:
    platform = Platform(httpx.ReadTimeout("x"), httpx.Response(503), token("one"), data([]))
    open_client(platform, **CREDENTIALS).call("jobs")
    assert sent_tokens(platform)[-1] == "Bearer one"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_rejected_credentials_are_an_error_without_the_secret(
    open_client: Opener, status: int
) -> None:
    body = {"title": "Bad", "detail": "the-hidden-word is wrong", "request_id": "r-1"}
    with pytest.raises(AuthenticationError) as error_info:
        open_client(Platform(httpx.Response(status, json=body)), **CREDENTIALS).call("jobs")
    error = error_info.value
    assert error.message == f"the client credentials were rejected with {status}."
    assert (error.request_id, error.detail) == ("r-1", "*** is wrong")


def test_other_errors_of_the_token_request_are_unchanged(open_client: Opener) -> None:
    with pytest.raises(RequestFailedError, match="POST /oauth/access_token failed with 404"):
        open_client(Platform(httpx.Response(404)), **CREDENTIALS).call("jobs")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="the-hidden-word"),
        httpx.Response(200, json={}),
        token("two words"),
        token(""),
        token("one", expires_in=0),
    ],
)
def test_a_response_without_a_token_is_not_quoted(
    open_client: Opener, answer: httpx.Response
) -> None:
    with pytest.raises(UnexpectedResponseError, match="is not a token") as error_info:
        open_client(Platform(answer), **CREDENTIALS).call("jobs")
    assert "word" not in str(error_info.value)


def test_a_creation_without_a_token_was_not_received(open_client: Opener) -> None:
    platform = Platform(httpx.ReadTimeout("x"))
    with pytest.raises(ConnectionFailedError) as error_info:
        open_client(platform, **CREDENTIALS).call("create_job", FILTER)
    assert not error_info.value.maybe_received
    assert {request.url.path for request in platform.requests} == {"/oauth/access_token"}


def test_a_token_that_another_task_has_renewed_is_used(open_client: Opener) -> None:
    platform = Platform(token("one"))
    client = open_client(platform, **CREDENTIALS)

    def renewed(_: httpx.Request) -> httpx.Response:
        client.inner._jobs.api._token = "two"  # noqa: S105 - it opens nothing
        return httpx.Response(401)

    platform.answers = [token("one"), renewed, data([])]
    client.call("jobs")
    assert sent_tokens(platform) == ["/oauth/access_token", "Bearer one", "Bearer two"]
