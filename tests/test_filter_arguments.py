"""What reads a filter accepts a text, a node and a template alike."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from epfilter import Diagnostic, Filter, FilterTypeError, Span, Template, TemplateError, lint, parse
from epfilter.english import in_words
from epfilter.resources import orders
from epfilter.targets import (
    filter_frame,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_rqb,
    to_sqlalchemy,
)
from support.rows import for_each

TABLE = Table("rows", MetaData(), Column("with_tax", Integer))
FRAME = pl.DataFrame({"with_tax": [1, 5, 9]})

READERS: dict[str, Any] = {
    "check": orders.check,
    "bind": orders.bind,
    "lint": lint,
    "lint with a resource": lambda f: lint(f, "orders"),
    "in_words": in_words,
    "to_predicate": lambda f: [row for row in FRAME.to_dicts() if to_predicate(f)(row)],
    "to_mongo": to_mongo,
    "to_elasticsearch": to_elasticsearch,
    "to_ep_ast": to_ep_ast,
    "to_rqb": to_rqb,
    "to_narwhals": lambda f: str(to_narwhals(f)),
    "filter_frame": lambda f: filter_frame(FRAME, f).to_dicts(),
    "to_sqlalchemy": lambda f: str(to_sqlalchemy(f, TABLE)),
}
TARGETS = [name for name in READERS if name == "bind" or name.startswith(("to_", "filter_"))]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", ["ge(with_tax,5)", "gt(with_tax,5):lt(with_tax,3)"])
def test_a_text_a_node_and_a_template_are_alike(name: str, text: str) -> None:
    read = READERS[name]
    assert read(text) == read(parse(text)) == read(Template(text)) == read(Template(text, orders))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("other", [None, 5, b"eq(a,1)", ["eq(a,1)"]])
def test_other_types_are_refused(name: str, other: object) -> None:
    with pytest.raises(FilterTypeError):
        READERS[name](other)


@for_each("name", TARGETS)
def test_a_template_needs_its_values_to_run(name: str) -> None:
    with pytest.raises(TemplateError, match="1:10 the value of the placeholder `least` is missing"):
        READERS[name](Template("ge(total,{least})"))


TEMPLATE = Template("ge(created_at,{since}):in(payment,{p}):eq(paymet,{x}):eq(status,complet)")


def found(diagnostics: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(one.code, TEMPLATE.text[slice(*one.span)]) for one in diagnostics]


def test_a_template_is_checked_except_for_its_placeholders() -> None:
    expected = [("EPF202", "in"), ("EPF201", "paymet"), ("EPF204", "complet")]
    assert found(orders.check(TEMPLATE)) == found(lint(TEMPLATE, "orders")) == expected


@for_each(
    ("text", "codes"),
    [
        ("gt(a,{x}):lt(a,{y})", []),
        ("gt(a,5):lt(a,3):eq(b,{x})", ["EPF401"]),
        ("in(a,{x})", []),
        ("in(a,1):eq(b,{x})", ["EPF405"]),
        ("eq(a,{x}):eq(a,{x})", []),
        ("like(a,{x})", []),
        ("eq(b,{x}):eq(a,x*)", ["EPF207"]),
        ("eq(a,{x})|eq(b,1):eq(c,2)", ["EPF408"]),
    ],
)
def test_only_what_holds_for_all_values_is_found(text: str, codes: list[str]) -> None:
    assert [one.code for one in lint(Template(text))] == codes


def test_spans_and_fixes_are_those_of_the_text_of_the_template() -> None:
    (one,) = lint(Template("eq(some_field,{value}):in(a,1)"))
    assert one.span == Span(23, 25)
    assert one.fix is not None
    assert one.fix.apply("eq(some_field,{value}):in(a,1)") == "eq(some_field,{value}):eq(a,1)"


def test_words_show_placeholders() -> None:
    template = Template("ge(created_at,{since}):in(payment,{p})")
    assert in_words(template, "orders") == (
        "orders created at or after “{since}” whose payment is “{p}”"
    )


def test_a_node_has_the_spans_of_its_text() -> None:
    f: Filter = parse("gt( total ,5 ):lt( total,3)".replace(" ", ""))
    assert [one.span for one in lint(f)] == [Span(12, 23)]
