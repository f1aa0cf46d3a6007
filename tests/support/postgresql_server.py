"""A PostgreSQL server for the tests that need a real one, shared by all workers of a run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from support.shared_server import SharedServer, choose_user, run_folder


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
    server = SharedServer(
        "postgresql",
        run_folder(tmp_path_factory, worker_id),
        lambda: _start_server(binaries),
        lambda folder: _control_server(binaries, folder / "data", "stop", "-m", "fast"),
    )
    import psycopg

    folder = server.acquire()
    try:
        with psycopg.connect(
            host=str(folder), user="epfilter", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f'CREATE DATABASE "{worker_id}"')
        yield f"postgresql+psycopg://epfilter@/{worker_id}?host={folder}"
    finally:
        server.release()


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
    user = choose_user(folder, "postgres", "nobody")
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
