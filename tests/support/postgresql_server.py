"""A PostgreSQL server for the tests that need a real one, shared by all workers of a run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from filelock import FileLock

if os.name == "posix":
    import pwd


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Yield the URL of an empty database.

    It is `EPFILTER_TEST_POSTGRESQL`, or a database for this worker on a server that the first
    worker starts and the last one stops.
    """
    url = os.environ.get("EPFILTER_TEST_POSTGRESQL")
    if url:
        yield url
        return
    binaries = _find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: install its server, or set EPFILTER_TEST_POSTGRESQL to a URL")
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder below the one of the run; without workers the run has only one.
    server = _SharedServer(base if worker_id == "master" else base.parent, binaries)
    folder = server.acquire()
    try:
        with psycopg.connect(
            host=str(folder), user="epfilter", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{worker_id}"')
        yield f"postgresql+psycopg://epfilter@/{worker_id}?host={folder}"
    finally:
        server.release()


class _SharedServer:
    """A server that processes share: a lock, and a file that counts its users."""

    def __init__(self, run: Path, binaries: Path) -> None:
        self._lock = FileLock(run / "postgresql.lock")
        self._state = run / "postgresql"  # "USERS FOLDER"
        self._binaries = binaries

    def acquire(self) -> Path:
        """Start the server if no one uses it yet, and return the folder of its socket."""
        with self._lock:
            users, folder = self._read_state()
            if folder is None:
                folder = _start_server(self._binaries)
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
            _control_server(self._binaries, folder / "data", "stop", "-m", "fast")
            shutil.rmtree(folder, ignore_errors=True)

    def _read_state(self) -> tuple[int, Path | None]:
        if not self._state.exists():
            return 0, None
        users, folder = self._state.read_text(encoding="utf-8").split(" ", 1)
        return int(users), Path(folder)


def _find_binaries() -> Path | None:
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[4].zfill(3)
    )
    on_path = shutil.which("initdb")
    if on_path is not None:
        candidates.append(Path(on_path).resolve())
    return candidates[-1].parent if candidates else None


def _start_server(binaries: Path) -> Path:
    """Start a server that takes connections at a socket in the folder that is returned."""
    folder = Path(mkdtemp(prefix="epfilter-"))  # pytest's own folders are closed to other users
    user = _choose_user(folder)
    data = folder / "data"
    options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    created = subprocess.run(  # noqa: S603 - the server's own program
        [binaries / "initdb", "-D", data, "-U", "epfilter", *options],
        cwd=folder,
        user=user,
        capture_output=True,
        text=True,
        check=False,
    )
    if created.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot create a database here: {created.stderr.strip()}")
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "max_connections": "120",
    }
    arguments = " ".join(f"--{name}='{value}'" for name, value in settings.items())
    started = _control_server(binaries, data, "start", "-l", folder / "log", "-o", arguments)
    if started.returncode:
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {log}")
    return folder


def _control_server(
    binaries: Path, data: Path, *arguments: str | Path
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - the server's own program
        [binaries / "pg_ctl", "-D", data, "-w", "-s", *arguments],
        cwd=data.parent,
        user=_owner_of(data),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # the server keeps a pipe open for as long as it runs
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _owner_of(folder: Path) -> str | None:
    """Return the user to run a program as so that it may use the folder; None is this user."""
    return folder.owner() if os.name == "posix" and os.getuid() == 0 else None


def _choose_user(folder: Path) -> str | None:
    """Return the user that the server runs as: it refuses to be root."""
    if os.name != "posix" or os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, account.pw_uid, account.pw_gid)
        return name
    return None
