"""The exact messages, carets and fixes of every diagnostic; the cases are in `data`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from epfilter import FilterSyntaxError, parse
from epfilter.errors import Fix
from epfilter.recovery import diagnostics
from support.rows import for_each

DATA = Path(__file__).parent / "data" / "diagnostics.txt"
CONFORMANCE = Path(__file__).parents[2] / "grammar" / "conformance" / "refused.json"


class Case(NamedTuple):
    name: str
    text: str
    max_length: int | None
    printed: str
    """What `str(error)` says."""
    fixes: list[tuple[str, str]]
    """The title of each fix, and what it makes of the text."""


_BLOCK = re.compile(r"^\[([^\n]+)\]\n(.*?)\n*(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_CASE = re.compile(
    r"(text|json): ([^\n]*)\n(?:max_length: (\d+)\n)?(\d.*?)((?:\nfix: [^\n]*\nfixed: [^\n]*)*)",
    re.DOTALL,
)


def read_case(name: str, block: str) -> Case:
    match = _CASE.fullmatch(block)
    assert match, name
    kind, text, max_length, printed, fixes = match.groups()
    read = str if kind == "text" else json.loads
    return Case(
        name=name,
        text=read(text),
        max_length=int(max_length) if max_length else None,
        printed=printed,
        fixes=[
            (title, read(fixed)) for title, fixed in re.findall(r"\nfix: (.*)\nfixed: (.*)", fixes)
        ],
    )


CASES = [
    read_case(*block)
    for block in _BLOCK.findall(re.sub(r"(?m)^#.*\n", "", DATA.read_text(encoding="utf-8")))
]


def error_of(text: str, max_length: int | None = None) -> FilterSyntaxError:
    with pytest.raises(FilterSyntaxError) as caught:
        parse(text, max_length=max_length)
    return caught.value


@for_each("case", CASES, ids=lambda case: case.name)
def test_messages_and_carets(case: Case) -> None:
    assert str(error_of(case.text, case.max_length)) == case.printed


@for_each("case", CASES, ids=lambda case: case.name)
def test_fixes(case: Case) -> None:
    fixes = [
        diagnostic.fix
        for diagnostic in error_of(case.text, case.max_length).diagnostics
        if diagnostic.fix
    ]
    assert [
        (f"{fix.title} ({'safe' if fix.safe else 'not safe'})", fix.apply(case.text))
        for fix in fixes
    ] == case.fixes


def test_every_code_occurs() -> None:
    catalogue = Path(diagnostics.__file__).read_text(encoding="utf-8")
    occurring = {code for case in CASES for code in re.findall(r"(?m)^\d\S* (\w+)", case.printed)}
    assert occurring == set(re.findall(r"EPF1\d\d", catalogue)) - {"EPF100"}


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


def test_epf100() -> None:
    error = FilterSyntaxError("eq(a,1)", (diagnostics.unexplained(7),))
    assert str(error).splitlines() == [
        "1:1 EPF100 the grammar does not accept this text.",
        "    eq(a,1)",
        "    ^^^^^^^",
        "    hint: this message should not occur; please report the filter",
    ]


def single_errors() -> Iterator[tuple[str, Fix]]:
    """Each text here and in the conformance cases with one mistake, and its fix if it is safe."""
    refused = json.loads(CONFORMANCE.read_text(encoding="utf-8"))
    texts = [case.text for case in CASES if case.max_length is None]
    texts += [case["text"] for case in refused if "max_length" not in case]
    for text in dict.fromkeys(texts):
        diagnostics = error_of(text).diagnostics
        if len(diagnostics) == 1 and diagnostics[0].fix and diagnostics[0].fix.safe:
            yield text, diagnostics[0].fix


def test_there_are_many_safe_fixes() -> None:
    assert len([*single_errors()]) >= 60


@for_each(("text", "fix"), [*single_errors()])
def test_a_safe_fix_of_a_single_error_makes_a_filter(text: str, fix: Fix) -> None:
    assert parse(fix.apply(text)) is not None
