"""Validation of CSV files: their header, and rows that DuckDB would drop, change or cannot read."""

from __future__ import annotations

import importlib.util
import re
from array import array
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import ITEM_MEMBERS

MAX_ROW_BYTES = 16 * 2**20
"""The most bytes of a row. A longer one is mostly not a row, but a quote that is never closed."""


_ROWS_PER_CHECK = 1024

_READ_BYTES = 2**18

_MAX_RUNS = 2**24
"""The most orders whose ids are compared; a number of 8 bytes is kept for each."""

_BEFORE_QUOTED = frozenset((b"", b",", b"\n"))
_AFTER_QUOTED = frozenset((b"", b",", b"\n", b"\r"))
"""The characters around a quoted cell; none is between two quotes, which are one in a cell."""

_NO_ITEM = b',"\r'
"""The characters of the cells of an item that has no value."""

_LINE_BREAK = b"\xff"
"""What stands for a line break in a cell; UTF-8 has no such byte."""

_UNSPACED_ROW = re.compile(r'(?:(?:"(?:[^"]|"")*+"|(?! *+")[^,]*+)(?:,|\Z))*+')
"""A row without spaces before a quoted cell, which DuckDB removes."""


def read_header(path: Path) -> tuple[list[str], str]:
    """Return the names of the columns, and the line end of the header, if it has one.

    A column without a name, such as the index of pandas, gets one. Raises OrdersError if the file
    does not begin with a header.
    """
    names, line_end = _read_header(path)
    names = [name or f"column {number} without a name" for number, name in enumerate(names, 1)]
    return names, line_end


def has_complete_rows(path: Path, check: Callable[[], None] = lambda: None) -> bool:
    """Return True if every row repeats all values of its order; False can also mean unknown.

    That is known if the rows of an order are one after the other, with the same cells before
    those of items, which are last, and if each of several rows has an item.

    Raises OrdersError as `check_rows` does, where DuckDB would drop or change something silently:
    everything after a quote that is never closed, spaces before a quote, and an empty cell more
    than the header has. Every other error is left to DuckDB, because it reads much faster. `check`
    is called regularly; it may raise an error to stop reading.
    """
    names, _ = read_header(path)
    item_names = {member.name for member in ITEM_MEMBERS}
    items = next((n for n, name in enumerate(reversed(names)) if name not in item_names), 0)
    is_known = names[0] == "id" and item_names.isdisjoint(names[: len(names) - items])
    orders = _OrderRuns(items if is_known else 0)
    try:
        for rows in _read_unambiguous_rows(path, check):
            if any(end.rstrip(b"\r").endswith(b",") for end in {row[-2:] for row in rows}):
                _require_unambiguous(all(_count_cells(row) <= len(names) for row in rows))
            orders.add(rows)
    except _AmbiguousCsvError:
        check_rows(path, check)
        return False
    return orders.are_complete()


class _AmbiguousCsvError(Exception):
    """A file that only the slow check can read."""


def _require_unambiguous(is_unambiguous: bool) -> None:  # noqa: FBT001 - as `assert`
    if not is_unambiguous:
        raise _AmbiguousCsvError


def _read_unambiguous_rows(path: Path, check: Callable[[], None]) -> Iterator[list[bytes]]:
    """Yield the rows of a file, without the header, and with `_LINE_BREAK` in cells.

    Functions of `bytes` do the work, because a loop over the rows takes much longer. Raises
    _AmbiguousCsvError for quotes and line ends that Python and DuckDB may read differently.
    """
    rest, is_header = b"", True
    with path.open("rb") as file:
        file.seek(len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0)
        while chunk := file.read(max(_READ_BYTES, len(rest))):
            check()
            _require_unambiguous(_LINE_BREAK not in chunk)
            rows = _split_rows(rest + chunk)
            rest = rows.pop().replace(_LINE_BREAK, b"\n")
            _require_unambiguous(len(rest) <= MAX_ROW_BYTES)
            yield rows[is_header:]
            is_header = is_header and not rows
    _require_unambiguous(rest.count(b'"') % 2 == 0)
    yield _split_rows(rest)[is_header:] if rest else []


