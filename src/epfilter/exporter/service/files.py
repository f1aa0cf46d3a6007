"""Where the CSV files of jobs lie, and how one comes there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from epfilter.atomic_files import place, sync_folder
from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import DiskFullError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_OURS = re.compile(rf"(?:tmp_)?(?P<id>{_UUID})(?P<part>\.[0-9a-f]{{8}})?\.csv(?:\.\w+)?")
"""The name of a file or a part; DuckDB and others write beside a file before they replace it."""


class Files:
    """The CSV files of jobs, in a folder of their own that is made whenever it is missing.

    Nobody but the user of the service can read them, where the system knows such a thing. A file
    has its final name only when it is complete and on the disk. Raises SettingsError for a folder
    that cannot be used.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = Files(Path(folder) / "files")
    ...     part = files.part(UUID(int=1))
    ...     written = part.write_text("id,status", encoding="utf-8")
    ...     files.publish(part, UUID(int=1)).name
    '00000000-0000-0000-0000-000000000001.csv'
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._make_folder()
            folder.chmod(0o700)
            probe = folder / f"{secrets.token_hex(4)}.probe"
            probe.touch(mode=0o600)
            probe.unlink()
        except OSError as error:
            raise SettingsError(
                f"the folder {folder} cannot be used for files: {error.strerror or error}."
            ) from None

    def ready(self) -> None:
        """Do nothing, or raise ExporterError where no file can be written."""
        with _explained():
            self._make_folder()
            if not os.access(self._folder, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _make_folder(self) -> None:
        """Make the folder, also where somebody has removed it under a running service."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder.parent)

    def path(self, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Where the file of a job is once it is published.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Files(Path(folder)).path(UUID(int=1)).exists()
        False
        """
        return self._folder / f"{id}.csv"

    def part(self, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Where to write the file of a job; another name each time, and never that of `path`.

        Raises ExporterError where there is no folder for it and none can be made.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     files = Files(Path(folder))
        ...     files.part(UUID(int=1)) == files.part(UUID(int=1))
        False
        """
        with _explained():
            self._make_folder()
        # A process that has lost its turn unnoticed may still write to another part.
        return self._folder / f"{id}.{secrets.token_hex(4)}.csv.part"

    def publish(self, part: Path, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Gives a part that is complete its final name; all of it is on the disk on return.

        Raises ExporterError where that is not possible, DiskFullError where there is no room.
        """
        path = self.path(id)
        with _explained():
            place(part, path, mode=0o600)
        return path

    def remove(self, id: UUID) -> None:  # noqa: A002 - the platform's name for it
        """Removes the file of a job, where there is one; one in use stays for `sweep`."""
        self.discard(self.path(id))

    def discard(self, part: Path) -> None:
        """Removes a part, where there is one; one in use stays for `sweep`."""
        with suppress(OSError):
            part.unlink()

    def sweep(self, keep: Container[UUID]) -> int:
        """Removes all parts, and the files of all jobs but those to keep; how many.

        Files of other names are left alone. Only for who has the turn to run jobs. Raises
        ExporterError where the folder cannot be read.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     files = Files(Path(folder))
        ...     for one in (1, 2):
        ...         files.path(UUID(int=one)).touch()
        ...     files.sweep({UUID(int=2)})
        1
        """
        removed = 0
        with _explained():
            self._make_folder()
            names = [entry.name for entry in self._folder.iterdir()]
        for name in names:
            ours = _OURS.fullmatch(name)
            if ours is None or (name == f"{ours['id']}.csv" and UUID(ours["id"]) in keep):
                continue
            with suppress(OSError):
                (self._folder / name).unlink()
                removed += 1
        return removed


@contextmanager
def _explained() -> Iterator[None]:
    """An error of the system in words, without the folder, which is not for those who ask."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError("the disk is full.") from None
        said = error.strerror or type(error).__name__
        raise ExporterError(f"the file could not be kept: {said}.") from None
