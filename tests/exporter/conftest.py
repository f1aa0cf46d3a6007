"""Fixtures for the databases of jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text


@pytest.fixture(params=["sqlite", "postgresql"])
def new_location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Return a function that creates an empty database of jobs: a new file, or a separate schema."""
    if request.param == "sqlite":
        numbers = count()
        yield lambda: str(tmp_path / f"state{next(numbers)}" / "jobs.db")
        return
    url = make_url(request.getfixturevalue("postgresql_url")).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool)
    schemas: list[str] = []

    def new_schema() -> str:
        schemas.append(f"jobs_{uuid4().hex}")
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schemas[-1]}"))
        schema_url = url.update_query_dict({"options": f"-csearch_path={schemas[-1]}"})
        return schema_url.render_as_string(hide_password=False)

    yield new_schema
    with engine.begin() as connection:
        for schema in schemas:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))


@pytest.fixture
def location(new_location: Callable[[], str]) -> str:
    """The location of one empty database of jobs."""
    return new_location()
