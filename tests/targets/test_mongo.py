"""Queries for MongoDB: exact ones from `data/mongo.jsonl`, and that they select what is meant.

mongomock stands for the server: in these tests numbers are never 0 or 1, which it takes for
booleans. What only a server does is in test_mongo_server.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import mongomock
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from epfilter import F, FilterSyntaxError, FilterTypeError, FilterValueError, all_of, any_of, parse
from epfilter.ast import Filter, Membership, Operator, walk
from epfilter.errors import ResourceError, UnsupportedFilterError
from epfilter.semantics import fold_case
from epfilter.targets import to_mongo
from epfilter.values import from_text
from support.filter_oracle import matches
from support.filter_strategies import filters, texts
from support.rows import for_each
from support.sizes import MANY_TERMS, slow_except

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "mongo.jsonl").read_text("utf-8").splitlines()
]
KINDS = {kind.__name__: kind for kind in (str, int, float, Decimal, bool, date, datetime, UUID)}


def extended(value: Any) -> Any:
    """What plain JSON has no word for, as in `epfilter translate`."""
    if isinstance(value, datetime):
        return {"$date": value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"}
    if isinstance(value, dict):
        return {name: extended(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [extended(inner) for inner in value]
    return {f"${type(value).__name__}": str(value)} if isinstance(value, (Decimal, UUID)) else value


@for_each("case", CASES, ids=lambda case: case["filter"])
def test_the_query_of_a_filter(case: dict[str, Any]) -> None:
    types = {path: KINDS[name] for path, name in case.get("types", {}).items()} or None
    if "refused" in case:
        with pytest.raises(UnsupportedFilterError) as refusal:
            to_mongo(case["filter"], case.get("resource"), types=types)
        assert str(refusal.value) == case["refused"]
    else:
        made = to_mongo(case["filter"], case.get("resource"), types=types)
        assert extended(made) == case["query"]


def find_rows(f: Filter | str, rows: list[dict[str, Any]], **options: Any) -> list[int]:
    """The positions of the rows that the query finds."""
    collection = mongomock.MongoClient(tz_aware=True).shop.rows
    collection.insert_many([{**row, "_id": place} for place, row in enumerate(rows)])
    return sorted(row["_id"] for row in collection.find(to_mongo(f, **options)))


_DAY = datetime(2018, 9, 1, tzinfo=UTC)
_TEXTS = (
    *("", "a", "A", "ab", "a.b", "aXb", "a*b", "*", "%", "a%", "_", "a_b", "\\", "a\\b", "\\d"),
    *(
        "[a]",
        "a|b",
        "(a)",
        "^a",
        "a$",
        "a\n",
        "\na",
        "a\nb",
        "$gt",
        "é",
        "É",
        "ßé",
        "x\x00y",
        "{2}",
    ),
    *("2", "5", "5.0", "-7", "5.5", "true", "false", "2018-09-01", "2018-09-01T00:00:00Z"),
)
_SCALARS: tuple[Any, ...] = (
    *(*_TEXTS, None, 2, 5, -7, 95, 5.0, 5.5, -0.25, True, False, 10**12),
    *(
        _DAY,
        _DAY + timedelta(milliseconds=1),
        _DAY.replace(hour=5),
        datetime(1970, 1, 1, 0, 0, 0, 5000, UTC),
    ),
)
_VALUES = (
    *_TEXTS,
    "5.50",
    "1e2",
    "2018-09-01T02:00:00+02:00",
    "1535760000000",
    "a*",
    "*b",
    "*.*",
    "**",
)
_scalars = st.one_of(st.sampled_from(_SCALARS), st.text(max_size=3), st.integers(2, 9))
_lists = st.lists(_scalars.filter(lambda value: value is not None), max_size=3)
_rows = st.lists(
    st.fixed_dictionaries(
        {}, optional={"a": st.one_of(_scalars, _lists), "tags": st.none() | _lists}
    ),
    min_size=1,
    max_size=8,
)
_values = st.one_of(st.sampled_from(_VALUES), st.text(max_size=3), st.integers(2, 9).map(str))
_comparing = st.sampled_from(("eq", "gt", "ge", "lt", "le", "like", "ilike"))


@st.composite
def _calls(draw: st.DrawFn) -> Filter:
    field, value = F.a, draw(_values)
    op = draw(st.sampled_from(("one", "one", "in", "contains", "null")))
    if op == "one":
        made: Filter = getattr(field, draw(_comparing))(value)
    elif op == "in":
        made = field.in_(draw(st.lists(_values, min_size=1, max_size=3)))
    elif op == "contains":
        name = draw(st.sampled_from(("contains_any", "contains_all")))
        made = getattr(draw(st.sampled_from((F.a, F.tags))), name)(
            draw(st.lists(_values, min_size=1, max_size=3))
        )
    else:
        made = draw(st.sampled_from((F.a, F.tags))).is_null()
    return made


def _join(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3)
    return several.map(all_of) | several.map(any_of)


_filters = st.recursive(_calls(), _join, max_leaves=6)


def _for_oracle(value: Any) -> Any:
    if isinstance(value, list):
        return [_for_oracle(each) for each in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def _simple_case(text: object) -> bool:
    """Whether the oracle folds it as Unicode simple case folding does."""
    return not isinstance(text, str) or text.lower() == fold_case(text)


def _number_of_a_boolean(text: str) -> bool:
    try:
        return from_text(text, Decimal) in (0, 1)
    except FilterValueError:
        return False


@given(_filters, _rows)
def test_a_query_finds_the_rows_of_the_oracle(f: Filter, rows: list[dict[str, Any]]) -> None:
    for node in walk(f):
        values = node.values if isinstance(node, Membership) else [getattr(node, "value", "")]
        assume(not any(map(_number_of_a_boolean, values)))
        if getattr(node, "op", None) is Operator.ILIKE:
            assume(all(map(_simple_case, values)))
            assume(
                all(
                    _simple_case(cell) and cell != "ſ"
                    for row in rows
                    for value in row.values()
                    for cell in (value if isinstance(value, list) else [value])
                )
            )
    expected = [
        place
        for place, row in enumerate(rows)
        if matches(f, {name: _for_oracle(value) for name, value in row.items()})
    ]
    assert find_rows(f, rows) == expected


@given(_comparing, st.sampled_from(_TEXTS) | st.text(max_size=4), _values)
def test_a_text_of_a_known_type_is_text(op: str, cell: str, value: str) -> None:
    f: Filter = getattr(F.a, op)(value)
    if op == "ilike":
        assume(_simple_case(value) and _simple_case(cell))
    assert find_rows(f, [{"a": cell}, {"a": None}, {}], types={"a": str}) == [0] * matches(
        f, {"a": cell}
    )


CHARS = ["K", "s", "ſ", "ß", "ẞ", "σ", "ς", "Σ", "é", "µ", "ǅ", "і"]


@pytest.mark.parametrize("char", slow_except(CHARS, "K", "ς"))
def test_ilike_matches_every_case_variant(char: str) -> None:
    alike = [
        other
        for other in map(chr, range(0x20, 0x1F000))
        if fold_case(other) == fold_case(char) and not "\ud800" <= other <= "\udfff"
    ]
    regex = to_mongo(F.a.ilike(char))["a"]["$regex"]
    assert [
        other for other in map(chr, range(0x20, 0x1F000)) if re.search(regex, other, re.IGNORECASE)
    ] == alike


NESTED: list[dict[str, Any]] = [
    {"items": [{"sku": "a", "n": 2}, {"sku": "b", "n": 9}]},
    {"items": [{"sku": "b"}]},
    {"items": [{"n": 5}, {"sku": None}]},
    {"items": []},
    {"items": {"sku": "a", "n": 7, "of": "three, because mongomock counts members"}},
    {"items": None},
    {},
    {"items": [{"sku": ["a", "c"]}, {}]},
    {"items": [{"sku": "d", "length": 9}]},
    {"items": [None]},
]


@for_each(
    ("text", "positions"),
    [
        ("eq(items.sku,a)", [0, 4, 7]),
        ("eq(items[0].sku,a)", [0, 7]),
        ("eq(items[1].sku,b)", [0]),
        ("in(items.sku,b,c)", [0, 1, 7]),
        ("like(items.sku,*)", [0, 1, 4, 7, 8]),
        ("gt(items.n,4):lt(items.n,3)", [0]),
        ("contains(items.sku,a)", [0, 4, 7]),
        ("contains_all(items.sku,a,b)", [0]),
        ("contains_any(items[0].sku,a,b)", [0, 1, 7]),
        ("contains_all(items.sku,a)", [0, 4, 7]),
        ("is_null(items.sku)", [2, 3, 5, 6, 9]),
        ("eq(items.length,2)", [0, 2, 7]),
        ("in(items.length,0,1)", [1, 3, 8, 9]),
        ("eq(items.length,9)", []),
    ],
)
def test_paths_into_objects_and_lists(text: str, positions: list[int]) -> None:
    assert find_rows(text, NESTED) == positions


NUMBERS: list[Any] = [0.1, 2, 2.5, 2**53 + 1, 2**63 - 1, 2.0**64, -(2**63), 1.7e308, 5e-324]


@for_each(
    "value",
    [
        "0.1",
        "0.10",
        "2.0",
        "9007199254740993",
        "9007199254740992.5",
        "9223372036854775807.5",
        "9223372036854775808",
        "18446744073709551617",
        "1e400",
        "-1e999999",
        "1e-400",
        "0.1000000000000000055",
    ],
)
@pytest.mark.parametrize("op", ["eq", "gt", "ge", "lt", "le"])
def test_numbers_that_no_document_can_hold_are_compared_exactly(op: str, value: str) -> None:
    held = [
        Decimal(each) if isinstance(each, int) or each.is_integer() else Decimal(repr(each))
        for each in NUMBERS
    ]
    wanted, sign = (
        Decimal(value),
        {"eq": "__eq__", "gt": "__gt__", "ge": "__ge__", "lt": "__lt__", "le": "__le__"}[op],
    )
    rows = [{"a": each} for each in NUMBERS]
    expected = [place for place, each in enumerate(held) if getattr(each, sign)(wanted)]
    for types in (None, {"a": float}):
        assert find_rows(getattr(F.a, op)(value), rows, types=types) == expected


@pytest.mark.parametrize(
    ("op", "positions"), [("eq", []), ("gt", [1]), ("ge", [1]), ("lt", [0]), ("le", [0])]
)
def test_a_point_in_time_between_two_milliseconds(op: str, positions: list[int]) -> None:
    rows = [{"a": _DAY}, {"a": _DAY + timedelta(milliseconds=1)}]
    assert find_rows(getattr(F.a, op)("2018-09-01T00:00:00.0005Z"), rows) == positions


def test_values_have_the_type_in_types() -> None:
    uuid = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    assert to_mongo(F.a.eq(uuid.upper()), types={"a": UUID}) == {"a": {"$eq": UUID(uuid)}}
    assert to_mongo("gt(items[0].price,1.10)", types={"items.price": Decimal}) == {
        "items.0.price": {"$gt": Decimal("1.10")}
    }
    with pytest.raises(FilterValueError, match=r"^`a`: `x` is not a whole number\. Hint: "):
        to_mongo("eq(a,x)", types={"a": int})


@pytest.mark.parametrize(
    ("types", "message"),
    [
        (["a"], "`types` is a mapping of paths to types, not a value of type list."),
        (
            {"a": list},
            (
                "the type of `a` is one of str, int, float, Decimal, bool, date, datetime, UUID, "
                "ObjectId, not list."
            ),
        ),
    ],
)
def test_invalid_types(types: Any, message: str) -> None:
    with pytest.raises(FilterTypeError) as refusal:
        to_mongo("eq(a,1)", types=types)
    assert str(refusal.value).startswith(message)


def test_invalid_filters() -> None:
    with pytest.raises(FilterSyntaxError):
        to_mongo("eq(a")
    with pytest.raises(ResourceError):
        to_mongo("eq(paymet,paid)", "orders")
    with pytest.raises(FilterTypeError):
        to_mongo(None)  # type: ignore[arg-type] # that is the test


def _keys(query: Any) -> list[str]:
    if isinstance(query, dict):
        return [key for name, inner in query.items() for key in [name, *_keys(inner)]]
    return [key for inner in query for key in _keys(inner)] if isinstance(query, list) else []


_OWN = {"$and", "$or", "$nor", "$eq", "$ne", "$in", "$gt", "$gte", "$lt", "$lte", "$not"}
_OWN |= {"$elemMatch", "$exists", "$type", "$regex", "$options", "$size", "$text", "$search"}


@given(filters)
def test_no_field_and_no_value_becomes_an_operator(f: Filter) -> None:
    try:
        query = to_mongo(f)
    except UnsupportedFilterError:
        return
    assert {key for key in _keys(query) if key.startswith("$") or "\0" in key} <= _OWN


@given(texts, texts.filter(bool))
def test_hostile_values_stay_values(value: str, name: str) -> None:
    assert to_mongo(F.a.eq(value), types={"a": str}) == {"a": {"$eq": value}}
    try:
        query = to_mongo(F[name].eq("x"), types={name: str})
    except UnsupportedFilterError:
        return
    queries = query.get("$or", [query])  # an element of a list is compared in two ways
    assert not any(address.startswith("$") for one in queries for address in one)


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_many_terms_take_one_query(terms: int) -> None:
    many = all_of(F.a.eq(str(number)) for number in range(terms))
    assert len(to_mongo(many, types={"a": int})["$and"]) == terms


def test_the_tree_may_be_given_as_text() -> None:
    assert to_mongo("eq(a,x)") == to_mongo(parse("eq(a,x)"))
