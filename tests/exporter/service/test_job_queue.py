"""The queue of jobs, in SQLite and in PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
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
from sqlalchemy import create_engine, text, update

from epfilter.exporter.errors import ExporterError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import JOBS, UNKNOWN_STATUS, StoredJob

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


class Queue(RuleBasedStateMachine):
    """The store does what a list of jobs in memory does, however often it is closed and opened."""

    started: Bundle[StoredJob] = Bundle("started")

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location
        self.clock = Clock()
        self.model: list[StoredJob] = []
        self.last_created = 0
        self.store = self.opened()

    def opened(self) -> JobQueue:
        return JobQueue(self.location, lifetime=WEEK, clock=self.clock)

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
        job = self.store.start_next()
        unfinished = [one for one in self.alive() if one.status in {PENDING, STARTED}]
        if not unfinished:
            assert job is None
            return multiple()
        first = unfinished[0]
        updated = max(self.clock.now, first.updated)
        assert job == replace(first, status=STARTED, attempts=first.attempts + 1, updated=updated)
        self.change(job)
        return job

    def running(self, job: StoredJob) -> StoredJob | None:
        """The job as it is now, where it is still in the attempt that `next` gave."""
        same = [one for one in self.alive() if (one.id, one.attempts) == (job.id, job.attempts)]
        return same[0] if same and same[0].status is STARTED else None

    @rule(job=started, rows=st.integers(1, 2**40))
    def succeed(self, job: StoredJob, rows: int) -> None:
        running = self.running(job)
        assert self.store.succeed(job, rows) is (running is not None)
        if running is not None:
            updated = max(self.clock.now, job.updated)
            self.change(replace(running, status=SUCCESS, rows=rows, updated=updated))

    @rule(job=started, message=ANY_TEXT)
    def fail(self, job: StoredJob, message: str) -> None:
        running = self.running(job)
        assert self.store.fail(job, message) is (running is not None)
        if running is not None:
            updated = max(self.clock.now, job.updated)
            self.change(replace(running, status=FAILED, error=message, updated=updated))

    @rule(job=started)
    def release_job(self, job: StoredJob) -> None:
        running = self.running(job)
        assert self.store.release_job(job) is (running is not None)
        if running is not None:
            updated = max(self.clock.now, job.updated)
            self.change(replace(running, attempts=job.attempts - 1, updated=updated))

    @rule(job=started)
    def look_at(self, job: StoredJob) -> None:
        alive = [one for one in self.alive() if one.id == job.id]
        assert self.store.get_job(job.id) == (alive[0] if alive else None)
        with suppress(BlockingIOError):
            assert self.store.get_job_at_once(job.id) == self.store.get_job(job.id)

    @rule()
    def expire(self) -> None:
        alive = self.alive()
        assert set(self.store.remove_expired()) == {
            job.id for job in self.model if job not in alive
        }
        self.model = alive

    @rule()
    def crash(self) -> None:
        self.store.close()
        self.store = self.opened()

    @invariant()
    def holds_the_same_jobs(self) -> None:
        alive = self.alive()
        assert self.store.list_jobs() == alive[::-1]
        assert self.store.list_jobs(2) == alive[::-1][:2]
        counts = Counter(job.status for job in alive)
        assert self.store.count_by_status() == {status: counts[status] for status in JobStatus}
        assert self.store.has_unfinished() is any(job.status in {PENDING, STARTED} for job in alive)


def test_the_store_behaves_like_a_list_in_memory(
    new_location: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    # A server takes its time to make tables, and its own part of the code is small.
    share = 15 if "postgresql" in request.node.name else 8
    run_state_machine_as_test(
        lambda: Queue(new_location()),  # type: ignore[arg-type] # any callable does; it is documented so
        settings=settings(
            max_examples=max(1, settings().max_examples // share), stateful_step_count=25
        ),
    )


def test_a_missing_job_is_none(jobs: JobQueue) -> None:
    assert jobs.get_job(uuid4()) is None
    assert jobs.list_jobs() == []
    assert jobs.start_next() is None


def test_the_first_attempt_cannot_end_a_restarted_job(jobs: JobQueue) -> None:
    jobs.create(None)
    first, second = jobs.start_next(), jobs.start_next()
    assert first is not None
    assert second is not None
    assert (jobs.succeed(first, 1), jobs.fail(first, "no.")) == (False, False)
    assert jobs.succeed(second, 2)


def test_a_released_job_is_the_next_without_another_attempt(jobs: JobQueue) -> None:
    first, _ = jobs.create(None), jobs.create(None)
    begun = jobs.start_next()
    assert begun is not None
    assert jobs.release_job(begun)
    again = jobs.start_next()
    assert again is not None
    assert (again.id, again.status, again.attempts) == (first.id, STARTED, 1)


def test_an_unknown_status_does_not_break_the_other_jobs(jobs: JobQueue) -> None:
    odd, good = jobs.create("eq(id,1)"), jobs.create("eq(id,2)")
    with jobs._database.write_transaction() as connection:
        # Not even an old name of the wire: what the queue does not look for is never run.
        changed = update(JOBS).where(JOBS.c.id == odd.id).values(status="processing")
        connection.execute(changed)
    shown = replace(odd, status=FAILED, error=UNKNOWN_STATUS)
    assert jobs.list_jobs() == [good, shown]
    assert jobs.get_job(odd.id) == shown
    assert jobs.count_by_status() == {PENDING: 1, STARTED: 0, SUCCESS: 0, FAILED: 1}
    begun = jobs.start_next()
    assert begun is not None
    assert begun.id == good.id


def test_created_times_increase_over_all_threads_and_stores(location: str) -> None:
    with JobQueue(location, lifetime=WEEK) as one, JobQueue(location, lifetime=WEEK) as other:
        stores = [one, other] * 20
        with ThreadPoolExecutor(6) as threads:
            created = list(threads.map(lambda store: store.create(None), stores))
        assert len({job.created for job in created}) == len(stores)
        assert {job.id for job in one.list_jobs()} == {job.id for job in created}
        assert [job.created for job in other.list_jobs()] == sorted(
            (job.created for job in created), reverse=True
        )


def test_jobs_of_one_transaction_have_the_order_of_their_filters(jobs: JobQueue) -> None:
    first = jobs.create("eq(id,1)")
    made = jobs.create_all(["eq(id,2)", None, "eq(id,3)"])
    assert [job.filter for job in made] == ["eq(id,2)", None, "eq(id,3)"]
    assert jobs.list_jobs(sort="created_at") == [first, *made]
    last = jobs.create(None)
    assert last.created > made[-1].created


def test_a_job_is_read_at_once_only_where_nothing_can_block(location: str, jobs: JobQueue) -> None:
    created = jobs.create('eq(email,"rön@swanson.com")')
    if location.startswith("postgresql"):
        with pytest.raises(BlockingIOError):
            jobs.get_job_at_once(created.id)
        return
    assert jobs.get_job_at_once(created.id) == created
    with jobs.lease():
        started = jobs.start_next()
        assert started is not None
        jobs.fail(started, "no.")
    assert jobs.get_job_at_once(created.id) == jobs.get_job(created.id) != created
    assert jobs.get_job_at_once(uuid4()) is None


@pytest.mark.parametrize("mode", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_read_waits_for_no_writer(tmp_path: Path, mode: str) -> None:
    with JobQueue(tmp_path / "jobs.db", lifetime=WEEK) as jobs:
        created = jobs.create(None)
        with closing(sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)) as other:
            other.execute(f"BEGIN {mode}")
            other.execute("UPDATE epfilter_exporter_queue SET last_created = last_created")
            assert jobs.get_job_at_once(created.id) == jobs.get_job(created.id) == created
            assert jobs.list_jobs() == [created]
            other.execute("ROLLBACK")


def test_a_file_that_another_process_locks_for_readers_too_is_not_waited_for(
    tmp_path: Path,
) -> None:
    with JobQueue(tmp_path / "jobs.db", lifetime=WEEK) as jobs:
        created = jobs.create(None)
    with closing(sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("UPDATE epfilter_exporter_queue SET last_created = last_created")
        jobs._database._reader = None  # type: ignore[attr-defined] # of SQLite only
        with pytest.raises(BlockingIOError):
            jobs.get_job_at_once(created.id)


HOUR_NS = 3600 * 10**9


def test_jobs_that_were_created_while_the_clock_was_ahead_expire(location: str) -> None:
    clock = Clock()
    with JobQueue(location, lifetime=WEEK, clock=clock) as jobs:
        earlier = jobs.create("eq(id,1)")
        clock.now += 500 * WEEK_NS
        ahead = [jobs.create("eq(id,2)"), jobs.create("eq(id,3)")]
        clock.now -= 500 * WEEK_NS
        later = jobs.create("eq(id,4)")
        assert jobs.remove_expired() == []
        clock.now += 2 * HOUR_NS
        assert jobs.remove_expired() == []
        listed = jobs.list_jobs(sort="created_at")
        assert [job.id for job in listed] == [job.id for job in (earlier, *ahead, later)]
        assert listed[0] == earlier
        assert all(clock.now - HOUR_NS < job.created <= clock.now for job in listed[1:])
        last = jobs.create(None)
        assert listed[-1].created < last.created <= clock.now + 1
        clock.now += WEEK_NS + 2
        assert jobs.list_jobs() == []
        assert len(jobs.remove_expired()) == 5


def test_a_clock_that_is_behind_for_minutes_changes_no_job(location: str) -> None:
    clock = Clock()
    with JobQueue(location, lifetime=WEEK, clock=clock) as jobs:
        created = jobs.create(None)
        clock.now -= 500 * WEEK_NS
        for _ in range(5):
            assert jobs.remove_expired() == []
            clock.now += HOUR_NS // 10
        clock.now += 500 * WEEK_NS
        for _ in range(3):
            assert jobs.remove_expired() == []
            clock.now += HOUR_NS
        assert jobs.list_jobs() == [created]


def test_a_job_that_runs_while_its_time_is_corrected_ends(location: str) -> None:
    clock = Clock()
    with JobQueue(location, lifetime=WEEK, clock=clock) as jobs, jobs.lease():
        clock.now += 500 * WEEK_NS
        jobs.create(None)
        started = jobs.start_next()
        assert started is not None
        clock.now -= 500 * WEEK_NS
        for _ in range(2):
            jobs.remove_expired()
            clock.now += HOUR_NS
        assert jobs.succeed(started, 1)
        (ended,) = jobs.list_jobs()
        assert (ended.status, ended.created < clock.now) == (SUCCESS, True)


def test_many_processes_can_open_a_new_database_at_once(new_location: Callable[[], str]) -> None:
    for _ in range(3):
        location, barrier = new_location(), Barrier(4)

        def opened(location: str = location, barrier: Barrier = barrier) -> bytes:
            barrier.wait()
            with JobQueue(location, lifetime=WEEK) as jobs:
                return jobs.get_key()

        with ThreadPoolExecutor(4) as threads:
            keys = [threads.submit(opened) for _ in range(4)]
            assert len({key.result() for key in keys}) == 1


def test_key_belongs_to_the_queue(new_location: Callable[[], str]) -> None:
    keys = set()
    for location in [new_location(), new_location()]:
        for _ in range(2):
            with JobQueue(location, lifetime=WEEK) as jobs:
                keys.add(jobs.get_key())
    assert [len(key) for key in keys] == [32, 32]


def test_one_store_holds_the_lease_at_a_time(location: str) -> None:
    with JobQueue(location, lifetime=WEEK) as one, JobQueue(location, lifetime=WEEK) as other:
        for _ in range(2):
            with one.lease() as mine:
                assert (mine, one.holds_lease(), other.holds_lease()) == (True, True, False)
                for store in (one, other):
                    with store.lease() as second:
                        assert not second
                assert one.holds_lease()
            assert not one.holds_lease()
            with other.lease() as mine:
                assert mine


def test_two_queues_of_one_server_have_separate_leases(new_location: Callable[[], str]) -> None:
    with (
        JobQueue(new_location(), lifetime=WEEK) as one,
        JobQueue(new_location(), lifetime=WEEK) as other,
        one.lease() as first,
        other.lease() as second,
    ):
        assert (first, second) == (True, True)


def test_nothing_is_written_after_the_lease_connection_is_lost(
    location: str, jobs: JobQueue
) -> None:
    if not location.startswith("postgresql"):
        pytest.skip("SQLite has no connection to lose")
    jobs.create(None)
    with jobs.lease():
        job = jobs.start_next()
        assert job is not None
        disconnect(location)
        assert not jobs.holds_lease()
        with pytest.raises(ExporterError, match="has closed the connection"):
            jobs.succeed(job, 1)
        with jobs.lease() as again:
            assert again, "the server has given the turn free"
    assert jobs.get_job(job.id) == job, "reading goes on with a new connection"


def disconnect(location: str) -> None:
    """The server ends all other connections of a queue."""
    engine = create_engine(location)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        )
    engine.dispose()


def test_ids_of_any_origin_are_uuids(jobs: JobQueue) -> None:
    created = jobs.create(None)
    assert isinstance(created.id, UUID)
    assert jobs.get_job(UUID(str(created.id))) == created
