"""A resource for the tests, with every kind of field."""

from __future__ import annotations

from epfilter.resources import (
    Alias,
    Contains,
    ContainsAnyAllNull,
    Deprecation,
    Endpoint,
    Eq,
    EqGt,
    EqIn,
    EqInLikeILikeText,
    EqInOrderedNull,
    EqLike,
    EqLikeILike,
    EqOrdered,
    FieldGroup,
    GtLt,
    ILikeNull,
    Keyed,
    Nested,
    NoOperators,
    PatternAlias,
    PrefixAlias,
    Resource,
    boolean,
    date_,
    enum,
    integer,
    list_of,
    number,
    string,
    timestamp,
    unknown,
    uuid,
)


class Contact(FieldGroup):
    name = EqLike(string())
    email = EqLike(string(), aliases=("mail",))


class Words(FieldGroup):
    name = EqLikeILike(string())


class Things(
    Resource,
    title="Things",
    endpoints=(Endpoint("GET", "/v2/things"),),
    aliases=(
        Alias("ref", "id"),
        PrefixAlias("person.", "contact."),
        PatternAlias(r"title_([a-z]{2})", r"locales.\1.name"),
        PatternAlias(r"title_.*", "name"),
    ),
):
    id = EqIn(uuid())
    name = EqLike(string(), aliases=("title", "contact.title"))
    status = Eq(enum("complete", "incomplete", "cancelled"))
    owner = EqLike(uuid())
    total = EqOrdered(integer(), note="minor units")
    weight = EqInOrderedNull(number())
    manual = Eq(boolean())
    day = EqOrdered(date_())
    created_at = EqOrdered(timestamp())
    used_at = GtLt(timestamp())
    code = EqGt(string())
    tags = Contains(list_of(string()))
    marks = ContainsAnyAllNull(list_of(enum("new", "old")))
    city = EqInLikeILikeText(string())
    family_name = ILikeNull(string())
    shipping_name = EqLike(string(), deprecated=Deprecation("2022-11-24", "name"))
    billing_name = EqLike(string(), deprecated=Deprecation())
    secret = NoOperators(unknown())
    check_digit = Eq(unknown())
    contact = Nested(Contact)
    locales = Keyed(Words(), "locale")
    attributes = Keyed(Eq(string()), "key")
    extensions = Keyed(Keyed(Eq(unknown()), "field"), "template")


class Logs(Resource, only_required=True):
    kind = Eq(string(), required=True)
    owner = Eq(uuid(), required=True)
    name = Eq(string())


things = Things()
logs = Logs()
