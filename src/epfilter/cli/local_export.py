"""Exports from a file or a database of one's own, without a service between."""

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
from epfilter.atomic_files import place
from epfilter.cli.connection import PlatformError
from epfilter.cli.signals import INTERRUPTED, deferred_signals
from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import OrderStore, open_orders
from epfilter.snippets import make_printable

_FILE = re.compile(r"file://[^/]*(/.*)", re.IGNORECASE | re.DOTALL)
_DATABASE = re.compile(r"(?:duckdb|sqlite)://([^?#]*)", re.IGNORECASE)
"""The URLs of databases that are one file; that of one on a server has the same form."""


def export_locally(f: Filter, orders: str, output: Path, *, force: bool) -> int:
    """Write the orders that the filter selects, as the service would; how many rows these are.

    The file appears when it is whole, and not at all without rows. Raises UsageError where it is
    there already and not to be replaced, or is where the orders are; PlatformError where the
    orders cannot be read or the file cannot be written.
    """
    target, mode = _target(output)
    if mode is not None:
        _demand_replaceable(target, orders, make_printable(str(output)), force=force)
    try:
        with (
            closing(open_orders(orders)) as store,
            deferred_signals() as signals,
            tempfile.TemporaryDirectory(prefix=".epfilter.", dir=target.parent) as folder,
        ):
            part = Path(folder, "orders.csv")
            rows = _written(store, f, part, signals)
            if rows:
                place(part, target, replace=force, mode=mode)
            return rows
    except FileExistsError:
        raise _exists(make_printable(str(output))) from None
    except (OrdersError, FilterError) as error:
        raise PlatformError(make_printable(str(error))) from None
    except OSError as error:
        raise PlatformError(
            f"cannot write {make_printable(str(output))}: {error.strerror or error}."
        ) from None


def _written(store: OrderStore, f: Filter, part: Path, signals: Sequence[int]) -> int:
    """As `write_csv`, in a thread, because DuckDB would hear of a signal when it has ended.

    Raises KeyboardInterrupt when it has ended after a signal.
    """
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(store.write_csv, f, part)
        while not rows.done():
            if signals:
                store.interrupt()
            if len(signals) > 1:
                # Whoever asks twice has no time, and Python cannot end while DuckDB is at work.
                shutil.rmtree(part.parent, ignore_errors=True)
                os._exit(INTERRUPTED)
            wait([rows], 0.05)
    if signals:
        raise KeyboardInterrupt
    return rows.result()


def _target(output: Path) -> tuple[Path, int | None]:
    """The file to write, with links followed, and the permissions of the one that is there."""
    name = make_printable(str(output))
    target = Path(os.path.realpath(output))
    try:
        str(target).encode()
        status = target.stat()
    except FileNotFoundError:
        return target, None
    except UnicodeEncodeError:
        # DuckDB takes no other paths.
        raise PlatformError(f"cannot write {name}: its name is not UTF-8.") from None
    except OSError as error:
        raise PlatformError(f"cannot write {name}: {error.strerror or error}.") from None
    if not stat.S_ISREG(status.st_mode):
        # A device or a pipe would be replaced under its own name, for everybody.
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
        raise PlatformError(f"{name} is {kind}; give the name of a file.")
    return target, stat.S_IMODE(status.st_mode)


def _demand_replaceable(target: Path, orders: str, name: str, *, force: bool) -> None:
    for path in _files_of(orders):
        try:
            same = target.samefile(path)
        except (OSError, ValueError):
            # What is no file is not this one; what else it is, its reader says.
            continue
        if same:
            raise click.UsageError(
                f"{name} is the file of the orders themselves. Hint: give the CSV another name."
            )
    if not force:
        raise _exists(name)


def _exists(name: str) -> click.UsageError:
    return click.UsageError(f"{name} exists; --force replaces it.")


def _files_of(orders: str) -> Iterator[str]:
    """The paths where a file of these orders may be; none for a database on a server."""
    url = _FILE.fullmatch(orders) or _DATABASE.match(orders)
    path = orders if url is None else url[1]
    yield path
    if url is not None:
        yield unquote(path, errors="surrogateescape")
