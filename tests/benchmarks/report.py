"""The results as text for a terminal: times, and their ratios to ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import exports, service
from benchmarks.competitors import OURS
from benchmarks.frames import OURS as OUR_FRAME
from benchmarks.goals import is_met


def render_results(results: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of all results."""
    for case in results["cases"]:
        yield from _render_case(case)
    yield from _render_section(
        "peak memory, bytes per term in 20,000 terms", results["memory"], "{:,.0f}"
    )
    for name, times in results["pairs"].items():
        yield from _render_section(
            name, {label: format_seconds(seconds) for label, seconds in times.items()}
        )
    cold = {label: format_seconds(seconds) for label, seconds in results["cold"].items()}
    yield from _render_section("cold starts, median", cold)
    yield from _render_section("linting, filters per second and core", results["lint"], "{:,.0f}")
    yield from _render_section(
        "editing, completions per second and core", results.get("editing", {}), "{:,.0f}"
    )
    typing = {name: format_seconds(seconds) for name, seconds in results.get("typing", {}).items()}
    yield from _render_section("typing in a program, medians", typing)
    yield from _render_execution(results["running"])
    for entry in results.get("exports", ()):
        yield f"export of {entry['name']}: {entry['rows']:,} rows"
        yield from _render_ratios(entry["cpu"], entry["cpu"][exports.OURS])
        peaks = {name: f"{size / 1e6:,.0f} MB" for name, size in entry["bytes"].items()}
        yield from _render_section("peak memory", peaks)
    yield from service.render_results(results.get("service", {}))
    for name, why in results["absent"].items():
        yield f"{name}: {why}"
    yield "goals"
    for goal in results["goals"]:
        sign = "≤" if goal["most"] else "≥"
        verdict = "met" if is_met(goal) else "NOT MET"
        measured, limit = format_number(goal["measured"]), format_number(goal["limit"])
        yield f"  {goal['what']:56} {measured:>9} {sign} {limit:<7} {verdict}"


def format_seconds(seconds: float) -> str:
    """Return a time in the appropriate unit.

    >>> format_seconds(0.0000123), format_seconds(0.25), format_seconds(3.0)
    ('12.3 µs', '250 ms', '3 s')
    """
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def format_number(value: float) -> str:
    """Return a ratio or a rate as text.

    >>> format_number(1.0449), format_number(20000)
    ('1.04', '20,000')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _render_case(case: dict[str, Any]) -> Iterator[str]:
    yield f"{case['name']} ({case['terms']:,} values)"
    ours = case["seconds"][OURS]
    for name, seconds in case["seconds"].items():
        if isinstance(seconds, str):
            yield f"  {name:38} {seconds:>10}"
        else:
            yield f"  {name:38} {format_seconds(seconds):>10} {format_number(seconds / ours):>8} × ours"
    yield ""


def _render_execution(execution: dict[str, Any]) -> Iterator[str]:
    for entry in execution["rows"]:
        times = entry["seconds"]
        yield f"three calls on {entry['name']}, one of {entry['rows']:,} rows"
        yield f"  (the engines of RQL run on the first {entry['peer rows']:,})"
        yield from _render_ratios(times, times[OURS])
    for entry in execution["frames"]:
        times = entry["seconds"]
        yield f"three calls on a frame of {entry['rows']:,} rows, {entry['name']}"
        yield from _render_ratios(times, times[OUR_FRAME])
    translation = {
        label: format_seconds(seconds) for label, seconds in execution["translation"].items()
    }
    yield from _render_section("translate three calls", translation)
    membership = {
        label: format_seconds(seconds) for label, seconds in execution["membership"].items()
    }
    yield from _render_section("one `in` with many integers", membership)
    for name, times in execution["growth"].items():
        yield from _render_section(
            name, {label: format_seconds(seconds) for label, seconds in times.items()}
        )
    yield from (f"{name}: {why}" for name, why in execution["absent"].items())


def _render_ratios(times: dict[str, float], ours: float) -> Iterator[str]:
    for name, seconds in times.items():
        yield f"  {name:38} {format_seconds(seconds):>10} {format_number(seconds / ours):>8} × ours"
    yield ""


def _render_section(title: str, values: dict[str, Any], form: str = "{}") -> Iterator[str]:
    yield title
    for name, value in values.items():
        yield f"  {name:38} {value if isinstance(value, str) else form.format(value):>10}"
    yield ""
