"""The playground in a real browser: what a person does with it, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from editor_build import FOLDER, UnavailableError
from playground_build import build_playground
from playwright.sync_api import Browser, Page, Request, Route, expect

from epfilter.limits import MAX_DEPTH
from support.browsers import needs_chromium, open_browser
from support.rows import for_each

pytestmark = [pytest.mark.slow, needs_chromium]

LOADING = 120_000
"""Milliseconds for Pyodide on a busy machine."""
expect.set_options(timeout=20_000)
APP = (FOLDER / "playground" / "page.html").read_text(encoding="utf-8")
PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Playground</title>
<link rel="icon" href="data:,">
<main>
<h1>Playground</h1>
{APP}
</main>
</html>
"""


class Server(SimpleHTTPRequestHandler):
    """A server of files that prints nothing."""

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with the playground."""
    folder = tmp_path_factory.mktemp("site")
    try:
        build_playground(folder / "playground" / "app")
    except UnavailableError as error:
        pytest.skip(str(error))
    (folder / "index.html").write_text(PAGE, encoding="utf-8")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def loaded(browser: Browser, address: str) -> Iterator[Page]:
    """The playground with Python, which is loaded once because that takes seconds."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/")
    wait_for_python(page)
    yield page
    context.close()


@pytest.fixture
def page(loaded: Page) -> Iterator[Page]:
    """The playground with its first example; no script of it fails."""
    failures: list[str] = []
    loaded.on("pageerror", lambda error: failures.append(str(error)))
    loaded.on("console", lambda message: failures.append(message.text))
    open_link(loaded, "filter=eq(payment,paid)&listing=orders")
    yield loaded
    assert failures == []


def wait_for_python(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text("No findings", timeout=LOADING)


def open_link(page: Page, fragment: str) -> None:
    """Open a link in the loaded page, and wait for its first view."""
    page.evaluate("fragment => { location.hash = fragment }", fragment)
    expect(page.locator("#pane")).not_to_be_empty()


def fragment(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).fragment)


def test_a_filter_is_typed_completed_fixed_and_shared(page: Page, browser: Browser) -> None:
    box = page.get_by_role("textbox", name="Filter")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    box.fill("")
    box.press_sequentially("eq(paym")
    expect(options).to_have_text(["paymentenum: eq"])
    page.keyboard.press("Enter")
    expect(options.first).to_have_text("authorized")
    page.keyboard.type("ref")
    expect(options).to_have_text(["refunded"])
    page.keyboard.press("Enter")
    expect(page.locator(".playground-english")).to_have_text("orders whose payment is refunded")
    page.keyboard.press("End")
    page.keyboard.type(":gte(with_tax,500)")
    findings = page.get_by_role("list", name="Findings").get_by_role("listitem")
    expect(findings).to_contain_text(["EPF108 there is no operator `gte`."])
    expect(page.locator("#status")).to_have_text("1 finding: the filter must be corrected.")
    findings.get_by_role("button", name="write `ge`").click()
    expect(findings).to_have_count(0)
    text = "eq(payment,refunded):ge(with_tax,500)"
    expect(box).to_have_text(text)
    page.get_by_role("tab", name="Text").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#shared")).to_have_text("Copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    assert fragment(page) == {"filter": [text], "listing": ["orders"], "view": ["print"]}
    with browser.new_context() as other:
        page = other.new_page()
        for _ in range(2):  # opened, and then reloaded
            page.goto(link)
            expect(page.get_by_role("textbox", name="Filter")).to_have_text(text)
            expect(page.get_by_role("tab", name="Text")).to_have_attribute("aria-selected", "true")
            expect(page.get_by_label("Listing")).to_have_value("orders")
            page.goto("about:blank")


def test_every_view_shows_the_filter(page: Page) -> None:
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    page.on("request", note)
    pane = page.get_by_role("tabpanel")
    page.get_by_role("tab", name="Meaning").focus()
    expect(pane).to_contain_text("eq  payment  paid", use_inner_text=True)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Text")).to_be_focused()
    expect(pane).to_contain_text("?filter=eq%28payment%2Cpaid%29")
    page.get_by_role("tab", name="Export").click()
    expect(pane).to_contain_text('"job_type": "order_export"')
    page.get_by_role("tab", name="Translate").click()
    expect(pane).to_contain_text('F.payment.eq("paid")')
    assert requested == []
    targets = page.get_by_label("Translate to")
    for target in targets.locator("option").all_inner_texts():
        targets.select_option(target)
        expect(pane.locator("strong")).to_have_text(target, timeout=LOADING)
        expect(pane.locator("pre")).to_contain_text("payment")
    # Nothing was sent; only the package for SQL was loaded.
    (package,) = requested
    assert "/app/packages/sqlalchemy-" in package
    page.remove_listener("request", note)


