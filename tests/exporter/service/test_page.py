"""The page at `/`, as HTTP sees it."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.models import NO_RESULTS
from epfilter.exporter.service.page.preview import Branch, Preview, preview_filter
from epfilter.linter import lint
from support.exporter_services import CREATE, HeldOrders, eventually, job_request

HOSTILE = 'eq(name,"<script>alert(1)</script>&\'")'


def asked(client: TestClient, path: str, filter_: object) -> str:
    response = client.post(f"/page/{path}", json={"filter": filter_})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return str(response.text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page/assets/page.css", "text/css; charset=utf-8"),
        ("/page/assets/page.js", "text/javascript; charset=utf-8"),
    ],
)
def test_the_page_and_its_assets_need_no_token(client: TestClient, path: str, kind: str) -> None:
    response = client.get(path, headers={"Authorization": ""})
    assert response.status_code == 200
    assert response.headers["content-type"] == kind


@pytest.mark.parametrize("path", ["/page/preview", "/page/count", "/page/jobs"])
def test_routes_with_data_require_the_token(client: TestClient, path: str) -> None:
    method = "GET" if path.endswith("jobs") else "POST"
    response = client.request(method, path, headers={"Authorization": ""})
    assert response.status_code == 401


@pytest.mark.parametrize("name", ["..%2froutes.py", "routes.py", "%2e%2e/page.html", "page.html"])
def test_only_the_assets_can_be_downloaded(client: TestClient, name: str) -> None:
    assert client.get(f"/page/assets/{name}").status_code == 404


def test_the_page_loads_only_its_own_assets_and_has_no_inline_script(
    client: TestClient,
) -> None:
    response = client.get("/")
    assert "script-src 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert set(re.findall(r'(?:src|href)="([^"]+)"', response.text)) == {
        "data:,",
        "page/assets/page.css",
        "page/assets/page.js",
    }
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", response.text)


def test_the_page_lists_the_fields_of_orders(client: TestClient) -> None:
    page = client.get("/").text
    assert "<code>contact.email</code>" in page
    assert "authorized, paid, unpaid, refunded" in page


def test_a_valid_filter_is_shown_in_words_and_as_a_tree(client: TestClient) -> None:
    html = asked(client, "preview", "eq(payment, refunded):ge(with_tax,100)")
    assert 'data-accepted="true"' in html
    assert "whose payment is refunded" in html
    assert "<b>ge</b> <code>with_tax</code> <code>100</code>" in html
    assert "<code>eq(payment,refunded):ge(with_tax,100)</code>" in html


def test_each_error_is_shown_with_its_fix(client: TestClient) -> None:
    html = asked(client, "preview", "eq(paymet,refunded):eq(name,Ron")
    assert 'data-accepted="false"' in html
    assert "EPF201" in html
    assert "EPF102" in html
    assert 'data-text="eq(payment,refunded):eq(name,Ron"' in html
    assert 'data-text="eq(paymet,refunded):eq(name,Ron)"' in html


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_without_a_filter_every_order_is_selected(client: TestClient, blank: str) -> None:
    html = asked(client, "preview", blank)
    assert 'data-accepted="true"' in html
    assert "every order" in html


def test_typed_html_stays_text(client: TestClient, held_orders: HeldOrders) -> None:
    held_orders.open.set()
    assert "<script" not in asked(client, "preview", HOSTILE)
    assert "<script" not in asked(client, "preview", HOSTILE[:-1])
    client.post("/v2/jobs", json=job_request(HOSTILE))
    jobs = client.get("/page/jobs").text
    assert "<script" not in jobs
    assert "&lt;script&gt;" in jobs


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 orders match"), (1, "1 order matches"), (1234, "1,234 orders match")],
)
def test_the_count_is_shown(
    client: TestClient, held_orders: HeldOrders, number: int, words: str
) -> None:
    held_orders.rows = number
    assert asked(client, "count", "eq(payment,paid)").strip() == words
    assert asked(client, "count", "").strip() == words


@pytest.mark.parametrize("path", ["preview", "count"])
@pytest.mark.parametrize("body", [{}, {"filter": None}, {"filter": 1}, [], "eq(a,1)"])
def test_a_body_without_a_filter_is_refused(client: TestClient, path: str, body: object) -> None:
    response = client.post(f"/page/{path}", json=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["detail"] == "`filter` must be a string."


def test_a_count_of_an_invalid_filter_is_refused(client: TestClient) -> None:
    assert client.post("/page/count", json={"filter": "eq(a"}).status_code == 400


def test_unreadable_orders_are_reported_without_the_message(
    client: TestClient, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_filter: object) -> int:
        raise OrdersError("ron@swanson.com is broken.")

    monkeypatch.setattr(held_orders, "count", fail)
    response = client.post("/page/count", json={"filter": ""})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "swanson" not in response.text


def test_jobs_are_listed_newest_first_with_their_results(
    client: TestClient, held_orders: HeldOrders
) -> None:
    assert "no jobs yet" in client.get("/page/jobs").text
    client.post("/v2/jobs", json=CREATE)
    assert 'data-busy="true"' in client.get("/page/jobs").text
    held_orders.open.set()
    eventually(lambda: 'data-busy="false"' in client.get("/page/jobs").text)
    held_orders.rows = 0
    client.post("/v2/jobs", json=job_request("eq(payment,paid)"))
    eventually(lambda: NO_RESULTS in client.get("/page/jobs").text)
    listed = client.get("/page/jobs").text
    assert listed.index(NO_RESULTS) < listed.index("data-job=")
    assert "1 row" in listed


def test_only_the_newest_jobs_are_listed(client: TestClient) -> None:
    for _ in range(53):
        client.post("/v2/jobs", json=CREATE)
    listed = client.get("/page/jobs").text
    assert listed.count("<tr>") == 51
    assert "… and 3 older" in listed


def test_a_preview_limits_the_findings() -> None:
    text = ":".join(f"eq(none{number},1)" for number in range(30))
    reading = preview_filter(text)
    assert (len(reading.findings), reading.accepted) == (20, False)
    assert reading.more == len(lint(text, "orders")) - 20 >= 10


def test_a_filter_with_a_warning_is_accepted() -> None:
    reading = preview_filter("gt(with_tax,5):lt(with_tax,3)")
    assert reading.accepted
    assert [finding.severity.value for finding in reading.findings] == ["warning"]
    assert reading.tree == Branch(
        "and", children=(Branch("gt", ("with_tax", "5")), Branch("lt", ("with_tax", "3")))
    )


def test_blank_text_has_an_empty_preview() -> None:
    assert preview_filter(" \n") == Preview("")
