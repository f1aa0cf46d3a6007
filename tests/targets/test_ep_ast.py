"""The platform's own tree: both directions, and what is refused (`data/ep_ast.jsonl`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterError, FilterTypeError, FilterValueError, all_of, any_of, parse
from epfilter.ast import And, Filter, Or
from epfilter.limits import MAX_DEPTH
from epfilter.targets import from_ep_ast, to_ep_ast
from support.filter_strategies import filters
from support.rows import for_each
from support.sizes import MANY_TERMS

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "ep_ast.jsonl").read_text("utf-8").splitlines()
]


@for_each("case", CASES, ids=lambda case: case["tree"][:80])
def test_a_tree_is_read_or_refused(case: dict[str, str]) -> None:
    if "refused" in case:
        with pytest.raises(FilterValueError) as refusal:
            from_ep_ast(case["tree"])
        assert str(refusal.value) == case["refused"]
    else:
        assert str(from_ep_ast(case["tree"])) == case["filter"]


@given(filters)
def test_every_filter_survives_a_round_trip(f: Filter) -> None:
    tree = to_ep_ast(f)
    text = json.dumps(tree)
    assert from_ep_ast(text) == f
    assert from_ep_ast(tree) == f
    assert from_ep_ast(json.dumps(tree, ensure_ascii=False).encode()) == f
    for encoded in (quote(text), quote(text, safe=""), quote_plus(text), quote(text, safe="{")):
        assert from_ep_ast(encoded) == f
        assert from_ep_ast(encoded.encode()) == f


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["AND", "OR", "EQ", "IN", "IS_NULL", "eq"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "children", "args", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(_json)
def test_any_json_is_read_or_refused(data: Any) -> None:
    try:
        f = from_ep_ast(json.dumps(data))
    except FilterValueError:
        return
    assert from_ep_ast(to_ep_ast(f)) == f


@given(st.text() | st.binary())
def test_any_text_is_read_or_refused(data: str | bytes) -> None:
    with pytest.raises(FilterError):
        from_ep_ast(data)


def test_the_tree_of_the_documentation() -> None:
    assert to_ep_ast(parse("gt(a,1):(is_null(b)|in(c,x,y))")) == {
        "type": "AND",
        "children": [
            {"type": "GT", "args": ["a", "1"]},
            {
                "type": "OR",
                "children": [
                    {"type": "IS_NULL", "args": ["b"]},
                    {"type": "IN", "args": ["c", "x", "y"]},
                ],
            },
        ],
    }


@pytest.mark.parametrize("data", [None, 5, ["AND"], parse("eq(a,1)")])
def test_arguments_of_a_wrong_type(data: Any) -> None:
    with pytest.raises(FilterTypeError, match=r"^the platform's tree is a str, bytes or a mapping"):
        from_ep_ast(data)
    if not isinstance(data, Filter):
        with pytest.raises(FilterTypeError):
            to_ep_ast(data)


def _nested(levels: int) -> str:
    text = '{"type":"EQ","args":["a","1"]}'
    for level in range(levels):
        text = f'{{"type":"{("AND", "OR")[level % 2]}","children":[{text},{{"type":"IS_NULL","args":["b"]}}]}}'
    return text


def test_the_deepest_tree_and_a_deeper_one() -> None:
    f = from_ep_ast(_nested(MAX_DEPTH))
    assert f.depth == MAX_DEPTH
    assert from_ep_ast(json.dumps(to_ep_ast(f))) == f
    for levels in (MAX_DEPTH + 1, 20_000):
        with pytest.raises(FilterValueError, match="a filter may nest at most 64 levels"):
            from_ep_ast(_nested(levels))


def test_groups_of_one_kind_stay_nested() -> None:
    a, b, c = F.a.eq(1), F.b.eq(2), F.c.eq(3)
    for f in (And(terms=(And(terms=(a, b)), c)), Or(terms=(a, Or(terms=(b, c)), a))):
        assert from_ep_ast(to_ep_ast(f)) == f


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_a_flat_filter_of_many_terms(terms: int) -> None:
    f = any_of(F.a.eq(number) for number in range(terms))
    assert from_ep_ast(json.dumps(to_ep_ast(f))) == f
    wide = all_of(F.id.in_(range(terms)), F.b.is_null())
    assert from_ep_ast(to_ep_ast(wide)) == wide


def test_a_lone_surrogate_and_bytes_that_are_not_utf_8() -> None:
    for data in ('{"type":"EQ","args":["a","\\ud800"]}', {"type": "EQ", "args": ["a", "\ud800"]}):
        with pytest.raises(FilterValueError, match=r"^args\[1\]: the text has a lone surrogate"):
            from_ep_ast(data)
    for raw in (b"\xff", b'{"type":"EQ","args":["a","\xe9"]}', "%7B%FF"):
        with pytest.raises(FilterValueError, match=r"^the tree is not UTF-8: byte 0x"):
            from_ep_ast(raw)
    with pytest.raises(FilterValueError, match=r"^the tree holds a lone surrogate"):
        from_ep_ast("%7B\ud800")


def test_a_mapping_of_any_kind_is_a_tree() -> None:
    from types import MappingProxyType

    tree = MappingProxyType({"type": "IN", "args": ("id", "a", "b"), "children": ()})
    assert str(from_ep_ast(tree)) == "in(id,a,b)"
