"""Each format renders the reports of data/reports.json exactly as in data/expected.*."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from epfilter import FilterValueError
from epfilter.linter import Configuration, lint_content
from epfilter.linter.files import FileReport
from epfilter.linter.reports import FORMATS, render
from epfilter.version import __version__
from linter.reports.samples import DATA, sample_reports


def render_samples(style: str) -> str:
    return "".join(render(style, sample_reports()))


def read_expected(name: str) -> str:
    return (DATA / name).read_bytes().decode("utf-8")


def test_formats_are_in_alphabetical_order() -> None:
    assert list(FORMATS) == sorted(FORMATS) == ["github", "json", "junit", "sarif"]


def test_json() -> None:
    version = json.dumps(__version__)
    assert render_samples("json") == read_expected("expected.json").replace('"VERSION"', version)


def test_github() -> None:
    assert render_samples("github") == read_expected("expected.github.txt")


def test_junit() -> None:
    assert render_samples("junit") == read_expected("expected.junit.xml")


def test_sarif() -> None:
    """`test_sarif_report.py` tests the rules and their indexes."""
    log = json.loads(render_samples("sarif"))
    driver = log["runs"][0]["tool"]["driver"]
    assert driver.pop("rules")
    assert driver.pop("semanticVersion") == __version__
    for result in log["runs"][0]["results"]:
        result.pop("ruleIndex", None)
    assert json.dumps(log, ensure_ascii=False, indent=1) + "\n" == read_expected("expected.sarif")


def test_an_unknown_format_is_rejected_before_a_file_is_read() -> None:
    def read() -> Iterator[FileReport]:
        raise AssertionError
        yield

    with pytest.raises(FilterValueError) as caught:
        render("xml", read())
    assert str(caught.value) == (
        "`xml` is not a report format. Hint: use one of `github`, `json`, `junit`, `sarif`."
    )


@pytest.mark.parametrize("style", ["github", "json", "sarif"])
def test_findings_are_written_before_the_next_file_is_read(style: str) -> None:
    report = sample_reports()[1]

    def read() -> Iterator[FileReport]:
        yield report
        seen.append("the second file")
        yield report

    seen: list[str] = []
    for piece in render(style, read()):
        seen += [code for code in ("EPF108", "EPF301") if code in piece and len(piece) < 5000]
    assert seen == ["EPF108", "EPF301", "the second file", "EPF108", "EPF301"]


def test_listing_the_formats_imports_none_of_them() -> None:
    code = (
        "import sys, epfilter.linter.reports as reports;"
        "names = [f'{reports.__name__}.{module}' for module in reports.FORMATS.values()];"
        "sys.exit(any(name in sys.modules for name in names))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - the code above


def test_github_escapes_control_characters_in_file_names() -> None:
    report = lint_content("gte(a,1)", "a\x1b[31m\x07\x9bé.filter", Configuration())
    (line,) = render("github", [report])
    assert line.startswith("::error file=a\\u001b[31m\\u0007\\u009bé.filter,")
