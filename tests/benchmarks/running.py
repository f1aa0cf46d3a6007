"""Filters that run: on rows, on dataframes, and what it takes to translate them for a target."""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks import frames, rows, translating
from benchmarks.rql import Rql


class Sizes(NamedTuple):
    """How much is run; the tests run less."""

    objects: int = rows.NUMBER
    peer_objects: int = rows.PEER_NUMBER
    frame_rows: int = frames.NUMBER
    terms: tuple[int, int] = translating.TERMS
    rounds: int | None = None
    """None: as many as each asks for."""


def measure(other: Rql | None, sizes: Sizes = Sizes()) -> dict[str, Any]:  # noqa: B008 - cannot change
    """Everything about running, as data."""
    limit = sizes.rounds
    return {
        "absent": rows.absent() | frames.absent() | translating.absent(),
        "rows": rows.measure(other, sizes.objects, sizes.peer_objects, limit or rows.ROUNDS),
        "frames": frames.measure(sizes.frame_rows, limit or frames.ROUNDS),
        "translation": translating.measure(limit or translating.ROUNDS),
        "growth": translating.growth(sizes.terms, limit or translating.GROWTH_ROUNDS),
    }
