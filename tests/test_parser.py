"""parse, parse_located and from_query beyond the conformance cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from epfilter import (
    F,
    FilterError,
    FilterSyntaxError,
    FilterTypeError,
    FilterValueError,
    Operator,
    from_query,
    parse,
    parse_located,
    parser,
)
from epfilter.ast import And, Or
from epfilter.located import Located
from support.rows import for_each


@pytest.mark.parametrize("function", [parse, parse_located, from_query])
@for_each(
    ("text", "message"),
    [
        (None, "the text of a filter must be a str, not None."),
        (5, "the text of a filter must be a str, not a value of type int."),
        (1.5, "the text of a filter must be a str, not a value of type float."),
        (["eq(a,1)"], "the text of a filter must be a str, not a value of type list."),
        (
            b"eq(a,1)",
            'the text of a filter must be a str, not a value of type bytes. Hint: decode it first: text.decode("utf-8").',
        ),
        (
            bytearray(b""),
            'the text of a filter must be a str, not a value of type bytearray. Hint: decode it first: text.decode("utf-8").',
        ),
        (
            F.a.eq(1),
            "the text of a filter must be a str, not a value of type Comparison. Hint: it is already a filter; str(f) is its text.",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_another_type_than_str_is_refused(function: Any, text: object, message: str) -> None:
    with pytest.raises(FilterTypeError) as caught:
        function(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", [parse, parse_located, from_query])
@for_each(
    ("options", "kind", "message"),
    [
        ({"max_depth": 65}, FilterValueError, "`max_depth` must be from 0 to 64, not 65."),
        ({"max_depth": -1}, FilterValueError, "`max_depth` must be from 0 to 64, not -1."),
        ({"max_depth": None}, FilterTypeError, "`max_depth` must be an integer, not None."),
        (
            {"max_depth": True},
            FilterTypeError,
            "`max_depth` must be an integer, not a value of type bool.",
        ),
        ({"max_length": -1}, FilterValueError, "`max_length` must be at least 0, not -1."),
        (
            {"max_length": "8"},
            FilterTypeError,
            "`max_length` must be an integer, not a value of type str.",
        ),
    ],
)
def test_invalid_limits_are_refused(
    function: Any, options: dict[str, Any], kind: type[FilterError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        function("eq(a,1)", **options)
    assert str(caught.value) == message


def test_a_subclass_of_str_is_a_text() -> None:
    class Text(str):
        __slots__ = ()

    assert parse(Text("eq(a,1)")) == F.a.eq(1)


def test_the_grammar_has_exactly_the_operators() -> None:
    terminals = {
        terminal.name: terminal.pattern.to_regexp() for terminal in parser._lark_parser().terminals
    }
    named = "|".join(terminals[name] for name in ("COMPARISON", "MEMBERSHIP", "IS_NULL"))
    spelled = set(named.replace("(?:", "").replace(")", "").split("|"))
    assert spelled == {op.value for op in Operator} - {"and", "or"}


def test_a_text_without_other_errors_gets_epf100(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parser, "read_tree", lambda _: None)
    monkeypatch.setattr(parser, "_parse_with_lark", lambda _: None)
    with pytest.raises(FilterSyntaxError) as caught:
        parse("eq(a,1)")
    assert [(diagnostic.code, diagnostic.span) for diagnostic in caught.value.diagnostics] == [
        ("EPF100", (0, 7))
    ]


def test_from_query_refers_to_the_decoded_text() -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        from_query("eq%28name%2C%C3%A9%29")
    assert caught.value.text == "eq(name,é)"
    assert caught.value.diagnostics[0].span == (8, 9)
    with pytest.raises(FilterSyntaxError) as caught:
        from_query("eq%28name%2C%FF%29")
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["EPF120"]


def test_many_threads_parse_at_once() -> None:
    def first_mistake(text: str) -> int:
        with pytest.raises(FilterSyntaxError) as caught:
            parse(text)
        return caught.value.diagnostics[0].span.start

    parser._lark_parser.cache_clear()
    texts = [f'eq(a,{n}):(in(b,"{n}",x)|is_null(c))' for n in range(50)] * 8
    with ThreadPoolExecutor(8) as pool:
        assert [str(f) for f in pool.map(parse, texts)] == [str(parse(text)) for text in texts]
        broken = [text + ")" for text in texts]
        assert list(pool.map(first_mistake, broken)) == [len(text) for text in texts]
        starts = list(pool.map(lambda text: parse_located(text).diagnostics[0].span.start, broken))
    assert starts == [len(text) for text in texts]


def test_located_calls_and_groups() -> None:
    text = """ (eq( "a b" , 'it\\'s' )|is_null(c)) : in(d,1, 2 ) """
    located = parse_located(text)
    assert located.diagnostics == ()
    assert isinstance(located.node, And)
    assert text[slice(*located.span)] == text.strip()
    either, several = located.children
    assert isinstance(either.node, Or)
    assert (either.parenthesized, several.parenthesized) == (True, False)
    assert text[slice(*either.span)] == """(eq( "a b" , 'it\\'s' )|is_null(c))"""
    assert (either.op_span, either.operands) == (None, ())
    equal = either.children[0]
    assert equal.op_span is not None
    assert text[slice(*equal.op_span)] == "eq"
    assert [(one.text, one.raw, one.quoted) for one in equal.operands] == [
        ("a b", '"a b"', True),
        ("it's", "'it\\'s'", True),
    ]
    assert [(one.text, one.raw, one.quoted) for one in several.operands] == [
        ("d", "d", False),
        ("1", "1", False),
        ("2 ", "2 ", False),
    ]


@pytest.mark.parametrize(
    ("text", "span", "parenthesized"),
    [
        ("eq(a,1)", (0, 7), False),
        ("(eq(a,1))", (0, 9), True),
        (" ( ( eq(a,1) ) ) ", (1, 16), True),
        ("(eq(a,1):eq(b,2))", (0, 17), True),
        ("eq(a,1)|eq(b,2):eq(c,3)", (0, 23), False),
    ],
)
def test_spans_include_parentheses(text: str, span: tuple[int, int], parenthesized: bool) -> None:  # noqa: FBT001 - a case
    located = parse_located(text)
    assert located.span == span
    assert located.parenthesized is parenthesized


def test_precedence_without_parentheses_is_located() -> None:
    located = parse_located("eq(a,1)|eq(b,2):eq(c,3)|eq(d,4)")
    assert [child.span for child in located.children] == [(0, 7), (8, 23), (24, 31)]
    assert [child.span for child in located.children[1].children] == [(8, 15), (16, 23)]
    assert not located.children[1].parenthesized


def test_two_equal_terms_stay_two() -> None:
    located = parse_located("eq(a,1):eq(a,1)")
    one, other = located.children
    assert one.node == other.node
    assert one.span != other.span


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("eq(a,1):eq(b)", ["eq(a,1)", None]),
        ("foo(a,1)|eq(b,2)", [None, "eq(b,2)"]),
        ("(eq(a,1) x:eq(b,2)):eq(c,3)", [None, "eq(c,3)"]),
        ("eq(a,1):junk:eq(c,3)", ["eq(a,1)", None, "eq(c,3)"]),
        ("eq(a,1):()", ["eq(a,1)", None]),
    ],
)
def test_valid_terms_are_located_beside_errors(text: str, nodes: list[str | None]) -> None:
    located = parse_located(text)
    assert located.node is None
    assert located.diagnostics
    assert [None if child.node is None else str(child.node) for child in located.children] == nodes


