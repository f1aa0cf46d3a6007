"""lib-rql in a temporary virtual environment."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.timing import Timer

NAME = "lib-rql"
REQUIREMENT = "lib-rql>=2,<3"  # which requires one version of lark-parser
WORKER = Path(__file__).with_name("lib_rql_worker.py")


class LibRql:
    """A process that parses RQL on request."""

    def __init__(self, python: Path) -> None:
        self._command = [str(python), "-I", str(WORKER)]
        self._process = subprocess.Popen(  # noqa: S603 - our own worker
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def request(self, action: str, **details: Any) -> Any:
        """Send a request to the running process and return its response."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": action, **details}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def request_new(self, action: str, limit: float, **details: Any) -> Any:
        """Send a request to a new process; raise TimeoutError where it takes too long."""
        try:
            done = subprocess.run(  # noqa: S603 - our own worker
                self._command,
                input=json.dumps({"ask": action, **details}) + "\n",
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        if done.returncode:
            raise ChildProcessError(done.stderr.strip().rpartition("\n")[2].partition(":")[0])
        return json.loads(done.stdout)

    def create_timer(self, texts: tuple[str, ...]) -> Timer:
        """Return a timer that parses the texts without the cache of lib-rql."""
        return lambda times: float(self.request("time", texts=texts, times=times))

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def install() -> Iterator[LibRql | str]:
    """Yield lib-rql, or the reason why it could not be installed."""
    with TemporaryDirectory(prefix="rql-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [python, "-m", "pip", "install", "--quiet", REQUIREMENT],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield "could not be installed"
            return
        rql = LibRql(python)
        try:
            yield rql
        finally:
            rql.close()