def _split_rows(text: bytes) -> list[bytes]:
    """Return the rows of a text that begins with one; the last one may be incomplete."""
    parts = text.split(b'"')
    if len(parts) > 1:
        outside = parts[::2]
        _require_unambiguous({part[-1:] for part in outside[:-1]} <= _BEFORE_QUOTED)
        _require_unambiguous({part[:1] for part in outside[1:]} <= _AFTER_QUOTED)
        parts[1::2] = [part.replace(b"\n", _LINE_BREAK) for part in parts[1::2]]
        text = b'"'.join(parts)
    rows = text.split(b"\n")
    if b"\r" in text:
        _require_unambiguous(not any(b"\r" in row[:-1] for row in rows))
    return rows


def _count_cells(row: bytes) -> int:
    """Return the number of cells of a row, if its last one is empty; 0 for any other row."""
    if not row.endswith((b",", b",\r")):
        return 0
    return 1 + sum(part.count(b",") for part in row.split(b'"')[::2])


class _OrderRuns:
    """The orders of rows: whether the rows of each follow each other and have the same cells."""

    def __init__(self, items: int) -> None:
        """Compare all cells of the rows but the last ones, those of `items`; 0 compares nothing."""
        self._items = items
        self._id = b"\n"  # with its comma; no row begins with a line break
        self._first = b""
        self._order = b""  # the compared cells of the first row, once there is another row
        self._number = 0
        # Several, because comparing one after the other needs less memory.
        self._hashes = [array("q") for _ in range(64)]

    def add(self, rows: list[bytes]) -> None:
        """Add the next rows."""
        items, order_id, order = self._items, self._id, self._order
        if not items:
            return
        for row in rows:
            if row.startswith(order_id):
                if not order:
                    order = self._first.rsplit(b",", items)[0] + b","
                    if not self._first[len(order) :].strip(_NO_ITEM):
                        self._items = 0
                if not row.startswith(order) or not row[len(order) :].strip(_NO_ITEM):
                    self._items = 0
            elif end := row.find(b",") + 1:
                self._first, order, order_id = row, b"", row[:end]
                number = hash(order_id)
                self._hashes[number & 63].append(number)
                self._number += 1
                if row.startswith(b'"'):  # in another row, the same id may have no quotes
                    self._items = 0
        self._id, self._order = order_id, order
        if self._number > _MAX_RUNS:
            self._items = 0

    def are_complete(self) -> bool:
        """Return whether each row is proven to have all of its order."""
        return self._items > 0 and all(len(set(some)) == len(some) for some in self._hashes)


def check_rows(path: Path, check: Callable[[], None] = lambda: None) -> None:
    """Raise OrdersError if a row is not valid CSV or has not as many cells as the header.

    This takes longer than an export. `check` is called regularly; it may raise an error to stop
    reading.
    """
    _read_header(path, check)


def _read_header(path: Path, check: Callable[[], None] | None = None) -> tuple[list[str], str]:
    """Return the names of the columns and the line end; with `check`, read every row too."""
    csv_module = _load_private_csv()
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(file)
        rows = csv_module.reader(lines, strict=True)
        try:
            names: list[str] = next(rows, [])
            header_end = lines.end
            _require_unspaced(lines.take_row(), f"line {rows.line_num} of {path.name}")
            for number, row in enumerate(rows if check else ()):
                if check and number % _ROWS_PER_CHECK == 0:
                    check()
                place = f"line {rows.line_num} of {path.name}"
                _check_width(row, len(names), place)
                _require_unspaced(lines.take_row(), place)
                if lines.end not in ("", header_end):
                    raise OrdersError(
                        f"{place} ends with {_LINE_ENDS[lines.end]}, but the header ends with "
                        f"{_LINE_ENDS[header_end]}.",
                        hint="end all lines alike",
                    )
        except UnicodeDecodeError:
            place = f" after line {rows.line_num}" if rows.line_num else ""
            raise OrdersError(f"{path.name} is not UTF-8{place}.") from None
        except csv_module.Error as error:
            if "field limit" in str(error):
                raise _row_too_long(path, rows.line_num) from None
            raise OrdersError(
                f"line {rows.line_num} of {path.name} is not valid CSV: {error}."
            ) from None
    _check_names(names, header_end, path)
    return names, header_end


