"""Strategies for orders and their filters, and functions that write orders to files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from epfilter import Filter
from epfilter.ast import And, Comparison, Operator, Or
from epfilter.exporter.orders.order_schema import (
    ITEM_ATTRIBUTES,
    ITEM_MEMBERS,
    ORDER_MEMBERS,
    Member,
    attributes_of,
    get_items,
    get_value,
)
from epfilter.resources import FieldType, orders, resource_info
from support.filter_strategies import HOSTILE

Order = dict[str, Any]

_TEXTS = st.sampled_from(
    [
        *HOSTILE,
        *("a", "A", "ab", "paid", "=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=", ' "=1', "\ufeff=1"),
        *("X1 1AA", "61ABF56A-194e-4e13-a717-92d2f0c9d4df", "61abf56a-194e-4e13-a717-92d2f0c9d4df"),
        *(
            "null",
            "NULL",
            "5",
            "1e3",
            "0012",
            "a\nb",
            "a\r\nb",
            'a"b',
            "a'b",
            "a\x00b",
            "Ω",
            "\u2028",
        ),
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_INTEGERS = st.sampled_from(
    [0, 1, -1, 5, 100, 10_000, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**30]
)
_MOMENTS = st.sampled_from(
    [
        *("2018-09-01T00:00:00Z", "2018-10-04T11:08:49.156490335Z", "2018-10-04T11:08:49.156Z"),
        *(
            "2018-08-31T22:30:00-04:00",
            "2018-09-01T02:30:00+00:00",
            "2018-09-01",
            "0001-01-01T00:00:00Z",
        ),
        *(
            "2018-10-04T11:08:49.156490999Z",
            "9999-12-31T23:59:59.999999999Z",
            "2018-09-01 02:30:00",
        ),
    ]
)
_TEXTS_BY_TYPE = {
    "string": _TEXTS,
    "uuid": st.just("61abf56a-194e-4e13-a717-92d2f0c9d4df"),
    "integer": _INTEGERS.map(str),
    "boolean": st.sampled_from(["true", "false"]),
    "datetime": _MOMENTS.filter(lambda text: " " not in text),
}


def _values(member: Member) -> st.SearchStrategy[Any]:
    field = resource_info(orders).fields.get(member.name)
    if field is not None and field.type.values:
        return st.sampled_from(field.type.values) | _TEXTS
    return {
        "text": _TEXTS,
        "integer": _INTEGERS,
        "boolean": st.booleans(),
        "timestamp": _MOMENTS,
    }[member.kind]


def _objects(members: Sequence[Member]) -> st.SearchStrategy[Order]:
    """Objects of which any member, and any nested object, may be missing or null."""
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(member.path[0], []).append(member)
    optional: dict[str, st.SearchStrategy[Any]] = {}
    holders: dict[str, st.SearchStrategy[Any]] = {}
    for name, members_of_name in by_name.items():
        if len(members_of_name[0].path) == 1:
            optional[name] = st.none() | _values(members_of_name[0])
        else:
            inner = [
                Member(member.name, member.path[1:], member.kind, member.about)
                for member in members_of_name
            ]
            holders[name] = st.one_of(*[_objects(inner)] * 5, st.none(), st.just(...))
    objects = st.fixed_dictionaries(holders, optional=optional)
    return objects.map(
        lambda content: {name: value for name, value in content.items() if value is not ...}
    )


def _with_ids(all_orders: list[Order]) -> list[Order]:
    return [{**order, "id": f"order {index}"} for index, order in enumerate(all_orders)]


def _is_not_id(member: Member) -> bool:
    return member.name != "id"


order_lists = st.lists(
    st.builds(
        lambda order, items: order if items is ... else {**order, "items": items},
        _objects([*filter(_is_not_id, ORDER_MEMBERS)]),
        st.sampled_from([..., None]) | st.lists(st.none() | _objects(ITEM_MEMBERS), max_size=3),
    ),
    max_size=6,
).map(_with_ids)
"""Orders as the platform returns them, with any part null or missing."""


@st.composite
def _comparisons(draw: st.DrawFn, rows: Sequence[dict[str, object]] = ()) -> Filter:
    """Draw a comparison, often with a value of the rows, so that some of them match."""
    path, field = draw(st.sampled_from([*resource_info(orders).fields.items()]))
    op = draw(st.sampled_from(field.operators))
    field_type = field.type
    candidates = [
        text for row in rows for text in _to_texts(row.get(path)) if _fits(text, field_type)
    ]
    if candidates and draw(st.integers(0, 4)) > 0:
        value = draw(st.sampled_from(candidates))
    elif op is Operator.LIKE:
        value = draw(_TEXTS | st.sampled_from(["*", "a*", "*a", "*1*", "order *", "*A-194e*"]))
    elif field_type.values:
        value = draw(st.sampled_from(field_type.values))
    else:
        value = draw(_TEXTS_BY_TYPE[field_type.name])
    return Comparison(op=op, field=path, value=value)


def _to_texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [_to_text(item) for item in values if item is not None]


def _fits(text: str, field_type: FieldType[Any]) -> bool:
    if field_type.values:
        return text in field_type.values
    if field_type.name == "uuid":
        return len(text) == 36
    return field_type.name != "datetime" or " " not in text


def _groups(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    term_lists = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.builds(And, terms=term_lists) | st.builds(Or, terms=term_lists)


order_filters = st.recursive(_comparisons(), _groups, max_leaves=4)
"""Filters that the resource `orders` accepts."""


@st.composite
def orders_and_filters(draw: st.DrawFn) -> tuple[list[Order], list[Filter]]:
    """Draw orders, and filters with values of these orders."""
    all_orders = draw(order_lists)
    rows = [attributes_of(order) for order in all_orders]
    calls = st.one_of(_comparisons(rows), st.recursive(_comparisons(rows), _groups, max_leaves=3))
    return all_orders, draw(st.lists(calls, min_size=3, max_size=6))


def write_jsonl(all_orders: Sequence[Order], path: Path) -> None:
    """Write one order per line."""
    lines = (json.dumps(order, ensure_ascii=False) for order in all_orders)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def to_flat_row(order: Order) -> dict[str, object]:
    """Return the order as a row of flat columns, with its products as JSON lists."""
    row: dict[str, object] = {member.name: get_value(order, member) for member in ORDER_MEMBERS}
    attributes = attributes_of(order)
    for name in ITEM_ATTRIBUTES:
        row[f"{name}s"] = None if attributes[name] is None else json.dumps(attributes[name])
    return row


def write_csv(rows: Sequence[dict[str, object]], header: Sequence[str], path: Path) -> None:
    """Write CSV that distinguishes null from an empty text, unlike Python's csv module."""

    def cell(value: object) -> str:
        if value is None:
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return '"' + text.replace('"', '""') + '"'

    lines = [",".join(map(cell, header))]
    lines += [",".join(cell(row[name]) for name in header) for row in rows]
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")


def to_csv_rows(order: Order) -> list[dict[str, str]]:
    """Return the rows of the order in an export, one per item, as Python's csv module reads them."""
    order_cells = {member.name: _to_text(get_value(order, member)) for member in ORDER_MEMBERS}
    return [
        order_cells | {member.name: _to_text(get_value(item, member)) for member in ITEM_MEMBERS}
        for item in get_items(order) or [{}]
    ]


def _to_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
