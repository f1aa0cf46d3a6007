"""Benchmarks of filters that run: on rows, on dataframes, and their translation to targets."""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks import frames, rows, translation
from benchmarks.lib_rql import LibRql


class Sizes(NamedTuple):
    """Sizes of the measurements; the tests use smaller ones."""

    objects: int = rows.NUMBER
    competitor_objects: int = rows.COMPETITOR_ROWS
    frame_rows: int = frames.NUMBER
    terms: tuple[int, int] = translation.TERMS
    values: int = translation.VALUES
    rounds: int | None = None
    """None: the default of each measurement."""


def measure_execution(lib_rql: LibRql | None, sizes: Sizes = Sizes()) -> dict[str, Any]:  # noqa: B008 - cannot change
    """Return all measurements of running filters as data."""
    limit = sizes.rounds
    return {
        "absent": rows.missing_packages()
        | frames.missing_packages()
        | translation.missing_packages(),
        "rows": rows.measure(
            lib_rql, sizes.objects, sizes.competitor_objects, limit or rows.ROUNDS
        ),
        "frames": frames.measure(sizes.frame_rows, limit or frames.ROUNDS),
        "translation": translation.measure(limit or translation.ROUNDS),
        "membership": translation.measure_membership(
            sizes.values, limit or translation.MEMBERSHIP_ROUNDS
        ),
        "growth": translation.measure_growth(sizes.terms, limit or translation.GROWTH_ROUNDS),
    }
