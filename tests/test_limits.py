"""Flat filters of 100,000 terms and trees of 64 levels work in every operation; 65 are refused."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import cache, reduce
from operator import and_
from typing import Literal

import pytest
from pydantic import TypeAdapter, ValidationError

from epfilter import (
    F,
    Filter,
    FilterSyntaxError,
    FilterValueError,
    Span,
    all_of,
    any_of,
    fields,
    from_query,
    parse,
    parse_located,
    pretty,
    to_query,
    transform,
    unparse,
    walk,
)
from epfilter.ast import And, Comparison, Node, Or
from epfilter.limits import MAX_DEPTH
from support.counted_work import count_lines
from support.rows import for_each
from support.sizes import MANY_TERMS, slow_except

adapter: TypeAdapter[Filter] = TypeAdapter(Node)


def deep_text(levels: int) -> str:
    """`(((a|b):b)|b):b…` with so many levels of and/or."""
    text = "eq(a,0)"
    for level in range(levels):
        text = f"{f'({text})' if level else text}{':|'[level % 2]}eq(b,{level})"
    return text


@cache
def flat_filter(terms: int) -> Filter:
    return all_of(F.a.eq(number) for number in range(terms))


@cache
def again(f: Filter) -> Filter:
    """An equal filter of other objects."""
    return parse(str(f))


OPERATIONS: dict[str, Callable[[Filter], object]] = {
    "unparse": lambda f: parse(unparse(f)) == f,
    "unparse always quoted": lambda f: parse(unparse(f, quotes="always")) == f,
    "pretty": lambda f: parse(pretty(f)) == f,
    "query": lambda f: from_query(to_query(f)) == f,
    "located": lambda f: parse_located(str(f)).node == f,
    "compare": lambda f: f == again(f),
    "differ": lambda f: f != F.z.eq(1) & again(f) if f.depth < MAX_DEPTH else True,
    "hash": lambda f: hash(f) == hash(again(f)),
    "walk": lambda f: sum(1 for _ in walk(f)) > f.depth,
    "fields": lambda f: "a" in fields(f),
    "transform": lambda f: transform(f, lambda node: node) is f,
    "change": lambda f: "z" in fields(transform(f, renamed)),
    "json out and in": lambda f: adapter.validate_json(adapter.dump_json(f)) == f,
    "python out and in": lambda f: adapter.validate_python(adapter.dump_python(f)) == f,
    "dump": lambda f: adapter.validate_python(f.model_dump()) == f,  # type: ignore[attr-defined] # every node is a model
    "copy": lambda f: copy.copy(f) is f and copy.deepcopy(f) is f,
    "pickle": lambda f: pickle.loads(pickle.dumps(f)) == f,  # noqa: S301 - what was pickled here
    "repr": lambda f: repr(f).startswith(("And(terms=(", "Or(terms=(")),
    "str": lambda f: str(f) == unparse(f),
}


def renamed(node: Filter) -> Filter:
    if isinstance(node, Comparison):
        return Comparison(op=node.op, field="z", value=node.value)
    return node


@for_each("name", OPERATIONS)
def test_deepest_tree(name: str) -> None:
    f = parse(deep_text(MAX_DEPTH))
    assert f.depth == MAX_DEPTH
    assert OPERATIONS[name](f)


@pytest.mark.parametrize("terms", MANY_TERMS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_flat_filter(name: str, terms: int) -> None:
    assert OPERATIONS[name](flat_filter(terms))


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_long_membership(terms: int) -> None:
    f = F.id.in_(range(terms))
    assert parse(unparse(f)) == f
    assert parse(pretty(f)) == f
    assert adapter.validate_json(adapter.dump_json(f)) == f


def test_the_parser_refuses_one_more_level() -> None:
    text = deep_text(MAX_DEPTH + 1)
    with pytest.raises(FilterSyntaxError) as caught:
        parse(text)
    assert [(diagnostic.code, diagnostic.span) for diagnostic in caught.value.diagnostics] == [
        ("EPF117", Span(0, len(text)))
    ]
    assert parse_located(text).node is None


@pytest.mark.parametrize("kind", ["and", "or"])
def test_the_nodes_refuse_one_more_level(kind: Literal["and", "or"]) -> None:
    f = parse(deep_text(MAX_DEPTH))
    group, other = (And, Or) if kind == "and" else (Or, And)
    deepest = (
        f if isinstance(f, other) else other(terms=(parse(deep_text(MAX_DEPTH - 1)), f_leaf()))
    )
    assert deepest.depth == MAX_DEPTH
    with pytest.raises(ValidationError, match="at most 64 levels"):
        group(terms=(deepest, f_leaf()))
    with pytest.raises(FilterValueError, match="at most 64 levels"):
        deepest & f_leaf() if kind == "and" else deepest | f_leaf()
    with pytest.raises(FilterValueError, match="at most 64 levels"):
        (all_of if kind == "and" else any_of)(f_leaf(), deepest)
    f_group = group(terms=(f_leaf(), f_leaf()))
    with pytest.raises(ValidationError, match="at most 64 levels"):
        f_group.model_copy(update={"terms": (deepest, f_leaf())})
    nested = {"op": kind, "terms": [deepest.model_dump(), f_leaf().model_dump()]}
    with pytest.raises(ValidationError, match="at most 64 levels"):
        adapter.validate_python(nested)


def f_leaf() -> Comparison:
    return F.b.eq(1)


def test_extending_a_group_adds_no_level() -> None:
    f = parse(deep_text(MAX_DEPTH))
    extended = f & F.c.eq(1) if isinstance(f, And) else f | F.c.eq(1)
    assert extended.depth == MAX_DEPTH


@pytest.mark.parametrize(
    ("text", "max_depth", "code"),
    [
        ("eq(a,1)", 0, None),
        ("((eq(a,1)))", 0, None),
        ("eq(a,1):eq(b,2)", 1, None),
        ("eq(a,1):eq(b,2)", 0, "EPF117"),
        ("eq(a,1):eq(b,2)|eq(c,3)", 1, "EPF117"),
        ("(eq(a,1)|eq(b,2)):eq(c,3)", 2, None),
        ("(eq(a,1)|eq(b,2)):eq(c,3)", 1, "EPF117"),
    ],
)
def test_max_depth_lowers_the_limit(text: str, max_depth: int, code: str | None) -> None:
    if code is None:
        assert parse(text, max_depth=max_depth) == parse(text)
    else:
        with pytest.raises(FilterSyntaxError) as caught:
            parse(text, max_depth=max_depth)
        assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("text", "max_length", "span"),
    [
        ("eq(a,1)", 7, None),
        ("eq(a,1)", 6, Span(6, 7)),
        ("eq(a", 3, Span(3, 4)),
        ("é" * 9, 0, Span(0, 9)),
        ("", 0, Span(0, 0)),
    ],
)
def test_max_length(text: str, max_length: int, span: Span | None) -> None:
    if span is None:
        assert parse(text, max_length=max_length) == parse(text)
    else:
        with pytest.raises(FilterSyntaxError) as caught:
            parse(text, max_length=max_length)
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.span == span
        assert diagnostic.code == ("EPF119" if text else "EPF101")


def test_no_fix_exceeds_the_maximum_length() -> None:
    (within,) = parse_located("eq(a,1", max_length=7).diagnostics
    (beyond,) = parse_located("eq(a,1", max_length=6).diagnostics
    assert within.code == beyond.code == "EPF102"
    assert within.fix is not None
    assert beyond.fix is None


@pytest.mark.parametrize("inner", ["eq(a,1)", "(eq(a,1):eq(b,2))"])
def test_redundant_parentheses_have_a_separate_limit(inner: str) -> None:
    allowed = "(" * 1000 + inner + ")" * 1000
    assert parse(allowed) == parse(inner)
    assert parse_located(allowed).node == parse(inner)
    with pytest.raises(FilterSyntaxError) as caught:
        parse(f"({allowed})")
    assert [(diagnostic.code, diagnostic.span) for diagnostic in caught.value.diagnostics] == [
        ("EPF118", Span(0, 1))
    ]
    with pytest.raises(FilterSyntaxError):
        parse(f"eq(c,1):({allowed})")


PIECES = ["(", ")", "(:", "eq(a,", "and(", "eq(a,x(:", '"', "：", "é", "\\"]


@pytest.mark.parametrize("piece", slow_except(PIECES, '"'))
def test_no_text_exhausts_the_stack(piece: str) -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        parse(piece * 20_000)
    assert str(caught.value)
    assert repr(parse_located(piece * 2_000))


def test_too_deep_and_damaged_text_is_still_located() -> None:
    text = deep_text(500)[:-1]
    located = parse_located(text)
    assert located.node is None
    assert [diagnostic.code for diagnostic in located.diagnostics] == ["EPF117", "EPF102"]
    assert repr(located)


def refused(text: str) -> int:
    with pytest.raises(FilterSyntaxError) as caught:
        parse(text)
    return len(caught.value.diagnostics)


LINEAR: dict[str, Callable[[int], object]] = {
    "parse": lambda n: parse(":".join(["eq(a,1)"] * n)),
    "parse groups": lambda n: parse("|".join(["(eq(a,1):eq(b,2))"] * n)),
    "parse values": lambda n: parse(f"in(a{',x' * n})"),
    "locate": lambda n: parse_located(":".join(["eq(a,1)"] * n)),
    "explain": lambda n: refused(":".join(["eq(a,é)"] * n)),
    "explain unclosed": lambda n: refused(":".join(["eq(a,x("] * n)),
    "explain quotes": lambda n: refused(":".join(['eq(a,"x)'] * n)),
    "explain open groups before white space": lambda n: refused("(" * n + "eq(a,1)" + " " * 5 * n),
    "explain colons": lambda n: refused("eq(a," + ":" * n + "(x))"),
    "explain spaced colons": lambda n: refused("eq(a," + ": " * n + "(x))"),
    "explain nested words": lambda n: refused("and(" * n + " " * n),
    "chain": lambda n: reduce(and_, [F.a.eq(1)] * n),
    "build": lambda n: all_of(F.a.eq(number) for number in range(n)),
    "unparse": lambda n: unparse(all_of([F.a.eq(1)] * n)),
    "pretty": lambda n: pretty(all_of([F.a.eq(1)] * n)),
    "walk": lambda n: fields(all_of([F.a.eq(1)] * n)),
    "transform": lambda n: transform(all_of([F.a.eq(1)] * n), renamed),
    "hash": lambda n: hash(all_of([F.a.eq(1)] * n)),
}


@pytest.mark.parametrize("name", slow_except(LINEAR, "parse", "explain", "unparse", "chain"))
def test_work_grows_linearly(name: str) -> None:
    LINEAR[name](10)  # what is built once, at first use, is not counted
    once, twice = count_lines(lambda: LINEAR[name](400)), count_lines(lambda: LINEAR[name](800))
    assert once > 400
    assert twice < 2.1 * once
