"""The number of findings of each rule, as text or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import TEXT_STYLES

if TYPE_CHECKING:
    from epfilter.linter.files import FileReport

STATISTICS_STYLES = (*TEXT_STYLES, "json")
"""The formats of statistics; the other formats describe single findings."""


def render_statistics(reports: Iterable[FileReport], style: str) -> Iterator[str]:
    """Yield a line for each rule with its number of findings, the most frequent first.

    In the style `json` the lines are one array of objects.
    """
    from epfilter.linter import RULES

    counts = Counter(finding.diagnostic.code for report in reports for finding in report.findings)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    if style == "json":
        rows = [
            {"code": code, "title": RULES[code].title, "count": count} for code, count in ordered
        ]
        lines = ",".join(f"\n{json.dumps(row, ensure_ascii=False)}" for row in rows)
        yield f"[{lines}\n]\n" if rows else "[]\n"
        return
    width = len(str(max(counts.values(), default=0)))
    for code, count in ordered:
        yield f"{count:>{width}}  {click.style(code, bold=True)}  {RULES[code].title}\n"
