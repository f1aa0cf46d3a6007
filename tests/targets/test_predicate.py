"""A filter as a function of rows: what it means, whatever the rows are, and that it trusts none."""

from __future__ import annotations

import copy
import json
import pickle
import sqlite3
from collections import OrderedDict, UserDict, defaultdict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, PrivateAttr

from epfilter import F, all_of, any_of, parse
from epfilter.ast import walk
from epfilter.errors import (
    FilterSyntaxError,
    FilterTypeError,
    ResourceError,
    UnsupportedFilterError,
)
from epfilter.resources import EqOrdered, Resource, boolean, date_, number, uuid
from epfilter.targets import to_predicate
from epfilter.values import from_text, read_timestamp, to_text
from support.counted_work import count_lines
from support.filter_oracle import matches
from support.filter_strategies import HOSTILE, filters
from support.meaning_samples import ROWS, TYPED_ROWS, filter_texts
from support.resource_samples import things
from support.rows import for_each
from support.sizes import MANY_TERMS

_CASES = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("data")
    .joinpath("predicate.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
_NOON = datetime(2018, 9, 1, 12, tzinfo=UTC)


class Goods(Resource):
    weight = EqOrdered(number())
    day = EqOrdered(date_())
    id = EqOrdered(uuid())
    sold = EqOrdered(boolean())


goods = Goods()


@for_each("case", _CASES, ids=lambda case: f"{case['filter']} {case['row']}")
def test_cases(case: dict[str, Any]) -> None:
    match = to_predicate(case["filter"], case.get("resource"))
    row = case["row"]
    found = match(row)
    assert found is case["expected"]
    # However the row is made, and whether a function was written for the filter or not.
    assert match(OrderedDict(row)) is found
    assert match(UserDict(row)) is found
    many = all_of(*[parse(case["filter"])] * 60)
    assert to_predicate(many, case.get("resource"))(row) is found
    if not case.get("resource"):
        assert to_predicate(any_of(F.nowhere.eq(1), parse(case["filter"])))(row) is found
        assert matches(parse(case["filter"]), row) is found
    if all(name.isidentifier() and not name.startswith("_") for name in row):
        assert match(SimpleNamespace(**row)) is found


_scalars = st.one_of(
    st.sampled_from(("x", "X", "", "5", "1.5", "true", "2018-09-01", "x*", _ID, "é", "\x00")),
    st.sampled_from((None, True, False, 5, 1.5, 0.1, Decimal("1.50"), 2**53 + 1, float(2**53))),
    st.sampled_from((float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN"), UUID(_ID))),
    st.sampled_from((_NOON, _NOON.replace(tzinfo=None), _NOON.date(), date(2018, 9, 1))),
    st.integers(-20, 20),
    st.floats(-10, 10),
    st.decimals(-5, 5, places=2),
    st.datetimes(timezones=st.sampled_from((None, UTC, timezone(timedelta(hours=5))))),
)
_inner = st.dictionaries(
    st.sampled_from("abc"), st.one_of(_scalars, st.lists(_scalars, max_size=3))
)
_rows = st.dictionaries(
    st.sampled_from(("a", "b", "c", "a.b", "a[0]")),
    st.one_of(_scalars, _inner, st.lists(st.one_of(_scalars, _inner), max_size=3)),
)
_fields = st.sampled_from(
    ("a", "a", "b", "a.b", "a.b.c", "a[0]", "a[1].b", "a.length", "a.b[0]", "b.c.length")
)


@st.composite
def _calls(draw: st.DrawFn) -> str:
    op = draw(
        st.sampled_from(
            [
                "eq",
                "gt",
                "ge",
                "lt",
                "le",
                "like",
                "in",
                "contains",
                "contains_any",
                "contains_all",
                "is_null",
            ]
        )
    )
    field = draw(_fields)
    if op == "is_null":
        return f"is_null({field})"
    value = _scalars.filter(
        lambda value: value is not None and "nan" not in str(value).lower() and value == value  # noqa: PLR0124
    )
    several = op in {"in", "contains_any", "contains_all"}
    values = draw(st.lists(value, min_size=1, max_size=3 if several else 1))
    return f"{op}({field},{','.join(_quoted(value) for value in values)})"


def _quoted(value: object) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    text = str(value) if isinstance(value, float) else to_text(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(st.lists(_calls(), min_size=1, max_size=4), st.sampled_from(":|"), st.lists(_rows))
def test_the_predicate_agrees_with_the_oracle(
    calls: list[str], joint: str, rows: list[dict[str, Any]]
) -> None:
    f = parse(joint.join(calls))
    match = to_predicate(f)
    for row in rows:
        assert match(row) is matches(f, row), row
        assert match(UserDict(row)) is matches(f, row), row


@given(filter_texts())
def test_the_predicate_agrees_with_the_oracle_on_samples(text: str) -> None:
    f = parse(text)
    assert [*map(to_predicate(f), ROWS)] == [matches(f, row) for row in ROWS]


def _is_bindable(text: str) -> bool:
    try:
        things.bind(text)
    except ResourceError:
        return False
    return True


def _as_json(value: object) -> object:
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value if value is None or isinstance(value, int) else to_text(value)


@given(filter_texts(typed=True).filter(_is_bindable))
def test_a_resource_reads_texts_as_their_type(text: str) -> None:
    match, f = to_predicate(text, things), parse(text)
    for row in TYPED_ROWS:
        expected = matches(f, row)
        assert match(row) is expected
        assert match({name: _as_json(value) for name, value in row.items()}) is expected


@given(filters)
def test_any_filter_is_a_function_of_any_dict(f: Any) -> None:
    if any("text" in str(getattr(node, "op", "")) for node in walk(f)):
        with pytest.raises(UnsupportedFilterError):
            to_predicate(f)
        return
    match = to_predicate(f)
    for row in ({}, {"a": "x"}, {"a": [1, {"b": 2}], "": "", "*": "*"}):
        assert match(row) is matches(f, row)


class Color(Enum):
    RED = "red"
    NUMBER = 5
    LIST = ("red",)


class Size(IntEnum):
    BIG = 3


class Word(StrEnum):
    ONE = "one"


@for_each(
    ("text", "value", "expected"),
    [
        ("eq(a,red)", Color.RED, True),
        ("eq(a,RED)", Color.RED, False),
        ("like(a,r*)", Color.RED, True),
        ("gt(a,4)", Color.NUMBER, True),
        ("eq(a,red)", Color.LIST, False),
        ("eq(a,3)", Size.BIG, True),
        ("in(a,one)", Word.ONE, True),
        ("eq(a,x)", ("x", "y"), True),
        ("contains(a,x)", {"x"}, True),
        ("contains_all(a,x,y)", frozenset("xy"), True),
        ("eq(a,1.5)", Decimal("1.500"), True),
        ("ge(a,0)", Decimal("NaN"), False),
        ("eq(a,NaN)", Decimal("sNaN"), False),
        ("in(a,1,2)", Decimal("sNaN"), False),
        ("ge(a,0)", float("nan"), False),
        ("ge(a,0.5)", float("nan"), False),
        ("is_null(a)", float("nan"), False),
        ("gt(a,1e300)", float("inf"), True),
        ("ge(a,0001-01-01)|lt(a,2018-09-01)|eq(a,NaT)", pd.NaT, False),
        ("is_null(a)", pd.NaT, False),
        ("eq(a,2018-09-01)", pd.Timestamp("2018-09-01"), True),
        ("lt(a,2018-09-01)", pd.Timestamp("2018-09-01", tz="Asia/Tokyo"), True),
        ("eq(a,1)", Fraction(1), False),
        ("eq(a,1)", 1 + 0j, False),
        ("eq(a,x)", b"x", False),
        ("is_null(a)", b"", False),
        ("is_null(a)", object(), False),
        ("eq(a,x)", object(), False),
        ("like(a,*)", object(), False),
        ("eq(a,2018-09-01)", date(2018, 9, 1), True),
        ("ge(a,2018-09-01T00:00:00Z)", date(2018, 9, 1), True),
        ("gt(a,2018-09-01T00:00:00Z)", date(2018, 9, 1), False),
        ("lt(a,2018-09-01T00:00:01Z)", date(2018, 9, 1), True),
        ("gt(a,2018-09-01)", datetime(2018, 9, 1, 1), True),  # noqa: DTZ001 - is in UTC
        ("eq(a,2018-09-01)", datetime(2018, 9, 1), True),  # noqa: DTZ001 - is in UTC
        ("eq(a,2018-09-01T12:00:00Z)", _NOON.astimezone(timezone(timedelta(hours=9))), True),
        ("in(a,2018-09-01T12:00:00Z)", _NOON.astimezone(timezone(timedelta(hours=9))), True),
        ("gt(a,0001-01-01)", datetime.max.replace(tzinfo=timezone(-timedelta(hours=9))), True),
        ("gt(a,soon)", _NOON, False),
        (f"eq(a,{_ID.upper()})", UUID(_ID), True),
        (f"eq(a,{_ID.upper()})", _ID, False),
        ("eq(a,3fa8)", UUID(_ID), False),
    ],
)
def test_values_of_python(text: str, value: object, expected: bool) -> None:  # noqa: FBT001 - a table
    assert to_predicate(text)({"a": value}) is expected
    if not isinstance(value, (tuple, set, frozenset)):
        assert to_predicate(text)({"a": [None, value]}) is expected


@for_each(
    ("text", "value", "expected"),
    [
        ("eq(weight,1.5)", "1.50", True),
        ("gt(weight,9)", "10", True),
        ("eq(weight,1.5)", "1.5 kg", False),
        ("eq(day,2018-09-01)", "2018-09-01", True),
        ("gt(day,2018-09-01)", "2018-09-01T00:00:01Z", True),
        ("lt(day,2018-09-01)", "20180901", False),
        ("lt(day,2018-09-01)", "-5", False),
        ("eq(day,2018-09-01)", date(2018, 9, 1), True),
        (f"eq(id,{_ID})", _ID.upper(), True),
        (f"eq(id,{_ID})", UUID(_ID), True),
        (f"gt(id,{_ID})", _ID[:-1] + "7", True),
        ("eq(sold,true)", "true", True),
        ("eq(sold,true)", True, True),
        ("eq(sold,true)", 1, False),
        ("eq(sold,true)", "yes", False),
    ],
)
def test_types_of_a_resource(text: str, value: object, expected: bool) -> None:  # noqa: FBT001 - a table
    name = text[3:].split(",", maxsplit=1)[0]
    assert to_predicate(text, goods)({name: value}) is expected
    assert to_predicate(text, goods)(SimpleNamespace(**{name: value})) is expected


@given(
    st.one_of(
        st.datetimes(timezones=st.sampled_from((None, UTC, timezone(timedelta(hours=-5))))).map(
            datetime.isoformat
        ),
        st.from_regex(r"2018-0[0-9]-[0-3][0-9]([T ][0-9:]{5,8}(\.[0-9]{1,13})?(Z|z|[+-]05:00)?)?"),
        st.text(),
        st.integers(0, 10**13).map(str),
    )
)
def test_a_timestamp_is_read_as_values_read_it(text: str) -> None:
    read = read_timestamp(text)
    late = to_predicate("ge(created_at,2018-05-05)", "orders")({"created_at": text})
    assert late is (read is not None and read >= datetime(2018, 5, 5, tzinfo=UTC))
    try:
        expected = from_text(text, datetime)
    except ValueError:
        return  # other notations of ISO 8601 are read as well
    assert read == expected


class Customer(BaseModel):
    name: str = "Ron"
    tags: list[str] = []
    _secret: str = PrivateAttr("s")

    @property
    def short(self) -> str:
        return self.name[:1]

    def shout(self) -> str:
        raise AssertionError("no method is called")


@dataclass
class Order:
    customer: Customer
    _total: int = 5


class Slotted:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = "x"


@for_each(
    ("text", "row", "expected"),
    [
        ("eq(customer.name,Ron)", Order(Customer()), True),
        ("eq(customer.short,R)", Order(Customer()), True),
        ("is_null(customer.shout)", Order(Customer()), True),
        ("is_null(customer._secret)", Order(Customer()), True),
        ("is_null(customer.__dict__.name)", Order(Customer()), True),
        ("is_null(customer.__class__.__name__)", Order(Customer()), True),
        ("is_null(__class__)", object(), True),
        ("is_null(__doc__)", Customer(), True),
        ("eq(_total,5)", Order(Customer()), True),
        ("eq(a,x)", Slotted(), True),
        ("eq(a,x)", namedtuple("Pair", "a")("x"), True),  # noqa: PYI024 - without types
        ("eq(b.a,x)", {"b": namedtuple("Pair", "a")("x")}, True),  # noqa: PYI024 - the same
        ("is_null(a.count)", {"a": []}, True),
        ("is_null(a.b)", {"a": json}, True),
        ("is_null(a.loads)", {"a": json}, True),
        ("is_null(a.real)", {"a": 5}, True),
        ("is_null(a)", None, True),
        ("is_null(a)", 5, True),
        ("is_null(a.b)", [{"a": {"b": 1}}], True),
    ],
)
def test_rows_are_any_objects(text: str, row: object, expected: bool) -> None:  # noqa: FBT001 - a table
    assert to_predicate(text)(row) is expected


def test_a_row_of_sqlite() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("SELECT 5 AS total, 'x' AS [a.b]").fetchone()
    connection.close()
    assert to_predicate("eq(total,5):eq(a.b,x):is_null(other)")(row) is True


def test_a_default_dict_stays_as_it_is() -> None:
    row: defaultdict[str, list[int]] = defaultdict(list)
    assert to_predicate("is_null(a):is_null(b.c)")(row)
    assert not row


class Raises:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> object:
        raise self._error


@pytest.mark.parametrize("text", ["eq(a,1)", "eq(a.b,1)", "contains_all(a,1)"])
def test_an_attribute_that_raises(text: str) -> None:
    match = to_predicate(text)
    for missing in (AttributeError(), KeyError(), TypeError()):
        assert not match(Raises(missing))
        assert to_predicate("is_null(a.b)")({"a": Raises(missing)})
    for error in (ValueError("mine"), RuntimeError("mine"), ZeroDivisionError("mine")):
        with pytest.raises(type(error), match="mine"):
            match(Raises(error))
        if "a.b" in text:
            with pytest.raises(type(error), match="mine"):
                match({"a": Raises(error)})


def test_huge_numbers() -> None:
    assert to_predicate("gt(a,1):gt(a,1.5):gt(a,9007199254740993)")({"a": 10**5000})
    assert to_predicate("eq(a,5)")({"a": Decimal(5).scaleb(0)})
    assert not to_predicate("gt(a,1e999999)|eq(a,1e999999)|in(a,1e999999,2)")({"a": 10**5000})


def test_hostile_rows() -> None:
    cyclic: dict[Any, Any] = {1: 2, None: 3, (): 4}
    cyclic["a"] = cyclic
    cyclic["b"] = [cyclic, [cyclic]]
    ring: list[Any] = []
    ring.append(ring)
    cyclic["c"] = ring
    assert to_predicate("is_null(a.a.a.x):is_null(b.b.b.x)")(cyclic)
    assert not to_predicate("eq(a.a.a.a,1)|eq(c,1)|contains_all(c.d,1)|eq(b.b,1)")(cyclic)
    assert to_predicate("eq(c[0][0].length,1)")(cyclic)

    class Lies:
        @property  # type: ignore[misc] # that of object can be set
        def __class__(self) -> Any:
            raise ValueError("never read")

    assert not to_predicate("eq(a,1)|eq(a.b,1)|is_null(a)")({"a": Lies()})


@pytest.mark.parametrize("resource", [None, things])
def test_names_and_values_are_never_run(resource: Resource | None) -> None:
    nasty = (
        *HOSTILE,
        "__import__('os').abort()",
        "'+exit()+'",
        '"""',
        "{row}",
        "v",
        "row",
        "c0",
        "slow",
        "'; raise SystemExit #",
        "__class__.__mro__",
        "x\n    return True",
    )
    for text in nasty:
        assert to_predicate(F.name.eq(text), resource)({"name": text})
        assert not to_predicate(F.name.eq(text), resource)({"name": f"{text}!"})
        if text:
            row = {text: text}
            assert to_predicate(F[text].eq(text) & F[text].in_("a", text))(row)
            assert not to_predicate(F[text].eq("no"))(row)
            assert not to_predicate(F[text].eq("no"))(SimpleNamespace(**row))


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()))
def test_values_of_the_builder_match(value: Any) -> None:
    try:
        f = F.a.eq(value)
    except ValueError:
        return
    assert to_predicate(f)({"a": value})


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_wide_and_deep_filters(terms: int) -> None:
    wide = all_of(*[F[f"f{number}"].is_null() for number in range(terms)])
    assert to_predicate(wide)({})
    assert not to_predicate(wide)({f"f{terms - 1}": 1})
    wide = any_of(*[F.a.like(f"{number}*") for number in range(terms)])
    assert to_predicate(wide)({"a": str(terms - 1)})
    assert not to_predicate(wide)({"a": "x"})
    assert to_predicate(F.a.in_(range(terms)))({"a": terms - 1})
    deep = parse("eq(a,1)")
    for level in range(64):
        deep = parse("eq(b,2)") | deep if level % 2 else parse("is_null(c)") & deep
    assert to_predicate(deep)({"a": 1})
    assert not to_predicate(deep)({"a": 1, "c": 1})


@pytest.mark.parametrize(
    "values",
    [
        [f"v{number}" for number in range(800)],
        [*range(800)],
        [_NOON + timedelta(seconds=number) for number in range(800)],
        [UUID(int=number) for number in range(800)],
    ],
    ids=lambda values: type(values[0]).__name__,
)
def test_contains_all_takes_time_in_proportion_to_the_list(values: list[Any]) -> None:
    def work(count: int) -> int:
        match = to_predicate(F.a.contains_all(values[:count]))
        row = {"a": values[:count][::-1]}
        assert match(row)
        assert not match({"a": row["a"][1:]})
        return count_lines(lambda: match(row))

    assert work(800) < 3 * work(400)


def test_contains_all_of_elements_of_several_types() -> None:
    match = to_predicate("contains_all(a,5,x,true,5)")
    assert match({"a": ["x", 5.0, True, None]})
    assert match({"a": ["true", "x", "5"]})
    assert not match({"a": ["x", 5]})
    assert not match({"a": ["x", 6, True]})


@pytest.mark.parametrize("values", ["x", "x,y", "x,y" + 8 * ",x"])
def test_contains_all_is_a_call_of_its_own(values: str) -> None:
    def refuse(_: object) -> NoReturn:
        raise AssertionError("it is not `contains`")

    text = f"contains_all(a,{values})|eq(b,1)"
    match = to_predicate(text, override={("contains", "a"): lambda _: refuse})
    assert match({"a": ["z", "y", "x"]})
    assert not match({"a": ["y", "z"], "b": 2})
    assert match({"a": ["y"], "b": 1})


def test_text_is_refused() -> None:
    with pytest.raises(UnsupportedFilterError) as refusal:
        to_predicate("eq(a,1):(text(name,robe)|eq(b,1))")
    assert (refusal.value.operator, refusal.value.field) == ("text", "name")
    assert str(refusal.value) == (
        "a predicate cannot run `text` on `name`: full-text search has a different meaning in every "
        "search engine. Hint: use like or ilike with `*`."
    )


def test_invalid_arguments() -> None:
    with pytest.raises(FilterSyntaxError):
        to_predicate("eq(a")
    with pytest.raises(FilterTypeError):
        to_predicate(5)  # type: ignore[arg-type] # that is the point
    with pytest.raises(FilterTypeError):
        to_predicate("eq(a,1)", 5)  # type: ignore[arg-type] # that is the point
    for resource in ("orders", "ordrs"):
        with pytest.raises(ResourceError):
            to_predicate("eq(paymet,paid)", resource)


class Sent(BaseModel):
    grand_total: int = Field(alias="grandTotal")
    note: str | None = Field(None, serialization_alias="remark")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("eq(grand_total,5)", True),
        ("eq(grandTotal,5)", True),
        ("eq(remark,x)", True),
        ("eq(note,x)", True),
        ("is_null(grandtotal)", True),
        ("eq(sent[0].grandTotal,5):eq(sent.remark,x)", True),
    ],
)
def test_a_field_of_a_model_has_its_name_in_json_too(text: str, expected: bool) -> None:  # noqa: FBT001 - what is expected
    sent = Sent(grandTotal=5, note="x")
    matching = to_predicate(text)
    assert matching({"sent": [sent]} if "sent" in text else sent) is expected


def test_a_model_matches_filters_of_its_own_resource() -> None:
    matching = to_predicate("gt(grandTotal,4):eq(remark,x)", Resource.from_model(Sent))
    sent = Sent(grandTotal=5, note="x")
    assert matching(sent)
    assert matching(sent.model_dump(by_alias=True))


def test_a_predicate_pickles() -> None:
    row = {"weight": 5, "sold": "true"}
    for f, resource in (("gt(weight,4):eq(sold,true)", goods), ("gt(weight,4)", None)):
        predicate = to_predicate(f, resource)
        for again in (
            pickle.loads(pickle.dumps(predicate)),  # noqa: S301 - what was pickled here
            copy.deepcopy(predicate),
        ):
            assert again(row)
            assert not again({"weight": 3})
            assert repr(again) == repr(predicate)
    assert "of to_predicate('gt(weight,4)')>" in repr(to_predicate("gt(weight,4)"))
    assert "of to_predicate('eq(name,x)', 'orders')>" in repr(to_predicate("eq(name,x)", "orders"))
