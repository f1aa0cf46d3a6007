"""The comparisons of one field in an and/or, and the few of them that decide about the others.

Comparing every one with every other would take quadratic time. Whatever bounds or shuts out most
is found in one pass, and the others are compared with these few only; a finding may be missed by
that, where readings disagree, but none is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from epfilter.linter.model import Call, Group
from epfilter.linter.value_sets import Extent, extents


@dataclass(eq=False, slots=True)
class Compared:
    """A call with its place among those of its field, and what it lets through."""

    call: Call
    place: int
    extents: tuple[Extent, ...]


def by_field(group: Group) -> list[list[Compared]]:
    """The calls that can be compared, those of each field together, where there are several."""
    if group.compared is None:
        group.compared = _by_field(group.calls())
    compared: list[list[Compared]] = group.compared
    return compared


def _by_field(calls: list[Call]) -> list[list[Compared]]:
    fields: dict[str, list[Call]] = {}
    for call in calls:
        fields.setdefault(call.path, []).append(call)
    if len(fields) == len(calls):
        return []
    several: list[list[Compared]] = []
    for alike in fields.values():
        if len(alike) < 2:
            continue
        compared: list[Compared] = []
        for call in alike:
            found = extents(call)
            if found is not None:
                compared.append(Compared(call, len(compared), found))
        if len(compared) > 1:
            several.append(compared)
    return several


def narrowest(compared: list[Compared]) -> list[Compared]:
    """Those that let least through, the first of several alike.

    By each reading the one with the highest lower bound, the one with the lowest upper bound, and
    the one with the fewest values.
    """
    kept: dict[int, Compared] = {}
    for reading in range(len(compared[0].extents)):
        lowest = highest = fewest = None
        for one in compared:
            here = one.extents[reading]
            if here.low is not None and not (lowest and _at(lowest, reading).starts_within(here)):
                lowest = one
            if here.high is not None and not (highest and _at(highest, reading).ends_within(here)):
                highest = one
            if here.points and not (fewest and _size(fewest, reading) <= len(here.points)):
                fewest = one
        kept |= {one.place: one for one in (lowest, highest, fewest) if one}
    return [*kept.values()]


def widest(compared: list[Compared]) -> list[Compared]:
    """The ranges that let most through, the first of several alike.

    By each reading the one that begins lowest and the one that ends highest.
    """
    kept: dict[int, Compared] = {}
    for reading in range(len(compared[0].extents)):
        lowest = highest = None
        for one in compared:
            here = one.extents[reading]
            if here.points is not None:
                continue
            if here.low is not None and not (lowest and here.starts_within(_at(lowest, reading))):
                lowest = one
            if here.high is not None and not (highest and here.ends_within(_at(highest, reading))):
                highest = one
        kept |= {one.place: one for one in (lowest, highest) if one}
    return [*kept.values()]


def single_values(compared: list[Compared]) -> dict[Any, Compared]:
    """The first comparison with each value that asks for this value alone."""
    singles: dict[Any, Compared] = {}
    for one in compared:
        points = one.extents[0].points
        if points and len(points) == 1:
            singles.setdefault(next(iter(points)), one)
    return singles


def largest_sets(compared: list[Compared]) -> dict[Any, Compared]:
    """For each value the comparison that takes it and the most others."""
    sets: dict[Any, Compared] = {}
    for one in compared:
        for value in one.extents[0].points or ():
            known = sets.get(value)
            if known is None or _size(known, 0) < _size(one, 0):
                sets[value] = one
    return sets


def _at(one: Compared, reading: int) -> Extent:
    return one.extents[reading]


def _size(one: Compared, reading: int) -> int:
    return len(one.extents[reading].points or ())
