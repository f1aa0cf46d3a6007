"""kill -9 at random moments: every job that was accepted ends exactly once, and in order."""

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
from exporter.end_to_end.crash_scenes import Scene, events, ids, killed_at_random
from support.exporter_services import eventually

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signal")

DEEP = os.environ.get("HYPOTHESIS_PROFILE") in {"deep", "explore"}
"""Each time takes a second or two, because a service has to start again."""

WAITING = 4
"""How many jobs wait at most: at the end all of them have to be run."""

FILTERS = [
    "eq(payment,paid)",
    "ge(created_at,2018-06-01):eq(payment,refunded)",
    "lt(with_tax,1000000)",
    "eq(email,nobody)",
    "gt(created_at,2030-01-01)",
]


def _crashed(tmp_path: Path, *more: str | Path, services: int, kills: int) -> None:
    orders = Orders(tmp_path / "orders.jsonl", 400)
    wanted = {text: orders.ids(parse(text)) for text in FILTERS}
    assert sorted(map(bool, wanted.values())) == [False, False, True, True, True]
    state = tmp_path / "state"
    scene = Scene(("--orders", orders.path, "--state", state, *more), services)
    chance = random.Random(services)  # noqa: S311 - the same moments in every run, as far as may be
    with scene.loaded(FILTERS, WAITING):
        live = killed_at_random(scene, kills, chance, services)
        jobs = scene.settle(live)
        # Parts are swept by the next service that gets its turn.
        files = state / "files"
        complete = {f"{job['id']}.csv" for job in jobs if job["status"] == "success"}
        eventually(lambda: {path.name for path in files.iterdir()} == complete, 90)

    assert scene.seen.wrong == []
    by_id = {job["id"]: job for job in jobs}
    assert scene.seen.accepted.keys() <= by_id.keys()
    for name, text in scene.seen.accepted.items():
        assert by_id[name]["filter"] == text
    for job in jobs:
        rows = wanted[job["filter"]]
        if rows:
            assert (job["status"], job.get("error")) == ("success", None)
            assert ids(files / f"{job['id']}.csv") == rows
        else:
            assert (job["status"], job.get("error")) == ("failed", NO_RESULTS)
    _ended_once_and_in_order(scene, by_id)


def _ended_once_and_in_order(scene: Scene, jobs: dict[str, dict[str, object]]) -> None:
    def times(name: str) -> tuple[str, str]:
        stamps = jobs[name]["timestamps"]
        assert isinstance(stamps, dict)
        return stamps["created_at"], stamps["updated_at"]

    both = sorted(map(times, jobs))
    assert [ended for _, ended in both] == sorted(ended for _, ended in both)
    assert len(set(both)) == len(jobs)
    finished = Counter(events(scene, "job_finished"))
    assert set(finished.values()) == {1}
    # A service that is killed just after the end of a job cannot log it any more.
    assert len(finished) >= len(jobs) - len(scene.logs)
    assert set(events(scene, "job_started")) <= jobs.keys()


def test_a_service_that_is_killed_again_and_again(tmp_path: Path) -> None:
    _crashed(tmp_path, services=1, kills=50 if DEEP else 2)


@pytest.mark.parametrize("new_place", ["postgresql"], indirect=True)
def test_two_services_on_one_database_that_are_killed_again_and_again(
    new_place: Callable[[], str], tmp_path: Path
) -> None:
    _crashed(tmp_path, "--jobs", new_place(), services=2, kills=20 if DEEP else 1)
