"""The filters that are read in the benchmarks: each work is the same for every contender."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from epfilter import Filter, parse, walk
from epfilter.ast import Comparison, IsNull, Membership

THREE_CALLS = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"
"""The filter that the documentation of the Exporter Service shows."""

CORPUS = Path(__file__).with_name("corpus.txt")
SEED = 2018


@dataclass(frozen=True)
class Work:
    """One or more filters that are read one after the other."""

    name: str
    texts: tuple[str, ...]

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(parse(text) for text in self.texts)

    @cached_property
    def leaves(self) -> int:
        return sum(leaves(f) for f in self.filters)


def leaves(f: Filter) -> int:
    """The values that a filter compares with: one a comparison, each of a list, one for no value.

    Languages without lists write `in(id,a,b)` as two comparisons, so calls cannot be counted.
    """
    counted = 0
    for node in walk(f):
        if isinstance(node, Membership):
            counted += len(node.values)
        elif isinstance(node, (Comparison, IsNull)):
            counted += 1
    return counted


def calls(number: int) -> list[str]:
    """So many calls as they stand in real filters, all different."""
    kinds = (
        "gt(created_at,2018-{month:02}-{day:02})",
        "eq(email,customer{n}@example.com)",
        "lt(with_tax,{n}00)",
        "like(external_ref,WEB-{n}-*)",
        "eq(payment,{payment})",
    )
    payments = ("paid", "unpaid", "refunded", "authorized")
    return [
        kinds[n % len(kinds)].format(
            n=n, month=n % 12 + 1, day=n % 28 + 1, payment=payments[n % len(payments)]
        )
        for n in range(number)
    ]


def all_of(number: int) -> Work:
    """AND of so many terms."""
    return Work(f"AND of {number:,} terms", (":".join(calls(number)),))


def grouped() -> Work:
    """50 terms in three levels: ten groups of `(a|b|(c:d)|e)`, all of which hold."""
    made = calls(50)
    groups = []
    for start in range(0, 50, 5):
        a, b, c, d, e = made[start : start + 5]
        groups.append(f"({a}|{b}|({c}:{d})|{e})")
    return Work("grouped AND and OR of 50 terms", (":".join(groups),))


def many_values() -> Work:
    """One `in` with 200 ids."""
    chance = random.Random(SEED)  # noqa: S311 - the same ids in every run
    ids = (str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(200))
    return Work("one `in` with 200 ids", (f"in(id,{','.join(ids)})",))


def corpus() -> Work:
    """Filters over the listings of the platform, one a line."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    texts = tuple(line for line in lines if line and not line.startswith("#"))
    return Work(f"corpus of {len(texts)} filters", texts)


def small() -> Iterator[Work]:
    """What every contender reads in turns, in one process."""
    yield Work("three calls", (THREE_CALLS,))
    yield corpus()
    yield many_values()
    yield all_of(50)
    yield grouped()
    yield all_of(100)


def big() -> Iterator[Work]:
    """What may take a contender too long or end it, so that each has a process of its own."""
    yield all_of(10_000)
    yield all_of(20_000)


def mistaken(number: int) -> str:
    """A text of so many calls in which every tenth has a mistake."""
    made = calls(number)
    for position in range(0, number, 10):
        made[position] = made[position].replace("gt(", "gte(")
    return ":".join(made)
