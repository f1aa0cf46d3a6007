"""Changes to the text of pages before MkDocs renders it.

A line `{{ file: path }}` is replaced by that file of the repository, because the specification and
the changelog are in other folders. Relative links in the file, whose targets are not pages, become
plain text.

Python blocks with `>>>` are highlighted as sessions, so that output does not look like code.

The generated pages of resources and rules are added to the navigation.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).parents[1]
_FILE = re.compile(r"^\{\{ file: (?P<path>[\w./-]+) \}\}$", re.MULTILINE)
_SESSION = re.compile(r"^(?P<fence> *```)python\n(?P<rest> *>>> )", re.MULTILINE)
_RELATIVE_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?!https?:|#)[^)\s]+\)")


GENERATED = ("reference/resources", "reference/rules")


def on_files(files: Files, config: MkDocsConfig) -> None:
    """List the generated pages in their sections; MkDocs calls this after they are generated."""
    for folder in GENERATED:
        pages = sorted(
            file.src_uri
            for file in files.documentation_pages()
            if file.src_uri.startswith(f"{folder}/")
        )
        index = f"{folder}/index.md"
        if not add_pages(config.nav or [], index, [page for page in pages if page != index]):
            raise ValueError(f"{index} is not in the navigation")


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


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return the text to render; MkDocs calls this for every page."""
    return _SESSION.sub(r"\g<fence>pycon\n\g<rest>", _FILE.sub(_include_file, markdown))


def _include_file(match: re.Match[str]) -> str:
    text = (ROOT / match["path"]).read_text(encoding="utf-8")
    return _RELATIVE_LINK.sub(lambda link: link["text"], text)
