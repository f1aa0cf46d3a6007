"""Measures everything, and says on what."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from math import inf
from pathlib import Path
from typing import Any

from benchmarks import (
    big,
    cold,
    exports,
    linting,
    load,
    pairs,
    peers,
    rql,
    running,
    translators,
    works,
)
from benchmarks.targets import targets
from benchmarks.timing import interleaved, repeated

Results = dict[str, Any]
_PACKAGES = (
    "epfilter",
    "pydantic",
    "pydantic-core",
    "lark",
    "click",
    "fiql-parser",
    "odata-query",
    "pygeofilter",
    "luqum",
    "sqlglot",
    "sqlglotc",
    "cel-python",
    "common-expression-language",
    "pyrql",
    "narwhals",
    "polars",
    "duckdb",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)
MISTAKE = "one mistake in three calls"


def measure() -> Results:
    """All results as data, as `docs/speed.json` holds them."""
    with rql.environment() as found:
        absent = {peer.name: "not installed" for peer in peers.PEERS if not peer.installed}
        if isinstance(found, str):
            absent[rql.NAME] = found
        other = found if isinstance(found, rql.Rql) else None
        results: Results = {
            "machine": _machine(other),
            "absent": absent,
            "languages": {peer.name: peer.language for peer in peers.PEERS} | {rql.NAME: "RQL"},
            "works": [],
            "memory": {},
        }
        for work in works.small():
            _tell(work.name)
            _check(work, other)
            results["works"].append(_entry(work.name, work.leaves, _small(work, other)))
        results["works"].append(_entry(MISTAKE, 3, _mistake(other)))
        for work in works.big():
            _tell(work.name)
            results["works"].append(_entry(work.name, work.leaves, _big(work, other)))
        _tell("memory")
        results["memory"] = _memory(other)
        _tell("running")
        results["running"] = running.measure(other)
    _tell("printing, building, mistakes")
    results["pairs"] = pairs.measure()
    _tell("cold starts")
    results["cold"] = cold.measure()
    _tell("linting")
    results["lint"] = linting.measure()
    _tell("exporting")
    results["exports"] = exports.measure()
    results["load"] = load.measure()
    return results | {"targets": targets(results)}


def _small(work: works.Work, other: rql.Rql | None) -> dict[str, float]:
    timed = {name: repeated(action) for name, action in peers.readers(work).items()}
    if other:
        timed[rql.NAME] = other.reading(tuple(map(translators.rql, work.filters)))
    return interleaved(timed)


def _mistake(other: rql.Rql | None) -> dict[str, float]:
    work = works.Work("", (works.THREE_CALLS,))
    timed = {name: repeated(action) for name, action in peers.refusers(work).items()}
    if other:
        timed[rql.NAME] = other.reading((f"({translators.rql(work.filters[0])}",))
    return interleaved(timed)


def _big(work: works.Work, other: rql.Rql | None) -> dict[str, float | str]:
    """The least of three passes over all contenders, each in a process of its own."""
    asked: dict[str, Callable[[], float | str]] = {
        name: partial(big.apart, big.least_time, name, work) for name in peers.contenders()
    }
    if other:
        texts = tuple(map(translators.rql, work.filters))
        asked[rql.NAME] = partial(_rql_apart, other, "time", big.LIMIT, texts)
    least: dict[str, float | str] = {}
    for _ in range(3):
        for name, ask in asked.items():
            known = least.get(name, inf)
            if isinstance(known, float):
                found = ask()
                least[name] = min(known, found) if isinstance(found, float) else found
    return least


def _rql_apart(other: rql.Rql, what: str, limit: float, texts: tuple[str, ...]) -> float | str:
    """What lib-rql answers in a new process; or in words why there is no answer."""
    try:
        return float(other.ask_new(what, limit, texts=texts, times=1))
    except TimeoutError:
        return f"over {limit:.0f} s"
    except ChildProcessError as error:
        return str(error)


def _memory(other: rql.Rql | None) -> dict[str, float | str]:
    """The peak of bytes a term in a text of 20,000."""
    work = works.all_of(20_000)
    peaks: dict[str, float | str] = {}
    for name in peers.contenders():
        if name in peers.RUST:
            peaks[name] = "not seen by Python"
            continue
        peak = big.apart(big.peak_memory, name, work, limit=3 * big.LIMIT)
        peaks[name] = peak / work.leaves if isinstance(peak, float) else peak
    if other:
        texts = tuple(map(translators.rql, work.filters))
        peak = _rql_apart(other, "memory", 3 * big.LIMIT, texts)
        peaks[rql.NAME] = peak / work.leaves if isinstance(peak, float) else peak
    return peaks


def _check(work: works.Work, other: rql.Rql | None) -> None:
    """Measure no translation that does not say the same."""
    peers.check(work)
    if other:
        found = other.ask("leaves", texts=[translators.rql(f) for f in work.filters])
        if found != work.leaves:
            raise AssertionError(f"lib-rql reads {found} values of {work.leaves} in {work.name}")


def _entry(name: str, leaves: int, seconds: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "terms": leaves, "seconds": seconds}


def _machine(other: rql.Rql | None) -> dict[str, Any]:
    packages: dict[str, str] = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "date": datetime.now(tz=UTC).date().isoformat(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": packages | (other.ask("versions") if other else {}),
    }


def _processor() -> str:
    """The model of the processor, as far as the system tells."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)  # noqa: T201 - progress of a long run
