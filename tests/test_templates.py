"""Templates: what they bind, and what they refuse."""

from __future__ import annotations

import pickle
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, Filter, FilterError, FilterSyntaxError, Template, TemplateError, parse, walk
from epfilter.ast import And, Comparison, Membership
from epfilter.errors import FilterTypeError, Span
from epfilter.resources import Resource, orders
from epfilter.templates import as_filter, create_template
from support.filter_strategies import HOSTILE, calls, texts
from support.resource_samples import things
from support.rows import for_each

SEARCH = Template(
    "ge(created_at,{since}):(eq(email,{email})|like(name,{name})):in(id,{ids})",
    optional={"email", "name", "ids"},
)


@for_each(
    ("template", "values", "text"),
    [
        (Template("eq(a,{b})"), {"b": 5}, "eq(a,5)"),
        (Template("eq( a, {b} )"), {"b": 5}, "eq(a,5)"),
        (Template("eq(a,{b}):gt(c,{b})"), {"b": 5}, "eq(a,5):gt(c,5)"),
        (Template("eq(a,{b}):gt(c,1)|is_null(d)"), {"b": 5}, "(eq(a,5):gt(c,1))|is_null(d)"),
        (Template("eq(a,1)"), {}, "eq(a,1)"),
        (Template("eq(a,{from})"), {"from": "x"}, "eq(a,x)"),
        (Template("eq(a,{self})"), {"self": "x"}, "eq(a,x)"),
        (Template("eq(a,{b})"), {"b": "{b}"}, "eq(a,{b})"),
        (Template("eq(a,{b})"), {"b": date(2018, 9, 1)}, "eq(a,2018-09-01)"),
        (Template("eq(a,'{b}'):eq(c,{b})"), {"b": 1}, "eq(a,{b}):eq(c,1)"),
        (Template('eq("{a}",{b})'), {"b": 1}, "eq({a},1)"),
        (Template("like(a,{b})"), {"b": "x*"}, "like(a,x*)"),
        (Template("in(a,{b})"), {"b": ["x", "y"]}, "in(a,x,y)"),
        (Template("in(a,{b})"), {"b": ("x",)}, "in(a,x)"),
        (Template("in(a,{b})"), {"b": "x,y"}, 'in(a,"x,y")'),
        (Template("in(a,u,{b},v,{c})"), {"b": ["x", "y"], "c": 1}, "in(a,u,x,y,v,1)"),
        (Template("in(a,{b})"), {"b": (str(i) for i in range(3))}, "in(a,0,1,2)"),
        (Template("contains_any(a,{b})"), {"b": [1, 2]}, "contains_any(a,1,2)"),
        (Template("contains_all(a,{b})"), {"b": [1, 2]}, "contains_all(a,1,2)"),
        (SEARCH, {"since": 1}, "ge(created_at,1)"),
        (SEARCH, {"since": 1, "email": None, "ids": None}, "ge(created_at,1)"),
        (SEARCH, {"since": 1, "email": "e"}, "ge(created_at,1):eq(email,e)"),
        (
            SEARCH,
            {"since": 1, "email": "e", "name": "n", "ids": ["a"]},
            "ge(created_at,1):(eq(email,e)|like(name,n)):in(id,a)",
        ),
        (Template("eq(total,{b})", things), {"b": 5}, "eq(total,5)"),
        (Template("eq(status,{b})", things), {"b": "complete"}, "eq(status,complete)"),
        (Template("in(id,{b})", things), {"b": [UUID(int=0)]}, f"in(id,{UUID(int=0)})"),
        (Template("contains_any(marks,{b})", things), {"b": ["new"]}, "contains_any(marks,new)"),
        (Template("ilike(family_name,{b})", things), {"b": "r*"}, "ilike(family_name,r*)"),
        (Template("eq(locales.fr-FR.name,{b})", things), {"b": "x"}, "eq(locales.fr-FR.name,x)"),
    ],
)
def test_bound_text(template: Template, values: dict[str, Any], text: str) -> None:
    built = template.bind(**values)
    assert str(built) == text
    assert parse(text) == built


