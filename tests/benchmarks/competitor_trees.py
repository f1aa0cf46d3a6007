"""Counters of the values in the trees of competitors, to check that they read the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _count_fiql(tree: Any) -> int:
    elements = getattr(tree, "elements", None)
    return 1 if elements is None else sum(map(_count_fiql, elements))


def _count_odata(tree: Any) -> int:
    pending, count = [tree], 0
    while pending:
        node = pending.pop()
        kind = type(node).__name__
        if kind == "BoolOp":
            pending += [node.left, node.right]
        elif kind == "Compare" and type(node.right).__name__ == "List":
            count += len(node.right.val)
        else:
            assert kind in {"Compare", "Call"}, kind
            count += 1
    return count


def _count_pygeofilter(tree: Any) -> int:
    pending, count = [tree], 0
    while pending:
        node = pending.pop()
        kind = type(node).__name__
        if kind in {"And", "Or"}:
            pending += [node.lhs, node.rhs]
        else:
            count += len(node.sub_nodes) if kind == "In" else 1
    return count


def _count_luqum(tree: Any) -> int:
    pending, count = [tree], 0
    while pending:
        node = pending.pop()
        count += type(node).__name__ in {"Word", "Phrase"}
        pending += node.children
    return count


def _count_sqlglot(tree: Any) -> int:
    from sqlglot import exp

    return sum(1 for node in tree.walk() if isinstance(node, (exp.Literal, exp.Null)))


def _count_cel_python(tree: Any) -> int:
    return sum(1 for node in tree.iter_subtrees() if node.data == "literal")


VALUE_COUNTERS: dict[str, Callable[[Any], int] | None] = {
    "fiql-parser": _count_fiql,
    "odata-query": _count_odata,
    "pygeofilter ecql": _count_pygeofilter,
    "pygeofilter cql2": _count_pygeofilter,
    "luqum": _count_luqum,
    "sqlglot": _count_sqlglot,
    "cel-python": _count_cel_python,
    "common-expression-language": None,  # returns no tree, only the variables in it
}
