"""A MariaDB server for the tests that need a real one, shared by all workers of a run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from support.shared_server import SharedServer, choose_user, run_folder

_SECONDS = 60
"""How long a server may take to start."""


@pytest.fixture(scope="session")
def mariadb_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """Yield the URL of an empty database: `mysql+pymysql://…`, as most programs write it.

    It is `EPFILTER_TEST_MARIADB`, or a database for this worker on a server that the first worker
    starts and the last one stops.
    """
    url = os.environ.get("EPFILTER_TEST_MARIADB")
    if url:
        yield url
        return
    pytest.importorskip("pymysql")
    if _find_program("mariadbd") is None or _find_program("mariadb-install-db") is None:
        pytest.skip("no MariaDB: install its server, or set EPFILTER_TEST_MARIADB to a URL")
    run = run_folder(tmp_path_factory, worker_id)
    server = SharedServer("mariadb", run, _start_server, _stop_server)
    folder = server.acquire()
    try:
        with closing(_connect(folder)) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{worker_id}` CHARACTER SET utf8mb4")
        yield f"mysql+pymysql://root@localhost/{worker_id}?unix_socket={folder}/socket"
    finally:
        server.release()


@pytest.fixture(scope="session")
def mysql_url(mariadb_url: str) -> str:
    """Return a URL of the same database as Ibis reads it, without a socket: `mysql://…`."""
    pytest.importorskip("MySQLdb", reason="mysqlclient is not installed")
    from sqlalchemy import create_engine, make_url, text

    url = make_url(mariadb_url)
    if "unix_socket" in url.query:
        engine = create_engine(url)
        with engine.connect() as connection:
            port = connection.execute(text("SELECT @@port")).scalar()
        engine.dispose()
        url = url.set(host="127.0.0.1", port=port, query={})
    return url.set(drivername="mysql").render_as_string(hide_password=False)


def _find_program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _connect(folder: Path) -> Any:
    import pymysql

    return pymysql.connect(unix_socket=str(folder / "socket"), user="root", autocommit=True)


def _start_server() -> Path:
    """Start a server that takes connections at a socket in the folder that is returned."""
    folder = Path(mkdtemp(prefix="epfilter-"))  # pytest's own folders are closed to other users
    user = choose_user(folder, "mysql", "nobody")
    options = ["--no-defaults", f"--datadir={folder}/data", *([f"--user={user}"] if user else [])]
    created = subprocess.run(  # noqa: S603 - the server's own program
        [
            str(_find_program("mariadb-install-db")),
            *options,
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if created.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"MariaDB cannot create a database here: {created.stderr.strip()}")
    settings = (
        "bind-address=127.0.0.1",
        f"port={_find_free_port()}",
        "innodb-flush-log-at-trx-commit=0",
        "max-connections=120",
    )
    # The shell ends at once, so the server is no child of the worker, which may end before it.
    pid = subprocess.run(  # noqa: S603 - the server's own program
        [
            "/bin/sh",
            *("-c", '"$@" <&- >log 2>&1 & echo $!', "sh"),
            str(_find_program("mariadbd")),
            *options,
            f"--socket={folder}/socket",
            f"--pid-file={folder}/pid",
            *[f"--{setting}" for setting in settings],
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    _wait(lambda: (folder / "pid").exists() or not _is_running(int(pid)))
    if not (folder / "pid").exists():
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        pytest.skip(f"MariaDB does not start here: {log[-2000:]}")
    return folder


def _find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.05)


def _stop_server(folder: Path) -> None:
    """Stop the server, and wait until it has closed its files."""
    with closing(_connect(folder)) as connection, connection.cursor() as cursor:
        cursor.execute("SHUTDOWN")
    _wait(lambda: not (folder / "pid").exists())
