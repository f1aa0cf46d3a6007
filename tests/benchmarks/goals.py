"""The performance goals of the project, as ratios of measurements of one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks import exports, frames, language_server, rows, service, translation
from benchmarks.competitors import BASELINES, OURS, RUST, VALIDATE

Goal = dict[str, Any]
"""`what`, `measured`, `limit`, and `most`: whether the limit is a maximum or a minimum."""


def evaluate_goals(results: dict[str, Any]) -> list[Goal]:
    """Return every goal with its measured value."""
    cases = {case["name"]: case["seconds"] for case in results["cases"]}
    execution = _execution_goals(results["running"]) if "running" in results else ()
    return [
        *_parsing_goals(cases),
        *_other_goals(results),
        *execution,
        *_export_goals(results.get("exports", ())),
        *_service_goals(results.get("service", {})),
    ]


def _parsing_goals(cases: dict[str, dict[str, Any]]) -> Iterator[Goal]:
    three = cases["three calls"]
    yield _at_most("parse three calls / validate_json", three[OURS] / three[VALIDATE], 2.0)
    yield _at_most("parse three calls / the fastest peer", three[OURS] / _fastest(three), 1.0)
    for name, seconds in cases.items():
        if name.startswith(("corpus", "one `in`", "AND of 100 ", "grouped")):
            yield _at_most(f"{name} / the fastest peer", seconds[OURS] / _fastest(seconds), 1.0)
    tree = cases["grouped AND and OR of 50 terms"]
    yield _at_most(
        "a call in 50 grouped / in three calls", tree[OURS] / 50 / (three[OURS] / 3), 1.5
    )
    ten = cases["AND of 10,000 terms"]
    yield _at_least(
        "the fastest Python peer / AND of 10,000", _fastest(ten, python=True) / ten[OURS], 10
    )


def _other_goals(results: dict[str, Any]) -> Iterator[Goal]:
    pairs, cold, lint = results["pairs"], results["cold"], results["lint"]
    long = pairs["read long texts"]
    yield _at_most(
        "AND of 20,000 / AND of 10,000", _ratio(long, "20,000 terms", "10,000 terms"), 2.2
    )
    groups, printing = pairs["read groups"], pairs["print three calls"]
    building, finding = pairs["build three calls"], pairs["find mistakes"]
    yield _at_most(
        "50 terms in groups / 50 in a row",
        _ratio(groups, "50 terms in groups", "50 terms in a row"),
        1.5,
    )
    yield _at_most("unparse / f-string", _ratio(printing, "unparse", "f-string"), 5.0)
    yield _at_most("build with F / nodes by hand", _ratio(building, "F", "nodes by hand"), 3.0)
    yield _at_most(
        "one mistake in three calls / lark's good parse",
        _ratio(finding, "three calls, one mistake", "lark, three calls"),
        2.0,
    )
    yield _at_most(
        "100 mistakes in 1,000 calls / lark's good parse",
        _ratio(finding, "1,000 calls, 100 mistakes", "lark, 1,000 calls"),
        2.0,
    )
    yield _at_most(
        "mistakes in 2,000 calls / in 1,000 calls",
        _ratio(finding, "2,000 calls, 200 mistakes", "1,000 calls, 100 mistakes"),
        2.2,
    )
    yield _at_most(
        "import epfilter / five models", _ratio(cold, "import epfilter", "five models"), 1.15
    )
    yield _at_most(
        "epfilter check, cold / five models",
        _ratio(cold, "epfilter check FILTER", "five models"),
        1.6,
    )
    for name in ("lint(text, 'orders')", "epfilter lint FILE"):
        yield _at_least(f"{name}: filters a second and core", lint[name], 20_000)
    for name, rate in results.get("editing", {}).items():
        yield _at_least(f"{name}: completions a second and core", rate, 1_000)
    for name, seconds in results.get("typing", {}).items():
        yield _at_most(f"{name}: milliseconds", 1000 * seconds, language_server.LIMITS[name])


def _execution_goals(results: dict[str, Any]) -> Iterator[Goal]:
    for entry in results["rows"]:
        name, seconds = entry["name"], entry["seconds"]
        yield _at_most(f"to_predicate, {name} / by hand", seconds[OURS] / seconds[rows.HAND], 2.0)
        engines = [seconds[engine] for engine in rows.ENGINES if engine in seconds]
        if engines:
            yield _at_least(
                f"fastest engine of RQL / to_predicate, {name}", min(engines) / seconds[OURS], 10
            )
    for entry in results["frames"]:
        name, hand = entry["name"], frames.HAND[entry["name"]]
        ratio = _ratio(entry["seconds"], frames.OURS, hand)
        yield _at_most(f"filter_frame in {name} / {hand}", ratio, 1.1)
    timings = results["translation"]
    for name in results["growth"]:
        ratio = _ratio(timings, name, translation.PARSE)
        limit = 4.0 if name == translation.PREDICATE else 10.0
        yield _at_most(f"{name} / parse three calls", ratio, limit)
    if "membership" in results:
        yield from _membership_goals(results["membership"])
    for name, times in results["growth"].items():
        (small, short), (large, long) = times.items()
        yield _at_most(f"{name}: {large} / {small}", long / short, 2.2)


def _membership_goals(times: dict[str, float]) -> Iterator[Goal]:
    name, run = translation.PREDICATE, translation.RUN
    yield _at_most(
        f"{name} / parse, `in` of many integers", _ratio(times, name, translation.PARSE), 4.0
    )
    if run in times:
        ratio = _ratio(times, run, run + translation.BY_HAND)
        yield _at_most(f"{run} / by hand, `in` of many integers", ratio, 1.5)


def _export_goals(results: Iterable[dict[str, Any]]) -> Iterator[Goal]:
    for entry in results:
        name, peak = entry["name"], entry["bytes"][exports.OURS]
        ratio = _ratio(entry["cpu"], exports.OURS, exports.HAND)
        # For CSV, COPY checks neither numbers, times and quotes nor that a row has all of its order.
        limit = 2.0 if ".csv" in name else 1.3
        yield _at_most(f"export of {name} / {exports.HAND}, CPU", ratio, limit)
        allowed = entry["memory"]
        yield _at_most(f"export of {name}, peak memory / what it may use", peak / allowed, 1.25)


def _service_goals(results: dict[str, Any]) -> Iterator[Goal]:
    for name, entry in results.items():
        ours, floor = entry[service.OURS], entry[service.FLOOR]
        if "p99" in ours:
            yield _at_most(f"p99 of {name} / a bare application", ours["p99"] / floor["p99"], 2.0)
        elif "page" not in name:
            ratio = ours["per second"] / floor["per second"]
            yield _at_least(f"{name} a second / a bare application", ratio, 0.5)


def is_met(goal: Goal) -> bool:
    """Return whether a goal is met."""
    if goal["most"]:
        return bool(goal["measured"] <= goal["limit"])
    return bool(goal["measured"] >= goal["limit"])


def competitors_of(seconds: dict[str, Any]) -> Iterable[str]:
    """Return the contenders except epfilter and the baselines."""
    return (name for name in seconds if name not in {OURS, *BASELINES})


def _fastest(seconds: dict[str, Any], *, python: bool = False) -> float:
    """Return the minimum seconds of all competitors that finished."""
    return min(
        (
            seconds[name]
            for name in competitors_of(seconds)
            if isinstance(seconds[name], float) and not (python and name in RUST)
        ),
        default=float("inf"),
    )


def _ratio(times: dict[str, float], ours: str, theirs: str) -> float:
    return times[ours] / times[theirs]


def _at_most(what: str, measured: float, limit: float) -> Goal:
    return {"what": what, "measured": measured, "limit": limit, "most": True}


def _at_least(what: str, measured: float, limit: float) -> Goal:
    return {"what": what, "measured": measured, "limit": limit, "most": False}
