"""What comments say to the linter; the cases are in directives.txt."""

from __future__ import annotations

from pathlib import Path

import pytest

from epfilter.linter import lint_paths
from epfilter.linter.files.configuration import find
from file_samples import Case, cases, codes

CASES = cases(Path(__file__).parent / "directives.txt")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_comment_keeps_back(case: Case, tmp_path: Path) -> None:
    files = case.files("found")
    for file in files:
        file.put_into(tmp_path)
    (report,) = lint_paths([tmp_path / files[0].name], find(tmp_path))
    found = [f"{code} {line}:{column}" for code, line, column in codes(report)]
    found += [f"{report.suppressed} kept back"] * bool(report.suppressed)
    assert "\n".join(found) == case.part("found").strip()
