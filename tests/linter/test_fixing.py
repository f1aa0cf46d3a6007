"""The results of `fix`: safe fixes keep the meaning, and the result is always a valid filter.

The results for single filters are in `fixes.txt`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Diagnostic, Edit, Fix, Span, lint, parse, parse_located
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.linter import Settings, fix
from epfilter.linter.fixing import apply_fixes
from support.counted_work import count_lines
from support.filter_oracle import matches
from support.filter_strategies import any_text, filters
from support.meaning_samples import ROWS, TYPED_ROWS, filter_texts
from support.resource_samples import logs, things
from support.rows import for_each
from support.sizes import divide_examples, slow_except

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter import Filter

ALL_RULES = Settings(select=("EPF",))
SETTINGS = {"": Settings(), "all-rules": ALL_RULES}
DATA = Path(__file__).parent / "fixes.txt"
_CASE = re.compile(
    r"^\[(?P<resource>[\w-]+)(?P<options>(?: \S+)*)\] (?P<text>.*)\n"
    r"(?:fixed: (?P<fixed>.*)|(?P<unchanged>unchanged))\n"
    r"repaired: (?P<repaired>.*)\nleft: (?P<left>.*)\n",
    re.MULTILINE,
)


class Case(NamedTuple):
    resource: str
    options: str
    text: str
    fixed: str | None
    unchanged: str | None
    repaired: str
    left: str


CASES = [Case(*match.groups()) for match in _CASE.finditer(DATA.read_text(encoding="utf-8"))]


def test_every_block_of_the_file_is_a_case() -> None:
    assert len(CASES) == len(re.findall(r"(?m)^\[", DATA.read_text(encoding="utf-8")))


def codes(diagnostics: tuple[Diagnostic, ...]) -> str:
    return " ".join(diagnostic.code for diagnostic in diagnostics) or "nothing"


@for_each("case", CASES, ids=lambda case: f"{case.options} {case.text[:50]}")
def test_a_filter_is_fixed(case: Case) -> None:
    options = case.options.split()
    settings = SETTINGS["all-rules" if "all-rules" in options else ""]
    ignored = tuple(name.removeprefix("ignore=") for name in options if name.startswith("ignore="))
    result = fix(
        case.text,
        None if case.resource == "-" else case.resource,
        settings=Settings(select=settings.select, ignore=ignored),
        unsafe="unsafe" in options,
    )
    assert result.text == (case.text if case.unchanged else case.fixed)
    assert codes(result.repaired) == case.repaired
    assert codes(result.left) == case.left


def have_same_meaning(before: str, after: str, rows: list[dict[str, Any]]) -> bool:
    f, g = parse(before), parse(after)
    return all(matches(f, row) == matches(g, row) for row in rows)


@pytest.mark.parametrize("settings", [Settings(), ALL_RULES], ids=["default", "all rules"])
@given(filter_texts())
def test_safe_fixes_keep_the_meaning(settings: Settings, text: str) -> None:
    assert have_same_meaning(text, fix(text, settings=settings).text, ROWS)


@pytest.mark.parametrize("settings", [Settings(), ALL_RULES], ids=["default", "all rules"])
@given(filter_texts(typed=True))
def test_safe_fixes_keep_the_meaning_for_a_resource(settings: Settings, text: str) -> None:
    result = fix(text, things, settings=settings)
    assert have_same_meaning(text, result.text, TYPED_ROWS)
    assert not [item for item in result.left if item.fix and item.fix.safe]


@pytest.mark.parametrize("name", ["orders", "promotions_cm_search", "customers"])
@given(filters)
def test_a_valid_filter_stays_valid(name: str, f: Filter) -> None:
    for unsafe in (False, True):
        parse(fix(str(f), name, settings=ALL_RULES, unsafe=unsafe).text)


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("resource", [None, things, logs], ids=["no resource", "things", "logs"])
@divide_examples(2)
@given(any_text)
def test_any_text_becomes_valid_or_stays_unchanged(resource: Any, unsafe: bool, text: str) -> None:  # noqa: FBT001 - a parameter of the test
    result = fix(text, resource, settings=ALL_RULES, unsafe=unsafe)
    if result.repaired:
        parse(result.text)
    else:
        assert result.text == text
    assert result.left == tuple(lint(result.text, resource, settings=ALL_RULES))
    again = fix(result.text, resource, settings=ALL_RULES, unsafe=unsafe)
    assert (again.text, again.repaired) == (result.text, ())


SEVERITIES = ("info", "warning", "error")


@pytest.mark.parametrize("resource", [None, things, logs], ids=["no resource", "things", "logs"])
@given(st.one_of(filter_texts(), filter_texts(typed=True), filters.map(str)))
def test_a_safe_fix_of_a_valid_filter_adds_no_findings(resource: Any, text: str) -> None:
    before = lint(text, resource, settings=ALL_RULES)
    worst = max((SEVERITIES.index(item.severity) for item in before), default=0)
    for finding in before:
        if finding.fix:
            after = lint(finding.fix.apply(text), resource, settings=ALL_RULES)
            assert not any(item.code.startswith("EPF1") for item in after)
            if finding.fix.safe:
                # One that was hidden by another may appear: `in` with one value, for example.
                assert len(after) <= len(before)
                assert all(SEVERITIES.index(item.severity) <= worst for item in after)


@given(any_text, st.sampled_from(("EPF1", "EPF102", "EPF110", "EPF")))
def test_an_ignored_syntax_error_still_prevents_fixes(text: str, ignored: str) -> None:
    result = fix(text, settings=Settings(ignore=(ignored,)), unsafe=True)
    if result.text != text:
        parse(result.text)


def has_errors(text: str) -> bool:
    return bool(parse_located(text).diagnostics)


def test_circular_fixes_leave_the_text_unchanged() -> None:
    def check(text: str) -> list[Diagnostic]:
        other = {"eq(a,1)": "2", "eq(a,2)": "3", "eq(a,3)": "1"}[text]
        return [
            Diagnostic(
                "EPF999", "x.", Span(5, 6), fix=Fix("x", (Edit(Span(5, 6), other),), safe=True)
            )
        ]

    result = apply_fixes("eq(a,1)", check, lambda _: True, has_errors)
    assert (result.text, result.repaired) == ("eq(a,1)", ())
    assert len(result.left) == 1


def test_endless_fixes_leave_the_text_unchanged() -> None:
    def check(text: str) -> list[Diagnostic]:
        edit = Edit(Span(len(text), len(text)), ":eq(a,1)")
        return [Diagnostic("EPF999", "x.", Span(0, 1), fix=Fix("x", (edit,), safe=True))]

    assert apply_fixes("eq(a,1)", check, lambda _: True, has_errors).text == "eq(a,1)"


def test_overlapping_fixes_are_applied_one_after_the_other() -> None:
    seen: list[str] = []

    def check(text: str) -> list[Diagnostic]:
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

    assert apply_fixes("eq(a,1)", check, lambda _: True, has_errors).text == "eq(b,2)"
    assert seen == ["eq(a,1)", "eq(b,2)"]


@pytest.mark.parametrize("text", [None, b"eq(a,1)", 5])
def test_a_text_that_is_not_a_str_is_rejected(text: Any) -> None:
    with pytest.raises(FilterTypeError, match="the text of a filter must be a str, not "):
        fix(text)


def test_invalid_arguments_raise_the_errors_of_lint() -> None:
    with pytest.raises(FilterValueError, match="there is no resource `order`"):
        fix("eq(a,1)", "order")
    with pytest.raises(FilterValueError, match="there is no rule `EPF499`"):
        fix("eq(a,1)", settings=Settings(select=("EPF499",)))


def repeat(template: str, count: int, separator: str) -> str:
    return separator.join(template.format(number) for number in range(count))


def nested(count: int) -> str:
    text = "eq(a,0)"
    for number in range(1, 60):
        inner = ":".join(f"gte(a,{number}{index})" for index in range(count // 60))
        text = f"({text}|{inner})"
    return text


LINEAR: dict[str, Callable[[int], str]] = {
    "equal terms": lambda n: ":".join(["eq(a,1)"] * n),
    "equal values": lambda n: f"in(a{',x' * n})",
    "single values": lambda n: repeat("in(a,{0})", n, "|"),
    "unknown operators": lambda n: repeat("gte(a,{0})", n, "|"),
    "descending terms": lambda n: ":".join(f"gt(a,{n - i})" for i in range(n)),
    "ascending terms": lambda n: repeat("gt(a,{0})", n, ":"),
    "no parentheses": lambda n: repeat("eq(a,{0}):eq(b,{0})", n, "|"),
    "nested": nested,
    "backslashes": lambda n: 'eq(a,"' + r"\d" * n + '")',
    "stars": lambda n: f"like(a,{'*' * n})",
    "damaged": lambda n: "eq(" * n,
}


@pytest.mark.parametrize("name", slow_except(LINEAR, "unknown operators"))
def test_work_grows_linearly(name: str) -> None:
    fix(
        LINEAR[name](60), settings=ALL_RULES, unsafe=True
    )  # work that is done only once must not count
    once, twice = (
        count_lines(lambda count=count: fix(LINEAR[name](count), settings=ALL_RULES, unsafe=True))  # type: ignore[misc] # a default for each
        for count in (180, 360)  # multiples of 60, for `nested`
    )
    assert twice < 2.5 * once
