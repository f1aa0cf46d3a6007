"""Relations and rewriting agree with the oracle: a result that is not None holds for every row."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import fields, parse, walk
from epfilter.analysis import (
    disjoint,
    equivalent,
    implies,
    never_matches,
    normalize,
    simplify,
    subtract,
)
from epfilter.ast import Comparison, Filter, IsNull, Membership, Operator
from epfilter.values import from_text_or_none
from support.filter_oracle import matches
from support.meaning_samples import TYPED_ROWS, Row, filter_texts, generated_rows
from support.resource_samples import things
from support.sizes import divide_examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from epfilter.resources import Resource

CASES = [
    pytest.param(None, id="untyped"),
    pytest.param(things, id="typed"),
]


@st.composite
def questions(draw: st.DrawFn, *, typed: bool) -> tuple[str, str, list[Row]]:
    """Two filters, and rows that have values near those of the filters."""
    first, second = draw(filter_texts(typed=typed)), draw(filter_texts(typed=typed))
    rows = draw(st.lists(generated_rows(typed=typed), min_size=4, max_size=4))
    return first, second, [*rows, *TYPED_ROWS] if typed else rows


def select(f: Filter | str, rows: list[Row]) -> list[bool]:
    parsed = parse(f) if isinstance(f, str) else f
    return [matches(parsed, row) for row in rows]


@pytest.mark.parametrize("resource", CASES)
@divide_examples(2)
@given(data=st.data())
def test_relations_hold_for_every_row(resource: Resource | None, data: st.DataObject) -> None:
    first, second, rows = data.draw(questions(typed=resource is not None))
    found, others = select(first, rows), select(second, rows)
    if implies(first, second, resource):
        assert not [row for row, a, b in zip(rows, found, others, strict=True) if a and not b]
    if disjoint(first, second, resource):
        assert not [row for row, a, b in zip(rows, found, others, strict=True) if a and b]
    if equivalent(first, second, resource):
        assert found == others
    if never_matches(first, resource):
        assert True not in found


@pytest.mark.parametrize("resource", CASES)
@divide_examples(2)
@given(data=st.data())
def test_rewriting_never_changes_a_selection(
    resource: Resource | None, data: st.DataObject
) -> None:
    text, _, rows = data.draw(questions(typed=resource is not None))
    expected = select(text, rows)
    assert select(simplify(text, resource), rows) == expected
    assert select(normalize(text, resource), rows) == expected
    assert equivalent(text, normalize(text, resource), resource) is not False
    assert equivalent(text, simplify(text, resource), resource) is not False


@pytest.mark.parametrize("resource", CASES)
@divide_examples(2)
@given(data=st.data())
def test_a_difference_is_what_one_filter_matches_and_the_other_does_not(
    resource: Resource | None, data: st.DataObject
) -> None:
    first, second, rows = data.draw(questions(typed=resource is not None))
    differences = subtract(first, second, resource)
    for row, a, b in zip(rows, select(first, rows), select(second, rows), strict=True):
        found = [
            matches(f, row) and (excluded is None or not matches(excluded, row))
            for f, excluded, _ in differences
        ]
        assert any(found) is (a and not b)


Call = Comparison | Membership | IsNull


def find_near_values(text: str) -> Iterator[Any]:
    """Yield values of all types that a text means, and those directly beside them."""
    bare = text.strip("*")
    yield from (
        text,
        f"{text}\0",
        bare,
        f"{bare}\0",
        f"{bare}~",
        f"~{bare}",
        f"~{bare}~",
        bare.upper(),
    )
    number, instant = from_text_or_none(text, Decimal), from_text_or_none(text, datetime)
    if number is not None:
        yield from (number, number + Decimal("1e-9"), number - Decimal("1e-9"), int(number) + 1)
    if instant is not None:
        yield from (
            instant,
            instant + timedelta(microseconds=1),
            instant - timedelta(microseconds=1),
        )
    if (uuid := from_text_or_none(text, UUID)) is not None:
        yield from (uuid, UUID(int=uuid.int + 1), UUID(int=uuid.int - 1))
    yield from ("", False, True, Decimal(0), UUID(int=0))


def find_elements(filters: list[Filter], field: str) -> list[Any]:
    texts = {
        text
        for f in filters
        for call in walk(f)
        if isinstance(call, (Comparison, Membership)) and call.field == field
        for text in ((call.value,) if isinstance(call, Comparison) else call.values)
    }
    return [value for text in sorted(texts) or [""] for value in find_near_values(text)]


def split(call: Call) -> list[Call]:
    """Return the parts of a `contains_all`, each of which a row may lack."""
    if isinstance(call, Membership) and call.op is Operator.CONTAINS_ALL:
        return [Comparison(op="contains", field=call.field, value=text) for text in call.values]
    return [call]


def find_rows(filters: list[Filter]) -> Iterator[Row]:
    """Yield rows without a resource: each has all values that some of the calls do not match."""
    calls = [
        part
        for f in filters
        for call in walk(f)
        if isinstance(call, (Comparison, Membership, IsNull))
        for part in split(call)
    ]
    names = sorted({name for f in filters for name in fields(f)})
    elements = {name: find_elements(filters, name) for name in names}
    for count in range(len(calls) + 1):
        for unmatched in combinations(calls, count):
            rest = {
                name: [
                    each
                    for each in elements[name]
                    if not any(
                        matches(call, {name: each}) for call in unmatched if call.field == name
                    )
                ]
                for name in names
            }
            for values in product(*[(rest[name], None) for name in names]):
                yield dict(zip(names, values, strict=True))


small = st.lists(filter_texts(max_leaves=4), min_size=2, max_size=2)


@given(small)
def test_where_a_relation_is_denied_a_row_shows_it(texts: list[str]) -> None:
    first, second = (parse(text) for text in texts)
    if implies(first, second) is False:
        assert any(
            matches(first, row) and not matches(second, row) for row in find_rows([first, second])
        )
    if disjoint(first, second) is False:
        assert any(
            matches(first, row) and matches(second, row) for row in find_rows([first, second])
        )


TYPES: dict[str, tuple[type, ...]] = {
    "weight": (Decimal, int),
    "created_at": (datetime,),
    "name": (str,),
    "id": (UUID,),
}


def find_typed_rows(filters: list[Filter]) -> Iterator[Row]:
    """Yield rows of the resource, with one value in each field but `tags`."""
    names = sorted({name for f in filters for name in fields(f)})
    values: list[list[Any]] = []
    for name in names:
        near = find_elements(filters, name)
        if name == "tags":
            texts = sorted({text for text in near if isinstance(text, str)})
            lists = [[*some] for count in range(3) for some in combinations(texts, count)]
            values.append([None, texts, *lists])
        elif name == "total":
            values.append([None, *{n + d for n in near if type(n) is int for d in (-2, -1, 0)}])
        elif name == "day":
            days = [value.date() for value in near if isinstance(value, datetime)]
            values.append([None, *{day + timedelta(days=n) for day in days for n in (-1, 0, 1)}])
        else:
            values.append([None, *[value for value in near if type(value) in TYPES[name]]])
    return (dict(zip(names, row, strict=True)) for row in product(*values))


@given(st.lists(filter_texts(typed=True, max_leaves=3), min_size=2, max_size=2))
def test_where_a_relation_is_denied_a_row_of_the_resource_shows_it(texts: list[str]) -> None:
    first, second = (parse(text) for text in texts)
    rows = find_typed_rows([first, second])
    if implies(first, second, things) is False:
        assert any(matches(first, row) and not matches(second, row) for row in rows)
