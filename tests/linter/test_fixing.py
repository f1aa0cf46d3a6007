"""What `fix` makes of a filter: the same meaning where only safe repairs are made, or nothing.

What single filters become stands in `fixing/cases.txt`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Diagnostic, Edit, Fix, Span, lint, parse
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.linter import Settings, fix
from epfilter.linter.fixing import repaired
from support.counted_work import work
from support.filter_oracle import matches
from support.filter_strategies import any_text, filters
from support.meaning_samples import ROWS, TYPED_ROWS, filter_texts
from support.resource_samples import logs, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter import Filter

EVERY = Settings(select=("EPF",))
SETTINGS = {"": Settings(), "every": EVERY}
DATA = Path(__file__).parent / "fixing" / "cases.txt"
_CASE = re.compile(
    r"^\[(?P<resource>[\w-]+)(?P<options>(?: \S+)*)\] (?P<text>.*)\n"
    r"(?:fixed: (?P<fixed>.*)|(?P<same>as it is))\n"
    r"repaired: (?P<repaired>.*)\nleft: (?P<left>.*)\n",
    re.MULTILINE,
)


class Case(NamedTuple):
    resource: str
    options: str
    text: str
    fixed: str | None
    same: str | None
    repaired: str
    left: str


CASES = [Case(*found.groups()) for found in _CASE.finditer(DATA.read_text(encoding="utf-8"))]


def test_every_block_of_the_file_is_a_case() -> None:
    assert len(CASES) == len(re.findall(r"(?m)^\[", DATA.read_text(encoding="utf-8")))


def codes(found: tuple[Diagnostic, ...]) -> str:
    return " ".join(one.code for one in found) or "nothing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.options} {case.text[:50]}")
def test_what_a_filter_becomes(case: Case) -> None:
    options = case.options.split()
    settings = SETTINGS["every" if "every" in options else ""]
    ignored = tuple(one.removeprefix("ignore=") for one in options if one.startswith("ignore="))
    found = fix(
        case.text,
        None if case.resource == "-" else case.resource,
        settings=Settings(select=settings.select, ignore=ignored),
        unsafe="unsafe" in options,
    )
    assert found.text == (case.text if case.same else case.fixed)
    assert codes(found.repaired) == case.repaired
    assert codes(found.left) == case.left


def same_meaning(before: str, after: str, rows: list[dict[str, Any]]) -> bool:
    f, g = parse(before), parse(after)
    return all(matches(f, row) == matches(g, row) for row in rows)


@pytest.mark.parametrize("settings", [Settings(), EVERY], ids=["default", "every"])
@given(filter_texts())
def test_safe_repairs_mean_the_same(settings: Settings, text: str) -> None:
    assert same_meaning(text, fix(text, settings=settings).text, ROWS)


@pytest.mark.parametrize("settings", [Settings(), EVERY], ids=["default", "every"])
@given(filter_texts(typed=True))
def test_safe_repairs_mean_the_same_for_a_resource(settings: Settings, text: str) -> None:
    found = fix(text, things, settings=settings)
    assert same_meaning(text, found.text, TYPED_ROWS)
    assert not [one for one in found.left if one.fix and one.fix.safe]


@pytest.mark.parametrize("name", ["orders", "promotions_cm_search", "customers"])
@given(filters)
def test_any_filter_stays_one(name: str, f: Filter) -> None:
    for unsafe in (False, True):
        parse(fix(str(f), name, settings=EVERY, unsafe=unsafe).text)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("resource", [None, things, logs], ids=["alone", "things", "logs"])
@given(any_text)
def test_any_text_becomes_a_filter_or_stays(resource: Any, unsafe: bool, text: str) -> None:  # noqa: FBT001 - a parameter of the test
    found = fix(text, resource, settings=EVERY, unsafe=unsafe)
    if found.repaired:
        parse(found.text)
    else:
        assert found.text == text
    assert found.left == tuple(lint(found.text, resource, settings=EVERY))
    again = fix(found.text, resource, settings=EVERY, unsafe=unsafe)
    assert (again.text, again.repaired) == (found.text, ())


@given(any_text, st.sampled_from(("EPF1", "EPF102", "EPF110", "EPF")))
def test_mistakes_that_nobody_wants_to_hear_of_are_mistakes(text: str, ignored: str) -> None:
    found = fix(text, settings=Settings(ignore=(ignored,)), unsafe=True)
    if found.text != text:
        parse(found.text)


def test_repairs_that_go_in_circles_leave_the_text() -> None:
    def look(text: str) -> list[Diagnostic]:
        other = {"eq(a,1)": "2", "eq(a,2)": "3", "eq(a,3)": "1"}[text]
        return [
            Diagnostic(
                "EPF999", "x.", Span(5, 6), fix=Fix("x", (Edit(Span(5, 6), other),), safe=True)
            )
        ]

    found = repaired("eq(a,1)", look, lambda _: True)
    assert (found.text, found.repaired) == ("eq(a,1)", ())
    assert len(found.left) == 1


def test_repairs_without_end_leave_the_text() -> None:
    def look(text: str) -> list[Diagnostic]:
        edit = Edit(Span(len(text), len(text)), ":eq(a,1)")
        return [Diagnostic("EPF999", "x.", Span(0, 1), fix=Fix("x", (edit,), safe=True))]

    assert repaired("eq(a,1)", look, lambda _: True).text == "eq(a,1)"


def test_overlapping_repairs_are_made_one_after_the_other() -> None:
    seen: list[str] = []

    def look(text: str) -> list[Diagnostic]:
        seen.append(text)
        return [
            Diagnostic(
                "EPF999",
                "x.",
                Span(at, at + 1),
                fix=Fix("x", (Edit(Span(at, end), new),), safe=True),
            )
            for at, end, new in (
                [(5, 6, "2"), (5, 6, "3"), (3, 4, "b")] if text == "eq(a,1)" else []
            )
        ]

    assert repaired("eq(a,1)", look, lambda _: True).text == "eq(b,2)"
    assert seen == ["eq(a,1)", "eq(b,2)"]


@pytest.mark.parametrize("text", [None, b"eq(a,1)", 5])
def test_the_text_is_a_str(text: Any) -> None:
    with pytest.raises(FilterTypeError, match="the text of a filter is a str, not "):
        fix(text)


def test_what_lint_refuses_is_refused() -> None:
    with pytest.raises(FilterValueError, match="there is no resource `order`"):
        fix("eq(a,1)", "order")
    with pytest.raises(FilterValueError, match="there is no rule `EPF499`"):
        fix("eq(a,1)", settings=Settings(select=("EPF499",)))


def numbers(template: str, count: int, between: str) -> str:
    return between.join(template.format(number) for number in range(count))


def nested(count: int) -> str:
    text = "eq(a,0)"
    for number in range(1, 60):
        inner = ":".join(f"gte(a,{number}{place})" for place in range(count // 60))
        text = f"({text}|{inner})"
    return text


LINEAR: dict[str, Callable[[int], str]] = {
    "equal terms": lambda n: ":".join(["eq(a,1)"] * n),
    "equal values": lambda n: f"in(a{',x' * n})",
    "single values": lambda n: numbers("in(a,{0})", n, "|"),
    "operators of others": lambda n: numbers("gte(a,{0})", n, "|"),
    "terms that fall": lambda n: ":".join(f"gt(a,{n - i})" for i in range(n)),
    "terms that rise": lambda n: numbers("gt(a,{0})", n, ":"),
    "no parentheses": lambda n: numbers("eq(a,{0}):eq(b,{0})", n, "|"),
    "nested": nested,
    "backslashes": lambda n: 'eq(a,"' + r"\d" * n + '")',
    "stars": lambda n: f"like(a,{'*' * n})",
    "damaged": lambda n: "eq(" * n,
}


@pytest.mark.parametrize("name", LINEAR)
def test_work_grows_linearly(name: str) -> None:
    fix(LINEAR[name](60), settings=EVERY, unsafe=True)  # what is built once is not counted
    once, twice = (
        work(lambda count=count: fix(LINEAR[name](count), settings=EVERY, unsafe=True))  # type: ignore[misc] # a default for each
        for count in (150, 300)
    )
    assert twice < 2.5 * once
