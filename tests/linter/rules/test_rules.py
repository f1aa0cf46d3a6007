"""The findings of each rule: exact words, carets and fixes, from one data file per rule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from epfilter import lint
from epfilter.linter import RULES, Configuration, Example, Rule, Settings, lint_content
from epfilter.testing import RuleCase, read_rule_cases, verify_rule
from support.resource_samples import logs, things
from support.rows import for_each

if TYPE_CHECKING:
    from epfilter import Diagnostic

DATA = Path(__file__).parent / "data"
SAMPLES = (things, logs)
RULES_WITH_CHECKS = [code for code in RULES if code[3] in "345"]

CASES = [
    (code, case) for code in RULES_WITH_CHECKS for case in read_rule_cases(DATA / f"{code}.txt")
]
NAMES = [f"{code} {case.text[:60]}" for code, case in CASES]


@for_each(("code", "case"), CASES, ids=NAMES)
def test_words_carets_and_fixes(code: str, case: RuleCase) -> None:
    case.verify(RULES[code], SAMPLES)


@for_each("code", RULES_WITH_CHECKS)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(code: str) -> None:
    outcomes = {case.expected == "nothing" for name, case in CASES if name == code}
    assert outcomes == {True, False}


def test_every_data_file_belongs_to_a_rule() -> None:
    assert sorted(path.stem for path in DATA.iterdir()) == RULES_WITH_CHECKS


def has_checks(rule: Rule) -> bool:
    return bool(rule.check_call or rule.check_group or rule.check_filter)


@for_each(
    "rule",
    [rule for rule in RULES.values() if has_checks(rule) and rule.bad],
    ids=lambda rule: rule.code,
)
def test_the_examples_of_a_rule_with_checks(rule: Rule) -> None:
    verify_rule(rule)


def lint_example(example: Example, settings: Settings) -> list[Diagnostic]:
    """Return the findings in an example: a filter, or a file if it has a name."""
    if example.name:
        report = lint_content(example.text, example.name, Configuration(settings=settings))
        return [finding.diagnostic for finding in report.findings]
    return lint(example.text, example.resource or None, settings=settings)


@for_each("rule", RULES.values(), ids=RULES)
def test_the_bad_example_has_only_the_finding_of_its_rule(rule: Rule) -> None:
    if rule.bad is None:
        # These need a very long text, a limit that only a program sets, a missing file, or a
        # package that is not installed.
        assert rule.code in {"EPF117", "EPF118", "EPF119", "EPF307", "EPF701", "EPF704"}
    elif not has_checks(rule):
        assert [found.code for found in lint_example(rule.bad, Settings())] == [rule.code]
        # A comment is unused only if the rule that it ignores runs.
        select = (rule.code, "EPF301") if rule.code == "EPF602" else (rule.code,)
        (diagnostic,) = lint_example(rule.bad, Settings(select=select))
        assert diagnostic.severity is rule.severity


@for_each("rule", RULES.values(), ids=RULES)
def test_the_good_example_has_no_findings(rule: Rule) -> None:
    if not has_checks(rule):
        assert lint_example(rule.good, Settings()) == []
