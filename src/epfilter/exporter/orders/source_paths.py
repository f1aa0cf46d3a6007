"""Paths of files of orders: from a `file:` URL, checked, and as messages show them."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from urllib.parse import unquote

from epfilter.exporter.errors import OrdersError


def path_from_url(url: str) -> str:
    """Return the path that a `file:` URL names.

    Raises OrdersError for a file of another machine.

    >>> path_from_url("file:///srv/orders%201.jsonl")
    '/srv/orders 1.jsonl'
    """
    # Not by urlsplit, which raises errors of its own and takes `?` and `#` out of a name.
    host, _, path = url[len("file://") :].partition("/")
    if host not in ("", "localhost"):
        shown = host.rpartition("@")[2]
        raise OrdersError(
            f"`file://{shown}/{path}` is a file of another machine.", hint="file:///path/to/file"
        )
    return unquote(f"/{path}", errors="surrogateescape")


def stat_readable(path: Path, name: str) -> os.stat_result:
    """Return the status of a regular file that can be read; `name` is its name in messages.

    Raises OrdersError for any other file.

    >>> stat_readable(Path("no", "orders.db"), "orders.db")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: cannot read orders.db: No such file or directory.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb"):
                return status
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OrdersError(f"cannot read {name}: {reason}.") from None
    kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
    raise OrdersError(f"cannot read {name}: it is {kind}.")


def printable_name(name: str) -> str:
    r"""Return a file name that can be printed, with bytes that are not UTF-8 as escapes.

    >>> print(printable_name("\udcff.csv"))
    \udcff.csv
    """
    return name.encode(errors="backslashreplace").decode()
