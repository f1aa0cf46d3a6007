"""No error of an engine passes through `filter_frame`, whatever the column and the value are."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import FilterError
from support.frame_engines import FRAMES, MORE_FRAMES

ARRAYS = {
    "bool": pa.array([True, None]),
    "int8": pa.array([-128, None], pa.int8()),
    "int64": pa.array([-(2**63), 2**63 - 1], pa.int64()),
    "uint8": pa.array([255, None], pa.uint8()),
    "uint64": pa.array([2**64 - 1, None], pa.uint64()),
    "float32": pa.array([float("nan"), None], pa.float32()),
    "float64": pa.array([float("inf"), 1e308]),
    "decimal": pa.array([Decimal("1.50"), None], pa.decimal128(38, 2)),
    "text": pa.array(["", None]),
    "date": pa.array([date.max, None]),
    "time": pa.array([2**53, None], pa.timestamp("us")),
    "time_ns": pa.array([datetime(2018, 9, 1, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
    "time_s": pa.array([datetime(1, 1, 1, tzinfo=UTC), None], pa.timestamp("s", "UTC")),
    "struct": pa.array([{"a": 2**63 - 1}, None]),
    "texts": pa.array([["a", None], None]),
    "int8s": pa.array([[-128], []], pa.list_(pa.int8())),
    "int64s": pa.array([[2**63 - 1], None], pa.list_(pa.int64())),
    "uint32s": pa.array([[2**32 - 1], None], pa.list_(pa.uint32())),
    "uint64s": pa.array([[2**64 - 1], None], pa.list_(pa.uint64())),
    "floats": pa.array([[float("nan")], None]),
    "bools": pa.array([[True], None]),
    "dates": pa.array([[date.min], None]),
    "times": pa.array([[-(2**53)], None], pa.list_(pa.timestamp("us"))),
    "structs": pa.array([[{"a": "x"}], None]),
    "binary": pa.array([b"\xff", None]),
    "null": pa.nulls(2),
}
FIELDS = [
    *ARRAYS,
    "uint64s[0]",
    "texts[1]",
    "texts.length",
    "struct.a",
    "structs.a",
    "nothing",
    "id",
]
VALUES = [
    *("0", "1", "-1", "127", "-129", "256", "1.5", "-0.0", "1e400", "NaN", "true", "x", '""', "a*"),
    *(str(2**63 - 1), str(2**63), str(2**64 - 1), str(2**64), str(-(2**63) - 1), "9" * 400),
    *("2018-09-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999999Z", '"\\0"', '"é"'),
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
]
OPERATORS = ["eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text"]
LIST_OPERATORS = ["in", "contains_any", "contains_all"]
CALLS = [
    *(f"{op}({field},{value})" for op in OPERATORS for field in FIELDS for value in VALUES),
    *(
        f"{op}({field},{first},{second})"
        for op in LIST_OPERATORS
        for field in FIELDS
        for first, second in itertools.pairwise(VALUES)
    ),
    *(f"is_null({field})" for field in FIELDS),
]
FRAMES_BY_ENGINE: dict[str, Any] = {}


def select(engine: str, f: str) -> None:
    """Filter the frame of an engine, which is made once."""
    if engine not in FRAMES_BY_ENGINE:
        FRAMES_BY_ENGINE[engine] = (FRAMES | MORE_FRAMES)[engine](
            pa.table({"id": [0, 1], **ARRAYS})
        )
    with suppress(FilterError):
        assert FRAMES_BY_ENGINE[engine](f) <= {0, 1}


@pytest.mark.parametrize("engine", FRAMES)
@given(st.sampled_from(CALLS))
def test_a_call_selects_rows_or_raises_a_filter_error(engine: str, f: str) -> None:
    select(engine, f)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("engine", "step"), [*((name, 7) for name in FRAMES), *((name, 241) for name in MORE_FRAMES)]
)
def test_many_calls_select_rows_or_raise_a_filter_error(engine: str, step: int) -> None:
    for f in CALLS[::step]:
        select(engine, f)
