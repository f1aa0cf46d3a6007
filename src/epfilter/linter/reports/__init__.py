"""Reports for programs: the findings in files for GitHub, for GitLab, as JSON, JUnit XML or SARIF.

Each format is one module. A report is written piece by piece while the files are linted, so it
needs no memory for the whole. JUnit XML is the exception: its counts precede its test cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, cast

from epfilter.arguments import describe_type
from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from epfilter.linter.files import FileReport

FORMATS = ("github", "gitlab", "json", "junit", "sarif")
"""The names of the formats in alphabetical order; the module `github_report` renders `github`."""


def render(style: str, reports: Iterable[FileReport]) -> Iterator[str]:
    """Return the text of a report in one of the `FORMATS`, piece by piece.

    The text can always be encoded as UTF-8. Raises FilterValueError for an unknown format, and
    FilterTypeError for an argument of a wrong type, before the first report is read.

    >>> from epfilter.linter.files import FileReport
    >>> print("".join(render("junit", [FileReport("a.filter")])))
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="epfilter" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="a.filter" classname="epfilter" />
      </testsuite>
    </testsuites>
    """
    if not isinstance(style, str):
        raise FilterTypeError(f"the name of a format must be a str, not {describe_type(style)}.")
    if style not in FORMATS:
        raise FilterValueError(
            f"`{shorten(style)}` is not a report format.",
            hint=f"use one of {', '.join(f'`{name}`' for name in FORMATS)}",
        )
    if isinstance(reports, Filter) or not isinstance(reports, Iterable):
        raise FilterTypeError(f"`reports` must be an iterable, not {describe_type(reports)}.")
    # Loaded on demand, so that the command line lists the formats without importing them.
    module = import_module(f"{__name__}.{style}_report")
    renderer = cast("Callable[[Iterable[FileReport]], Iterator[str]]", module.render)
    return renderer(reports)
