"""Filters as people write them, and rows: for tests that a rewritten filter keeps its meaning."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
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
_GAPS = ("", "", "", " ", "\n")


def _write_membership(op: str, gap: str, field: str, values: list[str]) -> str:
    return f"{op}({gap}{field},{gap}{f',{gap}'.join(values)})"


@cache
def call_texts(*, typed: bool = False) -> st.SearchStrategy[str]:
    """Calls as people write them, with few fields and values, so that they meet.

    All calls of one value are listed, because each choice of hypothesis takes time.
    """
    fields = {name: values for name, (values, _) in TYPED.items()} if typed else {}
    fields = fields or {"a": _VALUES, "b": _VALUES}
    most = (*fields,) if typed else "aaab"
    single = [
        f"{op}({gap}{field},{gap}{value})"
        for field in most
        for op in (*_COMPARISONS, *_COMPARISONS[:5])
        for gap in _GAPS
        for value in fields[field]
    ]
    ops, gaps = st.sampled_from((*_MEMBERSHIPS, "in")), st.sampled_from(_GAPS)
    several = [
        st.builds(
            _write_membership,
            *(ops, gaps, st.just(field)),
            st.lists(st.sampled_from(fields[field]), min_size=1, max_size=4),
        )
        for field in most
    ]
    absent = st.sampled_from([f"is_null({field})" for field in most])
    # Not `sampled_from`, of which hypothesis prints all values.
    one = st.integers(0, len(single) - 1).map(lambda place: single[place])
    # Of 18 calls, one is `is_null`, 13 have one value, and 4 have several.
    kinds = [absent, *[one] * 13, *[st.one_of(several)] * 4]
    return st.integers(0, len(kinds) - 1).flatmap(lambda kind: kinds[kind])


def _join(parts: list[str], signs: list[str], grouped: bool) -> str:  # noqa: FBT001 - what hypothesis draws
    text = parts[0]
    for part, sign in zip(parts[1:], signs, strict=False):
        text += sign + part
    return f"({text})" if grouped else text


def _join_terms(terms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.lists(st.sampled_from((":", ":", "|", " : ")), min_size=3, max_size=3)
    return st.builds(_join, st.lists(terms, min_size=2, max_size=4), signs, st.booleans())


@cache
def filter_texts(*, typed: bool = False, max_leaves: int = 8) -> st.SearchStrategy[str]:
    """Filters as people write them."""
    return st.recursive(call_texts(typed=typed), _join_terms, max_leaves=max_leaves)


_SINGLE = st.sampled_from([cell for cell in _CELLS if not isinstance(cell, list)])
_SEVERAL = st.lists(_SINGLE | st.lists(_SINGLE, max_size=2), max_size=4)
_CELL = _SINGLE | _SEVERAL


@cache
def generated_rows(*, typed: bool = False) -> st.SearchStrategy[Row]:
    """Rows with values that the texts of calls mean or nearly mean, lists of them, and nulls."""
    columns = (
        {name: st.sampled_from(cells) for name, (_, cells) in TYPED.items()}
        if typed
        else {"a": _CELL, "b": _CELL}
    )
    return st.fixed_dictionaries({}, optional=columns)
