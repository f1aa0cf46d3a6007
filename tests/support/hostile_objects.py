"""Python objects of many types, with extreme values, as arguments that a function may refuse."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import numpy as np
import pandas as pd

from epfilter import F, parse, parse_located
from epfilter.resources import orders

_FILTER = parse("gt(a,1):eq(b,x)")
_HUGE = 10**5000
"""An integer that Python does not convert to text."""

HOSTILE_OBJECTS: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**310, _HUGE, -_HUGE, 1.5, math.nan, math.inf, 1j, ...),
    *(b"eq(a,1)", bytearray(b"x"), memoryview(b"x"), "eq(a,1)", "\ud800", "x" * 10_000),
    *([], [5], [None], [[]], (), {}, {"a": 1}, {_HUGE: 1}, {1}, frozenset(), object(), int, len),
    *(date(1, 1, 1), datetime(1, 1, 1)),  # noqa: DTZ001 - a naive datetime is one of the cases
    datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(-timedelta(hours=14))),
    *(Decimal("1E+999999"), Decimal("sNaN"), Decimal("-0"), UUID(int=0), UTC, range(3)),
    *(pd.NA, pd.NaT, pd.Series([1]), np.bool_(True), np.float64("nan"), np.int64(5)),  # noqa: FBT003
    *(np.array([1, 2]), np.datetime64("2020"), np.str_("x"), np.timedelta64(5)),
    *(_FILTER, F, F.a, orders, type(orders), ValueError("x"), parse_located("eq(a,1)")),
    *({"type": "EQ", "args": ["a", value]} for value in (10**310, _HUGE, math.inf, True, None)),
    *({"type": value} for value in cast("tuple[Any, ...]", (_HUGE, [1], {}, "and", None))),
    *(f'{{"type":"EQ","args":["a",{"1" * digits}]}}' for digits in (310, 5000)),
    *('{"type":"EQ","args":["a",1e999]}', "%7B%ff", "[" * 100_000),
)
