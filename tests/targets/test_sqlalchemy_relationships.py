"""Paths through relationships: the rows are those of the predicate on the loaded objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    StaticPool,
    String,
    Table,
    TypeDecorator,
    create_engine,
    func,
    select,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    mapped_column,
    relationship,
    selectinload,
)

from epfilter import F, Filter, FilterValueError, parse
from epfilter.ast import And, Or
from epfilter.resources import EqInLike, Resource, string
from epfilter.targets import UnsupportedFilterError, to_predicate, to_sqlalchemy
from support.differences import shows


class Base(DeclarativeBase):
    pass


class Plain(TypeDecorator[str]):
    """A type that decorates another one without conversions, as `AutoString` of SQLModel."""

    impl = String
    cache_ok = True


class Upper(Plain):
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 - of SQLAlchemy
        return value and value.upper()


labels = Table(
    "labels",
    Base.metadata,
    Column("order_id", ForeignKey("orders.id")),
    Column("tag_id", ForeignKey("tags.id")),
)


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str | None]


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(Plain(20))
    shouted: Mapped[str | None] = mapped_column(Upper(20))
    contact: Mapped[Any] = mapped_column(JSON, nullable=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    manager: Mapped[Customer | None] = relationship(remote_side="Customer.id")
    orders: Mapped[list[Order]] = relationship(back_populates="customer")
    totals: AssociationProxy[list[int]] = association_proxy("orders", "total")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int | None]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer | None] = relationship(back_populates="orders")
    tags: Mapped[list[Tag]] = relationship(secondary=labels)
    customer_name: AssociationProxy[str | None] = association_proxy("customer", "name")
    tag_labels: AssociationProxy[list[str]] = association_proxy("tags", "label")


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        leslie = Customer(id=1, name="Leslie", contact={"email": "l@x"})
        ron = Customer(id=2, name="Ron", manager=leslie, contact={"email": None})
        april = Customer(id=3, manager=ron)
        new, gift, no_label = Tag(id=1, label="new"), Tag(id=2, label="gift"), Tag(id=3)
        session.add_all(
            [
                Order(id=1, total=5, customer=leslie, tags=[new, gift]),
                Order(id=2, total=50, customer=ron, tags=[gift]),
                Order(id=3, customer=ron, tags=[no_label]),
                Order(id=4, total=5, customer=april),
                Order(id=5, total=7),
            ]
        )
        session.commit()
        yield session
    engine.dispose()


CASES = {
    "eq(customer.name,Ron)": [2, 3],
    "is_null(customer.name)": [4, 5],
    "is_null(customer)": [5],
    "eq(customer.manager.name,Leslie)": [2, 3],
    "is_null(customer.manager.name)": [1, 5],
    "in(customer.manager.manager.name,Leslie,x)": [4],
    "eq(customer.contact.email,l@x)": [1],
    "is_null(customer.contact.email)": [2, 3, 4, 5],
    "eq(tags.label,gift)": [1, 2],
    "contains_all(tags.label,gift,new)": [1],
    "contains_any(tags.label,gift,new)": [1, 2],
    "like(tags.label,*)": [1, 2],
    "is_null(tags.label)": [3, 4, 5],
    "is_null(tags)": [],
    "gt(customer.orders.total,20)": [2, 3],
    "gt(customer.orders.total,20):is_null(total)": [3],
    "eq(customer.name,Leslie)|eq(tags.label,gift)": [1, 2],
    "eq(customer.orders.tags.label,gift)": [1, 2, 3],
}
PROXIES = {
    "eq(customer_name,Ron)": [2, 3],
    "is_null(customer_name)": [4, 5],
    "eq(tag_labels,gift)": [1, 2],
    "contains_all(tag_labels,gift,new)": [1],
    "gt(customer.totals,20)": [2, 3],
}


def ids(session: Session, f: Filter | str, entity: Any = Order) -> list[int]:
    found = select(entity.id).where(to_sqlalchemy(f, entity)).order_by(entity.id)
    return list(session.scalars(found))


@pytest.mark.parametrize("f", [*CASES, *PROXIES])
def test_paths_through_relationships(session: Session, f: str) -> None:
    assert ids(session, f) == {**CASES, **PROXIES}[f]
    assert ids(session, f, aliased(Order)) == {**CASES, **PROXIES}[f]


_paths = st.sampled_from(
    [
        *("customer.name", "customer.manager.name", "customer.orders.total", "tags.label"),
        *("customer.contact.email", "customer.manager.orders.tags.label", "customer.id", "total"),
    ]
)
_values = st.sampled_from(["Ron", "Leslie", "gift", "new", "5", "50", "l@x", "1"])
_calls = st.one_of(
    st.builds(lambda path, value: F[path].eq(value), _paths, _values),
    st.builds(lambda path, value: F[path].gt(value), _paths, _values),
    st.builds(lambda path, value: F[path].ilike(f"*{value[0]}*"), _paths, _values),
    st.builds(
        lambda path, values: F[path].contains_all(values),
        _paths,
        st.lists(_values, min_size=1, max_size=3),
    ),
    st.builds(lambda path: F[path].is_null(), _paths),
)
_pairs = st.lists(_calls, min_size=2, max_size=3).map(tuple)


@given(f=_calls | st.builds(And, terms=_pairs) | st.builds(Or, terms=_pairs))
def test_the_rows_are_those_of_the_predicate(session: Session, f: Filter) -> None:
    matching = to_predicate(f)
    orders = session.scalars(select(Order).order_by(Order.id))
    assert ids(session, f) == [order.id for order in orders if matching(order)]


@pytest.mark.parametrize("f", [*CASES, *PROXIES])
def test_no_row_is_repeated_or_combined(session: Session, f: str) -> None:
    """The statement selects from the table of the class alone, also if it names none."""
    condition = to_sqlalchemy(f, Order)
    wanted = len({**CASES, **PROXIES}[f])
    assert session.scalar(select(func.count()).where(condition)) == wanted
    assert session.scalar(select(func.count(Order.id)).where(condition)) == wanted
    froms = select(Order.id).where(condition).get_final_froms()
    assert [str(each) for each in froms] == ["orders"]


def test_options_and_statements_with_other_values(session: Session) -> None:
    for label, found in (("gift", [1, 2]), ("new", [1]), ("gift", [1, 2])):
        f = F["tags.label"].eq(label)
        session.expunge_all()
        statement = select(Customer).options(
            selectinload(Customer.orders.and_(to_sqlalchemy(f, Order)))
        )
        loaded = [order.id for each in session.scalars(statement) for order in each.orders]
        assert sorted(loaded) == found


class Orders(Resource):
    email = EqInLike(string(), aliases=("customer.name",))


def test_an_alias_of_a_resource_may_be_a_path(session: Session) -> None:
    found = select(Order.id).where(to_sqlalchemy("eq(email,Ron)", Order, Orders()))
    assert sorted(session.scalars(found)) == [2, 3]


@shows(
    "SQL: The position and the number of the rows of a relationship are not supported.",
)
@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        ("eq(customer,7)", FilterValueError, "`customer` is a relationship.*customer.id"),
        ("eq(customer.nmae,7)", FilterValueError, "no column for the field `nmae`.*did you mean"),
        ("eq(tags[0].label,new)", UnsupportedFilterError, "neither counted nor in order"),
        ("eq(tags.length,2)", UnsupportedFilterError, "neither counted nor in order"),
        ("eq(customer.shouted,x)", UnsupportedFilterError, "the column's type, Upper"),
        ("eq(customers.name,x)", FilterValueError, "no column for the field"),
    ],
)
def test_what_a_relationship_has_not(f: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        to_sqlalchemy(parse(f), Order)
