"""The fast reading of well-formed text: made from the grammar, and the same as the parser's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import fast_path, parse, parser, pretty, unparse
from epfilter.ast import Filter
from epfilter.limits import MAX_DEPTH
from epfilter.located import Located
from epfilter.parser import parse_located
from epfilter.recovery import groups
from support import filter_strategies as some
from support import write_patterns
from support.counted_work import count_lines
from support.rows import for_each


def test_the_patterns_are_those_of_the_grammar() -> None:
    assert write_patterns.FILE.read_text(encoding="utf-8") == write_patterns.generate_module()


@given(some.filters, st.sampled_from(["minimal", "always"]))
def test_it_reads_printed_text(f: Filter, quotes: str) -> None:
    assert fast_path.read_tree(unparse(f, quotes=quotes)) == f  # type: ignore[arg-type] # sampled
    assert fast_path.read_tree(pretty(f)) == f


@given(some.any_text)
def test_it_agrees_with_the_parser(text: str) -> None:
    """And it gives up on nothing that the parser reads, but for the depth of parentheses."""
    expected = parser._parse_with_lark(text)
    assert fast_path.read_tree(text) == expected


@given(st.text("eqinor_ul(),:|ab \n\"'\\", max_size=40))
def test_it_agrees_with_the_parser_on_similar_text(text: str) -> None:
    assert fast_path.read_tree(text) == parser._parse_with_lark(text)


SHAPES = [
    "eq(a,1)|eq(b,2):eq(c,3)",
    "eq(a,1):eq(b,2)|eq(c,3):eq(d,4)",
    "((eq(a,1)))",
    "( ( eq(a,1) | eq(b,2) ) : is_null( c ) )",
    "(eq(a,1):eq(b,2)):(eq(c,3)|(in(d,4,5):eq(e,6)))",
    " \t\r\n eq ( a , 1 ) \n : \n in ( b , \"\" , 'x,y' ) ",
    "contains_any(a,b):contains(a,b):contains_all(a,b):in(a,b):ilike(a,b):is_null(a)",
    r'eq("a\"b","c\\d\e")',
    "eq(a:b|c,d:e|f)",
    "eq(a,[b])",
]


@for_each("text", SHAPES)
def test_shapes(text: str) -> None:
    f = fast_path.read_tree(text)
    assert f is not None
    assert f == parser._parse_with_lark(text)


REFUSED = ["", " ", "eq(a,1", "eq(a,1):", ":eq(a,1)", "eq(a,1))", "(eq(a,1)", "eq(a,1)eq(b,2)"]
REFUSED += ["eq(a,1)(eq(b,2))", "()", "eq(,1)", "in(a)", "eq(a,1,2)", "is_null(a,b)", 'eq("",1)']
REFUSED += ["EQ(a,1)", "eqq(a,1)", "eq(a,1)||eq(b,2)", "eq(a,é)", "eq(a,1)\x00", 'eq(a,"\ud800")']


@for_each("text", REFUSED, ids=ascii)
def test_it_does_not_recognise_invalid_text(text: str) -> None:
    assert fast_path.read_tree(text) is None
    assert parser._parse_with_lark(text) is None


@pytest.mark.parametrize("depth", [30, 31, 32, 64, 65, 1000, 1001])
def test_deep_parentheses_go_to_the_parser(depth: int) -> None:
    text = "(" * depth + "eq(a,1)" + ")" * depth
    f = fast_path.read_tree(text)
    assert (f is not None) == (depth < MAX_DEPTH // 2)
    assert f is None or f == parser._parse_with_lark(text)


@given(some.any_text)
def test_it_agrees_with_the_recovery(text: str) -> None:
    fast = parse_located(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "read_valid_call", lambda *_: None)
        patched.setattr(parser, "read_located", lambda _: None)
        assert fast == parse_located(text)


@given(some.calls)
def test_spans_of_a_call(f: Filter) -> None:
    text = f"({unparse(f)})"
    call = fast_path.read_valid_call(text, 1, len(text))
    assert isinstance(call, Located)
    assert call.node == f
    assert call.span == (1, len(text) - 1)
    assert [text[slice(*operand.span)] for operand in call.operands] == [
        operand.raw for operand in call.operands
    ]
    assert call.op_span
    assert text[slice(*call.op_span)] == f.op  # type: ignore[attr-defined] # a call has one


@pytest.mark.parametrize(
    "text", ["eq(a,1):", "(", "eq(a,", "(eq(a,1)|eq(b,2)):", "eq(a,b c ", 'eq(a,"', "in(a,b"]
)
def test_work_grows_linearly(text: str) -> None:
    fast_path.read_tree(text)
    once = count_lines(lambda: fast_path.read_tree(text * 300))
    assert count_lines(lambda: fast_path.read_tree(text * 600)) < 2.3 * once + 50


def test_many_threads_read_at_once() -> None:
    for made in (
        *(fast_path._piece, fast_path._find_values),
        *(fast_path._match_call, fast_path._find_value_spans),
    ):
        made.cache_clear()
    texts = [f'eq(a,{n}):(in(b,"{n}",x)|is_null(c))' for n in range(50)] * 8
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(parse, texts)) == [parser._parse_with_lark(text) for text in texts]
