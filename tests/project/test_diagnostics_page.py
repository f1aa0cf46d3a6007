"""The page of diagnostics explains every code of the catalogue, once, and shows it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_code_is_explained_and_shown() -> None:
    catalogue = (ROOT / "src/epfilter/recovery/diagnostics.py").read_text(encoding="utf-8")
    page = (ROOT / "docs/pages/reference/diagnostics.md").read_text(encoding="utf-8")
    codes = sorted(set(re.findall(r'"(EPF\d+)"', catalogue)))
    assert re.findall(r"^## (EPF1(?!00)\d\d): ", page, re.MULTILINE) == codes[1:]
    assert codes[0] == "EPF100"
    for code in codes[2:]:
        assert re.search(rf"^\d+:\d+ {code} ", page, re.MULTILINE), code


def test_every_check_of_a_resource_is_explained_and_shown() -> None:
    catalogue = (ROOT / "src/epfilter/resources/checks.py").read_text(encoding="utf-8")
    page = (ROOT / "docs/pages/reference/diagnostics.md").read_text(encoding="utf-8")
    codes = sorted(set(re.findall(r'"(EPF2\d\d)"', catalogue)))
    assert re.findall(r"^## (EPF2\d\d): ", page, re.MULTILINE) == codes
    for code in codes:
        assert re.search(rf"^\d+:\d+ {code} ", page, re.MULTILINE), code
