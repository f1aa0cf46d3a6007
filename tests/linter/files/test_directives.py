"""Directives in comments; the cases are in directives.txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from epfilter.linter import Configuration, lint_content, lint_paths
from epfilter.linter.files import find_configuration
from support.counted_work import count_lines
from support.file_samples import Case, list_codes, load_cases
from support.rows import for_each

CASES = load_cases(Path(__file__).parent / "directives.txt")


@for_each("case", CASES, ids=str)
def test_directives_suppress_findings(case: Case, tmp_path: Path) -> None:
    files = case.files("found")
    for file in files:
        file.write_to(tmp_path)
    (report,) = lint_paths([tmp_path / files[0].name], find_configuration(tmp_path))
    found = [f"{code} {line}:{column}" for code, line, column in list_codes(report)]
    found += [f"{report.suppressed} suppressed"] * bool(report.suppressed)
    assert "\n".join(found) == case.part("found").strip()


@pytest.mark.parametrize(
    "once",
    [
        "f({filter: 'in(a,1)'}) /* epfilter: ignore */; ",
        "f({filter: 'in(a,1)'}) /* epfilter: ignore[EPF405, EPF301] */; ",
        "f({filter: 'in(a,1'}) /* epfilter: ignore[EPF405] */; ",
        "/* epfilter: ignore[EPF602] */ ",
        "/* epfilter: ignore */ ",
    ],
)
def test_work_is_linear_in_the_comments_of_a_line(once: str, tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path)

    def work_of(times: int) -> int:
        return count_lines(lambda: lint_content(once * times, "a.js", configuration))

    work_of(1)  # imports and compiled patterns are not counted
    assert work_of(80) < 2.3 * work_of(40)
