"""The file that a download or an export writes, whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO, TypeAlias

from epfilter.arguments import describe_type
from epfilter.atomic_files import (
    OWNER_ONLY,
    atomic_file,
    create_file,
    move_into_place,
    temporary_path,
)
from epfilter.exporter.errors import DownloadError
from epfilter.snippets import make_printable

AnyPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class TargetFile:
    """The file to write, which may exist already."""

    requested_path: Path
    """The path as the user wrote it, for messages."""

    path: Path
    """The path with symbolic links resolved."""

    mode: int | None
    """The permissions of the existing file, or None if there is none."""

    replace: bool = True
    """Whether a file that exists in the end is replaced."""

    @classmethod
    def resolve(cls, path: AnyPath) -> TargetFile:
        """Return the target for a path; raise DownloadError if it cannot be written."""
        if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
            raise DownloadError(f"the path must be a str or a PathLike, not {describe_type(path)}.")
        requested_path = Path(path)
        shown = make_printable(str(requested_path))
        with translate_os_errors(requested_path):
            # A symbolic link stays; the file that it points to is replaced.
            resolved = Path(os.path.realpath(requested_path))
            status = _stat_or_none(resolved)
            folder_exists = resolved.parent.is_dir()
        if not folder_exists:
            raise DownloadError(
                f"{shown}: the folder {make_printable(str(resolved.parent))} does not exist.",
                hint="create the folder first",
            )
        if status is not None and not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise DownloadError(f"{shown} is {kind}.", hint="use the path of a file")
        is_writable = os.access(resolved.parent, os.W_OK | os.X_OK)
        if not is_writable or (status is not None and not os.access(resolved, os.W_OK)):
            raise DownloadError(f"{shown} is not writable.", hint="check its permissions")
        return cls(
            requested_path, resolved, None if status is None else stat.S_IMODE(status.st_mode)
        )

    @property
    def _final_mode(self) -> int:
        """The permissions of the complete file."""
        # Orders are personal data.
        return OWNER_ONLY if self.mode is None else self.mode

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open a file that becomes the target when the block ends without an error.

        Raises DownloadError as `move_into_place` does.
        """
        with (
            self._translate_errors(),
            atomic_file(self.path, replace=self.replace, mode=self._final_mode) as file,
        ):
            yield file

    def move_into_place(self, file: Path) -> None:
        """Give a complete file the path of the target, in addition to its own or instead of it.

        Raises DownloadError if a file appeared that must not be replaced, and for errors of the
        operating system.
        """
        with self._translate_errors():
            move_into_place(file, self.path, replace=self.replace, mode=self._final_mode)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translate_os_errors(self.requested_path):
            try:
                yield
            except FileExistsError:
                raise self.conflict_error(appeared=True) from None

    def conflict_error(self, *, appeared: bool) -> DownloadError:
        """Return the error for a file that exists or has `appeared`, and must not be replaced."""
        problem = "has appeared in the meantime" if appeared else "exists"
        shown = make_printable(str(self.requested_path))
        return DownloadError(f"{shown} {problem}, and must not be replaced.")


def _stat_or_none(path: Path) -> os.stat_result | None:
    """Return the status of a file, or None if it does not exist."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Raise DownloadError for errors of the operating system."""
    try:
        yield
    except (OSError, ValueError) as error:
        is_full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "the disk is full" if is_full else getattr(error, "strerror", None) or str(error)
        raise DownloadError(
            f"{make_printable(str(path))}: {reason}.", hint="free some space" if is_full else None
        ) from None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The size and the hash of a file, which identify its content."""

    size: int
    """In bytes."""

    sha256: str
    """In hexadecimal digits."""

    def matches(self, path: Path) -> bool:
        """Return whether a file exists and has this content.

        Raises DownloadError if it cannot be read.
        """
        with translate_os_errors(path):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                return False
            with file:
                same_size = os.fstat(file.fileno()).st_size == self.size
                return same_size and file_digest(file, "sha256").hexdigest() == self.sha256


class PartialFile:
    """The temporary file of a download, which becomes the target or is discarded.

    Every method is a step of its own, because the asynchronous client runs each in a thread.
    """

    def __init__(self, target: TargetFile) -> None:
        self.target = target
        self.path = temporary_path(target.path)
        self._file: BinaryIO | None = None
        self._digest = sha256()

    def open(self) -> None:
        """Create the file; only its owner can read it until it is complete."""
        with translate_os_errors(self.target.requested_path):
            self._file = create_file(self.path, private=True)

    def write(self, data: bytes | bytearray) -> None:
        """Append data."""
        assert self._file is not None  # noqa: S101 - it is open
        self._digest.update(data)
        with translate_os_errors(self.target.requested_path):
            self._file.write(data)

    def restart(self) -> None:
        """Remove everything that was written."""
        assert self._file is not None  # noqa: S101 - it is open
        self._digest = sha256()
        with translate_os_errors(self.target.requested_path):
            self._file.seek(0)
            self._file.truncate()

    def publish(self) -> Fingerprint:
        """Give the file the path of the target, and return its fingerprint.

        The file may keep its own path too, until it is discarded.
        """
        assert self._file is not None  # noqa: S101 - it is open
        with translate_os_errors(self.target.requested_path):
            size = self._file.tell()
            self._file.close()
        self.target.move_into_place(self.path)
        return Fingerprint(size, self._digest.hexdigest())

    def discard(self) -> None:
        """Close the file, and remove its own path if it still exists."""
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        with suppress(OSError):
            self.path.unlink()
