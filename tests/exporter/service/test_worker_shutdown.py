"""What becomes of jobs when a service ends, in order or not."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event

import pytest

from epfilter.exporter.errors import ExporterError, OrdersInterruptedError
from epfilter.exporter.models import JobStatus
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.worker import TOO_MANY_ATTEMPTS
from exporter.service.worker_process import ROWS
from exporter.service.worker_setup import Service, Store, raising
from support.exporter_services import eventually

SUCCESS, FAILED, STARTED = JobStatus.SUCCESS, JobStatus.FAILED, JobStatus.STARTED


def test_stopping_finishes_the_running_job_and_starts_no_other(service: Service) -> None:
    first, second = service.jobs.create("eq(id,1)"), service.jobs.create("eq(id,2)")
    store = Store(service.folder, lambda _: time.sleep(0.2) or ROWS)  # type: ignore[func-returns-value] # it returns None, which is the point
    with service.running(store):
        assert store.begun.wait(10)
    ended, waiting = service.jobs.get_job(first.id), service.jobs.get_job(second.id)
    assert ended is not None
    assert (ended.status, waiting) == (SUCCESS, second)
    assert not store.told_to_end.is_set()


def test_a_job_that_does_not_end_in_time_runs_again_first(service: Service) -> None:
    first, second = service.jobs.create("eq(id,1)"), service.jobs.create("eq(id,2)")
    store = Store(service.folder)

    def hang(_: Path) -> int:
        assert store.told_to_end.wait(10)
        raise OrdersInterruptedError("interrupted")

    store.then = hang
    with service.running(store, drain=0.05):
        assert store.begun.wait(10)
    left = service.jobs.get_job(first.id)
    assert left is not None
    assert (left.status, service.jobs.get_job(second.id)) == (STARTED, second)
    assert service.names() == set()
    service.run()
    assert [each[2] for each in service.events() if each[0] == "begin"] == [
        *("eq(id,1)", "eq(id,1)", "eq(id,2)")
    ]
    assert [job.attempts for job in service.jobs.list_jobs()] == [1, 1], "no attempt was at fault"
    assert service.notes.events.count("job_given_back") == 1


def test_a_worker_that_was_never_started_stops(here: Service) -> None:
    assert here.runner(Store(here.folder)).stop(1)


def test_a_shutdown_while_the_queue_fails_leaves_the_job(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = here.jobs.create(None)
    with monkeypatch.context() as patched:
        patched.setattr(here.jobs, "fail", lambda *_: raising(DiskFullError("full."))(Path()))
        with here.running(Store(here.folder, lambda _: 0), drain=0.05):
            eventually(lambda: "queue_failed" in here.notes.events)
    left = here.jobs.get_job(created.id)
    assert left is not None
    assert left.status is STARTED
    assert (left.attempts, here.run().attempts) == (0, 1)


def test_orderly_shutdowns_do_not_count_as_attempts(here: Service) -> None:
    created = here.jobs.create(None)
    for _ in range(7):
        store = Store(here.folder)

        def hang(_: Path, store: Store = store) -> int:
            assert store.told_to_end.wait(10)
            raise OrdersInterruptedError("interrupted")

        store.then = hang
        with here.running(store, drain=0):
            assert store.begun.wait(10)
    assert here.jobs.get_job(created.id) != created, "it was started"
    assert (here.run().status, here.notes.events.count("job_given_back")) == (SUCCESS, 7)


def test_an_attempt_that_cannot_be_released_counts(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.jobs.create(None)
    store = Store(here.folder)

    def hang(_: Path) -> int:
        assert store.told_to_end.wait(10)
        raise OrdersInterruptedError("interrupted")

    store.then = hang
    with monkeypatch.context() as patched:
        patched.setattr(here.jobs, "release_job", lambda _: raising(ExporterError("no."))(Path()))
        with here.running(store, drain=0):
            assert store.begun.wait(10)
    assert here.run().attempts == 2


def test_stop_taking_jobs_starts_no_job_and_the_running_one_goes_on(here: Service) -> None:
    first, second = here.jobs.create("eq(id,1)"), here.jobs.create("eq(id,2)")
    store, may_end = Store(here.folder), Event()
    store.then = lambda _: ROWS if may_end.wait(10) else 0
    with here.running(store) as runner:
        assert store.begun.wait(10)
        runner.stop_taking_jobs()
        third = here.jobs.create("eq(id,3)")
        runner.wake()
        may_end.set()
        eventually(lambda: not runner.is_alive)
        ended = here.jobs.get_job(first.id)
    assert ended is not None
    assert ended.status is SUCCESS
    assert [here.jobs.get_job(each.id) for each in (second, third)] == [second, third]
    assert not store.told_to_end.is_set()


def test_a_store_that_ignores_interrupts_is_interrupted_for_a_limited_time(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epfilter.exporter.service.worker._INTERRUPT_SECONDS", 0.3)
    here.jobs.create(None)
    store, may_end = Store(here.folder), Event()
    store.then = lambda _: ROWS if may_end.wait(20) else 0
    runner = here.runner(store)
    runner.start()
    assert store.begun.wait(10)
    began = time.monotonic()
    assert not runner.stop(drain=0)
    assert 0.3 <= time.monotonic() - began < 10
    may_end.set()
    eventually(lambda: not runner.is_alive)


def test_a_job_that_kills_every_process_does_not_block_the_others(here: Service) -> None:
    deadly, next_one = here.jobs.create("eq(a,1)"), here.jobs.create("eq(a,2)")
    for _ in range(5):
        begun = here.jobs.start_next()
        assert begun is not None
        assert begun.id == deadly.id
    with here.running(Store(here.folder)):
        here.wait()
    ended = {job.id: job for job in here.jobs.list_jobs()}
    assert (ended[deadly.id].status, ended[deadly.id].error) == (FAILED, TOO_MANY_ATTEMPTS)
    assert ended[next_one.id].status is SUCCESS
