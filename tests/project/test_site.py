"""The built documentation in a browser: search, versions, copied code, and the width of every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from epfilter import __version__
from epfilter.linter import RULES
from support.browsers import needs_chromium, open_browser
from support.docs_scripts import load_script
from support.page_checks import check_page
from support.shared_server import run_folder

FOUND = {
    "yesterday": "how-to/cookbook/#yesterdays-orders",
    "negate": "how-to/cookbook/#not",
    "not": "how-to/cookbook/#not",
    "cron": "how-to/cookbook/#export-every-night-with-cron",
    "equivalent": "how-to/cookbook/#are-two-filters-equivalent",
    "timezone": "how-to/cookbook/#a-day-in-my-timezone",
    "null": "how-to/cookbook/#null-missing-values",
    "wildcard": "how-to/cookbook/#wildcards-and-how-to-escape-them",
    "escape": "how-to/cookbook/#wildcards-and-how-to-escape-them",
    "user input": "how-to/cookbook/#user-input-the-values-of-a-form",
    "search form": "how-to/search-form/",
    "EPF406": "reference/rules/epf406/",
    "to_sqlalchemy": "reference/targets/#epfilter.targets.to_sqlalchemy",
}
"""What is one of the first three results for a word."""
MEASURE = """async (addresses) => {
    const content = document.querySelector(".md-content__inner");
    const wide = [];
    for (const address of addresses) {
        const text = await (await fetch(address)).text();
        const page = new DOMParser().parseFromString(text, "text/html");
        content.innerHTML = page.querySelector(".md-content__inner").innerHTML;
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth) wide.push([address, "page"]);
        for (const element of content.querySelectorAll("pre > code, table, svg, img")) {
            if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
                wide.push([address, element.textContent.trim().slice(0, 60)]);
            }
        }
    }
    return wide;
}"""
"""Shows the content of one page after the other, and returns what scrolls sideways."""

pytestmark = [pytest.mark.slow, needs_chromium, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder with the site as the newest version and an older one, built by one process."""
    folder = run_folder(tmp_path_factory, worker_id) / "documentation"
    script = load_script("build_site")
    with FileLock(f"{folder}.lock"):
        if not (folder / "versions" / "versions.json").exists():
            (folder / "versions").mkdir(parents=True, exist_ok=True)
            html = script.build(folder / "site", script.generate_pages(), versions=True)
            for version in ("0.0.9", __version__):
                script.add_version(html, folder / "versions", version)
    return folder / "versions"


