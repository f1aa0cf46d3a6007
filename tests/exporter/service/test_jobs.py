"""The queue of jobs, in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, make_url, text

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.jobs import JobStore, StoredJob
from epfilter.exporter.service.settings import ServiceSettings

WEEK = timedelta(weeks=1)
WEEK_NS = 7 * 24 * 3600 * 10**9
STARTED, PENDING = JobStatus.STARTED, JobStatus.PENDING
SUCCESS, FAILED = JobStatus.SUCCESS, JobStatus.FAILED

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


class Clock:
    def __init__(self) -> None:
        self.now = 10**18

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def jobs(place: str) -> Iterator[JobStore]:
    with JobStore(place, lifetime=WEEK) as opened:
        yield opened


class Queue(RuleBasedStateMachine):
    """The store does what a list of jobs in memory does, however often it is closed and opened."""

    started: Bundle[StoredJob] = Bundle("started")

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.clock = Clock()
        self.model: list[StoredJob] = []
        self.last_created = 0
        self.store = self.opened()

    def opened(self) -> JobStore:
        return JobStore(self.place, lifetime=WEEK, clock=self.clock)

    def teardown(self) -> None:
        self.store.close()

    def alive(self) -> list[StoredJob]:
        return [job for job in self.model if job.created > self.clock.now - WEEK_NS]

    def change(self, job: StoredJob) -> None:
        self.model = [job if one.id == job.id else one for one in self.model]

    @rule(filter=st.none() | ANY_TEXT)
    def create(self, filter: str | None) -> None:  # noqa: A002 - the platform's name for it
        created = self.store.create(filter)
        self.last_created = max(self.clock.now, self.last_created + 1)
        at = self.last_created
        assert created == StoredJob(id=created.id, filter=filter, created=at, updated=at)
        self.model.append(created)

    @rule(days=st.sampled_from([-1, 0, 1, 3, 7]))
    def time_passes(self, days: int) -> None:
        self.clock.now += days * WEEK_NS // 7

    @rule(target=started)
    def next(self) -> Any:
        job = self.store.next()
        unfinished = [one for one in self.alive() if one.status in {PENDING, STARTED}]
        if not unfinished:
            assert job is None
            return multiple()
        first = unfinished[0]
        updated = max(self.clock.now, first.updated)
        assert job == replace(first, status=STARTED, attempts=first.attempts + 1, updated=updated)
        self.change(job)
        return job

    def is_running(self, job: StoredJob) -> bool:
        """A job that is to end must be as `next` gave it."""
        return job in self.alive()

    @rule(job=started, rows=st.integers(1, 2**40))
    def succeed(self, job: StoredJob, rows: int) -> None:
        running = self.is_running(job)
        assert self.store.succeed(job, rows) is running
        if running:
            updated = max(self.clock.now, job.updated)
            self.change(replace(job, status=SUCCESS, rows=rows, updated=updated))

    @rule(job=started, message=ANY_TEXT)
    def fail(self, job: StoredJob, message: str) -> None:
        running = self.is_running(job)
        assert self.store.fail(job, message) is running
        if running:
            updated = max(self.clock.now, job.updated)
            self.change(replace(job, status=FAILED, error=message, updated=updated))

    @rule(job=started)
    def look_at(self, job: StoredJob) -> None:
        alive = [one for one in self.alive() if one.id == job.id]
        assert self.store.job(job.id) == (alive[0] if alive else None)

    @rule()
    def expire(self) -> None:
        alive = self.alive()
        assert set(self.store.expire()) == {job.id for job in self.model if job not in alive}
        self.model = alive

    @rule()
    def crash(self) -> None:
        self.store.close()
        self.store = self.opened()

    @invariant()
    def holds_the_same_jobs(self) -> None:
        alive = self.alive()
        assert self.store.jobs() == alive[::-1]
        assert self.store.jobs(2) == alive[::-1][:2]
        assert sorted(self.store.statuses()) == sorted(job.status for job in alive)
        assert self.store.waiting() is any(job.status in {PENDING, STARTED} for job in alive)


def test_store_is_as_a_list_in_memory(
    new_place: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    # A server takes its time to make tables, and its own part of the code is small.
    share = 15 if "postgresql" in request.node.name else 8
    run_state_machine_as_test(
        lambda: Queue(new_place()),  # type: ignore[arg-type] # any callable does; it is documented so
        settings=settings(max_examples=settings().max_examples // share, stateful_step_count=25),
    )


def test_of_a_missing_job_there_is_nothing(jobs: JobStore) -> None:
    assert jobs.job(uuid4()) is None
    assert jobs.jobs() == []
    assert jobs.next() is None


def test_a_job_that_was_started_again_is_not_ended_by_the_first_attempt(jobs: JobStore) -> None:
    jobs.create(None)
    first, second = jobs.next(), jobs.next()
    assert first is not None
    assert second is not None
    assert (jobs.succeed(first, 1), jobs.fail(first, "no.")) == (False, False)
    assert jobs.succeed(second, 2)


def test_created_times_increase_over_all_threads_and_stores(place: str) -> None:
    with JobStore(place, lifetime=WEEK) as one, JobStore(place, lifetime=WEEK) as other:
        stores = [one, other] * 20
        with ThreadPoolExecutor(6) as threads:
            created = list(threads.map(lambda store: store.create(None), stores))
        assert len({job.created for job in created}) == len(stores)
        assert {job.id for job in one.jobs()} == {job.id for job in created}
        assert [job.created for job in other.jobs()] == sorted(
            (job.created for job in created), reverse=True
        )


def test_a_new_place_may_be_opened_by_many_at_once(new_place: Callable[[], str]) -> None:
    for _ in range(3):
        place, barrier = new_place(), Barrier(4)

        def opened(place: str = place, barrier: Barrier = barrier) -> bytes:
            barrier.wait()
            with JobStore(place, lifetime=WEEK) as jobs:
                return jobs.key()

        with ThreadPoolExecutor(4) as threads:
            keys = [threads.submit(opened) for _ in range(4)]
            assert len({key.result() for key in keys}) == 1


def test_key_belongs_to_the_queue(new_place: Callable[[], str]) -> None:
    keys = set()
    for place in [new_place(), new_place()]:
        for _ in range(2):
            with JobStore(place, lifetime=WEEK) as jobs:
                keys.add(jobs.key())
    assert [len(key) for key in keys] == [32, 32]


def test_one_has_the_turn_at_a_time(place: str) -> None:
    with JobStore(place, lifetime=WEEK) as one, JobStore(place, lifetime=WEEK) as other:
        for _ in range(2):
            with one.turn() as mine:
                assert (mine, one.has_turn(), other.has_turn()) == (True, True, False)
                for store in (one, other):
                    with store.turn() as second:
                        assert not second
                assert one.has_turn()
            assert not one.has_turn()
            with other.turn() as mine:
                assert mine


def test_two_queues_of_one_server_have_turns_of_their_own(new_place: Callable[[], str]) -> None:
    with (
        JobStore(new_place(), lifetime=WEEK) as one,
        JobStore(new_place(), lifetime=WEEK) as other,
        one.turn() as first,
        other.turn() as second,
    ):
        assert (first, second) == (True, True)


def test_what_a_lost_connection_was_to_write_is_not_written(place: str, jobs: JobStore) -> None:
    if not place.startswith("postgresql"):
        pytest.skip("SQLite has no connection to lose")
    jobs.create(None)
    with jobs.turn():
        job = jobs.next()
        assert job is not None
        disconnect(place)
        assert not jobs.has_turn()
        with pytest.raises(ExporterError, match="has closed the connection"):
            jobs.succeed(job, 1)
        with jobs.turn() as again:
            assert again, "the server has given the turn free"
    assert jobs.job(job.id) == job, "reading goes on with a new connection"


def disconnect(place: str) -> None:
    """The server ends all other connections of a queue."""
    engine = create_engine(place)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    engine.dispose()


def test_only_the_user_of_the_service_can_read_the_queue(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the system has no such permissions")
    folder = tmp_path / "state"
    with JobStore(folder / "jobs.db", lifetime=WEEK) as jobs:
        jobs.create(None)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("jobs.db*")}
    assert modes == {"jobs.db": 0o600, "jobs.db-wal": 0o600, "jobs.db-shm": 0o600}


def test_settings_say_where_the_queue_is(tmp_path: Path) -> None:
    given = ServiceSettings(orders="a.csv", state=tmp_path / "what? 100%#", token="12345678")  # noqa: S106 - for a test
    with JobStore.of(given) as jobs:
        created = jobs.create(None)
    assert (tmp_path / "what? 100%#" / "jobs.db").exists()
    elsewhere = replace(given, jobs=f"sqlite:///{tmp_path}/other.db")
    with JobStore.of(given) as jobs, JobStore.of(elsewhere) as others:
        assert (jobs.jobs(), others.jobs()) == ([created], [])


SECRET = "open-sesame"  # noqa: S105 - opens nothing


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("mysql://root:open-sesame@localhost/x", "jobs cannot be kept at a URL `mysql://…`. Hint: take postgresql://user:password@host/database, or the path of a file."),
        ("postgresql+asyncpg://:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("sqlite://", "jobs cannot be kept at a URL `sqlite://…`."),
        ("sqlite:///:memory:", "jobs cannot be kept at a URL `sqlite://…`."),
        ("://open-sesame", "the URL of the jobs cannot be read. Hint: take postgresql://"),
        ("postgresql://u:open-sesame@host:port/x", "the URL of the jobs cannot be read. Hint: take postgresql://"),
        ("postgresql://u:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgresql://127.0.0.1:1/x?password=open-sesame", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgres://u:open-sesame@127.0.0.1:1/x", "the database x at 127.0.0.1:1 cannot be used: connection failed"),
        ("postgresql://u@/x?host=/no/folder&password=open-sesame", "the database x at /no/folder cannot be used: connection is bad"),
        ("postgresql://u:open-sesame@127.0.0.1:1/x?colour=open-sesame", 'cannot be used: invalid connection option "colour"'),
        ("postgresql://u:open-sesame@127.0.0.1:1/x?connect_timeout=long", "cannot be used: "),
    ],
)  # fmt: skip
def test_what_is_no_place_for_jobs_is_refused_without_a_secret(place: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        JobStore(place, lifetime=WEEK)
    assert words in str(refused.value)
    assert SECRET not in f"{refused.value!r}"


def test_no_secret_in_the_repr(place: str) -> None:
    if place.startswith("postgresql"):
        place = make_url(place).set(password=SECRET).render_as_string(hide_password=False)
    with JobStore(place, lifetime=WEEK) as jobs:
        assert repr(jobs).startswith("<JobStore in the database ")
        assert SECRET not in repr(jobs) + repr(vars(jobs))


def test_postgresql_needs_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"need the package psycopg\. Hint: pip install 'epf"):
        JobStore("postgresql://127.0.0.1/x", lifetime=WEEK)


def test_a_newer_schema_is_not_touched(place: str, jobs: JobStore) -> None:
    with jobs._database.writing() as connection:
        connection.execute(text("UPDATE epfilter_exporter_queue SET version = 2"))
    with pytest.raises(
        SettingsError, match=r"was made by a newer epfilter \(its schema is 2, the newest known"
    ):
        JobStore(place, lifetime=WEEK)


def test_a_queue_without_a_version_is_damaged(place: str, jobs: JobStore) -> None:
    with jobs._database.writing() as connection:
        connection.execute(text("DELETE FROM epfilter_exporter_queue"))
    with pytest.raises(SettingsError, match="is damaged: its queue has no version"):
        JobStore(place, lifetime=WEEK)


@pytest.mark.parametrize(
    ("at", "damage", "words"),
    [
        (0, b"id,status\n" * 500, "cannot be used: it is no database of SQLite, or damaged."),
        (100, b"\xff" * 3000, "cannot be used: it is damaged."),
        (4096, b"\xff" * 3000, "damaged"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, at: int, damage: bytes, words: str) -> None:
    path = tmp_path / "jobs.db"
    JobStore(path, lifetime=WEEK).close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(damage)
    with pytest.raises(SettingsError, match=r"the database .*jobs\.db ") as refused:
        JobStore(path, lifetime=WEEK)
    assert words in str(refused.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps what is open")
@pytest.mark.parametrize("replaced", [True, False])
def test_nothing_is_written_to_a_file_that_was_removed(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "jobs.db"
    with JobStore(path, lifetime=WEEK) as jobs:
        jobs.create(None)
        path.rename(tmp_path / "kept.db")
        if replaced:
            path.write_bytes((tmp_path / "kept.db").read_bytes())
        for used in (jobs.ready, jobs.next, lambda: jobs.create(None)):
            with pytest.raises(ExporterError, match="its file was removed or replaced"):
                used()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(SettingsError, match=r"jobs\.db cannot be opened: (Not a dir|File exists)"):
        JobStore(tmp_path / "state" / "jobs.db", lifetime=WEEK)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    if os.name != "posix" or os.getuid() == 0:
        pytest.skip("this user may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(SettingsError, match=r"cannot be opened: Permission denied\."):
        JobStore(tmp_path / "jobs.db", lifetime=WEEK)


def test_a_database_that_fails_later_is_explained(place: str, jobs: JobStore) -> None:
    del place
    jobs.ready()
    with jobs._database.writing() as connection:
        connection.execute(text("DROP TABLE epfilter_exporter_jobs"))
    for method in (jobs.jobs, jobs.waiting, jobs.next, jobs.expire, lambda: jobs.create(None)):
        with pytest.raises(ExporterError, match=r"the database .* cannot be used"):
            method()


def test_another_process_that_keeps_the_file_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epfilter.exporter.service.sqlite._PATIENCE", 0.05)
    with JobStore(tmp_path / "jobs.db", lifetime=WEEK) as jobs:
        other = sqlite3.connect(tmp_path / "jobs.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ExporterError, match="another process keeps it locked"):
            jobs.create(None)
        assert jobs.jobs() == [], "reading goes on"
        other.close()
        jobs.create(None)


def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    with JobStore(tmp_path / "jobs.db", lifetime=WEEK) as jobs:
        with jobs._database.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        limit_pages(jobs, pages)
        with pytest.raises(DiskFullError, match=r"cannot be written: the disk is full\."):
            jobs.create("x" * 100_000)
        assert jobs.jobs() == []
        jobs.create("eq(id,1)")


def limit_pages(jobs: JobStore, pages: int) -> None:
    """SQLite itself says that the disk is full where a database has its greatest size."""
    connection = jobs._database._engine.raw_connection()
    connection.cursor().execute(f"PRAGMA max_page_count={pages}").close()
    connection.close()


def test_jobs_of_one_id_are_of_that_type(jobs: JobStore) -> None:
    created = jobs.create(None)
    assert isinstance(created.id, UUID)
    assert jobs.job(UUID(str(created.id))) == created
