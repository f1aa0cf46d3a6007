"""A filter selects the same rows through Django as the predicate does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings

pytest.importorskip("django")

from epfilter import F, Filter, FilterTypeError, FilterValueError
from epfilter.errors import ResourceError
from epfilter.resources import EqInLike, Resource, string
from epfilter.targets import UnsupportedFilterError, to_django
from support.django_project import Customer, Order, Tag, clear_tables, connect
from support.one_meaning import Row, agree, rows, some_filters

fewer = settings(max_examples=min(settings().max_examples // 2, 100))


@pytest.fixture(scope="module")
def sqlite() -> str:
    return connect()


@pytest.fixture(scope="module")
def postgresql(postgresql_url: str) -> Iterator[str]:
    from django.db import connections

    yield connect(postgresql_url)
    connections["postgresql"].close()


@pytest.fixture(scope="module")
def mariadb(mariadb_url: str) -> Iterator[str]:
    from django.db import connections

    yield connect(mariadb_url)
    connections["mariadb"].close()


def select_with(name: str, made: list[Row], fs: list[Filter]) -> None:
    clear_tables(name)
    Order.objects.using(name).bulk_create([Order(**row) for row in made])

    def select(f: Filter) -> set[int]:
        found = Order.objects.using(name).filter(to_django(f, Order))
        return set(found.values_list("id", flat=True))

    agree(name, select, made, fs)


@fewer
@given(made=rows, fs=some_filters)
def test_sqlite(sqlite: str, made: list[Row], fs: list[Filter]) -> None:
    select_with(sqlite, made, fs)


@fewer
@given(made=rows, fs=some_filters)
def test_postgresql(postgresql: str, made: list[Row], fs: list[Filter]) -> None:
    select_with(postgresql, made, fs)


@pytest.mark.slow
@fewer
@given(made=rows, fs=some_filters)
def test_mariadb(mariadb: str, made: list[Row], fs: list[Filter]) -> None:
    select_with(mariadb, made, fs)


KEYS = ["00000001-ffff-4000-8000-ffffffffffff", "3fa85f64-5717-4562-b3fc-2c963f66afa6"]
KEYS.append("ffffffff-0000-1000-8000-000000000001")


@pytest.mark.parametrize(
    "database", ["sqlite", "postgresql", pytest.param("mariadb", marks=pytest.mark.slow)]
)
def test_uuids_are_ordered_by_their_digits(request: pytest.FixtureRequest, database: str) -> None:
    select_with(
        request.getfixturevalue(database),
        [
            {"id": number, "key": UUID(key), "total": number * 100, "name": str(number * 100)}
            for number, key in enumerate(KEYS)
        ],
        [f for key in KEYS for f in (F.key.eq(key), F.key.gt(key), F.key.le(key))]
        + [F.key.in_(KEYS[1:]), F.total.in_(range(150)), F.name.in_(map(str, range(150)))],
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("eq(customer.email,ron@x)", [1]),
        ("eq(customer.manager.email,leslie@x)", [1]),
        ("is_null(customer.email)", [2, 3]),
        ("eq(customer,7)", [1]),
        ("eq(contact.name,Ron)|eq(contact.tags[0],b)", [1, 2]),
        ("eq(contact.age,5)", [2]),
        ("eq(mail,ron@x)", [1]),
        ("eq(half,50)", [2]),
    ],
)
def test_relations_json_and_columns(
    request: pytest.FixtureRequest, database: str, text: str, ids: list[int]
) -> None:
    from django.db.models import BigIntegerField, ExpressionWrapper, F

    name = request.getfixturevalue(database)
    clear_tables(name)
    leslie = Customer(id=8, email="leslie@x")
    ron = Customer(id=7, email="ron@x", manager=leslie)
    for customer in (leslie, ron):
        customer.save(using=name)
    Order.objects.using(name).bulk_create(
        [
            Order(id=1, customer=ron, contact={"name": "Ron"}),
            Order(id=2, contact={"tags": ["b"], "age": 5}, total=50),
            Order(id=3),
        ]
    )
    columns = {
        "mail": "customer__email",
        "half": ExpressionWrapper(F("total"), output_field=BigIntegerField()),
    }
    condition = to_django(text, Order, columns=columns)
    found = Order.objects.using(name).filter(condition).order_by("id")
    assert list(found.values_list("id", flat=True)) == ids


def test_conditions_combine_with_others(sqlite: str) -> None:
    from django.db.models import Q

    clear_tables(sqlite)
    Order.objects.using(sqlite).bulk_create([Order(id=n, name="a", total=n) for n in range(4)])
    condition = to_django("eq(name,a):gt(total,0)", Order) & Q(id__lt=3)
    assert Order.objects.using(sqlite).filter(condition).count() == 2
    assert Order.objects.using(sqlite).exclude(to_django("gt(total,0)", Order)).count() == 1


class Mails(Resource):
    name = EqInLike(string(), aliases=("title",))


def test_a_resource_checks_the_filter_and_resolves_aliases(sqlite: str) -> None:
    clear_tables(sqlite)
    Order.objects.using(sqlite).bulk_create([Order(id=1, name="a"), Order(id=2, name="b")])
    found = Order.objects.using(sqlite).filter(to_django("eq(title,a)", Order, Mails()))
    assert [order.id for order in found] == [1]
    with pytest.raises(ResourceError):
        to_django("gt(name,a)", Order, Mails())


def test_an_override_may_use_relations_to_several_objects(sqlite: str) -> None:
    from django.db.models import Q

    clear_tables(sqlite)
    order = Order.objects.using(sqlite).create(id=1, name="a", total=1)
    Order.objects.using(sqlite).create(id=2, name="a", total=1)
    order.tags.add(Tag.objects.using(sqlite).create(label="new"))
    condition = to_django(
        "eq(tags,new):eq(name,a)|gt(total,5)",
        Order,
        override={("eq", "tags"): lambda call: Q(tags__label=call.values[0])},
    )
    found = Order.objects.using(sqlite).filter(condition)
    assert [each.id for each in found] == [1]


class Stores(Resource):
    name = EqInLike(string(), required=True)
    mail = EqInLike(string())


def test_an_override_is_refused_with_required_fields() -> None:
    with pytest.raises(FilterTypeError, match="cannot be combined with a resource that req"):
        to_django("eq(name,a)", Order, Stores(), override={("eq", "name"): lambda _: None})


@pytest.mark.parametrize(
    ("text", "model", "columns", "error", "words"),
    [
        ("eq(nme,a)", Order, None, FilterValueError, "did you mean `name`"),
        ("eq(tags,a)", Order, None, UnsupportedFilterError, "a relation to several objects"),
        ("eq(name.x,a)", Order, None, FilterValueError, "has no members"),
        ("eq(name,a)", "Order", None, FilterTypeError, "a model of Django is expected"),
        ("eq(name,a)", Order, {"name": 5}, FilterTypeError, "is not a lookup or an expression"),
        ("eq(name,a)", Order, {"name": "nme"}, FilterTypeError, "is not a field of Order"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(
    text: str, model: Any, columns: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        to_django(text, model, columns=columns)
