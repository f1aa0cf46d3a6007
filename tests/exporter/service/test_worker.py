"""Running jobs: one at a time, in order, and each to one complete file whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from epfilter.errors import UnsupportedFilterError
from epfilter.exporter.errors import ExporterError, OrdersDiskFullError, OrdersError
from epfilter.exporter.models import NO_RESULTS, JobStatus
from epfilter.exporter.orders import open_orders
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.job_queue import JobQueue
from epfilter.exporter.service.job_tables import StoredJob
from epfilter.exporter.service.worker import (
    DATABASE_FAILED,
    DISK_FULL,
    INTERNAL_ERROR,
    describe_failure,
)
from exporter.service.test_job_queue import disconnect
from exporter.service.worker_process import ROWS
from exporter.service.worker_setup import WEEK, Service, Store, raising
from support.exporter_services import eventually

SUCCESS, FAILED, STARTED = JobStatus.SUCCESS, JobStatus.FAILED, JobStatus.STARTED


def csv(filter: str | None) -> str:  # noqa: A002 - the platform's name
    return "item,True,False\n" + "".join(f"{filter},{row}\n" for row in range(ROWS))


def test_jobs_run_in_the_order_of_creation(service: Service) -> None:
    filters = [f"eq(id,{number})" for number in range(4)]
    created = [service.jobs.create(one) for one in (*filters[:2], None)]
    with service.running(Store(service.folder)) as runner:
        created.append(service.jobs.create(filters[2]))
        runner.wake()
        service.wait()
        assert runner.is_alive
    assert not runner.is_alive
    assert [one[::2] for one in service.events()] == [
        [what, str(job.filter)] for job in created for what in ("begin", "end")
    ]
    for job in service.jobs.list_jobs():
        assert (job.status, job.rows, job.error, job.attempts) == (SUCCESS, ROWS, None, 1)
        assert service.files.path(job.id).read_text("utf-8") == csv(job.filter)
    assert service.notes.finished == [(SUCCESS, ROWS)] * len(created)
    assert service.names() == {f"{job.id}.csv" for job in created}


def test_a_job_of_another_process_is_seen(service: Service) -> None:
    with service.running(Store(service.folder)):
        time.sleep(0.1)
        with JobQueue(service.location, lifetime=WEEK) as elsewhere:
            elsewhere.create(None)
        service.wait()
    assert service.jobs.list_jobs()[0].status is SUCCESS


def test_the_lease_of_another_process_is_not_requested_for_each_job(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested = []

    @contextmanager
    def lease() -> Iterator[bool]:
        requested.append(time.monotonic())
        with take_lease() as holds_lease:
            yield holds_lease

    take_lease = here.jobs.lease
    with JobQueue(here.location, lifetime=WEEK) as elsewhere, elsewhere.lease():
        monkeypatch.setattr(here.jobs, "lease", lease)
        with here.running(Store(here.folder)) as runner:
            for _ in range(20):
                here.jobs.create(None)
                runner.wake()
            eventually(lambda: len(requested) > 2)
    waits = [after - before for before, after in pairwise(requested)]
    assert min(waits) > 0.015, "a new job ended the wait"


@pytest.mark.parametrize(
    ("then", "message"),
    [
        (lambda _: 0, NO_RESULTS),
        (raising(OrdersError("orders.jsonl cannot be read.", hint="look")), "orders.jsonl cannot be read. Hint: look."),
        (raising(OrdersDiskFullError("the disk is full.")), DISK_FULL),
        (raising(UnsupportedFilterError("text", "name", "DuckDB", "it has none")), "DuckDB cannot run `text` on `name`: it has none."),
        (raising(ZeroDivisionError("eq(email,ron@swanson.com)")), INTERNAL_ERROR),
        (raising(MemoryError()), INTERNAL_ERROR),
        (lambda path: path.unlink() or ROWS, "the file could not be stored: No such file or directory."),
    ],
)  # fmt: skip
def test_a_job_that_cannot_run_has_the_reason(
    here: Service, then: Callable[[Path], int], message: str
) -> None:
    here.jobs.create("eq(email,ron@swanson.com)")
    job = here.run(then)
    assert (job.status, job.error, job.rows) == (FAILED, message, None)
    assert here.names() == set()
    assert here.notes.finished == [(FAILED, None)]
    assert "ron" not in repr(here.notes.values)
    here.jobs.create(None)
    assert here.run().status is SUCCESS, "the service goes on"


def test_a_job_without_a_folder_for_its_file_has_the_reason(here: Service) -> None:
    here.jobs.create(None)
    folder = here.files.path(UUID(int=1)).parent
    runner = here.runner(Store(here.folder))
    runner._cleanup_due = time.monotonic() + 60
    folder.rmdir()
    folder.touch()
    runner.start()
    here.wait()
    assert runner.stop(10)
    (job,) = here.jobs.list_jobs()
    assert (job.status, job.error) == (FAILED, "the file could not be stored: File exists.")


def test_nothing_that_goes_wrong_ends_the_thread(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.jobs.create(None)
    left = [ZeroDivisionError(), ExporterError("no."), ExporterError("no."), ExporterError("no.")]
    find = here.jobs.start_next

    def failing() -> StoredJob | None:
        if left:
            raise left.pop(0)
        return find()

    monkeypatch.setattr(here.jobs, "start_next", failing)
    assert here.run().status is SUCCESS
    assert [one for one in here.notes.events if one.startswith("queue")] == [
        "queue_failed",
        "queue_failed",
        "queue_recovered",
    ], "each kind of trouble is told once"


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("fail", DiskFullError("full.")),
        ("fail", ExporterError("locked.")),
        ("succeed", ExporterError("locked.")),
    ],
)
def test_the_result_of_a_job_is_recorded_until_it_succeeds(
    here: Service, monkeypatch: pytest.MonkeyPatch, method: str, told: Exception
) -> None:
    here.jobs.create(None)
    left = [told, told, told]
    end = getattr(here.jobs, method)

    def failing(job: StoredJob, value: Any) -> object:
        if left:
            raise left.pop(0)
        return end(job, value)

    monkeypatch.setattr(here.jobs, method, failing)
    job = here.run(lambda _: ROWS if method == "succeed" else 0)
    assert (job.status, job.attempts) == (SUCCESS if method == "succeed" else FAILED, 1)
    assert here.notes.events.count("queue_failed") == 1, "it is said once"
    assert here.names() == ({f"{job.id}.csv"} if method == "succeed" else set())


def test_a_file_that_leaves_the_queue_no_room_is_removed(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.jobs.create(None)
    monkeypatch.setattr(here.jobs, "succeed", lambda *_: raising(DiskFullError("full."))(Path()))
    job = here.run()
    assert (job.status, job.error) == (FAILED, DISK_FULL)
    assert here.names() == set()


def test_nothing_is_published_after_the_lease_is_lost(service: Service) -> None:
    if not service.location.startswith("postgresql"):
        pytest.skip("SQLite has no connection to lose")
    created = service.jobs.create(None)
    seen: list[set[str]] = []

    def lose(_: Path) -> int:
        if not seen:
            disconnect(service.location)
        seen.append(service.names())
        return ROWS

    job = service.run(lose)
    assert (job.status, job.attempts, service.notes.finished) == (SUCCESS, 2, [(SUCCESS, ROWS)])
    assert service.notes.events.count("lease_lost") == 1
    assert f"{created.id}.csv" not in seen[1], "the first attempt left no file"
    assert service.names() == {f"{created.id}.csv"}


@contextmanager
def worker(service: Service, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the jobs."""
    script = Path(__file__).with_name("worker_process.py")
    command = [sys.executable, str(script), service.location, str(service.folder), *options]
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.communicate(timeout=20)


