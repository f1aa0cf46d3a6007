"""Reads RQL in an environment of lib-rql's own; imports nothing of this project.

lib-rql needs `lark-parser`, the old name of lark, which cannot be installed beside lark itself.
Each line of standard input is a request, each line of standard output its answer, both JSON.
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


def timed(texts: list[str], times: int) -> float:
    """Seconds for all texts, so many times. What was read is forgotten before every call."""
    from py_rql import parse
    from py_rql.exceptions import RQLFilterParsingError
    from py_rql.parser import RQLParser

    total = 0.0
    clock = time.perf_counter
    for _ in range(times):
        for text in texts:
            RQLParser._cache.clear()
            start = clock()
            with suppress(RQLFilterParsingError):  # a mistake in the text is part of the work
                parse(text)
            total += clock() - start
    return total


def leaves(texts: list[str]) -> int:
    """The values of all trees."""
    from py_rql import parse

    counted = 0
    for text in texts:
        for tree in parse(text).iter_subtrees():
            if tree.data in {"comp", "searching"}:
                counted += 1
            elif tree.data == "listing":
                counted += len(tree.children) - 2  # the operator and the field
    return counted


def memory(texts: list[str]) -> int:
    """The peak of memory that Python took to read the texts."""
    from py_rql import parse

    parse("eq(a,1)")
    tracemalloc.start()
    kept = [parse(text) for text in texts]
    peak = tracemalloc.get_traced_memory()[1]
    del kept
    return peak


ROWS: list[dict[str, Any]] = []
"""What filters run on, until others are sent."""


def take(rows: list[dict[str, Any]], *, datetimes: bool) -> int:
    """Keep rows, and read their points in time where these are no text."""
    ROWS[:] = rows
    for row in ROWS if datetimes else ():
        row["created_at"] = datetime.fromisoformat(row["created_at"])
    return len(ROWS)


def matching(text: str) -> list[dict[str, Any]]:
    """The rows that match. Points in time are compared as what they are in the rows."""
    from py_rql.constants import FilterTypes
    from py_rql.filter_cls import FilterClass

    created: dict[str, Any] = {"filter": "created_at", "type": FilterTypes.DATETIME}
    if ROWS and isinstance(ROWS[0]["created_at"], str):
        created["cast_func"] = str

    class Orders(FilterClass):  # type: ignore[misc]  # it has no types
        FILTERS = (created, {"filter": "payment"})

    return list(Orders().filter(text, ROWS))


def running(text: str, times: int) -> float:
    """Seconds to run a filter on the rows so many times."""
    start = time.perf_counter()
    for _ in range(times):
        matching(text)
    return time.perf_counter() - start


def of_rows(request: dict[str, Any]) -> float:
    """What a request asks for that is about rows."""
    if request["ask"] == "rows":
        return take(request["rows"], datetimes=request["datetimes"])
    if request["ask"] == "matched":
        return len(matching(request["text"]))
    return running(request["text"], request["times"])


def answer(request: dict[str, Any]) -> Any:
    """What a request asks for."""
    asked, texts = request["ask"], request.get("texts", [])
    if asked in {"rows", "matched", "run"}:
        return of_rows(request)
    if asked == "time":
        return timed(texts, request["times"])
    if asked == "leaves":
        return leaves(texts)
    if asked == "memory":
        return memory(texts)
    return {name: version(name) for name in ("lib-rql", "lark-parser")}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
