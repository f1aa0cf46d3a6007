"""What the project promises of its speed, as ratios of what was measured in one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks import exports, frames, rows, translating
from benchmarks.peers import FLOORS, RUST, US, VALIDATE

Target = dict[str, Any]
"""`what`, `measured`, `limit`, and whether that is the most (`most`) or the least."""


def targets(results: dict[str, Any]) -> list[Target]:
    """Every target with what was measured."""
    works = {work["name"]: work["seconds"] for work in results["works"]}
    running = _running(results["running"]) if "running" in results else ()
    return [*_reading(works), *_others(results), *running, *_exports(results.get("exports", ()))]


def _reading(works: dict[str, dict[str, Any]]) -> Iterator[Target]:
    three = works["three calls"]
    yield _most("parse three calls / validate_json", three[US] / three[VALIDATE], 2.0)
    yield _most("parse three calls / the fastest peer", three[US] / _fastest(three), 1.0)
    for name, seconds in works.items():
        if name.startswith(("corpus", "one `in`", "AND of 100 ", "grouped")):
            yield _most(f"{name} / the fastest peer", seconds[US] / _fastest(seconds), 1.0)
    tree = works["grouped AND and OR of 50 terms"]
    yield _most("a call in 50 grouped / in three calls", tree[US] / 50 / (three[US] / 3), 1.5)
    ten = works["AND of 10,000 terms"]
    yield _least(
        "the fastest Python peer / AND of 10,000", _fastest(ten, python=True) / ten[US], 10
    )


def _others(results: dict[str, Any]) -> Iterator[Target]:
    pairs, cold, lint = results["pairs"], results["cold"], results["lint"]
    long = pairs["read long texts"]
    yield _most("AND of 20,000 / AND of 10,000", _ratio(long, "20,000 terms", "10,000 terms"), 2.2)
    groups, printing = pairs["read groups"], pairs["print three calls"]
    building, finding = pairs["build three calls"], pairs["find mistakes"]
    yield _most(
        "50 terms in groups / 50 in a row",
        _ratio(groups, "50 terms in groups", "50 terms in a row"),
        1.5,
    )
    yield _most("unparse / f-string", _ratio(printing, "unparse", "f-string"), 5.0)
    yield _most("build with F / nodes by hand", _ratio(building, "F", "nodes by hand"), 3.0)
    yield _most(
        "one mistake in three calls / lark's good parse",
        _ratio(finding, "three calls, one mistake", "lark, three calls"),
        2.0,
    )
    yield _most(
        "100 mistakes in 1,000 calls / lark's good parse",
        _ratio(finding, "1,000 calls, 100 mistakes", "lark, 1,000 calls"),
        2.0,
    )
    yield _most(
        "mistakes in 2,000 calls / in 1,000 calls",
        _ratio(finding, "2,000 calls, 200 mistakes", "1,000 calls, 100 mistakes"),
        2.2,
    )
    yield _most(
        "import epfilter / five models", _ratio(cold, "import epfilter", "five models"), 1.15
    )
    yield _most(
        "epfilter check, cold / five models",
        _ratio(cold, "epfilter check FILTER", "five models"),
        1.6,
    )
    for name in ("lint(text, 'orders')", "epfilter lint FILE"):
        yield _least(f"{name}: filters a second and core", lint[name], 20_000)


def _running(results: dict[str, Any]) -> Iterator[Target]:
    for entry in results["rows"]:
        name, seconds = entry["name"], entry["seconds"]
        yield _most(f"to_predicate, {name} / by hand", seconds[US] / seconds[rows.HAND], 2.0)
        engines = [seconds[one] for one in rows.ENGINES if one in seconds]
        if engines:
            yield _least(
                f"fastest engine of RQL / to_predicate, {name}", min(engines) / seconds[US], 10
            )
    for entry in results["frames"]:
        name, hand = entry["name"], frames.HAND[entry["name"]]
        ratio = _ratio(entry["seconds"], frames.OURS, hand)
        yield _most(f"filter_frame in {name} / {hand}", ratio, 1.1)
    translation = results["translation"]
    for name in results["growth"]:
        ratio = _ratio(translation, name, translating.PARSE)
        yield _most(f"{name} / parse three calls", ratio, 10.0)
    for name, times in results["growth"].items():
        (small, short), (large, long) = times.items()
        yield _most(f"{name}: {large} / {small}", long / short, 2.2)


def _exports(results: Iterable[dict[str, Any]]) -> Iterator[Target]:
    for entry in results:
        name, peak = entry["name"], entry["bytes"][exports.OURS]
        ratio = _ratio(entry["seconds"], exports.OURS, exports.HAND)
        yield _most(f"export of {name} / {exports.HAND}", ratio, 1.3)
        yield _most(f"export of {name}: MB at most", peak / 1e6, 500)


def met(target: Target) -> bool:
    """Whether a target is met."""
    if target["most"]:
        return bool(target["measured"] <= target["limit"])
    return bool(target["measured"] >= target["limit"])


def peers_of(seconds: dict[str, Any]) -> Iterable[str]:
    """The contenders that are neither we nor a floor."""
    return (name for name in seconds if name not in {US, *FLOORS})


def _fastest(seconds: dict[str, Any], *, python: bool = False) -> float:
    """The least seconds of a peer that finished."""
    return min(
        (
            seconds[name]
            for name in peers_of(seconds)
            if isinstance(seconds[name], float) and not (python and name in RUST)
        ),
        default=float("inf"),
    )


def _ratio(times: dict[str, float], ours: str, theirs: str) -> float:
    return times[ours] / times[theirs]


def _most(what: str, measured: float, limit: float) -> Target:
    return {"what": what, "measured": measured, "limit": limit, "most": True}


def _least(what: str, measured: float, limit: float) -> Target:
    return {"what": what, "measured": measured, "limit": limit, "most": False}
