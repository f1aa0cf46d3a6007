"""Reports in general: the formats, and that findings are written while files are read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from epfilter import FilterValueError
from epfilter.linter.files import FileReport
from epfilter.linter.reports import FORMATS, render
from support.report_samples import render_as_file, sample_reports


def test_formats_are_in_alphabetical_order() -> None:
    assert list(FORMATS) == sorted(FORMATS) == ["github", "gitlab", "json", "junit", "sarif"]


def test_an_unknown_format_is_rejected_before_a_file_is_read() -> None:
    def read() -> Iterator[FileReport]:
        raise AssertionError
        yield

    with pytest.raises(FilterValueError) as caught:
        render("xml", read())
    assert str(caught.value) == (
        "`xml` is not a report format. Hint: use one of `github`, `gitlab`, `json`, `junit`, `sarif`."
    )


@pytest.mark.parametrize("style", ["github", "gitlab", "json", "sarif"])
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
        "names = [f'{reports.__name__}.{name}_report' for name in reports.FORMATS];"
        "sys.exit(any(name in sys.modules for name in names))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - the code above


@pytest.mark.parametrize("style", FORMATS)
def test_a_run_without_findings(style: str) -> None:
    text = render_as_file(style, [FileReport("a.filter", filters=1)])
    assert (style == "github") == (text == "")
