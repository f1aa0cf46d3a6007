"""Writes a changed file back, with the owner, permissions, links and attributes that it had."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from epfilter.atomic_files import atomic_file
from epfilter.linter.files.document import DocumentError

_SYSTEM_ATTRIBUTES = ("security.", "trusted.")
"""Attributes that the system sets; only it, or an administrator, can copy them."""


def rewrite_file(path: Path, old: bytes, new: bytes) -> None:
    """Replace the content `old` of a file with `new`.

    Normally a new file takes its place, so that the file is replaced whole or not at all. A file
    with several hard links, or one whose owner or extended attributes a new file cannot have, is
    written in place; if that fails, the old content is written back. A symbolic link stays a link.
    Raises DocumentError if the content is no longer `old`, or if the file cannot be
    written; it then keeps its content.
    """
    try:
        with suppress(_NotReplaceableError):
            _replace(path, old, new)
            return
        _write_in_place(path, old, new)
    except OSError as error:
        raise DocumentError(
            "EPF701", f"this file cannot be written: {error.strerror or error}."
        ) from None


class _NotReplaceableError(Exception):
    """A new file cannot have the links, the owner or the attributes of the old one."""


def _replace(path: Path, old: bytes, new: bytes) -> None:
    if path.stat().st_nlink > 1:
        raise _NotReplaceableError
    with atomic_file(path) as file:
        file.write(new)
        _copy_owner_and_attributes(path, file.fileno())
        _require_content(path, old)


def _write_in_place(path: Path, old: bytes, new: bytes) -> None:
    _require_content(path, old)
    with path.open("r+b") as file:
        try:
            file.write(new)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            file.seek(0)
            file.write(old)
            file.truncate()
            raise


def _require_content(path: Path, old: bytes) -> None:
    if path.read_bytes() != old:
        raise DocumentError(
            "EPF701", "this file changed after it was read, so it is not overwritten.", "run again"
        )


def _copy_owner_and_attributes(path: Path, descriptor: int) -> None:
    """Give an open file the owner and the extended attributes of another."""
    status = path.stat()
    try:
        if hasattr(os, "fchown") and _owner_of(os.fstat(descriptor)) != _owner_of(status):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        if hasattr(os, "listxattr"):
            for name in os.listxattr(path):
                if not name.startswith(_SYSTEM_ATTRIBUTES):
                    os.setxattr(descriptor, name, os.getxattr(path, name))
    except OSError:
        raise _NotReplaceableError from None


def _owner_of(status: os.stat_result) -> tuple[int, int]:
    return status.st_uid, status.st_gid
