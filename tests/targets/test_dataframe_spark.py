"""The rows of the oracle from a real Spark session on this machine.

Spark needs seconds to start, so the mark `spark` keeps these tests out of the default run:
`pip install -e '.[spark]' && pytest -m spark`, with Java.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from epfilter import Filter, parse
from epfilter.errors import UnsupportedFilterError
from epfilter.targets import filter_frame
from support.differences import shows
from support.filter_oracle import matches
from support.one_meaning import (
    DOCUMENT,
    Row,
    agree,
    documents,
    rows,
    some_filters,
    some_nested_filters,
)

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("default")]

_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_COLUMNS = (
    "id long, name string, number long, price decimal(20,2), weight double, single float, "
    "paid boolean, day date, at timestamp, naive timestamp_ntz, tags array<string>, "
    "numbers array<long>, contact struct<email: string>"
)
_ROWS: list[dict[str, Any]] = [
    {
        "name": "Ron",
        "number": 5,
        "price": Decimal("5.50"),
        "weight": 0.1,
        "single": 0.1,
        "paid": True,
        "day": date(2018, 9, 1),
        "at": _DAY,
        "naive": _DAY,
        "tags": ["a", "b"],
        "numbers": [1, 2**53 + 1],
        "contact": {"email": "a@b.c"},
    },
    {
        "name": "a%_\\*é𝕏\n",
        "number": -(2**63),
        "price": Decimal("-0.01"),
        "weight": float("nan"),
        "single": float("nan"),
        "paid": False,
        "day": date(2018, 9, 2),
        "at": _DAY.replace(hour=3),
        "naive": _DAY.replace(hour=3),
        "tags": [],
        "numbers": [],
        "contact": {"email": None},
    },
    {
        "name": "",
        "number": 2**53 + 1,
        "price": Decimal("0.00"),
        "weight": float("inf"),
        "single": 16777216.0,
        "paid": True,
        "day": date(1, 1, 1),
        "at": datetime(1970, 1, 1, tzinfo=UTC),
        "naive": datetime(1970, 1, 1, tzinfo=UTC),
        "tags": ["%"],
        "numbers": [7],
        "contact": None,
    },
    dict.fromkeys(
        (
            "name",
            "number",
            "price",
            "weight",
            "single",
            "paid",
            "day",
            "at",
            "naive",
            "tags",
            "numbers",
            "contact",
        )
    ),
]
_FILTERS = (
    *(
        "eq(name,Ron)",
        'eq(name,"")',
        "like(name,*)",
        "like(name,a*)",
        'like(name,"*%_\\\\*é*")',
        "ilike(name,rON)",
        "gt(name,R)",
        "is_null(name)",
    ),
    *(
        "in(name,a,b,c,d,Ron)",
        "eq(number,5.0)",
        "gt(number,4.5)",
        "ge(number,9007199254740993)",
        "lt(number,1e30)",
        "eq(number,x)",
    ),
    *(
        "eq(price,5.5)",
        "gt(price,-0.015)",
        "le(price,0)",
        "eq(weight,0.1)",
        "gt(weight,0)",
        "eq(single,0.1)",
        "gt(single,0.1)",
        "is_null(weight)",
    ),
    *(
        "eq(paid,true)",
        "gt(paid,false)",
        "ge(day,2018-09-01T00:00:01Z)",
        "eq(day,2018-09-01)",
        "gt(at,2018-09-01)",
        "le(at,2018-09-01T02:00:00+02:00)",
    ),
    *(
        "gt(naive,2018-09-01)",
        "eq(naive,2018-09-01)",
        "lt(naive,1535760000001)",
        "in(at,2018-09-01,1970-01-01)",
    ),
    *(
        "contains(tags,a)",
        "contains_all(tags,a,b)",
        "contains_any(tags,x,b)",
        "eq(tags,b)",
        "gt(tags,a)",
        "eq(numbers,9007199254740993)",
        "lt(numbers,1.5)",
    ),
    *(
        "eq(tags.length,2)",
        "eq(tags[1],b)",
        "is_null(tags[0])",
        "eq(contact.email,a@b.c)",
        "is_null(contact.email)",
    ),
    *(
        "(is_null(name)|gt(weight,0)):(eq(paid,true)|is_null(paid))",
        "eq(number,1)|eq(name,Ron):lt(price,6)",
    ),
)


@pytest.fixture(scope="module", params=["UTC", "America/New_York"])
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    pyspark = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("there is no Java")
    made = (
        pyspark.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")
    made.conf.set("spark.sql.session.timeZone", request.param)
    yield made
    if request.param != "UTC":
        made.stop()


@pytest.fixture(scope="module")
def frame(session: Any) -> Any:
    made = [
        {**row, "id": number, "naive": row["naive"] and row["naive"].replace(tzinfo=None)}
        for number, row in enumerate(_ROWS)
    ]
    return session.createDataFrame(made, _COLUMNS)


def test_spark_selects_the_rows_of_the_oracle(frame: Any) -> None:
    expected_rows = [
        {**row, "weight": _number(row["weight"]), "single": _number(row["single"])} for row in _ROWS
    ]
    for text in _FILTERS:
        expected = [number for number, row in enumerate(expected_rows) if matches(parse(text), row)]
        assert [
            row["id"] for row in filter_frame(frame, text).select("id").collect()
        ] == expected, text


def _number(value: float | None) -> Decimal | None:
    return None if value is None or math.isnan(value) else Decimal(repr(value))


def test_spark_refuses_what_it_cannot_run(frame: Any) -> None:
    for text in ("text(name,a)", "like(tags,a*)", 'ilike(name,"É*")'):
        with pytest.raises(UnsupportedFilterError, match="Spark cannot run"):
            filter_frame(frame, text)


def test_spark_runs_thousands_of_terms(frame: Any) -> None:
    many = "|".join(f"eq(number,{number})" for number in range(1000))
    assert [row["id"] for row in filter_frame(frame, many).select("id").collect()] == [0]


_FLAT = (
    "id long, name string, total long, price decimal(10,2), paid boolean, created_at timestamp, "
    "day date"
)
_NESTED = (
    "id long, contact struct<email: string, age: long, address: struct<zip: string>>, "
    "items array<struct<sku: string, n: long, of: struct<id: string>>>, "
    "tags array<string>, sizes array<long>"
)
_PARTS = ("contact", "items", "tags", "sizes")
few = settings(max_examples=12)
"""Spark takes about a second for the six filters of an example."""


def _agree_in_spark(session: Any, columns: str, made: Sequence[Row], fs: Sequence[Filter]) -> None:
    frame = session.createDataFrame(made, columns).cache()

    def select(f: Filter) -> set[int]:
        return {row["id"] for row in filter_frame(frame, f).select("id").collect()}

    try:
        agree("spark", select, made, fs)
    finally:
        frame.unpersist()


@few
@given(made=rows, fs=some_filters)
def test_spark_selects_what_the_predicate_does(
    session: Any, made: list[Row], fs: list[Filter]
) -> None:
    _agree_in_spark(session, _FLAT, made, fs)


@few
@given(made=documents(DOCUMENT), fs=some_nested_filters)
def test_spark_selects_what_the_predicate_does_in_structs_and_lists(
    session: Any, made: list[Row], fs: list[Filter]
) -> None:
    _agree_in_spark(session, _NESTED, [{**dict.fromkeys(_PARTS), **row} for row in made], fs)


@shows(
    "Spark: A list is not searched for times before 1583, nor one of times without time zone.",
)
def test_spark_reads_old_times_and_compares_texts_by_code_point(session: Any) -> None:
    frame = session.sql(
        "SELECT id, d, at, n, s COLLATE UTF8_LCASE AS s FROM VALUES "
        "(1, DATE'0001-01-01', TIMESTAMP'0001-01-01 00:00:00Z', "
        "TIMESTAMP_NTZ'0001-01-01 00:00:00', 'AB'), "
        "(2, DATE'1500-03-01', TIMESTAMP'1500-03-01 00:00:00Z', "
        "TIMESTAMP_NTZ'1500-03-01 00:00:00', 'ab') AS t(id, d, at, n, s)"
    )
    named = frame.selectExpr(
        "*", "s AS `a.b`", "id AS `c``d`", "array(s) AS tags", "array(at) AS l", "array(n) AS m"
    )
    for f, expected in {
        **{f"eq({name},0001-01-01)": [1] for name in ("d", "at", "n")},
        **{f"eq({name},1500-03-01)": [2] for name in ("d", "at", "n")},
        **{f"ge({name},0001-01-01)": [1, 2] for name in ("d", "at", "n")},
        **{f"in({name},1500-03-01,1,2,3,4,5,6)": [2] for name in ("d", "at", "n")},
        **{f"eq({name},ab)": [2] for name in ("s", "a.b", "tags", "tags[0]")},
        **{f"in({name},ab,1,2,3,4,5)": [2] for name in ("s", "a.b", "tags", "tags[0]")},
        "contains_all(tags,ab,ab,ab,ab,ab)": [2],
        "contains_any(l,1500-03-01,2018-09-01,2018-09-02,2018-09-03,2018-09-04)": [2],
        "lt(s,a)": [1],
        "like(a.b,a*)": [2],
        "ilike(s,Ab)": [1, 2],
        'eq("c`d",2)': [2],
    }.items():
        selected = filter_frame(named, f)
        assert [row["id"] for row in selected.select("id").collect()] == expected, f
        assert selected.columns == named.columns
    with pytest.raises(UnsupportedFilterError, match="before 1583"):
        filter_frame(named, "eq(l,1500-03-01)")
    with pytest.raises(UnsupportedFilterError, match="cannot be searched"):
        filter_frame(named, "eq(m,2018-09-01)")
