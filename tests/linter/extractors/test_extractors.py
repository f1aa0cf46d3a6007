"""What each extractor finds; the cases are in data/, one file for each kind of file.

A case is a title after `=== `, the text of the file, and after `---` what is found, in the order of
the file: `filter LINE:COLUMN RESOURCES TEXT` (placeholders shown as `…`),
`interpolation LINE:COLUMN CONSTRUCT` (without a construct for a constant part), `comment LINE:COLUMN TEXT`, `problem LINE:COLUMN MESSAGE`, or
`part LINE:COLUMN MESSAGE` where the rest was extracted. Columns are counted from 1, in characters.
Where the text itself contains a line `---`, the separator is `--- found`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from epfilter.linter.extractors import PLACEHOLDER, Endpoints, Extraction, extract_file
from epfilter.resources import resource_info
from epfilter.snippets import format_position, make_printable
from support.rows import for_each

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
    """Return a case for each block of each file; `python.py.txt` has those that end in `.py`."""
    return [
        case(path.stem, title, block)
        for path in sorted(DATA.glob("*.txt"))
        for title, block in _CASE.findall(path.read_text(encoding="utf-8"))
    ]


def case(name: str, title: str, block: str) -> Case:
    separator = _FOUND if _FOUND.search(block) else _FOUND_SHORT
    text, expected = separator.split(block, maxsplit=1)
    return Case(name, title, text, [line for line in expected.splitlines() if line])


def extract_text(text: str, name: str) -> Extraction:
    extraction = Extraction(Endpoints())
    extract_file(text, name, extraction)
    return extraction


def format_extraction(extraction: Extraction, text: str) -> list[str]:
    """Return what was found in the form of the data files."""
    lines: list[tuple[int, str, str]] = []
    for value, resources, *_ in extraction.filters:
        names = ",".join(resource_info(resource).name for resource in resources) or "-"
        shown = make_printable(value.text.replace(PLACEHOLDER, "…"))
        lines.append((value.bounds.start, "filter", f"{names} {shown}"))
    lines += [
        (item.span.start, "interpolation", item.built_with) for item in extraction.interpolations
    ]
    lines += [
        (span.start, "comment", make_printable(comment)) for span, comment in extraction.comments
    ]
    lines += [
        (item.span.start, KINDS[item.is_partial], item.message) for item in extraction.problems
    ]
    return [
        f"{kind} {format_position(text, at)} {rest}".rstrip() for at, kind, rest in sorted(lines)
    ]


@for_each("case", cases(), ids=lambda case: f"{case.name}: {case.title}")
def test_extracts(case: Case) -> None:
    assert format_extraction(extract_text(case.text, case.name), case.text) == case.expected
