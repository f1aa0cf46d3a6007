"""The file that is to be written: whole or not at all, and nothing else in its folder."""

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

from epfilter.atomic_files import atomic_file, create_file, place, temporary_path
from epfilter.errors import describe_type
from epfilter.exporter.errors import DownloadError
from epfilter.snippets import make_printable

AnyPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class TargetFile:
    """Where a file is to be: `asked` as the user says, `path` with symbolic links followed.

    `mode` is that of the file that is there already, or None. `replaced` says whether the file that
    is there by the end, if any, gives way.
    """

    asked: Path
    path: Path
    mode: int | None
    replaced: bool = True

    @classmethod
    def of(cls, given: AnyPath) -> TargetFile:
        """The target, where it can be written; DownloadError where not."""
        if not isinstance(given, (str, os.PathLike)) or not isinstance(os.fspath(given), str):
            raise DownloadError(f"the path is a str or a PathLike, not {describe_type(given)}.")
        asked = Path(given)
        with translate_os_errors(asked):
            # A link stays; what it leads to is replaced.
            path = Path(os.path.realpath(asked))
            status = _status(path)
            folder = path.parent.is_dir()
        if not folder:
            raise DownloadError(
                f"{make_printable(str(asked))}: there is no folder "
                f"{make_printable(str(path.parent))}.",
                hint="make the folder first",
            )
        if status is not None and not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
            raise DownloadError(
                f"{make_printable(str(asked))} is {kind}.", hint="give the name of a file"
            )
        writable = os.access(path.parent, os.W_OK | os.X_OK)
        if not writable or (status is not None and not os.access(path, os.W_OK)):
            raise DownloadError(
                f"{make_printable(str(asked))} may not be written.",
                hint="look at its permissions",
            )
        return cls(asked, path, None if status is None else stat.S_IMODE(status.st_mode))

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open a file that becomes the target when the block ends without an error.

        Raises DownloadError as `take` does.
        """
        with (
            self._translate_errors(),
            atomic_file(self.path, replace=self.replaced, mode=self.mode) as file,
        ):
            yield file

    def take(self, file: Path) -> None:
        """Give a complete file this name, in addition to its own or instead of it.

        Raises DownloadError if a file appeared that must not be replaced, or for an error of the
        operating system.
        """
        with self._translate_errors():
            place(file, self.path, replace=self.replaced, mode=self.mode)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translate_os_errors(self.asked):
            try:
                yield
            except FileExistsError:
                raise self.in_the_way("has appeared meanwhile") from None

    def in_the_way(self, what: str) -> DownloadError:
        """The error for a file that is there and does not give way."""
        return DownloadError(
            f"{make_printable(str(self.asked))} {what}, and is not to be replaced."
        )


def _status(path: Path) -> os.stat_result | None:
    """What is known of a file; None where there is none."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Errors of the operating system become DownloadErrors."""
    try:
        yield
    except (OSError, ValueError) as error:
        full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
        said = "the disk is full" if full else getattr(error, "strerror", None) or str(error)
        raise DownloadError(
            f"{make_printable(str(path))}: {said}.", hint="make room" if full else None
        ) from None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells the content of a file from any other."""

    size: int
    """In bytes."""

    sha256: str
    """In hexadecimal digits."""

    def fits(self, path: Path) -> bool:
        """Whether a file is there and has this content; DownloadError where it cannot be read."""
        with translate_os_errors(path):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                return False
            with file:
                same_size = os.fstat(file.fileno()).st_size == self.size
                return same_size and file_digest(file, "sha256").hexdigest() == self.sha256


class TemporaryFile:
    """A file that is downloaded beside the target, and then becomes the target or vanishes.

    Every method is a step of its own, because each runs in a thread where nothing may block.
    """

    def __init__(self, target: TargetFile) -> None:
        self.target = target
        self.path = temporary_path(target.path)
        self._file: BinaryIO | None = None
        self._digest = sha256()

    def open(self) -> None:
        """Create the file; one that will replace another is for its owner only until then."""
        with translate_os_errors(self.target.asked):
            self._file = create_file(self.path, private=self.target.mode is not None)

    def write(self, data: bytes | bytearray) -> None:
        """Append data."""
        assert self._file is not None  # noqa: S101 - it is open
        self._digest.update(data)
        with translate_os_errors(self.target.asked):
            self._file.write(data)

    def restart(self) -> None:
        """Remove everything that was written."""
        assert self._file is not None  # noqa: S101 - it is open
        self._digest = sha256()
        with translate_os_errors(self.target.asked):
            self._file.seek(0)
            self._file.truncate()

    def publish(self) -> Fingerprint:
        """Give the file the name of the target, and return its fingerprint.

        The file may keep its own name too, until it is discarded.
        """
        assert self._file is not None  # noqa: S101 - it is open
        with translate_os_errors(self.target.asked):
            size = self._file.tell()
            self._file.close()
        self.target.take(self.path)
        return Fingerprint(size, self._digest.hexdigest())

    def discard(self) -> None:
        """Close the file, and remove its own name if it still has one."""
        with suppress(OSError):
            if self._file is not None:
                self._file.close()
        with suppress(OSError):
            self.path.unlink()