@pytest.mark.slow
def test_two_processes_run_one_job_at_a_time(service: Service) -> None:
    created = [service.jobs.create(f"eq(id,{number})") for number in range(8)]
    with worker(service) as one, worker(service) as other:
        for number in range(8, 20):
            created.append(service.jobs.create(f"eq(id,{number})"))
            time.sleep(0.01)
        service.wait()
    assert (one.returncode, other.returncode) == (0, 0)
    events = service.events()
    assert [one[2] for one in events[::2]] == [job.filter for job in created]
    for begin, end in zip(events[::2], events[1::2], strict=True):
        assert (begin[0], end[0], begin[1:]) == ("begin", "end", end[1:])
    assert {job.attempts for job in service.jobs.list_jobs()} == {1}
    assert service.names() == {f"{job.id}.csv" for job in created}


@pytest.mark.slow
def test_the_next_process_runs_the_job_of_a_killed_one(
    service: Service,
) -> None:
    created = [service.jobs.create(f"eq(id,{number})") for number in range(3)]
    with worker(service, "hang") as killed:
        eventually(lambda: (service.folder / "events").exists() and len(service.events()) == 2)
        killed.kill()
        killed.wait(10)
    left = service.jobs.get_job(created[0].id)
    assert left is not None
    assert left.status is STARTED
    assert [name.endswith(".part") for name in service.names()] == [True]
    service.run()
    assert [job.attempts for job in service.jobs.list_jobs()] == [1, 1, 2]
    for job in service.jobs.list_jobs():
        assert service.files.path(job.id).read_text("utf-8") == csv(job.filter)
    assert service.names() == {f"{job.id}.csv" for job in created}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for 1 MB."""
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root of Linux can mount a small disk")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)  # noqa: S603, S607 - fixed words


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    service = Service(str(small_disk / "jobs.db"), small_disk)

    def fill(path: Path) -> int:
        try:
            with path.open("ab", buffering=0) as file:
                while True:
                    file.write(b"0" * 4096)
        except OSError as error:
            raise OrdersDiskFullError("the disk is full.") from error

    service.jobs.create(None)
    job = service.run(fill)
    assert (job.status, job.error) == (FAILED, DISK_FULL)
    assert service.names() == set()
    service.jobs.create(None)
    assert replace(service.run(), id=job.id).status is SUCCESS
    service.jobs.close()


def test_an_error_of_the_database_of_orders_names_no_host_and_no_role(tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    source = open_orders("postgresql://ron:swanson@127.0.0.1:1/pawnee")
    with pytest.raises(OrdersError, match=r"127\.0\.0\.1") as caught:
        source.write_csv(None, tmp_path / "orders.csv")
    source.close()
    assert describe_failure(caught.value) == DATABASE_FAILED
