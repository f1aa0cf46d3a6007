"""A worker that parses RQL in the environment of lib-rql; it imports nothing of this project.

lib-rql requires `lark-parser`, the old name of lark, which cannot be installed together with lark.
Each line of standard input is a request in JSON, each line of standard output its response.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from typing import Any


def measure_time(texts: list[str], times: int) -> float:
    """Return the seconds to parse all texts this many times, without the cache."""
    from py_rql import parse
    from py_rql.exceptions import RQLFilterParsingError
    from py_rql.parser import RQLParser

    total = 0.0
    clock = time.perf_counter
    for _ in range(times):
        for text in texts:
            RQLParser._cache.clear()
            start = clock()
            with suppress(RQLFilterParsingError):  # invalid texts are measured too
                parse(text)
            total += clock() - start
    return total


def count_values(texts: list[str]) -> int:
    """Return the number of values in all trees."""
    from py_rql import parse

    count = 0
    for text in texts:
        for tree in parse(text).iter_subtrees():
            if tree.data in {"comp", "searching"}:
                count += 1
            elif tree.data == "listing":
                count += len(tree.children) - 2  # the operator and the field
    return count


def measure_memory(texts: list[str]) -> int:
    """Return the peak memory in bytes to parse the texts."""
    from py_rql import parse

    parse("eq(a,1)")
    tracemalloc.start()
    trees = [parse(text) for text in texts]
    peak = tracemalloc.get_traced_memory()[1]
    del trees
    return peak


ROWS: list[dict[str, Any]] = []
"""The rows that filters run on."""


def store_rows(rows: list[dict[str, Any]], *, datetimes: bool) -> int:
    """Store the rows, and parse their timestamps if `datetimes`."""
    ROWS[:] = rows
    for row in ROWS if datetimes else ():
        row["created_at"] = datetime.fromisoformat(row["created_at"])
    return len(ROWS)


def match_rows(text: str) -> list[dict[str, Any]]:
    """Return the matching rows; timestamps are compared by their type in the rows."""
    from py_rql.constants import FilterTypes
    from py_rql.filter_cls import FilterClass

    created: dict[str, Any] = {"filter": "created_at", "type": FilterTypes.DATETIME}
    if ROWS and isinstance(ROWS[0]["created_at"], str):
        created["cast_func"] = str

    class Orders(FilterClass):  # type: ignore[misc]  # it has no types
        FILTERS = (created, {"filter": "payment"})

    return list(Orders().filter(text, ROWS))


def time_matching(text: str, times: int) -> float:
    """Return the seconds to run a filter on the rows this many times."""
    start = time.perf_counter()
    for _ in range(times):
        match_rows(text)
    return time.perf_counter() - start


def handle_rows(request: dict[str, Any]) -> float:
    """Return the response to a request about rows."""
    if request["ask"] == "rows":
        return store_rows(request["rows"], datetimes=request["datetimes"])
    if request["ask"] == "matched":
        return len(match_rows(request["text"]))
    return time_matching(request["text"], request["times"])


def handle_request(request: dict[str, Any]) -> Any:
    """Return the response to a request."""
    action, texts = request["ask"], request.get("texts", [])
    if action in {"rows", "matched", "run"}:
        return handle_rows(request)
    if action == "time":
        return measure_time(texts, request["times"])
    if action == "leaves":
        return count_values(texts)
    if action == "memory":
        return measure_memory(texts)
    return {name: version(name) for name in ("lib-rql", "lark-parser")}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(handle_request(json.loads(line))), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
