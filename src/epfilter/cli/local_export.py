"""Exports from a file or database of orders, without a service."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click

from epfilter.ast import Filter
from epfilter.atomic_files import OWNER_ONLY, atomic_file, move_into_place
from epfilter.cli.errors import PlatformError, describe_file_error
from epfilter.cli.options import require_csv_name
from epfilter.cli.platform_export import FilterLine
from epfilter.cli.signals import INTERRUPTED, defer_signals
from epfilter.errors import FilterError, FilterValueError
from epfilter.exporter.csv_append import append_csv, read_newest
from epfilter.exporter.csv_rows import count_rows
from epfilter.exporter.errors import MergeError, OrdersError
from epfilter.exporter.orders import RowsPer, open_orders
from epfilter.exporter.periods import EmptyPeriodError, current_time, within_period
from epfilter.snippets import make_printable

_FILE_URL = re.compile(r"file://[^/]*(/.*)", re.IGNORECASE | re.DOTALL)
_DATABASE_URL = re.compile(r"(?:duckdb|sqlite)://([^?#]*)", re.IGNORECASE)
"""URLs of databases in one file; the URL of a database on a server can have the same form."""


@dataclass(frozen=True, slots=True)
class LocalExport:
    """The result of an export without the platform, as `Exported` of one with it."""

    rows: int
    """The rows of the file without the header; 0 if no file was written."""

    appended: int | None = None
    """The rows that were added to an existing file, or None without `append`."""

    jobs: tuple[()] = ()


def export_locally(  # noqa: PLR0913 - the options of the command
    f: Filter | None,
    period: Mapping[str, Any],
    orders: str,
    output: Path,
    *,
    append: bool,
    allow_empty: bool,
    force: bool,
    rows: RowsPer,
    neutralise: bool,
    bom: bool,
    **options: Any,
) -> LocalExport:
    """Write the orders that the filter selects in the period, as the service would.

    None selects every order. With `append`, the orders that an existing file lacks are added. The
    `options` are those of `open_orders`.
    The file appears when it is complete; without rows none is written, unless `allow_empty`.

    Raises UsageError where the file exists and neither `force` nor `append` is set, where it is
    the file of the orders, and for an empty period; PlatformError where the orders cannot be read
    or the file cannot be written.
    """
    target, mode = _resolve_target(output)
    if mode is not None:
        shown = make_printable(str(output))
        _require_replaceable(target, orders, shown, replace=force or append)
    require_csv_name(output)
    try:
        newest = read_newest(target, current_time()) if append else None
        try:
            f = _select_period(f, period, newest)
        except EmptyPeriodError:  # the file has reached its end already
            return LocalExport(count_rows(target) or 0, 0)
        with (
            closing(open_orders(orders, **options)) as source,
            defer_signals() as signals,
            tempfile.TemporaryDirectory(prefix=".epfilter.", dir=target.parent) as folder,
        ):
            part = Path(folder, "orders.csv")
            write = partial(source.write_csv, f, part, rows=rows, neutralise=neutralise, bom=bom)
            count = _run_interruptibly(write, source.interrupt, part.parent, signals)
            if append and target.exists():
                return _append(target, part)
            if count or allow_empty:
                # Orders are personal data.
                mode = OWNER_ONLY if mode is None else mode
                move_into_place(part, target, replace=force, mode=mode)
            return LocalExport(count, count if append and (count or allow_empty) else None)
    except FileExistsError:
        raise _file_exists_error(make_printable(str(output))) from None
    except (OrdersError, MergeError, FilterError) as error:
        raise PlatformError(make_printable(str(error))) from None
    except OSError as error:
        raise PlatformError(describe_file_error("write", output, error)) from None


def _select_period(
    f: Filter | None, period: Mapping[str, Any], newest: datetime | None
) -> Filter | None:
    """Return the filter with its period, from the newest order of an existing file on."""
    since = period["since"] if newest is None else newest
    try:
        selected = within_period(f, **{**period, "since": since})
    except FilterValueError as error:
        if newest is not None and isinstance(error, EmptyPeriodError):
            raise
        raise click.UsageError(str(error)) from None
    FilterLine(f)(selected)
    return selected


def _append(target: Path, part: Path) -> LocalExport:
    """Add the orders of the part to the target; an existing file is replaced as a whole."""
    rows, appended = append_csv(target, [part], partial(atomic_file, target))
    return LocalExport(rows, appended)


def _run_interruptibly(
    write: Callable[[], int], interrupt: Callable[[], None], folder: Path, signals: Sequence[int]
) -> int:
    """Call `write` in a thread, because DuckDB does not react to signals while it runs.

    Raises KeyboardInterrupt after a signal.
    """
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(write)
        while not rows.done():
            if signals:
                interrupt()
            if len(signals) > 1:
                # A second signal must end the process now, and Python cannot end before DuckDB.
                shutil.rmtree(folder, ignore_errors=True)
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


def _require_replaceable(target: Path, orders: str, name: str, *, replace: bool) -> None:
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
    if not replace:
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