@for_each(
    ("text", "span", "message", "hint"),
    [
        ("eq(a,x{b})", (5, 9), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "x{b}"'),
        ("eq(a,{b}{c})", (5, 11), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "{b}{c}"'),
        ("eq(a,{b)", (5, 7), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "{b"'),
        ("eq(a,{1})", (5, 8), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "{1}"'),
        ("eq(a,${b})", (5, 9), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "${b}"'),
        ("in(a,{b},{})", (9, 11), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "{}"'),
        ("eq(locales.{l}.name,x)", (3, 19), "a placeholder must be a name in braces, and a whole value.", 'insert the whole value; braces that are text need quotes: "locales.{l}.name"'),
        ("eq(a,1):eq({a},x)", (11, 14), "a placeholder cannot be the name of a field.", "for a field that is known at run time, use F[name]"),
        ("is_null({a})", (8, 11), "a placeholder cannot be the name of a field.", "for a field that is known at run time, use F[name]"),
    ],
)  # fmt: skip
def test_refused_placeholders(text: str, span: tuple[int, int], message: str, hint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(text)
    error = caught.value
    assert (error.message, error.hint, error.text, error.span) == (message, hint, text, span)


@for_each(
    ("template", "values", "words"),
    [
        (Template("eq(a,1):eq(b,{x})"), {}, "1:14 the value of the placeholder `x` is missing.\n    eq(a,1):eq(b,{x})\n                 ^^^\n    hint: pass it by name: bind(x=…)"),
        (Template("eq(a,{email})"), {"mail": 1}, "1:1 the template has no placeholder `mail`.\n    eq(a,{email})\n    ^^^^^^^^^^^^^\n    hint: did you mean `email`?"),
        (Template("eq(a,{b})"), {"b": 1, "zzz": 1}, "1:1 the template has no placeholder `zzz`.\n    eq(a,{b})\n    ^^^^^^^^^\n    hint: its placeholders are `b`"),
        (Template('eq(a,"{b}")'), {"b": 1}, '1:1 the template has no placeholder `b`.\n    eq(a,"{b}")\n    ^^^^^^^^^^^\n    hint: it has no placeholders; one in quotes is text'),
        (Template("eq(a,{b})"), {"b": None}, "1:6 the value of `b`: None is not a value of the filter language.\n    eq(a,{b})\n         ^^^\n    hint: to select missing values use is_null()"),
        (Template("eq(a,{b})"), {"b": [1]}, "1:6 the value of `b`: a value of type list has no text in a filter.\n    eq(a,{b})\n         ^^^\n    hint: for several values use in_, contains_any or contains_all"),
        (Template("eq(a,{b})"), {"b": F.a.eq(1)}, "1:6 the value of `b`: a value of type Comparison has no text in a filter.\n    eq(a,{b})\n         ^^^\n    hint: combine filters with & and |"),
        (Template("in(a,x,{b})"), {"b": []}, "1:8 the value of `b`: in_ requires at least one value.\n    in(a,x,{b})\n           ^^^\n    hint: an empty list selects nothing; check for it before you build the filter"),
        (Template("in(a,{b})"), {"b": [None]}, "1:6 the value of `b`: None is not a value of the filter language.\n    in(a,{b})\n         ^^^\n    hint: to select missing values use is_null()"),
        (Template("ge(total,{b})", things), {"b": "x"}, "1:10 the value of `b`: `total`: `x` is not a whole number.\n    ge(total,{b})\n             ^^^\n    hint: write it as digits, such as 1050"),
        (Template("in(id,{b})", things), {"b": [UUID(int=0), "x"]}, "1:7 the value of `b`: `id`: `x` is not a UUID.\n    in(id,{b})\n          ^^^\n    hint: write it as 3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        (Template("eq(a,{b}):in(c,{d})", optional=["b", "d"]), {"b": None}, "1:1 no condition is left: all values are None.\n    eq(a,{b}):in(c,{d})\n    ^^^^^^^^^^^^^^^^^^^\n    hint: no filter selects everything; add a condition that is not optional"),
    ],
)  # fmt: skip
def test_refused_values(template: Template, values: dict[str, Any], words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        template.bind(**values)
    assert str(caught.value) == words
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what was pickled here
    assert (str(again), again.span, again.text) == (words, caught.value.span, template.text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("eq(paymet,{x})", "1:4 `orders` has no field `paymet`."),
        ("like(with_tax,{x})", "1:1 the field `with_tax` has no operator `like`."),
        (
            "eq(payment,{x}):eq(status,complet)",
            "1:27 `status`: `complet` is not one of its values.",
        ),
    ],
)
def test_a_resource_checks_the_text_at_once(text: str, words: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(words)):
        Template(text, orders)


untyped: Any = Template


@for_each(
    ("arguments", "options", "error", "words"),
    [
        (("gte(a,{b})",), {}, FilterSyntaxError, "there is no operator `gte`"),
        ((5,), {}, FilterTypeError, "the text of a filter must be a str, not a value of type int."),
        (("eq(a,{b})", "orders"), {}, FilterTypeError, 'a resource is expected, not a value of type str. Hint: as in Template(text, orders); resource_named("orders") is the one of a name.'),
        (("eq(a,{b})", Resource), {}, FilterTypeError, "a resource is expected, not a value of type type."),
        (("eq(a,{b})",), {"optional": "b"}, FilterTypeError, '`optional` must be a set of names, not a value of type str. Hint: as in optional={"email"}.'),
        (("eq(a,{b})",), {"optional": 5}, FilterTypeError, "`optional` must be a set of names, not a value of type int."),
        (("eq(a,{b})",), {"optional": [[]]}, FilterTypeError, "a name in `optional` must be a str, not a value of type list."),
        (("eq(a,{b})",), {"optional": {"c"}}, TemplateError, "the template has no placeholder `c`."),
    ],
)  # fmt: skip
def test_refused_arguments(
    arguments: tuple[Any, ...], options: dict[str, Any], error: type[FilterError], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        untyped(*arguments, **options)


def test_attributes() -> None:
    template = Template("eq(a,{b}):in(c,{b},{d})", optional={"d"})
    assert template.placeholders == {"b": (Span(5, 8), Span(15, 18)), "d": (Span(19, 22),)}
    assert template.optional == {"d"}
    assert template.resource is None
    assert repr(template) == "Template('eq(a,{b}):in(c,{b},{d})', optional=['d'])"
    assert (
        repr(Template("eq(payment,{x})", orders))
        == "Template('eq(payment,{x})', <resource orders>)"
    )
    again = pickle.loads(pickle.dumps(template))  # noqa: S301 - what was pickled here
    assert again.bind(b=1, d=[2, 3]) == template.bind(b=1, d=[2, 3])
    # The text of a template is never sent as a filter by mistake.
    with pytest.raises(FilterSyntaxError):
        parse(str(template))


def test_what_has_no_placeholder_is_the_same_node() -> None:
    template = Template("(eq(a,1)|eq(b,2)):eq(c,{x})")
    first, second = template.bind(x=1), template.bind(x=2)
    assert isinstance(first, And)
    assert isinstance(second, And)
    assert first.terms[0] is second.terms[0]


def test_a_template_without_placeholders_is_a_filter() -> None:
    assert as_filter(Template("eq(a,1)")) == as_filter("eq(a,1)") == parse("eq(a,1)")
    with pytest.raises(TemplateError, match="the value of the placeholder `b` is missing"):
        as_filter(Template("eq(a,{b})"))


@given(value=texts | st.sampled_from(HOSTILE))
def test_any_text_stays_one_operand(value: str) -> None:
    built = SEARCH.bind(since=value, email=value, name=value, ids=[value, value])
    assert parse(str(built)) == built
    assert [node for node in walk(built) if isinstance(node, (Comparison, Membership))] == [
        Comparison(op="ge", field="created_at", value=value),
        Comparison(op="eq", field="email", value=value),
        Comparison(op="like", field="name", value=value),
        Membership(op="in", field="id", values=(value, value)),
    ]


@given(
    value=st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.integers()
    | st.booleans()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.uuids()
)
def test_a_value_has_the_text_that_a_builder_gives_it(
    value: date | datetime | int | Decimal | UUID,
) -> None:
    assert Template("eq(a,{x})").bind(x=value) == F.a.eq(value)
    assert Template("in(a,{x})").bind(x=[value, value]) == F.a.in_(value, value)


@given(call=calls, value=texts)
def test_a_template_is_its_text_with_other_values(call: Filter, value: str) -> None:
    """The constant parts of any filter stay as they are, whatever their texts contain."""
    start = f"({call})|eq(x,"
    template = create_template(f"{start}{{v}})", None, {Span(len(start), len(start) + 3): "0"})
    assert template.bind(**{"0": value}) == call | F.x.eq(value)