def test_a_damaged_call_keeps_its_operands() -> None:
    located = parse_located("gte(a,é,2)")
    assert [one.text for one in located.operands] == ["a", "é", "2"]
    assert located.op_span == (0, 3)


def test_only_the_root_has_diagnostics() -> None:
    located = parse_located("eq(a:gte(b,1)|lik(c,x*)")
    assert [diagnostic.code for diagnostic in located.diagnostics] == ["EPF107", "EPF108", "EPF108"]
    waiting: list[Located] = list(located.children)
    while waiting:
        part = waiting.pop()
        assert part.diagnostics == ()
        waiting.extend(part.children)


def test_a_percent_sign_in_a_valid_filter_is_not_an_encoding() -> None:
    # With a limit the text is read by recovery, which looks for encoded text.
    text = 'eq(a,"%28")'
    assert parse_located(text, max_length=100) == parse_located(text)


def test_neighbours_do_not_overlap() -> None:
    located = parse_located("(eq(a,1):eq(b,2))|eq(c,3)|(eq(d,4))")
    for left, right in pairwise(located.children):
        assert left.span.end < right.span.start


def test_an_installed_package_contains_its_grammar(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    checkout = parser._read_grammar()
    assert checkout.startswith("// The filter language")
    (tmp_path / "grammar").mkdir()
    (tmp_path / "grammar" / "filter.lark").write_text("start: /ä/", encoding="utf-8")
    monkeypatch.setattr(parser, "files", lambda _: tmp_path)
    assert parser._read_grammar() == "start: /ä/"
