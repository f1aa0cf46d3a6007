"""Random rows and filters, and the check that an engine selects what the predicate does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from epfilter import Filter
from epfilter.ast import COMPARISONS, MEMBERSHIPS, And, Comparison, IsNull, Membership, Operator, Or
from epfilter.targets import UnsupportedFilterError, to_predicate
from support.filter_oracle import matches

Row = dict[str, Any]
Select = Callable[[Filter], set[int]]
"""The ids of the rows that an engine selects."""

_TEXTS = ["", "a", "A", "ab", "a%", "a_b", "a\\b", "*", "a*b", "é", "É", "x\ny", "5", "true", "Ω"]
_TEXTS += ["2018-09-01", "a'b", 'a"b', "),eq(a,1", " a", "a "]
_PATTERNS = ["a*", "*a", "*a*", "*b", "*%*", "*_*", "*\\*", "A*", "*\n*", "x*y", "**"]
_NUMBERS = ["0", "1", "-1", "5.0", "5.5", "10", str(2**53 + 1), str(2**63), "1e1", "NaN", "false"]


def _calls(
    names: st.SearchStrategy[str], written: st.SearchStrategy[str], *, lists: bool
) -> st.SearchStrategy[Filter]:
    excluded = {Operator.TEXT}
    if not lists:
        excluded |= {Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL}
    single = [op for op in COMPARISONS if op not in excluded]
    several = [op for op in MEMBERSHIPS if op not in excluded]
    values = st.lists(written, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Comparison, op=st.sampled_from(single), field=names, value=written),
        st.builds(Membership, op=st.sampled_from(several), field=names, values=values),
        st.builds(IsNull, field=names),
    )


def _group(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.builds(And, terms=several) | st.builds(Or, terms=several)


def _number_rows(made: list[Row]) -> list[Row]:
    return [{"id": i, **row} for i, row in enumerate(made)]


MOMENTS = [
    datetime(2018, 9, 1, tzinfo=UTC),
    datetime(2018, 9, 1, 10, 11, 12, 345000, tzinfo=UTC),
    datetime(2018, 8, 31, 22, 30, tzinfo=timezone(timedelta(hours=-4))),
    datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
]
COLUMNS: Mapping[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(_TEXTS),
    "total": st.sampled_from([0, 1, -1, 5, 9, 10, 2**53 + 1, 2**63 - 1]),
    "price": st.sampled_from(
        [Decimal(text) for text in ("0.00", "5.00", "5.50", "-1.25", "10.00")]
    ),
    "paid": st.booleans(),
    "created_at": st.sampled_from(MOMENTS),
    "day": st.sampled_from([date(2018, 9, 1), date(2018, 8, 31), date(2020, 2, 29)]),
}
"""Columns of one type each, and their values besides null."""

_WRITTEN = st.sampled_from(
    [
        *(*_TEXTS, *_NUMBERS, *_PATTERNS),
        *("2018-09-01T10:11:12.345Z", "2018-09-01T02:30:00Z", "2020-02-29", "1535760000000"),
    ]
)
filters = st.recursive(
    _calls(st.sampled_from([*COLUMNS]), _WRITTEN, lists=False), _group, max_leaves=4
)
some_filters = st.lists(filters, min_size=1, max_size=6)
rows = st.lists(
    st.fixed_dictionaries({name: st.none() | values for name, values in COLUMNS.items()}),
    min_size=1,
    max_size=12,
).map(_number_rows)

_WORDS = st.sampled_from(["", "a", "A", "ab", "a%", "a\\b", "*", "é", "5", "true", "a'b", 'a"b'])
_COUNTS = st.sampled_from([0, 1, -1, 5, 2**53 + 1, 2**63 - 1])


def _optional_parts(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Objects, some of whose parts are null or missing."""
    optional = {name: st.none() | part for name, part in parts.items()}
    return st.fixed_dictionaries({}, optional=optional)


_ITEM = _optional_parts(sku=_WORDS, n=_COUNTS, of=_optional_parts(id=_WORDS))
DOCUMENT = _optional_parts(
    contact=_optional_parts(email=_WORDS, age=_COUNTS, address=_optional_parts(zip=_WORDS)),
    items=st.lists(st.none() | _ITEM, max_size=3),
    tags=st.lists(st.none() | _WORDS, max_size=3),
    sizes=st.lists(_COUNTS, max_size=3),
)
"""Each part is of one type, as in a column."""

_VALUE = _WORDS | _COUNTS | st.booleans() | st.sampled_from([0.1, 5.5, -0.25])
_ANY_PART = _VALUE | _ITEM | st.lists(st.none() | _VALUE | _ITEM, max_size=3)
LOOSE_DOCUMENT = _optional_parts(
    contact=_optional_parts(
        email=_ANY_PART, age=_ANY_PART, address=_optional_parts(zip=_ANY_PART) | _ANY_PART
    ),
    items=_ANY_PART,
    tags=_ANY_PART,
    sizes=_ANY_PART,
)
"""A part may be a text, a number, an object or a list, as in JSON."""

PATHS = (
    *("contact", "contact.email", "contact.age", "contact.address.zip", "contact.address"),
    *("items", "items.sku", "items.n", "items.of.id", "items[0].sku", "items[1].n"),
    *("tags", "tags[0]", "tags[2]", "sizes", "sizes[0]", "tags.length", "items.length"),
)
_NESTED_WRITTEN = _WORDS | st.sampled_from([*_NUMBERS, *_PATTERNS, "2", "3", "0.1", "-0.25"])
nested_filters = st.recursive(
    _calls(st.sampled_from(PATHS), _NESTED_WRITTEN, lists=True), _group, max_leaves=3
)
some_nested_filters = st.lists(nested_filters, min_size=1, max_size=6)


def documents(document: st.SearchStrategy[Row]) -> st.SearchStrategy[list[Row]]:
    """Return a strategy of numbered rows."""
    return st.lists(document, min_size=1, max_size=8).map(_number_rows)


def agree(name: str, select: Select, made: Sequence[Row], fs: Sequence[Filter]) -> None:
    """Check that the predicate, the oracle and the engine select the same, or the engine refuses."""
    for f in fs:
        matching = to_predicate(f)
        wanted = {row["id"] for row in made if matching(row)}
        assert wanted == {row["id"] for row in made if matches(f, row)}, str(f)
        refusal = None
        try:
            found = select(f)
        except UnsupportedFilterError as error:
            found, refusal = wanted, error
        assert found == wanted, (name, str(f))
        assert refusal is None or (refusal.operator and refusal.field and refusal.target), refusal
