"""Orders and filters of orders made by chance, and the files that hold orders."""

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
_WRITTEN = {
    "string": _TEXTS,
    "uuid": st.just("61abf56a-194e-4e13-a717-92d2f0c9d4df"),
    "integer": _INTEGERS.map(str),
    "boolean": st.sampled_from(["true", "false"]),
    "datetime": _MOMENTS.filter(lambda text: " " not in text),
}


def _value(member: Member) -> st.SearchStrategy[Any]:
    known = resource_info(orders).fields.get(member.name)
    if known is not None and known.type.values:
        return st.sampled_from(known.type.values) | _TEXTS
    return {
        "text": _TEXTS,
        "integer": _INTEGERS,
        "boolean": st.booleans(),
        "timestamp": _MOMENTS,
    }[member.kind]


def _nested(members: Sequence[Member]) -> st.SearchStrategy[Order]:
    """Objects in which any member is missing or null, and any object that would hold it."""
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(member.path[0], []).append(member)
    optional: dict[str, st.SearchStrategy[Any]] = {}
    holders: dict[str, st.SearchStrategy[Any]] = {}
    for name, held in by_name.items():
        if len(held[0].path) == 1:
            optional[name] = st.none() | _value(held[0])
        else:
            inner = [Member(one.name, one.path[1:], one.kind, one.about) for one in held]
            holders[name] = st.one_of(*[_nested(inner)] * 5, st.none(), st.just(...))
    made = st.fixed_dictionaries(holders, optional=optional)
    return made.map(lambda held: {name: one for name, one in held.items() if one is not ...})


def _numbered(made: list[Order]) -> list[Order]:
    return [{**order, "id": f"order {place}"} for place, order in enumerate(made)]


def _whole(member: Member) -> bool:
    return member.name != "id"


made_orders = st.lists(
    st.builds(
        lambda order, items: order if items is ... else {**order, "items": items},
        _nested([*filter(_whole, ORDER_MEMBERS)]),
        st.sampled_from([..., None]) | st.lists(st.none() | _nested(ITEM_MEMBERS), max_size=3),
    ),
    max_size=6,
).map(_numbered)
"""Orders as the platform gives them, any part of them null or missing."""


@st.composite
def _call(draw: st.DrawFn, seen: Sequence[dict[str, object]] = ()) -> Filter:
    """A call; of values that are seen in orders, where there are such, so that some match."""
    path, declared = draw(st.sampled_from([*resource_info(orders).fields.items()]))
    op = draw(st.sampled_from(declared.operators))
    kind = declared.type
    held = [text for row in seen for text in _texts(row.get(path)) if _fits(text, kind)]
    if held and draw(st.integers(0, 4)) > 0:
        value = draw(st.sampled_from(held))
    elif op is Operator.LIKE:
        value = draw(_TEXTS | st.sampled_from(["*", "a*", "*a", "*1*", "order *", "*A-194e*"]))
    elif kind.values:
        value = draw(st.sampled_from(kind.values))
    else:
        value = draw(_WRITTEN[kind.name])
    return Comparison(op=op, field=path, value=value)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [_cell(one) for one in values if one is not None]


def _fits(text: str, kind: FieldType[Any]) -> bool:
    if kind.values:
        return text in kind.values
    if kind.name == "uuid":
        return len(text) == 36
    return kind.name != "datetime" or " " not in text


def _grouped(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(terms, min_size=2, max_size=3).map(tuple)
    return st.builds(And, terms=several) | st.builds(Or, terms=several)


order_filters = st.recursive(_call(), _grouped, max_leaves=4)
"""Filters that resource `orders` accepts."""


@st.composite
def orders_and_filters(draw: st.DrawFn) -> tuple[list[Order], list[Filter]]:
    """Orders, and filters that ask for what is in them."""
    made = draw(made_orders)
    seen = [attributes_of(order) for order in made]
    calls = st.one_of(_call(seen), st.recursive(_call(seen), _grouped, max_leaves=3))
    return made, draw(st.lists(calls, min_size=3, max_size=6))


def write_jsonl(made: Sequence[Order], path: Path) -> None:
    """One order a line."""
    lines = (json.dumps(order, ensure_ascii=False) for order in made)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def flat(order: Order) -> dict[str, object]:
    """The order as a row of flat columns, its products as JSON lists."""
    row: dict[str, object] = {member.name: get_value(order, member) for member in ORDER_MEMBERS}
    found = attributes_of(order)
    for name in ITEM_ATTRIBUTES:
        row[f"{name}s"] = None if found[name] is None else json.dumps(found[name])
    return row


def write_csv(rows: Sequence[dict[str, object]], header: Sequence[str], path: Path) -> None:
    """Rows of CSV in which null is not the empty text, which Python's own writer cannot tell."""

    def cell(value: object) -> str:
        if value is None:
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return '"' + text.replace('"', '""') + '"'

    lines = [",".join(map(cell, header))]
    lines += [",".join(cell(row[name]) for name in header) for row in rows]
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")


def cells(order: Order) -> list[dict[str, str]]:
    """The rows that an export of the order has, one an item, as Python's csv module reads them."""
    of_order = {member.name: _cell(get_value(order, member)) for member in ORDER_MEMBERS}
    return [
        of_order | {member.name: _cell(get_value(item, member)) for member in ITEM_MEMBERS}
        for item in get_items(order) or [{}]
    ]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
