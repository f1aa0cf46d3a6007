"""The findings of each rule: exact words, carets and fixes, from one data file per rule."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from epfilter import lint, parse
from epfilter.linter import RULES, Configuration, Example, Rule, Settings, lint_content
from support.resource_samples import logs, things

if TYPE_CHECKING:
    from epfilter import Diagnostic
    from epfilter.resources import Resource

DATA = Path(__file__).parent / "data"
SAMPLES = {"things": things, "logs": logs}
RULES_WITH_CHECKS = [code for code in RULES if code[3] in "345"]

_BLOCK = re.compile(
    r"^\[(?P<resource>[\w-]+)(?P<thresholds>(?: \w+=\d+)*)\] (?P<text>[^\n]*)\n"
    r"(?P<expected>.*?)\n*(?=^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)


class Case(NamedTuple):
    code: str
    resource: str
    thresholds: str
    text: str
    expected: str

    def lint(self) -> list[Diagnostic]:
        thresholds: Any = {
            name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", self.thresholds)
        }
        settings = Settings(select=(self.code,), **thresholds)
        return lint(self.text, find_resource(self.resource), settings=settings)


def find_resource(name: str) -> Resource | str | None:
    return SAMPLES.get(name) or (None if name in {"", "-"} else name)


def read_cases(code: str) -> list[Case]:
    data = (DATA / f"{code}.txt").read_text(encoding="utf-8")
    return [
        Case(code, *match.groups()) for match in _BLOCK.finditer(re.sub(r"(?m)^#.*\n", "", data))
    ]


CASES = [case for code in RULES_WITH_CHECKS for case in read_cases(code)]


def format_findings(diagnostics: list[Diagnostic], text: str) -> str:
    """Return each finding with its severity, and the text after its fix."""
    lines = []
    for diagnostic in diagnostics:
        lines.append(f"{diagnostic.severity} {diagnostic.draw(text)}")
        fix = diagnostic.fix
        if fix:
            safety = "safe" if fix.safe else "not safe"
            lines.append(f"fix: {fix.title} ({safety})\nfixed: {fix.apply(text)}")
    return "\n".join(lines) or "nothing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.text[:60]}")
def test_words_carets_and_fixes(case: Case) -> None:
    assert format_findings(case.lint(), case.text) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.text[:60]}")
def test_a_fix_gives_a_valid_filter_and_a_safe_one_removes_its_finding(case: Case) -> None:
    before = case.lint()
    for diagnostic in before:
        if diagnostic.fix is None:
            continue
        fixed = diagnostic.fix.apply(case.text)
        parse(fixed)
        if diagnostic.fix.safe:
            assert len(case._replace(text=fixed).lint()) < len(before)


@pytest.mark.parametrize("code", RULES_WITH_CHECKS)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(code: str) -> None:
    outcomes = {case.expected == "nothing" for case in read_cases(code)}
    assert outcomes == {True, False}


def test_every_data_file_belongs_to_a_rule() -> None:
    assert sorted(path.stem for path in DATA.iterdir()) == RULES_WITH_CHECKS


def lint_example(example: Example, settings: Settings) -> list[Diagnostic]:
    """Return the findings in an example: a filter, or a file if it has a name."""
    if example.name:
        report = lint_content(example.text, example.name, Configuration(settings=settings))
        return [finding.diagnostic for finding in report.findings]
    return lint(example.text, find_resource(example.resource), settings=settings)


def default_codes(example: Example, rule: Rule) -> list[str]:
    settings = Settings() if rule.enabled else Settings(select=("EPF",))
    return [diagnostic.code for diagnostic in lint_example(example, settings)]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_bad_example_has_only_the_finding_of_its_rule(rule: Rule) -> None:
    if rule.bad is None:
        # These need a very long text, a limit that only a program sets, a missing file, or a
        # package that is not installed.
        assert rule.code in {"EPF117", "EPF118", "EPF119", "EPF701", "EPF704"}
    else:
        assert default_codes(rule.bad, rule) == [rule.code]
        # A comment is unused only if the rule that it ignores runs.
        select = (rule.code, "EPF301") if rule.code == "EPF602" else (rule.code,)
        (diagnostic,) = lint_example(rule.bad, Settings(select=select))
        assert diagnostic.severity is rule.severity


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_good_example_has_no_findings(rule: Rule) -> None:
    assert default_codes(rule.good, replace(rule, enabled=True)) == []
