"""Sizes of large filters and of costly properties, and cases that only `pytest -m slow` runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pytest
from hypothesis import settings

Case = TypeVar("Case")

MANY_TERMS = [2_000, pytest.param(100_000, marks=pytest.mark.slow)]
"""2,000 terms exceed the recursion limit of Python; the documentation promises 100,000."""


def slow_except(cases: Iterable[Case], *smoke: Case) -> list[object]:
    """Return the cases as parameters of a test; those not in `smoke` are marked slow.

    A tuple has the values of several parameters. Raises ValueError for a smoke case that does not
    exist, so that a renamed case is noticed.
    """
    cases = list(cases)
    missing = [case for case in smoke if case not in cases]
    if missing:
        raise ValueError(f"these smoke cases do not exist: {missing}")
    return [case if case in smoke else _mark_slow(case) for case in cases]


def slow_between(cases: Iterable[Case], step: int) -> list[object]:
    """Return the cases as parameters of a test, all except every `step`-th one marked slow.

    The first case stays in the default run. A tuple has the values of several parameters.

    >>> len([case for case in slow_between("abcdefg", 3) if isinstance(case, str)])
    3
    """
    return [case if i % step == 0 else _mark_slow(case) for i, case in enumerate(cases)]


def _mark_slow(case: object) -> object:
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)


def divide_examples(divisor: int, *, least: int = 3) -> settings:
    """Return settings with a part of the profile's examples.

    They are for a property that runs for many kinds of files or functions, or on a server.
    """
    return settings(max_examples=max(least, settings().max_examples // divisor))
