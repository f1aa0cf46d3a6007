"""Files that tests lint, and reports of them in words that a reviewer can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from epfilter.snippets import extract_snippet

if TYPE_CHECKING:
    from epfilter.linter import FileReport

_BLOCK = re.compile(r"(?ms)^=== ([^\n]*)\n(.*?)(?=^=== |\Z)")
_PART = re.compile(r"(?ms)^--- ([^\n]*)\n(?!\+\+\+ )(.*?)(?=^--- [^\n]*\n(?!\+\+\+ )|\Z)")
"""The first line of a diff, which a line with `+++ ` follows, begins no part."""


class Part(NamedTuple):
    """A part of a case: what stands behind `--- `, and the lines below it.

    A title that ends in ` (escaped)` has Python's escapes in its text, which stand for bytes.
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

    def put_into(self, folder: Path) -> None:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)


class Case(NamedTuple):
    """A title behind `=== `, and parts that each begin with `--- `."""

    title: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return self.title

    def part(self, title: str) -> str:
        """The text of the part of this title, or ''."""
        return next((part.text for part in self.parts if part.title == title), "")

    def files(self, *besides: str) -> list[Part]:
        """The parts that are files."""
        return [part for part in self.parts if part.title not in besides]


def cases(path: Path) -> list[Case]:
    """The cases of a file of data; what stands above the first says how they are written."""
    return [
        Case(title, tuple(Part(*found) for found in _PART.findall(body)))
        for title, body in _BLOCK.findall(path.read_text(encoding="utf-8"))
    ]


def printed(report: FileReport) -> str:
    """Each finding with its severity, words, line, carets and hint; what is kept back at the end."""
    lines = []
    for one in report.findings:
        found = one.diagnostic
        lines.append(f"{found.severity} {one.line}:{one.column} {found.code} {found.message}")
        if one.source:
            line, carets = extract_snippet(one.source, one.span)
            lines += [f"    {line}".rstrip(), f"    {carets}"]
        if found.hint:
            lines.append(f"    hint: {found.hint}")
    if report.suppressed:
        lines.append(f"{report.suppressed} kept back")
    return "\n".join(lines) or "nothing"


def codes(report: FileReport) -> list[tuple[str, int, int]]:
    """The code, line and column of each finding."""
    return [(one.diagnostic.code, one.line, one.column) for one in report.findings]
