"""Draws the diagrams of README and documentation as SVG; their texts come from the code.

    python docs/diagrams.py     # writes docs/pages/assets/*.svg, which are in the repository

A diagram has its own background, so that it is readable on a light and on a dark page. It is narrow
enough for a phone.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import count
from pathlib import Path

from epfilter import parse
from epfilter.ast import And, Comparison
from epfilter.english import in_words
from epfilter.exporter import CreateJob, JobStatus
from epfilter.resources import orders
from epfilter.targets.registry import TRANSLATIONS

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "docs" / "pages" / "assets"
FILTER = "ge(created_at,2018-09-01):eq(payment,refunded)"
ABOUT = {
    "cli": "the command line",
    "testing": "strategies, fixtures, a service for tests",
    "exporter": "client, models, service",
    "server": "a language server",
    "editing": "completion, hover, fixes for editors",
    "linter": "rules, files, reports",
    "english": "a filter in words",
    "analysis": "relations, simplify",
    "targets": "Python, SQL, dataframes, …",
    "resources": "listings, their fields, policies",
}
"""The packages above the language, from top to bottom as in the import contract."""
_SUPPORT = {
    *("arguments", "atomic_files", "fast_path", "filter_files", "included", "lazy", "limits"),
    *("patterns", "regular_files", "semantics", "snippets", "strict_json", "suggestions"),
    *("template_compiler", "times", "version"),
}
"""Modules that a reader of the picture does not look for."""
_WIDTH, _MARGIN, _LINE, _COLUMNS = 460, 16, 18, 48
_STYLE = """
.panel { fill: #fff } .box { fill: #f4f5fb; stroke: #b9c0e6 } .end { fill: #fff; stroke: #b9c0e6 }
text { font: 12px system-ui, sans-serif; fill: #1f2430 } .title { font-weight: 600; fill: #3a49a8 }
.code { font-family: ui-monospace, Menlo, Consolas, monospace; white-space: pre }
.note { fill: #5a6072 } .line { stroke: #7c86c4; fill: none } marker path { fill: #7c86c4 }
@media (prefers-color-scheme: dark) {
  .panel, .end { fill: #1c1f2b } .box { fill: #272b3d } .box, .end { stroke: #4a5390 }
  text { fill: #e6e8f0 } .title { fill: #a9b4ff } .note { fill: #a8adbd } .line { stroke: #8a94d6 }
  marker path { fill: #8a94d6 }
}
"""


def draw_all() -> dict[str, str]:
    """Return the text of each diagram by the name of its file."""
    return {
        "overview.svg": draw_overview(),
        "packages.svg": draw_packages(),
        "job.svg": draw_job(),
    }


def draw_overview() -> str:
    """Draw what becomes of a filter."""
    tree = parse(FILTER)
    if not isinstance(tree, And):
        raise TypeError(FILTER)
    nodes = [
        f"{corner} Comparison({node.op.value!r}, {node.field!r}, {node.value!r})"
        for corner, node in zip(("├─", "└─"), tree.terms, strict=True)
        if isinstance(node, Comparison)
    ]
    results = [
        ("in words", in_words(tree, "orders")),
        ("in SQL, and in dataframes, MongoDB, Elasticsearch", _where(tree)),
        ("as an export of the platform", CreateJob.order_export(tree).model_dump_json()),
    ]
    parts = [_Box(_MARGIN, _MARGIN, 428, "a filter", [FILTER], "code").draw()]
    top = _MARGIN + _height(1)
    parts.append(_arrow(230, top, 230, top + 34, "parse"))
    top += 34
    parts.append(_Box(_MARGIN, top, 428, "a typed tree", ["And", *nodes], "code").draw())
    top += _height(3)
    rail = top
    for title, text in results:
        wrapped = _wrap(text)
        top += 20
        parts.append(_arrow(32, top + 22, 52, top + 22))
        parts.append(_Box(52, top, 392, title, wrapped, "code").draw())
        last = top + 22
        top += _height(len(wrapped))
    parts.append(f'<path class="line" d="M32 {rail}V{last}"/>')
    title = "A filter becomes a typed tree, and the tree becomes words, a query or an export"
    return _svg(title, top + _MARGIN, parts)


def _wrap(text: str) -> list[str]:
    """Break a text after spaces and commas, and before colons."""
    lines = [""]
    for part in re.split(r"(?<=[ ,])|(?=:)", text):
        if len(lines[-1] + part.rstrip()) > _COLUMNS:
            lines.append("")
        lines[-1] += part
    return lines


def _where(tree: And) -> str:
    sql = TRANSLATIONS["sql:duckdb"].render(tree, orders)
    (where,) = (line for line in sql.splitlines() if line.startswith("WHERE"))
    return where


def read_layers() -> list[list[str]]:
    """Return the layers of the packages, from top to bottom, as the import contract states them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def draw_packages() -> str:
    """Draw the layers of the packages."""
    rows = [layer for layer in read_layers() if ABOUT.keys() & set(layer)]
    below = [
        name
        for layer in read_layers()[read_layers().index(rows[-1]) + 1 :]
        for name in layer
        if name not in _SUPPORT
    ]
    parts: list[str] = []
    top = _MARGIN
    for row in rows:
        width = (428 - 12 * (len(row) - 1)) // len(row)
        for column, name in enumerate(row):
            left = _MARGIN + column * (width + 12)
            parts.append(_Box(left, top, width, name, [ABOUT[name]]).draw())
        top += _height(1)
        parts.append(_arrow(230, top, 230, top + 16))
        top += 16
    lines = textwrap.wrap(", ".join(below), 58)
    parts.append(_Box(_MARGIN, top, 428, "the language", lines).draw())
    top += _height(len(lines))
    title = "The packages of epfilter; each imports only from the layers below it"
    return _svg(title, top + _MARGIN, parts)


def draw_job() -> str:
    """Draw the life of an export job."""
    notes = {
        JobStatus.PENDING: "waits: one job runs at a time",
        JobStatus.STARTED: "collects the orders of the filter",
        JobStatus.SUCCESS: "its file can be downloaded",
    }
    steps = ["POST /v2/jobs", *["GET /v2/jobs/{jobID}"] * 2, "GET /v2/jobs/{jobID}/file"]
    parts: list[str] = []
    top = _MARGIN
    for step, (status, note) in zip(steps, notes.items(), strict=False):
        parts.append(_arrow(120, top, 120, top + 40, step))
        top += 40
        parts.append(_Box(_MARGIN, top, 224, status.value, [note]).draw())
        if status is JobStatus.STARTED:
            parts.append(_arrow(240, top + 24, 268, top + 24))
            lines = ["no order matches, or the", "platform has an error"]
            parts.append(_Box(268, top - 9, 176, JobStatus.FAILED.value, lines).draw())
        top += _height(1)
    parts.append(_arrow(120, top, 120, top + 40, steps[-1]))
    top += 40
    lines = ["a signed link, which is valid for a short time"]
    parts.append(_Box(_MARGIN, top, 300, "the CSV file", lines, kind="end").draw())
    top += _height(1)
    parts.append(_arrow(120, top, 120, top + 40, "after one week"))
    top += 40
    lines = ["the job and its file are gone"]
    parts.append(_Box(_MARGIN, top, 300, "expired", lines, kind="end").draw())
    top += _height(1)
    return _svg("The life of an export job", top + _MARGIN, parts)


def _height(lines: int) -> int:
    return _LINE * (lines + 1) + 12


@dataclass(frozen=True)
class _Box:
    """A title and the lines below it, as code or as a note."""

    x: int
    y: int
    width: int
    title: str
    lines: list[str]
    text: str = "note"
    kind: str = "box"

    def draw(self) -> str:
        x, y = self.x + 12, self.y + 20
        size = f'width="{self.width}" height="{_height(len(self.lines))}"'
        return "\n".join(
            [
                f'<rect class="{self.kind}" x="{self.x}" y="{self.y}" {size} rx="6"/>',
                f'<text class="title" x="{x}" y="{y}">{escape(self.title)}</text>',
                *(
                    f'<text class="{self.text}" x="{x}" y="{bottom}">{escape(line)}</text>'
                    for bottom, line in zip(count(y + _LINE, _LINE), self.lines, strict=False)
                ),
            ]
        )


def _arrow(x1: int, y1: int, x2: int, y2: int, label: str = "") -> str:
    text = f'\n<text class="note" x="{x1 + 10}" y="{(y1 + y2) // 2 + 4}">{escape(label)}</text>'
    line = f'<path class="line" d="M{x1} {y1}L{x2} {y2}" marker-end="url(#head)"/>'
    return line + (text if label else "")


def _svg(title: str, height: int, parts: list[str]) -> str:
    return "\n".join(_frame(title, height, parts)) + "\n"


def _frame(title: str, height: int, parts: list[str]) -> Iterator[str]:
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"'
    yield ' orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    yield f'<rect class="panel" width="{_WIDTH}" height="{height}" rx="8"/>'
    yield from parts
    yield "</svg>"


def main() -> None:
    """Write the diagrams."""
    for name, text in draw_all().items():
        (ASSETS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
