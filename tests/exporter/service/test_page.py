"""The page at `/`, as HTTP sees it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.models import NO_RESULTS
from epfilter.exporter.orders.order_summary import SUMMARY_COLUMNS, OrderSummary
from epfilter.exporter.service.files import Files
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.page import asset_files, matching, preview
from epfilter.exporter.service.page.chart import draw_chart
from epfilter.exporter.service.page.job_cards import list_cards
from epfilter.exporter.service.page.matching import MatchingOrders
from epfilter.exporter.service.page.preview import Branch, Excerpt, Preview, preview_filter
from epfilter.linter import lint
from support.exporter_services import (
    CREATE,
    HeldOrders,
    eventually,
    get_service,
    job_request,
    run_job,
)
from support.rows import for_each

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
        ("/page/assets/text_field.js", "text/javascript; charset=utf-8"),
    ],
)
def test_the_page_and_its_assets_need_no_token(client: TestClient, path: str, kind: str) -> None:
    response = client.get(path, headers={"Authorization": ""})
    assert response.status_code == 200
    assert response.headers["content-type"] == kind


@pytest.mark.parametrize("path", ["/page/preview", "/page/matches", "/page/editor", "/page/jobs"])
def test_routes_with_data_require_the_token(client: TestClient, path: str) -> None:
    method = "GET" if path.endswith("jobs") else "POST"
    response = client.request(method, path, headers={"Authorization": ""})
    assert response.status_code == 401


@for_each("name", ["..%2froutes.py", "routes.py", "%2e%2e/page.html", "page.html"])
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


def test_the_page_explains_the_attributes_of_orders_and_the_operators(client: TestClient) -> None:
    page = client.get("/").text
    assert "<code>contact.email</code>" in page
    assert "one of authorized, paid, unpaid, refunded" in page
    assert "in minor units: 10000 means $100.00" in page
    assert "<dt><code>ge(field,value)</code></dt>" in page


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
    assert "<code>eq(<mark>paymet</mark>,refunded):eq(name,Ron</code>" in html
    assert "<b>Error:</b> <code>orders</code> has no field <code>paymet</code>." in html


def test_names_in_a_message_are_escaped(client: TestClient) -> None:
    html = asked(client, "preview", 'eq("<b>`<i>",1)')
    assert "<code>&lt;b&gt;</code>" in html
    assert "<b>`" not in html
    assert "<i>" not in html


def test_a_hint_is_shown_if_there_is_no_fix(client: TestClient) -> None:
    assert "Hint: it has <code>eq</code>" in asked(client, "preview", "like(payment,a*)")


@pytest.mark.parametrize(
    ("text", "place", "excerpt"),
    [
        ("eq(a,1):\neq(paymet,1)", "2:4", Excerpt("eq(", "paymet", ",1)")),
        (f"eq({'n' * 100},1)", "", Excerpt("eq(", "n" * 80 + "…", ",1)")),
        ("eq(email,\x07)", "", Excerpt("eq(email,", "\\u0007", ")")),
        ("eq(payment,paid", "", Excerpt("eq(payment,paid", "", "")),
        (f"eq(email,{'a' * 50}):eq(b,1)", "", Excerpt(f"…{'a' * 35}):eq(", "b", ",1)")),
    ],
)
def test_the_line_of_a_finding_is_marked(text: str, place: str, excerpt: Excerpt) -> None:
    finding = preview_filter(text).findings[-1]
    assert (finding.place, finding.excerpt) == (place, excerpt)


LONG = ":".join(["eq(payment,paid)"] * 300)


def test_only_the_syntax_of_a_long_filter_is_checked() -> None:
    reading = preview_filter(f"{LONG}:eq(unknown,1)")
    assert (reading.accepted, reading.is_long, reading.findings) == (True, True, ())
    assert (reading.words, reading.tree, reading.canonical) == (None, None, None)


def test_the_limit_of_a_long_filter_is_shown(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "MAX_EXPLAINED", 10)
    html = asked(client, "preview", "eq(payment,paid)")
    assert 'data-accepted="true" data-long="true"' in html
    assert "has 16 characters. Above 4,000 this page checks only its syntax" in html


def test_a_syntax_error_of_a_long_filter_is_shown_without_a_button() -> None:
    (finding,) = preview_filter(LONG[:-1]).findings
    assert (finding.code, finding.fix) == ("EPF102", None)
    assert finding.excerpt.before.startswith("…")


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
    assert f'data-words="{words}"' in asked(client, "matches", "eq(payment,paid)")
    assert f'data-count="{number}"' in asked(client, "matches", "")


def test_the_chart_and_the_first_orders_are_shown_as_text(
    client: TestClient, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dict.fromkeys(SUMMARY_COLUMNS) | {
        "name": "<img src=x>" + "a" * 100,
        "created_at": "2018-09-30T22:30:00Z",
    }
    summary = OrderSummary(3, {"2018-09": 2, "2018-10": 1}, [row])
    monkeypatch.setattr(held_orders, "summarise", lambda _: summary)
    html = asked(client, "matches", "")
    assert "at most 2 in 2018-09" in html
    assert '<tr><th scope="row">2018-10</th><td class="number">1</td></tr>' in html
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html
    assert '<time datetime="2018-09-30T22:30:00Z">2018-09-30 22:30 UTC</time>' in html


def test_a_count_that_takes_too_long_is_interrupted(
    client: TestClient, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_MAX_SECONDS", 0.01)
    held_orders.slow_counts = True
    html = asked(client, "matches", "")
    assert 'data-count=""' in html
    assert "Counting took too long and was stopped." in html


def test_a_count_ends_when_its_client_is_gone(
    client: TestClient,
    app: Starlette,
    held_orders: HeldOrders,
) -> None:
    del client  # it has opened the service
    held_orders.slow_counts = True

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def leave_later() -> Message:
        await anyio.to_thread.run_sync(held_orders.counting.wait)
        return await leave()

    orders = MatchingOrders(get_service(app))
    request = Request({"type": "http"}, leave_later)
    assert anyio.run(orders.summarise, request, "eq(payment,paid)") is None
    held_orders.counting.clear()
    gone = Request({"type": "http"}, leave)
    assert anyio.run(orders.summarise, gone, "eq(payment,paid)") is None
    assert not held_orders.counting.is_set()


def requested(client: TestClient, **body: object) -> Any:
    response = client.post("/page/editor", json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def test_the_editor_gets_completions_of_orders(client: TestClient) -> None:
    text = "eq(payment,ref"
    (found,) = requested(client, method="complete", text=text, offset=14, resource="customers")
    assert (found["label"], found["edit"]) == ("refunded", {"span": [11, 14], "text": "refunded)"})


def test_the_editor_gets_findings_and_descriptions_as_data(client: TestClient) -> None:
    found = requested(client, method="analyze", text=HOSTILE)
    assert [token["kind"] for token in found["tokens"]][:3] == ["operator", "punctuation", "field"]
    assert found["diagnostics"] == []
    hover = requested(client, method="hover", text=HOSTILE, offset=12)
    assert "<script>" in hover["text"]  # JSON is not HTML, and the editor shows it as text


INVALID_REQUESTS: list[object] = [
    [],
    {},
    {"method": "analyze"},
    {"method": "unknown", "text": "eq(a,1)"},
    {"method": None, "text": "eq(a,1)"},
    {"method": ["complete"], "text": "eq(a,1)", "offset": 1},
    {"method": "complete", "text": "eq(a,1)"},
    {"method": "complete", "text": "eq(a,1)", "offset": "1"},
    {"method": "complete", "text": "eq(a,1)", "offset": 1.5},
    {"method": "complete", "text": "eq(a,1)", "offset": -1},
    {"method": "hover", "text": "eq(a,1)", "offset": 10**30},
    {"method": "actions", "text": "eq(a,1)", "offset": 1, "end": {}},
    {"method": "complete", "text": 5, "offset": 1},
    {"method": "analyze", "text": "a" * 4001},
]


def test_an_invalid_request_of_the_editor_is_refused(client: TestClient) -> None:
    for body in INVALID_REQUESTS:
        response = client.post("/page/editor", json=body)
        assert response.status_code == 400, body
        assert response.json()["errors"][0]["detail"]


def test_no_text_breaks_the_editor(client: TestClient) -> None:
    for text in (HOSTILE, "eq(😀,1", "((((", "in(id,a,", "\x00", "", "a" * 4000, "eq(" * 1300):
        for method in ("actions", "analyze", "complete", "format", "hover", "signature"):
            for offset in {0, len(text) // 2, len(text)}:
                requested(client, method=method, text=text, offset=offset)


@pytest.fixture
def built_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor in the place of the one that a wheel contains."""
    (tmp_path / asset_files.EDITOR).write_text("// built", encoding="utf-8")
    monkeypatch.setattr(asset_files, "_FOLDERS", [*asset_files._FOLDERS, tmp_path])


