"""The table of file kinds: its rows are complete, and tests and documentation follow it."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from epfilter.linter.extractors import FILE_KINDS, FileKind, find_kind

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[3] / "docs" / "pages" / "how-to" / "lint.md"

kinds = pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda kind: kind.endings[0])


@kinds
def test_the_extractor_exists(kind: FileKind) -> None:
    module, function = kind.extractor.split(":")
    assert callable(getattr(import_module(f"epfilter.linter.extractors.{module}"), function))


@kinds
def test_the_kind_is_found_by_each_ending(kind: FileKind) -> None:
    for ending in kind.endings:
        assert find_kind(f"folder.x/file{ending}") is kind
        assert find_kind(f"FILE{ending.upper()}") is kind


@kinds
def test_the_kind_has_cases(kind: FileKind) -> None:
    tested = {path.stem.partition(".")[2] for path in DATA.glob("*.txt")}
    endings = {ending.removeprefix(".") for ending in kind.endings}
    assert tested & endings or kind.endings == (".txt",)


@pytest.mark.parametrize("name", ["filter", ".json", "a.css", "a.json.bak", ""])
def test_other_names_have_no_kind(name: str) -> None:
    assert find_kind(name) is None


def test_endings_and_languages_are_unique() -> None:
    names = Counter(ending for kind in FILE_KINDS for ending in kind.endings)
    names.update(language for kind in FILE_KINDS for language in kind.languages)
    assert [name for name, count in names.items() if count > 1] == []


def test_the_documentation_lists_every_ending() -> None:
    rows = re.findall(r"^\| (`\..*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {ending for row in rows for ending in re.findall(r"`(\.\w+)`", row)}
    assert documented == {ending for kind in FILE_KINDS for ending in kind.endings}
