"""The cost of every function grows with the length of the text, not faster."""

from __future__ import annotations

from collections.abc import Callable

from epfilter.editing import actions, complete, hover, signature, symbols, tokens
from epfilter.editing import format as format_text
from support.counted_work import count_lines
from support.rows import for_each

FUNCTIONS: dict[str, Callable[[str], object]] = {
    "actions": lambda text: actions(text, 3, "pim_products"),
    "complete": lambda text: complete(text, len(text), "pim_products"),
    "complete inside": lambda text: complete(text, len(text) // 2, "pim_products"),
    "format": format_text,
    "hover": lambda text: hover(text, len(text) // 2, "pim_products"),
    "signature": lambda text: signature(text, len(text) // 2),
    "symbols": symbols,
    "tokens": lambda text: tokens(text, "pim_products"),
}
TEXTS: dict[str, Callable[[int], str]] = {
    "alternatives": lambda size: "|".join(f"eq(sku,{number})" for number in range(size)),
    "damaged calls": lambda size: "eq(sku,1):" + "gte(sku,2)|" * size,
    "a list": lambda size: "in(sku," + "a," * size + ")",
    "fields": lambda size: "|".join(f"eq(sku,1)|eq(name,{number})" for number in range(size)),
    "white space": lambda size: "eq(sku,1)" + " " * 10 * size + ":",
}


@for_each(("name", "text"), [(name, text) for name in FUNCTIONS for text in TEXTS], ids=str)
def test_the_cost_is_linear(name: str, text: str) -> None:
    function, build = FUNCTIONS[name], TEXTS[text]
    small, large = build(30), build(120)
    function(small)
    cost = count_lines(lambda: function(small))
    assert count_lines(lambda: function(large)) < 5 * cost + 1000
