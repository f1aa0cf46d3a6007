"""The exact messages, carets and hints of each rule for files; one data file per rule."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from epfilter.linter import RULES, Configuration, lint_paths
from support.file_samples import Case, format_report, load_cases
from support.rows import for_each

DATA = Path(__file__).parent / "data"
CODES = [code for code in RULES if code[3] in "67"]
CASES = [(code, case) for code in CODES for case in load_cases(DATA / f"{code}.txt")]
WITHOUT = re.compile(r"\(without (\w+)\)")


@pytest.mark.parametrize(
    "case", [case for _, case in CASES], ids=[f"{code} {case}" for code, case in CASES]
)
def test_messages_carets_and_hints(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (file,) = case.files("found")
    if not file.title.endswith("(missing)"):
        file.write_to(tmp_path)
    for package in WITHOUT.findall(file.title):
        monkeypatch.setitem(sys.modules, package, None)
        for module in [
            name for name in sys.modules if name.startswith("epfilter.linter.extractors.")
        ]:
            monkeypatch.delitem(sys.modules, module)
    (report,) = lint_paths([file.name], Configuration(root=tmp_path, uses_platform=True))
    assert report.name == file.name
    assert format_report(report) == case.part("found").rstrip("\n")


@for_each("code", CODES)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(code: str) -> None:
    outcomes = {f" {code} " in case.part("found") for case in load_cases(DATA / f"{code}.txt")}
    assert outcomes == {True, False}
