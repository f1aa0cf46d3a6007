"""What each rule says: exact words, carets and fixes, from one data file a rule."""

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
RULES_THAT_LOOK = [code for code in RULES if code[3] in "345"]

_BLOCK = re.compile(
    r"^\[(?P<resource>[\w-]+)(?P<thresholds>(?: \w+=\d+)*)\] (?P<text>[^\n]*)\n"
    r"(?P<printed>.*?)\n*(?=^\[|\Z)",
    re.MULTILINE | re.DOTALL,
)


class Case(NamedTuple):
    code: str
    resource: str
    thresholds: str
    text: str
    printed: str

    def found(self) -> list[Diagnostic]:
        thresholds: Any = {
            name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", self.thresholds)
        }
        settings = Settings(select=(self.code,), **thresholds)
        return lint(self.text, resource_of(self.resource), settings=settings)


def resource_of(name: str) -> Resource | str | None:
    return SAMPLES.get(name) or (None if name in {"", "-"} else name)


def cases(code: str) -> list[Case]:
    data = (DATA / f"{code}.txt").read_text(encoding="utf-8")
    return [
        Case(code, *found.groups()) for found in _BLOCK.finditer(re.sub(r"(?m)^#.*\n", "", data))
    ]


CASES = [case for code in RULES_THAT_LOOK for case in cases(code)]


def printed(found: list[Diagnostic], text: str) -> str:
    """Each finding with its severity, and what its fix makes of the text."""
    lines = []
    for one in found:
        lines.append(f"{one.severity} {one.draw(text)}")
        if one.fix:
            safe = "safe" if one.fix.safe else "not safe"
            lines.append(f"fix: {one.fix.title} ({safe})\nfixed: {one.fix.apply(text)}")
    return "\n".join(lines) or "nothing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.text[:60]}")
def test_words_carets_and_fixes(case: Case) -> None:
    assert printed(case.found(), case.text) == case.printed


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.text[:60]}")
def test_a_fix_gives_a_filter_and_a_safe_one_ends_its_finding(case: Case) -> None:
    before = case.found()
    for one in before:
        if one.fix is None:
            continue
        fixed = one.fix.apply(case.text)
        parse(fixed)
        if one.fix.safe:
            assert len(case._replace(text=fixed).found()) < len(before)


@pytest.mark.parametrize("code", RULES_THAT_LOOK)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(code: str) -> None:
    outcomes = {case.printed == "nothing" for case in cases(code)}
    assert outcomes == {True, False}


def test_every_data_file_belongs_to_a_rule() -> None:
    assert sorted(path.stem for path in DATA.iterdir()) == RULES_THAT_LOOK


def found_in(example: Example, settings: Settings) -> list[Diagnostic]:
    """What is found in an example: a filter, or a file where it has a name."""
    if example.name:
        report = lint_content(example.text, example.name, Configuration(settings=settings))
        return [one.diagnostic for one in report.findings]
    return lint(example.text, resource_of(example.resource), settings=settings)


def found_by_default(example: Example, rule: Rule) -> list[str]:
    settings = Settings() if rule.on else Settings(select=("EPF",))
    return [one.code for one in found_in(example, settings)]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_bad_example_gives_the_code_and_no_other(rule: Rule) -> None:
    if rule.bad is None:
        # A limit of nesting or length, too long to be shown or set by a program only; a file that
        # is not there, a package that is not installed.
        assert rule.code in {"EPF117", "EPF118", "EPF119", "EPF701", "EPF704"}
    else:
        assert found_by_default(rule.bad, rule) == [rule.code]
        # A comment that ignores a rule is missed only where this rule looks.
        select = (rule.code, "EPF301") if rule.code == "EPF602" else (rule.code,)
        (one,) = found_in(rule.bad, Settings(select=select))
        assert one.severity is rule.severity


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_good_example_is_silent_under_every_rule(rule: Rule) -> None:
    assert found_by_default(rule.good, replace(rule, on=True)) == []


def test_the_codes_are_in_order_and_every_rule_says_what_it_is_for() -> None:
    assert list(RULES) == sorted(RULES)
    titles = [rule.title for rule in RULES.values()]
    assert len(set(titles)) == len(titles)
    for rule in RULES.values():
        assert rule.explanation.endswith(".")
        assert rule.source.endswith(".")
        assert not rule.title.endswith(".")


def test_the_catalogue_has_every_code_that_is_reported() -> None:
    source = Path(__file__).parents[2] / "src" / "epfilter"
    for module in ("recovery/diagnostics.py", "resources/checks.py"):
        codes = set(re.findall(r'"(EPF\d+)"', (source / module).read_text(encoding="utf-8")))
        assert codes - {"EPF100"} <= set(RULES)
    for path in (source / "linter" / "rules").glob("epf*.py"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r'code="(EPF\d+)"', text) == [path.stem.upper()]
