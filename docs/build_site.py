"""Build the documentation with Zensical.

    python docs/build_site.py             # into site/html; a broken link or reference is an error
    python docs/build_site.py --serve     # builds it and serves it on http://localhost:8000
    python docs/build_site.py --add DIR   # adds the built site to the versions in DIR

Zensical does not run code of a project, as MkDocs does in hooks. So this script first writes the
complete sources to the folder `site`: the pages of `docs/pages` and those that are generated from
the code, and the configuration with the generated pages in its navigation.

In a page, a line `{{ file: path }}` is replaced by that file of the repository, because the
specification and the changelog are in other folders. Relative links in the file, whose targets are
not pages, become plain text. Python blocks with `>>>` are highlighted as sessions, so that output
does not look like code. A block with a drawn diagnostic gets the class `drawn`, for its layout.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import api_page
import column_page
import playground_app
import resource_pages
import rule_pages
import speed_page
import yaml

from epfilter import __version__

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "pages"
SITE = ROOT / "site"
SECTIONS = (resource_pages.FOLDER, rule_pages.FOLDER)
"""The folders of generated pages that are listed in the navigation below their index."""

_FILE = re.compile(r"^\{\{ file: (?P<path>[\w./-]+) \}\}$", re.MULTILINE)
_SESSION = re.compile(r"^(?P<fence> *```)python\n(?P<rest> *>>> )", re.MULTILINE)
_DRAWN = re.compile(
    r"^(?P<fence> *```)(?P<language>\w+)\n(?P<body>(?:(?! *```).*\n)*? +\^+\n)", re.MULTILINE
)
_RELATIVE_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?!https?:|#)[^)\s]+\)")
PORT = 8000
_WATCH_SECONDS = 0.5


def generate_pages() -> dict[str, str]:
    """Return the text of each page that has no file, by its path."""
    return {
        path: text
        for module in (api_page, column_page, resource_pages, rule_pages, speed_page)
        for path, text in module.build_pages().items()
    }


def complete_page(markdown: str) -> str:
    """Return the text of a page with its included files and the classes of its code blocks."""
    complete = _SESSION.sub(r"\g<fence>pycon\n\g<rest>", _FILE.sub(_include_file, markdown))
    return _DRAWN.sub(r"\g<fence> { .\g<language> .drawn }\n\g<body>", complete)


def _include_file(match: re.Match[str]) -> str:
    text = (ROOT / match["path"]).read_text(encoding="utf-8")
    return _RELATIVE_LINK.sub(lambda link: link["text"], text)


def complete_configuration(
    config: dict[str, Any], generated: dict[str, str], *, versions: bool = False
) -> dict[str, Any]:
    """Add to the configuration what depends on the code, the machine and the repository."""
    for folder in SECTIONS:
        index = f"{folder}/index.md"
        pages = sorted(page for page in generated if page.startswith(f"{folder}/"))
        if not add_pages(config["nav"], index, [page for page in pages if page != index]):
            raise ValueError(f"{index} is not in the navigation")
    (reference,) = (plugin["mkdocstrings"] for plugin in config["plugins"] if plugin != "search")
    python = reference["handlers"]["python"]
    python["paths"] = [str(ROOT / "src")]
    python["options"]["extensions"] = [f"{ROOT / 'docs' / 'docstrings.py'}:Examples"]
    if versions:
        config["extra"]["version"] = {"provider": "mike"}  # a page reads `../versions.json`
    config["copyright"] = f"epfilter {__version__}, MIT licence"
    if repository := os.environ.get("GITHUB_REPOSITORY"):
        config["repo_url"] = f"{os.environ['GITHUB_SERVER_URL']}/{repository}"
        config["repo_name"] = repository
    return config


def add_pages(nav: list[Any], index: str, pages: list[str]) -> bool:
    """Replace the page `index` in a navigation by a section of it and other pages.

    Returns whether it was found.
    """
    for entry in nav:
        for title, value in entry.items() if isinstance(entry, dict) else ():
            if value == index:
                entry[title] = [index, *pages]
                return True
            if isinstance(value, list) and add_pages(value, index, pages):
                return True
    return False


def write_sources(folder: Path, generated: dict[str, str], *, versions: bool = False) -> bool:
    """Write the configuration and all pages that change, and return whether one does."""
    config = yaml.safe_load((ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8"))
    complete = complete_configuration(config, generated, versions=versions)
    files = {Path("mkdocs.yml"): yaml.safe_dump(complete, sort_keys=False).encode()}
    for path, text in generated.items():
        files[Path("pages", path)] = complete_page(text).encode()
    for source in PAGES.rglob("*"):
        if source.is_file():
            content = source.read_bytes()
            if source.suffix == ".md":
                content = complete_page(content.decode()).encode()
            files[Path("pages", source.relative_to(PAGES))] = content
    changed = [_write_changed(folder / path, content) for path, content in files.items()]
    return any(changed)


def _write_changed(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def build(folder: Path, generated: dict[str, str], *, versions: bool = False) -> Path:
    """Build the site in a folder from scratch, and return the folder of its HTML.

    With `versions`, its pages offer the other versions in the folder above it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    write_sources(folder, generated, versions=versions)
    playground_app.write_app(folder / "pages" / "playground" / "app")
    if status := _run_zensical(folder, "--strict"):
        sys.exit(status)  # Zensical has printed the reason
    return folder / "html"


