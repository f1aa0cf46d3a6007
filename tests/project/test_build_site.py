"""The script that builds the documentation: sources, navigation, and the folder of all versions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest
import yaml

from epfilter import __version__
from support.docs_scripts import DOCS, load_script
from support.rows import for_each

SITE = load_script("build_site")


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """The paths of generated pages, for the navigation."""
    return {
        path: ""
        for folder in SITE.SECTIONS
        for path in (f"{folder}/b.md", f"{folder}/a.md", f"{folder}/index.md")
    }


def _configuration(generated: dict[str, str]) -> dict[str, Any]:
    config = yaml.safe_load((DOCS / "mkdocs.yml").read_text(encoding="utf-8"))
    completed: dict[str, Any] = SITE.complete_configuration(config, generated)
    return completed


def test_the_pages_of_resources_and_rules_are_below_their_index(generated: dict[str, str]) -> None:
    nav = _configuration(generated)["nav"]
    (reference,) = (entry["Reference"] for entry in nav if "Reference" in entry)
    sections = {
        title: value
        for entry in reference
        if isinstance(entry, dict)
        for title, value in entry.items()
    }
    for title, folder in (("Rules", "reference/rules"), ("Resources", "reference/resources")):
        assert sections[title] == [f"{folder}/{name}.md" for name in ("index", "a", "b")]


def test_a_generated_section_must_be_in_the_navigation(generated: dict[str, str]) -> None:
    config = yaml.safe_load((DOCS / "mkdocs.yml").read_text(encoding="utf-8"))
    config["nav"] = ["index.md"]
    with pytest.raises(ValueError, match=r"index\.md is not in the navigation"):
        SITE.complete_configuration(config, generated)


def test_every_page_is_in_the_navigation_once(generated: dict[str, str]) -> None:
    def pages(entry: Any) -> list[str]:
        match entry:
            case str():
                return [entry]
            case dict():
                return [page for value in entry.values() for page in pages(value)]
            case _:
                return [page for value in entry for page in pages(value)]

    single = [load_script(name).NAME for name in ("api_page", "column_page", "speed_page")]
    files = [path.relative_to(SITE.PAGES).as_posix() for path in SITE.PAGES.rglob("*.md")]
    assert sorted(pages(_configuration(generated)["nav"])) == sorted([*single, *files, *generated])


def test_the_version_and_the_repository_are_shown(
    generated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    local = _configuration(generated)
    assert local["copyright"] == f"epfilter {__version__}, MIT licence"
    assert "repo_url" not in local
    assert "version" not in local["extra"]
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://example.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "shop/epfilter")
    assert _configuration(generated)["repo_url"] == "https://example.com/shop/epfilter"


@for_each(
    ("text", "completed"),
    [
        ("```python\n>>> 1\n1\n```\n", "```pycon\n>>> 1\n1\n```\n"),
        ("  ```python\n  >>> 1\n  ```\n", "  ```pycon\n  >>> 1\n  ```\n"),
        ("```python\nx = 1\n```\n", "```python\nx = 1\n```\n"),
        (
            "```text\n1:1 a\n    b\n    ^\n```\n",
            "``` { .text .drawn }\n1:1 a\n    b\n    ^\n```\n",
        ),
        ("```text\na\n```\n\n    ^\n", "```text\na\n```\n\n    ^\n"),
    ],
)
def test_blocks_get_the_classes_of_their_content(text: str, completed: str) -> None:
    assert SITE.complete_page(text) == completed


def test_an_included_file_has_no_links_to_other_files() -> None:
    page = SITE.complete_page("{{ file: CHANGELOG.md }}\n")
    assert page.startswith("# Changelog\n")
    assert "https://keepachangelog.com" in page
    assert "](grammar/" not in page


def test_sources_are_written_again_only_if_they_change(tmp_path: Path) -> None:
    generated = {f"{folder}/index.md": "# A\n" for folder in SITE.SECTIONS}
    SITE.write_sources(tmp_path, generated)
    page, other = tmp_path / "pages" / "index.md", tmp_path / "pages" / "tutorial.md"
    assert (tmp_path / "pages" / "style.css").exists()
    before = other.stat().st_mtime_ns
    page.write_text("old", encoding="utf-8")
    SITE.write_sources(tmp_path, generated)
    assert page.read_text(encoding="utf-8").startswith("# epfilter\n")
    assert other.stat().st_mtime_ns == before


def test_versions_are_added_to_a_folder(tmp_path: Path) -> None:
    html, versions = tmp_path / "html", tmp_path / "versions"
    html.mkdir()
    versions.mkdir()
    for version in ("0.1.0", "0.2.0", "0.2.0"):
        (html / "index.html").write_text(version, encoding="utf-8")
        SITE.add_version(html, versions, version)
    assert json.loads((versions / "versions.json").read_text(encoding="utf-8")) == [
        {"version": "0.2.0", "title": "0.2.0", "aliases": ["latest"]},
        {"version": "0.1.0", "title": "0.1.0", "aliases": []},
    ]
    for folder, version in (("latest", "0.2.0"), ("0.2.0", "0.2.0"), ("0.1.0", "0.1.0")):
        assert (versions / folder / "index.html").read_text(encoding="utf-8") == version
    assert "latest/" in (versions / "index.html").read_text(encoding="utf-8")


def test_without_node_the_playground_has_instructions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    load_script("playground_app").write_app(tmp_path / "app")
    (script,) = (tmp_path / "app").iterdir()
    text = script.read_text(encoding="utf-8")
    assert "(Node and npm are not installed). To build it, install Node.js with npm" in text
    assert (
        capsys.readouterr().err == "The playground is left out: Node and npm are not installed.\n"
    )
    page = (SITE.PAGES / "playground.md").read_text(encoding="utf-8")
    assert f'src="playground/app/{script.name}"' in SITE.complete_page(page)


@pytest.mark.slow
def test_the_extra_for_the_documentation_is_enough() -> None:
    absent = ["django", "httpx", "hypothesis", "pygls"]
    code = f"""
import sys
sys.modules.update(dict.fromkeys({absent!r}))  # what the extra does not install
sys.path.insert(0, {str(DOCS)!r})
import build_site
assert build_site.generate_pages()
"""
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code


def test_the_site_is_served_with_the_types_that_browsers_require(tmp_path: Path) -> None:
    for name in ("app.wasm", "app.mjs"):
        (tmp_path / name).write_bytes(b"\0asm")
    with SITE.create_server(tmp_path, 0) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        types = [
            urlopen(f"http://127.0.0.1:{server.server_port}/{name}").headers["Content-Type"]
            for name in ("app.wasm", "app.mjs")
        ]
        server.shutdown()
    assert types == ["application/wasm", "text/javascript"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets two servers share a port")
def test_a_port_that_is_in_use_is_reported_before_the_build(tmp_path: Path) -> None:
    with SITE.create_server(tmp_path, 0) as server:
        port = server.server_port
        with pytest.raises(SystemExit, match=f"port {port}: .*--port"):
            SITE.serve(tmp_path, port)
