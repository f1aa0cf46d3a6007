"""The reports of data/reports.json, and any other that hypothesis thinks of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from epfilter import Diagnostic, Edit, Fix, Severity, Span
from epfilter.linter.files import FileFinding, FileReport, LineIndex

DATA = Path(__file__).parent / "data"


def report_of(said: dict[str, Any]) -> FileReport:
    lines = LineIndex(said["text"])
    return FileReport(
        said["name"],
        tuple(FileFinding.of(finding_of(one), lines) for one in said.get("findings", [])),
        **{name: said.get(name, 0) for name in ("filters", "suppressed", "fixed")},
    )


def finding_of(said: dict[str, Any]) -> Diagnostic:
    fix = said.get("fix")
    return Diagnostic(
        said["code"],
        said["message"],
        Span(*said["span"]),
        Severity(said["severity"]),
        said["hint"],
        fix
        and Fix(
            fix["title"],
            tuple(Edit(Span(start, end), new) for start, end, new in fix["edits"]),
            fix["safe"],
        ),
    )


def sample_texts() -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads((DATA / "reports.json").read_text(encoding="utf-8"))
    return said


def sample_reports() -> list[FileReport]:
    return [report_of(said) for said in sample_texts()]


_PIECES = ("%", "%0A", "\n", "\r", "\r\n", ":", "::", ",", "]]>", "<", "&", '"', "'", "{0}", "](1)")
_MORE = ("[", "\\", "\x00", "\x1b", "\x85", "\u2028", "\ufffe", "\udcff", "\ud83d", "😀", "é", " ")
texts = st.lists(
    st.one_of(st.sampled_from((*_PIECES, *_MORE)), st.text(max_size=6)), max_size=8
).map("".join)
"""Any text: also what has no encoding, and what means something in one of the formats."""

codes = st.sampled_from(("EPF101", "EPF108", "EPF301", "EPF403", "EPF501", "EPF999", "EPF1"))
counts = st.integers(0, 3)


@st.composite
def _fixes(draw: st.DrawFn, length: int) -> Fix:
    """Edits that do not overlap, in any order."""
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=6)))
    spans = [Span(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    edits = [Edit(span, draw(texts)) for span in draw(st.permutations(spans))]
    return Fix(draw(texts), tuple(edits), draw(st.booleans()))


@st.composite
def _findings(draw: st.DrawFn, length: int) -> Diagnostic:
    start, end = sorted((draw(st.integers(0, length)), draw(st.integers(0, length))))
    return Diagnostic(
        draw(codes),
        draw(texts),
        Span(start, end),
        draw(st.sampled_from(Severity)),
        draw(st.none() | texts),
        draw(st.none() | _fixes(length)),
    )


@st.composite
def placed_reports(draw: st.DrawFn) -> tuple[FileReport, str]:
    """A report and the text of its file."""
    text = draw(texts)
    lines = LineIndex(text)
    found = draw(st.lists(_findings(len(text)), max_size=4))
    findings = tuple(FileFinding.of(one, lines) for one in found)
    return FileReport(draw(texts), findings, draw(counts), draw(counts), draw(counts)), text


reports = st.lists(placed_reports().map(lambda placed: placed[0]), max_size=3)
"""The reports of a run."""
