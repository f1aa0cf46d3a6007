"""Files that are written whole or not at all.

A file is written under a temporary name beside its target and then takes the target's name.
Another process sees the old file or the new one, never a part. The new content is on the disk
before the name changes, so that a crash leaves one of the two as well.

Source: https://lwn.net/Articles/457667/ on what makes a renamed file durable.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EINVAL, ENOTSUP
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
"""The permissions of a file that only its owner can read and write."""

_MAX_NAME_LENGTH = 40

_TEMPORARY_NAME = re.compile(r"(.*\.)[0-9a-f]{16}\.part", re.ASCII | re.DOTALL)
"""The name of a temporary file; the group is the prefix that belongs to its target."""

_FOLDER_NOT_SYNCED = {EACCES, EINVAL, ENOTSUP}
"""Errors of folders that are not readable, or whose file system cannot sync them."""


@contextmanager
def atomic_file(
    target: Path, *, replace: bool = True, mode: int | None = None
) -> Iterator[BinaryIO]:
    """Open a temporary file, and give it the name `target` when the block ends without an error.

    If anything fails, the target keeps its old content and no temporary file remains. A symbolic
    link stays a link; the file that it points to is replaced. `mode` sets the permissions; by
    default they are those of the replaced file, or those of any new file. Where `replace` is false,
    nothing may exist under the name, not even a link.

    Raises FileExistsError if the target exists and `replace` is false, PermissionError if the
    target exists and is read-only, and OSError if the file system refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "report.txt")
    ...     with atomic_file(target) as file:
    ...         written = file.write(b"complete")
    ...     target.read_bytes()
    b'complete'
    """
    if replace:
        target = Path(os.path.realpath(target))
        current_mode = _mode_of(target)
        mode = current_mode if mode is None else mode
    temporary = temporary_path(target)
    try:
        # While it is written, a file that gets permissions of its own is for the owner only.
        with create_file(temporary, private=mode is not None) as file:
            yield file
        move_into_place(temporary, target, replace=replace, mode=mode)
    finally:
        with suppress(OSError):
            temporary.unlink()


def create_file(path: Path, *, private: bool) -> BinaryIO:
    """Create and open a file that must not exist; only its owner can read it if it is `private`.

    Raises FileExistsError if the path exists, and OSError if the file system refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, create_file(Path(folder, "a"), private=True) as file:
    ...     file.write(b"content")
    7
    """
    permissions = OWNER_ONLY if private else 0o666
    return open(path, "xb", opener=lambda name, flags: os.open(name, flags, permissions))


def move_into_place(
    file: Path, target: Path, *, replace: bool = True, mode: int | None = None
) -> None:
    """Give a complete file the name `target`, in the same file system, with the permissions `mode`.

    The content and the name are on the disk when this returns. The file may keep its own name too
    if `replace` is false; the caller removes it.

    Raises FileExistsError if the target exists and `replace` is false, even if it appeared a moment
    ago, and OSError if the file system refuses.

    >>> move_into_place(Path("none.part"), Path("orders.csv"))
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    opened = os.open(file, os.O_RDWR)
    try:
        if mode is not None:
            file.chmod(mode)
        os.fsync(opened)
    finally:
        os.close(opened)
    if replace:
        file.replace(target)
    else:
        _link_or_rename(file, target)
    sync_folder(target.parent)


def _link_or_rename(file: Path, target: Path) -> None:
    """Give a file a name that must not exist."""
    try:
        # Unlike a rename, a hard link never replaces a file.
        os.link(file, target)
    except FileExistsError:
        raise
    except OSError:
        # Not every file system has hard links. On Windows `rename` replaces nothing either.
        if os.path.lexists(target):
            raise FileExistsError from None
        file.rename(target)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk, where the system can do that.

    Raises OSError for an error of the disk.

    >>> sync_folder(Path("."))
    """
    if os.name == "nt":  # Windows opens no folders.
        return
    try:
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
    except OSError as error:
        if error.errno not in _FOLDER_NOT_SYNCED:
            raise


def temporary_path(target: Path) -> Path:
    """Return a new path beside the target, for a file that will take the target's name.

    >>> temporary_path(Path("orders.csv")).match(".orders.csv.*.part")
    True
    """
    return target.with_name(f"{_temporary_prefix(target)}{secrets.token_hex(8)}.part")


def remove_temporary_files(*targets: Path) -> None:
    """Remove the temporary files that killed processes left beside targets in one folder.

    Call only while no other process writes these targets. Raises OSError if one cannot be removed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "orders.csv")
    ...     temporary_path(target).touch()
    ...     remove_temporary_files(target)
    ...     list(Path(folder).iterdir())
    []
    """
    prefixes = {_temporary_prefix(target) for target in targets}
    for file in targets[0].parent.iterdir():
        match = _TEMPORARY_NAME.fullmatch(file.name)
        if match and match[1] in prefixes:
            file.unlink(missing_ok=True)


def _temporary_prefix(target: Path) -> str:
    """Return the beginning of the names of the target's temporary files, and of no other's."""
    name = target.name
    if len(name) > _MAX_NAME_LENGTH:
        # File systems count bytes, usually at most 255; 24 characters have at most 96.
        name = f"{name[:24]}.{sha256(os.fsencode(name)).hexdigest()[:16]}"
    return f".{name}."


def _mode_of(target: Path) -> int | None:
    """Return the permissions of a file, or None if it does not exist.

    Raises PermissionError if the file is read-only: its folder would still allow to replace it.
    """
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return None
    if not os.access(target, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))
    return mode
