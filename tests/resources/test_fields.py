"""Fields as builders: supported comparisons, and the exact words for all others."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from epfilter import F, Filter, FilterError, FilterTypeError, FilterValueError, Operator, parse
from epfilter.errors import ResourceError
from epfilter.resources import Ordered, Resource, fields, integer, resource_info
from epfilter.resources.resource import DynamicField
from support.resource_samples import Things, logs, things
from support.rows import for_each

ID = UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6")
untyped: Any = things


@for_each(
    ("built", "text"),
    [
        (things.status.eq("complete"), "eq(status,complete)"),
        (things.status == "complete", "eq(status,complete)"),
        (things.total >= 100, "ge(total,100)"),
        (things.total > 100, "gt(total,100)"),
        (things.total <= 100, "le(total,100)"),
        (things.total < 100, "lt(total,100)"),
        (things.total.ge(100), "ge(total,100)"),
        (things.total.le(100), "le(total,100)"),
        (things.total.lt(100), "lt(total,100)"),
        (things.weight.in_(1.5, Decimal(2)), "in(weight,1.5,2)"),
        (things.weight.is_null(), "is_null(weight)"),
        (things.manual.eq(True), "eq(manual,true)"),  # noqa: FBT003 - a value of the field
        (things.day.gt(date(2018, 9, 1)), "gt(day,2018-09-01)"),
        (things.created_at.gt(date(2018, 9, 1)), "gt(created_at,2018-09-01)"),
        (
            things.created_at.gt(datetime(2018, 9, 1, tzinfo=UTC)),
            "gt(created_at,2018-09-01T00:00:00Z)",
        ),
        (things.created_at.gt("2018-09-01"), "gt(created_at,2018-09-01)"),
        (things.used_at < "2018-09-01", "lt(used_at,2018-09-01)"),
        (things.code > "A", "gt(code,A)"),
        (things.id.in_(ID), f"in(id,{ID})"),
        (things.id.eq(str(ID)), f"eq(id,{ID})"),
        (things.total.between(1, 5), "ge(total,1):le(total,5)"),
        (untyped.total.between("9", "10"), "ge(total,9):le(total,10)"),
        (things.day.within("2018-09-01", "2018-10-01"), "ge(day,2018-09-01):lt(day,2018-10-01)"),
        (things.day.on(date(2018, 9, 1)), "ge(day,2018-09-01):lt(day,2018-09-02)"),
        (
            things.created_at.on(date(2018, 9, 1), timezone(timedelta(hours=2))),
            "ge(created_at,2018-08-31T22:00:00Z):lt(created_at,2018-09-01T22:00:00Z)",
        ),
        (
            things["created_at"].on(date(2018, 9, 1)),
            "ge(created_at,2018-09-01):lt(created_at,2018-09-02)",
        ),
        (things.name.like("Ron*"), "like(name,Ron*)"),
        (things.name.startswith("Ron"), "like(name,Ron*)"),
        (things.name.endswith("Ron"), "like(name,*Ron)"),
        (things.name.contains_text("Ron"), "like(name,*Ron*)"),
        (things.family_name.ilike("ron*"), "ilike(family_name,ron*)"),
        (things.tags.contains("a),eq(b"), 'contains(tags,"a),eq(b")'),
        (things.marks.contains_any("new", "old"), "contains_any(marks,new,old)"),
        (things.marks.contains_all(["new"]), "contains_all(marks,new)"),
        (things.city.text("two words"), "text(city,two words)"),
        (things.contact.email.eq("a@b.c"), "eq(contact.email,a@b.c)"),
        (things.locales["fr-FR"].name.eq("Robe"), "eq(locales.fr-FR.name,Robe)"),
        (things.attributes["color"].eq("red"), "eq(attributes.color,red)"),
        (things.extensions["book"]["isbn"].eq("1"), "eq(extensions.book.isbn,1)"),
        (things["total"].eq(1), "eq(total,1)"),
        (things["locales.fr-FR.name"].ilike("r*"), "ilike(locales.fr-FR.name,r*)"),
        (things["title"].eq("x"), "eq(title,x)"),
        ((things.total > 1) & (things.total < 5), "gt(total,1):lt(total,5)"),
    ],
)
def test_a_field_builds_filters(built: Filter, text: str) -> None:
    assert str(built) == text
    assert parse(text) == built


OLD = "older endpoints ignore such a filter and return everything"


@for_each(
    ("action", "words"),
    [
        (lambda: untyped.status.eq("complet"), "`status`: `complet` is not one of its values. Hint: did you mean `complete`? Its values are `complete`, `incomplete`, `cancelled`."),
        (lambda: untyped.status.eq("zzz"), "`status`: `zzz` is not one of its values. Hint: its values are `complete`, `incomplete`, `cancelled`."),
        (lambda: untyped.total.like("1*"), "the field `total` has no operator `like`. Hint: it has `eq`, `gt`, `ge`, `lt`, `le`."),
        (lambda: untyped.total.in_(1), "the field `total` has no operator `in`. Hint: it has `eq`, `gt`, `ge`, `lt`, `le`."),
        (lambda: untyped.used_at == "2018-09-01", "the field `used_at` has no operator `eq`. Hint: it has `gt`, `lt`."),
        (lambda: untyped.status > "a", "the field `status` has no operator `gt`. Hint: it has `eq`."),
        (lambda: untyped.status >= "a", "the field `status` has no operator `ge`. Hint: it has `eq`."),
        (lambda: untyped.status < "a", "the field `status` has no operator `lt`. Hint: it has `eq`."),
        (lambda: untyped.status <= "a", "the field `status` has no operator `le`. Hint: it has `eq`."),
        (lambda: untyped.secret.eq("a"), "the field `secret` has no operator `eq`. Hint: it cannot be filtered on."),
        (lambda: untyped.total.eq("x"), "`total`: `x` is not a whole number. Hint: write it as digits, such as 1050."),
        (lambda: untyped.created_at.gt("yesterday"), "`created_at`: `yesterday` is not a date or timestamp. Hint: write it as 2018-04-16T10:11:59.715Z or 2018-04-16."),
        (lambda: untyped.id.in_(ID, "x"), "`id`: `x` is not a UUID. Hint: write it as 3fa85f64-5717-4562-b3fc-2c963f66afa6."),
        (lambda: untyped.marks.contains("newer"), "`marks`: `newer` is not one of its values. Hint: did you mean `new`? Its values are `new`, `old`."),
        (lambda: untyped.name.eq(things.status), "`name` cannot be compared with another field. Hint: the filter language compares a field with a value."),
        (lambda: untyped.name.eq(F.a), "`name` cannot be compared with another field. Hint: the filter language compares a field with a value."),
        (lambda: untyped["status"].like("c*"), "the field `status` has no operator `like`. Hint: it has `eq`."),
        (lambda: untyped.status.between("a", "b"), "the field `status` has no operator `ge`. Hint: it has `eq`."),
        (lambda: untyped["status"].within("a", "b"), "the field `status` has no operator `ge`. Hint: it has `eq`."),
        (lambda: untyped.used_at.within("2018-09-01", "2018-10-01"), "the field `used_at` has no operator `ge`. Hint: it has `gt`, `lt`."),
        (lambda: untyped.total.between(1, "x"), "`total`: `x` is not a whole number. Hint: write it as digits, such as 1050."),
        (lambda: untyped.total.on(date(2018, 9, 1)), "the field `total` has no method `on`. Hint: it is for dates and timestamps; use between or within."),
        (lambda: untyped["total"].on(date(2018, 9, 1)), "the field `total` has no method `on`. Hint: it is for dates and timestamps; use between or within."),
        (lambda: untyped.day.on(date(2018, 9, 1), timezone(timedelta(hours=2))), "`day`: `2018-08-31T22:00:00Z` is not a date. Hint: write it as YYYY-MM-DD, such as 2018-09-01."),
        (untyped["status"].is_null, "the field `status` has no operator `is_null`. Hint: it has `eq`."),
        (lambda: untyped["status"].startswith("c"), "the field `status` has no operator `like`. Hint: it has `eq`."),
        (lambda: untyped["totl"], f"`things` has no field `totl`. Hint: did you mean `total`? {OLD.capitalize()}."),
        (lambda: logs["zzz"], "`logs` has no field `zzz`. Hint: its fields are `kind`, `owner`, `name`."),
        (lambda: untyped["tags"][0], f"`things` has no field `tags[0]`. Hint: did you mean `tags`? {OLD.capitalize()}."),
        (lambda: logs["kind"].length, "`logs` has no field `kind.length`. Hint: its fields are `kind`, `owner`, `name`."),
    ],
)  # fmt: skip
def test_unsupported_comparisons_raise(action: Callable[[], Any], words: str) -> None:
    with pytest.raises(ResourceError) as caught:
        action()
    assert str(caught.value) == words


@for_each(
    ("action", "kind", "words"),
    [
        (lambda: untyped.status != "complete", FilterTypeError, "has no `!=`"),
        (lambda: things.day.within("2018-10-01", "2018-09-01"), FilterValueError, "`day`: the range ends before it starts: 2018-10-01 to 2018-09-01."),
        (lambda: things.created_at.within("2018-09-01", "2018-09-01T01:00:00+02:00"), FilterValueError, "ends before it starts"),
        (lambda: untyped.total.between("10", "9"), FilterValueError, "the range ends before it starts: 10 to 9."),
        (lambda: not untyped.manual, FilterTypeError, "has no NOT"),
        (lambda: untyped.name.eq(None), FilterValueError, r"use is_null\(\)"),
        (lambda: untyped.name.startswith("a*"), FilterValueError, "literal `\\*`"),
        (lambda: untyped[1], FilterTypeError, "the name of a field must be a str, not a value of type int"),
        (lambda: untyped.locales[1], FilterTypeError, "locales requires a str in brackets, not a value of type int"),
        (lambda: untyped.locales[""], FilterValueError, "`` cannot be a locale"),
        (lambda: untyped.locales["a.b"], FilterValueError, "`a.b` cannot be a locale"),
        (lambda: untyped["tags"]["x"], FilterTypeError, "`index` must be an integer, not a value of type str"),
        (lambda: untyped["tags"][1000], FilterValueError, "`index` must be from 0 to 999, not 1000"),
        (lambda: resource_info(5), FilterTypeError, "a resource is expected, not a value of type int"),  # type: ignore[arg-type] # wrong on purpose
    ],
)  # fmt: skip
def test_misuse_raises(action: Callable[[], Any], kind: type[FilterError], words: str) -> None:
    with pytest.raises(kind, match=words):
        action()


def test_fields_are_neither_iterable_nor_hashable() -> None:
    for thing in (untyped, untyped.status, untyped.locales, untyped["tags"]):
        with pytest.raises(TypeError):
            list(thing)
        with pytest.raises(TypeError):
            _ = "x" in thing
    with pytest.raises(TypeError, match="unhashable"):
        hash(things.status)


def test_unknown_attributes_raise_attribute_errors() -> None:
    assert not hasattr(things.status, "like")
    assert not hasattr(things.status, "nonsense")
    with pytest.raises(AttributeError, match="a field has no attribute 'nonsense'"):
        _ = untyped.status.nonsense


def test_fields_have_a_repr() -> None:
    assert str(things.contact.name) == "contact.name"
    assert repr(things.contact.name) == "<EqLike contact.name: string>"
    assert repr(things.tags) == "<Contains tags: list of string>"
    assert repr(things) == "<resource things>"
    assert isinstance(things["name"], DynamicField)


def test_a_resource_has_metadata() -> None:
    info = resource_info(things)
    assert info == resource_info(Things)
    assert (info.name, info.title) == ("things", "Things")
    assert info.fields["total"].note == "minor units"
    assert "locales.{locale}.name" in info.fields
    assert "extensions.{template}.{field}" in info.fields
    assert list(info.fields)[:3] == ["id", "name", "status"]
    assert resource_info(logs).title == "logs"


def test_two_resources_do_not_share_fields() -> None:
    class Other(Resource):
        name = things.__class__.name

    assert str(Other().name) == "name"
    assert str(things.contact.name) == "contact.name"


def test_only_fields_of_times_have_whole_days() -> None:
    fields_of_times: list[Any] = [things.day, things.created_at, things["day"]]
    other_fields: list[Any] = [things.total, things.status, things["total"]]
    assert all(hasattr(field, "on") and "on" in dir(field) for field in fields_of_times)
    assert not any(hasattr(field, "on") or "on" in dir(field) for field in other_fields)


def test_a_range_of_several_values_is_refused() -> None:
    class Listing(Resource):
        sizes = Ordered(integer(), multivalued=True)

    with pytest.raises(ResourceError, match="`sizes` can have several values: one can be above"):
        Listing().sizes.between(1, 5)


RANGES = {"between", "within", "on"}


def public_classes() -> list[type[fields.Field[Any]]]:
    return [
        value
        for value in vars(fields).values()
        if inspect.isclass(value) and issubclass(value, fields.Field)
    ]


@for_each("kind", public_classes(), ids=lambda kind: kind.__name__)
def test_a_class_of_fields_has_the_methods_of_its_operators(kind: type[Any]) -> None:
    names = {"in_" if op is Operator.IN else op.value for op in kind._operators}
    methods = {name for name in dir(kind) if not name.startswith("_")}
    assert methods - {"startswith", "endswith", "contains_text", *RANGES} == names
    assert (methods & RANGES == RANGES) is (Operator.GE in kind._operators)
    assert ("startswith" in methods) is (Operator.LIKE in kind._operators)


def test_every_operator_has_a_method() -> None:
    assert set(fields.EveryOperator._operators) == set(Operator) - {Operator.AND, Operator.OR}
