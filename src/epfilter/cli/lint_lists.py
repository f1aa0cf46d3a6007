"""What `epfilter lint` lists instead of findings, as text or as JSON: rule counts, and filters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import TEXT_STYLES
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.linter.files import FileFilter, FileReport

LIST_STYLES = (*TEXT_STYLES, "json")
"""The formats of these lists; the other formats describe single findings."""


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
        yield from _render_json(rows)
        return
    width = len(str(max(counts.values(), default=0)))
    for code, count in ordered:
        yield f"{count:>{width}}  {click.style(code, bold=True)}  {RULES[code].title}\n"


def render_filters(reports: Iterable[FileReport], style: str) -> Iterator[str]:
    """Yield a line for each filter, in the order of the files and of their texts.

    A line contains the position, what the filter is checked against, and its text. In the style
    `json` the lines are one array of objects.
    """
    found = ((report.name, each) for report in reports for each in report.listed_filters)
    if style == "json":
        yield from _render_json(_filter_to_dict(name, each) for name, each in found)
        return
    for name, each in found:
        position = click.style(f"{make_printable(name)}:{each.line}:{each.column}", bold=True)
        yield f"{position}: {_describe(each)}: {make_printable(each.text)}\n"


def _filter_to_dict(name: str, each: FileFilter) -> dict[str, object]:
    return {
        "path": name,
        "line": each.line,
        "column": each.column,
        "filter": each.text,
        "resource": each.resource,
        "built": each.is_built,
        "certain": each.is_certain,
    }


def _describe(each: FileFilter) -> str:
    parts = [each.resource or "no resource"]
    if each.is_built:
        parts.append("built")
    if not each.is_certain:
        parts.append("only remarks")
    return ", ".join(parts)


def _render_json(rows: Iterable[object]) -> Iterator[str]:
    """Yield one array, with a row on each line."""
    from epfilter.linter.reports.text import dump_json

    separator = "[\n"
    for row in rows:
        yield f"{separator}{dump_json(row)}"
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
