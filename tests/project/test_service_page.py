"""The page of the service lists its metrics and log events."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from epfilter.exporter import JobStatus
from epfilter.exporter.service.metrics import Metrics

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "pages" / "reference" / "exporter-service.md"
SERVICE = ROOT / "src" / "epfilter" / "exporter" / "service"
LEVELS = {"info", "warning", "error"}


def parse_table(title: str) -> list[list[str]]:
    """Return the rows of the table under a title."""
    _, _, text = PAGE.read_text(encoding="utf-8").partition(f"## {title} of the service\n")
    rows = re.findall(r"^\| (`.+) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return [row.split(" |") for row in rows]


def test_the_page_lists_every_metric_with_its_labels() -> None:
    metrics = Metrics()
    metrics.observe_jobs(lambda: dict.fromkeys(JobStatus, 0))
    metrics.record_request("GET", "/", 200, 0.1)
    metrics.record_job(JobStatus.SUCCESS, 1, 1)
    labels: dict[str, set[str]] = {}
    for name, shown in re.findall(r"^(\w+)(?:\{(.*)\})? ", metrics.render().decode(), re.MULTILINE):
        if not name.endswith(("_created", "_sum", "_count")):
            own = set(re.findall(r"(\w+)=", shown)) - {"le"}
            labels.setdefault(name.removesuffix("_bucket"), set()).update(own)
    rows = {row[0].strip("` "): set(re.findall(r"\w+", row[1])) for row in parse_table("Metrics")}
    assert rows == labels


def test_the_page_lists_every_event_of_the_log() -> None:
    found = {event for path in SERVICE.rglob("*.py") for event in logged_events(path)}
    assert sorted(row[0].strip("`") for row in parse_table("Log")) == sorted(found)


def logged_events(path: Path) -> Iterator[str]:
    """Yield the events that a module logs: the first arguments of calls of a log."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute() | ast.Name() as log, attr=level),
                args=[ast.Constant(value=str(event)), *_],
            ) if level in LEVELS and ast.unparse(log).rpartition(".")[2].strip("_") == "log":
                yield event
            case ast.Call(func=ast.Name(id="log"), args=[ast.Constant(value=str(event)), *_]):
                yield event
