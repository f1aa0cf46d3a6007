"""Services that are killed repeatedly while clients create jobs."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import httpx

from support.exporter_services import AUTHORIZATION, TOKEN, eventually, job_request, list_jobs
from support.live_services import LiveService, live_service

Job = dict[str, Any]

_LOADERS = 3
_PAUSE = 0.02
_TIMEOUT = 90.0
"""Seconds that anything may take on a busy machine."""

_FINISHED = {"success", "failed"}


@dataclass
class Observations:
    """The observations of the loaders and the watcher."""

    accepted: dict[str, str] = field(default_factory=dict)
    """The filter of each job whose creation returned 202, by its id."""

    finished: dict[str, Job] = field(default_factory=dict)
    """Each job as it was first observed after its end."""

    errors: list[str] = field(default_factory=list)
    """Observations that must never happen."""

    lock: Lock = field(default_factory=Lock)

    def count_waiting(self) -> int:
        """Return the number of accepted jobs that are not known to have finished."""
        with self.lock:
            return len(self.accepted.keys() - self.finished.keys())


class CrashScene:
    """Services that share a state folder and a queue, and may be killed."""

    def __init__(self, arguments: Sequence[str | Path], services: int) -> None:
        self.arguments = arguments
        self.observed = Observations()
        self.logs: list[list[str]] = []
        self._stacks = [ExitStack() for _ in range(services)]
        self._addresses: list[str | None] = [None] * services
        self._stop_loading = Event()
        self._stop_watching = Event()
        self._loaders: list[Thread] = []

    def start(self, number: int) -> LiveService:
        """Start a service, and add its address for the loaders."""
        live = self._stacks[number].enter_context(live_service(*self.arguments))
        self.logs.append(live.output)
        self._addresses[number] = live.address
        return live

    def kill(self, number: int, live: LiveService) -> None:
        """End a service with SIGKILL."""
        self._addresses[number] = None
        live.process.kill()
        self._stacks[number].close()

    def start_and_kill(self, seconds: float) -> None:
        """Start a service, and end it with SIGKILL, perhaps before it listens."""
        command = [sys.executable, "-m", "epfilter", "serve", "--port", "0"]
        with subprocess.Popen(  # noqa: S603 - this very Python
            [*command, *map(str, self.arguments)],
            env={**os.environ, "EPFILTER_TOKEN": TOKEN},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as process:
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=seconds)
            process.kill()
            _, stderr = process.communicate()
        self.logs.append(stderr.splitlines())

    def address(self, rng: random.Random) -> str | None:
        """Return the address of a running service, or None."""
        addresses = [address for address in self._addresses if address is not None]
        return rng.choice(addresses) if addresses else None

    @contextmanager
    def create_jobs(self, filters: Sequence[str], max_waiting: int) -> Iterator[None]:
        """Create and watch jobs while the block lasts, with a maximum number of waiting jobs."""
        self._loaders = [
            Thread(target=self._create_jobs, args=(seed, filters, max_waiting))
            for seed in range(_LOADERS)
        ]
        watcher = Thread(target=self._watch)
        for thread in (*self._loaders, watcher):
            thread.start()
        try:
            yield
        finally:
            self._stop_loading.set()
            self._stop_watching.set()
            for thread in (*self._loaders, watcher):
                thread.join()
            for stack in self._stacks:
                stack.close()

    def wait_until_finished(self, live: LiveService) -> list[Job]:
        """Stop the loaders, wait until all jobs have finished, and return them."""
        self._stop_loading.set()
        for loader in self._loaders:
            loader.join()
        with httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=30) as client:

            def jobs() -> list[Job]:
                return list_jobs(client)

            eventually(lambda: all(job["status"] in _FINISHED for job in jobs()), _TIMEOUT)
            return jobs()

    def wait_for_more_jobs(self, count: int) -> None:
        """Wait until more than `count` jobs have been accepted."""
        eventually(lambda: len(self.observed.accepted) > count, _TIMEOUT)

    def _create_jobs(self, seed: int, filters: Sequence[str], max_waiting: int) -> None:
        rng = random.Random(seed)  # noqa: S311 - the same filters in every run
        with httpx.Client(headers=AUTHORIZATION, timeout=30) as client:
            while not self._stop_loading.wait(_PAUSE):
                address = self.address(rng)
                text = rng.choice(filters)
                if address is None or self.observed.count_waiting() >= max_waiting:
                    continue
                with suppress(httpx.TransportError):
                    response = client.post(f"{address}/v2/jobs", json=job_request(text))
                    self._record(response, text)

    def _record(self, response: httpx.Response, text: str) -> None:
        with self.observed.lock:
            if response.status_code != 202:
                self.observed.errors.append(f"{response.status_code} {response.text}")
                return
            (job,) = response.json()["data"]
            if job["id"] in self.observed.accepted:
                self.observed.errors.append(f"two jobs have the id {job['id']}")
            self.observed.accepted[job["id"]] = text

    def _watch(self) -> None:
        rng = random.Random(0)  # noqa: S311 - not for secrets
        with httpx.Client(headers=AUTHORIZATION, timeout=30) as client:
            while not self._stop_watching.wait(_PAUSE):
                address = self.address(rng)
                if address is None:
                    continue
                with self.observed.lock:
                    accepted = set(self.observed.accepted)
                with suppress(httpx.TransportError):
                    jobs = list_jobs(client, address)
                    with self.observed.lock:
                        self._compare(jobs, accepted)

    def _compare(self, jobs: list[Job], accepted: set[str]) -> None:
        """Check that accepted jobs exist, and that finished jobs stay unchanged."""
        current = {str(job["id"]): job for job in jobs}
        self.observed.errors += [f"{job} is gone" for job in accepted - current.keys()]
        for job in current.values():
            # The link to the file has a new signature each time.
            job.pop("link", None)
            job.pop("links", None)
            if job["status"] in _FINISHED:
                before = self.observed.finished.setdefault(job["id"], job)
                if before != job:
                    self.observed.errors.append(f"{before} became {job}")
        self.observed.errors += [
            f"{job} has disappeared" for job in self.observed.finished.keys() - current.keys()
        ]
        self.observed.errors += [
            f"{name} had finished and is {current[name]['status']}"
            for name in self.observed.finished.keys() & current.keys()
            if current[name]["status"] not in _FINISHED
        ]


def kill_at_random(scene: CrashScene, kills: int, rng: random.Random, services: int) -> LiveService:
    """Kill services at random moments and start others; return one that runs in the end."""
    running = [scene.start(number) for number in range(services)]
    for kill in range(kills):
        number = rng.randrange(services)
        scene.wait_for_more_jobs(len(scene.observed.accepted) + rng.randrange(3))
        time.sleep(rng.uniform(0, 0.3))
        scene.kill(number, running[number])
        if kill % 3 == 2:
            scene.start_and_kill(rng.uniform(0, 1.5))
        running[number] = scene.start(number)
    scene.wait_for_more_jobs(len(scene.observed.accepted))
    return running[0]


def job_events(scene: CrashScene, name: str) -> list[str]:
    """Return the jobs of all log lines with this event.

    The last line of a killed service may be incomplete.
    """
    complete = [line for log in scene.logs for line in log if line[:1] + line[-1:] == "{}"]
    lines = [json.loads(line) for line in complete]
    return [line["job"] for line in lines if line["event"] == name]


def ids(path: Path) -> list[str]:
    """Return the id of each row of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file, strict=True)]
