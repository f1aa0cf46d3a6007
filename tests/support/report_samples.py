"""Sample reports: those of tests/linter/reports/data, and a strategy for any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from epfilter import Diagnostic, Edit, Fix, Severity, Span
from epfilter.linter.files import FileFinding, FileReport, LineIndex
from epfilter.linter.reports import render

DATA = Path(__file__).parents[1] / "linter" / "reports" / "data"


def _read_report(data: dict[str, Any]) -> FileReport:
    lines = LineIndex(data["text"])
    return FileReport(
        data["name"],
        tuple(FileFinding.of(_read_diagnostic(item), lines) for item in data.get("findings", [])),
        **{name: data.get(name, 0) for name in ("filters", "suppressed", "fixed", "in_baseline")},
    )


def _read_diagnostic(data: dict[str, Any]) -> Diagnostic:
    fix = data.get("fix")
    return Diagnostic(
        data["code"],
        data["message"],
        Span(*data["span"]),
        Severity(data["severity"]),
        data["hint"],
        fix
        and Fix(
            fix["title"],
            tuple(Edit(Span(start, end), new) for start, end, new in fix["edits"]),
            fix["safe"],
        ),
    )


def sample_reports() -> list[FileReport]:
    text = (DATA / "reports.json").read_text(encoding="utf-8")
    return [_read_report(data) for data in json.loads(text)]


def read_expected(name: str) -> str:
    return (DATA / name).read_bytes().decode("utf-8")


def render_samples(style: str) -> str:
    return "".join(render(style, sample_reports()))


def render_as_file(style: str, rendered: list[FileReport]) -> str:
    """Return a report as it is read back from a file."""
    return "".join(render(style, rendered)).encode("utf-8").decode("utf-8")


def list_findings(rendered: list[FileReport]) -> list[tuple[str, FileFinding, Diagnostic]]:
    return [
        (report.name, finding, finding.diagnostic)
        for report in rendered
        for finding in report.findings
    ]


_PIECES = ("%", "%0A", "\n", "\r", "\r\n", ":", "::", ",", "]]>", "<", "&", '"', "'", "{0}", "](1)")
_MORE = ("[", "\\", "\x00", "\x1b", "\x85", "\u2028", "\ufffe", "\udcff", "\ud83d", "😀", "é", " ")
texts = st.lists(
    st.one_of(st.sampled_from((*_PIECES, *_MORE)), st.text(max_size=6)), max_size=8
).map("".join)
"""Any text, including lone surrogates and the special characters of the formats."""

codes = st.sampled_from(("EPF101", "EPF108", "EPF301", "EPF403", "EPF501", "EPF999", "EPF1"))
counts = st.integers(0, 3)


@st.composite
def _fixes(draw: st.DrawFn, length: int) -> Fix:
    """Return a fix whose edits do not overlap, in any order."""
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=6)))
    spans = [Span(*pair) for pair in zip(ends[::2], ends[1::2], strict=False)]
    edits = [Edit(span, draw(texts)) for span in draw(st.permutations(spans))]
    return Fix(draw(texts), tuple(edits), draw(st.booleans()))


@st.composite
def _diagnostics(draw: st.DrawFn, length: int) -> Diagnostic:
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
def reports_with_text(draw: st.DrawFn) -> tuple[FileReport, str]:
    """Return a report and the text of its file."""
    text = draw(texts)
    lines = LineIndex(text)
    diagnostics = draw(st.lists(_diagnostics(len(text)), max_size=4))
    findings = tuple(FileFinding.of(diagnostic, lines) for diagnostic in diagnostics)
    report = FileReport(
        draw(texts),
        findings,
        filters=draw(counts),
        suppressed=draw(counts),
        fixed=draw(counts),
        in_baseline=draw(counts),
    )
    return report, text


reports = st.lists(reports_with_text().map(lambda pair: pair[0]), max_size=3)
"""The reports of a run."""
