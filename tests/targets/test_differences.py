"""What `meaning.md` lists as different: each line is shown, those of frames by every engine."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from epfilter.targets import (
    UnsupportedFilterError,
    filter_frame,
    to_elasticsearch,
    to_mongo,
    to_predicate,
)
from support.differences import DIFFERENCES, shows
from support.frame_engines import FRAMES, MORE_FRAMES
from support.rows import for_each
from support.sizes import slow_except

TESTS = Path(__file__).parent


def _find_shown() -> set[str]:
    """Return the lines that the tests of targets name in `shows`."""
    calls = [
        node
        for path in TESTS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "shows"
    ]
    return {
        each.value
        for call in calls
        for each in call.args
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def test_each_line_is_shown() -> None:
    assert _find_shown() == DIFFERENCES


def _refuses(run: Callable[[str], object], f: str) -> bool:
    try:
        run(f)
    except UnsupportedFilterError:
        return True
    return False


# Frames.

_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_LISTS: dict[str, pa.Array] = {
    "tags": pa.array([["a"], None]),
    "floats": pa.array([[1.5], None]),
    "decimals": pa.array([[Decimal("1.5")], None]),
    "booleans": pa.array([[True], None]),
    "moments": pa.array([[_DAY], None], pa.list_(pa.timestamp("us", "UTC"))),
    "local": pa.array([[_DAY], None], pa.list_(pa.timestamp("us", "Asia/Tokyo"))),
    "naive": pa.array([[_DAY.replace(tzinfo=None)], None], pa.list_(pa.timestamp("us"))),
    "milliseconds": pa.array([[_DAY.replace(tzinfo=None)], None], pa.list_(pa.timestamp("ms"))),
    "objects": pa.array([[{"a": "x"}], None]),
}
_COLUMNS: dict[str, pa.Array] = {
    **_LISTS,
    "name": pa.array(["a", None]),
    "clock": pa.array([time(1), None]),
    "span": pa.array([timedelta(1), None]),
    "bytes": pa.array([b"a", None]),
    "struct": pa.array([{"a": "x"}, None]),
    "weight": pa.array([float("nan"), 5.0]),
}
_REFUSED_BY_FRAMES: list[tuple[object, list[str], dict[str, set[int]]]] = [
    (shows("dataframes: `text` is not supported."), ["text(name,a)"], {"like(name,a*)": {0}}),
    (
        shows("dataframes: `ilike` with letters beyond ASCII is not supported."),
        ['ilike(name,"é*")'],
        {"ilike(name,A*)": {0}},
    ),
    (
        shows(
            "dataframes: On a list, a pattern with `*` and `ilike` with letters are not supported."
        ),
        ["like(tags,a*)", "ilike(tags,a)"],
        {"like(tags,a)": {0}, "ilike(tags,5)": set()},
    ),
    (
        shows(
            "dataframes: On a list of floats, decimals or booleans, `gt`, `ge`, `lt` and `le` are not supported."
        ),
        [
            f"{op}({name},1)"
            for op in ("gt", "ge", "lt", "le")
            for name in ("floats", "decimals", "booleans")
        ],
        {"gt(tags,0)": {0}, "eq(floats,1.5)": {0}, "eq(booleans,true)": {0}},
    ),
    (
        shows("dataframes: A path through a list of objects is not supported."),
        ["eq(objects.a,x)"],
        {"eq(objects[0].a,x)": {0}, "eq(struct.a,x)": {0}},
    ),
    (
        shows("dataframes: Times of day, durations, bytes and whole structs are not compared."),
        [f"eq({name},1)" for name in ("clock", "span", "bytes", "struct")],
        {"is_null(struct)": {1}},
    ),
    (
        shows(
            "dataframes: A list of times is searched only in microseconds, and in UTC or without a time zone."
        ),
        ["eq(milliseconds,2018-09-01)", "eq(local,2018-09-01)"],
        {"eq(moments,2018-09-01)": {0}, "eq(naive,2018-09-01)": {0}},
    ),
    (
        shows(
            "dataframes: NaN counts as null, because pandas does not distinguish them: it satisfies `is_null`."
        ),
        [],
        {"is_null(weight)": {0}},
    ),
]
_ENGINES = {**FRAMES, **MORE_FRAMES}
_FRAMES: dict[str, Any] = {}


@pytest.mark.parametrize("engine", slow_except(_ENGINES, *FRAMES))
@for_each(("line", "refused", "selected"), _REFUSED_BY_FRAMES)
def test_frames(
    engine: str,
    line: object,  # noqa: ARG001 - for people, and for the first test
    refused: list[str],
    selected: dict[str, set[int]],
) -> None:
    if engine not in _FRAMES:
        _FRAMES[engine] = _ENGINES[engine](pa.table({"id": [0, 1], **_COLUMNS}))
    select = _FRAMES[engine]
    for f in refused:
        if engine != "duckdb" or "local" not in f:  # its times are in the zone of the session
            assert _refuses(select, f), f
    for f, expected in selected.items():
        assert select(f) == expected, f


# Targets that need no server.


@shows("predicate: `text` is not supported. Everything else is: the predicate is the reference.")
def test_the_predicate() -> None:
    assert _refuses(to_predicate, "text(a,x)")


@for_each(
    ("line", "f", "is_refused"),
    [
        *(
            (
                shows(
                    "MongoDB: `text` is supported only as `text(*,…)`, alone or under AND: it is the `$text` of the collection."
                ),
                *row,
            )
            for row in (
                ("text(*,a)", False),
                ("text(*,a):eq(b,1)", False),
                ("text(*,a)|eq(b,1)", True),
                ("text(name,a)", True),
            )
        ),
        *(
            (
                shows(
                    "MongoDB: Names that its paths cannot contain are not supported: empty ones, numbers, `$` at the beginning, NUL."
                ),
                f,
                True,
            )
            for f in ("eq(a..b,1)", "eq(a.0,1)", "eq($a,1)", 'eq("a\0b",1)')
        ),
        *(
            (
                shows("MongoDB: The length of a list is supported only in `eq` and `in`."),
                *row,
            )
            for row in (
                ("eq(a.length,1)", False),
                ("in(a.length,1,2)", False),
                ("gt(a.length,1)", True),
                ("is_null(a.length)", True),
            )
        ),
    ],
)
def test_mongodb(line: object, f: str, is_refused: bool) -> None:  # noqa: ARG001, FBT001 - as above; a column
    assert _refuses(to_mongo, f) == is_refused


_INDEX = {
    "properties": {
        "ip": {"type": "ip"},
        "place": {"type": "geo_point"},
        "tags": {"type": "keyword"},
    }
}


@for_each(
    ("line", "f", "options"),
    [
        *(
            (
                shows("Elasticsearch: The position and the length in a list are not supported."),
                f,
                options,
            )
            for f in ("eq(tags[0],a)", "eq(tags.length,1)")
            for options in ({}, {"mapping": _INDEX})
        ),
        *(
            (
                shows(
                    "Elasticsearch: Types of fields such as `ip` or `geo_point` are not supported."
                ),
                f,
                {"mapping": _INDEX},
            )
            for f in ("eq(ip,::1)", "eq(place,1)")
        ),
        *(
            (
                shows(
                    "Elasticsearch without `mapping`: Values that fields of different types read differently, such as `2018-09` or `5d`, are not supported."
                ),
                f,
                {},
            )
            for f in ("eq(a,2018-09)", "eq(a,5d)", "eq(a,2018-09-01)", "eq(a,-0.0)")
        ),
    ],
)
def test_elasticsearch(line: object, f: str, options: dict[str, Any]) -> None:  # noqa: ARG001 - as above
    assert _refuses(lambda text: to_elasticsearch(text, **options), f)
    assert not _refuses(lambda text: to_elasticsearch(text, **options), "eq(tags,a)")


# Single engines.


@shows("pandas: NaT is null.")
def test_nat_of_pandas() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"at": [pandas.NaT, pandas.Timestamp("2018-09-01")]})
    assert filter_frame(frame, "is_null(at)").index.tolist() == [0]


@shows("PyArrow: String views and half floats are not compared.")
def test_types_of_pyarrow() -> None:
    table = pa.table({"s": pa.array(["a"], pa.string_view()), "h": pa.array([1.5], pa.float16())})
    for f in ("eq(s,a)", "eq(h,1.5)"):
        assert _refuses(lambda text: filter_frame(table, text), f)


@shows("DuckDB frames: JSON is not compared.")
def test_json_of_duckdb() -> None:
    duckdb = pytest.importorskip("duckdb")
    frame = duckdb.connect().sql("""SELECT '{"a": 1}'::JSON AS j""")
    assert _refuses(lambda text: filter_frame(frame, text), "eq(j,5)")


@shows("Ibis on DuckDB: A list of decimals is not searched, nor one for integers above 2**63 - 1.")
def test_lists_of_ibis() -> None:
    ibis = pytest.importorskip("ibis")
    large = pa.array([[2**64 - 1]], pa.list_(pa.uint64()))
    frame = ibis.memtable(pa.table({"d": pa.array([[Decimal("1.5")]]), "u": large}))
    for f in ("eq(d,1.5)", f"eq(u,{2**64 - 1})"):
        assert _refuses(lambda text: filter_frame(frame, text), f)
