"""Client credentials give an access token, which gives access until it expires."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from epfilter.exporter import SettingsError
from epfilter.exporter.service import ServiceSettings, create_app
from epfilter.exporter.service.access_tokens import AccessTokens
from epfilter.exporter.service.links import Links
from support.exporter_services import AUTHORIZATION, HeldOrders, run_job
from support.rows import for_each

PATH = "/oauth/access_token"
FORM = {
    "grant_type": "client_credentials",
    "client_id": "shop",
    "client_secret": "a+secret&more=100%",
}
HOUR = timedelta(hours=1)


@pytest.fixture
def open_settings(settings: ServiceSettings) -> ServiceSettings:
    return replace(settings, client_id=FORM["client_id"], client_secret=FORM["client_secret"])


@pytest.fixture
def visitor(
    open_settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> Iterator[TestClient]:
    """A client without a token."""
    with TestClient(create_app(open_settings)) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def log_in(client: TestClient) -> str:
    return str(client.post(PATH, data=FORM).json()["access_token"])


def test_the_response_has_the_members_of_the_platform(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_535_760_000.5)
    response = visitor.post(PATH, data=FORM)
    answer = response.json()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert len(answer.pop("access_token")) < 200
    assert answer == {
        "expires": 1535763600,
        "expires_in": 3600,
        "identifier": "client_credentials",
        "token_type": "Bearer",
    }


def test_an_access_token_gives_access_to_every_operation(
    visitor: TestClient, held_orders: HeldOrders
) -> None:
    visitor.headers.update(bearer(log_in(visitor)))
    job_id = run_job(visitor, held_orders)
    paths = ("/v2/jobs", f"/v2/jobs/{job_id}", f"/v2/jobs/{job_id}/file", "/metrics", "/page/jobs")
    assert {visitor.get(path).status_code for path in paths} == {200}


def test_an_access_token_works_until_it_expires(
    visitor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(log_in(visitor))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3599)
    assert visitor.get("/v2/jobs", headers=headers).status_code == 200
    monkeypatch.setattr(time, "time", lambda: now + 3602)
    response = visitor.get("/v2/jobs", headers=headers)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_every_process_of_the_queue_accepts_an_access_token_until_the_secret_changes(
    open_settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    with TestClient(create_app(open_settings)) as client:
        headers = bearer(log_in(client))

    def status(settings: ServiceSettings) -> int:
        with TestClient(create_app(settings), headers=headers) as client:
            response = client.get("/v2/jobs")
        return int(response.status_code)

    assert status(open_settings) == 200
    assert status(replace(open_settings, client_secret="another-secret")) == 401  # noqa: S106 - opens nothing
    assert status(replace(open_settings, client_id="another")) == 401
    assert status(replace(open_settings, client_id=None, client_secret=None)) == 401


@for_each(
    ("changes", "status", "detail"),
    [
        ({"grant_type": None}, 400, "The form has no `grant_type`."),
        ({"grant_type": ""}, 400, "The form has no `grant_type`."),
        ({"client_id": None}, 400, "The form has no `client_id`."),
        ({"client_secret": None}, 400, "The form has no `client_secret`."),
        (
            {"grant_type": "implicit", "client_secret": None},
            400,
            "`grant_type` must be `client_credentials`; set the client secret in your client.",
        ),
        ({"client_id": ["shop", "shop"]}, 400, "The form has `client_id` twice."),
        ({"client_id": "sho"}, 401, "The client credentials are not those of this service."),
        (
            {"client_id": "shopa", "client_secret": FORM["client_secret"][1:]},
            401,
            "The client credentials are not those of this service.",
        ),
        ({"client_secret": "x"}, 401, "The client credentials are not those of this service."),
        ({"client_secret": "🔑"}, 401, "The client credentials are not those of this service."),
        ({"scope": ["orders", "orders"]}, 200, None),
    ],
)
def test_a_form_is_refused_in_words(
    visitor: TestClient, changes: dict[str, Any], status: int, detail: str | None
) -> None:
    form = {name: value for name, value in (FORM | changes).items() if value is not None}
    response = visitor.post(PATH, data=form)
    assert response.status_code == status
    if detail is not None:
        assert response.json()["errors"][0]["detail"] == detail


@for_each(
    ("body", "headers", "status"),
    [
        (b"", {}, 415),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"client_id=%FF", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"\xff", {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"a&" * 200, {"Content-Type": "application/x-www-form-urlencoded"}, 400),
        (b"a=" + b"b" * 5000, {"Content-Type": "application/x-www-form-urlencoded"}, 413),
        (b"a", {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}, 400),
    ],
)
def test_a_body_that_is_not_a_form_is_refused(
    visitor: TestClient, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert visitor.post(PATH, content=body, headers=headers).status_code == status


def test_a_service_without_client_credentials_issues_no_token(client: TestClient) -> None:
    response = client.post(PATH, data=FORM)
    assert response.status_code == 401
    assert response.json()["errors"][0]["detail"] == (
        "This service has no client credentials; send its token instead."
    )
    assert client.get("/v2/jobs", headers=AUTHORIZATION).status_code == 200


def test_nothing_else_that_the_service_signs_is_an_access_token() -> None:
    key = b"k" * 32
    tokens = AccessTokens(key, FORM["client_id"], FORM["client_secret"], lifetime=HOUR)
    token = str(tokens.issue({name: [value] for name, value in FORM.items()})["access_token"])
    link = Links(key, lifetime=HOUR).file_link("", UUID(int=1)).rpartition("/")[2]
    assert tokens.verify(token)
    assert Links(key, lifetime=HOUR).verify(token) is None
    flipped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    assert [tokens.verify(text) for text in (link, "", "a.b.c", "é", token * 10, flipped)] == [
        False
    ] * 6


@for_each(
    "changes",
    [
        {"client_id": "shop"},
        {"client_secret": "a-long-secret"},
        {"client_id": "", "client_secret": "a-long-secret"},
        {"client_id": "my shop", "client_secret": "a-long-secret"},
        {"client_id": "café", "client_secret": "a-long-secret"},
        {"client_id": "shop", "client_secret": "1234567"},
        {"client_id": "shop", "client_secret": ""},
        {"token_lifetime": timedelta()},
    ],
)
def test_credentials_that_protect_nothing_or_no_client_sends_are_refused(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(SettingsError):
        ServiceSettings(orders="a.csv", state="s", token="12345678", **changes)  # noqa: S106 - opens nothing


def test_the_secret_is_not_in_the_text_of_the_settings(open_settings: ServiceSettings) -> None:
    assert FORM["client_secret"] not in repr(open_settings)
