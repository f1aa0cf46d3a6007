"""The four operations of the platform, as a client sees them."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import timedelta
from shutil import rmtree
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from epfilter.exporter import Job
from epfilter.exporter.models import NO_RESULTS
from epfilter.exporter.service import ServiceSettings, create_app
from epfilter.exporter.service.responses import ERRORS
from support.exporter_services import (
    AUTHORIZATION,
    CREATE,
    HeldOrders,
    eventually,
    get_service,
    job_request,
    run_job,
)
from support.rows import for_each

FILTER = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"
NO_JOB = "00000000-0000-4000-8000-000000000000"
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")


def made(client: TestClient, body: object = CREATE) -> dict[str, Any]:
    response = client.post("/v2/jobs", json=body)
    assert response.status_code == 202
    (job,) = response.json()["data"]
    return job  # type: ignore[no-any-return] # JSON has no types


def refusal(response: Response) -> dict[str, Any]:
    """The one error of an answer, which has what every error of the service has."""
    (error,) = response.json()["errors"]
    assert error["status"] == response.status_code
    assert error["request_id"] == response.headers["X-Request-Id"]
    assert str(UUID(error["request_id"])) == error["request_id"]
    return error  # type: ignore[no-any-return] # JSON has no types


def test_a_new_job_has_the_format_of_the_platform(client: TestClient) -> None:
    job = made(client, job_request("eq(payment, paid)"))
    job_id = job["id"]
    times = job.pop("timestamps")
    assert str(UUID(job_id)) == job_id
    assert job == {
        "id": job_id,
        "type": "job",
        "job_type": "order_export",
        "status": "pending",
        "filter": "eq(payment,paid)",
        "link": {"href": ""},
        "links": {"self": f"http://testserver/v2/jobs/{job_id}"},
    }
    assert times["created_at"] == times["updated_at"]
    assert NANOSECONDS.fullmatch(times["created_at"])


def test_a_job_without_a_filter_exports_all_orders_and_has_no_such_member(
    client: TestClient,
) -> None:
    assert "filter" not in made(client)


def test_a_job_goes_from_pending_to_started_to_success(
    client: TestClient, held_orders: HeldOrders
) -> None:
    first, second = made(client), made(client)

    def status(job: dict[str, Any]) -> str:
        return str(client.get(f"/v2/jobs/{job['id']}").json()["data"]["status"])

    eventually(lambda: status(first) == "started")
    assert status(second) == "pending"
    held_orders.open.set()
    eventually(lambda: status(second) == "success")
    assert status(first) == "success"
    done = client.get(f"/v2/jobs/{first['id']}").json()["data"]
    assert done["link"]["href"].startswith("http://testserver/files/")
    assert done["timestamps"]["updated_at"] > done["timestamps"]["created_at"]
    assert "error" not in done
    Job.model_validate(done)


def test_a_failed_job_has_an_error_and_no_link(client: TestClient, held_orders: HeldOrders) -> None:
    held_orders.rows = 0
    held_orders.open.set()
    job = made(client, job_request(FILTER))
    address = f"/v2/jobs/{job['id']}"
    eventually(lambda: client.get(address).json()["data"]["status"] == "failed")
    failed = client.get(address).json()["data"]
    assert (failed["error"], failed["link"]) == (
        NO_RESULTS,
        {"href": ""},
    )
    assert (
        refusal(client.get(f"{address}/file"))["detail"] == "The job has failed, so it has no file"
    )


def test_all_jobs_are_listed_the_newest_first(client: TestClient) -> None:
    assert client.get("/v2/jobs").json()["data"] == []
    ids = [made(client)["id"] for _ in range(3)]
    assert [job["id"] for job in client.get("/v2/jobs").json()["data"]] == ids[::-1]


def test_a_page_of_jobs_has_the_meta_and_links_of_the_platform(client: TestClient) -> None:
    ids = [made(client)["id"] for _ in range(5)][::-1]
    response = client.get("/v2/jobs", params={"page[limit]": 2, "page[offset]": 2}).json()
    assert [job["id"] for job in response["data"]] == ids[2:4]
    assert response["meta"] == {
        "page": {"limit": 2, "offset": 2, "current": 2, "total": 3},
        "results": {"total": 5},
    }
    links = {name: client.get(link).json()["data"] for name, link in response["links"].items()}
    assert {name: [job["id"] for job in jobs] for name, jobs in links.items()} == {
        "current": ids[2:4],
        "first": ids[:2],
        "last": ids[4:],
        "next": ids[4:],
        "prev": ids[:2],
    }


def test_the_page_before_one_behind_the_end_is_the_last(client: TestClient) -> None:
    ids = [made(client)["id"] for _ in range(3)][::-1]
    response = client.get("/v2/jobs", params={"page[limit]": 2, "page[offset]": 1000}).json()
    assert (response["data"], "next" in response["links"]) == ([], False)
    previous = client.get(response["links"]["prev"]).json()
    assert [job["id"] for job in previous["data"]] == ids[2:]


def test_a_client_that_follows_next_reads_every_job_once(
    client: TestClient, app: Starlette
) -> None:
    created = [str(get_service(app).jobs.create(None).id) for _ in range(250)]
    found: list[str] = []
    pages = 0
    link: str | None = "/v2/jobs?sort=created_at"
    while link:
        page = client.get(link).json()
        found += [job["id"] for job in page["data"]]
        link, pages = page["links"].get("next"), pages + 1
    assert (found, pages) == (created, 3)
    assert len(client.get("/v2/jobs").json()["data"]) == 100


@pytest.mark.parametrize("member", ["created_at", "updated_at"])
def test_jobs_are_sorted_by_creation_or_update(
    client: TestClient, held_orders: HeldOrders, member: str
) -> None:
    first = made(client)["id"]
    others = [made(client)["id"] for _ in range(2)]
    held_orders.open.set()
    eventually(lambda: client.get(f"/v2/jobs/{others[-1]}").json()["data"]["status"] == "success")

    def times(order: str) -> list[str]:
        jobs = client.get(f"/v2/jobs?sort={order}").json()["data"]
        assert {job["id"] for job in jobs} == {first, *others}
        return [job["timestamps"][member] for job in jobs]

    assert times(member) == sorted(times(member))
    assert times(f"-{member}") == times(member)[::-1]
    assert len({*times(member)}) == 3


LIMIT = "`page[limit]` must be a number from 1 to 100."
OFFSET = "`page[offset]` must be a number from 0 to 1000000000."


@for_each(
    ("query", "detail"),
    [
        ("page[limit]=0", LIMIT),
        ("page[limit]=101", LIMIT),
        ("page[limit]=-1", LIMIT),
        ("page[limit]=", LIMIT),
        ("page[limit]=1.0", LIMIT),
        ("page[limit]=%D9%A5", LIMIT),
        (f"page[limit]={'9' * 5000}", LIMIT),
        ("page%5Boffset%5D=-1", OFFSET),
        ("page[offset]=1000000001", OFFSET),
        (
            "sort=status",
            "`sort` must be one of `created_at`, `-created_at`, `updated_at`, `-updated_at`.",
        ),
    ],
)
def test_an_invalid_page_is_refused(client: TestClient, query: str, detail: str) -> None:
    assert refusal(client.get(f"/v2/jobs?{query}"))["detail"] == detail


@for_each(
    "query",
    ["page%5Blimit%5D=100", "page[offset]=1000000000", "limit=0", "filter=eq(a,1)", "include=x"],
)
def test_other_parameters_are_ignored_and_a_page_may_be_empty(
    client: TestClient, query: str
) -> None:
    response = client.get(f"/v2/jobs?{query}")
    assert (response.status_code, response.json()["data"]) == (200, [])


def test_an_unfinished_job_has_no_file(client: TestClient) -> None:
    job = made(client)
    response = client.get(f"/v2/jobs/{job['id']}/file")
    assert response.status_code == 404
    assert refusal(response)["title"] == "Resource Not Found"
    assert refusal(response)["detail"] == "The job has no file yet"


def test_the_link_leads_to_the_file(client: TestClient, held_orders: HeldOrders) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    response = client.get(link, headers={"Authorization": ""})
    assert response.content == held_orders.csv
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="orders-{job_id}.csv"'
    assert response.headers["Content-Length"] == str(len(held_orders.csv))
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.fixture
def file_link(client: TestClient, held_orders: HeldOrders) -> str:
    """Return the link to the file of a job."""
    job_id = run_job(client, held_orders)
    return str(client.get(f"/v2/jobs/{job_id}").json()["data"]["link"]["href"])


@for_each(
    ("headers", "status", "part"),
    [
        ({"Range": "bytes=0-1"}, 206, slice(0, 2)),
        ({"Range": "bytes=3-"}, 206, slice(3, None)),
        ({"Range": "bytes=-4"}, 206, slice(-4, None)),
        ({"Range": "bytes=3-", "If-Range": '"another"'}, 200, slice(None)),
        ({"Range": "bytes=3-", "If-Range": "ETAG"}, 206, slice(3, None)),
        ({"Range": "bytes=1000-", "If-Range": '"another"'}, 200, slice(None)),
        ({"Range": "bytes=1000-,3-"}, 206, slice(3, None)),
        ({"Range": "bytes=0-1000"}, 206, slice(None)),
        ({"Range": f"bytes=3-{'9' * 5000}"}, 206, slice(3, None)),
        ({"Range": "bytes=-1000"}, 206, slice(None)),
        ({"Range": "BYTES= ,0-1"}, 206, slice(0, 2)),
        ({"Range": "bytes=5-2"}, 200, slice(None)),
        ({"Range": "bytes=0-1,5-2"}, 200, slice(None)),
        ({"Range": "x=1"}, 200, slice(None)),
        ({"Range": "lines=0-1"}, 200, slice(None)),
        ({"Range": "bytes"}, 200, slice(None)),
        ({"Range": "bytes="}, 200, slice(None)),
        ({"Range": "bytes=-"}, 200, slice(None)),
        ({"Range": "bytes=a-b"}, 200, slice(None)),
        ({"Range": "bytes=1_0-"}, 200, slice(None)),
        ({"Range": "bytes=+1-"}, 200, slice(None)),
    ],
)
def test_a_download_can_be_resumed(  # noqa: PLR0913, PLR0917 - fixtures, and the columns of the table
    client: TestClient,
    held_orders: HeldOrders,
    file_link: str,
    headers: dict[str, str],
    status: int,
    part: slice,
) -> None:
    etag = client.head(file_link).headers["ETag"]
    response = client.get(
        file_link, headers={**headers, "If-Range": etag} if "ETAG" in str(headers) else headers
    )
    assert (response.status_code, response.content) == (status, held_orders.csv[part])


@for_each("asked", ["bytes=1000-", "bytes=1000-2000,3000-", "bytes=-0", f"bytes={'9' * 5000}-"])
def test_a_range_outside_of_the_file_is_refused(
    client: TestClient, held_orders: HeldOrders, asked: str
) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}").json()["data"]["link"]["href"]
    response = client.get(link, headers={"Range": asked})
    assert (response.status_code, refusal(response)["title"]) == (416, "Range Not Satisfiable")
    assert response.headers["Content-Range"] == f"bytes */{len(held_orders.csv)}"
    whole = client.head(link, headers={"Range": asked})
    assert (whole.status_code, whole.headers["Content-Length"]) == (200, str(len(held_orders.csv)))


def test_several_ranges_are_sent_together(client: TestClient, held_orders: HeldOrders) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}").json()["data"]["link"]["href"]
    response = client.get(link, headers={"Range": "bytes=0-1,1000-,5-7"})
    assert response.status_code == 206
    assert response.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert response.content.count(b"Content-Range: bytes ") == 2
    twice = client.get(link, headers=[("Range", "bytes=0-1"), ("Range", "bytes=0-2")])
    assert (twice.status_code, twice.content) == (200, held_orders.csv)


def test_an_expired_job_its_file_and_its_link_are_gone(
    client: TestClient, app: Starlette, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    addresses = [f"/v2/jobs/{job_id}", f"/v2/jobs/{job_id}/file", link]
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    a_week_later = time.time_ns() + timedelta(weeks=1) // timedelta(microseconds=1) * 1000
    monkeypatch.setattr(get_service(app).jobs, "_clock", lambda: a_week_later)
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    assert client.get("/v2/jobs").json()["data"] == []


def test_a_file_that_expires_during_the_request_is_not_found(
    client: TestClient, app: Starlette, held_orders: HeldOrders
) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    get_service(app).files.remove(UUID(job_id))
    assert refusal(client.get(link))["detail"] == ERRORS[404].detail


def test_a_file_whose_folder_became_a_file_is_not_found(
    client: TestClient, settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    job_id = run_job(client, held_orders)
    link = client.get(f"/v2/jobs/{job_id}/file").json()["data"]["href"]
    folder = settings.state_folder / "files"
    rmtree(folder)
    folder.touch()
    assert refusal(client.get(link))["detail"] == ERRORS[404].detail


@pytest.mark.parametrize("suffix", ["", "/file"])
@for_each(
    "job_id",
    [
        NO_JOB,
        "1",
        "x" * 300,
        "974c9db438da4dbf90c233eed5f3e77c",
        "{974c9db4-38da-4dbf-90c2-33eed5f3e77c}",
        "urn:uuid:974c9db4-38da-4dbf-90c2-33eed5f3e77c",
        "..",
        "%2e%2e%2f",
        "a%00b",
        "%F0%9F%8D%90",
        "%FF",
    ],
)
def test_an_unknown_job_is_not_found(client: TestClient, job_id: str, suffix: str) -> None:
    response = client.get(f"/v2/jobs/{job_id}{suffix}")
    assert (response.status_code, refusal(response)["detail"]) == (404, ERRORS[404].detail)


@pytest.mark.parametrize("write", ["974c9db438da4dbf90c233eed5f3e77c", "{%s}", "urn:uuid:%s"])
def test_a_job_has_one_address(client: TestClient, write: str) -> None:
    job_id = made(client)["id"]
    other = write % job_id if "%s" in write else job_id.replace("-", "")
    assert client.get(f"/v2/jobs/{other}").status_code == 404
    assert client.get(f"/v2/jobs/{job_id.upper()}").status_code == 200


ALLOW = [
    ("/v2/jobs", "GET, HEAD, OPTIONS, POST"),
    (f"/v2/jobs/{NO_JOB}", "GET, HEAD, OPTIONS"),
    (f"/v2/jobs/{NO_JOB}/file", "GET, HEAD, OPTIONS"),
    ("/oauth/access_token", "OPTIONS, POST"),
    ("/files/x", "GET, HEAD, OPTIONS"),
    ("/healthz", "GET, HEAD, OPTIONS"),
    ("/openapi.json", "GET, HEAD, OPTIONS"),
]


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "PATCH"])
@for_each(("path", "allow"), ALLOW)
def test_an_unsupported_method_is_refused_with_the_supported_ones(
    client: TestClient, method: str, path: str, allow: str
) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.headers["Allow"]) == (405, allow)
    assert refusal(response)["title"] == "Method Not Allowed"


@for_each(("path", "allow"), ALLOW)
def test_options_lists_the_supported_methods(client: TestClient, path: str, allow: str) -> None:
    response = client.options(path)
    assert (response.status_code, response.headers["Allow"]) == (204, allow)
    assert response.content == b""


@for_each("path", ["/v2", "/V2/JOBS", "/v2/jobs//", "/files/", "/nothing"])
def test_other_paths_are_not_found_and_redirect_nowhere(client: TestClient, path: str) -> None:
    for method in ("GET", "OPTIONS"):
        response = client.request(method, path, follow_redirects=False)
        assert (response.status_code, refusal(response)["title"]) == (404, "Resource Not Found")


def test_an_operation_may_end_with_a_slash(client: TestClient, held_orders: HeldOrders) -> None:
    created = client.post("/v2/jobs/", json=CREATE, follow_redirects=False)
    (job,) = created.json()["data"]
    assert job["links"]["self"] == f"http://testserver/v2/jobs/{job['id']}"
    held_orders.open.set()
    eventually(lambda: client.get(f"/v2/jobs/{job['id']}/file").status_code == 200)
    for path in ("/v2/jobs/", f"/v2/jobs/{job['id']}/", f"/v2/jobs/{job['id']}/file/"):
        assert client.get(path, follow_redirects=False).status_code == 200
    assert client.get(f"/v2/jobs/{job['id']}/").json() == client.get(job["links"]["self"]).json()


def test_a_long_list_is_compressed_for_clients_that_accept_it(client: TestClient) -> None:
    for _ in range(20):
        made(client, job_request("eq(payment,refunded)"))
    plain = client.get("/v2/jobs", headers={"Accept-Encoding": "identity"})
    packed = client.get("/v2/jobs", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 4
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert [job["id"] for job in packed.json()["data"]] == [
        job["id"] for job in plain.json()["data"]
    ]
    job_id = plain.json()["data"][0]["id"]
    one = client.get(f"/v2/jobs/{job_id}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in one.headers


def test_a_request_with_two_lengths_is_refused(client: TestClient) -> None:
    headers = {"Content-Length": "5", "Transfer-Encoding": "chunked"}
    for path in ("/v2/jobs", "/healthz"):
        response = client.request("POST", path, content=b"0\r\n\r\n", headers=headers)
        assert refusal(response)["detail"] == (
            "Send either Content-Length or Transfer-Encoding, not both."
        )
        assert response.headers["Connection"] == "close"


@for_each("path", ["/v2/jobs", "/healthz", "/readyz", "/openapi.json", "/metrics"])
def test_head_has_the_status_of_get(client: TestClient, path: str) -> None:
    response = client.head(path)
    assert response.status_code == client.get(path).status_code == 200


def test_an_invalid_filter_is_refused_with_its_diagnostics(client: TestClient) -> None:
    error = refusal(client.post("/v2/jobs", json=job_request("gte(created_at,2018-09-01)")))
    assert (error["title"], error["detail"]) == (
        "Bad Request",
        "Could not parse the supplied filter",
    )
    (found,) = error["meta"]["diagnostics"]
    assert (found["code"], found["span"], found["hint"]) == ("EPF108", [0, 3], "write `ge`")
    assert error["meta"].keys() == {"diagnostics"}


@for_each(
    ("text", "codes"),
    [
        ("", ["EPF101"]),
        ("eq(payment,paid", ["EPF102"]),
        ("eq(paymnt,paid)", ["EPF201"]),
        ("gt(payment,paid)", ["EPF202"]),
        ("gt(created_at,yesterday)", ["EPF203"]),
        ("eq(payment,refnded)", ["EPF204"]),
        ("eq(payment,paid):eq(paymnt,paid)|eq(nothing,1)", ["EPF201", "EPF201"]),
    ],
)
def test_an_invalid_filter_never_exports_everything(
    client: TestClient, text: str, codes: list[str]
) -> None:
    error = refusal(client.post("/v2/jobs", json=job_request(text)))
    assert error["status"] == 400
    assert [one["code"] for one in error["meta"]["diagnostics"]] == codes
    assert client.get("/v2/jobs").json()["data"] == []


def test_a_filter_that_is_nested_too_deeply_is_refused(client: TestClient) -> None:
    text = "eq(payment,paid)"
    for _ in range(40):
        text = f"eq(a,1):(eq(a,1)|({text}:eq(a,1)))"
    error = refusal(client.post("/v2/jobs", json=job_request(text)))
    (found,) = error["meta"]["diagnostics"]
    assert found["message"].endswith("the limit is 64.")


@pytest.mark.parametrize("text", ["eq(shipping_name,Ron)", "like(email,ron)", "eq(email,*ron)"])
def test_a_filter_with_only_warnings_is_accepted(client: TestClient, text: str) -> None:
    assert made(client, job_request(text))["filter"] == text


def test_the_first_diagnostics_are_listed_and_the_others_counted(client: TestClient) -> None:
    error = refusal(client.post("/v2/jobs", json=job_request(":".join(["gte(a,1)"] * 50))))
    assert len(error["meta"]["diagnostics"]) == 20
    assert error["meta"]["more"] == 30


@pytest.mark.parametrize(
    ("repeated", "message"),
    [(6, "64 OR alternatives; 50"), (45, "more than 10¹² OR alternatives; 50")],
)
def test_a_filter_with_too_many_alternatives_is_refused(
    settings: ServiceSettings,
    held_orders: HeldOrders,  # noqa: ARG001 - the app opens these orders
    repeated: int,
    message: str,
) -> None:
    app = create_app(replace(settings, max_or_complexity=50))
    pair = "(eq(payment,paid)|eq(status,complete))"
    with TestClient(app, headers=AUTHORIZATION) as client:
        error = refusal(client.post("/v2/jobs", json=job_request(":".join([pair] * repeated))))
        assert error["detail"] == (
            f"The filter expands to {message} are allowed. A call counts 1, AND multiplies, OR "
            "adds: split the filter."
        )
        assert made(client, job_request(":".join([pair] * 5)))["status"] == "pending"


MEMBERS = "its members are `filter`, `job_type`, `type`."


@for_each(
    ("body", "detail"),
    [
        (5, "The body must be a JSON object."),
        ([], "The body must be a JSON object."),
        ({}, "`data` must be a JSON object."),
        ({"data": None}, "`data` must be a JSON object."),
        ({"data": {}}, "`data.type` is missing; it must be `job`."),
        ({"data": {"type": "job"}}, "`data.job_type` must be `order_export`."),
        (
            {"data": {"type": "job", "job_type": "import"}},
            "`data.job_type` must be `order_export`.",
        ),
        (
            {"data": CREATE["data"], "filter": "eq(payment,paid)"},
            "The body has no member `filter`; its members are `data`.",
        ),
        (
            {"data": {**CREATE["data"], "filtr": "eq(payment,paid)"}},
            f"`data` has no member `filtr`; {MEMBERS}",
        ),
        (
            {"data": {**CREATE["data"], "\u202e" + "x" * 100: 1}},
            f"`data` has no member `\\u202e{'x' * 18}…{'x' * 19}`; {MEMBERS}",
        ),
        (
            {"data": {**CREATE["data"], "filter": None}},
            "A filter of null would export every order; omit `data.filter` to do that.",
        ),
        ({"data": {**CREATE["data"], "filter": 5}}, "`data.filter` must be a string."),
        (
            {
                "data": {
                    **CREATE["data"],
                    "filter": {"op": "eq", "field": "payment", "value": "paid"},
                }
            },
            "`data.filter` must be a string.",
        ),
    ],
)
def test_a_body_that_is_not_a_create_job_is_refused(
    client: TestClient, body: object, detail: str
) -> None:
    error = refusal(client.post("/v2/jobs", json=body))
    assert (error["status"], error["title"], error["detail"]) == (400, "Bad Request", detail)
    assert "meta" not in error


def test_hostile_values_stay_values(client: TestClient) -> None:
    text = 'eq(email,"ron\\"@swanson.com;DROP TABLE jobs;--\'\n<script>")'
    job = made(client, job_request(text))
    assert client.get(f"/v2/jobs/{job['id']}").json()["data"]["filter"] == job["filter"] == text


def test_an_unexpected_error_is_answered_without_its_message(
    client: TestClient, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("ron@swanson.com")

    monkeypatch.setattr(get_service(app).jobs, "list_jobs", fail)
    asked = str(uuid4())
    response = client.get("/v2/jobs", headers={"X-Request-Id": asked})
    assert (response.status_code, response.headers["X-Content-Type-Options"]) == (500, "nosniff")
    error = refusal(response)
    assert error == {
        "status": 500,
        "title": "Internal Server Error",
        "detail": "There was an internal server error, you can report with your request id.",
        "request_id": asked,
    }


def test_a_request_keeps_its_id(client: TestClient) -> None:
    asked = str(uuid4())
    assert client.get("/healthz", headers={"X-Request-Id": asked}).headers["X-Request-Id"] == asked
    other = client.get("/healthz", headers={"X-Request-Id": "x\ty"}).headers["X-Request-Id"]
    assert str(UUID(other)) == other


def test_the_next_service_runs_a_pending_job(
    settings: ServiceSettings, held_orders: HeldOrders
) -> None:
    with TestClient(create_app(settings), headers=AUTHORIZATION) as client:
        job_id = made(client)["id"]
    held_orders.open.set()
    held_orders._interrupted.clear()
    with TestClient(create_app(settings), headers=AUTHORIZATION) as client:
        eventually(lambda: client.get(f"/v2/jobs/{job_id}").json()["data"]["status"] == "success")


def test_responses_are_json_in_utf_8(client: TestClient) -> None:
    job = made(client, job_request('eq(email,"rön@swanson.com")'))
    response = client.get(f"/v2/jobs/{job['id']}")
    assert response.headers["Content-Type"] == "application/json"
    assert "rön" in response.content.decode()
    assert json.loads(response.content)["data"]["filter"] == 'eq(email,"rön@swanson.com")'
