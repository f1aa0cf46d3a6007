"""The page with the editor that a wheel contains, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from editor_build import UnavailableError, bundle
from playwright.sync_api import Browser, Page, expect

from epfilter.exporter.service.page import asset_files
from epfilter.testing import ExporterService, run_exporter_service
from support.browsers import needs_chromium, open_browser, open_page
from support.page_checks import check_page

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ExporterService]:
    """A service whose page has the editor."""
    folder = tmp_path_factory.mktemp("assets")
    try:
        bundle(folder, dev=True, **{Path(asset_files.EDITOR).stem: "element.js"})
    except UnavailableError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch, run_exporter_service() as service:
        patch.setattr(asset_files, "_FOLDERS", [*asset_files._FOLDERS, folder])
        yield service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, service: ExporterService) -> Iterator[Page]:
    """The page; no script of it fails, and its policy blocks nothing that it needs."""
    with open_page(browser, console="without errors", base_url=service.url) as page:
        page.goto(f"/#token={service.token}")
        yield page


def test_a_filter_is_completed_counted_and_exported_with_keys(page: Page) -> None:
    field = page.get_by_role("textbox", name="Filter")
    expect(field).to_be_focused()
    field.press_sequentially("eq(pay")
    expect(page.get_by_role("option").first).to_contain_text("payment")
    page.wait_for_timeout(100)  # the editor ignores keys just after the list has opened
    page.keyboard.press("Enter")
    page.keyboard.type("ref")
    expect(page.get_by_role("option")).to_have_text(["refunded"])
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    expect(page.locator("#preview .words")).to_have_text("orders whose payment is refunded")
    expect(page.locator("#reason")).to_contain_text("match")
    expect(page.locator("table.orders")).to_be_visible()
    page.keyboard.press("Control+Enter")
    newest = page.locator("#jobs li").first
    expect(newest).to_contain_text("eq(payment,refunded)")
    expect(newest.get_by_role("button", name="Download")).to_be_visible()


def test_a_fix_of_the_page_and_a_filter_of_a_job_change_the_editor(page: Page) -> None:
    field = page.get_by_role("textbox", name="Filter")
    field.fill("eq(paymet,refunded)")
    expect(page.locator(".cm-lintRange-error")).to_have_text("paymet")
    page.locator("#preview").get_by_role("button", name="Fix: write payment").click()
    expect(field).to_have_text("eq(payment,refunded)")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    expect(page.locator("#start")).to_be_enabled()
    page.click("#start")
    expect(page.locator("#jobs li").first).to_contain_text("eq(payment,refunded)")
    field.fill("")
    expect(page.locator("#start")).to_have_text("Export every order …")
    page.get_by_role("button", name="Use this filter again").first.click()
    expect(field).to_have_text("eq(payment,refunded)")


def test_an_empty_and_a_long_filter_are_not_sent_to_the_editing_route(page: Page) -> None:
    field = page.get_by_role("textbox", name="Filter")
    expect(page.locator("#reason")).to_contain_text("match")
    expect(page.locator(".cm-lintPoint")).to_have_count(0)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    field.fill(":".join(["eq(payment,paid)"] * 300))
    expect(page.locator("#preview")).to_contain_text("has 5,099 characters. Above 4,000")
    assert not [url for url in requested if url.endswith(("/matches", "/editor"))]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_fits_and_axe_finds_nothing(
    width: int,
    scheme: Literal["light", "dark"],
    browser: Browser,
    service: ExporterService,
) -> None:
    with browser.new_context(
        base_url=service.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        page.goto(f"/#token={service.token}")
        field = page.get_by_role("textbox", name="Filter")
        field.fill("eq(paymet,refunded):eq(name,Ron)|ge(with_tax,100)")
        expect(page.locator(".findings")).to_be_visible()
        expect(page.locator(".cm-lintRange-error")).to_be_visible()
        check_page(page, f"editor-{scheme}-{width}-findings")
        field.fill("")
        field.press_sequentially("eq(")
        expect(page.get_by_role("option").first).to_be_visible()
        check_page(page, f"editor-{scheme}-{width}-completions")
