"""What expires or is left over goes, from the queue and from the folders."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import UUID

import pytest

from exporter.service.worker_process import ROWS, settings_of
from exporter.service.worker_setup import Service, Store
from support.exporter_services import eventually


def test_expired_jobs_and_leftover_files_are_removed(service: Service) -> None:
    service.jobs._clock = lambda: time.time_ns() - 8 * 24 * 3600 * 10**9
    old = service.jobs.create(None)
    service.run()
    service.jobs._clock = time.time_ns
    young = service.jobs.create(None)
    service.files.create_part(old.id).touch()
    service.files.create_part(young.id).touch()
    service.files.path(UUID(int=5)).touch()
    assert f"{old.id}.csv" in service.names()
    service.run()
    assert service.names() == {f"{young.id}.csv"}
    with service.jobs._database.read_transaction() as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM epfilter_exporter_jobs").scalar_one()
            == 1
        )


def test_a_job_that_expires_while_it_runs_leaves_no_file(service: Service) -> None:
    service.jobs.create(None)

    def a_week_passes(_: Path) -> int:
        service.jobs._clock = lambda: time.time_ns() + 8 * 24 * 3600 * 10**9
        return ROWS

    with service.running(Store(service.folder, a_week_passes)):
        eventually(lambda: "job_vanished" in service.notes.events)
    assert service.jobs.list_jobs() == []
    assert service.names() == set()


def test_leftover_files_are_removed_while_jobs_keep_arriving(
    here: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epfilter.exporter.service.worker._CLEANUP_SECONDS", 0)
    here.jobs.create(None)

    def run(_: Path) -> int:
        here.jobs.create(None)
        # What is left over now has not been there when the first job began.
        here.files.path(UUID(int=5)).touch()
        return ROWS

    with here.running(Store(here.folder, run)):
        eventually(lambda: "swept" in here.notes.events)
    assert here.jobs.has_unfinished()
    swept = here.notes.values[here.notes.events.index("swept")]
    assert swept == {"files": 1, "jobs": 0, "folders": 0}


def test_spill_folders_of_killed_exports_are_removed_after_an_hour(here: Service) -> None:
    base = settings_of(here.folder).temporary_folder
    old, young, other = base / ".duckdb-old", base / ".duckdb-young", base / "other"
    for folder in (old, young, other):
        folder.mkdir(parents=True)
        (folder / "duckdb_temp_block-0.block").touch()
    hours_ago = time.time() - 3 * 3600
    for path in (*old.iterdir(), old, young, *other.iterdir(), other):
        os.utime(path, (hours_ago, hours_ago))
    here.jobs.create(None)
    here.run()
    assert {path.name for path in base.iterdir()} == {".duckdb-young", "other"}
    swept = here.notes.values[here.notes.events.index("swept")]
    assert swept == {"files": 0, "jobs": 0, "folders": 1}
