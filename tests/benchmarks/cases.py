"""The filters that the benchmarks parse: each case is the same for every contender."""

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
class Case:
    """One or more filters, parsed one after the other."""

    name: str
    texts: tuple[str, ...]

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(parse(text) for text in self.texts)

    @cached_property
    def value_count(self) -> int:
        return sum(count_values(f) for f in self.filters)


def count_values(f: Filter) -> int:
    """Return the number of values in a filter: one per comparison and null test, each of a list.

    Languages without lists write `in(id,a,b)` as two comparisons, so counting calls would not compare.
    """
    count = 0
    for node in walk(f):
        if isinstance(node, Membership):
            count += len(node.values)
        elif isinstance(node, (Comparison, IsNull)):
            count += 1
    return count


def generate_calls(number: int) -> list[str]:
    """Return this number of realistic calls, all different."""
    templates = (
        "gt(created_at,2018-{month:02}-{day:02})",
        "eq(email,customer{n}@example.com)",
        "lt(with_tax,{n}00)",
        "like(external_ref,WEB-{n}-*)",
        "eq(payment,{payment})",
    )
    payments = ("paid", "unpaid", "refunded", "authorized")
    return [
        templates[n % len(templates)].format(
            n=n, month=n % 12 + 1, day=n % 28 + 1, payment=payments[n % len(payments)]
        )
        for n in range(number)
    ]


def and_case(number: int) -> Case:
    """Return an AND of this number of terms."""
    return Case(f"AND of {number:,} terms", (":".join(generate_calls(number)),))


def grouped_case() -> Case:
    """Return 50 terms in three levels: an AND of ten groups `(a|b|(c:d)|e)`."""
    calls = generate_calls(50)
    groups = []
    for start in range(0, 50, 5):
        a, b, c, d, e = calls[start : start + 5]
        groups.append(f"({a}|{b}|({c}:{d})|{e})")
    return Case("grouped AND and OR of 50 terms", (":".join(groups),))


def membership_case() -> Case:
    """Return one `in` with 200 ids."""
    generator = random.Random(SEED)  # noqa: S311 - the same ids in every run
    ids = (str(uuid.UUID(int=generator.getrandbits(128), version=4)) for _ in range(200))
    return Case("one `in` with 200 ids", (f"in(id,{','.join(ids)})",))


def corpus_case() -> Case:
    """Return filters for the listings of the platform, one per line of the file."""
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    texts = tuple(line for line in lines if line and not line.startswith("#"))
    return Case(f"corpus of {len(texts)} filters", texts)


def small_cases() -> Iterator[Case]:
    """Yield the cases that all contenders parse in turns, in one process."""
    yield Case("three calls", (THREE_CALLS,))
    yield corpus_case()
    yield membership_case()
    yield and_case(50)
    yield grouped_case()
    yield and_case(100)


def large_cases() -> Iterator[Case]:
    """Yield cases that can take too long or crash, so that each contender has its own process."""
    yield and_case(10_000)
    yield and_case(20_000)


def generate_invalid_text(number: int) -> str:
    """Return a text of this number of calls in which every tenth has an error."""
    calls = generate_calls(number)
    for position in range(0, number, 10):
        calls[position] = calls[position].replace("gt(", "gte(")
    return ":".join(calls)