def serve(folder: Path, port: int) -> None:
    """Build the site, and serve it on this machine until Ctrl-C; a changed page is built again.

    The server is that of Python, because Zensical's sends WebAssembly with a type that browsers do
    not load.
    """
    with create_server(folder / "html", port) as server:
        generated = generate_pages()
        build(folder, generated)
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"The documentation is on http://localhost:{server.server_port}", flush=True)  # noqa: T201 - where it is
        try:
            while True:
                time.sleep(_WATCH_SECONDS)
                if write_sources(folder, generated):
                    _run_zensical(folder)
        except KeyboardInterrupt:
            server.shutdown()


def create_server(html: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a site on this machine only, which can be built later.

    Raises SystemExit if the port is in use.
    """
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(html)))
    except OSError as error:
        sys.exit(f"Cannot serve on port {port}: {error.strerror}. Choose another with --port.")


class _Handler(SimpleHTTPRequestHandler):
    """A server of files that does not depend on the table of types of the system."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def _run_zensical(folder: Path, *options: str) -> int:
    command = [sys.executable, "-m", "zensical", "build", "-f", str(folder / "mkdocs.yml")]
    return subprocess.run([*command, *options], check=False).returncode  # noqa: S603 - fixed arguments


def add_version(html: Path, versions: Path, version: str) -> None:
    """Copy a built site into the folder of all versions, as the newest one.

    The page of a version offers the others, which it finds in `versions.json`. `latest` is a copy
    of the newest version, to which the start page redirects.
    """
    listing = versions / "versions.json"
    known = json.loads(listing.read_text(encoding="utf-8")) if listing.exists() else []
    others = [{**one, "aliases": []} for one in known if one["version"] != version]
    for name in (version, "latest"):
        shutil.rmtree(versions / name, ignore_errors=True)
        shutil.copytree(html, versions / name)
    newest = {"version": version, "title": version, "aliases": ["latest"]}
    listing.write_text(json.dumps([newest, *others], indent=2) + "\n", encoding="utf-8")
    (versions / "index.html").write_text(
        '<!doctype html>\n<meta http-equiv="refresh" content="0; url=latest/">\n'
        '<a href="latest/">Documentation</a>\n',
        encoding="utf-8",
    )


def main() -> None:
    """Read the arguments, and build or serve the site."""
    parser = argparse.ArgumentParser(description="Build the documentation.")
    parser.add_argument(
        "--folder", type=Path, default=SITE, help="sources and HTML (default: site)"
    )
    parser.add_argument(
        "--serve",
        action="store_true",
        help="build and serve it, and build changed pages",
    )
    parser.add_argument("--port", type=int, default=PORT, help="of --serve (default: 8000)")
    parser.add_argument("--add", type=Path, metavar="DIR", help="add it to the versions in DIR")
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.folder, arguments.port)
        return
    html = build(arguments.folder, generate_pages(), versions=arguments.add is not None)
    if arguments.add:
        add_version(html, arguments.add, __version__)


if __name__ == "__main__":
    main()
