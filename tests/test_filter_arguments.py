"""What reads a filter accepts a text, a node and a template alike."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import find
from sqlalchemy import Column, Integer, MetaData, Table

from epfilter import (
    Diagnostic,
    F,
    Filter,
    FilterTypeError,
    PolicyError,
    Span,
    Template,
    TemplateError,
    all_of,
    lint,
    pages,
    parse,
    unparse,
)
from epfilter.analysis import (
    analyze_filter,
    disjoint,
    equivalent,
    implies,
    never_matches,
    normalize,
    simplify,
    subtract,
)
from epfilter.english import in_words
from epfilter.exporter import CreateJob
from epfilter.resources import Policy, orders
from epfilter.targets import (
    filter_frame,
    to_django,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_narwhals,
    to_predicate,
    to_rqb,
    to_sqlalchemy,
)
from epfilter.testing import rows_matching
from support.django_project import Order
from support.rows import for_each

TABLE = Table("rows", MetaData(), Column("with_tax", Integer))
FRAME = pl.DataFrame({"with_tax": [1, 5, 9]})


def send(f: Any) -> list[dict[str, str]]:
    """Return the parameters of the requests of `pages`."""
    requests: list[dict[str, str]] = []

    def fetch(parameters: dict[str, str]) -> list[Any]:
        requests.append(parameters)
        return []

    list(pages(f, fetch))
    return requests


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
    "to_django": lambda f: str(
        Order.objects.filter(to_django(f, Order, columns={"with_tax": "total"})).query
    ),
    "never_matches": lambda f: never_matches(f, "orders"),
    "implies": lambda f: (implies(f, "gt(with_tax,3)"), implies("eq(with_tax,4)", f, "orders")),
    "disjoint": lambda f: (disjoint(f, "eq(with_tax,4)"), disjoint("eq(with_tax,4)", f, "orders")),
    "equivalent": lambda f: equivalent(f, "ge(with_tax,5)", "orders"),
    "subtract": lambda f: (subtract(f, "eq(with_tax,5)"), subtract("eq(with_tax,5)", f)),
    "simplify": simplify,
    "normalize": normalize,
    "analyze_filter": lambda f: [one.node for one in getattr(analyze_filter(f), "parts", ())],
    "Policy.check": Policy(orders, only=["status"]).check,
    "Policy.apply": Policy(orders).apply,
    "Policy.apply with a term": lambda f: Policy(orders).apply(f, require=F.payment.eq("paid")),
    "pages": send,
}
NEED_VALUES = READERS.keys() - {"check", "lint", "lint with a resource", "in_words", "Policy.check"}


@for_each("name", READERS)
@pytest.mark.parametrize("text", ["ge(with_tax,5)", "gt(with_tax,5):lt(with_tax,3)"])
def test_a_text_a_node_and_a_template_are_alike(name: str, text: str) -> None:
    read = READERS[name]
    assert read(text) == read(parse(text)) == read(Template(text)) == read(Template(text, orders))


@for_each("name", READERS)
@pytest.mark.parametrize("other", [None, 5, b"eq(a,1)", ["eq(a,1)"]])
def test_other_types_are_refused(name: str, other: object) -> None:
    if other is None and name in ("pages", "Policy.apply", "Policy.apply with a term"):
        return  # None is no filter there
    with pytest.raises(FilterTypeError):
        READERS[name](other)


@for_each("name", sorted(NEED_VALUES))
def test_a_template_needs_its_values_first(name: str) -> None:
    with pytest.raises(TemplateError) as caught:
        READERS[name](Template("ge(with_tax,{least})"))
    assert str(caught.value) == (
        "1:13 the value of the placeholder `least` is missing.\n"
        "    ge(with_tax,{least})\n"
        "                ^^^^^^^\n"
        "    hint: pass it by name: bind(least=…)"
    )


def test_rows_that_match_a_template_can_be_drawn() -> None:
    assert find(rows_matching(Template("ge(a,5)")), lambda _: True)
    with pytest.raises(TemplateError, match="bind"):
        rows_matching(Template("ge(a,{b})"))


@for_each("use", [unparse, all_of, lambda f: F.a.eq(1).and_(f), CreateJob.order_export], ids=str)
def test_where_only_a_filter_is_accepted_the_hint_is_to_bind_a_template(use: Any) -> None:
    with pytest.raises(
        FilterTypeError, match=r"Hint: `\.bind\(…\)` of a template returns a filter"
    ):
        use(Template("eq(a,{b})"))


TEMPLATE = Template("ge(created_at,{since}):in(payment,{p}):eq(paymet,{x}):eq(status,complet)")


def found(diagnostics: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(one.code, TEMPLATE.text[slice(*one.span)]) for one in diagnostics]


def test_a_template_is_checked_except_for_its_placeholders() -> None:
    expected = [("EPF202", "in"), ("EPF201", "paymet"), ("EPF204", "complet")]
    assert found(orders.check(TEMPLATE)) == found(lint(TEMPLATE, "orders")) == expected


def test_a_policy_checks_a_template_before_its_values_are_known() -> None:
    policy = Policy(orders, only=["created_at", "status"], max_calls=1)
    template = Template("ge(created_at,{since}):eq(payment,paid)", orders)
    assert [one.code for one in policy.check(template)] == ["EPF301", "EPF201"]
    assert Policy(orders).check(template) == []
    with pytest.raises(PolicyError, match="`orders` has no field `payment`"):
        policy.apply(template.bind(since="2018-09-01"))


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
