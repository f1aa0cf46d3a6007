"""Filters as people write them, and rows: for tests that a rewritten filter keeps its meaning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from epfilter.ast import COMPARISONS, MEMBERSHIPS, Operator

Row = dict[str, Any]

_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

_VALUES = (
    *("1", "1.0", "01", "2", "9", "10", "-1", "x", "X", "x ", "y", "x*", "*x", "''"),
    *(
        '"C:\\x"',
        "2018-09-01",
        "2018-09-01T00:00:00Z",
        "2018-09-02T01:00:00+02:00",
        "1535760000000",
        "*x*",
        '"*"',
        "xy",
        "true",
        "false",
        _ID,
        _ID.upper(),
    ),
)
_CELLS: tuple[object, ...] = (
    *("1", "1.0", "2", "5", "10", "95", "x", "X", "x ", "xy", "y", "", "C:\\x", "2018-09-01"),
    *(
        -5,
        1,
        Decimal("1.5"),
        2,
        5,
        9,
        10,
        2000,
        _DAY,
        _DAY.replace(hour=5),
        None,
        True,
        False,
        UUID(_ID),
    ),
    *([], ["1", "2"], [1, 10], ["x", "y"], [_DAY, _DAY.replace(day=3)]),
)
ROWS: list[Row] = [{"a": a, "b": b} for a, b in product(_CELLS, ("1", 5, "x", None))]

TYPED: dict[str, tuple[tuple[str, ...], tuple[object, ...]]] = {
    "total": (("4", "5", "06", "10", "x"), (3, 4, 5, 6, 9, 10, 11, None)),
    "weight": (("1", "1.0", "1.5", "10"), (Decimal(0), Decimal(1), Decimal("1.2"), Decimal(10))),
    "created_at": (
        ("2018-09-01", "2018-09-01T00:00:00Z", "2018-09-02T01:00:00+02:00", "1535760000000"),
        (_DAY, _DAY.replace(hour=23), _DAY.replace(day=2), None),
    ),
    "day": (("2018-09-01", "2018-09-02"), (date(2018, 9, 1), date(2018, 9, 2), date(2018, 9, 3))),
    "name": (("a", "b", "10", "9", "a*"), ("a", "aa", "b", "10", "9", "95", None)),
    "id": ((_ID, _ID.upper(), _ID[:-1] + "7"), (UUID(_ID), UUID(_ID[:-1] + "7"))),
    "tags": (("a", "b"), (["a"], ["a", "b"], [], None)),
}
TYPED_ROWS: list[Row] = [
    {name: cells[number % len(cells)] for name, (_, cells) in TYPED.items()} for number in range(60)
] + [{name: cell} for name, (_, cells) in TYPED.items() for cell in cells]


_COMPARISONS = tuple([op.value for op in COMPARISONS if op is not Operator.TEXT])
_MEMBERSHIPS = tuple([op.value for op in MEMBERSHIPS])


@st.composite
def call_texts(draw: st.DrawFn, *, typed: bool = False) -> str:
    """A call as people write it, with few fields and values, so that they meet."""
    field = draw(st.sampled_from((*TYPED,))) if typed else draw(st.sampled_from("aaab"))
    values = st.sampled_from(TYPED[field][0] if typed else _VALUES)
    op = draw(st.sampled_from((*_COMPARISONS, *_COMPARISONS[:5], *_MEMBERSHIPS, "in", "is_null")))
    gap = draw(st.sampled_from(("", "", "", " ", "\n")))
    if op == "is_null":
        return f"is_null({field})"
    listed = draw(st.lists(values, min_size=1, max_size=1 if op in _COMPARISONS else 4))
    return f"{op}({gap}{field},{gap}{f',{gap}'.join(listed)})"


@st.composite
def _join(draw: st.DrawFn, terms: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(terms, min_size=2, max_size=4))
    text = parts[0]
    for part in parts[1:]:
        text += draw(st.sampled_from((":", ":", "|", " : "))) + part
    return f"({text})" if draw(st.booleans()) else text


def filter_texts(*, typed: bool = False, max_leaves: int = 8) -> st.SearchStrategy[str]:
    return st.recursive(call_texts(typed=typed), _join, max_leaves=max_leaves)


@st.composite
def generated_rows(draw: st.DrawFn, *, typed: bool = False) -> Row:
    """A row with values that the texts of calls mean or nearly mean, lists of them, and nulls."""
    if typed:
        return {
            name: draw(st.sampled_from(cells))
            for name, (_, cells) in TYPED.items()
            if draw(st.booleans())
        }
    cells = st.sampled_from([cell for cell in _CELLS if not isinstance(cell, list)])
    elements = cells | st.lists(cells, max_size=2)
    values = cells | st.lists(elements, max_size=4)
    return {name: draw(values) for name in "ab" if draw(st.integers(0, 9))}
