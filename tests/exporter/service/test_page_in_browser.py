"""The page at `/` in a real browser: what a person does with it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from epfilter.exporter.orders import demo_lines
from support.browsers import needs_chromium, open_browser, open_page
from support.exporter_services import TOKEN
from support.live_services import LiveService, live_service
from support.page_checks import check_page

pytestmark = [
    needs_chromium,
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    folder = tmp_path_factory.mktemp("service")
    with (folder / "orders.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(demo_lines(500))
    with live_service("--orders", folder / "orders.jsonl", "--state", folder / "state") as live:
        yield live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, live: LiveService) -> Iterator[Page]:
    """The page with the token in its address, as the service prints it; no script of it fails."""
    with open_page(browser, console="ignored", base_url=live.address) as page:
        page.goto(f"/#token={TOKEN}")
        yield page


@pytest.mark.slow
def test_the_token_is_removed_from_the_address(page: Page, live: LiveService) -> None:
    expect(page.locator("#filter")).to_be_focused()
    assert page.url == f"{live.address}/"


def test_a_filter_is_typed_exported_and_downloaded(page: Page, tmp_path: Path) -> None:
    page.fill("#filter", "eq(payment, refunded)")
    expect(page.locator("#preview .words")).to_have_text("orders whose payment is refunded")
    expect(page.locator(".tree")).to_contain_text("eq payment refunded")
    expect(page.locator("#reason")).to_contain_text("match")
    matching = int((page.locator("#reason").text_content() or "").split()[0].replace(",", ""))
    page.click("#start")
    newest = page.locator("#jobs li").first
    expect(newest).to_contain_text("eq(payment,refunded)")
    expect(newest).to_contain_text("orders whose payment is refunded")
    expect(newest).to_contain_text("available until")
    with page.expect_download() as download:
        newest.get_by_role("button", name="Download").click()
    target = tmp_path / "orders.csv"
    download.value.save_as(target)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["id"] for row in rows}) == matching > 0
    assert {row["payment"] for row in rows} == {"refunded"}


@pytest.mark.slow
def test_an_error_is_shown_while_typing_and_fixed_by_its_button(page: Page) -> None:
    page.fill("#filter", "eq(paymet,refunded")
    expect(page.locator(".findings")).to_contain_text("EPF102")
    expect(page.locator("#start")).to_be_disabled()
    expect(page.locator("#reason")).to_have_text("Correct the filter to export.")
    page.get_by_role("button", name="Fix: insert )").click()
    expect(page.locator(".findings li", has_text="EPF201").locator("mark")).to_have_text("paymet")
    expect(page.locator(".findings")).to_contain_text("EPF201")
    expect(page.locator("#start")).to_be_disabled()
    page.get_by_role("button", name="Fix: write payment").click()
    expect(page.locator("#filter")).to_have_value("eq(payment,refunded)")
    expect(page.locator("#start")).to_be_enabled()
    expect(page.locator(".findings")).to_have_count(0)


@pytest.mark.slow
def test_an_export_of_every_order_takes_a_confirmation(page: Page) -> None:
    start, confirm = page.locator("#start"), page.locator("#confirm")
    expect(start).to_have_text("Export every order …")
    expect(page.locator("#reason")).to_have_text("500 orders match")
    before = page.locator("#jobs li").count()
    start.press("Enter")
    expect(confirm).to_contain_text("Export all orders? 500 orders match.")
    expect(page.get_by_role("button", name="Back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(confirm).to_be_hidden()
    expect(start).to_be_focused()
    start.click()
    page.fill("#filter", "eq(payment,paid)")
    expect(confirm).to_be_hidden()
    expect(start).to_have_text("Export")
    page.fill("#filter", "")
    expect(start).to_be_enabled()
    start.click()
    page.get_by_role("button", name="Export all").click()
    expect(page.locator("#jobs li")).to_have_count(before + 1)
    expect(start).to_be_focused()
    expect(page.locator("#jobs li").first).to_contain_text("every order")


@pytest.mark.slow
def test_the_filter_of_a_job_is_used_again(page: Page) -> None:
    page.fill("#filter", 'eq(name,"a, b")|eq(payment,refunded)')
    expect(page.locator("#start")).to_be_enabled()
    page.click("#start")
    again = page.get_by_role("button", name="Use this filter again").first
    expect(page.locator("#jobs li").first).to_contain_text("a, b")
    page.fill("#filter", "")
    again.click()
    expect(page.locator("#filter")).to_have_value('eq(name,"a, b")|eq(payment,refunded)')
    expect(page.locator("#preview .words")).to_contain_text("refunded")


@pytest.mark.slow
def test_matching_orders_are_shown_by_month_with_the_first_ones(page: Page) -> None:
    page.fill("#filter", "eq(payment,refunded)")
    expect(page.locator("#preview .words")).to_have_text("orders whose payment is refunded")
    expect(page.locator("#reason")).to_contain_text("match")  # and not "counting"
    rows = page.locator("table.orders tbody tr")
    expect(rows).to_have_count(5)
    expect(page.locator(".chart rect")).not_to_have_count(0)
    page.get_by_text("The chart as a table").click()
    numbers = page.locator(".chart tbody td").all_text_contents()
    matching = int((page.locator("#reason").text_content() or "").split()[0].replace(",", ""))
    assert sum(int(number.replace(",", "")) for number in numbers) == matching


@pytest.mark.slow
def test_times_are_local(browser: Browser, live: LiveService) -> None:
    with browser.new_context(
        base_url=live.address, locale="de-DE", timezone_id="Asia/Tokyo"
    ) as context:
        page = context.new_page()
        page.goto(f"/#token={TOKEN}")
        time = page.locator("table.orders time").first
        expect(time).to_be_visible()
        utc = datetime.fromisoformat(time.get_attribute("datetime") or "")
        assert f"{utc.astimezone(timezone(timedelta(hours=9))):%d.%m.%Y, %H:%M}" == (
            time.text_content()
        )


@pytest.mark.slow
def test_a_long_filter_is_neither_explained_nor_counted(page: Page) -> None:
    expect(page.locator("#reason")).to_contain_text("match")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.fill("#filter", ":".join(["eq(payment,paid)"] * 300))
    expect(page.locator("#preview")).to_contain_text("has 5,099 characters. Above 4,000")
    expect(page.locator("#start")).to_be_enabled()
    expect(page.locator("#matches")).to_be_empty()
    assert not [url for url in requested if url.endswith(("/matches", "/editor"))]


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_screen_and_axe_finds_nothing(
    width: int,
    scheme: Literal["light", "dark"],
    browser: Browser,
    live: LiveService,
    request: pytest.FixtureRequest,
) -> None:
    with browser.new_context(
        base_url=live.address, viewport={"width": width, "height": 800}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        page.goto(f"/#token={TOKEN}")
        page.fill("#filter", "eq(paymet,refunded):" + "ge(with_tax,1):" * 5 + "eq(name,Ron")
        expect(page.locator(".findings")).to_be_visible()
        check_page(page, f"{request.node.name}-findings")
        page.fill("#filter", "gt(with_tax,5)|eq(name,a)|eq(payment,refunded)")
        expect(page.locator("#start")).to_be_enabled()
        page.click("#start")
        expect(page.get_by_role("button", name="Download").first).to_be_visible()
        page.fill("#filter", "")
        expect(page.locator("#start")).to_have_text("Export every order …")
        expect(page.locator("table.orders")).to_be_visible()
        page.get_by_text("The chart as a table").click()
        page.get_by_text("Examples, attributes and operators").click()
        page.click("#start")
        check_page(page, request.node.name)
        page.get_by_text("Forget the token").click()
        check_page(page, f"{request.node.name}-entry")


@pytest.mark.slow
def test_suggestions_are_shown_at_the_cursor_and_taken_by_a_click(page: Page) -> None:
    field, suggestions = page.locator("#filter"), page.locator("#suggestions")
    field.press_sequentially('eq(name,"😀"):eq(pay')
    expect(suggestions.get_by_role("button")).to_have_text(["payment"])
    suggestions.get_by_role("button", name="payment").click()
    expect(field).to_have_value('eq(name,"😀"):eq(payment,')
    expect(field).to_be_focused()
    suggestions.get_by_role("button", name="refunded").click()
    expect(field).to_have_value('eq(name,"😀"):eq(payment,refunded)')
    expect(page.locator("#preview .words")).to_contain_text("payment is refunded")


@pytest.mark.slow
def test_an_example_is_taken_by_a_click(page: Page) -> None:
    page.get_by_text("Examples, attributes and operators").click()
    page.get_by_role("button", name="like(email,*@example.com)").click()
    expect(page.locator("#preview .words")).to_contain_text("ends with")


@pytest.mark.slow
def test_an_export_without_results_cannot_be_started(page: Page) -> None:
    page.fill("#filter", "eq(name,<img src=x onerror=alert(1)>)")
    expect(page.locator(".findings")).to_be_visible()
    page.fill("#filter", 'eq(name,"<img src=x onerror=alert(1)>")')
    expect(page.locator("#reason")).to_have_text("0 orders match, so there is nothing to export.")
    expect(page.locator("#start")).to_be_disabled()
    with page.expect_request("**/page/matches"):  # there may be orders when one comes back
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#preview .words")).to_contain_text("<img src=x")
    expect(page.locator("img")).to_have_count(0)


@pytest.mark.slow
def test_a_wrong_token_is_refused_and_the_right_one_accepted(
    browser: Browser, live: LiveService
) -> None:
    context = browser.new_context(base_url=live.address)
    page = context.new_page()
    page.goto("/")
    page.fill("#token", "a-wrong-token")
    page.click("text=Enter")
    expect(page.locator("#refused")).to_be_visible()
    expect(page.locator("#inside")).to_be_hidden()
    page.fill("#token", TOKEN)
    page.click("text=Enter")
    expect(page.locator("#filter")).to_be_visible()
    page.click("text=Forget the token")
    expect(page.locator("#inside")).to_be_hidden()
    page.reload()
    expect(page.locator("#token")).to_be_visible()
    context.close()


@pytest.mark.slow
def test_a_service_that_is_gone_is_reported(page: Page) -> None:
    expect(page.locator("#reason")).to_contain_text("match")
    page.context.set_offline(True)
    page.fill("#filter", "eq(payment,paid)")
    expect(page.locator("#trouble")).to_have_text("The service does not respond.")
    page.context.set_offline(False)
    page.fill("#filter", "eq(payment,unpaid)")
    expect(page.locator("#trouble")).to_be_hidden()


READ_JOBS = """async ([address, token]) => {
  const headers = { Authorization: `Bearer ${token}`, "X-MOLTIN-SDK-LANGUAGE": "JS" };
  try {
    const response = await fetch(`${address}/v2/jobs`, { headers });
    return [response.status, response.headers.get("X-Request-Id").length];
  } catch (error) {
    return [error.name];
  }
}"""


class EmptyPage(BaseHTTPRequestHandler):
    """A page of another service, without a policy of its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.slow
def test_a_page_of_an_allowed_origin_reads_jobs_and_any_other_page_does_not(
    browser: Browser, live: LiveService, tmp_path: Path
) -> None:
    (tmp_path / "orders.jsonl").write_text('{"id": "1"}', encoding="utf-8")
    arguments = ("--orders", tmp_path / "orders.jsonl", "--state", tmp_path / "state")
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server,
        browser.new_context() as context,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        page = context.new_page()
        page.goto(origin)
        with live_service(*arguments, "--allow-origin", origin) as allowing:
            assert page.evaluate(READ_JOBS, [allowing.address, TOKEN]) == [200, 36]
        assert page.evaluate(READ_JOBS, [live.address, TOKEN]) == ["TypeError"]
        server.shutdown()
