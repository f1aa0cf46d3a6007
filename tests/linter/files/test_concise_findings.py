"""The findings in programs and in files as real repositories have them, without their messages.

The cases are in programs.txt and real_code.txt.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from epfilter.linter import FileReport, lint_content
from epfilter.linter.files import find_configuration
from epfilter.linter.files.document import Document
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.rewriting import fix_filters
from support.file_samples import Case, load_cases

HERE = Path(__file__).parent
CASES = [case for name in ("programs.txt", "real_code.txt") for case in load_cases(HERE / name)]


def format_findings(report: FileReport, text: str) -> str:
    """Return a line for each finding: severity, position, code, and the text that it points at."""
    return "\n".join(
        f"{found.diagnostic.severity} {found.line}:{found.column} {found.diagnostic.code} "
        f"{text[slice(*found.diagnostic.span)]}".rstrip()
        for found in report.findings
    )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_found(case: Case, tmp_path: Path) -> None:
    file, *others = case.files("found")
    for other in others:
        other.write_to(tmp_path)
    configuration = find_configuration(tmp_path)
    if "without evidence" not in case.title:
        configuration = replace(configuration, uses_platform=True)
    text, path = file.content.decode(), tmp_path / file.name
    report = lint_content(text, str(path), configuration)
    assert (format_findings(report, text) or "nothing") == case.part("found").strip("\n")
    if not report.findings:
        document = Document(text)
        assert fix_filters(document, path, FileLinter(configuration), unsafe=True) == (document, 0)
