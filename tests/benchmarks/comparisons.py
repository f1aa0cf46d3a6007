"""Other comparisons with baselines: printing, building, and reporting errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from benchmarks.cases import (
    THREE_CALLS,
    and_case,
    generate_calls,
    generate_invalid_text,
    grouped_case,
)
from benchmarks.competitors import TOKEN
from benchmarks.timing import repeat_action, time_in_turns
from epfilter import F, FilterSyntaxError, parse, unparse
from epfilter.ast import And, Comparison, Filter
from epfilter.parser import _lark_parser
from epfilter.resources import orders

Actions = dict[str, Callable[[], object]]

_ROUNDS = 25  # a goal depends on each, and few contenders take little time


def format_by_hand(f: Filter) -> str:
    """Return the text of three comparisons, from the same attributes that `unparse` reads."""
    assert isinstance(f, And)
    a, b, c = f.terms
    assert isinstance(a, Comparison)
    assert isinstance(b, Comparison)
    assert isinstance(c, Comparison)
    return f"{a.op}({a.field},{a.value}):{b.op}({b.field},{b.value}):{c.op}({c.field},{c.value})"


def build_by_hand() -> Filter:
    """Build three calls from nodes."""
    return And(
        terms=(
            Comparison(op="gt", field="created_at", value="2018-09-01"),
            Comparison(op="lt", field="created_at", value="2018-10-01"),
            Comparison(op="eq", field="payment", value="refunded"),
        )
    )


def build_with_f() -> Filter:
    """Build three calls with `F`."""
    return F.created_at.gt("2018-09-01") & F.created_at.lt("2018-10-01") & F.payment.eq("refunded")


_FIRST, _LAST = date(2018, 9, 1), date(2018, 10, 1)


def build_with_orders() -> Filter:
    """Build three calls with the fields of `orders`, which check every value."""
    return (
        orders.created_at.gt(_FIRST) & orders.created_at.lt(_LAST) & orders.payment.eq("refunded")
    )


def create_rejection(text: str) -> Callable[[], None]:
    """Return an action that parses an invalid text and reports all its errors."""

    def action() -> None:
        try:
            parse(text)
        except FilterSyntaxError:
            return
        raise AssertionError("was not rejected")

    return action


def printing_actions() -> Actions:
    f = parse(THREE_CALLS)
    return {"unparse": lambda: unparse(f), "f-string": lambda: format_by_hand(f)}


def building_actions() -> Actions:
    return {
        "F": build_with_f,
        "resources.orders": build_with_orders,
        "nodes by hand": build_by_hand,
    }


def rejection_actions() -> Actions:
    """Return actions for invalid texts, and for lark with valid texts of the same length."""
    lark = _lark_parser()
    short, long = f"({THREE_CALLS}", generate_invalid_text(1000)
    good = ":".join(generate_calls(1000))
    return {
        "three calls, one mistake": create_rejection(short),
        "lark, three calls": lambda: lark.parse(THREE_CALLS),
        "1,000 calls, 100 mistakes": create_rejection(long),
        "2,000 calls, 200 mistakes": create_rejection(generate_invalid_text(2000)),
        "lark, 1,000 calls": lambda: lark.parse(good),
    }


def grouping_actions() -> Actions:
    """Return actions that parse 50 terms in groups and 50 terms in a row."""
    tree, row = grouped_case().texts[0], and_case(50).texts[0]
    return {"50 terms in groups": lambda: parse(tree), "50 terms in a row": lambda: parse(row)}


def growth_actions() -> Actions:
    """Return actions for a text and one of twice its length; memory can more than double the time."""
    actions: Actions = {}
    for number in (10_000, 20_000):
        text = and_case(number).texts[0]
        actions[f"{number:,} terms"] = partial(parse, text)
        actions[f"re.findall, {number:,} terms"] = partial(TOKEN.findall, text)
    return actions


def measure() -> dict[str, dict[str, float]]:
    """Return the seconds of each action, by comparison."""
    compared = {
        "print three calls": printing_actions(),
        "build three calls": building_actions(),
        "find mistakes": rejection_actions(),
        "read groups": grouping_actions(),
        "read long texts": growth_actions(),
    }
    return {
        name: time_in_turns(
            {label: repeat_action(action) for label, action in actions.items()}, rounds=_ROUNDS
        )
        for name, actions in compared.items()
    }
