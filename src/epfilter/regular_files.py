"""Reading of files that a user names: a device can be read without end, and a pipe may block."""

from __future__ import annotations

import errno
import stat
from pathlib import Path


def read_regular_file(path: Path) -> bytes:
    """Return the content of a file.

    Raises OSError where it cannot be read, or is a device, a pipe or a socket.

    >>> read_regular_file(Path("/dev/null"))
    Traceback (most recent call last):
    OSError: [Errno 22] it is not a regular file: '/dev/null'
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a folder has its own error
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return path.read_bytes()
