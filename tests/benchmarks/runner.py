"""The runner: all measurements, and a description of the machine."""

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
    cases,
    cold_start,
    comparisons,
    competitors,
    editing,
    execution,
    exports,
    isolated,
    language_server,
    lib_rql,
    linting,
    service,
    translators,
)
from benchmarks.goals import evaluate_goals
from benchmarks.timing import repeat_action, time_in_turns

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


def measure_all() -> Results:
    """Return all results as data, in the format of `docs/speed.json`."""
    with lib_rql.install() as installed:
        absent = {
            competitor.name: "not installed"
            for competitor in competitors.COMPETITORS
            if not competitor.installed
        }
        if isinstance(installed, str):
            absent[lib_rql.NAME] = installed
        process = installed if isinstance(installed, lib_rql.LibRql) else None
        results: Results = {
            "machine": _machine(process),
            "absent": absent,
            "languages": {
                competitor.name: competitor.language for competitor in competitors.COMPETITORS
            }
            | {lib_rql.NAME: "RQL"},
            "cases": [],
            "memory": {},
        }
        for case in cases.small_cases():
            _print_progress(case.name)
            _check_translations(case, process)
            results["cases"].append(
                _entry(case.name, case.value_count, _measure_small(case, process))
            )
        results["cases"].append(_entry(MISTAKE, 3, _measure_invalid(process)))
        for case in cases.large_cases():
            _print_progress(case.name)
            results["cases"].append(
                _entry(case.name, case.value_count, _measure_large(case, process))
            )
        _print_progress("memory")
        results["memory"] = _measure_memory(process)
        _print_progress("running")
        results["running"] = execution.measure_execution(process)
    _print_progress("printing, building, mistakes")
    results["pairs"] = comparisons.measure()
    _print_progress("cold starts")
    results["cold"] = cold_start.measure()
    _print_progress("linting")
    results["lint"] = linting.measure()
    _print_progress("completing")
    results["editing"] = editing.measure()
    results["typing"] = language_server.measure()
    _print_progress("exporting")
    results["exports"] = exports.measure()
    results["service"] = service.measure()
    return results | {"goals": evaluate_goals(results)}


def _measure_small(case: cases.Case, process: lib_rql.LibRql | None) -> dict[str, float]:
    timers = {
        name: repeat_action(action) for name, action in competitors.create_parsers(case).items()
    }
    if process:
        timers[lib_rql.NAME] = process.create_timer(tuple(map(translators.to_rql, case.filters)))
    return time_in_turns(timers)


def _measure_invalid(process: lib_rql.LibRql | None) -> dict[str, float]:
    case = cases.Case("", (cases.THREE_CALLS,))
    timers = {
        name: repeat_action(action) for name, action in competitors.create_rejections(case).items()
    }
    if process:
        timers[lib_rql.NAME] = process.create_timer((f"({translators.to_rql(case.filters[0])}",))
    return time_in_turns(timers)


def _measure_large(case: cases.Case, process: lib_rql.LibRql | None) -> dict[str, float | str]:
    """Return the minimum of three passes over all contenders, each in a separate process."""
    actions: dict[str, Callable[[], float | str]] = {
        name: partial(isolated.measure_isolated, isolated.measure_time, name, case)
        for name in competitors.contender_names()
    }
    if process:
        texts = tuple(map(translators.to_rql, case.filters))
        actions[lib_rql.NAME] = partial(_request_isolated, process, "time", isolated.LIMIT, texts)
    least: dict[str, float | str] = {}
    for _ in range(3):
        for name, action in actions.items():
            known = least.get(name, inf)
            if isinstance(known, float):
                result = action()
                least[name] = min(known, result) if isinstance(result, float) else result
    return least


def _request_isolated(
    process: lib_rql.LibRql, what: str, limit: float, texts: tuple[str, ...]
) -> float | str:
    """Return the response of lib-rql in a new process, or a description of why there is none."""
    try:
        return float(process.request_new(what, limit, texts=texts, times=1))
    except TimeoutError:
        return f"over {limit:.0f} s"
    except ChildProcessError as error:
        return str(error)


def _measure_memory(process: lib_rql.LibRql | None) -> dict[str, float | str]:
    """Return the peak memory in bytes per term for a text of 20,000 terms."""
    case = cases.and_case(20_000)
    peaks: dict[str, float | str] = {}
    for name in competitors.contender_names():
        if name in competitors.RUST:
            peaks[name] = "not visible to Python"
            continue
        peak = isolated.measure_isolated(
            isolated.measure_peak_memory, name, case, limit=3 * isolated.LIMIT
        )
        peaks[name] = peak / case.value_count if isinstance(peak, float) else peak
    if process:
        texts = tuple(map(translators.to_rql, case.filters))
        peak = _request_isolated(process, "memory", 3 * isolated.LIMIT, texts)
        peaks[lib_rql.NAME] = peak / case.value_count if isinstance(peak, float) else peak
    return peaks


def _check_translations(case: cases.Case, process: lib_rql.LibRql | None) -> None:
    """Raise AssertionError where a translation has another number of values."""
    competitors.check_translations(case)
    if process:
        found = process.request("leaves", texts=[translators.to_rql(f) for f in case.filters])
        if found != case.value_count:
            raise AssertionError(
                f"lib-rql reads {found} values of {case.value_count} in {case.name}"
            )


def _entry(name: str, value_count: int, seconds: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "terms": value_count, "seconds": seconds}


def _machine(process: lib_rql.LibRql | None) -> dict[str, Any]:
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
        "packages": packages | (process.request("versions") if process else {}),
    }


def _processor() -> str:
    """Return the model of the processor, if the system reports it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _print_progress(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)  # noqa: T201 - progress of a long run
