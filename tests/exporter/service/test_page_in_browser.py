"""The page at `/` in a real browser: what a person does with it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from epfilter.exporter.models import NO_RESULTS
from epfilter.exporter.orders import demo_lines
from support.exporter_services import TOKEN
from support.live_services import LiveService, live_service

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
OPTIONS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # Chromium refuses to run as root with one, and it sees this service only
)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live: LiveService) -> Iterator[Page]:
    """The page with the token in its address, as the service prints it; no script of it fails."""
    context = browser.new_context(base_url=live.address)
    context.set_default_timeout(20_000)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"/#token={TOKEN}")
    yield page
    context.close()
    assert failures == []


@pytest.mark.slow
def test_the_token_is_removed_from_the_address(page: Page, live: LiveService) -> None:
    expect(page.locator("#filter")).to_be_focused()
    assert page.url == f"{live.address}/"


def test_a_filter_is_typed_exported_and_downloaded(page: Page, tmp_path: Path) -> None:
    page.fill("#filter", "eq(payment, refunded)")
    expect(page.locator(".words")).to_have_text("orders whose payment is refunded")
    expect(page.locator(".tree")).to_contain_text("eq payment refunded")
    expect(page.locator("#count")).to_contain_text("match")
    matching = int((page.locator("#count").text_content() or "").split()[0].replace(",", ""))
    page.click("#start")
    newest = page.locator("#jobs tbody tr").first
    expect(newest).to_contain_text("eq(payment,refunded)")
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
    page.get_by_role("button", name="insert `)`").click()
    expect(page.locator(".findings")).to_contain_text("EPF201")
    expect(page.locator("#start")).to_be_disabled()
    page.get_by_role("button", name="write `payment`").click()
    expect(page.locator("#filter")).to_have_value("eq(payment,refunded)")
    expect(page.locator("#start")).to_be_enabled()
    expect(page.locator(".findings")).to_have_count(0)


@pytest.mark.slow
def test_without_a_filter_the_button_says_what_it_does(page: Page) -> None:
    expect(page.locator("#start")).to_have_text("Export every order")
    expect(page.locator("#count")).to_have_text("500 orders match")
    page.fill("#filter", "eq(payment,paid)")
    expect(page.locator("#start")).to_have_text("Export")


@pytest.mark.slow
def test_an_example_is_taken_by_a_click(page: Page) -> None:
    page.get_by_text("Examples and fields").click()
    page.get_by_role("button", name="like(email,*@example.com)").click()
    expect(page.locator(".words")).to_contain_text("ends with")


@pytest.mark.slow
def test_an_export_without_results_fails_with_the_message_of_the_platform(page: Page) -> None:
    page.fill("#filter", "eq(name,<img src=x onerror=alert(1)>)")
    expect(page.locator(".findings")).to_be_visible()
    page.fill("#filter", 'eq(name,"<img src=x onerror=alert(1)>")')
    expect(page.locator("#count")).to_have_text("0 orders match")
    page.click("#start")
    newest = page.locator("#jobs tbody tr").first
    expect(newest).to_contain_text(NO_RESULTS)
    expect(newest).to_contain_text("<img src=x")
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
    expect(page.locator("#count")).to_contain_text("match")
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
