"""Counts the values in the tree of each peer, to prove that it read what we read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _fiql(tree: Any) -> int:
    elements = getattr(tree, "elements", None)
    return 1 if elements is None else sum(map(_fiql, elements))


def _odata(tree: Any) -> int:
    waiting, counted = [tree], 0
    while waiting:
        node = waiting.pop()
        kind = type(node).__name__
        if kind == "BoolOp":
            waiting += [node.left, node.right]
        elif kind == "Compare" and type(node.right).__name__ == "List":
            counted += len(node.right.val)
        else:
            assert kind in {"Compare", "Call"}, kind
            counted += 1
    return counted


def _pygeofilter(tree: Any) -> int:
    waiting, counted = [tree], 0
    while waiting:
        node = waiting.pop()
        kind = type(node).__name__
        if kind in {"And", "Or"}:
            waiting += [node.lhs, node.rhs]
        else:
            counted += len(node.sub_nodes) if kind == "In" else 1
    return counted


def _luqum(tree: Any) -> int:
    waiting, counted = [tree], 0
    while waiting:
        node = waiting.pop()
        counted += type(node).__name__ in {"Word", "Phrase"}
        waiting += node.children
    return counted


def _sqlglot(tree: Any) -> int:
    from sqlglot import exp

    return sum(1 for node in tree.walk() if isinstance(node, (exp.Literal, exp.Null)))


def _cel_python(tree: Any) -> int:
    return sum(1 for node in tree.iter_subtrees() if node.data == "literal")


LEAVES: dict[str, Callable[[Any], int] | None] = {
    "fiql-parser": _fiql,
    "odata-query": _odata,
    "pygeofilter ecql": _pygeofilter,
    "pygeofilter cql2": _pygeofilter,
    "luqum": _luqum,
    "sqlglot": _sqlglot,
    "cel-python": _cel_python,
    "common-expression-language": None,  # shows no tree, only the variables in it
}
