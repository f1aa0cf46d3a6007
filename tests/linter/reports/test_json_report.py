"""JSON reports: exact output, and any report is read back without loss."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Literal

from hypothesis import given
from pydantic import BaseModel, ConfigDict

from epfilter import Severity
from epfilter.linter.files import FileReport
from epfilter.linter.reports.text import escape_surrogates
from epfilter.version import __version__
from support.report_samples import (
    list_findings,
    read_expected,
    render_as_file,
    render_samples,
    reports,
    sample_reports,
)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EditData(Strict):
    span: tuple[int, int]
    text: str


class FixData(Strict):
    title: str
    safe: bool
    edits: list[EditData]


class FindingData(Strict):
    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str | None
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    span: tuple[int, int]
    fix: FixData | None


class SummaryData(Strict):
    error: int
    warning: int
    info: int
    suppressed: int
    in_baseline: int
    fixed: int


class ReportData(Strict):
    version: str
    findings: list[FindingData]
    files: int
    filters: int
    summary: SummaryData


def test_the_sample_reports() -> None:
    version = json.dumps(__version__)
    assert render_samples("json") == read_expected("expected.json").replace('"VERSION"', version)


def escape_all(value: Any) -> Any:
    """Return JSON data with the lone surrogates in every text escaped."""
    if isinstance(value, dict):
        return {name: escape_all(member) for name, member in value.items()}
    if isinstance(value, list):
        return [escape_all(item) for item in value]
    return escape_surrogates(value) if isinstance(value, str) else value


@given(reports)
def test_pydantic_reads_any_report_back(rendered: list[FileReport]) -> None:
    text = render_as_file("json", rendered)
    read = ReportData.model_validate_json(text)
    assert read.version == __version__
    assert (read.files, read.filters) == (
        len(rendered),
        sum(report.filters for report in rendered),
    )
    severities = Counter(diagnostic.severity.value for _, _, diagnostic in list_findings(rendered))
    assert read.summary.model_dump() == {
        **{severity.value: severities[severity.value] for severity in Severity},
        "suppressed": sum(report.suppressed for report in rendered),
        "in_baseline": sum(report.in_baseline for report in rendered),
        "fixed": sum(report.fixed for report in rendered),
    }
    for item, (name, finding, diagnostic) in zip(
        read.findings, list_findings(rendered), strict=True
    ):
        assert item.path == escape_surrogates(name)
        assert (item.line, item.column) == (finding.line, finding.column)
        assert (item.end_line, item.end_column) == (finding.end_line, finding.end_column)
        data = item.model_dump(mode="json", include=set(diagnostic.as_dict()))
        assert data == escape_all(diagnostic.as_dict())


def test_the_keys_of_json_are_in_order() -> None:
    read = json.loads(render_as_file("json", sample_reports()))
    assert list(read) == list(ReportData.model_fields)
    assert list(read["summary"]) == list(SummaryData.model_fields)
    for finding in read["findings"]:
        assert list(finding) == list(FindingData.model_fields)
