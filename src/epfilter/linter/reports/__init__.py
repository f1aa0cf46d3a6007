"""Reports: what was found in files, written for programs, one module a format.

A report is written in pieces while the files are read, so that its size is bounded by no memory
where the format permits that: JUnit XML counts the failures before it shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from epfilter.errors import FilterValueError

if TYPE_CHECKING:
    from epfilter.linter.files.report import FileReport

FORMATS: Mapping[str, str] = MappingProxyType(
    {"github": "github", "json": "in_json", "junit": "junit", "sarif": "sarif"}
)
"""Every format by its name, in the order of the names: the module of this room that writes it."""


class _Format(Protocol):
    def render(self, reports: Iterable[FileReport]) -> Iterator[str]: ...


def render(style: str, reports: Iterable[FileReport]) -> Iterator[str]:
    """The text of a report in one of the `FORMATS`, piece by piece; it encodes to UTF-8.

    Raises FilterValueError where there is no such format, before any report is asked for.

    >>> from epfilter.linter.files.report import FileReport
    >>> print("".join(render("junit", [FileReport("a.filter")])))
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="epfilter" tests="1" failures="0" errors="0" skipped="0">
        <testcase name="a.filter" classname="epfilter" />
      </testsuite>
    </testsuites>
    """
    if style not in FORMATS:
        raise FilterValueError(
            f"there is no report format `{style}`.",
            hint=f"they are {', '.join(f'`{name}`' for name in FORMATS)}",
        )
    chosen = cast("_Format", import_module(f"{__name__}.{FORMATS[style]}"))
    return chosen.render(reports)
