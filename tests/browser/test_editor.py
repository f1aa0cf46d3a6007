"""`<epfilter-editor>` in a real browser: what a person does with it, and its requests."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor_build import FOLDER, MODULES, UnavailableError, bundle, install_packages
from playwright.sync_api import Browser, Page, Route, expect

from epfilter.editing import handle_request
from support.browsers import needs_chromium, open_browser, open_page
from support.page_checks import check_page

pytestmark = pytest.mark.slow

ADDRESS = "http://editor.example/"
HTML = """<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'self'; style-src 'self'">
<title>Editor</title>
<main>
<h1>Editor</h1>
<epfilter-editor resource="orders" label="Filter of orders" delay="0"></epfilter-editor>
<button>Send</button>
</main>
<script type="module" src="editor.js"></script>
<script type="module" src="page.js"></script>
"""
SCRIPT = """
const editor = document.querySelector("epfilter-editor");
window.analyses = 0;
editor.addEventListener("filter-analysis", ({ detail }) => {
  window.analyses += 1;
  window.analysis = detail;
});
editor.addEventListener("filter-failure", ({ detail }) => (window.failure = detail.message));
editor.backend = (request) => window.handleRequest(request);
"""
MARKED = """() => [...document.querySelector("epfilter-editor").shadowRoot
  .querySelectorAll("[class^=token-]")].map(({ className, textContent }) => `${textContent}=${className.slice(6)}`)"""


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assets")
    try:
        bundle(folder, editor="element.js")
    except UnavailableError as error:
        pytest.skip(str(error))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(assets: Path, browser: Browser) -> Iterator[Page]:
    """A page with the editor, whose back end is this process; no script of it fails."""
    contents = {
        ADDRESS: HTML,
        f"{ADDRESS}page.js": SCRIPT,
        f"{ADDRESS}editor.js": (assets / "editor.js").read_text(encoding="utf-8"),
    }

    def serve(route: Route) -> None:
        url = route.request.url
        kind = "text/javascript" if url.endswith(".js") else "text/html; charset=utf-8"
        route.fulfill(body=contents[url], content_type=kind)

    viewport = {"width": 360, "height": 640}
    with open_page(browser, console="empty", viewport=viewport) as page:
        page.expose_function("handleRequest", handle_request)
        page.route(f"{ADDRESS}**", serve)
        page.goto(ADDRESS)
        yield page


def value(page: Page) -> Any:
    return page.evaluate("document.querySelector('epfilter-editor').value")


def write(page: Page, text: str) -> None:
    """Replace the text, and wait for its analysis."""
    page.evaluate("text => { document.querySelector('epfilter-editor').value = text }", text)
    page.wait_for_function("text => window.analysis?.text === text", arg=text)


def test_types_of_the_source_are_right() -> None:
    try:
        install_packages()
    except UnavailableError as error:
        pytest.skip(str(error))
    command = ["node", str(MODULES / "typescript/bin/tsc"), "--project", str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant
    assert done.returncode == 0, done.stdout


@needs_chromium
def test_a_filter_is_typed_with_completion_alone(page: Page) -> None:
    box = page.get_by_role("textbox", name="Filter of orders")
    box.focus()
    options = page.get_by_role("option")
    for typed, label, text in (
        ("g", "ge", "ge()"),
        ("tax", "with_tax", "ge(with_tax,)"),
    ):
        page.keyboard.type(typed)
        options.get_by_text(label, exact=True).first.click()
        expect(box).to_have_text(text)
    page.keyboard.type("5")
    expect(box).to_have_text("ge(with_tax,5)")
    page.keyboard.press("End")
    page.keyboard.type(":eq(paym")
    expect(options).to_have_text(["paymentenum: eq"])
    page.keyboard.press("Enter")
    expect(options).to_have_count(6)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_text("ge(with_tax,5):eq(payment,paid)")


@needs_chromium
def test_the_next_term_is_typed_behind_a_call(page: Page) -> None:
    box = page.get_by_role("textbox", name="Filter of orders")
    box.focus()
    options = page.get_by_role("option")

    def accept(typed: str, label: str, text: str) -> None:
        page.keyboard.type(typed)
        expect(options.first).to_contain_text(label)
        page.keyboard.press("Enter")
        expect(box).to_have_text(text)

    accept("eq(paym", "payment", "eq(payment,)")
    accept("ref", "refunded", "eq(payment,refunded)")
    accept(":g", "gt", "eq(payment,refunded):gt()")
    accept("tax", "with_tax", "eq(payment,refunded):gt(with_tax,)")
    page.keyboard.type("5)")
    expect(box).to_have_text("eq(payment,refunded):gt(with_tax,5)")
    accept("|eq(st", "status", "eq(payment,refunded):gt(with_tax,5)|eq(status,)")
    page.keyboard.type("a:b")
    expect(box).to_have_text("eq(payment,refunded):gt(with_tax,5)|eq(status,a:b)")


@needs_chromium
def test_an_error_is_found_and_fixed_with_the_keyboard(page: Page) -> None:
    write(page, "gte(with_tax,5):eq(payment,paid)")
    box = page.get_by_role("textbox")
    box.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+.")
    expect(page.get_by_role("menuitem", name="write `ge`")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_text("ge(with_tax,5):eq(payment,paid)")
    expect(box).to_be_focused()
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(box).to_have_text("gte(with_tax,5):eq(payment,paid)")
    expect(page.locator(".cm-lintRange-error")).to_have_text("gte")
    page.keyboard.press("F8")
    page.get_by_role("button", name="write `ge`").click()
    expect(box).to_have_text("ge(with_tax,5):eq(payment,paid)")


@needs_chromium
def test_the_cursor_gets_descriptions(page: Page) -> None:
    write(page, "ge(with_tax,5)")
    box = page.get_by_role("textbox")
    box.focus()
    page.keyboard.press("Control+Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+i")
    expect(page.locator(".description")).to_contain_text("in minor units")
    page.keyboard.press("Escape")
    expect(page.locator(".description")).to_have_count(0)
    page.get_by_text("ge", exact=True).hover()
    expect(page.locator(".description")).to_have_text(
        "ge(field,value): the field is greater than the value, or equal to it"
    )
    page.keyboard.press("End")
    page.keyboard.type(":in(id,a,")
    expect(page.locator(".signature b")).to_have_text("…")


@needs_chromium
def test_tab_leaves_the_editor(page: Page) -> None:
    page.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send")).to_be_focused()


@needs_chromium
def test_positions_count_code_points_and_changes_arrive_once(page: Page) -> None:
    write(page, 'eq(name,"😀😀"):gte(with_tax,5)')
    assert page.evaluate(MARKED)[3:9] == [
        *(",=punctuation", '"😀😀"=string', ")=punctuation", ":=connective", "gte=invalid"),
        "(=punctuation",
    ]
    page.evaluate("""() => {
        const editor = document.querySelector("epfilter-editor");
        const [{ fix }] = window.analysis.diagnostics;
        editor.applyEdits(fix.edits);
    }""")
    assert value(page) == 'eq(name,"😀😀"):ge(with_tax,5)'
    page.get_by_role("textbox").focus()
    page.keyboard.press("End")
    before = page.evaluate("window.analyses")
    page.keyboard.type(" " * 40)
    text = value(page)
    page.wait_for_function("text => window.analysis.text === text", arg=text)
    assert page.evaluate("window.analyses") - before <= 41
    page.keyboard.press("Shift+Alt+F")
    expect(page.get_by_role("textbox")).to_have_text('eq(name,"😀😀"):ge(with_tax,5)')


@needs_chromium
def test_without_its_back_end_it_is_an_editor_of_text(page: Page) -> None:
    write(page, "eq(payment,paid)")
    page.evaluate("""() => {
        document.querySelector("epfilter-editor").backend = async () => { throw new Error("gone") };
    }""")
    page.wait_for_function("window.failure === 'gone'")
    page.get_by_role("textbox").focus()
    page.keyboard.press("End")
    page.keyboard.type(":eq(id,1")
    assert value(page) == "eq(payment,paid):eq(id,1)"


@needs_chromium
def test_the_editor_fits_a_phone_and_axe_finds_nothing(page: Page) -> None:
    write(page, "gte(with_tax,5):eq(payment,paid")
    for scheme in ("light", "dark"):
        page.evaluate("scheme => { document.documentElement.style.colorScheme = scheme }", scheme)
        page.get_by_role("textbox").focus()
        page.keyboard.press("End")
        page.keyboard.type(":eq(")
        expect(page.get_by_role("option").first).to_be_visible()
        check_page(page, f"editor-{scheme}")
