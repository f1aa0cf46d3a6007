"""Links that nobody forges, that end, and that no header leads astray."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter.service import ServiceSettings, create_app
from epfilter.exporter.service.links import Links
from support.exporter_services import AUTHORIZATION, CREATE, HeldOrders, get_service, run_job
from support.rows import for_each

LINKS = Links(b"a key", lifetime=timedelta(minutes=1))


def signature(links: Links, job_id: UUID) -> str:
    return links.file_link("", job_id).removeprefix("/files/")


@given(job_id=st.uuids())
def test_a_link_identifies_its_job(job_id: UUID) -> None:
    assert LINKS.verify(signature(LINKS, job_id)) == job_id


@given(job_id=st.uuids(), place=st.integers(0, 200), other=st.characters(codec="ascii"))
def test_a_link_with_one_other_character_is_forged(job_id: UUID, place: int, other: str) -> None:
    whole = signature(LINKS, job_id)
    place %= len(whole)
    forged = whole[:place] + other + whole[place + 1 :]
    found = LINKS.verify(forged)
    # The last character of Base64 has bits that mean nothing.
    assert found is None or found == job_id


@given(text=st.text(max_size=600))
def test_no_other_text_is_a_link(text: str) -> None:
    assert LINKS.verify(text) is None


def test_a_link_signed_with_another_key_is_forged() -> None:
    other = Links(b"another key", lifetime=timedelta(minutes=1))
    assert LINKS.verify(signature(other, uuid4())) is None


def test_a_link_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    signed = signature(LINKS, UUID(int=7))
    for seconds, found in [(59, UUID(int=7)), (62, None)]:
        monkeypatch.setattr(time, "time", lambda seconds=seconds: now + seconds)
        assert LINKS.verify(signed) == found


def links_of(app: Starlette, headers: dict[str, str], address: str = "http://testserver") -> str:
    with TestClient(app, base_url=address, headers=AUTHORIZATION) as client:
        job = client.post("/v2/jobs", json=CREATE, headers=headers).json()["data"][0]
    link: str = job["links"]["self"]
    return link.partition("/v2/jobs/")[0]


@for_each(
    ("headers", "base"),
    [
        ({"Host": "exports.example.com"}, "http://exports.example.com"),
        ({"Host": "127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        ({"Host": "[::1]:8000"}, "http://[::1]:8000"),
        ({"Host": "evil.example/path?"}, "http://testserver:80"),
        ({"Host": "a@evil.example"}, "http://testserver:80"),
        ({"Host": "x:80:80"}, "http://testserver:80"),
        ({"Host": "x y"}, "http://testserver:80"),
        ({"Host": ""}, "http://testserver:80"),
        (
            {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
            "http://testserver",
        ),
        ({"X-Forwarded-Proto": "gopher"}, "http://testserver"),
    ],
)
def test_links_begin_with_the_requested_address(
    app: Starlette, headers: dict[str, str], base: str
) -> None:
    assert links_of(app, headers) == base


@pytest.mark.parametrize(
    ("public_url", "base"),
    [
        ("https://exports.example.com", "https://exports.example.com"),
        ("https://example.com/exports/", "https://example.com/exports"),
    ],
)
def test_links_begin_with_the_public_url_if_there_is_one(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
    public_url: str,
    base: str,
) -> None:
    app = create_app(replace(settings, public_url=public_url))
    assert links_of(app, {"Host": "evil.example"}) == base


@pytest.mark.parametrize(
    ("server", "base"),
    [
        (("::1", 8000), "http://[::1]:8000/root"),
        (("/run/service.sock", None), "http:///run/service.sock/root"),
        (None, "http://localhost/root"),
    ],
)
def test_without_a_host_links_begin_with_the_address_of_the_server(
    server: tuple[str, int | None] | None, base: str
) -> None:
    from starlette.requests import HTTPConnection

    from epfilter.exporter.service.links import base_url

    scope: dict[str, object] = {
        "type": "http",
        "scheme": "http",
        "headers": [],
        "server": server,
        "root_path": "/root/",
    }
    assert base_url(HTTPConnection(scope), None) == base


@for_each(
    "signed",
    [
        "x",
        "..%2f..%2fjobs.db",
        "%2e%2e",
        "InVzZXIi.aa.bb",
        "00000000-0000-0000-0000-000000000001",
        "a" * 5000,
        "%00",
    ],
)
def test_no_other_file_can_be_downloaded(client: TestClient, signed: str) -> None:
    response = client.get(f"/files/{signed}", headers={"Authorization": ""})
    assert (response.status_code, response.json()["errors"][0]["detail"]) in [
        (404, "The resource you are requesting does not exist"),
        (401, "Send the token of this service: Authorization: Bearer <token>."),
    ]


def test_a_link_to_a_job_that_has_no_file_is_not_found(client: TestClient, app: Starlette) -> None:
    job_id = client.post("/v2/jobs", json=CREATE).json()["data"][0]["id"]
    links = get_service(app).links
    for one in (UUID(job_id), uuid4()):
        assert client.get(links.file_link("", one)).status_code == 404


def test_services_on_one_queue_accept_the_links_of_each_other(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    with TestClient(create_app(settings), headers=AUTHORIZATION) as client:
        job_id = run_job(client, held_orders)
        link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
        with TestClient(create_app(settings)) as other:
            assert other.get(link).content == held_orders.csv
