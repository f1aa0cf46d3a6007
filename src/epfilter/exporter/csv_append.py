"""Appends the orders of new CSV files to an existing one: each order once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from epfilter.exporter.csv_merge import ID_COLUMNS, CsvMerge, find_column, read_ids
from epfilter.exporter.csv_rows import (
    get_line_end,
    open_part,
    parse_cells,
    parse_header,
    read_byte_order_mark,
    read_rows,
    show_path,
)
from epfilter.exporter.errors import MergeError
from epfilter.snippets import shorten
from epfilter.values import from_text_or_none

_TIME_COLUMNS = ("createdat",)
_COPY_SIZE = 2**20


def read_newest(path: Path, now: datetime) -> datetime | None:
    r"""Return when the newest order of a CSV file was created; None without a file or rows.

    Rows may be in any order. An order without a time is ignored: no period selects it. So is an
    order that was created after `now`, by a clock that was wrong: otherwise the next export would
    start there, and miss every order until then.

    Raises MergeError if the file is not CSV, has no column `created_at`, or a row has no timestamp
    there.

    >>> from datetime import UTC
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.csv")
    ...     _ = path.write_bytes(b"id,created_at\n1,2018-09-01T12:00:00Z\n2,2999-01-01T00:00:00Z\n")
    ...     str(read_newest(path, datetime(2018, 9, 2, tzinfo=UTC)))
    '2018-09-01 12:00:00+00:00'
    """
    if not path.exists():
        return None
    newest: datetime | None = None
    last: bytes | None = b""
    with open_part(path) as file:
        read_byte_order_mark(file, path)
        rows = read_rows(file, path)
        header = next(rows, None)
        if header is None:
            return None
        column = find_column(_TIME_COLUMNS, parse_header(header, path), path)
        for number, row in enumerate(rows, start=2):
            cell = next(islice(parse_cells(row), column, None), None)
            if cell in (last, b""):
                continue
            last = cell
            moment = _parse_time(cell, number, path)
            if moment <= now and (newest is None or moment > newest):
                newest = moment
    return newest


def _parse_time(cell: bytes | None, number: int, path: Path) -> datetime:
    text = "" if cell is None else cell.decode(errors="replace")
    moment = from_text_or_none(text, datetime)
    if moment is None:
        raise MergeError(
            f"`created_at` in row {number} of {show_path(path)} is not a timestamp: "
            f"`{shorten(text)}`.",
            hint="correct the row, or export to a new file",
        )
    return moment


def append_csv(
    existing: Path,
    parts: Sequence[Path],
    open_output: Callable[[], AbstractContextManager[BinaryIO]],
) -> tuple[int, int]:
    """Append the orders of the parts that a CSV file lacks; return all its rows, and the new ones.

    `open_output` opens the file that replaces the existing one; it is called only if there are
    new orders. The existing bytes are copied unchanged, and the new rows end as its header does:
    some programs, such as DuckDB, do not read a file with both CRLF and LF. A file without a header
    is replaced. Only the ids of the parts are kept in memory.

    Raises MergeError as `merge_csv` does, also if the columns differ, and if the existing file
    changes meanwhile: the rows that another program has added would be lost.
    """
    part_ids = {order_id for part in parts for order_id in _read_part_ids(part)}
    with open_part(existing) as file:
        before = _identity(os.fstat(file.fileno()))
        content = _Content.scan(file, existing, part_ids)
        merge = CsvMerge(
            content.known_ids,
            columns=content.columns,
            first_part=existing,
            rows=content.rows,
            line_end=content.line_end,
        )
        for part in parts:
            merge.require_columns(part)
        if part_ids <= content.known_ids:
            return content.rows, 0
        with open_output() as output:
            if content.columns is not None:
                file.seek(0)
                shutil.copyfileobj(file, output, _COPY_SIZE)
            if not content.ends_line:
                output.write(content.line_end)
            for part in parts:
                merge.append(part, output)
            if _identity(existing.stat()) != before:
                raise MergeError(
                    f"{show_path(existing)} changed during the export.", hint="export again"
                )
    return merge.rows, merge.rows - content.rows


def _read_part_ids(part: Path) -> set[bytes]:
    with open_part(part) as file:
        return _Content.scan(file, part, None).known_ids


@dataclass(slots=True)
class _Content:
    """The columns, the ids, the number of rows and the line end of a CSV file."""

    columns: list[str] | None = None
    rows: int = 0
    ends_line: bool = True
    line_end: bytes = b""
    known_ids: set[bytes] = field(default_factory=set)

    @classmethod
    def scan(cls, file: BufferedReader, path: Path, wanted: set[bytes] | None) -> _Content:
        """Return the content of an open file, with its ids, or those of the wanted ones."""
        content = cls()
        read_byte_order_mark(file, path)
        rows = read_rows(file, path)
        header = next(rows, None)
        if header is None:
            return content
        content.columns = parse_header(header, path)
        content.ends_line = header.endswith(b"\n")
        content.line_end = get_line_end(header) or b"\n"
        column = find_column(ID_COLUMNS, content.columns, path)
        for order_id, row in read_ids(rows, column, content.columns, path):
            content.rows += 1
            content.ends_line = row.endswith(b"\n")
            if wanted is None or order_id in wanted:
                content.known_ids.add(order_id)
        return content


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
