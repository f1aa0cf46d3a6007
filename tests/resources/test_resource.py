"""Resources declared as classes of fields: inheritance, names, aliases, and what a class builds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from epfilter import FilterTypeError, FilterValueError
from epfilter.ast import Operator
from epfilter.errors import ResourceError
from epfilter.resources import (
    Alias,
    Contains,
    Declaration,
    Deprecation,
    Endpoint,
    Eq,
    EqLike,
    EqOrdered,
    FieldGroup,
    Keyed,
    Nested,
    PatternAlias,
    PrefixAlias,
    Resource,
    enum,
    integer,
    list_of,
    resource_info,
    resource_schema,
    string,
    timestamp,
)
from support.rows import for_each


def paths(resource: Resource | type[Resource]) -> list[str]:
    return [*resource_info(resource).fields]


class Contact(FieldGroup):
    email = EqLike(string(), aliases=("mail",))


class Locale(FieldGroup):
    name = EqLike(string())
    contact = Nested(Contact)


class Base(
    Resource,
    title="Base",
    aliases=(PrefixAlias("old_", ""),),
    extra_fields={"x-y": Declaration(string())},
):
    created_at = EqOrdered(timestamp())
    state = Eq(string())


class OrderLines(
    Base,
    endpoints=(Endpoint("GET", "/v2/lines"),),
    aliases=(
        Alias("first", "sku"),
        PatternAlias(r"first|(.+)_at_all", r"price"),
        PrefixAlias("first", "price"),
    ),
    extra_fields={
        "check": Declaration(string(), (Operator.EQ,)),
        "__class__": Declaration(string(), (Operator.EQ,)),
        "location-name": Declaration(string(), (Operator.LIKE,)),
        "tags[{index}]": Declaration(string(), (Operator.EQ,)),
    },
):
    sku = EqLike(string())
    state = Eq(enum("open", "closed"))
    price = EqOrdered(integer(), deprecated=Deprecation("2026-01-01"))
    tags = Contains(list_of(string()))
    contact = Nested(Contact)
    locales = Keyed(Locale(), "locale")
    bind = Eq(string())  # type: ignore[assignment] # a field that has the name of a method


lines = OrderLines()


def test_a_class_has_the_fields_of_its_bases_in_the_order_of_declaration() -> None:
    assert paths(OrderLines) == [
        *("created_at", "state", "sku", "price", "tags", "contact.email"),
        *("locales.{locale}.name", "locales.{locale}.contact.email"),
        *("x-y", "bind", "check", "__class__", "location-name", "tags[{index}]"),
    ]
    assert paths(Base) == ["created_at", "state", "x-y"]


def test_name_and_title_have_defaults() -> None:
    assert (resource_info(lines).name, resource_info(lines).title) == ("order_lines", "order_lines")
    assert (resource_info(Base).name, resource_info(Base).title) == ("base", "Base")

    class Named(Resource, name="lines", title="Lines of an order"):
        pass

    assert (resource_info(Named).name, resource_info(Named).title) == ("lines", "Lines of an order")


@for_each(
    ("built", "text"),
    [
        (lines.sku.like("a*"), "like(sku,a*)"),
        (lines.created_at > "2026-01-01", "gt(created_at,2026-01-01)"),
        (lines.contact.email.eq("a@b.c"), "eq(contact.email,a@b.c)"),
        (lines.locales["de-AT"].name.eq("x"), "eq(locales.de-AT.name,x)"),
        (lines.locales["de-AT"].contact.email.eq("x"), "eq(locales.de-AT.contact.email,x)"),
        (lines["check"].eq("x"), "eq(check,x)"),
        (lines["bind"].eq("x"), "eq(bind,x)"),
        (lines["__class__"].eq("x"), "eq(__class__,x)"),
        (lines["location-name"].like("x*"), "like(location-name,x*)"),
        (lines["locales.fr.name"].eq("x"), "eq(locales.fr.name,x)"),
        (lines["tags"][0].eq("x"), "eq(tags[0],x)"),
        (lines["mail"].eq("x"), "eq(mail,x)"),
        (lines["old_sku"].eq("x"), "eq(old_sku,x)"),
    ],
)
def test_a_class_of_fields_builds_filters(built: object, text: str) -> None:
    assert str(built) == text


def test_a_field_never_replaces_a_method() -> None:
    assert lines.check("eq(bind,x)") == []
    assert callable(lines.bind)

    class Below(OrderLines):
        pass

    assert str(Below()["bind"].eq("x")) == "eq(bind,x)"


def test_a_class_may_be_stricter_than_its_base() -> None:
    assert str(Base()["state"].eq("broken")) == "eq(state,broken)"
    with pytest.raises(ResourceError, match="`broken` is not one of its values"):
        lines["state"].eq("broken")


@for_each(
    ("name", "path"),
    [
        ("sku", "sku"),
        ("mail", "contact.email"),
        ("first", "sku"),
        ("first_at_all", "price"),
        ("old_sku", "sku"),
        ("old_contact.email", "contact.email"),
        ("old_mail", None),  # an alias of an alias is none
        ("first_", None),
        ("nothing", None),
    ],
)
def test_aliases_apply_in_the_order_of_declaration(name: str, path: str | None) -> None:
    match = resource_schema(lines).find(name)
    assert (match.path if match else None) == path


def test_the_alias_of_a_base_comes_first() -> None:
    class Upper(Resource, aliases=(Alias("x", "a"),)):
        a = Eq(string())
        b = Eq(string())

    class Lower(Upper, aliases=(Alias("x", "b"),)):
        pass

    match = resource_schema(Lower()).find("x")
    assert match is not None
    assert match.path == "a"


def test_one_field_object_has_one_name() -> None:
    money = EqOrdered(integer())
    with pytest.raises(ResourceError) as caught:

        class Twice(Resource):
            with_tax = money
            without_tax = money

    assert str(caught.value) == (
        "one field object has two names, `with_tax` and `without_tax`. "
        "Hint: create one field for each name."
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"aliases": ["x"]},
            "`aliases` must be a tuple of Alias or PrefixAlias or PatternAlias, not a",
        ),
        (
            {"aliases": "x"},
            "`aliases` must be a tuple of Alias or PrefixAlias or PatternAlias, not a",
        ),
        ({"aliases": 5}, "not a value of type int"),
        ({"endpoints": "x"}, "`endpoints` must be a tuple of Endpoint, not a value of type str"),
        (
            {"endpoints": ["GET /"]},
            "`endpoints` must be a tuple of Endpoint, not a value of type str",
        ),
        ({"name": 1}, "the name of a resource must be a str, not a value of type int"),
        ({"title": 3}, "the title of a resource must be a str, not a value of type int"),
        ({"name": "\ud800"}, "lone surrogate"),
    ],
)
def test_arguments_of_a_wrong_type_raise(options: dict[str, Any], words: str) -> None:
    class Model(BaseModel):
        a: int

    with pytest.raises((FilterTypeError, FilterValueError), match=words):
        Resource.from_model(Model, **options)
