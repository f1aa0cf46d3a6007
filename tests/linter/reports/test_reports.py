"""What each format writes of the reports in data/reports.json: the words are in data/expected.*."""

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


def written(style: str) -> str:
    return "".join(render(style, sample_reports()))


def expected(name: str) -> str:
    return (DATA / name).read_bytes().decode("utf-8")


def test_formats_stand_in_the_order_of_their_names() -> None:
    assert list(FORMATS) == sorted(FORMATS) == ["github", "json", "junit", "sarif"]


def test_json() -> None:
    version = json.dumps(__version__)
    assert written("json") == expected("expected.json").replace('"VERSION"', version)


def test_github() -> None:
    assert written("github") == expected("expected.github.txt")


def test_junit() -> None:
    assert written("junit") == expected("expected.junit.xml")


def test_sarif() -> None:
    """The rules, and their numbers, are what `test_sarif.py` looks at."""
    log = json.loads(written("sarif"))
    driver = log["runs"][0]["tool"]["driver"]
    assert driver.pop("rules")
    assert driver.pop("semanticVersion") == __version__
    for result in log["runs"][0]["results"]:
        result.pop("ruleIndex", None)
    assert json.dumps(log, ensure_ascii=False, indent=1) + "\n" == expected("expected.sarif")


def test_a_format_that_is_none_is_refused_before_a_file_is_read() -> None:
    def read() -> Iterator[FileReport]:
        raise AssertionError
        yield

    with pytest.raises(FilterValueError) as refused:
        render("xml", read())
    assert str(refused.value) == (
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


def test_the_names_of_the_formats_cost_no_import_of_one() -> None:
    asked = (
        "import sys, epfilter.linter.reports as room;"
        "sys.exit(any(f'{room.__name__}.{one}' in sys.modules for one in room.FORMATS.values()))"
    )
    subprocess.run([sys.executable, "-c", asked], check=True)  # noqa: S603 - the words above


def test_github_obeys_no_name_of_a_file() -> None:
    report = lint_content("gte(a,1)", "a\x1b[31m\x07\x9bé.filter", Configuration())
    (line,) = render("github", [report])
    assert line.startswith("::error file=a\\u001b[31m\\u0007\\u009bé.filter,")
