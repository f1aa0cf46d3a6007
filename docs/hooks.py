"""Changes to the text of pages before MkDocs renders it.

A line `{{ file: path }}` is replaced by that file of the repository, because the specification and
the changelog are in other folders. Relative links in the file, whose targets are not pages, become
plain text.

Python blocks with `>>>` are highlighted as sessions, so that output does not look like code.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FILE = re.compile(r"^\{\{ file: (?P<path>[\w./-]+) \}\}$", re.MULTILINE)
_SESSION = re.compile(r"^(?P<fence> *```)python\n(?P<rest> *>>> )", re.MULTILINE)
_RELATIVE_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?!https?:|#)[^)\s]+\)")


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return the text to render; MkDocs calls this for every page."""
    return _SESSION.sub(r"\g<fence>pycon\n\g<rest>", _FILE.sub(_include_file, markdown))


def _include_file(match: re.Match[str]) -> str:
    text = (ROOT / match["path"]).read_text(encoding="utf-8")
    return _RELATIVE_LINK.sub(lambda link: link["text"], text)
