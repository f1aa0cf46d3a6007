"""URLs of databases: what they lead to, and what of them nobody may read in a message."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import ParseResult, parse_qsl, unquote, urlparse

import ibis

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.store import readable

_SECRET = re.compile("pass|pwd|token|secret|key", re.IGNORECASE)
_FILES = ("duckdb", "sqlite")
"""The databases that are files, for Ibis."""

_ELSEWHERE = ("md:", "motherduck:")
"""What names a database of DuckDB begin with that are on no disk here."""


_OPENING = Lock()
"""DuckDB refuses a file that another thread is just about to give back."""


def connected(url: str) -> Any:
    """Ibis, connected to the database of the URL.

    Raises OrdersError where the URL leads to no file or is none that Ibis can use, or where a
    package is missing; and what the database raises.

    >>> connected("sqlite:///no/folder/orders.db")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: cannot read orders.db: No such file or directory.
    """
    parts = urlparse(url)
    name = parts.scheme.replace("postgresql", "postgres")
    if name in _FILES:
        _check_file(parts, secrets(url))
    if name == "duckdb":
        _check_read_only(parts)
    try:
        with _OPENING if name == "duckdb" else nullcontext():
            return ibis.connect(url)
    except ImportError:
        raise OrdersError(
            f"a package that `{name}` takes is not installed.",
            hint=f"pip install 'ibis-framework[{name}]'",
        ) from None
    except (AttributeError, TypeError):  # of functions of Ibis that the URL calls
        raise OrdersError(
            f"Ibis cannot connect to `{name}` with such a URL.",
            hint="look at what is behind `?`" if parts.query else None,
        ) from None


def disconnect(backend: Any) -> None:
    """End a connection of `connected`, so that another can begin.

    Raises what the database raises.

    >>> disconnect(connected("duckdb://"))
    """
    with _OPENING if backend.name == "duckdb" else nullcontext():
        backend.disconnect()


def _check_file(parts: ParseResult, hidden: Collection[str]) -> None:
    """Raise OrdersError where the file cannot be read: a database would make a new one."""
    # As Ibis finds the path: a relative one begins where the host of other URLs stands.
    found = [part for part in (parts.netloc, parts.path[bool(parts.netloc) :]) if part]
    path = Path(*found)
    if found in ([], [":memory:"]) or str(path).startswith(_ELSEWHERE):
        return
    readable(path, _without(path.name or str(path), hidden))


def _check_read_only(parts: ParseResult) -> None:
    """Raise OrdersError for what Ibis would take for an expression of Python."""
    given = dict(parse_qsl(parts.query)).get("read_only", "false")
    if given.lower() not in ("true", "false"):
        raise OrdersError(
            f"`read_only` is `{given}` in the URL of the orders.",
            hint="write `true` or `false`",
        )


def said(error: Exception, hidden: Collection[str]) -> str:
    """The first line, without what is secret of the URL, or might be the password of another.

    >>> said(ValueError("no ron:secret@host, no //ron:other@host"), {"secret"})
    'no ron:…@host, no //…@host'
    """
    line = str(error).strip().partition("\n")[0] or type(error).__name__
    return re.sub(r"//[^/@\s]*@", "//…@", _without(line, hidden))


def _without(text: str, hidden: Collection[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, "…")
    return text


def secrets(url: str) -> set[str]:
    """What no message may hold: the password, and what the query has under such a name.

    Raises OrdersError for a URL that cannot be read.

    >>> sorted(secrets("postgresql://ron:swanson@host/orders?sslkey=bacon&a=b"))
    ['bacon', 'swanson']
    """
    try:
        url.encode()
        parts = urlparse(url)
        if parts.scheme not in _FILES:
            _ = parts.port  # which raises ValueError where it is none
    except ValueError:  # which a text that is not UTF-8 gives too
        raise OrdersError(
            "the URL of the orders cannot be read.",
            hint="write it as in postgresql://user:password@host:5432/database#table",
        ) from None
    found = {value for name, value in parse_qsl(parts.query) if _SECRET.search(name)}
    found |= {parts.password or "", unquote(parts.password or "")}
    return found - {""}
