"""The page of diagnostics explains every code of the parser and of resources, with an example."""

from __future__ import annotations

import re
from pathlib import Path

from epfilter.linter import RULES
from support.rows import for_each

PAGE = Path(__file__).parents[2] / "docs/pages/reference/diagnostics.md"
TEXT = PAGE.read_text(encoding="utf-8")
CODES = [code for code in RULES if code.startswith(("EPF1", "EPF2"))]


def test_the_headings_are_the_codes_with_their_titles() -> None:
    headings = re.findall(r"^## (EPF\d+): (.+) \{ #(epf\d+) \}$", TEXT, re.MULTILINE)
    assert headings == [(code, RULES[code].title, code.lower()) for code in CODES]


@for_each("code", CODES)
def test_every_code_has_an_example(code: str) -> None:
    if code != "EPF101":  # its example shows only the message, because the text is empty
        assert re.search(rf"^\d+:\d+ {code} ", TEXT, re.MULTILINE)
