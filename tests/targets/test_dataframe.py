"""The same rows from every engine, and the rows of the oracle."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import duckdb
import ibis
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from epfilter import F, all_of, any_of
from epfilter.ast import Comparison, Filter, Operator, walk
from epfilter.errors import (
    FilterSyntaxError,
    FilterTypeError,
    FilterValueError,
    UnsupportedFilterError,
)
from epfilter.resources import (
    Contains,
    EqIn,
    EqInLikeILikeText,
    EqInOrdered,
    Resource,
    boolean,
    date_,
    integer,
    list_of,
    number,
    string,
    timestamp,
    uuid,
)
from epfilter.targets import filter_frame, to_narwhals, to_predicate
from support.differences import shows
from support.filter_oracle import matches
from support.rows import for_each
from support.sizes import MANY_TERMS, divide_examples, slow_between, slow_except

# Ibis 12 calls what DuckDB 2 has under another name.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

Row = dict[str, Any]

SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "name": pa.string(),
        "small": pa.int8(),
        "number": pa.int64(),
        "unsigned": pa.uint64(),
        "price": pa.decimal128(20, 2),
        "weight": pa.float64(),
        "single": pa.float32(),
        "paid": pa.bool_(),
        "day": pa.date32(),
        "at": pa.timestamp("us", "UTC"),
        "naive": pa.timestamp("us"),
        "tags": pa.list_(pa.string()),
        "numbers": pa.list_(pa.int64()),
        "contact": pa.struct({"email": pa.string()}),
    }
)
_EXACT_PANDAS = {
    pa.int8(): pd.Int8Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


def pandas_objects(table: pa.Table) -> pd.DataFrame:
    """Everything as Python objects, but numbers of 32 bits, which Python has not."""
    columns = {
        name: pd.Series(table[name].to_pylist(), dtype=object) for name in table.column_names
    }
    if "single" in columns:
        columns["single"] = table["single"].to_pandas()
    return pd.DataFrame(columns)


CONNECTION = duckdb.connect()
ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(types_mapper=_EXACT_PANDAS.get),
    "pandas of objects": pandas_objects,
    "pandas of pyarrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars, lazy": lambda table: pl.DataFrame(pl.from_arrow(table)).lazy(),
    "pyarrow": lambda table: table,
    "duckdb": CONNECTION.from_arrow,
    "ibis": ibis.memtable,
}
OF_ARROW = tuple(name for name in ENGINES if not name.startswith("pandas") or "pyarrow" in name)


def ids(frame: Any) -> list[int]:
    if isinstance(frame, pa.Table):
        frame = frame.to_pandas()
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return sorted(row[0] for row in frame.select("id").fetchall())
    if isinstance(frame, ibis.Table):
        return sorted(frame.select("id").to_pyarrow()["id"].to_pylist())
    return [int(each) for each in frame["id"].to_list()]


def make_table(**columns: Any) -> pa.Table:
    length = len(next(iter(columns.values())))
    return pa.table({"id": pa.array(range(length), pa.int64()), **columns})


# What the frames hold, and what people ask of them.

_TEXTS = (
    "",
    "a",
    "A",
    "aB",
    "b",
    "10",
    "9",
    "%",
    "_",
    "a%",
    "a_b",
    "\\",
    "a*b",
    "*",
    "é",
    "É",
    "𝕏",
    "\uffff",
    "a\nb",
    "Ron",
)
_INTS = (0, 1, 2, 5, -5, 127, -128, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 2**64, 10**40)
_NUMBERS = (
    *map(str, _INTS),
    "5.5",
    "-5.5",
    "05",
    "+5",
    "0.1",
    "1.50",
    "1.505",
    "1e400",
    "1e-400",
    "0.30000000000000004",
    "0.10000000000000001",
    "16777217",
)
_POINTS = (
    "2018-09-01",
    "2018-09-01T00:00:00Z",
    "2018-09-02T01:00:00+02:00",
    "2018-09-01T00:00:00.000001Z",
    "1535760000000",
    "0001-01-01",
    "9999-12-31",
    "2018-09-02",
)
_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_AT = (
    _DAY,
    _DAY + timedelta(microseconds=1),
    _DAY.replace(hour=23),
    _DAY.replace(day=2),
    datetime(1, 1, 1, tzinfo=UTC),
)
_FLOATS = (
    0.0,
    -0.0,
    0.1,
    0.30000000000000004,
    5.5,
    -5.5,
    float(2**53),
    1e300,
    float("nan"),
    float("inf"),
    float("-inf"),
)
_SINGLE = (0.0, 0.1, 5.5, 16777216.0, float("nan"))

CELLS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(_TEXTS),
    "small": st.sampled_from((0, 1, 5, 127, -128)),
    "number": st.sampled_from([each for each in _INTS if -(2**63) <= each < 2**63]),
    "unsigned": st.sampled_from((0, 5, 2**63, 2**64 - 1)),
    "price": st.sampled_from([Decimal(each) for each in ("0.00", "0.10", "1.50", "5.50", "-5.50")]),
    "weight": st.sampled_from(_FLOATS),
    "single": st.sampled_from(_SINGLE),
    "paid": st.booleans(),
    "day": st.sampled_from([each.date() for each in _AT]),
    "at": st.sampled_from(_AT),
    "naive": st.sampled_from(_AT),
    "tags": st.lists(st.sampled_from(_TEXTS), max_size=3),
    "numbers": st.lists(st.sampled_from((1, 2, 5, 2**53 + 1)), max_size=3),
    "contact": st.one_of(st.none(), st.sampled_from(_TEXTS)).map(lambda email: {"email": email}),
}
ASKED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("name", "tags", "contact.email"), _TEXTS),
    **dict.fromkeys(
        ("small", "number", "unsigned", "price", "weight", "single", "numbers"), _NUMBERS
    ),
    **dict.fromkeys(("day", "at", "naive"), _POINTS),
    "paid": ("true", "false", "True", "1"),
    "tags.length": ("0", "1", "2", "1.5"),
}
_PATTERNS = st.builds(
    lambda text, before, after: before + text + after,
    st.sampled_from(_TEXTS),
    st.sampled_from(("", "*")),
    st.sampled_from(("", "*")),
)


@st.composite
def calls(draw: st.DrawFn) -> Filter:
    name = draw(st.sampled_from((*ASKED,)))
    field = F[name]
    op = draw(
        st.sampled_from(
            (
                "eq",
                "gt",
                "ge",
                "lt",
                "le",
                "like",
                "ilike",
                "in_",
                "contains",
                "contains_any",
                "contains_all",
                "is_null",
            )
        )
    )
    if op == "is_null":
        return field.is_null()
    if op in ("like", "ilike"):
        return field.like(draw(_PATTERNS)) if op == "like" else field.ilike(draw(_PATTERNS))
    value = st.sampled_from(ASKED[name]) if draw(st.integers(0, 9)) else st.sampled_from(_TEXTS)
    if op in ("in_", "contains_any", "contains_all"):
        found: Filter = getattr(field, op)(draw(st.lists(value, min_size=1, max_size=6)))
    else:
        found = getattr(field, op)(draw(value))
    return found


filters = st.recursive(
    calls(),
    lambda terms: st.builds(
        lambda join, some: join(some),
        st.sampled_from((all_of, any_of)),
        st.lists(terms, min_size=2, max_size=3),
    ),
    max_leaves=5,
)
rows = st.lists(
    st.fixed_dictionaries({name: st.one_of(st.none(), cell, cell) for name, cell in CELLS.items()}),
    min_size=1,
    max_size=12,
)


def exact_number(value: float | None, written: str) -> Decimal | None:
    """A float is what it is written as; NaN is missing."""
    if value is None or math.isnan(value):
        return None
    return Decimal(written)


def with_exact_numbers(row: Row) -> Row:
    """The row as the oracle reads it."""
    contact, tags, naive = row["contact"], row["tags"], row["naive"]
    return {
        **row,
        "weight": exact_number(row["weight"], repr(row["weight"])),
        "single": exact_number(row["single"], repr(row["single"])),
        "contact.email": contact and contact["email"],
        "tags.length": None if tags is None else len(tags),
        "naive": naive,
    }


def arrow(listed: list[Row]) -> pa.Table:
    naive = [
        {**row, "id": n, "naive": row["naive"] and row["naive"].replace(tzinfo=None)}
        for n, row in enumerate(listed)
    ]
    return pa.Table.from_pylist(naive, SCHEMA)


def is_refused(f: Filter) -> bool:
    """Whether it asks what no engine is fs."""
    terms = getattr(f, "terms", None)
    if terms is not None:
        return any(is_refused(term) for term in terms)
    op, field, value = getattr(f, "op", ""), getattr(f, "field", ""), getattr(f, "value", "")
    if op == "ilike" and field in ("name", "contact.email") and not value.isascii():
        return True
    if op not in ("like", "ilike") or field != "tags" or value in ("*", "**"):
        return False
    return (
        value[:1] == "*"
        or value[-1:] == "*"
        or (op == "ilike" and (not value.isascii() or value.lower() != value.upper()))
    )


@settings(
    divide_examples(3, least=2),  # eight filters on eight engines take 0.3 seconds
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
@given(rows, st.lists(filters, min_size=6, max_size=12))
def test_every_engine_selects_the_rows_of_the_oracle(listed: list[Row], fs: list[Filter]) -> None:
    table, meant = arrow(listed), [with_exact_numbers(row) for row in listed]
    for name, make in ENGINES.items():
        frame = make(table)
        for f in fs:
            expected = [number for number, row in enumerate(meant) if matches(f, row)]
            # A column of pandas that holds nothing may be of any type.
            doubtful = name.startswith("pandas")
            try:
                found = ids(filter_frame(frame, f))
            except UnsupportedFilterError:
                folded = "".join(folded_patterns(f))
                assert is_refused(f) or (doubtful and not folded.isascii()), (name, f)
            else:
                assert found == expected, (name, f)
                assert not is_refused(f) or doubtful, (name, f)


def folded_patterns(f: Filter) -> list[str]:
    return [
        node.value for node in walk(f) if isinstance(node, Comparison) and node.op is Operator.ILIKE
    ]


NOTHING: list[int] = []
NAMES = make_table(name=["Ron", "ron", "\u017fK\u0130", "RON\nx", "", None, "\u212a"])


@pytest.mark.parametrize("engine", ENGINES)
@for_each(
    ("f", "expected"),
    [
        ("like(name,*)", [0, 1, 2, 3, 4, 6]),
        ("like(name,**)", [0, 1, 2, 3, 4, 6]),
        ('like(name,"")', [4]),
        ("like(name,R*)", [0, 3]),
        ("ilike(name,r*N)", NOTHING),
        ("ilike(name,rOn)", [0, 1]),
        ("ilike(name,RON*)", [0, 1, 3]),
        ("ilike(name,*s*)", [2]),
        ("ilike(name,s*)", [2]),
        ("ilike(name,*K*)", [2, 6]),
        ("ilike(name,*i*)", NOTHING),
        ("ilike(name,S*)", [2]),
        ("is_null(name)|eq(name,Ron)", [0, 5]),
        ("(is_null(name):eq(name,Ron))|(lt(name,a):gt(name,R))", [0, 3]),
        ("eq(name,Ron):is_null(name)", NOTHING),
        ("contains_all(name,Ron,Ron)", [0]),
        ("contains_all(name,Ron,ron)", NOTHING),
        ("in(name,a,b,c,d,e,Ron)", [0]),
    ],
)
def test_text_is_compared_by_code_point_and_folded_simply(
    engine: str, f: str, expected: list[int]
) -> None:
    assert ids(filter_frame(ENGINES[engine](NAMES), f)) == expected


@pytest.mark.parametrize("engine", OF_ARROW)
@for_each(
    ("f", "expected"),
    [
        ("eq(tags[0],a)", [0]),
        ("eq(tags[1],b)", [0]),
        ("is_null(tags[1])", [1, 2, 3]),
        ("is_null(tags[999])", [0, 1, 2, 3]),
        ("eq(tags.length,2)", [0, 1]),
        ("is_null(tags.length)", [3]),
        ("contains_all(tags,a,b)", [0]),
        ("contains_any(tags,a,x)", [0]),
        ("in(tags,a,x)", [0]),
        ("like(tags,*)", [0, 1]),
        ("like(tags,z)", [1]),
        ("ilike(tags,1)", NOTHING),
        ("gt(tags,b)", [1]),
        ("is_null(tags)", [3]),
    ],
)
def test_a_condition_on_a_list_tests_its_elements(engine: str, f: str, expected: list[int]) -> None:
    table = make_table(tags=[["a", "b"], ["z", None], [], None])
    assert ids(filter_frame(ENGINES[engine](table), f)) == expected


@pytest.mark.parametrize("engine", OF_ARROW)
@for_each(
    ("f", "expected"),
    [
        ("eq(sizes[0],9223372036854775807)", [0]),
        ("eq(sizes[0],9007199254740993)", [1]),
        ("eq(sizes[0],9007199254740992)", NOTHING),
        ("is_null(sizes[1])", [0, 1, 2, 4]),
        ("eq(sizes,9007199254740993)", [1]),
        ("gt(sizes,9007199254740992)", [0, 1]),
        ("ge(sizes,9223372036854775807)", [0]),
    ],
)
def test_large_numbers_beside_null_in_a_list_keep_each_digit(
    engine: str, f: str, expected: list[int]
) -> None:
    sizes = [[2**63 - 1, None], [2**53 + 1, None], [1], [2, 3], []]
    assert ids(filter_frame(ENGINES[engine](make_table(sizes=sizes)), f)) == expected


@pytest.mark.parametrize("engine", ENGINES)
@for_each(
    ("f", "expected"),
    [
        ("eq(size,9223372036854775807)", NOTHING),
        ("eq(size,9223372036854775808)", [0]),
        ("eq(size,9007199254740992)", NOTHING),
        ("in(size,9223372036854775807,9007199254740993)", [1]),
        ("gt(size,9223372036854775807)", [0]),
        ("le(size,9223372036854775807)", [1]),
    ],
)
def test_large_unsigned_numbers_beside_null_keep_each_digit(
    engine: str, f: str, expected: list[int]
) -> None:
    sizes = pa.array([2**63, 2**53 + 1, None], pa.uint64())
    assert ids(filter_frame(ENGINES[engine](make_table(size=sizes)), f)) == expected


@pytest.mark.parametrize("engine", ENGINES)
@for_each(
    ("f", "expected"),
    [
        ("contains(sizes,18446744073709551615)", [0]),
        ("contains(sizes,1)", [1]),
        ("contains_any(sizes,1,18446744073709551615)", [0, 1]),
        ("eq(sizes,18446744073709551616)", NOTHING),
    ],
)
def test_large_unsigned_numbers_in_lists(engine: str, f: str, expected: list[int]) -> None:
    sizes = pa.array([[2**64 - 1], [1], None], pa.list_(pa.uint64()))
    frame = ENGINES[engine](make_table(sizes=sizes))
    if engine == "ibis" and "18446744073709551615" in f:
        with pytest.raises(UnsupportedFilterError, match=r"above 2\*\*63 - 1"):
            filter_frame(frame, f)
    elif engine == "pandas of objects":
        with pytest.raises(FilterValueError, match="without a common type"):
            filter_frame(frame, f)
    else:
        assert ids(filter_frame(frame, f)) == expected


@pytest.mark.parametrize("engine", OF_ARROW)
@for_each(("lists", "expected"), [([], []), ([None], []), ([["a"]], []), ([["a", "b"]], [0])])
def test_an_element_in_a_frame_of_one_row_or_none(
    engine: str, lists: list[list[str] | None], expected: list[int]
) -> None:
    table = make_table(tags=pa.array(lists, pa.list_(pa.string())))
    assert ids(filter_frame(ENGINES[engine](table), "eq(tags[1],b)")) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_column_with_the_whole_path_as_name_comes_before_a_struct(engine: str) -> None:
    contact = [{"email": "a", "city": {"name": "x"}}, {"email": "b", "city": None}, None]
    nested = ENGINES[engine](make_table(contact=contact))
    assert ids(filter_frame(nested, "eq(contact.email,b)")) == [1]
    assert ids(filter_frame(nested, "eq(contact.city.name,x)")) == [0]
    assert ids(filter_frame(nested, "is_null(contact.city.name)")) == [1, 2]
    both = ENGINES[engine](make_table(contact=contact, **{"contact.email": ["b", "c", "d"]}))
    assert ids(filter_frame(both, "eq(contact.email,b)")) == [0]


class Payments(Resource, title="Payments"):
    name = EqIn(string())
    price = EqInOrdered(number())
    number = EqInOrdered(integer())
    paid = EqIn(boolean())
    day = EqInOrdered(date_())
    at = EqInOrdered(timestamp())
    tags = Contains(list_of(string()))
    key = EqIn(uuid())
    note = EqInLikeILikeText(string())


KEY = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@pytest.mark.parametrize("engine", ENGINES)
def test_typed_values_compare_exactly_with_columns_of_another_type(engine: str) -> None:
    table = make_table(
        number=pa.array([1, 2, 3], pa.uint8()),
        price=pa.array([1, 2, None], pa.int64()),
        at=pa.array([date(2018, 9, 1), date(2018, 9, 2), None]),
        day=pa.array([_DAY, _DAY.replace(hour=5), None]).cast(pa.timestamp("us")),
        paid=["true", "false", "True"],
        key=[KEY, KEY.upper(), "x"],
    )
    frame = ENGINES[engine](table)
    for f, expected in {
        "gt(number,-1)": [0, 1, 2],
        "lt(number,1000)": [0, 1, 2],
        "eq(number,257)": [],
        "gt(price,1.5)": [1],
        "ge(at,2018-09-01T00:00:01Z)": [1],
        "le(at,2018-09-01T00:00:01Z)": [0],
        "eq(at,2018-09-01T02:00:00+02:00)": [0],
        "gt(day,2018-09-01)": [1],
        "eq(day,2018-09-01)": [0],
        "eq(paid,true)": [0],
        f"eq(key,{KEY})": [0, 1],
    }.items():
        assert ids(filter_frame(frame, f, Payments())) == expected, f


@shows(
    "dataframes: A value that a resource types is not compared with a column of another type.",
)
@pytest.mark.parametrize(
    ("f", "columns", "message"),
    [
        (
            "eq(at,2018-09-01)",
            {"at": ["2018-09-01"]},
            "Polars cannot run `eq` on `at`: the resource declares it as a timestamp, but the column holds String. Hint: convert the column first.",
        ),
        (
            "gt(day,2018-09-01)",
            {"day": ["2018-09-01"]},
            "Polars cannot run `gt` on `day`: the resource declares it as a date, but the column holds String. Hint: convert the column first.",
        ),
        (
            "gt(number,5)",
            {"number": ["5"]},
            "Polars cannot run `gt` on `number`: the resource declares it as an integer, but the column holds String. Hint: convert the column first.",
        ),
        (
            "eq(name,5)",
            {"name": [5]},
            "Polars cannot run `eq` on `name`: the resource declares it as text, but the column holds Int64. Hint: convert the column first.",
        ),
        (
            "text(note,a)",
            {"note": ["a"]},
            "Polars cannot run `text` on `note`: it has no full-text search. Hint: use like or ilike.",
        ),
        (
            "ilike(note,É*)",
            {"note": ["é"]},
            "Polars cannot run `ilike` on `note`: engines disagree on the case of letters other than A to Z (`É`). Hint: use like, or ilike with the part that is ASCII.",
        ),
    ],
)
def test_unsupported_filters_are_refused(
    f: str, columns: dict[str, list[Any]], message: str
) -> None:
    with pytest.raises(UnsupportedFilterError) as refusal:
        filter_frame(pl.DataFrame(columns), f.replace("É*", '"É*"'), Payments())
    assert str(refusal.value) == message


@for_each(
    ("f", "columns"),
    [
        ("like(tags,a*)", {"tags": [["a"]]}),
        ("ilike(tags,a)", {"tags": [["a"]]}),
        ("gt(weights,1)", {"weights": [[1.5]]}),
        ("eq(items.sku,a)", {"items": [[{"sku": "a"}]]}),
        ("eq(items,a)", {"items": [[{"sku": "a"}]]}),
        ("eq(contact,a)", {"contact": [{"sku": "a"}]}),
        ("eq(name.first,a)", {"name": ["a"]}),
        ("eq(name[0],a)", {"name": ["a"]}),
        ("eq(span,5)", {"span": [timedelta(5)]}),
    ],
)
def test_filters_without_an_expression_of_narwhals_are_refused(
    f: str, columns: dict[str, list[Any]]
) -> None:
    with pytest.raises(UnsupportedFilterError, match="Polars cannot run"):
        filter_frame(pl.DataFrame(columns), f)


def test_an_unknown_column_is_an_error_with_the_nearest_name() -> None:
    frame = pl.DataFrame({"total": [1], "contact": [{"email": "a"}]})
    with pytest.raises(FilterValueError) as error:
        filter_frame(frame, "eq(totl,1)")
    assert str(error.value) == "the frame has no column `totl`. Hint: did you mean `total`?"
    with pytest.raises(FilterValueError, match=r"`contact.mail`: there is no `mail`.*`email`"):
        filter_frame(frame, "eq(contact.mail,1)")
    with pytest.raises(FilterValueError, match="there are `total`, `contact`"):
        filter_frame(frame, "eq(zzzzzzzz,1)")


def test_an_argument_that_is_not_a_frame_is_refused() -> None:
    with pytest.raises(FilterTypeError, match="a dataframe is expected, not a value of type list"):
        filter_frame([1], "eq(a,1)")
    with pytest.raises(FilterTypeError, match="not one of narwhals"):
        filter_frame(nw.from_native(pl.DataFrame({"a": [1]})), "eq(a,1)")
    with pytest.raises(FilterSyntaxError):
        filter_frame(pl.DataFrame({"a": [1]}), "eq(a")
    with pytest.raises(FilterValueError, match="the same name"):
        filter_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), "eq(a,1)")


@pytest.mark.parametrize("unit", slow_except(["s", "ms", "us", "ns"], "ms", "ns"))
@pytest.mark.parametrize("zone", slow_except([None, "UTC", "Europe/Paris"], "Europe/Paris"))
@pytest.mark.parametrize(
    "engine", [name for name in ENGINES if "objects" not in name and name not in ("duckdb", "ibis")]
)
def test_times_of_every_unit_and_zone_compare_exactly(
    engine: str, zone: str | None, unit: str
) -> None:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    start = int(_DAY.timestamp()) * per_second
    frame = ENGINES[engine](
        make_table(
            at=pa.array([start - 1, start, start + 1, None], pa.int64()).cast(
                pa.timestamp(unit, zone)
            )
        )
    )
    for f, expected in {
        "eq(at,2018-09-01)": [1] if unit != "ns" else [1, 2],
        "gt(at,2018-09-01)": [2] if unit != "ns" else [],
        "ge(at,2018-09-01T02:00:00+02:00)": [1, 2],
        "lt(at,2018-08-31T23:59:59.999999Z)": [0] if unit in ("s", "ms") else [],
        "ge(at,2018-09-01T00:00:00.000001Z)": [2] if unit != "ns" else [],
        "lt(at,2018-09-01T00:00:00.0000005Z)": [0],
        "le(at,2018-08-31T23:59:59.999999Z)": [0],
        "gt(at,0001-01-01)": [0, 1, 2],
        "in(at,2018-09-01,9999-12-31)": [1] if unit != "ns" else [1, 2],
        "in(at,2018-09-01,9999-12-31,x,2018-09-02,2018-09-03)": [1] if unit != "ns" else [1, 2],
        "lt(at,9999-12-31)": [0, 1, 2],
    }.items():
        assert ids(filter_frame(frame, f)) == expected, f


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_zone_of_a_connection_changes_nothing(zone: str) -> None:
    connection = duckdb.connect()
    connection.execute(f"set timezone = '{zone}'")
    moments = pa.array([_DAY, _DAY + timedelta(hours=3)], pa.timestamp("us", "UTC"))
    frame = connection.from_arrow(make_table(at=moments, naive=moments.cast(pa.timestamp("us"))))
    assert ids(filter_frame(frame, "gt(at,2018-09-01)")) == [1]
    assert ids(filter_frame(frame, "le(naive,2018-09-01):is_null(naive)|le(naive,2018-09-01)")) == [
        0
    ]


def test_categories_are_text() -> None:
    texts = ["b", "a", None, "10", "9"]
    fs = {
        "gt(a,9)": [0, 1],
        "eq(a,a)": [1],
        "like(a,1*)": [3],
        "in(a,a,b,c,d,e)": [0, 1],
        "is_null(a)": [2],
    }
    categories = pl.Enum(["b", "a", "9", "10"])
    for frame in (
        pl.DataFrame({"id": range(5), "a": pl.Series(texts, dtype=pl.Categorical)}),
        pl.DataFrame({"id": range(5), "a": pl.Series(texts, dtype=categories)}),
        pd.DataFrame({"id": range(5), "a": pd.Series(texts, dtype="category")}),
        make_table(a=pa.array(texts).dictionary_encode()),
        CONNECTION.from_arrow(make_table(a=texts)).select("id, a::enum('b', 'a', '9', '10') as a"),
    ):
        for f, expected in fs.items():
            assert ids(filter_frame(frame, f)) == expected, f


def test_categories_that_are_not_texts_are_refused() -> None:
    numbers = make_table(a=pa.array([1, 2, None]).dictionary_encode())
    for frame in (
        numbers,
        numbers.to_pandas(types_mapper=pd.ArrowDtype),
        pd.DataFrame({"id": range(3), "a": pd.Series([1, 2, None], dtype="category")}),
    ):
        assert ids(filter_frame(frame, "is_null(a)")) == [2]
        with pytest.raises(UnsupportedFilterError, match="cannot run `eq` on `a`"):
            filter_frame(frame, "eq(a,1)")


def test_types_without_comparisons_are_refused() -> None:
    for column in (pa.array(["x", None], pa.string_view()), pa.array([0.5, None], pa.float16())):
        frame = make_table(a=column)
        for made in (frame, frame.to_pandas(types_mapper=pd.ArrowDtype)):
            with pytest.raises(UnsupportedFilterError, match="cannot run `in` on `a`"):
                filter_frame(made, "in(a,x,0.5)")
    assert ids(filter_frame(frame, "is_null(a)")) == [1]


def test_json_of_duckdb_is_not_text() -> None:
    frame: Any = duckdb.sql(
        """SELECT 1 AS id, '"x"'::JSON AS a, {'b': '5'::JSON, 'JSON': 'x', 'c': ['5'::JSON]} AS o,
        'JSON'::ENUM('JSON', 'y') AS e"""
    )
    for path in ("a", "o.b", "o.c"):
        for f in (f"eq({path},x)", f"like({path},x*)", f"in({path},1,5)"):
            with pytest.raises(
                UnsupportedFilterError, match=f"^DuckDB cannot run `.*` on `{path}`"
            ):
                filter_frame(frame, f)
        assert filter_frame(frame, f"is_null({path})").fetchall() == []
    assert len(filter_frame(frame, "eq(o.JSON,x):eq(e,JSON)").fetchall()) == 1


def test_numpy_columns_and_an_index_of_pandas() -> None:
    frame = pd.DataFrame(
        {"id": [0, 1, 2], "f": [0.1, float("nan"), 5.0], "s": ["a", None, "b"]}, index=[7, 7, 8]
    )
    assert list(filter_frame(frame, "is_null(f)|gt(f,4)").index) == [7, 8]
    assert ids(filter_frame(frame, "eq(f,0.1)")) == [0]
    assert ids(filter_frame(frame, "eq(f,x)")) == []
    assert list(filter_frame(frame, "is_null(s)").columns) == ["id", "f", "s"]
    mixed = pd.DataFrame({"a": [1, "x"]})
    with pytest.raises(FilterValueError, match="the column `a` holds Python objects"):
        filter_frame(mixed, "eq(a,1)")
    late = pd.DataFrame({"id": range(200), "a": ["x"] * 199 + [5]}, dtype=object)
    with pytest.raises(FilterValueError, match="the column `a` holds Python objects"):
        filter_frame(late, "lt(a,y)")


@pytest.mark.parametrize("engine", OF_ARROW)
def test_a_column_of_only_null(engine: str) -> None:
    frame = ENGINES[engine](make_table(a=pa.nulls(2)))
    assert ids(filter_frame(frame, "is_null(a)")) == [0, 1]
    assert ids(filter_frame(frame, "eq(a,1)|like(a,x*)|gt(a,5)")) == []


# The expression alone.


def test_an_expression_is_true_or_false_and_never_null() -> None:
    frame = nw.from_native(pl.DataFrame({"a": ["x", None], "b": [None, 5]}))
    for f in ("eq(a,x)", "gt(b,1)|eq(a,y)", "eq(a,x):lt(b,9)", "eq(b,x)"):
        expr = to_narwhals(f, schema=frame.schema)
        assert frame.select(kept=expr).to_native()["kept"].null_count() == 0
    assert frame.filter(to_narwhals("eq(b,x)", schema=frame.schema)).shape[0] == 0


def test_without_a_schema_the_resource_declares_the_types() -> None:
    frame = nw.from_native(
        pl.DataFrame(
            {
                "number": [1, 2],
                "price": [1.5, None],
                "at": [_DAY, None],
                "tags": [["a"], []],
                "name": ["a", "b"],
            }
        )
    )
    for f, expected in {
        "gt(number,1)": [2],
        "eq(price,1.5)": [1],
        "ge(at,2018-09-01)": [1],
        "contains(tags,a)": [1],
        "eq(name,b)": [2],
    }.items():
        kept = frame.filter(to_narwhals(f, Payments()))
        assert kept.to_native()["number"].to_list() == expected


def test_without_a_resource_values_are_text() -> None:
    frame = nw.from_native(pl.DataFrame({"contact.email": ["a", None]}))
    assert frame.filter(to_narwhals("eq(contact.email,a)")).shape[0] == 1
    assert frame.filter(to_narwhals("is_null(contact.email)")).shape[0] == 1
    with pytest.raises(UnsupportedFilterError, match="narwhals cannot run `text`"):
        to_narwhals("text(name,a)")


# Many terms.


@pytest.mark.parametrize("engine", ["pandas", "polars", "pyarrow", "duckdb"])
def test_thousands_of_terms(engine: str) -> None:
    frame = ENGINES[engine](make_table(a=pa.array(["1", "x", None]), n=pa.array([1, 2, 3])))
    f = any_of(F.a.eq(str(number)) for number in range(200))
    assert ids(filter_frame(frame, f)) == [0]
    assert ids(filter_frame(frame, all_of(F.n.gt(-number) for number in range(200)))) == [0, 1, 2]
    assert ids(filter_frame(frame, F.n.in_(range(2, 5000)))) == [1, 2]


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_a_flat_filter_of_many_terms_is_translated(terms: int) -> None:
    schema = nw.Schema({"a": nw.String()})
    f = any_of(F.a.like(f"{number}*") for number in range(terms))
    assert isinstance(to_narwhals(f, schema=schema), nw.Expr)


# Types of DuckDB.


def ibis_table(sql: str) -> Any:
    connection = ibis.duckdb.connect()
    connection.con.execute(f"CREATE TABLE made AS {sql}")
    return connection.table("made")


@pytest.mark.parametrize("default", slow_except(["", "NOCASE"], "NOCASE"))
@pytest.mark.parametrize("through_ibis", [False, True])
def test_collations_of_duckdb_change_nothing(default: str, *, through_ibis: bool) -> None:
    ibis_connection = ibis.duckdb.connect()
    connection = ibis_connection.con
    connection.execute(
        "CREATE TABLE t (id INT, a VARCHAR, b VARCHAR COLLATE NOCASE, c VARCHAR COLLATE NOACCENT, "
        "e ENUM('AB', 'ab'))"
    )
    connection.execute(
        "INSERT INTO t VALUES (0, 'AB', 'AB', 'é', 'AB'), (1, 'ab', 'ab', 'e', 'ab')"
    )
    connection.execute(f"SET default_collation = '{default}'")
    frame = ibis_connection.table("t") if through_ibis else connection.table("t")
    for f, expected in {
        **{f"eq({name},ab)": [1] for name in "abe"},
        **{f"in({name},ab,1,2,3,4,5)": [1] for name in "abe"},
        **{f"lt({name},a)": [0] for name in "abe"},
        **{f"like({name},a*)": [1] for name in "abe"},
        **{f"ilike({name},Ab)": [0, 1] for name in "abe"},
        "eq(c,e)": [1],
        "gt(c,f)": [0],
    }.items():
        selected = filter_frame(frame, f)
        assert ids(selected) == expected, f
        assert list(selected.columns) == ["id", "a", "b", "c", "e"]


@shows(
    "DuckDB frames: Texts in lists and structs are not compared under a `default_collation`.",
)
def test_texts_in_lists_under_a_default_collation_are_refused() -> None:
    connection = duckdb.connect()
    frame = connection.sql("SELECT 1 AS id, ['AB'] AS tags, {'x': 'AB'} AS s, [5] AS n")
    assert ids(filter_frame(frame, "eq(tags,AB):eq(s.x,AB)")) == [1]
    connection.execute("SET default_collation = 'NOCASE'")
    for f in ("eq(tags,ab)", "eq(s.x,ab)", "eq(tags[0],ab)", "gt(tags,a)", "in(s.x,ab,a,b,c,d)"):
        with pytest.raises(UnsupportedFilterError, match="default_collation"):
            filter_frame(frame, f)
    assert ids(filter_frame(frame, "eq(n,5):is_null(tags[1])")) == [1]


@pytest.mark.parametrize("through_ibis", [False, True])
def test_uuids_of_duckdb(*, through_ibis: bool) -> None:
    sql = f"SELECT 0 AS id, '{KEY}'::UUID AS key UNION ALL SELECT 1, NULL"
    frame: Any = ibis_table(sql) if through_ibis else duckdb.sql(sql)
    for f, expected in {
        f"eq(key,{KEY.upper()})": [0],
        f"in(key,{KEY},x)": [0],
        "eq(key,x)": [],
        "like(key,*)": [],
        f"ge(key,{KEY}):le(key,{KEY})": [0],
        f"gt(key,{KEY})": [],
        "gt(key,0fa85f64-5717-4562-b3fc-2c963f66afa6)": [0],
        "is_null(key)": [1],
    }.items():
        assert ids(filter_frame(frame, f)) == expected, f
    assert ids(filter_frame(frame, f"eq(key,{KEY})", Payments())) == [0]
    with pytest.raises(UnsupportedFilterError, match="the column holds UUIDs"):
        filter_frame(
            frame.project("id, key AS name") if not through_ibis else frame.rename(name="key"),
            "eq(name,a)",
            Payments(),
        )


ARRAYS: dict[str, Callable[[], Any]] = {
    "duckdb": lambda: duckdb.sql(
        "SELECT 0 AS id, [1, 2]::INT[2] AS n, ['a', 'b']::VARCHAR[2] AS s UNION ALL SELECT 1, NULL, NULL"
    ),
    "polars": lambda: pl.DataFrame(
        {"id": [0, 1], "n": [[1, 2], None], "s": [["a", "b"], None]},
        schema={"id": pl.Int64(), "n": pl.Array(pl.Int64(), 2), "s": pl.Array(pl.String(), 2)},
    ),
    "pyarrow": lambda: make_table(
        n=pa.array([[1, 2], None], pa.list_(pa.int64(), 2)),
        s=pa.array([["a", "b"], None], pa.list_(pa.string(), 2)),
    ),
    "pandas": lambda: ARRAYS["pyarrow"]().to_pandas(types_mapper=pd.ArrowDtype),
    "ibis": lambda: ibis_table(
        "SELECT 0 AS id, [1, 2]::INT[2] AS n, ['a', 'b']::VARCHAR[2] AS s UNION ALL SELECT 1, NULL, NULL"
    ),
}


@pytest.mark.parametrize("engine", ARRAYS)
def test_arrays_of_one_length_are_lists(engine: str) -> None:
    frame = ARRAYS[engine]()
    for f, expected in {
        "eq(n,2)": [0],
        "contains_all(s,a,b)": [0],
        "eq(s[1],b)": [0],
        "gt(n,1)": [0],
        "eq(n.length,2)": [0],
        "is_null(n)": [1],
        "in(n,5,6)": [],
    }.items():
        assert ids(filter_frame(frame, f)) == expected, f


@pytest.mark.parametrize("engine", ["pandas", "pandas of pyarrow", "polars", "pyarrow"])
def test_a_time_in_nanoseconds_finds_its_own_row(engine: str) -> None:
    moment = pd.Timestamp("1969-09-01T00:00:00.123456789Z")
    nanoseconds = [moment.value - 1000, moment.value, moment.value + 1000]
    table = make_table(at=pa.array(nanoseconds, pa.int64()).cast(pa.timestamp("ns", "UTC")))
    rows_of_pandas = table.to_pandas()["at"]
    for f, expected in {
        F.at.eq(moment): [1],
        F.at.in_(*[moment] * 5, moment): [1],
        F.at.lt(moment): [0],
        F.at.gt(moment): [2],
        F.at.le(moment): [0, 1],
    }.items():
        assert ids(filter_frame(ENGINES[engine](table), f)) == expected, str(f)
        matching = to_predicate(f)
        assert [n for n, at in enumerate(rows_of_pandas) if matching({"at": at})] == expected


# Labels of pandas.


def test_levels_of_an_index_are_fields() -> None:
    frame = pd.DataFrame(
        {"id": [0, 1, 2], "total": [5, 6, 7]},
        index=pd.MultiIndex.from_tuples(
            [("Ron", 2**53 + 1), ("April", 2**53), ("Ron", 5)], names=["name", "number"]
        ),
    )
    for f, expected in {
        "eq(name,Ron)": [0, 2],
        "eq(number,9007199254740993)": [0],
        "eq(name,Ron):gt(total,5)": [2],
        "like(name,A*)|lt(number,6)": [1, 2],
    }.items():
        selected = filter_frame(frame, f)
        assert ids(selected) == expected, f
        assert selected.index.names == ["name", "number"]
        assert [*selected.columns] == ["id", "total"]
    dates = pd.date_range("2018-09-01", periods=3, freq="D", tz="Europe/Paris", name="created_at")
    dated = pd.DataFrame({"id": [0, 1, 2]}, index=dates)
    assert ids(filter_frame(dated, "gt(created_at,2018-09-01)")) == [1, 2]
    column_first = pd.DataFrame({"id": [0, 1]}, index=pd.Index([5, 6], name="id"))
    assert ids(filter_frame(column_first, "eq(id,1)")) == [1]
    with pytest.raises(FilterValueError, match="no column `index`"):
        filter_frame(pd.DataFrame({"id": [0]}), "eq(index,0)")


def test_numbers_and_tuples_are_names_of_columns() -> None:
    frame = pd.DataFrame([[0, "a", 5], [1, "b", 6]])
    assert [*filter_frame(frame, "eq(1,b):gt(2,5)")[0]] == [1]
    assert [*filter_frame(frame, "eq(1,b)").columns] == [0, 1, 2]
    levels = pd.MultiIndex.from_tuples([("id", ""), ("contact", "email"), ("contact", "age")])
    nested = pd.DataFrame([[0, "a@b.c", 5], [1, None, 6]], columns=levels)
    selected = filter_frame(nested, "is_null(contact.email):eq(contact.age,6)")
    assert selected.columns.equals(levels)
    assert len(selected) == 1
    mixed = pd.DataFrame({0: [1, 2], "0": ["x", "y"]})
    assert [*filter_frame(mixed, "eq(0,y)")[0]] == [2]


# Expressions without a known engine.


_OF_OTHER_TYPES = (
    *("eq(at,2018-09-01)", "ge(at,2018-09-01)", "lt(at,0002-01-01)", "in(at,2018-09-01,x)"),
    *("gt(u,9223372036854775807)", "eq(u,18446744073709551615)", "le(u,9007199254740992)"),
    "in(u,9223372036854775808,5)",
)


@pytest.mark.parametrize(("f", "engine"), slow_between(product(_OF_OTHER_TYPES, ENGINES), 3))
def test_expressions_for_other_zones_and_large_unsigned_numbers(engine: str, f: str) -> None:
    moments = [_DAY, _DAY + timedelta(hours=5), None]
    numbers = [2**64 - 1, 2**53 + 1, 2**63]
    zone = "UTC" if engine in ("duckdb", "ibis") else "Europe/Paris"
    table = make_table(
        at=pa.array(moments, pa.timestamp("us", zone)), u=pa.array(numbers, pa.uint64())
    )
    matching = to_predicate(f)
    wanted = [n for n in range(3) if matching({"at": moments[n], "u": numbers[n]})]
    frame = ENGINES[engine](table)
    if engine == "pandas of objects":
        frame = frame.astype({"u": "uint64"})
        frame["at"] = pd.Series(moments, dtype="datetime64[us, Europe/Paris]")
    wrapped = nw.from_native(frame)
    selected = wrapped.filter(to_narwhals(f, schema=wrapped.collect_schema()))
    assert ids(selected.to_native()) == wanted


# Sets of values.

_SETS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "int8": (pa.int8(), [0, 1, -128, 127]),
    "int64": (pa.int64(), [0, 2**53, 2**53 + 1, -(2**63)]),
    "uint64": (pa.uint64(), [0, 2**53 + 1, 2**63, 2**64 - 1]),
    "double": (pa.float64(), [0.0, -0.0, 0.1, 1e300, float("nan"), float("inf")]),
    "single": (pa.float32(), [0.0, -0.0, 0.5, 16777216.0, float("nan")]),
    "decimal": (pa.decimal128(20, 2), [Decimal("0.00"), Decimal("5.50"), Decimal("-1.25")]),
    "day": (pa.date32(), [date(2018, 9, 1), date(1, 1, 1)]),
    "at": (pa.timestamp("us", "UTC"), [_DAY, _DAY + timedelta(microseconds=1)]),
    "seconds": (pa.timestamp("ms"), [_DAY.replace(tzinfo=None)]),
    "text": (pa.string(), ["", "a", "a'b", "a\\b", 'x"y', "é", "a\0b"]),
    "paid": (pa.bool_(), [True, False]),
}
_SET_VALUES: dict[str, tuple[str, ...]] = {
    "text": ("a", "a'b", "a\\b", "é", "x", "y", "z", "", "a\0b"),
    **dict.fromkeys(
        ("day", "at", "seconds"),
        (
            *("2018-09-01", "0001-01-01", "2018-09-01T02:00:00+02:00", "9999-12-31", "x"),
            *("2018-09-01T00:00:00.000001Z", "2018-09-03", "2018-09-04"),
        ),
    ),
    "paid": ("true", "x", "y", "z", "1", "2"),
}
_NUMBER_VALUES = (
    *("0", "1", "5.5", "-1.25", "0.1", "0.5", "1e300", "9007199254740993", "16777217", "x"),
    *("9223372036854775808", "18446744073709551615", "-128"),
)


@pytest.mark.parametrize(
    ("of", "engine"),
    slow_between(product(_SETS, [name for name in ENGINES if "objects" not in name]), 3),
)
def test_many_values_are_looked_up_exactly(engine: str, of: str) -> None:
    type_, values = _SETS[of]
    cells = [*values, None]
    # Arrow turns integers beside null in a list into floats when it makes lists of numpy.
    last = [*values, *([None] if engine != "pandas" else [])]
    lists = [*([value] for value in values), last, [], None]
    frame = ENGINES[engine](make_table(a=pa.array(cells, type_)))
    frame_of_lists = ENGINES[engine](make_table(a=pa.array(lists, pa.list_(type_))))
    operands = _SET_VALUES.get(of, _NUMBER_VALUES)
    for f, made, selected_from in (
        (F.a.in_(operands), cells, frame),
        (F.a.in_(operands), lists, frame_of_lists),
        (F.a.contains_all(*operands[:1] * 5, operands[0]), lists, frame_of_lists),
        (F.a.contains_all(operands), lists, frame_of_lists),
    ):
        matching = to_predicate(f)
        wanted = [n for n, cell in enumerate(made) if matching({"a": cell})]
        try:
            found = ids(filter_frame(selected_from, f))
        except UnsupportedFilterError:
            assert made is lists, (engine, of)
        else:
            assert found == wanted, str(f)


# Dask.

_DASK_FILTERS: tuple[Filter | str, ...] = (
    *(f"{op}(at,2018-09-01)" for op in ("eq", "ge", "lt", "gt")),
    "in(at,2018-09-01,2018-09-02,2018-09-03,2018-09-04,2018-09-05)",
    "eq(s,ab)",
    "ilike(s,ab)",
    F.s.in_(["a\0b", "x", "y", "z", "ab"]),
    "in(n,1,2,3,4,5)",
    f"eq(u,{2**64 - 1})",
    "is_null(nothing)",
)
_DASK_FILTERS_OF_ARROW = (
    f"eq(large,{2**64 - 1})",
    "contains_all(large,1,2)",
    "eq(price,1.5)|eq(price,2)",
    "gt(contact.age,30)",
    "is_null(contact.age)",
    "eq(tags[0],a)",
)


@pytest.mark.parametrize(
    ("types", "unit"),
    slow_except(product([None, pd.ArrowDtype], ["s", "ms", "us", "ns"]), (pd.ArrowDtype, "us")),
)
def test_dask_selects_what_pandas_does(types: Any, unit: str) -> None:
    dask = pytest.importorskip("dask.dataframe")
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    start = int(_DAY.timestamp()) * per_second
    table = make_table(
        at=pa.array([start - 1, start, start + 1, None]).cast(pa.timestamp(unit, "Europe/Paris")),
        s=["AB", "ab", "a\0b", None],
        n=[1, 2, 6, None],
        u=pa.array([1, 2**64 - 1, 2**53, None], pa.uint64()),
        large=pa.array([[1, 2], [2**64 - 1], [], None], pa.list_(pa.uint64())),
        price=pa.array([Decimal("1.5"), None, Decimal(2), Decimal(3)]),
        contact=[{"age": 30}, {"age": None}, None, {"age": 31}],
        tags=[["a"], [], None, ["b", "a"]],
        nothing=pa.nulls(4),
    )
    whole = table.to_pandas(types_mapper=types)
    frame = dask.from_pandas(whole, npartitions=2)
    # Without types of Arrow, Dask turns objects such as lists into texts.
    for f in (*_DASK_FILTERS, *(_DASK_FILTERS_OF_ARROW if types else ())):
        selected = filter_frame(frame, f)
        assert ids(selected.compute()) == ids(filter_frame(whole, f)), str(f)
        assert [*selected.columns] == [*frame.columns]


def test_dask_reports_errors_before_it_computes() -> None:
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(pd.DataFrame({"id": [0, 1], "a": ["x", "y"]}))
    with pytest.raises(FilterValueError, match="the frame has no column `b`"):
        filter_frame(frame, "eq(b,1)")
    with pytest.raises(UnsupportedFilterError, match="cannot run `text` on `a`"):
        filter_frame(frame, "text(a,x)")
    own = filter_frame(frame, "eq(a,5)", override={("eq", "a"): lambda _: nw.col("a") == "y"})
    assert ids(own.compute()) == [1]
