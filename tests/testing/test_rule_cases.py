"""The tools for tests of rules: what they accept, and how they describe what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from epfilter import FilterSyntaxError, FilterValueError, Severity
from epfilter.errors import Edit, Fix, Span
from epfilter.linter import Example, Finding, Rule
from epfilter.resources import Eq, Resource, string
from epfilter.testing import RuleCase, read_rule_cases, verify_rule
from support.rule_packages import shop_rule


class Tickets(Resource):
    title = Eq(string())


def test_a_rule_with_right_examples() -> None:
    verify_rule(shop_rule())
    verify_rule(replace(shop_rule(), enabled=False, severity=Severity.INFO))
    own = replace(shop_rule(), good=Example("eq(title,x)", "tickets"))
    verify_rule(own, [Tickets()])
    with pytest.raises(FilterValueError, match="there is no resource `tickets`"):
        verify_rule(own)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"check_call": None}, "the rule has no check."),
        ({"bad": None}, "the rule has no bad example."),
        ({"bad": Example("eq(b,1)")}, "SHOP001 (warning), but has:\nnothing"),
        ({"bad": Example("eq(a,1):eq(a,1)")}, "EPF403 `eq(a,1)` repeats an earlier term"),
        ({"good": Example("eq(a,1)")}, "must have no finding, but has:\nwarning 1:4 SHOP001 the"),
        ({"good": Example("eq(b,1")}, "must have no finding, but has:\nerror 1:7 EPF102"),
        ({"bad": Example("eq(a,1)", name="a.filter")}, "must be a filter, not a file."),
    ],
)
def test_a_wrong_rule_is_described(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError) as caught:
        verify_rule(replace(shop_rule(), **changes))
    assert message in str(caught.value)


def test_an_unusable_rule_is_described() -> None:
    with pytest.raises(FilterValueError, match="a rule cannot be used: its code is not"):
        verify_rule(replace(shop_rule(), code="shop"))


FOUND = """warning 1:4 SHOP001 the field is called `a`.
    eq(a,1)
       ^
    hint: give it a longer name"""


def test_cases_are_read_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "SHOP001.txt"
    path.write_text(
        f"# a comment\n\n[-] eq(a,1)\n{FOUND}\n\n[orders max_calls=5] eq(name,x)\nnothing\n",
        encoding="utf-8",
    )
    cases = read_rule_cases(path)
    assert cases == [
        RuleCase("-", {}, "eq(a,1)", FOUND),
        RuleCase("orders", {"max_calls": 5}, "eq(name,x)", "nothing"),
    ]
    for case in cases:
        case.verify(shop_rule())


def test_a_wrong_case_shows_what_is_found() -> None:
    with pytest.raises(AssertionError) as caught:
        RuleCase("-", {}, "eq(a,1)", "nothing").verify(shop_rule())
    assert str(caught.value) == f"[-] eq(a,1)\n{FOUND}"


def fixing_rule(replacement: str) -> Rule:
    def check(call: Any, _context: object) -> Iterator[Finding]:
        if call.field.text == "a":
            fix = Fix("rename", (Edit(call.field.span, replacement),), safe=True)
            yield Finding("rename it.", Span(0, 0), None, fix)

    return replace(shop_rule(), check_call=check)


@pytest.mark.parametrize(("replacement", "is_right"), [("b", True), ("a", False)])
def test_a_safe_fix_must_remove_the_finding(replacement: str, is_right: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    rule = fixing_rule(replacement)
    expected = (
        "warning 1:1 SHOP001 rename it.\n    eq(a,1)\n    ^\n"
        f"fix: rename (safe)\nfixed: eq({replacement},1)"
    )
    case = RuleCase("-", {}, "eq(a,1)", expected)
    if is_right:
        case.verify(rule)
        return
    with pytest.raises(AssertionError, match="removes no finding"):
        case.verify(rule)


def test_a_fix_must_give_a_filter() -> None:
    rule = fixing_rule("")
    case = RuleCase("-", {}, "eq(a,1)", "")
    (finding,) = case.lint(rule)
    assert finding.fix
    expected = f"warning {finding.draw('eq(a,1)')}\nfix: rename (safe)\nfixed: eq(,1)"
    with pytest.raises(FilterSyntaxError, match="EPF106"):
        case._replace(expected=expected).verify(rule)


def test_a_file_without_cases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("eq(a,1)\nnothing\n", encoding="utf-8")
    with pytest.raises(FilterValueError, match=r"there is no case in empty\.txt"):
        read_rule_cases(path)
