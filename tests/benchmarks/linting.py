"""Benchmark of the linter: filters per second, in this process and as a command."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import SEED
from epfilter import lint

NUMBER = 100_000
RESOURCE = "orders"

_PAYMENTS = ("authorized", "paid", "unpaid", "refunded", "partially_paid")
_STATUSES = ("complete", "incomplete", "cancelled", "processing")


class _Orders:
    """Random filters for orders, with realistic calls."""

    def __init__(self) -> None:
        self._generator = random.Random(SEED)  # noqa: S311 - the same filters in every run

    def filters(self, number: int) -> list[str]:
        return [self._filter() for _ in range(number)]

    def _filter(self) -> str:
        """Return 40% one call, 40% two or three, 20% with an `or`, an `in` or quotes."""
        kind = self._generator.random()
        if kind < 0.4:
            return self._call()
        if kind < 0.6:
            return self._range()
        if kind < 0.8:
            return f"{self._range()}:eq(payment,{self._generator.choice(_PAYMENTS)})"
        if kind < 0.9:
            one, other = self._generator.sample(_PAYMENTS, 2)
            return f"(eq(payment,{one})|eq(payment,{other})):{self._call()}"
        if kind < 0.95:
            name = f"Customer {self._number(99_999)}, Ltd."
            return f'eq(name,"{name}"):eq(status,{self._generator.choice(_STATUSES)})'
        ids = ",".join(self._id() for _ in range(self._generator.randint(2, 5)))
        return f"in(customer_id,{ids})"

    def _call(self) -> str:
        match self._generator.randrange(6):
            case 0:
                return f"eq(email,customer{self._number(99_999)}@example.com)"
            case 1:
                return f"eq(customer_id,{self._id()})"
            case 2:
                return f"ge(created_at,2018-{1 + self._number(11):02}-{self._time()})"
            case 3:
                return f"gt(with_tax,{self._number(999_999)})"
            case 4:
                return f"like(external_ref,WEB-{self._number(99_999)}-*)"
        return f"eq(order_number,{self._number(999_999)})"

    def _range(self) -> str:
        year, month, moment = 2018 + self._number(6), 1 + self._number(10), self._time()
        return (
            f"ge(created_at,{year}-{month:02}-{moment})"
            f":lt(created_at,{year}-{month + 1:02}-{moment})"
        )

    def _time(self) -> str:
        hour, minute, second = self._number(23), self._number(59), self._number(59)
        return f"{1 + self._number(27):02}T{hour:02}:{minute:02}:{second:02}Z"

    def _id(self) -> str:
        return str(uuid.UUID(int=self._generator.getrandbits(128), version=4))

    def _number(self, most: int) -> int:
        return self._generator.randint(0, most)


def filters(number: int = NUMBER) -> list[str]:
    """Return this number of filters for orders, the same in every run."""
    return _Orders().filters(number)


def measure(number: int = NUMBER) -> dict[str, float]:
    """Return filters per second of CPU time, in this process and with the command."""
    texts = filters(number)
    found = 0
    lint(texts[0], RESOURCE)
    start = time.process_time()
    for text in texts:
        found += bool(lint(text, RESOURCE))
    library = time.process_time() - start
    return {
        "filters": number,
        "different filters": len(set(texts)),
        "filters with findings": found,
        "lint(text, 'orders')": number / library,
        "epfilter lint FILE": number / _command(texts),
    }


def _command(texts: list[str]) -> float:
    """Return the CPU seconds of the command with one process, including its start."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "orders.filter")
        file.write_text("\n".join(texts) + "\n", encoding="utf-8")
        before, start = os.times(), time.perf_counter()
        subprocess.run(  # noqa: S603 - our own command
            [
                *(sys.executable, "-m", "epfilter", "lint", "--exit-zero"),
                *("--resource", RESOURCE, "--jobs", "1", file.name),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        wall, after = time.perf_counter() - start, os.times()
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    return spent or wall  # not every system reports the time of child processes
