"""The cheat sheet: each filter of its tables is valid, and is what the Python beside it builds."""

from __future__ import annotations

import re
from pathlib import Path

from epfilter import F, parse
from epfilter.ast import CALL_OPERATORS
from epfilter.limits import MAX_DEPTH, MAX_LIST_INDEX
from support.rows import for_each

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "reference" / "cheat-sheet.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in TEXT.splitlines() if re.match(r"\| `\w+\(", line)]
CODE = re.compile(r"`([^`]+)`")
OPERATORS = [row for row in ROWS if "F" in row[1] and "operator" not in row[0]]


@for_each("row", OPERATORS, ids=lambda row: row[0])
def test_the_python_builds_the_filter_beside_it(row: list[str]) -> None:
    filters, built = CODE.findall(row[0]), CODE.findall(row[1])
    assert [parse(text) for text in filters] == [eval(code, {"F": F}) for code in built]  # noqa: S307 - the code of our own page


def test_every_operator_is_on_the_page() -> None:
    written = {text.partition("(")[0] for row in OPERATORS for text in CODE.findall(row[0])}
    assert written == set(CALL_OPERATORS)


def test_the_limits_are_those_of_the_language() -> None:
    assert f"| nested levels of AND and OR | {MAX_DEPTH} |" in TEXT
    assert f"| index of a list | 0 to {MAX_LIST_INDEX} |" in TEXT


@for_each("text", [f"eq(a,{value})" for value in ("Ron Swanson", '"Ron\'s"', "-0.5", "true", '""')])
def test_the_values_are_written_as_shown(text: str) -> None:
    assert str(parse(text)) == text
    assert text[len("eq(a,") : -1] in TEXT
