"""Timing of several actions in turns, so that other load on the machine affects all of them.

pytest-benchmark runs one function after the other, and pyperf each in separate processes. For fair
ratios all must run at the same moments, and a competitor must be stoppable.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median

Timer = Callable[[int], float]
"""Runs its action this many times, and returns the seconds of all runs."""

ROUNDS = 9
BATCH = 0.02
"""Seconds for one contender in a round; a longer action runs once."""


def repeat_action(action: Callable[[], object]) -> Timer:
    """Return a timer that repeats the action."""

    def timer(times: int) -> float:
        repetitions = range(times)
        start = time.perf_counter()
        for _ in repetitions:
            action()
        return time.perf_counter() - start

    return timer


def time_in_turns(
    contenders: Mapping[str, Timer], *, rounds: int = ROUNDS, batch: float = BATCH
) -> dict[str, float]:
    """Return the minimum seconds of one run of each over several rounds; noise only adds time.

    The garbage collector stays enabled, as for users, but ignores existing objects.
    """
    gc.collect()
    gc.freeze()
    try:
        times = {name: _count_repetitions(timer, batch) for name, timer in contenders.items()}
        least = dict.fromkeys(contenders, float("inf"))
        names = list(contenders)
        for turn in range(rounds):
            start = turn % len(names)
            for name in names[start:] + names[:start]:
                least[name] = min(least[name], contenders[name](times[name]) / times[name])
    finally:
        gc.unfreeze()
    return least


def measure_medians(
    contenders: Mapping[str, Callable[[], float]], *, rounds: int
) -> dict[str, float]:
    """Return the median value of each, measured in turns; the first round is a warm-up."""
    values: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, measure in contenders.items():
            value = measure()
            if turn:
                values[name].append(value)
    return {name: median(measured) for name, measured in values.items()}


def _count_repetitions(timer: Timer, batch: float) -> int:
    """Return how many runs fit into a batch; this is also the warm-up."""
    timer(1)
    seconds = timer(1)
    if seconds >= batch:
        return 1
    seconds = min(seconds, timer(5) / 5)
    return max(1, int(batch / max(seconds, 1e-9)))
