"""Canonical text, always-quoted text and the lines for people."""

from __future__ import annotations

from typing import Any

import pytest

from epfilter import (
    F,
    FilterError,
    FilterTypeError,
    FilterValueError,
    all_of,
    from_query,
    parse,
    pretty,
    to_query,
    unparse,
)
from epfilter.ast import And, Or
from support.rows import for_each


@for_each(
    ("value", "minimal"),
    [
        ("plain", "plain"),
        ("New York", "New York"),
        ("a@b.c", "a@b.c"),
        ("2018-04-16T10:11:59.715Z", "2018-04-16T10:11:59.715Z"),
        ("$x_{y}|+:/*", "$x_{y}|+:/*"),
        ("", '""'),
        (" a", '" a"'),
        ("a ", '"a "'),
        (" ", '" "'),
        ("a[0]", '"a[0]"'),
        ("a,b", '"a,b"'),
        ("(a)", '"(a)"'),
        ('"', r'"\""'),
        ("'", '"\'"'),
        ("\\", r'"\\"'),
        ("\\n", r'"\\n"'),
        ("a\nb", '"a\nb"'),
        ("é", '"é"'),
        ("100%", '"100%"'),
        ("\x00", '"\x00"'),
    ],
)
def test_quoting_of_a_value(value: str, minimal: str) -> None:
    assert unparse(F.f.eq(value)) == f"eq(f,{minimal})"
    always = minimal if minimal.startswith('"') else f'"{minimal}"'
    assert unparse(F.f.eq(value), quotes="always") == f'eq("f",{always})'


@for_each(
    ("name", "minimal"),
    [
        ("tags[0]", "tags[0]"),
        ("tags[12].x", "tags[12].x"),
        ("[0]", "[0]"),
        ("tags[x]", '"tags[x]"'),
        ("tags[]", '"tags[]"'),
        ("tags[0", '"tags[0"'),
        ("location-name", "location-name"),
        ("*", "*"),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("né", '"né"'),
    ],
)
def test_quoting_of_a_field(name: str, minimal: str) -> None:
    assert unparse(F[name].is_null()) == f"is_null({minimal})"
    assert unparse(F[name].in_("x")) == f"in({minimal},x)"


def test_every_nested_group_is_in_parentheses() -> None:
    a, b = F.a.eq(1), F.b.eq(2)
    for outer, sign in ((And, ":"), (Or, "|")):
        for inner, inner_sign in ((And, ":"), (Or, "|")):
            f = outer(terms=(inner(terms=(a, b)), a))
            assert unparse(f) == f"(eq(a,1){inner_sign}eq(b,2)){sign}eq(a,1)"


NESTED = parse("gt(a,1):(eq(b,x)|(eq(c,y):in(d,1,2)))")


@pytest.mark.parametrize(
    ("f", "options", "lines"),
    [
        (parse("eq(a,1)"), {}, ["eq(a,1)"]),
        (NESTED, {}, [
            "  gt(a,1)",
            ": (",
            "      eq(b,x)",
            "    | (",
            "          eq(c,y)",
            "        : in(d,1,2)",
            "      )",
            "  )",
        ]),
        (NESTED, {"indent": 0, "quotes": "always"}, [
            '  gt("a","1")',
            ": (",
            '    eq("b","x")',
            "  | (",
            '      eq("c","y")',
            '    : in("d","1","2")',
            "    )",
            "  )",
        ]),
        (F.id.in_("aaaa", "bbbb"), {"width": 10}, ["in(", "  id,", "  aaaa,", "  bbbb", ")"]),
        (F.id.in_("aaaa", "bbbb"), {"width": 16}, ["in(id,aaaa,bbbb)"]),
        (F.name.eq("x" * 90), {}, [f"eq(name,{'x' * 90})"]),
        (F.name.eq("two\nlines") & F.a.eq(1), {}, ['  eq(name,"two', 'lines")', ": eq(a,1)"]),
    ],
)  # fmt: skip
def test_pretty(f: Any, options: dict[str, Any], lines: list[str]) -> None:
    assert pretty(f, **options).split("\n") == lines
    assert parse(pretty(f, **options)) == f


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"indent": -1}, FilterValueError),
        ({"width": -1}, FilterValueError),
        ({"width": 10**9}, FilterValueError),
        ({"indent": "2"}, FilterTypeError),
        ({"indent": True}, FilterTypeError),
        ({"width": None}, FilterTypeError),
    ],
)
def test_invalid_options_are_refused(options: dict[str, Any], kind: type[FilterError]) -> None:
    with pytest.raises(kind, match="must be"):
        pretty(NESTED, **options)


@pytest.mark.parametrize("function", [unparse, pretty, to_query])
def test_another_type_than_a_filter_is_refused(function: Any) -> None:
    with pytest.raises(FilterTypeError) as caught:
        function("eq(a,1)")
    assert (
        str(caught.value)
        == "a filter is expected, not a value of type str. Hint: parse(text) turns a text into a filter."
    )
    with pytest.raises(FilterTypeError, match="not None"):
        function(None)
    with pytest.raises(FilterTypeError, match="not a value of type Field"):
        function(F.a)
    with pytest.raises(FilterValueError, match='quotes must be "minimal" or "always", not'):
        function(F.a.eq(1), quotes="never")


def test_query() -> None:
    f = all_of(F.email.eq("a+b@c.d"), F.name.eq("é & ü"))
    assert to_query(f) == "eq%28email%2Ca%2Bb%40c.d%29%3Aeq%28name%2C%22%C3%A9%20%26%20%C3%BC%22%29"
    assert from_query("eq(name,Ron+Swanson)") == F.name.eq("Ron Swanson")
    assert from_query(to_query(f, quotes="always")) == f
