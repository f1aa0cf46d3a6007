"""Benchmark of the editing core: completions per second while a filter of ten calls is typed."""

from __future__ import annotations

import time

from epfilter.editing import complete

RESOURCE = "orders"
TEN_CALLS = (
    "eq(payment,paid):eq(status,complete):ge(created_at,2018-09-01):lt(created_at,2018-10-01)"
    ":ge(with_tax,10000):like(email,ron@*):eq(currency,USD):like(name,Ron*)"
    ":eq(shipping,fulfilled):eq(manual,false)"
)
NUMBER = 10
"""How often every offset is measured."""


def measure(number: int = NUMBER) -> dict[str, float]:
    """Return completions per second of CPU time, at the end of every prefix and within the text."""
    offsets = range(len(TEN_CALLS) + 1)
    last_call = range(TEN_CALLS.rindex(":") + 1, len(TEN_CALLS) + 1)
    complete(TEN_CALLS, 0, RESOURCE)
    return {
        "complete, the tenth call": _measure([(TEN_CALLS[:at], at) for at in last_call], number),
        "complete, every prefix": _measure([(TEN_CALLS[:at], at) for at in offsets], number),
        "complete, every offset": _measure([(TEN_CALLS, at) for at in offsets], number),
    }


def _measure(places: list[tuple[str, int]], number: int) -> float:
    start = time.process_time()
    for _ in range(number):
        for text, offset in places:
            complete(text, offset, RESOURCE)
    return number * len(places) / (time.process_time() - start)
