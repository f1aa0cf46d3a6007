"""What the rules say is true: fixes keep the meaning, and nothing reported as empty ever matches."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Diagnostic, Edit, lint, parse
from epfilter.errors import apply_edits
from epfilter.linter import Settings
from filter_oracle import matches
from filter_strategies import filters
from resource_samples import things

Row = dict[str, Any]

EVERY = Settings(select=("EPF",))
ALWAYS_SAFE = {"EPF403", "EPF404", "EPF405", "EPF408", "EPF410", "EPF501"}
MOST_ROUNDS = 20

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
    ),
)
_CELLS: tuple[object, ...] = (
    *("1", "1.0", "2", "5", "10", "95", "x", "X", "x ", "xy", "y", "", "C:\\x", "2018-09-01"),
    *(-5, 1, Decimal("1.5"), 2, 5, 9, 10, 2000, _DAY, _DAY.replace(hour=5), None, True, UUID(_ID)),
    *([], ["1", "2"], [1, 10], ["x", "y"], [_DAY, _DAY.replace(day=3)]),
)
ROWS: list[Row] = [{"a": one, "b": other} for one, other in product(_CELLS, ("1", 5, "x", None))]

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


_ONE = ("eq", "gt", "ge", "lt", "le", "like", "ilike", "contains")
_SEVERAL = ("in", "contains_any", "contains_all")


@st.composite
def call_texts(draw: st.DrawFn, *, typed: bool = False) -> str:
    """A call as people write it, with few fields and values, so that they meet."""
    field = draw(st.sampled_from((*TYPED,))) if typed else draw(st.sampled_from("aaab"))
    values = st.sampled_from(TYPED[field][0] if typed else _VALUES)
    op = draw(st.sampled_from((*_ONE, *_ONE[:5], *_SEVERAL, "in", "is_null")))
    gap = draw(st.sampled_from(("", "", "", " ", "\n")))
    if op == "is_null":
        return f"is_null({field})"
    listed = draw(st.lists(values, min_size=1, max_size=1 if op in _ONE else 4))
    return f"{op}({gap}{field},{gap}{f',{gap}'.join(listed)})"


@st.composite
def _joined(draw: st.DrawFn, terms: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(terms, min_size=2, max_size=4))
    text = parts[0]
    for part in parts[1:]:
        text += draw(st.sampled_from((":", ":", "|", " : "))) + part
    return f"({text})" if draw(st.booleans()) else text


def filter_texts(*, typed: bool = False) -> st.SearchStrategy[str]:
    return st.recursive(call_texts(typed=typed), _joined, max_leaves=8)


def in_rounds(text: str, resource: Any = None) -> str:
    """Apply all safe fixes that do not overlap, again and again until there are none."""
    for _ in range(MOST_ROUNDS):
        fixes = [found.fix for found in lint(text, resource, settings=EVERY) if found.fix]
        edits: list[Edit] = []
        for fix in fixes:
            if fix.safe and not any(
                one.span.start < other.span.end and other.span.start < one.span.end
                for one in fix.edits
                for other in edits
            ):
                edits += fix.edits
        if not edits:
            return text
        text = apply_edits(text, edits)
    raise AssertionError(f"the fixes of {text!r} do not come to an end")


def found_as(code: str, text: str, resource: Any = None) -> list[Diagnostic]:
    return lint(text, resource, settings=Settings(select=(code,)))


@given(filter_texts())
def test_safe_fixes_mean_the_same(text: str) -> None:
    fixed = in_rounds(text)
    before, after = parse(text), parse(fixed)
    assert [matches(after, row) for row in ROWS] == [matches(before, row) for row in ROWS]


@given(filter_texts(typed=True))
def test_safe_fixes_mean_the_same_for_a_resource(text: str) -> None:
    fixed = in_rounds(text, things)
    before, after = parse(text), parse(fixed)
    for row in TYPED_ROWS:
        assert matches(after, row) == matches(before, row)
    left = {one.code for one in lint(fixed, things, settings=EVERY) if one.fix and one.fix.safe}
    assert left == set()


@given(filters)
def test_safe_fixes_of_any_filter_end_in_a_filter(f: Any) -> None:
    parse(in_rounds(str(f)))


@given(filter_texts())
def test_every_fix_alone_gives_a_filter_and_a_safe_one_the_same_meaning(text: str) -> None:
    before = parse(text)
    for one in lint(text, settings=EVERY):
        assert one.code not in ALWAYS_SAFE or one.fix is None or one.fix.safe
        if one.fix:
            after = parse(one.fix.apply(text))
            if one.fix.safe:
                assert [matches(after, row) for row in ROWS] == [
                    matches(before, row) for row in ROWS
                ]


SINGLE_ROWS = [row for row in ROWS if not isinstance(row["a"], list)]


@given(st.lists(call_texts(), min_size=2, max_size=5).map(":".join))
def test_what_never_matches_does_not(text: str) -> None:
    if found_as("EPF401", text):
        f = parse(text)
        assert not [row for row in SINGLE_ROWS if matches(f, row)]


@given(st.lists(call_texts(typed=True), min_size=2, max_size=6).map(":".join))
def test_what_never_matches_for_a_resource_does_not(text: str) -> None:
    if found_as("EPF401", text, things):
        f = parse(text)
        assert not [row for row in TYPED_ROWS if matches(f, row)]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_an_implied_term_can_be_left_out(connective: str, data: st.DataObject) -> None:
    terms = data.draw(st.lists(call_texts(), min_size=2, max_size=5))
    text = connective.join(terms)
    before = parse(text)
    for one in found_as("EPF402", text):
        assert one.fix
        after = parse(one.fix.apply(text))
        assert [matches(after, row) for row in ROWS] == [matches(before, row) for row in ROWS]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_an_implied_term_can_be_left_out_for_a_resource(
    connective: str, data: st.DataObject
) -> None:
    terms = data.draw(st.lists(call_texts(typed=True), min_size=2, max_size=6))
    text = connective.join(terms)
    before = parse(text)
    for one in found_as("EPF402", text, things):
        assert one.fix
        after = parse(one.fix.apply(text))
        for row in TYPED_ROWS:
            assert matches(after, row) == matches(before, row)
