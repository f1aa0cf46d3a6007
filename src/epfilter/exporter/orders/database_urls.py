"""URLs of databases: connecting to them, and removing their secrets from messages."""

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
from epfilter.exporter.orders.source_paths import stat_readable

_SECRET = re.compile("pass|pwd|token|secret|key", re.IGNORECASE)
_FILE_BACKENDS = ("duckdb", "sqlite")
"""The backends of Ibis whose databases are files."""

_REMOTE_PREFIXES = ("md:", "motherduck:")
"""How the name of a DuckDB database begins that is not a local file."""

_OPENING = Lock()
"""DuckDB cannot open a file while another thread is closing it."""


def connect(url: str) -> Any:
    """Ibis, connect to the database of the URL.

    Raises OrdersError where the URL leads to no file or is none that Ibis can use, or where a
    package is missing; and what the database raises.

    >>> connect("sqlite:///no/folder/orders.db")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: cannot read orders.db: No such file or directory.
    """
    parts = urlparse(url)
    name = parts.scheme.replace("postgresql", "postgres")
    if name in _FILE_BACKENDS:
        _check_file(parts, find_secrets(url))
    if name == "duckdb":
        _check_read_only(parts)
    try:
        with _OPENING if name == "duckdb" else nullcontext():
            backend = ibis.connect(url)
    except ImportError:
        raise OrdersError(
            f"a package for `{name}` is not installed.",
            hint=f"pip install 'ibis-framework[{name}]'",
        ) from None
    except (AttributeError, TypeError):  # from functions of Ibis that receive the query
        raise OrdersError(
            f"Ibis cannot connect to `{name}` with this URL.",
            hint="check the part after `?`" if parts.query else None,
        ) from None
    if name == "mysql":
        backend.raw_sql("SET time_zone = '+00:00'").close()
    return backend


def disconnect(backend: Any) -> None:
    """Close a connection of `connect`, so that another can begin.

    Raises what the database raises.

    >>> disconnect(connect("duckdb://"))
    """
    with _OPENING if backend.name == "duckdb" else nullcontext():
        backend.disconnect()


def _check_file(parts: ParseResult, hidden: Collection[str]) -> None:
    """Raise OrdersError if the file cannot be read: the database would create a new one."""
    # As in Ibis: a relative path begins where the host would be.
    parts_of_path = [part for part in (parts.netloc, parts.path[bool(parts.netloc) :]) if part]
    path = Path(*parts_of_path)
    if parts_of_path in ([], [":memory:"]) or str(path).startswith(_REMOTE_PREFIXES):
        return
    stat_readable(path, _redact(path.name or str(path), hidden))


def _check_read_only(parts: ParseResult) -> None:
    """Raise OrdersError for a value that Ibis would evaluate as Python."""
    value = dict(parse_qsl(parts.query)).get("read_only", "false")
    if value.lower() not in ("true", "false"):
        raise OrdersError(
            f"`read_only` is `{value}` in the URL of the orders.",
            hint="write `true` or `false`",
        )


def describe_error(error: Exception, hidden: Collection[str]) -> str:
    """Return the first line of a message, without these secrets and passwords in other URLs.

    >>> describe_error(ValueError("no ron:secret@host, no //ron:other@host"), {"secret"})
    'no ron:…@host, no //…@host'
    """
    line = str(error).strip().partition("\n")[0] or type(error).__name__
    return re.sub(r"//[^/@\s]*@", "//…@", _redact(line, hidden))


def _redact(text: str, hidden: Collection[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, "…")
    return text


def find_secrets(url: str) -> set[str]:
    """Return the secrets of a URL: its password, and query values with the name of a secret.

    Raises OrdersError for an invalid URL.

    >>> sorted(find_secrets("postgresql://ron:swanson@host/orders?sslkey=bacon&a=b"))
    ['bacon', 'swanson']
    """
    try:
        url.encode()
        parts = urlparse(url)
        if parts.scheme not in _FILE_BACKENDS:
            _ = parts.port  # raises ValueError for an invalid port
    except ValueError:  # also raised for text that is not UTF-8
        raise OrdersError(
            "the URL of the orders is invalid.",
            hint="write it like postgresql://user:password@host:5432/database#table",
        ) from None
    found_secrets = {value for name, value in parse_qsl(parts.query) if _SECRET.search(name)}
    found_secrets |= {parts.password or "", unquote(parts.password or "")}
    return found_secrets - {""}
