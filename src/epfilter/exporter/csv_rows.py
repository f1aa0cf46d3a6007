"""Rows of CSV files as bytes: read one by one without a change, and split into cells.

Source: RFC 4180, with the tolerance of Python's csv module.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from epfilter.exporter.errors import MergeError
from epfilter.snippets import make_printable, shorten

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_ROW_SIZE = 64 * 2**20
"""Bytes of a row. A longer row has a quote that is never closed, and would fill the memory."""

_MAX_SHOWN_COLUMNS = 20
"""How many columns a message lists."""

# A cell as Python's csv module reads it: quotes count only at the beginning of a cell or doubled in
# a quoted cell, and what follows the closing quote is text.
_QUOTED, _PLAIN = rb'[^"]*+(?:""[^"]*+)*+', rb"[^,\n]*+"
_ANY_CELL = rb'(?:"' + _QUOTED + b'"|(?!"))' + _PLAIN
_MORE_CELLS = rb"(?:," + _ANY_CELL + rb")*+\n?\Z"
_CELL = re.compile(rb'(?:"(' + _QUOTED + rb')"|(?!"))(' + _PLAIN + rb")")
_COMPLETE_ROW = re.compile(_ANY_CELL + _MORE_CELLS)
_END_OF_CELL = re.compile(_QUOTED + rb'"' + _PLAIN)
_END_OF_ROW = re.compile(_MORE_CELLS)


def read_rows(file: BinaryIO, part: Path) -> Iterator[bytes]:
    """Yield the rows of a file unchanged, the header first; blank lines are not rows."""
    pending: list[bytes] = []
    number, size = 1, 0
    while line := _read_line(file, part):
        size += len(line)
        if size > _MAX_ROW_SIZE:
            raise MergeError(
                f"row {number} of {show_path(part)} is longer than {_MAX_ROW_SIZE >> 20} MB.",
                hint="check for a quote that is never closed",
            )
        if pending:
            end_of_cell = _END_OF_CELL.match(line)
            complete = end_of_cell is not None and (
                _END_OF_ROW.match(line, end_of_cell.end()) is not None
            )
        else:
            complete = b'"' not in line or _COMPLETE_ROW.match(line) is not None
        if not complete:
            pending.append(line)
            continue
        if pending or line.strip(b"\r\n"):
            yield b"".join([*pending, line]) if pending else line
            number += 1
        pending, size = [], 0
    if pending:
        raise MergeError(f"row {number} of {show_path(part)} has a quote that is never closed.")


def read_byte_order_mark(file: BufferedReader, part: Path) -> bytes:
    """Read the byte order mark at the beginning of a file; return nothing if there is none."""
    size = len(_BYTE_ORDER_MARK)
    try:
        return file.read(size) if file.peek(size).startswith(_BYTE_ORDER_MARK) else b""
    except OSError as error:
        raise _read_error(part, error) from None


def _read_line(file: BinaryIO, part: Path) -> bytes:
    try:
        return file.readline(_MAX_ROW_SIZE + 1)
    except OSError as error:
        raise _read_error(part, error) from None


def parse_cells(row: bytes) -> Iterator[bytes]:
    """Yield the cells of a row without their quotes."""
    row = row.rstrip(b"\r\n")
    if b'"' not in row:
        yield from row.split(b",")
        return
    offset = 0
    while offset <= len(row):
        cell = _CELL.match(row, offset)
        assert cell is not None  # noqa: S101 - `read_rows` has matched the row
        quoted, rest = cell.groups()
        yield rest if quoted is None else quoted.replace(b'""', b'"') + rest
        offset = cell.end() + 1


def compile_row(width: int) -> re.Pattern[bytes]:
    r"""Return the pattern of a row with this many cells.

    >>> bool(compile_row(2).match(b'1,"a,b"\r\n')), bool(compile_row(2).match(b"1,a,b\n"))
    (True, False)
    """
    return re.compile(_ANY_CELL + b"(?:," + _ANY_CELL + rb"){%d}+\n?\Z" % (width - 1))


def parse_header(header: bytes, part: Path) -> list[str]:
    """Return the names of the columns; raise MergeError if the header is not a line of UTF-8."""
    try:
        names = [cell.decode() for cell in parse_cells(header)]
    except UnicodeDecodeError:
        raise MergeError(f"the header of {show_path(part)} is not UTF-8.") from None
    if any("\r" in name for name in names):
        raise MergeError(
            f"the header of {show_path(part)} contains a carriage return.",
            hint="end lines with CRLF or LF, not with CR alone",
        )
    return names


def get_line_end(row: bytes) -> bytes:
    r"""Return the line end of a row, or nothing.

    >>> get_line_end(b"1,a\r\n")
    b'\r\n'
    """
    return row[len(row.rstrip(b"\r\n")) :] if row.endswith(b"\n") else b""


def end_row(row: bytes, line_end: bytes) -> bytes:
    """Return a row with a line end, its own or this one."""
    return row if row.endswith(b"\n") else row + line_end


def replace_line_end(row: bytes, line_end: bytes) -> bytes:
    """Return a row with this line end instead of its own."""
    return row.removesuffix(b"\n").removesuffix(b"\r") + line_end


@contextmanager
def open_part(part: Path) -> Iterator[BufferedReader]:
    """Open a file for reading; raise MergeError if that is not possible."""
    try:
        file = part.open("rb")
    except (OSError, ValueError) as error:
        raise _read_error(part, error) from None
    with file:
        yield file


def _read_error(part: Path, error: OSError | ValueError) -> MergeError:
    reason = getattr(error, "strerror", None) or str(error)
    return MergeError(f"cannot read {show_path(part)}: {reason}.")


def show_path(path: Path) -> str:
    """Return a path for messages."""
    return make_printable(str(path))


def list_columns(names: Sequence[str]) -> str:
    """Return the first names of columns, for messages."""
    shown = ", ".join(f"`{shorten(name)}`" for name in names[:_MAX_SHOWN_COLUMNS])
    hidden = len(names) - _MAX_SHOWN_COLUMNS
    return shown + f" and {hidden} more" * (hidden > 0)


def read_header(path: Path) -> bytes:
    """Return the header of a CSV file, with its byte order mark; raise MergeError for another file.

    >>> read_header(Path("none.csv"))
    Traceback (most recent call last):
    epfilter.exporter.errors.MergeError: cannot read none.csv: No such file or directory.
    """
    with open_part(path) as file:
        mark = read_byte_order_mark(file, path)
        return mark + next(read_rows(file, path), b"")


def count_rows(path: Path) -> int | None:
    """Return the number of rows of a CSV file without the header; None if it is not CSV.

    >>> count_rows(Path("none.csv")) is None
    True
    """
    try:
        with open_part(path) as file:
            return max(sum(1 for _ in read_rows(file, path)) - 1, 0)
    except MergeError:
        return None
