"""lib-rql, in a virtual environment that is made for the run and thrown away after it."""

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

from benchmarks.timing import Timed

NAME = "lib-rql"
REQUIREMENT = "lib-rql>=2,<3"  # which itself asks for one version of lark-parser
WORKER = Path(__file__).with_name("rql_worker.py")


class Rql:
    """A process that reads RQL when asked."""

    def __init__(self, python: Path) -> None:
        self._command = [str(python), "-I", str(WORKER)]
        self._process = subprocess.Popen(  # noqa: S603 - our own worker
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, what: str, **details: Any) -> Any:
        """The answer of the running process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": what, **details}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def ask_new(self, what: str, limit: float, **details: Any) -> Any:
        """The answer of a new process. Raises TimeoutError where it takes too long."""
        try:
            done = subprocess.run(  # noqa: S603 - our own worker
                self._command,
                input=json.dumps({"ask": what, **details}) + "\n",
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

    def reading(self, texts: tuple[str, ...]) -> Timed:
        """Reads the texts so many times, each time for the first time."""
        return lambda times: float(self.ask("time", texts=texts, times=times))

    def close(self) -> None:
        self._process.communicate()


@contextmanager
def environment() -> Iterator[Rql | str]:
    """lib-rql; or why it could not be installed."""
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
        rql = Rql(python)
        try:
            yield rql
        finally:
            rql.close()
