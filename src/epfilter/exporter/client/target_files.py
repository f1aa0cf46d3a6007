"""The file that is to be written: whole or not at all, and nothing else in its folder."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TypeAlias

from epfilter.atomic_files import place
from epfilter.errors import describe_type
from epfilter.exporter.errors import DownloadError
from epfilter.snippets import make_printable

AnyPath: TypeAlias = str | os.PathLike[str]

_LONGEST_NAME = 40

_TEMPORARY = re.compile(r"(.*\.)[0-9a-f]{16}\.part", re.ASCII | re.DOTALL)
"""The name of a temporary file, and what it begins with."""

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


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
        with told(asked):
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

    def take(self, file: Path) -> None:
        """Gives a whole file this name, too or instead of its own; DownloadError."""
        with told(self.asked):
            try:
                place(file, self.path, replace=self.replaced)
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
def told(path: Path) -> Iterator[None]:
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
        with told(path):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                return False
            with file:
                same_size = os.fstat(file.fileno()).st_size == self.size
                return same_size and file_digest(file, "sha256").hexdigest() == self.sha256


class TemporaryFile:
    """A file beside the target that becomes the target, or vanishes."""

    def __init__(self, target: TargetFile) -> None:
        self.target = target
        self.path = target.path.with_name(f"{_prefix(target.path)}{secrets.token_hex(8)}.part")
        self._file = -1
        self._mode = 0
        self._written = sha256()

    def open(self) -> None:
        """Makes the file; where it will replace another, nobody else may read it than that."""
        with told(self.target.asked):
            self._file = os.open(self.path, _CREATE, 0o666)
            if self.target.mode is not None:
                self.path.chmod(self.target.mode)
            self._mode = stat.S_IMODE(self.path.stat().st_mode)

    def write(self, data: bytes | bytearray) -> None:
        """Appends data."""
        self._written.update(data)
        with told(self.target.asked):
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def restart(self) -> None:
        """Forgets all that was written."""
        self._written = sha256()
        with told(self.target.asked):
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)

    def close(self) -> None:
        """Closes the file, for whoever writes it by its path."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def publish(self) -> int:
        """Gives the file the name of the target, once it is on the disk; its bytes.

        It may keep its own name too, until it is discarded.
        """
        with told(self.target.asked):
            self.close()
            with self.path.open("rb+") as file:
                os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
            self.path.chmod(self._mode)
        self.target.take(self.path)
        return size

    def fingerprint(self, size: int) -> Fingerprint:
        """That of a file of so many bytes, all of which were written by `write`."""
        return Fingerprint(size, self._written.hexdigest())

    def discard(self) -> None:
        """Removes the file's own name, where it still has it."""
        with suppress(OSError):
            self.close()
        with suppress(OSError):
            self.path.unlink()


def sweep(path: Path, *others: Path) -> None:
    """Removes the temporary files of targets that nobody could remove: their run was killed.

    The targets are in one folder.
    """
    prefixes = {_prefix(target) for target in (path, *others)}
    with told(path):
        for file in path.parent.iterdir():
            found = _TEMPORARY.fullmatch(file.name)
            if found and found[1] in prefixes:
                file.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    """What the names of a target's temporary files begin with; that of no other target's do."""
    name = path.name
    if len(name) > _LONGEST_NAME:
        # File systems count bytes, 255 of them as a rule; 24 characters have 96 at most.
        name = f"{name[:24]}.{sha256(os.fsencode(name)).hexdigest()[:16]}"
    return f".{name}."
