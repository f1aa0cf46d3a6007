"""`epfilter serve` in a separate process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

from support.exporter_services import TOKEN, eventually

_ADDRESS = "serving on "


@dataclass
class LiveService:
    """A running service: its address, and the lines of both its output streams so far."""

    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return next(line for line in self.output if line.startswith(_ADDRESS)).split()[2]

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30.0) -> int:
        """Send a signal, wait for the end, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def live_service(
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> Iterator[LiveService]:
    """Run `epfilter serve` on a free loopback port, with the token of the tests.

    `before` is called in its process before it starts.
    """
    command = [sys.executable, "-m", "epfilter", "serve", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(  # noqa: S603 - this very Python
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        preexec_fn=before,  # noqa: PLW1509 - our tests start no threads that hold locks
        env={**os.environ, **({"EPFILTER_TOKEN": TOKEN} if environment is None else environment)},
    ) as process:
        live = LiveService(process)
        readers = [
            Thread(target=_read, args=(stream, live.output))
            for stream in (process.stdout, process.stderr)
        ]
        for reader in readers:
            reader.start()
        try:
            eventually(
                lambda: (
                    process.poll() is not None
                    or any(line.startswith(_ADDRESS) for line in live.output)
                )
            )
            assert process.poll() is None, live.output
            yield live
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for reader in readers:
                reader.join()


def _read(stream: IO[str] | None, output: list[str]) -> None:
    assert stream is not None
    for line in stream:
        output.append(line.rstrip("\n"))  # noqa: PERF401 - each line is visible immediately
