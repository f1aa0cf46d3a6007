"""The results as tables for a terminal: times, and each as a multiple of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks import exports
from benchmarks.frames import OURS
from benchmarks.peers import US
from benchmarks.targets import met


def lines(results: dict[str, Any]) -> Iterator[str]:
    """Everything that was measured."""
    for work in results["works"]:
        yield from _work(work)
    yield from _titled("peak of memory, bytes a term in 20,000 terms", results["memory"], "{:,.0f}")
    for name, times in results["pairs"].items():
        yield from _titled(name, {one: spoken(seconds) for one, seconds in times.items()})
    cold = {one: spoken(seconds) for one, seconds in results["cold"].items()}
    yield from _titled("cold starts, median", cold)
    yield from _titled("linting, filters a second and core", results["lint"], "{:,.0f}")
    yield from _running(results["running"])
    for entry in results.get("exports", ()):
        yield f"export of {entry['name']}: {entry['rows']:,} rows"
        yield from _beside(entry["seconds"], entry["seconds"][exports.OURS])
        peaks = {name: f"{size / 1e6:,.0f} MB" for name, size in entry["bytes"].items()}
        yield from _titled("peak of memory", peaks)
    for name, entry in results.get("load", {}).items():
        yield from _titled(name, {one: spoken(seconds) for one, seconds in entry.items()})
    for name, why in results["absent"].items():
        yield f"{name}: {why}"
    yield "targets"
    for target in results["targets"]:
        sign = "≤" if target["most"] else "≥"
        verdict = "met" if met(target) else "NOT MET"
        measured, limit = number(target["measured"]), number(target["limit"])
        yield f"  {target['what']:56} {measured:>9} {sign} {limit:<7} {verdict}"


def spoken(seconds: float) -> str:
    """A time in the unit that fits.

    >>> spoken(0.0000123), spoken(0.25), spoken(3.0)
    ('12.3 µs', '250 ms', '3 s')
    """
    for unit, factor in (("ns", 1e9), ("µs", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds:.3g} s"


def number(value: float) -> str:
    """A ratio or a rate.

    >>> number(1.0449), number(20000)
    ('1.04', '20,000')
    """
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _work(work: dict[str, Any]) -> Iterator[str]:
    yield f"{work['name']} ({work['terms']:,} values)"
    ours = work["seconds"][US]
    for name, seconds in work["seconds"].items():
        if isinstance(seconds, str):
            yield f"  {name:38} {seconds:>10}"
        else:
            yield f"  {name:38} {spoken(seconds):>10} {number(seconds / ours):>8} × ours"
    yield ""


def _running(running: dict[str, Any]) -> Iterator[str]:
    for entry in running["rows"]:
        times = entry["seconds"]
        yield f"three calls on {entry['name']}, one of {entry['rows']:,} rows"
        yield f"  (the engines of RQL run on the first {entry['peer rows']:,})"
        yield from _beside(times, times[US])
    for entry in running["frames"]:
        times = entry["seconds"]
        yield f"three calls on a frame of {entry['rows']:,} rows, {entry['name']}"
        yield from _beside(times, times[OURS])
    translation = {one: spoken(seconds) for one, seconds in running["translation"].items()}
    yield from _titled("translate three calls", translation)
    for name, times in running["growth"].items():
        yield from _titled(name, {one: spoken(seconds) for one, seconds in times.items()})
    yield from (f"{name}: {why}" for name, why in running["absent"].items())


def _beside(times: dict[str, float], ours: float) -> Iterator[str]:
    for name, seconds in times.items():
        yield f"  {name:38} {spoken(seconds):>10} {number(seconds / ours):>8} × ours"
    yield ""


def _titled(title: str, values: dict[str, Any], form: str = "{}") -> Iterator[str]:
    yield title
    for name, value in values.items():
        yield f"  {name:38} {value if isinstance(value, str) else form.format(value):>10}"
    yield ""
