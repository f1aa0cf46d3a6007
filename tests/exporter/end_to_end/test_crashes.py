"""kill -9 at random moments: every accepted job finishes exactly once, and in order."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from epfilter import parse
from epfilter.exporter.models import NO_RESULTS
from exporter.end_to_end.conftest import Orders
from exporter.end_to_end.crash_scenes import CrashScene, ids, job_events, kill_at_random
from support.exporter_services import eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")

KILLS = {"deep": 20, "explore": 60}.get(os.environ.get("HYPOTHESIS_PROFILE", ""), 2)
"""Each kill takes a second of a processor or two, because a service has to start again."""

WAITING = 4
"""The maximum number of waiting jobs, all of which run at the end."""

FILTERS = [
    "eq(payment,paid)",
    "ge(created_at,2018-06-01):eq(payment,refunded)",
    "lt(with_tax,1000000)",
    "eq(email,unknown)",
    "gt(created_at,2030-01-01)",
]


def _run_with_crashes(tmp_path: Path, *more: str | Path, services: int, kills: int) -> None:
    orders = Orders(tmp_path / "orders.jsonl", 400)
    expected = {text: orders.ids(parse(text)) for text in FILTERS}
    assert sorted(map(bool, expected.values())) == [False, False, True, True, True]
    state = tmp_path / "state"
    scene = CrashScene(("--orders", orders.path, "--state", state, *more), services)
    chance = random.Random(services)  # noqa: S311 - the same moments in every run, as far as possible
    with scene.create_jobs(FILTERS, WAITING):
        live = kill_at_random(scene, kills, chance, services)
        jobs = scene.wait_until_finished(live)
        # Parts are deleted by the next service that gets the lease.
        files = state / "files"
        complete = {f"{job['id']}.csv" for job in jobs if job["status"] == "success"}
        eventually(lambda: {path.name for path in files.iterdir()} == complete, 90)

    assert scene.observed.errors == []
    by_id = {job["id"]: job for job in jobs}
    assert scene.observed.accepted.keys() <= by_id.keys()
    for name, text in scene.observed.accepted.items():
        assert by_id[name]["filter"] == text
    for job in jobs:
        rows = expected[job["filter"]]
        if rows:
            assert (job["status"], job.get("error")) == ("success", None)
            assert ids(files / f"{job['id']}.csv") == rows
        else:
            assert (job["status"], job.get("error")) == ("failed", NO_RESULTS)
    _check_that_jobs_finish_once_and_in_order(scene, by_id)


def _check_that_jobs_finish_once_and_in_order(
    scene: CrashScene, jobs: dict[str, dict[str, object]]
) -> None:
    def get_times(name: str) -> tuple[str, str]:
        stamps = jobs[name]["timestamps"]
        assert isinstance(stamps, dict)
        return stamps["created_at"], stamps["updated_at"]

    both_times = sorted(map(get_times, jobs))
    assert [ended for _, ended in both_times] == sorted(ended for _, ended in both_times)
    assert len(set(both_times)) == len(jobs)
    finished = Counter(job_events(scene, "job_finished"))
    assert set(finished.values()) == {1}
    # A service that is killed directly after a job cannot log its end.
    assert len(finished) >= len(jobs) - len(scene.logs)
    assert set(job_events(scene, "job_started")) <= jobs.keys()


@pytest.mark.slow
def test_a_service_is_killed_repeatedly(tmp_path: Path) -> None:
    _run_with_crashes(tmp_path, services=1, kills=KILLS)


@pytest.mark.slow
@pytest.mark.parametrize("new_location", ["postgresql"], indirect=True)
def test_two_services_on_one_database_are_killed_repeatedly(
    new_location: Callable[[], str], tmp_path: Path
) -> None:
    _run_with_crashes(tmp_path, "--jobs", new_location(), services=2, kills=KILLS // 2)
