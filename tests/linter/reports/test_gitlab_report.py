"""GitLab reports: exact output, and any report is read back as the documentation describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from epfilter import Severity
from epfilter.linter import Configuration, lint_content
from epfilter.linter.files import FileReport
from epfilter.linter.reports.text import escape_surrogates
from support.report_samples import (
    list_findings,
    read_expected,
    render_as_file,
    render_samples,
    reports,
)

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Lines(Strict):
    begin: int = Field(ge=1)
    end: int = Field(ge=1)


class Location(Strict):
    path: str
    lines: Lines


class Issue(Strict):
    """The members that https://docs.gitlab.com/ci/testing/code_quality/ requires."""

    description: str
    check_name: str
    fingerprint: str
    severity: Literal["info", "minor", "major", "critical", "blocker"]
    location: Location


def read_issues(text: str) -> list[Issue]:
    return TypeAdapter(list[Issue]).validate_json(text)


def fingerprints_of(content: str, name: str = "a.filter") -> list[str]:
    report = lint_content(content, name, Configuration())
    return [issue.fingerprint for issue in read_issues(render_as_file("gitlab", [report]))]


def test_the_sample_reports() -> None:
    assert render_samples("gitlab") == read_expected("expected.gitlab.json")


@given(reports)
def test_any_report_is_read_back(rendered: list[FileReport]) -> None:
    issues = read_issues(render_as_file("gitlab", rendered))
    for issue, (_, finding, diagnostic) in zip(issues, list_findings(rendered), strict=True):
        hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
        assert issue.description == escape_surrogates(diagnostic.message + hint)
        assert issue.check_name == diagnostic.code
        assert issue.severity == SEVERITIES[diagnostic.severity]
        assert issue.location.lines == Lines(begin=finding.line, end=finding.end_line)


def test_fingerprints_are_unique_and_do_not_depend_on_other_lines() -> None:
    old = fingerprints_of("in(id,a,a)\nin(id,a,a)")
    assert len({*old}) == 2
    assert fingerprints_of("eq(b,1)\n\n  in(id,a,a)\neq(c,2)\nin(id,a,a)") == old
    assert fingerprints_of("in(id,a,a)", "b.filter") != old[:1]
    assert fingerprints_of("in(id,a,a):eq(b,1)") != old[:1]


def test_in_a_long_line_a_fingerprint_depends_on_the_text_around_the_finding() -> None:
    padding = ", ".join(f'"{number}"' for number in range(500))
    old, new = (
        fingerprints_of(f'[{more} {padding}, {{"filter": "in(id,a,a)"}}, {padding}]', "a.json")
        for more in ("", '{"filter": "in(id,b,b)"},')
    )
    assert len(old) == 1
    assert old[0] in new
    assert len({*new}) == 2


def test_paths_in_the_current_folder_are_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = lint_content("gte(a,1)", str(tmp_path / "shop" / "a.filter"), Configuration())
    (issue,) = read_issues(render_as_file("gitlab", [report]))
    assert issue.location.path == "shop/a.filter"
