"""Who gets in, and what every answer has for browsers."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from epfilter.exporter import SettingsError
from epfilter.exporter.service import ServiceSettings, create_app
from epfilter.exporter.service.security import generate_token
from support.exporter_services import AUTHORIZATION, TOKEN, HeldOrders
from support.rows import for_each

OPEN = {
    *("/", "/page/assets/{name}"),
    *("/healthz", "/readyz", "/openapi.json", "/oauth/access_token", "/files/{signed}"),
}


def test_every_other_route_requires_the_token(app: Starlette) -> None:
    routes = [route for route in app.routes if isinstance(route, Route)]
    assert len(routes) == len(app.routes)
    with TestClient(app) as client:
        refusal_response = {
            route.path
            for route in routes
            for method in route.methods or ()
            if client.request(
                method, route.path.format(jobID="1", signed="1", name="1")
            ).status_code
            == 401
        }
    allowed = {route.path for route in routes} - refusal_response
    assert {path.removesuffix("/") or "/" for path in allowed} == OPEN


@for_each(
    "path",
    [
        "/v2/jobs",
        "/v2/jobs/",
        "/nothing",
        "/healthz/",
        "/../healthz/x",
        "/healthz%2f..",
        "/HEALTHZ",
    ],
)
def test_unknown_paths_require_the_token(app: Starlette, path: str) -> None:
    with TestClient(app) as client:
        for method in ("GET", "HEAD", "POST", "BREW"):
            response = client.request(method, path)
            assert response.status_code == 401
            assert response.headers["WWW-Authenticate"] == 'Bearer realm="epfilter"'


@for_each(
    ("value", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer  {TOKEN} ", 200),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Bearer {TOKEN.upper()}", 401),
        (f"Bearer {TOKEN}, Bearer {TOKEN}", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        ("", 401),
        ("Bearer \xe9", 401),
    ],
)
def test_only_the_token_is_accepted(app: Starlette, value: str, status: int) -> None:
    with TestClient(app) as client:
        response = client.get("/v2/jobs", headers={"Authorization": value.encode("latin-1")})
    assert response.status_code == status
    if status == 401:
        (error,) = response.json()["errors"]
        assert (error["status"], error["title"]) == (401, "Unauthorized")
        assert error["request_id"] == response.headers["X-Request-Id"]
        assert response.headers["WWW-Authenticate"].startswith('Bearer realm="epfilter"')


def test_two_tokens_are_refused(app: Starlette) -> None:
    with TestClient(app) as client:
        twice = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")]
        assert client.get("/v2/jobs", headers=twice).status_code == 401


def test_generated_tokens_are_unique() -> None:
    assert len({generate_token() for _ in range(100)}) == 100


@for_each(
    "path", ["/", "/v2/jobs", "/v2/jobs/1", "/files/x", "/healthz", "/openapi.json", "/nothing"]
)
def test_every_response_has_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    is_page = headers["Content-Type"].startswith("text/html")
    assert ("script-src 'self'" in policy) is is_page is (path == "/")


@for_each(
    "token",
    ["", "short", "1234567", "with\nbreak", "behind \n", "two words", " spaces ", "tökentöken"],
)
def test_a_token_that_is_invalid_in_a_header_is_refused(token: str) -> None:
    with pytest.raises(SettingsError, match="the token is too short, or has characters"):
        ServiceSettings(orders="a.csv", state="s", token=token)


@for_each(
    "url",
    [
        "",
        "exports.example.com",
        "ftp://exports.example.com",
        "https://",
        "https://exports.example.com/?a=1",
        "https://exports.example.com/#a",
        "https://exports.example.com/\n",
        "https://exports.example.com:x",
        "https://exports.example.com:0",
        "https://[exports",
        "https://exämple.com",
        "https://user:word@exports.example.com",
    ],
)
def test_an_invalid_public_url_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="the public URL is not an HTTP URL"):
        ServiceSettings(orders="a.csv", state="s", token=TOKEN, public_url=url)


def test_no_text_of_the_settings_contains_the_token() -> None:
    settings = ServiceSettings(
        orders="a.csv", state="s", token=TOKEN, jobs="postgresql://u:a-password@host/db"
    )
    assert TOKEN not in repr(settings)
    assert "a-password" not in repr(settings)


def test_the_folder_of_the_state_is_private(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    with TestClient(create_app(settings), headers=AUTHORIZATION):
        assert settings.state_folder.stat().st_mode & 0o077 == 0


def test_a_state_that_is_not_a_folder_is_refused(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> None:
    Path(settings.state).write_text("", encoding="utf-8")
    with (
        pytest.raises(SettingsError, match=r"cannot create the folder .*: File exists"),
        TestClient(create_app(settings)),
    ):
        pass
