"""Services that are killed again and again while others keep creating jobs."""

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

from support.exporter_services import AUTHORIZATION, TOKEN, creation, eventually
from support.live_services import Live, live_service

Job = dict[str, Any]

_LOADERS = 3
_PAUSE = 0.02
_PATIENCE = 90.0
"""Seconds that anything may take on a busy machine."""

_ENDED = {"success", "failed"}


@dataclass
class Seen:
    """What the loaders and the watcher have seen of the jobs."""

    accepted: dict[str, str] = field(default_factory=dict)
    """The filter of each job whose creation was answered with 202, by its id."""

    ended: dict[str, Job] = field(default_factory=dict)
    """Each job as it was when it was first seen to have ended."""

    wrong: list[str] = field(default_factory=list)
    """What must never be seen."""

    lock: Lock = field(default_factory=Lock)

    def waiting(self) -> int:
        """How many accepted jobs have not been seen to end."""
        with self.lock:
            return len(self.accepted.keys() - self.ended.keys())


class Scene:
    """Services on one state folder, of which any may be killed; all share one queue."""

    def __init__(self, arguments: Sequence[str | Path], services: int) -> None:
        self.arguments = arguments
        self.seen = Seen()
        self.logs: list[list[str]] = []
        self._stacks = [ExitStack() for _ in range(services)]
        self._addresses: list[str | None] = [None] * services
        self._enough = Event()
        self._over = Event()
        self._loaders: list[Thread] = []

    def start(self, number: int) -> Live:
        """Starts a service, and makes its address known to the loaders."""
        live = self._stacks[number].enter_context(live_service(*self.arguments))
        self.logs.append(live.said)
        self._addresses[number] = live.address
        return live

    def kill(self, number: int, live: Live) -> None:
        """The end of a service by SIGKILL."""
        self._addresses[number] = None
        live.process.kill()
        self._stacks[number].close()

    def start_and_kill(self, seconds: float) -> None:
        """A service that ends by SIGKILL so soon that it may not have begun to listen."""
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
            _, said = process.communicate()
        self.logs.append(said.splitlines())

    def address(self, chance: random.Random) -> str | None:
        """Where a service may be reached now."""
        known = [address for address in self._addresses if address is not None]
        return chance.choice(known) if known else None

    @contextmanager
    def loaded(self, filters: Sequence[str], waiting: int) -> Iterator[None]:
        """Jobs are created and watched while the block lasts, but never so many that wait."""
        self._loaders = [
            Thread(target=self._load, args=(seed, filters, waiting)) for seed in range(_LOADERS)
        ]
        watcher = Thread(target=self._watch)
        for thread in (*self._loaders, watcher):
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            self._over.set()
            for thread in (*self._loaders, watcher):
                thread.join()
            for stack in self._stacks:
                stack.close()

    def settle(self, live: Live) -> list[Job]:
        """All jobs, once nothing waits; the loaders end first."""
        self._enough.set()
        for loader in self._loaders:
            loader.join()
        with httpx.Client(base_url=live.address, headers=AUTHORIZATION, timeout=30) as client:

            def jobs() -> list[Job]:
                found: list[Job] = client.get("/v2/jobs").json()["data"]
                return found

            eventually(lambda: all(job["status"] in _ENDED for job in jobs()), _PATIENCE)
            return jobs()

    def more_accepted(self, than: int) -> None:
        """Waits until more jobs have been accepted."""
        eventually(lambda: len(self.seen.accepted) > than, _PATIENCE)

    def _load(self, seed: int, filters: Sequence[str], most: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - the same filters in every run
        with httpx.Client(headers=AUTHORIZATION, timeout=30) as client:
            while not self._enough.wait(_PAUSE):
                address = self.address(chance)
                text = chance.choice(filters)
                if address is None or self.seen.waiting() >= most:
                    continue
                with suppress(httpx.TransportError):
                    answer = client.post(f"{address}/v2/jobs", json=creation(text))
                    self._accepted(answer, text)

    def _accepted(self, answer: httpx.Response, text: str) -> None:
        with self.seen.lock:
            if answer.status_code != 202:
                self.seen.wrong.append(f"{answer.status_code} {answer.text}")
                return
            (job,) = answer.json()["data"]
            if job["id"] in self.seen.accepted:
                self.seen.wrong.append(f"two jobs have the id {job['id']}")
            self.seen.accepted[job["id"]] = text

    def _watch(self) -> None:
        chance = random.Random(0)  # noqa: S311 - which service is asked is no secret
        with httpx.Client(headers=AUTHORIZATION, timeout=30) as client:
            while not self._over.wait(_PAUSE):
                address = self.address(chance)
                if address is None:
                    continue
                with self.seen.lock:
                    known = set(self.seen.accepted)
                with suppress(httpx.TransportError):
                    answer = client.get(f"{address}/v2/jobs")
                    with self.seen.lock:
                        self._compare(answer.json()["data"], known)

    def _compare(self, jobs: list[Job], known: set[str]) -> None:
        """What was accepted is there; what has ended stays as it is."""
        now = {str(job["id"]): job for job in jobs}
        self.seen.wrong += [f"{job} is gone" for job in known - now.keys()]
        for job in now.values():
            # The link to the file is signed anew each time.
            job.pop("link", None)
            job.pop("links", None)
            if job["status"] in _ENDED:
                before = self.seen.ended.setdefault(job["id"], job)
                if before != job:
                    self.seen.wrong.append(f"{before} became {job}")
        self.seen.wrong += [
            f"{job} was not ended any more" for job in self.seen.ended.keys() - now.keys()
        ]
        self.seen.wrong += [
            f"{name} has ended before and is {now[name]['status']}"
            for name in self.seen.ended.keys() & now.keys()
            if now[name]["status"] not in _ENDED
        ]


def killed_at_random(scene: Scene, kills: int, chance: random.Random, services: int) -> Live:
    """Kills services at random moments and starts others; one of the last that run."""
    running = [scene.start(number) for number in range(services)]
    for kill in range(kills):
        number = chance.randrange(services)
        scene.more_accepted(len(scene.seen.accepted) + chance.randrange(3))
        time.sleep(chance.uniform(0, 0.3))
        scene.kill(number, running[number])
        if kill % 3 == 2:
            scene.start_and_kill(chance.uniform(0, 1.5))
        running[number] = scene.start(number)
    scene.more_accepted(len(scene.seen.accepted))
    return running[0]


def events(scene: Scene, name: str) -> list[str]:
    """The jobs of all lines of the logs that tell of such an event.

    The last line of a service that was killed may be half of one.
    """
    whole = [line for log in scene.logs for line in log if line[:1] + line[-1:] == "{}"]
    lines = [json.loads(line) for line in whole]
    return [line["job"] for line in lines if line["event"] == name]


def ids(path: Path) -> list[str]:
    """The id of each row of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file, strict=True)]
