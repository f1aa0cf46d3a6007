"""What each reader finds in files of its kind; the cases are in data/, one file a kind.

A case is a title behind `=== `, the file's text, and behind `---` what is found in it, in the
order of the file: `filter LINE:COLUMN RESOURCES TEXT` (placeholders shown as `…`),
`interpolation LINE:COLUMN FORM`, `comment LINE:COLUMN TEXT`, `problem LINE:COLUMN MESSAGE`, or
`part LINE:COLUMN MESSAGE` where the rest was read.
Columns are counted from 1, in characters. Where the text itself holds a line `---`, what is found
stands behind `--- found`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from epfilter.linter.extractors import PLACEHOLDER, Endpoints, Extraction, extract
from epfilter.resources import resource_info
from epfilter.snippets import format_position, make_printable

DATA = Path(__file__).parent / "data"
KINDS = {False: "problem", True: "part"}
_CASE = re.compile(r"^=== (.*)\n((?s:.*?))(?=^=== |\Z)", re.MULTILINE)
_FOUND = re.compile(r"^--- found\n", re.MULTILINE)
_FOUND_SHORT = re.compile(r"^---\n", re.MULTILINE)


class Case(NamedTuple):
    name: str
    title: str
    text: str
    expected: list[str]


def cases() -> list[Case]:
    """One of each block of each file; `python.py.txt` holds files that end in `.py`."""
    return [
        case(path.stem, title, block)
        for path in sorted(DATA.glob("*.txt"))
        for title, block in _CASE.findall(path.read_text(encoding="utf-8"))
    ]


def case(name: str, title: str, block: str) -> Case:
    separator = _FOUND if _FOUND.search(block) else _FOUND_SHORT
    text, expected = separator.split(block, maxsplit=1)
    return Case(name, title, text, [line for line in expected.splitlines() if line])


def reading_of(text: str, name: str) -> Extraction:
    extraction = Extraction(Endpoints())
    extract(text, name, extraction)
    return extraction


def listed(extraction: Extraction, text: str) -> list[str]:
    """What was found, as the data files write it."""
    found: list[tuple[int, str, str]] = []
    for value, resources, _ in extraction.filters:
        names = ",".join(resource_info(one).name for one in resources) or "-"
        shown = make_printable(value.text.replace(PLACEHOLDER, "…"))
        found.append((value.bounds.start, "filter", f"{names} {shown}"))
    found += [
        (one.span.start, "interpolation", one.built_with) for one in extraction.interpolations
    ]
    found += [(span.start, "comment", make_printable(said)) for span, said in extraction.comments]
    found += [(one.span.start, KINDS[one.is_partial], one.message) for one in extraction.problems]
    return [f"{kind} {format_position(text, at)} {rest}" for at, kind, rest in sorted(found)]


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.name}: {case.title}")
def test_finds(case: Case) -> None:
    assert listed(reading_of(case.text, case.name), case.text) == case.expected
