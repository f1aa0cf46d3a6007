"""What type checkers accept of a resource and refuse; nothing runs it.

test_typing_resources.py has mypy and pyright read it. A refused use carries `type: ignore` for
mypy and `pyright: ignore` for pyright: each complains where it would be accepted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, assert_type
from uuid import UUID

from pydantic import BaseModel

from epfilter.ast import And, Comparison, IsNull, Membership, Or
from epfilter.errors import Diagnostic
from epfilter.resources import (
    BoundAnd,
    BoundComparison,
    BoundFilter,
    BoundIsNull,
    BoundMembership,
    BoundOr,
    Contains,
    ContainsAnyAllNull,
    Eq,
    EqIn,
    EqInLikeILikeText,
    EqLike,
    EqNull,
    EqOrdered,
    FieldGroup,
    GtLt,
    Keyed,
    Nested,
    NoOperators,
    Ordered,
    Resource,
    ResourceInfo,
    boolean,
    date_,
    enum,
    integer,
    list_of,
    number,
    orders,
    pim_nodes,
    pim_products,
    resource_info,
    string,
    timestamp,
    unknown,
    uuid,
)


class Contact(FieldGroup):
    email = EqLike(string())


class Locale(FieldGroup):
    name = Eq(string())
    contact = Nested(Contact)


class Tickets(Resource, title="Support tickets"):
    id = EqIn(uuid())
    status = Eq(enum("open", "closed"))
    stage: Eq[Literal["new", "done"]] = Eq(enum("new", "done"))
    amount = Ordered(integer())
    weight = GtLt(number())
    paid = Eq(boolean())
    day = Ordered(date_())
    opened_at = EqOrdered(timestamp())
    title = EqInLikeILikeText(string())
    owner = EqNull(string())
    tags = Contains(list_of(string()))
    sizes = ContainsAnyAllNull(list_of(integer()))
    hidden = NoOperators(unknown())
    contact = Nested(Contact)
    locales = Keyed(Locale(), "locale")
    labels = Keyed(Eq(string()), "label")


class Ticket(BaseModel):
    title: str


tickets = Tickets()


def accepted() -> None:
    assert_type(tickets.status.eq("open"), Comparison)
    assert_type(tickets.amount.gt(1), Comparison)
    assert_type(tickets.amount >= 1, Comparison)
    assert_type(1 <= tickets.amount, Comparison)  # noqa: SIM300 - Python turns it round
    assert_type(tickets.weight > Decimal("1.5"), Comparison)
    assert_type(tickets.weight < 1.5, Comparison)
    assert_type(tickets.weight.gt(1), Comparison)
    assert_type(tickets.paid.eq(value=True), Comparison)
    assert_type(tickets.day.ge(date(2018, 9, 1)), Comparison)
    assert_type(tickets.day.ge("2018-09-01"), Comparison)
    assert_type(tickets.opened_at >= date(2018, 9, 1), Comparison)
    assert_type(tickets.opened_at < datetime(2018, 9, 1, tzinfo=UTC), Comparison)
    assert_type(tickets.opened_at.eq("2018-09-01T00:00:00Z"), Comparison)
    assert_type(tickets.amount.between(1, 5), And)
    assert_type(tickets.opened_at.within(date(2018, 9, 1), "2018-10-01"), And)
    assert_type(tickets.opened_at.on(date(2018, 9, 1)), And)
    assert_type(tickets.day.on(date(2018, 9, 1), UTC), And)
    assert_type(tickets.id.eq(UUID(int=0)), Comparison)
    assert_type(tickets.id.in_("a", UUID(int=0)), Membership)
    assert_type(tickets.id.in_(["a", "b"]), Membership)
    assert_type(tickets.id.in_(str(i) for i in range(3)), Membership)
    assert_type(tickets.title.like("a*"), Comparison)
    assert_type(tickets.title.ilike("a*"), Comparison)
    assert_type(tickets.title.startswith("a"), Comparison)
    assert_type(tickets.title.text("two words"), Comparison)
    assert_type(tickets.owner.is_null(), IsNull)
    assert_type(tickets.tags.contains("new"), Comparison)
    assert_type(tickets.sizes.contains_any(1, 2), Membership)
    assert_type(tickets.sizes.contains_all([1, 2]), Membership)
    assert_type(tickets.contact.email.like("*@b.c"), Comparison)
    assert_type(tickets.locales["fr-FR"].name.eq("Robe"), Comparison)
    assert_type(tickets.locales["fr-FR"].contact.email.eq("a@b.c"), Comparison)
    assert_type(tickets.labels["colour"].eq("red"), Comparison)
    assert_type(tickets["check"].eq(1), Comparison)
    assert_type(tickets["tags"][0].eq("new"), Comparison)
    assert_type(tickets["tags"].length.gt(3), Comparison)
    assert_type(tickets["amount"] > 5, Comparison)
    assert_type(tickets.status.eq("open") & (tickets.amount > 1), And)
    assert_type(tickets.status.eq("open") | (tickets.amount > 1), Or)


def accepted_of_the_platform() -> None:
    assert_type(orders.with_tax.gt(1), Comparison)
    assert_type(orders.with_tax >= 100, Comparison)
    assert_type(orders.created_at >= date(2018, 9, 1), Comparison)
    assert_type(orders.payment.eq("refunded"), Comparison)
    assert_type(tickets.stage.eq("done"), Comparison)
    assert_type(pim_products.product_types.in_("parent", "child"), Membership)
    assert_type(pim_products.product_types.in_(["parent", "child"]), Membership)
    assert_type(orders["payment"].eq(str(1)), Comparison)
    assert_type(orders.contact.email.like("*@b.c"), Comparison)
    assert_type(orders["check"].eq(1), Comparison)
    assert_type(pim_nodes.locales["fr-FR"].name.eq("Robe"), Comparison)


def types(bound: BoundFilter) -> None:
    assert_type(tickets.check("eq(status,open)"), list[Diagnostic])
    assert_type(tickets.bind("eq(status,open)", max_or_complexity=4), BoundFilter)
    assert_type(resource_info(tickets), ResourceInfo)
    assert_type(resource_info(Tickets), ResourceInfo)
    assert_type(Resource.from_model(Ticket, operators={"title": ["eq"]}), Resource)
    assert_type(Tickets.from_model(Ticket), Tickets)
    assert_type(Resource.from_file("tickets.toml"), Resource)
    match bound:
        case BoundAnd(terms) | BoundOr(terms):
            assert_type(terms, tuple[BoundFilter, ...])
        case BoundComparison(field=field) | BoundMembership(field=field) | BoundIsNull(field=field):
            assert_type(field, str)


def refused() -> None:
    tickets.amount.like("1*")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # a number has no pattern
    tickets.amount.eq(1)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # the listing has no eq here
    tickets.amount.gt("1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a text is no number
    tickets.amount.gt(1.5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # nor is a fraction a whole number
    tickets.amount.gt(None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # is_null tests for a missing value
    _ = tickets.amount > "1"  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # a text is no number
    tickets.weight.ge(1)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only gt and lt
    _ = tickets.weight >= 1  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # only gt and lt
    tickets.weight.gt("1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a text is no number
    _ = tickets.status > "a"  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # a value of an enum has no order
    tickets.status.gt("a")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # the same
    tickets.status.eq(1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a number is no value of the enum
    tickets.status.in_("open")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only eq
    tickets.status.is_null()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only eq
    tickets.paid.eq("true")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a text is no boolean
    tickets.day.eq("2018-09-01")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only gt, ge, lt, le
    tickets.day.gt(20180901)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a number is no date
    _ = tickets.opened_at > 1  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # nor a point in time
    tickets.amount.between("1", "5")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a text is no number
    tickets.weight.between(1, 5)  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only gt and lt
    tickets.status.within("a", "b")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only eq
    tickets.amount.on(date(2018, 9, 1))  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue] # a number is on no day
    tickets.day.on("2018-09-01")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a day is a date
    tickets.id.like("3fa*")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only eq and in
    tickets.id.eq(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a number is no UUID
    tickets.id.in_(5, 6)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # the same
    tickets.title.like(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a pattern is a text
    tickets.title.contains("a")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only a list contains


def refused_below_and_beside() -> None:
    tickets.tags.eq("new")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # a list is asked for what it contains
    tickets.tags.contains_any("new")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only contains
    tickets.sizes.contains("L")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # the list holds numbers
    tickets.sizes.contains_any("L", "M")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # the same
    tickets.hidden.eq("a")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # it cannot be filtered on
    _ = tickets.hidden > "a"  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # the same
    _ = tickets.ttile  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # no field
    tickets.contact.eq("a")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # a group is no field
    tickets.contact.mail.eq("a")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # no field of the group
    tickets.locales.name.eq("Robe")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # a key is missing
    tickets.locales["fr-FR"].nme.eq("Robe")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # no field below the key
    _ = tickets.locales[0]  # type: ignore[index] # pyright: ignore[reportArgumentType] # a key is a text
    tickets.labels["colour"].like("r*")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # only eq
    _ = tickets["tags"]["x"]  # type: ignore[index] # pyright: ignore[reportArgumentType] # an index is a number
    _ = tickets[0]  # type: ignore[index] # pyright: ignore[reportArgumentType] # the name of a field is a text
    tickets.amount.gt(tickets.amount)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a field is no value
    _ = "open" in tickets.status  # type: ignore[misc] # pyright: ignore[reportOperatorIssue] # a field has no members
    tickets.bind(None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no filter
    tickets.check(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no filter
    Resource.from_model(Ticket(title="a"))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a model, not an instance
    Resource.from_model(dict)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no model
    Resource.from_model(Ticket, operators=["eq"])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # operators by field
    Resource.from_file(5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no path


def refused_of_the_platform() -> None:
    orders.with_tax.like("1*")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # a number has no pattern
    orders.payment.eq("refnded")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no value of the enum
    orders.payment.eq(str(1))  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # any text
    tickets.stage.eq("open")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # no value of the enum
    pim_products.product_types.in_("parent", "chld")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # the same
    orders.with_tax.gt("1")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # a text is no number
    _ = orders.status > "a"  # type: ignore[operator] # pyright: ignore[reportOperatorIssue] # a value of an enum has no order
    orders.paymnt.eq("paid")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # no field
    pim_nodes.locales["fr-FR"].nme.eq("Robe")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] # no field below the key
