"""Where the queue of jobs is kept: what can be wrong with a database or its address."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text, update

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service import postgresql, sqlite
from epfilter.exporter.service.database import DatabaseLockedError, DiskFullError
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import METADATA, QUEUE, SCHEMA_VERSION
from epfilter.exporter.service.settings import ServiceSettings
from support.rows import for_each

WEEK = timedelta(weeks=1)


def test_only_the_user_of_the_service_can_read_the_queue(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the system has no such permissions")
    folder = tmp_path / "state"
    with JobQueue(folder / "jobs.db", lifetime=WEEK) as jobs, jobs.lease():
        jobs.create(None)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("jobs.db*")}
    assert modes.keys() >= {"jobs.db", "jobs.db-wal", "jobs.db-shm", "jobs.db.lease.lock"}
    assert {*modes.values()} == {0o600}


def test_settings_choose_the_location_of_the_queue(tmp_path: Path) -> None:
    given = ServiceSettings(orders="a.csv", state=tmp_path / "what? 100%#", token="12345678")  # noqa: S106 - for a test
    with JobQueue.from_settings(given) as jobs:
        created = jobs.create(None)
    assert (tmp_path / "what? 100%#" / "jobs.db").exists()
    elsewhere = replace(given, jobs=f"sqlite:///{tmp_path}/other.db")
    with JobQueue.from_settings(given) as jobs, JobQueue.from_settings(elsewhere) as others:
        assert (jobs.list_jobs(), others.list_jobs()) == ([created], [])


def test_two_queues_in_one_folder_have_separate_leases(tmp_path: Path) -> None:
    with (
        JobQueue(tmp_path / "one.db", lifetime=WEEK) as one,
        JobQueue(tmp_path / "other.db", lifetime=WEEK) as other,
        one.lease() as first,
        other.lease() as second,
    ):
        assert (first, second) == (True, True)
        locks = {path.name for path in tmp_path.glob("*.lock")}
    assert {"one.db.lease.lock", "other.db.lease.lock"} <= locks
    assert locks <= {
        f"{n}.db.{what}.lock" for n in ("one", "other") for what in ("lease", "opening")
    }


SECRET = "open-sesame"  # noqa: S105 - opens nothing


@for_each(
    ("location", "words"),
    [
        ("mysql://root:open-sesame@localhost/x", "jobs cannot be stored at a URL `mysql://…`. Hint: use postgresql://user:password@host/database, or the path of a file."),
        ("postgresql+asyncpg://:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("sqlite://", "jobs cannot be stored at a URL `sqlite://…`."),
        ("sqlite:///:memory:", "jobs cannot be stored at a URL `sqlite://…`."),
        ("://open-sesame", "the URL of the jobs is invalid. Hint: use postgresql://"),
        ("postgresql://u:open-sesame@host:port/x", "the URL of the jobs is invalid. Hint: use postgresql://"),
        ("postgresql://u:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgresql://127.0.0.1:1/x?password=open-sesame", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgres://u:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgresql://u@/x?host=/no/folder&password=open-sesame", "the database x at /no/folder cannot be used: connection is bad"),
        ("postgresql://u:open-sesame@127.0.0.1:1/x?colour=open-sesame", 'cannot be used: invalid connection option "colour"'),
        ("postgresql://u:open-sesame@127.0.0.1:1/x?connect_timeout=long", "cannot be used: "),
    ],
)  # fmt: skip
def test_an_invalid_location_is_refused_without_its_secret(location: str, words: str) -> None:
    with pytest.raises(SettingsError) as refusal_response:
        JobQueue(location, lifetime=WEEK)
    assert words in str(refusal_response.value)
    assert SECRET not in f"{refusal_response.value!r}"


def test_no_secret_in_the_repr(location: str) -> None:
    if location.startswith("postgresql"):
        location = make_url(location).set(password=SECRET).render_as_string(hide_password=False)
    with JobQueue(location, lifetime=WEEK) as jobs:
        assert repr(jobs).startswith("<JobQueue in the database ")
        assert SECRET not in repr(jobs) + repr(vars(jobs))


def test_postgresql_requires_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"need the package psycopg\. Hint: pip install 'epf"):
        JobQueue("postgresql://127.0.0.1/x", lifetime=WEEK)


def test_a_change_of_the_tables_increases_the_schema_version() -> None:
    columns = {table.name: [*table.columns.keys()] for table in METADATA.tables.values()}
    pinned = {
        "epfilter_exporter_queue": ["version", "last_created", "key"],
        "epfilter_exporter_jobs": [
            *("id", "filter", "status", "error", "created", "updated", "rows", "attempts")
        ],
    }
    assert (SCHEMA_VERSION, columns) == (1, pinned), (
        "increase SCHEMA_VERSION, and let Database.open change the tables of older versions"
    )


def test_a_newer_schema_is_refused(location: str, jobs: JobQueue) -> None:
    newer = SCHEMA_VERSION + 1
    with jobs._database.write_transaction() as connection:
        connection.execute(update(QUEUE).values(version=newer))
    with pytest.raises(
        SettingsError, match=rf"was created by a newer epfilter \(schema {newer}; this version"
    ):
        JobQueue(location, lifetime=WEEK)


def test_a_queue_without_a_version_is_damaged(location: str, jobs: JobQueue) -> None:
    with jobs._database.write_transaction() as connection:
        connection.execute(text("DELETE FROM epfilter_exporter_queue"))
    with pytest.raises(SettingsError, match="is damaged: the version of its queue is missing"):
        JobQueue(location, lifetime=WEEK)


@pytest.mark.parametrize(
    ("at", "damage", "words"),
    [
        (0, b"id,status\n" * 500, "cannot be used: it is not a SQLite database, or damaged."),
        (100, b"\xff" * 3000, "cannot be used: it is damaged."),
        (4096, b"\xff" * 3000, "damaged"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, at: int, damage: bytes, words: str) -> None:
    path = tmp_path / "jobs.db"
    JobQueue(path, lifetime=WEEK).close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(damage)
    with pytest.raises(SettingsError, match=r"the database .*jobs\.db ") as refusal_response:
        JobQueue(path, lifetime=WEEK)
    assert words in str(refusal_response.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps what is open")
@pytest.mark.parametrize("replaced", [True, False])
def test_a_removed_database_file_is_not_written(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "jobs.db"
    with JobQueue(path, lifetime=WEEK) as jobs:
        jobs.create(None)
        path.rename(tmp_path / "kept.db")
        if replaced:
            path.write_bytes((tmp_path / "kept.db").read_bytes())
        for used in (jobs.require_ready, jobs.start_next, lambda: jobs.create(None)):
            with pytest.raises(ExporterError, match="its file was removed or replaced"):
                used()


def test_a_file_instead_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(SettingsError, match=r"jobs\.db cannot be opened: (Not a dir|File exists)"):
        JobQueue(tmp_path / "state" / "jobs.db", lifetime=WEEK)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    if os.name != "posix" or os.getuid() == 0:
        pytest.skip("this user may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match=r"cannot be opened: Permission denied\."):
        JobQueue(tmp_path / "jobs.db", lifetime=WEEK)


def test_a_database_that_fails_later_is_explained(location: str, jobs: JobQueue) -> None:
    del location
    jobs.require_ready()
    with jobs._database.write_transaction() as connection:
        connection.execute(text("DROP TABLE epfilter_exporter_jobs"))
    for method in (
        jobs.list_jobs,
        jobs.has_unfinished,
        jobs.start_next,
        jobs.remove_expired,
        lambda: jobs.create(None),
    ):
        with pytest.raises(ExporterError, match=r"the database .* cannot be used"):
            method()


def test_a_queue_that_another_process_keeps_locked_is_reported(
    location: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LOCK_TIMEOUT", 0.05)
    monkeypatch.setattr(postgresql, "_SESSION", postgresql._SESSION.replace("'10s'", "'50ms'", 1))
    is_server = location.startswith("postgresql")
    engine = create_engine(location if is_server else f"sqlite:///{location}")
    with JobQueue(location, lifetime=WEEK) as jobs, engine.connect() as other:
        other.execute(update(QUEUE).values(last_created=7))
        with pytest.raises(DatabaseLockedError, match="another process keeps it locked"):
            jobs.create(None)
        assert jobs.list_jobs() == [], "reading goes on"
        other.rollback()
        jobs.create(None)
    engine.dispose()


def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    with JobQueue(tmp_path / "jobs.db", lifetime=WEEK) as jobs:
        with jobs._database.write_transaction() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit_pages(jobs, pages)
        with pytest.raises(DiskFullError, match=r"cannot be written: the disk is full\."):
            jobs.create("x" * 100_000)
        assert jobs.list_jobs() == []
        jobs.create("eq(id,1)")


def limit_pages(jobs: JobQueue, pages: int) -> None:
    """SQLite itself says that the disk is full where a database has its greatest size."""
    connection = jobs._database._engine.raw_connection()
    connection.cursor().execute(f"PRAGMA max_page_count={pages}").close()
    connection.close()
