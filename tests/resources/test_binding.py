"""Binding a filter to a resource: names resolved, values typed, unsupported filters rejected."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import (
    F,
    Filter,
    FilterSyntaxError,
    FilterTypeError,
    FilterValueError,
    all_of,
    any_of,
    parse,
    unparse,
)
from epfilter.ast import COMPARISONS, MEMBERSHIPS, And, Comparison, IsNull, Membership, Operator, Or
from epfilter.errors import ResourceError, Severity
from epfilter.resources import (
    Alias,
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
    Declaration,
    FieldGroup,
    Keyed,
    Nested,
    NoOperators,
    PatternAlias,
    PrefixAlias,
    Resource,
    boolean,
    bound_calls,
    date_,
    enum,
    fields,
    integer,
    list_of,
    number,
    or_complexity,
    resource_schema,
    string,
    timestamp,
    unknown,
    uuid,
)
from support.filter_strategies import any_text, texts
from support.rows import for_each
from support.sizes import MANY_TERMS

DATA = Path(__file__).parent / "data"


class Contact(FieldGroup):
    email = fields.EqLike(string())


class Locale(FieldGroup):
    name = fields.Eq(string())


class Tickets(
    Resource,
    aliases=(
        Alias("mail", "contact.email"),
        Alias("amount", "weight"),
        PrefixAlias("attributes.", ""),
        PatternAlias(r"line_([0-9]+)_price", r"lines[\1].price"),
        PatternAlias(r"locale-(?P<locale>.+)", r"locales.\g<locale>.name"),
        PatternAlias(r"x_(.+)", r"no_\1"),
        PatternAlias(r"x_(.+)", r"\1"),
        PrefixAlias("x_n", "weight_n"),
    ),
    extra_fields={
        "tags[{index}]": Declaration(string(), (Operator.EQ,)),
        "tags.length": Declaration(integer(), (Operator.EQ, Operator.GT)),
        "lines[{index}].price": Declaration(integer(), (Operator.EQ,)),
    },
):
    status = fields.EqIn(enum("open", "closed"))
    name = fields.EveryOperator(string(), aliases=("customer.name",))
    amount = fields.EqOrdered(integer(), aliases=("total",))
    weight = fields.EqInOrdered(number())
    weight_text = fields.Like(number())
    paid = fields.Eq(boolean())
    day = fields.Ordered(date_())
    created_at = fields.EqOrdered(timestamp())
    id = fields.EqLike(uuid())
    tags = fields.Contains(list_of(string()))
    sizes = fields.ContainsAnyAllNull(list_of(integer()))
    contact = Nested(Contact)
    locales = Keyed(Locale(), "locale")
    secret = NoOperators(unknown())


class Logs(Resource, only_required=True):
    kind = fields.Eq(string(), required=True)
    person = fields.Eq(string(), required=True)
    day = fields.Ordered(date_())


tickets, logs = Tickets(), Logs()


def rows(file: str) -> list[tuple[str, str]]:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    cases = [line.partition("=>") for line in lines if line.strip() and line[0] != "#"]
    return [(text.strip(), expected.strip()) for text, _, expected in cases]


def shown(bound: BoundFilter) -> str:
    match bound:
        case BoundAnd(terms):
            return f"and({'; '.join(map(shown, terms))})"
        case BoundOr(terms):
            return f"or({'; '.join(map(shown, terms))})"
        case BoundIsNull(field, path):
            return f"is_null {field} {path}"
        case BoundComparison(op, field, path, value):
            return f"{op} {field} {path} {value!r}"
        case BoundMembership(op, field, path, values):
            return f"{op} {field} {path} {' '.join(map(repr, values))}"


@for_each(("text", "expected"), rows("bound.txt"))
def test_a_filter_binds_to_a_tree(text: str, expected: str) -> None:
    assert shown(tickets.bind(text)) == expected
    assert tickets.bind(parse(text)) == tickets.bind(text)


@for_each(("text", "expected"), rows("unbound.txt"))
def test_an_unsupported_filter_raises_with_exact_words(text: str, expected: str) -> None:
    with pytest.raises(ResourceError) as caught:
        tickets.bind(text)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "eq(kind,a)",
            "`logs` requires a filter on `person`. Hint: the platform rejects requests without it.",
        ),
        (
            "eq(kind,a):eq(person,b):gt(day,2018-09-01)",
            "`logs` accepts no fields except `kind` and `person`. Hint: remove this comparison.",
        ),
    ],
)
def test_required_fields_must_be_present(text: str, expected: str) -> None:
    with pytest.raises(ResourceError) as caught:
        logs.bind(text)
    assert str(caught.value) == expected
    assert shown(logs.bind("eq(kind,a):eq(person,b)")).startswith("and(")


def test_arguments_of_a_wrong_type_raise() -> None:
    with pytest.raises(FilterSyntaxError, match="EPF1"):
        tickets.bind("eq(name")
    nothing: Any = None
    with pytest.raises(FilterTypeError, match="a filter is expected, not None"):
        tickets.bind(nothing)
    with pytest.raises(FilterTypeError, match="a filter is expected"):
        or_complexity(nothing)


PAIR = F.name.eq("a") | F.name.eq("b")


@pytest.mark.parametrize(
    ("f", "complexity"),
    [
        (F.a.eq(1), 1),
        (F.a.in_(range(300)), 1),
        (F.a.is_null() | F.b.is_null(), 2),
        (F.a.eq(1) & F.b.eq(1) & F.c.eq(1), 1),
        (parse("(eq(a,1)|eq(b,1)):(eq(c,1)|eq(d,1)|eq(e,1))"), 6),
        (parse("eq(a,1)|(eq(b,1):(eq(c,1)|eq(d,1)))"), 3),
        (all_of([PAIR] * 64), 2**64),
        (all_of([PAIR] * 65), 2**65),
        (all_of([any_of(F.a.eq(i) for i in range(3))] * 40), 3**40),
        (all_of([PAIR] * 20_000), 2**20_000),
        (any_of(F.a.eq(i) for i in range(10_000)), 10_000),
    ],
    ids=range(11),  # pytest cannot write the greatest
)
def test_the_complexity_is_exact(f: Filter, complexity: int) -> None:
    assert or_complexity(f) == complexity


@pytest.mark.parametrize(
    ("pairs", "limit", "message"),
    [
        (2, 4, None),
        (2, 3, "expands to 4 OR alternatives; 3 are allowed"),
        (64, 2**64, None),
        (
            64,
            2**64 - 1,
            "expands to 18446744073709551616 OR alternatives; 18446744073709551615 are allowed",
        ),
        (64, 4, "expands to 18446744073709551616 OR alternatives; 4 are allowed"),
        (65, 4, r"expands to 2\*\*65 or more OR alternatives; 4 are allowed"),
        (20_000, 4, r"expands to 2\*\*20000 or more OR alternatives; 4 are allowed"),
    ],
)
def test_the_complexity_can_be_limited(pairs: int, limit: int, message: str | None) -> None:
    f = all_of([PAIR] * pairs)
    if message is None:
        assert isinstance(tickets.bind(f, max_or_complexity=limit), BoundAnd)
    else:
        with pytest.raises(ResourceError, match=message):
            tickets.bind(f, max_or_complexity=limit)


@pytest.mark.parametrize(
    ("limit", "error"), [("4", FilterTypeError), (True, FilterTypeError), (0, FilterValueError)]
)
def test_an_invalid_limit_raises(limit: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="`max_or_complexity` must be"):
        tickets.bind(PAIR, max_or_complexity=limit)


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_sixty_four_levels_and_many_terms(terms: int) -> None:
    def deeper(f: Filter, level: int) -> Filter:
        return (Or if level % 2 else And)(terms=(f, F.amount.eq(level)))

    start: Filter = F.paid.eq(value=True)
    deep = reduce(deeper, range(64), start)
    assert deep.depth == 64
    bound = tickets.bind(deep, max_or_complexity=10**9)
    assert bound == tickets.bind(deep)
    assert pickle.loads(pickle.dumps(bound)) == bound  # noqa: S301 - our own bytes
    wide = all_of(F.total.eq(i) for i in range(terms))
    last = tickets.bind(wide, max_or_complexity=1)
    assert isinstance(last, BoundAnd)
    assert last.terms[-1] == BoundComparison(Operator.EQ, "amount", "amount", terms - 1)


names = st.sampled_from(
    [
        *("status", "name", "amount", "weight", "weight_text", "paid", "day", "created_at", "id"),
        *("tags", "sizes", "tags[3]", "tags.length", "lines[12].price", "locales.fr-FR.name"),
        *("contact.email", "contact", "secret", "customer.name", "total", "mail", "x_name"),
        *("attributes.amount", "line_4_price", "locale-x", "nothing", "*", "tags[1000]", "kind"),
    ]
)
values = st.one_of(
    st.sampled_from(["open", "opne", "1", "-7", "1.5", "true", "2018-09-01", "x*", "*"]),
    st.sampled_from(["2018-09-01T00:00:00Z", "3fa85f64-5717-4562-b3fc-2c963f66afa6", ""]),
    texts,
)
calls: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Comparison, op=st.sampled_from(COMPARISONS), field=names, value=values),
    st.builds(
        Membership,
        op=st.sampled_from(MEMBERSHIPS),
        field=names,
        values=st.lists(values, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(IsNull, field=names),
)
filters = st.one_of(
    calls,
    calls,
    st.recursive(
        calls,
        lambda inner: st.builds(
            lambda kind, terms: kind(terms=terms),
            st.sampled_from((And, Or)),
            st.lists(inner, min_size=2, max_size=3).map(tuple),
        ),
        max_leaves=4,
    ),
)


def binds(resource: Resource, f: Filter | str) -> bool:
    try:
        resource.bind(f)
    except (ResourceError, FilterSyntaxError):
        return False
    return True


def is_accepted(resource: Resource, f: Filter | str) -> bool:
    return all(found.severity is not Severity.ERROR for found in resource.check(f))


@given(st.sampled_from([tickets, logs]), filters)
def test_a_filter_binds_exactly_when_its_check_finds_no_error(
    resource: Resource, f: Filter
) -> None:
    assert binds(resource, f) == is_accepted(resource, f)
    assert binds(resource, unparse(f)) == binds(resource, f)


@given(any_text)
def test_a_text_binds_exactly_when_its_check_finds_no_error(text: str) -> None:
    assert binds(tickets, text) == is_accepted(tickets, text)


@given(filters.filter(lambda f: binds(tickets, f)))
def test_a_canonical_path_is_its_own_canonical_path(f: Filter) -> None:
    bound = tickets.bind(f)
    for path in (call.path for call in bound_calls(bound)):
        assert str(tickets[path]) == path
        match = resource_schema(tickets).find(path)
        assert match is not None
        assert match.path == path
    assert tickets.bind(f) == bound
    assert hash(tickets.bind(f)) == hash(bound)


@given(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3), st.booleans())
def test_numbers_keep_their_values(whole: int, decimal: Decimal, paid: bool) -> None:  # noqa: FBT001 - what hypothesis draws
    f = all_of(F.amount.eq(whole), F.weight.eq(decimal), F.paid.eq(paid))
    bound = tickets.bind(f)
    assert isinstance(bound, BoundAnd)
    assert [term.value for term in bound.terms if isinstance(term, BoundComparison)] == [
        *(whole, decimal, paid)
    ]


@given(st.dates(), st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_dates_and_ids_keep_their_values(day: date, moment: datetime, some: UUID) -> None:
    f = all_of(F.day.gt(day), F.created_at.gt(moment), F.id.eq(some))
    bound = tickets.bind(f)
    assert isinstance(bound, BoundAnd)
    assert [term.value for term in bound.terms if isinstance(term, BoundComparison)] == [
        *(day, moment, some)
    ]
