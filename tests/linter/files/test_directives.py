"""What comments say to the linter; the cases are in directives.txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from epfilter.linter import Configuration, lint_content, lint_paths
from epfilter.linter.files import find_configuration
from support.counted_work import work
from support.file_samples import Case, cases, codes

CASES = cases(Path(__file__).parent / "directives.txt")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_comment_keeps_back(case: Case, tmp_path: Path) -> None:
    files = case.files("found")
    for file in files:
        file.put_into(tmp_path)
    (report,) = lint_paths([tmp_path / files[0].name], find_configuration(tmp_path))
    found = [f"{code} {line}:{column}" for code, line, column in codes(report)]
    found += [f"{report.suppressed} kept back"] * bool(report.suppressed)
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
def test_the_work_grows_with_the_comments_of_a_line_alone(once: str, tmp_path: Path) -> None:
    configuration = Configuration(root=tmp_path)

    def work_of(times: int) -> int:
        return work(lambda: lint_content(once * times, "a.js", configuration))

    work_of(1)  # what is imported and compiled on the way is not counted
    assert work_of(80) < 2.3 * work_of(40)