_LINE_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}


class _Lines:
    """The lines of a file, of which those of the last row are kept."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._row: list[str] = []
        self.end = ""
        """The line end of the last line that was read."""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._row.append(line)
            self.end = line[len(line.rstrip("\r\n")) :]
            yield line

    def take_row(self) -> str:
        """Return the lines since the last call, which are a row if it was called for each."""
        text = "".join(self._row)
        self._row.clear()
        return text


def _check_width(row: list[str], width: int, place: str) -> None:
    """Raise OrdersError for a wrong number of cells."""
    if row and len(row) != width:
        cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
        raise OrdersError(
            f"the row that ends at {place} has {cells}, but the header has {width}.",
            hint="put quotes around cells with a comma"
            if len(row) > width
            else "write a comma for an empty cell, too",
        )


def _require_unspaced(row: str, place: str) -> None:
    """Raise OrdersError for a row with spaces that DuckDB removes."""
    if ' "' in row and not _UNSPACED_ROW.fullmatch(row.rstrip("\r\n")):
        raise OrdersError(
            f"the row that ends at {place} has spaces between a comma and a quote.",
            hint="remove the spaces, or put quotes around the whole cell",
        )


def _check_names(names: list[str], line_end: str, path: Path) -> None:
    if not names:
        problem = "begins with an empty line" if line_end else "is empty"
        raise OrdersError(f"{path.name} {problem}.", hint="a CSV file begins with a header")
    duplicate = next((name for name in names if name and names.count(name) > 1), None)
    if duplicate is not None:
        raise OrdersError(f"{path.name} has two columns `{duplicate}`.")


def find_long_row(path: Path, check: Callable[[], None] = lambda: None) -> OrdersError | None:
    """Return the error for the first row that is too long; None if there is no such row.

    It reads the whole file, so call it only after an export has failed. `check` is called now and
    then, and may raise an error to end the search. Raises OSError if the file cannot be read.
    """
    size = 0

    def count_bytes(lines: Iterable[str]) -> Iterator[str]:
        nonlocal size
        for line in lines:
            size += len(line.encode())
            yield line

    csv_module = _load_private_csv()
    with (
        path.open(encoding="utf-8-sig", newline="") as lines,
        suppress(ValueError, csv_module.Error),
    ):
        rows = csv_module.reader(count_bytes(lines), strict=True)
        for number, _ in enumerate(rows):
            if number % _ROWS_PER_CHECK == 0:
                check()
            if size > MAX_ROW_BYTES:
                return _row_too_long(path, rows.line_num)
            size = 0
    return None


def _row_too_long(path: Path, line: int) -> OrdersError:
    return OrdersError(
        f"the row that ends at line {line} of {path.name} is longer than "
        f"{MAX_ROW_BYTES // 2**20} MiB.",
        hint="this is the limit; look for a quote that is never closed",
    )


@cache
def _load_private_csv() -> Any:
    """Load a second `_csv`, because the maximum length of a cell is a setting of the module.

    The default of 131,072 characters is too small for an exported file, and changing it in the
    shared module would change it for the whole process.

    Source: https://docs.python.org/3/library/csv.html#csv.field_size_limit
    """
    spec = importlib.util.find_spec("_csv")
    assert spec is not None  # noqa: S101 - `csv` itself imports it
    assert spec.loader is not None  # noqa: S101 - the same
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.field_size_limit(MAX_ROW_BYTES)
    return module
