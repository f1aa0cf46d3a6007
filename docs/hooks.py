"""Changes the text of pages before MkDocs reads it.

A line `{{ file: path }}` becomes that file of the repository: the specification and the changelog
stand elsewhere. Links of the file to its neighbours, which are no pages, become plain text.

Python blocks with `>>>` are coloured as sessions, so that output does not look like code.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FILE = re.compile(r"^\{\{ file: (?P<path>[\w./-]+) \}\}$", re.MULTILINE)
_SESSION = re.compile(r"^(?P<fence> *```)python\n(?P<rest> *>>> )", re.MULTILINE)
_NEIGHBOUR = re.compile(r"\[(?P<text>[^\]]+)\]\((?!https?:|#)[^)\s]+\)")


def on_page_markdown(markdown: str, **_: object) -> str:
    """Called by MkDocs with the text of every page."""
    return _SESSION.sub(r"\g<fence>pycon\n\g<rest>", _FILE.sub(_included, markdown))


def _included(found: re.Match[str]) -> str:
    text = (ROOT / found["path"]).read_text(encoding="utf-8")
    return _NEIGHBOUR.sub(lambda link: link["text"], text)
