"""The CSV files of jobs, in a folder where a file appears whole or not at all."""

from __future__ import annotations

import errno
import re
import secrets
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from epfilter.atomic_files import OWNER_ONLY, create_file, move_into_place, sync_folder
from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service.database import DiskFullError

_DISK_FULL_ERRORS = {errno.ENOSPC, errno.EDQUOT}
_PROBE_SIZE = 2**16
"""The bytes that must fit on the disk."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_FILE_NAME = re.compile(rf"(?:tmp_)?(?P<id>{_UUID})(?P<part>\.[0-9a-f]{{8}})?\.csv(?:\.\w+)?")
"""The name of a file or a part; DuckDB may write `tmp_…` beside a file before it replaces it."""


class Files:
    """The CSV files of jobs, in a folder of their own that is created whenever it is missing.

    Only the user of the service can read them, on systems with such permissions. A file gets its
    final name only when it is complete and on the disk. Raises SettingsError for a folder that
    cannot be used.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = Files(Path(folder) / "files")
    ...     part = files.create_part(UUID(int=1))
    ...     written = part.write_text("id,status", encoding="utf-8")
    ...     files.publish(part, UUID(int=1)).name
    '00000000-0000-0000-0000-000000000001.csv'
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._create_folder()
            folder.chmod(0o700)
            self._write_probe()
        except OSError as error:
            raise SettingsError(
                f"the folder {folder} cannot be used for files: {error.strerror or error}."
            ) from None

    def require_ready(self) -> None:
        """Raise ExporterError if no file can be written."""
        with _translate_os_errors():
            self._create_folder()
            self._write_probe()

    def _write_probe(self) -> None:
        """Write a small file and remove it: a full disk still accepts its name."""
        probe = self._folder / f"{secrets.token_hex(4)}.probe"
        try:
            with create_file(probe, private=True) as file:
                file.write(bytes(_PROBE_SIZE))
        finally:
            with suppress(OSError):
                probe.unlink()

    def _create_folder(self) -> None:
        """Create the folder if it is missing, also while the service runs."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder.parent)

    def path(self, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Return the path of the file of a job, which exists once it is published.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     Files(Path(folder)).path(UUID(int=1)).exists()
        False
        """
        return self._folder / f"{id}.csv"

    def create_part(self, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Return where to write the file of a job: a new name each time, never that of `path`.

        Raises ExporterError if the folder is missing and cannot be created.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     files = Files(Path(folder))
        ...     files.create_part(UUID(int=1)) == files.create_part(UUID(int=1))
        False
        """
        with _translate_os_errors():
            self._create_folder()
        # A process that lost its lease without noticing may still write to another part.
        return self._folder / f"{id}.{secrets.token_hex(4)}.csv.part"

    def publish(self, part: Path, id: UUID) -> Path:  # noqa: A002 - the platform's name for it
        """Give a complete part its final name; it is on the disk when the method returns.

        Raises DiskFullError if the disk is full, and ExporterError for any other failure.
        """
        path = self.path(id)
        with _translate_os_errors():
            move_into_place(part, path, mode=OWNER_ONLY)
        return path

    def remove(self, id: UUID) -> None:  # noqa: A002 - the platform's name for it
        """Remove the file of a job, if there is one; a file in use is left to `sweep`."""
        self.discard(self.path(id))

    def discard(self, part: Path) -> None:
        """Remove a part, if there is one; a part in use is left to `sweep`."""
        with suppress(OSError):
            part.unlink()

    def sweep(self, keep: Container[UUID]) -> int:
        """Remove all parts, and all files except those of the jobs in `keep`; return how many.

        Files with other names stay. Call only while holding the lease. Raises ExporterError if the
        folder cannot be read.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     files = Files(Path(folder))
        ...     for number in (1, 2):
        ...         files.path(UUID(int=number)).touch()
        ...     files.sweep({UUID(int=2)})
        1
        """
        removed = 0
        with _translate_os_errors():
            self._create_folder()
            names = [entry.name for entry in self._folder.iterdir()]
        for name in names:
            match = _FILE_NAME.fullmatch(name)
            if match is None or (name == f"{match['id']}.csv" and UUID(match["id"]) in keep):
                continue
            with suppress(OSError):
                (self._folder / name).unlink()
                removed += 1
        return removed


@contextmanager
def _translate_os_errors() -> Iterator[None]:
    """Raise ExporterError for errors of the system, without the folder: clients must not see it."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL_ERRORS:
            raise DiskFullError("the disk is full.") from None
        reason = error.strerror or type(error).__name__
        raise ExporterError(f"the file could not be stored: {reason}.") from None
