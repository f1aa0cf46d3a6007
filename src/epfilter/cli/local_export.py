"""Exports from a file or database of orders, without a service."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import click

from epfilter.ast import Filter
from epfilter.atomic_files import move_into_place
from epfilter.cli.errors import PlatformError, describe_file_error
from epfilter.cli.signals import INTERRUPTED, defer_signals
from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import OrderSource, open_orders
from epfilter.snippets import make_printable

_FILE_URL = re.compile(r"file://[^/]*(/.*)", re.IGNORECASE | re.DOTALL)
_DATABASE_URL = re.compile(r"(?:duckdb|sqlite)://([^?#]*)", re.IGNORECASE)
"""URLs of databases in one file; the URL of a database on a server can have the same form."""


def export_locally(
    f: Filter | None, orders: str, output: Path, *, force: bool, allow_untested: bool = False
) -> int:
    """Write the orders that the filter selects, as the service would; return the number of rows.

    None selects every order.
    The file appears when it is complete; without rows no file is written. Raises UsageError where
    the file exists and `force` is not set, or where it is the file of the orders; PlatformError
    where the orders cannot be read or the file cannot be written.
    """
    target, mode = _resolve_target(output)
    if mode is not None:
        _require_replaceable(target, orders, make_printable(str(output)), force=force)
    try:
        with (
            closing(open_orders(orders, allow_untested=allow_untested)) as source,
            defer_signals() as signals,
            tempfile.TemporaryDirectory(prefix=".epfilter.", dir=target.parent) as folder,
        ):
            part = Path(folder, "orders.csv")
            rows = _write_csv(source, f, part, signals)
            if rows:
                move_into_place(part, target, replace=force, mode=mode)
            return rows
    except FileExistsError:
        raise _file_exists_error(make_printable(str(output))) from None
    except (OrdersError, FilterError) as error:
        raise PlatformError(make_printable(str(error))) from None
    except OSError as error:
        raise PlatformError(describe_file_error("write", output, error)) from None


def _write_csv(source: OrderSource, f: Filter | None, part: Path, signals: Sequence[int]) -> int:
    """Call `source.write_csv` in a thread, because DuckDB does not react to signals while it runs.

    Raises KeyboardInterrupt after a signal.
    """
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(source.write_csv, f, part)
        while not rows.done():
            if signals:
                source.interrupt()
            if len(signals) > 1:
                # A second signal must end the process now, and Python cannot end before DuckDB.
                shutil.rmtree(part.parent, ignore_errors=True)
                os._exit(INTERRUPTED)
            wait([rows], 0.05)
    if signals:
        raise KeyboardInterrupt
    return rows.result()


def _resolve_target(output: Path) -> tuple[Path, int | None]:
    """Return the file to write, with links followed, and the permissions of an existing file."""
    name = make_printable(str(output))
    target = Path(os.path.realpath(output))
    try:
        str(target).encode()
        status = target.stat()
    except FileNotFoundError:
        return target, None
    except UnicodeEncodeError:
        # DuckDB accepts no other paths.
        raise PlatformError(f"cannot write {name}: its name is not UTF-8.") from None
    except OSError as error:
        raise PlatformError(describe_file_error("write", output, error)) from None
    if not stat.S_ISREG(status.st_mode):
        # Replacing a device or a pipe would break it for every process that uses it.
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise PlatformError(f"{name} is {kind}; give the name of a file.")
    return target, stat.S_IMODE(status.st_mode)


def _require_replaceable(target: Path, orders: str, name: str, *, force: bool) -> None:
    for path in _possible_files(orders):
        try:
            same = target.samefile(path)
        except (OSError, ValueError):
            # A path that is not a file cannot be the target; its reader reports other errors.
            continue
        if same:
            raise click.UsageError(
                f"{name} contains the orders to export. Hint: give the CSV file another name."
            )
    if not force:
        raise _file_exists_error(name)


def _file_exists_error(name: str) -> click.UsageError:
    return click.UsageError(f"{name} exists; use `--force` to replace it.")


def _possible_files(orders: str) -> Iterator[str]:
    """Yield the paths that a file of these orders can have; none for a database on a server."""
    url = _FILE_URL.fullmatch(orders) or _DATABASE_URL.match(orders)
    path = orders if url is None else url[1]
    yield path
    if url is not None:
        yield unquote(path, errors="surrogateescape")
