"""Conditions inside the options of the ORM, which SQLAlchemy takes apart and caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import JSON, ForeignKey, StaticPool, bindparam, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    lazyload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
    with_loader_criteria,
)

from epfilter import F
from epfilter.resources import EqIn, Resource, boolean, integer
from epfilter.targets import to_sqlalchemy


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list[Order]] = relationship(back_populates="customer")


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    total: Mapped[int]
    data: Mapped[Any] = mapped_column(JSON, nullable=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    customer: Mapped[Customer] = relationship(back_populates="orders")


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        customer = Customer(id=1)
        totals = {1: 5, 2: 50, 3: 500}
        customer.orders = [Order(id=number, total=total) for number, total in totals.items()]
        session.add(customer)
        session.commit()
        yield session
    engine.dispose()


def criteria(f: str) -> Any:
    return with_loader_criteria(Order, to_sqlalchemy(f, Order))


OPTIONS: dict[str, Callable[[str], tuple[Any, ...]]] = {
    "selectinload": lambda f: (selectinload(Customer.orders.and_(to_sqlalchemy(f, Order))),),
    "subqueryload": lambda f: (subqueryload(Customer.orders.and_(to_sqlalchemy(f, Order))),),
    "joinedload": lambda f: (joinedload(Customer.orders.and_(to_sqlalchemy(f, Order))),),
    "lazyload": lambda f: (lazyload(Customer.orders.and_(to_sqlalchemy(f, Order))),),
    "criteria": lambda f: (criteria(f),),
    "criteria of a relationship": lambda f: (selectinload(Customer.orders), criteria(f)),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_conditions_in_options_of_loaders(session: Session, name: str) -> None:
    for f, ids in (
        ("ge(total,50)", [2, 3]),
        ("ge(total,500)", [3]),
        ("ge(total,50)", [2, 3]),
        ("eq(total,5)|eq(total,x)", [1]),
        ("is_null(total)", []),
    ):
        session.expunge_all()
        customer = session.scalars(select(Customer).options(*OPTIONS[name](f))).unique().one()
        assert sorted(order.id for order in customer.orders) == ids, f


def test_conditions_on_rows(session: Session) -> None:
    for f, ids in (("ge(total,50)", [2, 3]), ("ge(total,500)", [3])):
        found = session.scalars(select(Order.id).options(criteria(f)).order_by(Order.id))
        assert list(found) == ids


def _statement(f: Any, resource: Resource | None = None, **arguments: Any) -> Any:
    return select(Order.id).where(to_sqlalchemy(f, Order, resource, **arguments))


class Whole(Resource):
    data = EqIn(integer())


class Truth(Resource):
    data = EqIn(boolean())


def test_the_key_of_the_cache() -> None:
    """Equal keys must mean equal statements: 1, `1` and True are values of different types."""
    statements = [
        _statement("eq(total,5)"),
        _statement("eq(total,6)"),
        _statement("gt(total,5)"),
        _statement("eq(total,5):eq(id,5)"),
        _statement("eq(total,5)|eq(id,5)"),
        _statement("eq(data,1)"),
        _statement("eq(data,1)", Whole()),
        _statement("eq(data,true)", Truth()),
        _statement("eq(data,true)"),
        _statement("eq(data.a,1)"),
    ]
    keys = [statement._generate_cache_key() for statement in statements]
    assert None not in keys
    assert len({key.key for key in keys}) == len(statements)
    again = _statement("eq(total,5)")._generate_cache_key()
    assert again.key == keys[0].key
    assert _statement(F.total.in_(range(201)))._generate_cache_key() is None


def test_parameters_of_the_caller_keep_their_place(session: Session) -> None:
    """SQLAlchemy takes them out of the statement that it has cached."""
    for total, ids in ((5, [1]), (50, [2]), (5, [1])):
        own = {("eq", "total"): lambda _, total=total: Order.total == bindparam("t", total)}
        statement = _statement("eq(total,x):ge(id,1)", override=own)
        assert list(session.scalars(statement)) == ids
