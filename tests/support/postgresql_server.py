"""A PostgreSQL server for the tests that need a real one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

if os.name == "posix":
    import pwd


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """`EPFILTER_TEST_POSTGRESQL`, or a server of our own that ends with the tests."""
    given = os.environ.get("EPFILTER_TEST_POSTGRESQL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: install its server, or set EPFILTER_TEST_POSTGRESQL to a URL")
    folder = Path(mkdtemp(prefix="epfilter-"))  # pytest's own folders are closed to other users
    user = _user(folder)
    try:
        with _server(binaries, folder, user):
            yield f"postgresql+psycopg://epfilter@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[4].zfill(3)
    )
    on_path = shutil.which("initdb")
    if on_path is not None:
        found.append(Path(on_path).resolve())
    return found[-1].parent if found else None


def _user(folder: Path) -> str | None:
    """Whom the server runs as: it refuses to be root."""
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


class _server:  # noqa: N801 - used as a function
    """The server, ready to take connections at a socket in the folder."""

    def __init__(self, binaries: Path, folder: Path, user: str | None) -> None:
        self.binaries, self.folder, self.user = binaries, folder, user

    def __enter__(self) -> None:
        data = self.folder / "data"
        options = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        made = subprocess.run(  # noqa: S603 - the server's own program
            [self.binaries / "initdb", "-D", data, "-U", "epfilter", *options],
            cwd=self.folder,
            user=self.user,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"PostgreSQL cannot make a database here: {made.stderr.strip()}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "max_connections": "60",
        }
        given = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the server's own program
                [self.binaries / "postgres", "-D", data, *given],
                cwd=self.folder,
                user=self.user,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 60
        while "ready" not in self._status(data):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                pytest.skip(f"PostgreSQL does not start here: {(self.folder / 'log').read_text()}")
            time.sleep(0.05)

    @staticmethod
    def _status(data: Path) -> str:
        try:
            return (data / "postmaster.pid").read_text()
        except OSError:
            return ""

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown
        self.process.wait(timeout=60)