@pytest.fixture(scope="module")
def address(versions: Path) -> Iterator[str]:
    """The address of the newest version, on a server of this machine."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(versions)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{__version__}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page of 1280 pixels; the site loads nothing from other servers, and no script fails."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    foreign: list[str] = []
    origin = address.partition(f"{__version__}/")[0]
    page.on("request", lambda one: foreign.append(one.url) if origin not in one.url else None)
    page.on("pageerror", lambda error: foreign.append(str(error)))
    yield page
    context.close()
    assert foreign == []


def test_every_rule_page_marks_its_place(versions: Path) -> None:
    for code in RULES:
        html = (versions / "latest/reference/rules" / code.lower() / "index.html").read_text(
            "utf-8"
        )
        assert re.search(rf'md-nav__link--active">\s*(?:<[^>]*>\s*)*{code}', html), code
        path = re.search(r'<nav class="md-path".*?</nav>', html, re.DOTALL)
        assert path
        assert re.findall(r'<span class="md-ellipsis">\s*(\w+)', path[0]) == [
            "Home",
            "Reference",
            "Rules",
        ]


def test_a_search_finds_the_page_about_a_word(page: Page, address: str) -> None:
    missing = {}
    page.goto(address)
    page.keyboard.press("/")
    field = page.locator("input[type=text], input[type=search]").last
    results = page.locator("a[href*='?h=']")
    for word, wanted in FOUND.items():
        field.fill("")
        results.first.wait_for(state="detached")
        field.fill(word)
        results.first.wait_for()
        found = [str(one.get_attribute("href")) for one in results.all()[:3]]
        if not any(re.sub(r"\?h=[^#]*", "", link).endswith(wanted) for link in found):
            missing[word] = found
    assert missing == {}


def test_the_versions_are_offered(page: Page, address: str) -> None:
    page.goto(address)
    offered = page.locator(".md-version__link")
    offered.first.wait_for(state="attached")
    assert [text.strip() for text in offered.all_text_contents()] == [__version__, "0.0.9"]


@pytest.mark.parametrize("name", ["tutorial", "how-to/compare", "tour"])
def test_copied_code_has_neither_prompts_nor_output(page: Page, name: str) -> None:
    page.goto(f"{name}/")
    page.evaluate(
        "addEventListener('copy', () => { window.copied = document.activeElement.value })"
    )
    source = load_script("build_site").PAGES / f"{name}.md"
    blocks = re.findall(r"(?ms)^```(?:python|console)\n(.*?)^```$", source.read_text("utf-8"))
    code = page.locator(".language-pycon pre, .language-python pre, .language-console pre")
    assert code.count() == len(blocks) > 3
    for number, block in enumerate(blocks):
        code.nth(number).hover()
        page.evaluate("window.copied = null")
        code.nth(number).locator("..").locator(".md-code__button[title*='opy']").click()
        copied = page.wait_for_function("window.copied").json_value()
        assert copied.splitlines() == list(list_input(block))


def list_input(block: str) -> Iterator[str]:
    """Yield the lines of a block that a reader types."""
    if not re.match(r">>> |\$ ", block):
        yield from block.rstrip().splitlines()
        return
    continued = False
    for line in block.splitlines():
        if prompt := re.match(r">>> |\.\.\. |\$ ", line):
            yield line[prompt.end() :]
        elif continued:
            yield line
        continued = line.endswith("\\") and (continued or line.startswith("$ "))


@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_scrolls_sideways(page: Page, versions: Path, address: str, width: int) -> None:
    """On a phone, only drawn diagnostics and tables scroll, each in its own box."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    latest = versions / __version__
    names = sorted(
        path.parent.relative_to(latest).as_posix() for path in latest.rglob("index.html")
    )
    assert len(names) > 150
    wide = page.evaluate(MEASURE, [f"{address}{name}/" for name in names])
    if width < 1000:
        wide = [(name, text) for name, text in wide if text == "page"]
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_every_kind_of_page(page: Page, address: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in ("", "how-to/lint/", "reference/linting/", "reference/rules/epf406/"):
        page.goto(f"{address}{path}")
        page.wait_for_timeout(300)  # for the colours, which change slowly
        name = f"site-{path.strip('/').replace('/', '-')}-{scheme}"
        # The theme names neither its landmarks nor the number of the version that it shows.
        check_page(page, name, ignored=["landmark-unique", "label-content-name-mismatch"])


def test_a_click_leads_to_the_playground_and_another_to_a_checked_filter(
    page: Page, versions: Path, address: str
) -> None:
    if not (versions / "latest/playground/app/worker.js").exists():
        pytest.skip("the playground was not built")
    page.goto(address)
    page.get_by_role("article").get_by_role("link", name="playground").first.click()
    status = page.locator("#status")
    expect(status).to_contain_text("No findings", timeout=120_000)
    page.get_by_label("Example").select_option("A filter with mistakes, to be fixed")
    expect(status).to_have_text("2 findings: the filter must be corrected.")
    for scheme, width, tab in (
        ("default", 1280, "Meaning"),
        ("default", 360, "Translate"),
        ("slate", 1280, "Rows"),
        ("slate", 360, "Meaning"),
    ):
        page.evaluate("scheme => { document.body.dataset.mdColorScheme = scheme }", scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(300)
        check_page(page, f"playground-{scheme}-{width}", "#playground-app")
