"""Times several actions in turns, so that a busy moment of the machine hits all of them.

pytest-benchmark runs one function after the other and pyperf each in processes of its own; what
counts here is ratios, for which both must meet the same moments, and a peer must be stoppable.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Timed = Callable[[int], float]
"""Does its action so many times, and gives the seconds that all of them took."""

ROUNDS = 9
BATCH = 0.02
"""Seconds that one contender is timed for in a round; longer actions are done once."""


def repeated(action: Callable[[], object]) -> Timed:
    """The action many times in a row."""

    def timed(times: int) -> float:
        turns = range(times)
        start = time.perf_counter()
        for _ in turns:
            action()
        return time.perf_counter() - start

    return timed


def interleaved(
    contenders: Mapping[str, Timed], *, rounds: int = ROUNDS, batch: float = BATCH
) -> dict[str, float]:
    """Seconds of one action of each: the least of several rounds, which noise only lengthens.

    The garbage collector stays on, as it is for users; what was made before is kept out of it.
    """
    gc.collect()
    gc.freeze()
    try:
        times = {name: _times(timed, batch) for name, timed in contenders.items()}
        least = dict.fromkeys(contenders, float("inf"))
        names = list(contenders)
        for turn in range(rounds):
            start = turn % len(names)
            for name in names[start:] + names[:start]:
                least[name] = min(least[name], contenders[name](times[name]) / times[name])
    finally:
        gc.unfreeze()
    return least


def medians(contenders: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """The median of what each gives, asked in turns; the first round only warms up."""
    given: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, ask in contenders.items():
            one = ask()
            if turn:
                given[name].append(one)
    return {name: median(all_given) for name, all_given in given.items()}


def _times(timed: Timed, batch: float) -> int:
    """How often an action fits into a batch; this warms it up as well."""
    timed(1)
    once = timed(1)
    if once >= batch:
        return 1
    once = min(once, timed(5) / 5)
    return max(1, int(batch / max(once, 1e-9)))
