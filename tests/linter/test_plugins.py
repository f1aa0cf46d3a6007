"""Rules of other packages: found by entry point, selected by code, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from epfilter import FilterValueError, Severity, lint
from epfilter.linter import Example, Rule, Settings
from epfilter.linter.plugins import describe_unusable_rule, guard_rule, load_rules
from support.rows import for_each
from support.rule_packages import SHOP_RULES, install_package, shop_rule

SOURCE = Path(__file__).parents[2] / "src"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    install_package(folder, name, code)
    monkeypatch.syspath_prepend(folder)


def test_no_package_declares_rules() -> None:
    assert load_rules() == ((), None)


def test_rules_are_in_the_order_of_their_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "zebra", SHOP_RULES.replace("SHOP", "AB"))
    install(tmp_path, monkeypatch, "apple", SHOP_RULES)
    rules, fault = load_rules()
    assert fault is None
    assert [rule.code for rule in rules] == ["AB001", "AB002", "SHOP001", "SHOP002"]


FAULTS = {
    "it cannot be imported": (
        "import no_such_module",
        "importing them fails with ModuleNotFoundError: No module named 'no_such_module'.",
    ),
    "it exits": ("raise SystemExit(5)", "importing them fails with SystemExit: 5."),
    "it has no such name": (
        "",
        "importing them fails with AttributeError: module 'faulty_rules' has no attribute 'RULES'.",
    ),
    "it is not a rule": ("RULES = [5]", "`5`: it is of type int, not Rule."),
    "its code is not one": (
        SHOP_RULES.replace("SHOP001", "shop-1"),
        "its code is not 2 to 10 capital letters and 1 to 4 digits.",
    ),
    "its code is ours": (
        SHOP_RULES.replace("SHOP001", "EPF301"),
        "`EPF301`: the letters EPF belong to epfilter.",
    ),
    "its code begins as ours": (
        SHOP_RULES.replace("SHOP001", "EP301"),
        "`EP301`: the letters EPF belong to epfilter.",
    ),
    "two rules have one code": (
        SHOP_RULES.replace("SHOP002", "SHOP001"),
        "`SHOP001`: two of them have this code.",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_package_that_cannot_be_used_is_described(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, reason = FAULTS[name]
    install(tmp_path, monkeypatch, "faulty", code)
    monkeypatch.delitem(sys.modules, "faulty_rules", raising=False)
    rules, fault = load_rules()
    assert rules == ()
    message = str(fault)
    assert message.startswith("the rules of the package `faulty` cannot be used: ")
    assert reason in message
    assert message.endswith("its entry point is `faulty_rules:RULES`.")


def test_two_packages_with_one_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "first", SHOP_RULES)
    install(tmp_path, monkeypatch, "second", SHOP_RULES)
    assert (
        "the rules of the package `second` cannot be used: `SHOP002`: the package `first` has a "
        "rule with this code."
    ) in str(load_rules().fault)


@for_each(
    ("changes", "problem"),
    [
        ({}, None),
        ({"code": 5}, "its code is not 2 to 10 capital letters and 1 to 4 digits"),
        ({"title": ""}, "its title is not a text"),
        ({"bad": "eq(a,1)"}, "its `bad` has a wrong type"),
        ({"good": None}, "its `good` has a wrong type"),
        ({"severity": "warning"}, "its `severity` has a wrong type"),
        ({"operators": "eq"}, "its `operators` has a wrong type"),
        ({"operators": ("eq",)}, "its `operators` has a wrong type"),
        ({"required_characters": None}, "its `required_characters` has a wrong type"),
    ],
)
def test_an_unusable_rule_is_described(changes: dict[str, Any], problem: str | None) -> None:
    rule = replace(shop_rule(), **changes)
    assert describe_unusable_rule(rule) == problem
    if problem:
        with pytest.raises(FilterValueError) as caught:
            lint("eq(a,1)", rules=[rule])
        assert str(caught.value) == f"a rule cannot be used: {problem}."


def failing(outcome: Callable[[], Any]) -> Rule:
    def check(_call: object, _context: object) -> Any:
        return outcome()

    return guard_rule(replace(shop_rule(), check_call=cast("Any", check)), "shop")


def divide_by_zero() -> Any:
    return 1 / 0


FAILURES: dict[str, tuple[Callable[[], Any], str]] = {
    "it raises": (divide_by_zero, "ZeroDivisionError: division by zero"),
    "it returns nothing": (lambda: None, "TypeError: 'NoneType' object is not iterable"),
    "it reports a text": (
        lambda: ["wrong"],
        "TypeError: it reports a value of type str, not a Finding",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_rule_that_fails_is_a_finding(name: str) -> None:
    outcome, reason = FAILURES[name]
    (finding,) = lint("eq(a,1)", rules=[failing(outcome)])
    assert (finding.code, finding.severity) == ("SHOP001", Severity.WARNING)
    assert finding.message == f"this rule failed: {reason}."
    assert finding.hint == "report this to the authors of `shop`"
    assert finding.span == (0, 7)


UNUSABLE_FINDINGS = (
    "Finding(5, Span(0, 1))",
    "Finding('x', (0, 1))",
    "Finding('x', Span(0, 99))",
    "Finding('x', Span(3, 1))",
    "Finding('x', Span(0, 1), 5)",
    "Finding('x', Span(0, 1), None, 'fix')",
    "Finding('x', Span(0, 1), None, Fix('t', ((0, 1, 'x'),), safe=True))",
    "Finding('x', Span(0, 1), None, Fix('t', (Edit(Span(0, 99), ''),), safe=True))",
    "Finding('x', Span(0, 1), None, Fix('t', (Edit(Span(0, 3), ''), Edit(Span(2, 4), '')), safe=True))",
)


@for_each("expression", UNUSABLE_FINDINGS)
def test_a_finding_that_cannot_be_shown_is_a_failure(expression: str) -> None:
    from epfilter.errors import Edit, Fix, Span
    from epfilter.linter import Finding

    names = {"Finding": Finding, "Span": Span, "Fix": Fix, "Edit": Edit}
    found = eval(expression, names)  # noqa: S307 - the expressions above
    (finding,) = lint("eq(a,1)", rules=[failing(lambda: [found])])
    assert finding.message.startswith("this rule failed: ")


def test_a_rule_that_is_passed_to_lint_is_selected_by_its_code() -> None:
    rule = shop_rule()
    text = "eq(a,1):in(b,2)"
    assert [found.code for found in lint(text, rules=[rule])] == ["SHOP001", "EPF405"]
    for settings, codes in (
        (Settings(select=("SHOP",)), ["SHOP001"]),
        (Settings(ignore=("SHOP001",)), ["EPF405"]),
        (Settings(select=("EPF",)), ["EPF405"]),
    ):
        assert [found.code for found in lint(text, settings=settings, rules=[rule])] == codes
    with pytest.raises(FilterValueError, match="there is no rule `SHOP002`"):
        lint(text, settings=Settings(select=("SHOP002",)), rules=[rule])
    assert [found.code for found in lint(text)] == ["EPF405"]


def run_epfilter(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-m", "epfilter", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "lib"), str(SOURCE)])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_command_line_uses_installed_rules(tmp_path: Path) -> None:
    install_package(tmp_path / "lib", "shop", SHOP_RULES)
    (tmp_path / "a.filter").write_text(
        "eq(a,1)\nin(b,1,2)\n# epfilter: ignore[SHOP001]\neq(a,2)\n", encoding="utf-8"
    )
    done = run_epfilter(tmp_path, "lint", "--format", "sarif", "--ignore", "EPF5", "a.filter")
    assert done.stderr == ""
    log = json.loads(done.stdout)["runs"][0]
    assert [result["ruleId"] for result in log["results"]] == ["SHOP001", "SHOP002", "SHOP002"]
    assert log["tool"]["driver"]["rules"][-1]["id"] == "SHOP002"
    failed = log["results"][1]["message"]["text"]
    assert failed.startswith("this rule failed: ZeroDivisionError: division by zero.")
    assert "a.filter" not in run_epfilter(tmp_path, "lint", "--select", "EPF", "a.filter").stdout
    explained = run_epfilter(tmp_path, "explain", "shop001").stdout
    assert explained.startswith("SHOP001 Field called a (warning)\n")


@pytest.mark.slow
def test_the_command_line_describes_a_package_that_cannot_be_used(tmp_path: Path) -> None:
    install_package(tmp_path / "lib", "faulty", "import no_such_module")
    (tmp_path / "epfilter.toml").write_text("max-calls = 5", encoding="utf-8")
    for args in (("lint",), ("check", "eq(a,1)"), ("format", "--files", ".")):
        done = run_epfilter(tmp_path, *args)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            "Error: the rules of the package `faulty` cannot be used: importing them fails with "
            "ModuleNotFoundError: No module named 'no_such_module'. Hint: correct or remove the "
            "package; its entry point is `faulty_rules:RULES`.\n"
        )


def test_an_example_is_a_filter() -> None:
    assert shop_rule().bad == Example("eq(a,1)")
