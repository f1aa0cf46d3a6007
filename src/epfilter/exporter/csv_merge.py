"""Merges CSV files: one header, and each order once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from epfilter.exporter.errors import MergeError
from epfilter.snippets import make_printable, shorten

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_ROW_SIZE = 64 * 2**20
"""Bytes of a row. A longer row has a quote that is never closed, and would fill the memory."""

_ID_COLUMNS = ("orderid", "id")

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


def merge_csv(parts: Sequence[Path], output: BinaryIO, *, disjoint: bool) -> int:
    r"""Write the rows of all parts, in order, under one header; return the number of rows.

    The header is that of the first part. All parts must have the same header, compared by cells
    rather than bytes. A part may be empty or contain only a header. The bytes of each row are
    copied unchanged, including quotes and line ends; a last row without a line end gets that of the
    header.

    If the parts are not `disjoint`, rows whose order was in an earlier part are left out. Rows of
    the same part are always kept, because an order may have several rows. The column `order_id`,
    else `id`, identifies the order; case, spaces and underscores in the name are ignored.

    Only the ids of orders are kept in memory, and only if the parts are not disjoint.

    Raises MergeError if there is no part, a header differs, is not UTF-8 or has no such column, a
    row has no id, a quote is never closed, or a part cannot be read. Raises what `output` raises.
    After an error the output is incomplete.

    Source: RFC 4180, with the tolerance of Python's csv module.

    >>> from io import BytesIO
    >>> from tempfile import TemporaryDirectory
    >>> merged = BytesIO()
    >>> with TemporaryDirectory() as folder:
    ...     first, second = Path(folder, "1.csv"), Path(folder, "2.csv")
    ...     _ = first.write_bytes(b"id,name\n1,Ron\n")
    ...     _ = second.write_bytes(b"id,name\n1,Ron\n2,Ann\n")
    ...     merge_csv([first, second], merged, disjoint=False), merged.getvalue()
    (2, b'id,name\n1,Ron\n2,Ann\n')
    """
    if not parts:
        raise MergeError("there are no files to merge.")
    merge = _Merge(output, None if disjoint or len(parts) == 1 else set())
    for part in parts:
        merge.append(part)
    return merge.rows


@dataclass(slots=True)
class _Merge:
    """The state of a merge, to which one part after the other is appended."""

    output: BinaryIO
    known_ids: set[bytes] | None
    """The ids of the orders in earlier parts, or None if the parts are disjoint."""

    rows: int = 0
    columns: list[str] | None = None
    first_part: Path | None = None
    """The part that the columns come from."""

    def append(self, part: Path) -> None:
        """Append the rows of a part."""
        with _open_part(part) as file:
            mark = _read_byte_order_mark(file, part)
            rows = _read_rows(file, part)
            header = next(rows, None)
            if header is None:
                return
            columns = _parse_header(header, part)
            line_end = header[len(header.rstrip(b"\r\n")) :] or b"\n"
            if self.columns is None:
                self.columns, self.first_part = columns, part
                self.output.write(mark + _end_row(header, line_end))
            elif columns != self.columns:
                raise self._columns_error(part, columns)
            if self.known_ids is not None:
                rows = _skip_known_orders(rows, self.known_ids, columns, part)
            for row in rows:
                self.output.write(_end_row(row, line_end))
                self.rows += 1

    def _columns_error(self, part: Path, columns: list[str]) -> MergeError:
        expected = self.columns or []
        additional = [name for name in columns if name not in expected]
        missing = [name for name in expected if name not in columns]
        differences = [
            f"it also has {_list_columns(additional)}" if additional else "",
            f"it lacks {_list_columns(missing)}" if missing else "",
        ]
        difference = " and ".join(filter(None, differences))
        difference = difference or f"their order is {_list_columns(columns)}"
        first_part = _show(self.first_part or part)
        return MergeError(
            f"the columns of {_show(part)} are not those of {first_part}: {difference}."
        )


def _skip_known_orders(
    rows: Iterator[bytes], known_ids: set[bytes], columns: Sequence[str], part: Path
) -> Iterator[bytes]:
    """Yield the rows whose order is not in an earlier part; then add their ids to the known ones.

    Raises MergeError if there is no column with ids, or a row without an id.
    """
    column = _find_id_column(columns, part)
    new_ids: set[bytes] = set()
    for number, row in enumerate(rows, start=2):
        order_id = next(islice(_parse_cells(row), column, None), b"")
        if not order_id:
            raise MergeError(
                f"row {number} of {_show(part)} has no `{columns[column]}`. Without it, orders "
                "that are in two files cannot be found."
            )
        if order_id not in known_ids:
            new_ids.add(order_id)
            yield row
    known_ids |= new_ids


def _find_id_column(columns: Sequence[str], part: Path) -> int:
    plain_names = [re.sub(r"[\s_]", "", name).casefold() for name in columns]
    for name in _ID_COLUMNS:
        if name in plain_names:
            return plain_names.index(name)
    raise MergeError(
        f"{_show(part)} has no column with the ids of orders. Without it, orders that are in two "
        f"files cannot be found. It has {_list_columns(columns)}."
    )


def _read_rows(file: BinaryIO, part: Path) -> Iterator[bytes]:
    """Yield the rows of a file unchanged, the header first; blank lines are not rows."""
    pending: list[bytes] = []
    number, size = 1, 0
    while line := _read_line(file, part):
        size += len(line)
        if size > _MAX_ROW_SIZE:
            raise MergeError(
                f"row {number} of {_show(part)} is longer than {_MAX_ROW_SIZE >> 20} MB.",
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
        raise MergeError(f"row {number} of {_show(part)} has a quote that is never closed.")


def _read_byte_order_mark(file: BufferedReader, part: Path) -> bytes:
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


def _parse_cells(row: bytes) -> Iterator[bytes]:
    """Yield the cells of a row without their quotes."""
    row = row.rstrip(b"\r\n")
    if b'"' not in row:
        yield from row.split(b",")
        return
    offset = 0
    while offset <= len(row):
        cell = _CELL.match(row, offset)
        assert cell is not None  # noqa: S101 - `_read_rows` has matched the row
        quoted, rest = cell.groups()
        yield rest if quoted is None else quoted.replace(b'""', b'"') + rest
        offset = cell.end() + 1


def _parse_header(header: bytes, part: Path) -> list[str]:
    """Return the names of the columns; raise MergeError if the header is not a line of UTF-8."""
    try:
        names = [cell.decode() for cell in _parse_cells(header)]
    except UnicodeDecodeError:
        raise MergeError(f"the header of {_show(part)} is not UTF-8.") from None
    if any("\r" in name for name in names):
        raise MergeError(
            f"the header of {_show(part)} contains a carriage return.",
            hint="end lines with CRLF or LF, not with CR alone",
        )
    return names


def _end_row(row: bytes, line_end: bytes) -> bytes:
    return row if row.endswith(b"\n") else row + line_end


@contextmanager
def _open_part(part: Path) -> Iterator[BufferedReader]:
    try:
        file = part.open("rb")
    except (OSError, ValueError) as error:
        raise _read_error(part, error) from None
    with file:
        yield file


def _read_error(part: Path, error: OSError | ValueError) -> MergeError:
    reason = getattr(error, "strerror", None) or str(error)
    return MergeError(f"cannot read {_show(part)}: {reason}.")


def _show(path: Path) -> str:
    return make_printable(str(path))


def _list_columns(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{shorten(name)}`" for name in names[:_MAX_SHOWN_COLUMNS])
    hidden = len(names) - _MAX_SHOWN_COLUMNS
    return shown + f" and {hidden} more" * (hidden > 0)
