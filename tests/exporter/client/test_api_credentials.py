"""Tokens by client credentials: got when needed, renewed early, and once on 401."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from epfilter.exporter import (
    AuthenticationError,
    ConnectionFailedError,
    RequestFailedError,
    UnexpectedAnswerError,
)
from exporter.client.conftest import Opener
from exporter.client.doubles import FILTER, Platform, data, job

WHO: dict[str, Any] = {"client_id": "the-id", "client_secret": "the-hidden-word"}


def token(name: str, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"access_token": name, "token_type": "Bearer", **more})


def sent(platform: Platform) -> list[str]:
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
    again = [token("two")] if renewed else []
    platform = Platform(token("one", **life), data([]), *again, data([]))
    client = open_client(platform, **WHO)
    client.call("jobs")
    client.time.now += pause
    client.call("jobs")
    more = ["/oauth/access_token", "Bearer two"] if renewed else ["Bearer one"]
    assert sent(platform) == ["/oauth/access_token", "Bearer one", *more]


@pytest.mark.parametrize("method", [("jobs",), ("create_job", FILTER)], ids=str)
def test_a_token_that_is_refused_is_renewed_once(
    open_client: Opener, method: tuple[Any, ...]
) -> None:
    platform = Platform(token("one"), httpx.Response(401), token("two"), data([job()]))
    open_client(platform, **WHO).call(*method)
    assert sent(platform)[1::2] == ["Bearer one", "Bearer two"]


def test_a_new_token_that_is_refused_too_is_an_error(open_client: Opener) -> None:
    platform = Platform(
        token("one"), httpx.Response(401), token("two"), httpx.Response(401), data([])
    )
    with pytest.raises(AuthenticationError):
        open_client(platform, **WHO).call("jobs")
    assert len(platform.requests) == 4


def test_a_request_that_is_not_allowed_needs_no_new_token(open_client: Opener) -> None:
    platform = Platform(token("one"), httpx.Response(403), data([]))
    with pytest.raises(AuthenticationError):
        open_client(platform, **WHO).call("jobs")
    assert len(platform.requests) == 2


def test_a_token_that_was_given_is_never_renewed(open_client: Opener) -> None:
    platform = Platform(httpx.Response(401), data([]))
    with pytest.raises(AuthenticationError) as raised:
        open_client(platform).call("jobs")
    assert len(platform.requests) == 1
    assert raised.value.status == 401


def test_getting_a_token_is_tried_again(open_client: Opener) -> None:
    platform = Platform(httpx.ReadTimeout("x"), httpx.Response(503), token("one"), data([]))
    open_client(platform, **WHO).call("jobs")
    assert sent(platform)[-1] == "Bearer one"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_wrong_credentials_are_told_without_the_secret(open_client: Opener, status: int) -> None:
    body = {"title": "Bad", "detail": "the-hidden-word is wrong", "request_id": "r-1"}
    with pytest.raises(AuthenticationError) as raised:
        open_client(Platform(httpx.Response(status, json=body)), **WHO).call("jobs")
    error = raised.value
    assert error.message == f"the client credentials were rejected with {status}."
    assert (error.request_id, error.detail) == ("r-1", "*** is wrong")


def test_another_error_of_the_token_s_server_stays_what_it_is(open_client: Opener) -> None:
    with pytest.raises(RequestFailedError, match="POST /oauth/access_token failed with 404"):
        open_client(Platform(httpx.Response(404)), **WHO).call("jobs")


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
def test_an_answer_without_a_token_is_not_quoted(
    open_client: Opener, answer: httpx.Response
) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is not a token") as raised:
        open_client(Platform(answer), **WHO).call("jobs")
    assert "word" not in str(raised.value)


def test_a_creation_for_which_no_token_came_was_not_received(open_client: Opener) -> None:
    platform = Platform(httpx.ReadTimeout("x"))
    with pytest.raises(ConnectionFailedError) as raised:
        open_client(platform, **WHO).call("create_job", FILTER)
    assert not raised.value.maybe_received
    assert {request.url.path for request in platform.requests} == {"/oauth/access_token"}


def test_a_token_that_somebody_else_has_renewed_meanwhile_is_taken(open_client: Opener) -> None:
    platform = Platform(token("one"))
    client = open_client(platform, **WHO)

    def renewed(_: httpx.Request) -> httpx.Response:
        client.inner._jobs.api._token = "two"  # noqa: S105 - it opens nothing
        return httpx.Response(401)

    platform.answers = [token("one"), renewed, data([])]
    client.call("jobs")
    assert sent(platform) == ["/oauth/access_token", "Bearer one", "Bearer two"]
