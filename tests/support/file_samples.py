"""Files that tests lint, and their reports in a form that a reviewer can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from epfilter.snippets import extract_snippet

if TYPE_CHECKING:
    from epfilter.linter import FileReport

_BLOCK = re.compile(r"(?ms)^=== ([^\n]*)\n(.*?)(?=^=== |\Z)")
_PART = re.compile(r"(?ms)^--- ([^\n]*)\n(?!\+\+\+ )(.*?)(?=^--- [^\n]*\n(?!\+\+\+ )|\Z)")
"""The first line of a diff, which a line with `+++ ` follows, does not start a part."""


class Part(NamedTuple):
    """A part of a case: a title after `--- `, and the lines below it.

    The text of a part with ` (escaped)` in its title has Python's escapes, which stand for bytes.
    """

    title: str
    text: str

    @property
    def name(self) -> str:
        return self.title.partition(" ")[0]

    @property
    def content(self) -> bytes:
        if self.title.endswith("(escaped)"):
            written = self.text.replace("\n", "").encode("ascii")
            return written.decode("unicode_escape").encode("latin-1")
        return self.text.encode()

    def write_to(self, folder: Path) -> None:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)


class Case(NamedTuple):
    """A case: a title after `=== `, and parts that each start with `--- `."""

    title: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return self.title

    def part(self, title: str) -> str:
        """Return the text of the part with this title, or an empty text."""
        return next((part.text for part in self.parts if part.title == title), "")

    def files(self, *titles: str) -> list[Part]:
        """Return the parts that are files, which have none of the titles."""
        return [part for part in self.parts if part.title not in titles]


def load_cases(path: Path) -> list[Case]:
    """Return the cases of a data file; the text above the first explains their form."""
    return [
        Case(title, tuple(Part(*part) for part in _PART.findall(body)))
        for title, body in _BLOCK.findall(path.read_text(encoding="utf-8"))
    ]


def format_report(report: FileReport) -> str:
    """Return each finding with its message, line, carets and hint, and the suppressed count."""
    lines = []
    for finding in report.findings:
        diagnostic = finding.diagnostic
        lines.append(
            f"{diagnostic.severity} {finding.line}:{finding.column} {diagnostic.code} {diagnostic.message}"
        )
        if finding.source:
            line, carets = extract_snippet(finding.source, finding.span)
            lines += [f"    {line}".rstrip(), f"    {carets}"]
        if diagnostic.hint:
            lines.append(f"    hint: {diagnostic.hint}")
    if report.suppressed:
        lines.append(f"{report.suppressed} suppressed")
    return "\n".join(lines) or "nothing"


def list_codes(report: FileReport) -> list[tuple[str, int, int]]:
    """Return the code, line and column of each finding."""
    return [(finding.diagnostic.code, finding.line, finding.column) for finding in report.findings]
