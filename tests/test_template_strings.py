"""Template strings of Python 3.14, here as objects of the same shape."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from hypothesis import given

from epfilter import F, FilterError, TemplateError, from_template
from epfilter.errors import FilterSyntaxError, FilterTypeError, FilterValueError
from epfilter.resources import orders
from support.filter_strategies import texts
from support.rows import for_each
from support.template_strings import template_string

EMAIL = "a),eq(b"


@for_each(
    ("parts", "text"),
    [
        (("eq(email,", (EMAIL, "email"), ")"), 'eq(email,"a),eq(b")'),
        (("eq(a,1)",), "eq(a,1)"),
        (("eq(a, ", (5, "x"), " ):gt(b,", (6, "f(x)"), ")"), "eq(a,5):gt(b,6)"),
        (("in(id,z,", (["a", "b"], "ids"), ")"), "in(id,z,a,b)"),
        (("eq(a,", (1.5, "x", None, ".2f"), ")"), "eq(a,1.50)"),
        (("eq(a,", ("x", "x", "r"), ")"), "eq(a,\"'x'\")"),
        (("eq(a,", (5, "x", "s", ">3"), ")"), 'eq(a,"  5")'),
        (("eq(a,{x}):eq(b,", (5, "x"), ")"), "eq(a,{x}):eq(b,5)"),
    ],
)
def test_bound_text(parts: tuple[Any, ...], text: str) -> None:
    assert str(from_template(template_string(*parts))) == text


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        (("eq(a,", (None, "x"), ")"), TemplateError, "1:6 the value of `x`: None is not a value of the filter language.\n    eq(a,{x})\n         ^^^"),
        (('eq(a,"', (5, "x"), '")'), TemplateError, '1:7 a value in braces must be a whole value of a comparison.\n    eq(a,"{x}")\n          ^^^\n    hint: insert the whole value, without quotes around it'),
        (("eq(a,b", (5, "f()"), ")"), TemplateError, "1:7 a value in braces must be a whole value of a comparison."),
        (("eq(", ("a", "x"), ",1)"), TemplateError, "1:4 a placeholder cannot be the name of a field."),
        (("", ("eq", "op"), "(a,1)"), FilterSyntaxError, "1:1 EPF121"),
        (("eq(a,", ([1], "x"), ")"), TemplateError, "for several values use in_"),
        (("eq(a,", ("x", "x", None, ".2f"), ")"), FilterValueError, "the value of `x` cannot be formatted: Unknown format code 'f'"),
    ],
)  # fmt: skip
def test_refused_values(parts: tuple[Any, ...], error: type[FilterError], words: str) -> None:
    with pytest.raises(error) as caught:
        from_template(template_string(*parts))
    assert words in str(caught.value)


def test_a_resource_checks_fields_and_values() -> None:
    with pytest.raises(TemplateError, match="1:4 `orders` has no field `paymet`"):
        from_template(template_string("eq(paymet,", (5, "x"), ")"), orders)
    with pytest.raises(TemplateError, match="`refnded` is not one of its values"):
        from_template(template_string("eq(payment,", ("refnded", "x"), ")"), orders)


def test_other_objects_are_refused() -> None:
    hint = 'as in from_template(t"eq(email,{email})"); before Python 3.14 use Template'
    for value in ("eq(a,1)", None, template_string, F.a, F.a.eq(1)):
        with pytest.raises(FilterTypeError, match=re.escape(hint)):
            from_template(value)  # type: ignore[arg-type] # wrong on purpose


@given(value=texts)
def test_any_text_stays_one_operand(value: str) -> None:
    built = from_template(template_string("eq(a,", (value, "x"), "):in(b,", ([value], "y"), ")"))
    assert built == F.a.eq(value) & F.b.in_(value)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="t-strings require Python 3.14")
@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('t"eq(email,{EMAIL})"', 'eq(email,"a),eq(b")'),
        ('t"ge(total,{2 * 3}):in(id,{[EMAIL, 5]},z)"', 'ge(total,6):in(id,"a),eq(b",5,z)'),
        ("t'eq(a,{EMAIL!r}):eq(b,{1.5:.2f})'", "eq(a,\"'a),eq(b'\"):eq(b,1.50)"),
        ('t"eq(a,{{x}}):eq(b,{{{5}}})"', None),
        ('t"eq(a,{EMAIL=})"', None),
        ('t"eq(a,{t"x{5}"})"', None),
        ('t"eq(a," t"{5})"', "eq(a,5)"),
        ('t"""\n  eq(a,{EMAIL}):\n  eq(b,{{x}})\n"""', 'eq(a,"a),eq(b"):eq(b,{x})'),
    ],
)
def test_a_literal_of_python(literal: str, text: str | None) -> None:
    names = {"EMAIL": EMAIL, "from_template": from_template}
    if text is None:
        with pytest.raises(FilterError):
            eval(f"from_template({literal})", names)  # noqa: S307 - a constant text, which older versions cannot compile
    else:
        assert str(eval(f"from_template({literal})", names)) == text  # noqa: S307 - the same
