"""Whether a file is CSV throughout, and the names of its columns."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from epfilter.exporter.errors import OrdersError

LONGEST_ROW = 16 * 2**20
"""How many bytes a row may have. What is longer is seldom a row, but a quote never closed."""


def header(path: Path) -> list[str]:
    """The names of the columns. Raises OrdersError where the file does not begin with a header."""
    return _read(path, whole=False)


def check_rows(path: Path) -> None:
    """Raise OrdersError where a row of CSV has not as many cells as the header.

    DuckDB leaves out what comes behind a quote that is never closed, such as the end of a file
    that was cut off, and says nothing.
    """
    _read(path, whole=True)


def _read(path: Path, *, whole: bool) -> list[str]:
    """The names of the columns; every row is checked where the whole file is asked for."""
    read_csv = _own_csv()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = read_csv.reader(lines, strict=True)
        try:
            names: list[str] = next(rows, [])
            for row in rows if whole else ():
                if len(row) != len(names) and row:
                    raise OrdersError(
                        f"line {rows.line_num} of {path.name} ends a row of {len(row)} cells, "
                        f"and the header has {len(names)}."
                    )
        except UnicodeDecodeError:
            raise OrdersError(f"{path.name} is not UTF-8, behind line {rows.line_num}.") from None
        except read_csv.Error as error:
            if "field limit" in str(error):
                raise _too_long(path, rows.line_num) from None
            raise OrdersError(f"line {rows.line_num} of {path.name} is no CSV: {error}.") from None
    _check_names(names, path)
    return names


def _check_names(names: list[str], path: Path) -> None:
    if not names:
        raise OrdersError(f"{path.name} is empty.", hint="a CSV file begins with a header")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OrdersError(f"{path.name} has the column `{twice}` twice.")


def long_row(path: Path) -> OrdersError | None:
    """The error for the first row that is too long; None where none is, or it is no CSV.

    Asked only where an export has failed. Raises OSError where the file cannot be read.
    """
    size = 0

    def counted(lines: Iterable[str]) -> Iterator[str]:
        nonlocal size
        for line in lines:
            size += len(line.encode())
            yield line

    read_csv = _own_csv()
    with path.open(encoding="utf-8-sig", newline="") as lines, suppress(ValueError, read_csv.Error):
        rows = read_csv.reader(counted(lines), strict=True)
        for _ in rows:
            if size > LONGEST_ROW:
                return _too_long(path, rows.line_num)
            size = 0
    return None


def _too_long(path: Path, line: int) -> OrdersError:
    return OrdersError(
        f"line {line} of {path.name} ends a row of more than {LONGEST_ROW // 2**20} MiB.",
        hint="no more is read; a quote may never be closed",
    )


@cache
def _own_csv() -> Any:
    """A `_csv` of our own: how long a cell may be is a setting of the whole module `csv`.

    131,072 characters are too few for what an export may write, and any other number would hold
    for everybody in the process.

    Source: https://docs.python.org/3/library/csv.html#csv.field_size_limit
    """
    spec = importlib.util.find_spec("_csv")
    assert spec is not None  # noqa: S101 - `csv` itself is made of it
    assert spec.loader is not None  # noqa: S101 - the same
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    made.field_size_limit(LONGEST_ROW)
    return made