def test_pasted_rows_are_matched_and_are_not_in_the_link(page: Page) -> None:
    page.get_by_role("tab", name="Rows").click()
    area = page.get_by_label("Rows as JSON")
    area.press_sequentially('{"payment": "paid", "name": "Ada"}')
    expect(area).to_be_focused()
    rows = page.get_by_role("list", name="Rows").get_by_role("listitem")
    expect(rows).to_have_text(
        'matches {"payment": "paid", "name": "Ada"}It is one of the orders whose payment is paid.'
    )
    page.get_by_role("textbox", name="Filter").fill("eq(payment,unpaid)")
    expect(rows).to_contain_text("It is not one of the orders whose payment is unpaid.")
    assert "Ada" not in page.url
    area.fill("{")
    expect(page.locator("#pane")).to_contain_text("not valid JSON")
    area.fill("")


def test_a_listing_is_chosen_and_an_example_is_taken(page: Page) -> None:
    page.get_by_label("Listing").select_option("customers")
    expect(page.get_by_role("list", name="Findings")).to_contain_text("EPF201")
    assert fragment(page)["listing"] == ["customers"]
    page.get_by_label("Example").select_option("Your own objects, with rows")
    expect(page.get_by_label("Listing")).to_have_value("")
    expect(page.locator("#pane")).to_contain_text("1 of 3 rows match.")
    expect(page.get_by_role("list", name="Rows").get_by_role("listitem")).to_have_count(3)


def test_a_deep_filter_works_in_every_view(page: Page) -> None:
    def nest(levels: int) -> str:
        deep = "eq(payment,paid)"
        for level in range(levels):
            deep = f"({deep}{'|:'[level % 2]}eq(payment,unpaid))"
        return deep

    box = page.get_by_role("textbox", name="Filter")
    box.fill(nest(MAX_DEPTH))
    expect(page.locator("#status")).not_to_be_empty()
    for name, expected in (
        ("Meaning", "orders matching"),
        ("Text", "?filter="),
        ("Export", "order_export"),
        ("Translate", "payment"),
    ):
        page.get_by_role("tab", name=name).click()
        expect(page.locator("#pane")).to_contain_text(expected, timeout=LOADING)
    targets = page.get_by_label("Translate to")
    for target in targets.locator("option").all_inner_texts():
        targets.select_option(target)
        expect(page.locator("#pane strong")).to_have_text(target, timeout=LOADING)
        expect(page.locator("#pane pre")).not_to_contain_text("rror")
    box.fill(nest(MAX_DEPTH + 1))
    expect(page.get_by_role("list", name="Findings")).to_contain_text("the limit is 64")


def test_without_webassembly_a_message_names_the_command(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.add_init_script("delete globalThis.WebAssembly")
        page.goto("/#filter=eq(payment,paid")
        expect(page.locator("#status")).to_contain_text("no WebAssembly")
        expect(page.locator("#status")).to_contain_text("epfilter check")
        expect(page.get_by_role("textbox", name="Filter")).to_have_text("eq(payment,paid")


def test_webassembly_may_have_the_type_of_any_file(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()

        def serve(route: Route) -> None:
            headers = {"Content-Type": "application/octet-stream"}
            route.fulfill(response=route.fetch(), headers=headers)

        page.route("**/*.wasm", serve)
        page.goto("/")
        wait_for_python(page)


@for_each(
    ("status", "reason"),
    [(200, "CompileError: "), (404, "pyodide/pyodide.asm.wasm: 404 Not Found")],
)
def test_webassembly_that_cannot_be_loaded_is_reported(
    browser: Browser, address: str, status: int, reason: str
) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        wrong = {"status": status, "body": "<!doctype html>", "content_type": "text/html"}
        page.route("**/*.wasm", lambda route: route.fulfill(**wrong))
        page.goto("/")
        expect(page.locator("#status")).to_contain_text("Python cannot be loaded (")
        expect(page.locator("#status")).to_contain_text(reason)


def test_a_file_that_cannot_be_loaded_is_reported(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.route("**/manifest.json", lambda route: route.fulfill(status=503))
        page.goto("/")
        expect(page.locator("#status")).to_contain_text(
            "Python cannot be loaded (Error: packages/manifest.json: 503", timeout=LOADING
        )
