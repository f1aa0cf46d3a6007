"""Pages of other origins send requests only if their origin is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from epfilter.exporter import SettingsError
from epfilter.exporter.service import ServiceSettings, create_app
from support.exporter_services import AUTHORIZATION, CREATE, HeldOrders, run_job
from support.rows import for_each

APP, OTHER = "https://app.example.com", "https://other.example.com"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-moltin-sdk-language",
}


@pytest.fixture
def shared(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
) -> Iterator[TestClient]:
    """A client of a service that allows two origins; it has no token."""
    allowed = replace(settings, allow_origins=(APP, "http://localhost:3000"))
    with TestClient(create_app(allowed)) as client:
        yield client


@for_each("path", ["/v2/jobs", "/v2/jobs/1/", "/oauth/access_token", "/files/x"])
def test_a_preflight_needs_no_token_and_allows_the_headers_of_sdks(
    shared: TestClient, path: str
) -> None:
    response = shared.options(path, headers={**PREFLIGHT, "Origin": APP})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == APP
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"]
    assert allowed == PREFLIGHT["Access-Control-Request-Headers"]
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("changes", [{"Origin": OTHER}, {"Access-Control-Request-Method": "PUT"}])
def test_any_other_preflight_is_refused(shared: TestClient, changes: dict[str, str]) -> None:
    response = shared.options("/v2/jobs", headers={"Origin": APP, **PREFLIGHT, **changes})
    assert response.status_code == 400


def test_an_allowed_page_reads_responses_errors_and_files(
    shared: TestClient, held_orders: HeldOrders
) -> None:
    shared.headers.update({**AUTHORIZATION, "Origin": APP})
    job_id = run_job(shared, held_orders)
    link = shared.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    responses = [
        shared.post("/v2/jobs", json=CREATE),
        shared.get(link),
        shared.get("/v2/jobs/1"),
        shared.get("/v2/jobs", headers={"Authorization": ""}),
    ]
    assert [response.status_code for response in responses] == [202, 200, 404, 401]
    for response in responses:
        assert response.headers["Access-Control-Allow-Origin"] == APP
        assert "Origin" in response.headers["Vary"]
        assert "X-Request-Id" in response.headers["Access-Control-Expose-Headers"]


def test_an_allowed_page_reads_internal_errors(shared: TestClient, held_orders: HeldOrders) -> None:
    held_orders.unready = True
    response = shared.get("/readyz", headers={"Origin": APP})
    assert response.status_code == 503
    assert response.headers["Access-Control-Allow-Origin"] == APP


def test_any_other_page_reads_nothing(shared: TestClient, client: TestClient) -> None:
    for visitor, origin in ((shared, OTHER), (shared, "null"), (client, APP)):
        response = visitor.get("/v2/jobs", headers={**AUTHORIZATION, "Origin": origin})
        assert "Access-Control-Allow-Origin" not in response.headers
    assert client.options("/v2/jobs", headers={**PREFLIGHT, "Origin": APP}).status_code == 204


@for_each(
    "origin",
    [
        "",
        "*",
        "null",
        "app.example.com",
        "https://app.example.com/",
        "https://app.example.com/page",
        "https://App.example.com",
        "https://app.example.com:443",
        "http://app.example.com:80",
        "https://*.example.com",
        "ftp://app.example.com",
        "http://[",
        "http://a]b",
        "http://localhost:",
    ],
)
def test_a_text_that_no_browser_sends_as_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="an allowed origin is not one that a browser sends"):
        ServiceSettings(orders="a.csv", state="s", token="12345678", allow_origins=[origin])  # noqa: S106 - opens nothing
