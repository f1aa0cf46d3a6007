"""Code and documentation avoid words that are not standard technical English."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs" / "pages").rglob("*.md"),
    *(ROOT / "docs").glob("*.py"),
    *(ROOT / "grammar").rglob("*.*"),
    *(ROOT / "src" / "epfilter").rglob("*.py"),
    *(ROOT / "src" / "epfilter").rglob("*.html"),
]
WORDS = re.compile(r"\b(nobody|whoever|to be had|told|said)\b", re.IGNORECASE)
"""Code does not talk, and a sentence names its subject: write *no one*, *reported*, *a user who*."""


def test_texts_avoid_nonstandard_words() -> None:
    assert len(FILES) > 300
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WORDS.search(line)
    ]
    assert found == []
