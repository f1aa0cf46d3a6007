"""Validation of CSV files: their header, and rows that DuckDB would drop or cannot read."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from epfilter.exporter.errors import OrdersError

MAX_ROW_BYTES = 16 * 2**20
"""The most bytes of a row. A longer one is mostly not a row, but a quote that is never closed."""


_ROWS_PER_CHECK = 1024


def read_header(path: Path) -> list[str]:
    """Return the names of the columns; one without a name, such as the index of pandas, gets one.

    Raises OrdersError if the file does not begin with a header.
    """
    names = _read_names(path)
    return [name or f"column {number} without a name" for number, name in enumerate(names, 1)]


def check_rows(path: Path, check: Callable[[], None] = lambda: None) -> None:
    """Raise OrdersError if a row does not have as many cells as the header.

    `check` is called now and then, and may raise an error to end the reading.

    DuckDB silently drops everything after a quote that is never closed, such as the end of a file
    that was cut off.
    """
    _read_names(path, check)


def _read_names(path: Path, check: Callable[[], None] | None = None) -> list[str]:
    """Return the names of the columns; with `check`, read every row too."""
    csv_module = _load_private_csv()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv_module.reader(lines, strict=True)
        try:
            names: list[str] = next(rows, [])
            for number, row in enumerate(rows if check else ()):
                if check and number % _ROWS_PER_CHECK == 0:
                    check()
                if len(row) != len(names) and row:
                    raise OrdersError(
                        f"line {rows.line_num} of {path.name} ends a row of {len(row)} cells, "
                        f"and the header has {len(names)}."
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
    _check_names(names, path)
    return names


def _check_names(names: list[str], path: Path) -> None:
    if not names:
        raise OrdersError(f"{path.name} is empty.", hint="a CSV file begins with a header")
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
        f"line {line} of {path.name} ends a row of more than {MAX_ROW_BYTES // 2**20} MiB.",
        hint="this is the limit; is a quote never closed?",
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
