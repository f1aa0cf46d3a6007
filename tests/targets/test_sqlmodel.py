"""Models of SQLModel, whose types of columns are its own."""

# Without `from __future__ import annotations`: SQLModel reads the annotations of relationships.

import enum
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

pytest.importorskip("sqlmodel")

from sqlalchemy import StaticPool
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

from epfilter.targets import to_sqlalchemy

ID = UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6")


class Kind(enum.Enum):
    STAFF = "staff"
    GUEST = "guest"


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    heroes: list["Hero"] = Relationship(back_populates="team")


class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    kind: Kind = Kind.STAFF
    uid: UUID
    born: datetime | None = None
    worth: Decimal | None = None
    team_id: int | None = Field(default=None, foreign_key="team.id")
    team: Team | None = Relationship(back_populates="heroes")


def test_every_type_of_column() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        team = Team(name="parks")
        born = datetime(2018, 9, 1, 2, tzinfo=UTC)
        session.add(Hero(id=1, name="Ron", uid=ID, born=born, team=team))
        session.add(Hero(id=2, name="April", uid=UUID(int=1), kind=Kind.GUEST))
        for f, ids in {
            "eq(name,Ron)": [1],
            "like(name,A*)": [2],
            "eq(kind,guest)": [2],
            f"eq(uid,{ID})": [1],
            "gt(born,2018-09-01T01:00:00Z)": [1],
            "eq(born,2018-09-01T02:00:00Z)": [1],
            "is_null(worth):is_null(born)": [2],
            "eq(team.name,parks)": [1],
            "is_null(team)": [2],
        }.items():
            found = session.exec(select(Hero.id).where(to_sqlalchemy(f, Hero)))
            assert list(found) == ids, f
        assert session.exec(select(Team.name).where(to_sqlalchemy("eq(heroes.name,Ron)", Team))).all() == ["parks"]  # fmt: skip
    engine.dispose()
