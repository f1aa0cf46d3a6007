"""A server of a database that all workers of a run share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

if os.name == "posix":
    import pwd


class SharedServer:
    """A server that processes share: a lock, and a file that counts its users."""

    def __init__(
        self, name: str, run: Path, start: Callable[[], Path], stop: Callable[[Path], object]
    ) -> None:
        from filelock import FileLock

        self._lock = FileLock(run / f"{name}.lock")
        self._state = run / name  # "USERS FOLDER"
        self._start, self._stop = start, stop

    def acquire(self) -> Path:
        """Start the server if no one uses it yet, and return the folder of its socket."""
        with self._lock:
            users, folder = self._read_state()
            if folder is None:
                folder = self._start()
            self._state.write_text(f"{users + 1} {folder}", encoding="utf-8")
            return folder

    def release(self) -> None:
        """Stop the server if no one else uses it."""
        with self._lock:
            users, folder = self._read_state()
            if folder is None:
                return
            if users > 1:
                self._state.write_text(f"{users - 1} {folder}", encoding="utf-8")
                return
            self._state.unlink()
            self._stop(folder)
            shutil.rmtree(folder, ignore_errors=True)

    def _read_state(self) -> tuple[int, Path | None]:
        if not self._state.exists():
            return 0, None
        users, folder = self._state.read_text(encoding="utf-8").split(" ", 1)
        return int(users), Path(folder)


def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of the run: each worker has one below it; without workers it is the only one."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def choose_user(folder: Path, *names: str) -> str | None:
    """Return the first of the users that exists, and give it the folder: servers refuse to be root.

    None is the user of this process, if it is not root.
    """
    if os.name != "posix" or os.getuid() != 0:
        return None
    for name in names:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return name
    return None