@pytest.mark.usefixtures("built_editor")
def test_a_built_editor_takes_the_place_of_the_text_field(client: TestClient) -> None:
    page = client.get("/").text
    assert '<epfilter-editor id="filter" label="Filter" resource="orders"' in page
    assert "<textarea" not in page
    assert page.index("epfilter-editor.js") < page.index("page.js")
    response = client.get("/page/assets/epfilter-editor.js", headers={"Authorization": ""})
    assert (response.text, response.headers["content-type"]) == (
        "// built",
        "text/javascript; charset=utf-8",
    )


def test_without_the_editor_the_page_has_a_text_field(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = asset_files._FOLDERS[0]
    (tmp_path / "page.js").write_bytes(own.joinpath("page.js").read_bytes())
    monkeypatch.setattr(asset_files, "_FOLDERS", [tmp_path])
    assert "<textarea" in client.get("/").text
    assert client.get("/page/assets/epfilter-editor.js").status_code == 404


@pytest.mark.parametrize("path", ["preview", "matches"])
@for_each("body", [{}, {"filter": None}, {"filter": 1}, [], "eq(a,1)"])
def test_a_body_without_a_filter_is_refused(client: TestClient, path: str, body: object) -> None:
    response = client.post(f"/page/{path}", json=body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["detail"] == "`filter` must be a string."


def test_a_count_of_an_invalid_filter_is_refused(client: TestClient) -> None:
    assert client.post("/page/matches", json={"filter": "eq(a"}).status_code == 400


def test_unreadable_orders_are_reported_without_the_message(
    client: TestClient, held_orders: HeldOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_filter: object) -> int:
        raise OrdersError("ron@swanson.com is broken.")

    monkeypatch.setattr(held_orders, "summarise", fail)
    response = client.post("/page/matches", json={"filter": ""})
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
    assert listed.index(NO_RESULTS) < listed.index("data-file=")
    assert "1 row, 27 bytes, available until <time datetime=" in listed
    assert "orders whose payment is paid" in listed
    assert listed.count("data-again=") == 1  # a job of every order has no filter


def test_a_removed_file_is_not_offered(
    client: TestClient, app: Starlette, held_orders: HeldOrders
) -> None:
    job = run_job(client, held_orders)
    assert "data-file=" in client.get("/page/jobs").text
    get_service(app).files.remove(UUID(job))
    listed = client.get("/page/jobs").text
    assert "data-file=" not in listed
    assert "Its file was removed." in listed


def test_only_the_newest_jobs_are_listed(client: TestClient) -> None:
    for _ in range(53):
        client.post("/v2/jobs", json=CREATE)
    listed = client.get("/page/jobs").text
    assert listed.count("<li>") == 50
    assert "… and 3 older" in listed


def test_a_card_has_the_expiry_and_a_shorter_filter(tmp_path: Path) -> None:
    created = 1_538_651_329_156_490_335
    texts = {
        "eq(payment,paid)": ("eq(payment,paid)", "orders whose payment is paid"),
        "no filter": ("no filter", None),
        LONG: (f"{LONG[:149]}…{LONG[-149:]}", None),
    }
    jobs = [
        StoredJob(id=UUID(int=1), filter=text, created=created, updated=created) for text in texts
    ]
    cards = [*list_cards(jobs, Files(tmp_path), lifetime=3600)]
    assert [(card.filter, card.words) for card in cards] == [*texts.values()]
    assert {card.expires for card in cards} == {"2018-10-04T12:08:49.156490335Z"}


@pytest.mark.parametrize(
    ("months", "unit", "bars"),
    [
        (
            {"2018-11": 1, "2019-02": 4},
            "month",
            {"2018-11": 15, "2018-12": 0, "2019-01": 0, "2019-02": 60},
        ),
        ({"2018-09": 7}, "month", {"2018-09": 60}),
        (
            {"2015-01": 1, "2018-01": 1, "2018-02": 2},
            "year",
            {"2015": 20, "2016": 0, "2017": 0, "2018": 60},
        ),
    ],
)
def test_a_chart_has_a_bar_for_each_period(
    months: dict[str, int], unit: str, bars: dict[str, int]
) -> None:
    chart = draw_chart(months)
    assert chart is not None
    assert (chart.unit, {bar.period: bar.height for bar in chart.bars}) == (unit, bars)


def test_a_chart_of_many_years_shows_the_last_ones() -> None:
    chart = draw_chart({"0001-01": 9, "1999-12": 1, "9999-12": 3})
    assert chart is not None
    assert [bar.period for bar in chart.bars] == [str(year) for year in range(9964, 10000)]
    assert chart.highest.number == 3


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
