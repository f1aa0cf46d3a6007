"""What else is compared, each with the least work that could do: printing, building, refusing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from benchmarks.peers import TOKEN
from benchmarks.timing import interleaved, repeated
from benchmarks.works import THREE_CALLS, all_of, calls, grouped, mistaken
from epfilter import F, FilterSyntaxError, parse, unparse
from epfilter.ast import And, Comparison, Filter
from epfilter.parser import _lark
from epfilter.resources import orders

Actions = dict[str, Callable[[], object]]

_ROUNDS = 25  # a target hangs on each, and few contenders are quickly done


def f_string(f: Filter) -> str:
    """The text of three comparisons, from the same members that `unparse` reads."""
    assert isinstance(f, And)
    a, b, c = f.terms
    assert isinstance(a, Comparison)
    assert isinstance(b, Comparison)
    assert isinstance(c, Comparison)
    return f"{a.op}({a.field},{a.value}):{b.op}({b.field},{b.value}):{c.op}({c.field},{c.value})"


def by_hand() -> Filter:
    """Three calls from their nodes."""
    return And(
        terms=(
            Comparison(op="gt", field="created_at", value="2018-09-01"),
            Comparison(op="lt", field="created_at", value="2018-10-01"),
            Comparison(op="eq", field="payment", value="refunded"),
        )
    )


def with_f() -> Filter:
    """The same with `F`."""
    return F.created_at.gt("2018-09-01") & F.created_at.lt("2018-10-01") & F.payment.eq("refunded")


_FIRST, _LAST = date(2018, 9, 1), date(2018, 10, 1)


def with_orders() -> Filter:
    """The same with the fields of the orders, which check every value."""
    return (
        orders.created_at.gt(_FIRST) & orders.created_at.lt(_LAST) & orders.payment.eq("refunded")
    )


def refused(text: str) -> Callable[[], None]:
    """Reads a text that has mistakes, and finds them all."""

    def action() -> None:
        try:
            parse(text)
        except FilterSyntaxError:
            return
        raise AssertionError("was not refused")

    return action


def printing() -> Actions:
    f = parse(THREE_CALLS)
    return {"unparse": lambda: unparse(f), "f-string": lambda: f_string(f)}


def building() -> Actions:
    return {"F": with_f, "resources.orders": with_orders, "nodes by hand": by_hand}


def refusing() -> Actions:
    """Texts with mistakes, and what lark alone takes for good texts of that length."""
    lark = _lark()
    short, long = f"({THREE_CALLS}", mistaken(1000)
    good = ":".join(calls(1000))
    return {
        "three calls, one mistake": refused(short),
        "lark, three calls": lambda: lark.parse(THREE_CALLS),
        "1,000 calls, 100 mistakes": refused(long),
        "2,000 calls, 200 mistakes": refused(mistaken(2000)),
        "lark, 1,000 calls": lambda: lark.parse(good),
    }


def grouping() -> Actions:
    """50 terms in groups and 50 in a row."""
    tree, row = grouped().texts[0], all_of(50).texts[0]
    return {"50 terms in groups": lambda: parse(tree), "50 terms in a row": lambda: parse(row)}


def growing() -> Actions:
    """Twice as long a text; memory alone may make more than twice the time of it."""
    made: Actions = {}
    for number in (10_000, 20_000):
        text = all_of(number).texts[0]
        made[f"{number:,} terms"] = partial(parse, text)
        made[f"re.findall, {number:,} terms"] = partial(TOKEN.findall, text)
    return made


def measure() -> dict[str, dict[str, float]]:
    """Seconds of each action, by what is compared."""
    compared = {
        "print three calls": printing(),
        "build three calls": building(),
        "find mistakes": refusing(),
        "read groups": grouping(),
        "read long texts": growing(),
    }
    return {
        name: interleaved(
            {one: repeated(action) for one, action in actions.items()}, rounds=_ROUNDS
        )
        for name, actions in compared.items()
    }
