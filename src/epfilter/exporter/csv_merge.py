"""Merges CSV files: one header, and each order once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from epfilter.exporter.csv_rows import (
    compile_row,
    end_row,
    get_line_end,
    list_columns,
    open_part,
    parse_cells,
    parse_header,
    read_byte_order_mark,
    read_rows,
    replace_line_end,
    show_path,
)
from epfilter.exporter.errors import MergeError

ID_COLUMNS = ("orderid", "id")
"""The names of the column that identifies an order; case, spaces and underscores are ignored."""


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
    row has no id or not as many cells as the header, a quote is never closed, or a part cannot be
    read. Ids and cells are not checked in disjoint parts. Raises what `output` raises. After an
    error the output is incomplete.

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
    merge = CsvMerge(None if disjoint or len(parts) == 1 else set())
    for part in parts:
        merge.append(part, output)
    return merge.rows


@dataclass(slots=True)
class CsvMerge:
    """The state of a merge, to which one part after the other is appended."""

    known_ids: set[bytes] | None
    """The ids of the orders in earlier parts, or None if the parts are disjoint."""

    rows: int = 0
    columns: list[str] | None = None
    first_part: Path | None = None
    """The part that the columns come from."""
    line_end: bytes = b""
    """The line end of every row; by default a row keeps its own."""

    def append(self, part: Path, output: BinaryIO) -> None:
        """Append the rows of a part to the output."""
        with open_part(part) as file:
            mark = read_byte_order_mark(file, part)
            rows = read_rows(file, part)
            header = next(rows, None)
            if header is None:
                return
            columns = parse_header(header, part)
            line_end = get_line_end(header) or b"\n"
            if self.columns is None:
                self.columns, self.first_part = columns, part
                output.write(mark + end_row(header, line_end))
            else:
                self._compare_columns(columns, show_path(part))
            if self.known_ids is not None:
                rows = _skip_known_orders(rows, self.known_ids, columns, part)
            for row in rows:
                ended = replace_line_end(row, self.line_end) if self.line_end else row
                output.write(end_row(ended, line_end))
                self.rows += 1

    def require_columns(self, part: Path) -> None:
        """Raise MergeError if the columns of a part are not those of the first one."""
        with open_part(part) as file:
            read_byte_order_mark(file, part)
            header = next(read_rows(file, part), None)
            if header is not None and self.columns is not None:
                # The part of an export has a name that the user has not seen.
                self._compare_columns(parse_header(header, part), "the export")

    def _compare_columns(self, columns: list[str], name: str) -> None:
        """Raise MergeError if the columns of a part, by its name for messages, are not the same."""
        expected = self.columns or []
        if columns == expected:
            return
        additional = [name for name in columns if name not in expected]
        missing = [name for name in expected if name not in columns]
        differences = [
            f"it also has {list_columns(additional)}" if additional else "",
            f"it lacks {list_columns(missing)}" if missing else "",
        ]
        difference = " and ".join(filter(None, differences))
        difference = difference or f"their order is {list_columns(columns)}"
        first = show_path(self.first_part) if self.first_part else "the first part"
        raise MergeError(f"the columns of {name} are not those of {first}: {difference}.")


def _skip_known_orders(
    rows: Iterator[bytes], known_ids: set[bytes], columns: Sequence[str], part: Path
) -> Iterator[bytes]:
    """Yield the rows whose order is not in an earlier part; then add their ids to the known ones.

    Raises MergeError if there is no column with ids, and as `read_ids` does.
    """
    column = find_column(ID_COLUMNS, columns, part)
    new_ids: set[bytes] = set()
    for order_id, row in read_ids(rows, column, columns, part):
        if order_id not in known_ids:
            new_ids.add(order_id)
            yield row
    known_ids |= new_ids


def read_ids(
    rows: Iterator[bytes], column: int, columns: Sequence[str], part: Path
) -> Iterator[tuple[bytes, bytes]]:
    """Yield the id of the order and the row.

    Raises MergeError for a row without an id, or with more or fewer cells than there are columns.
    """
    whole_row = compile_row(len(columns))
    for number, row in enumerate(rows, start=2):
        if not whole_row.match(row):
            width = sum(1 for _ in parse_cells(row))
            count = "1 cell" if width == 1 else f"{width} cells"
            raise MergeError(
                f"row {number} of {show_path(part)} has {count}, but the header has "
                f"{len(columns)}.",
                hint="the file may be cut off: export it again, or correct the row",
            )
        order_id = next(islice(parse_cells(row), column, None))
        if not order_id:
            raise MergeError(
                f"row {number} of {show_path(part)} has no `{columns[column]}`. Without it, orders "
                "that are in two files cannot be found."
            )
        yield order_id, row


def find_column(names: Sequence[str], columns: Sequence[str], part: Path) -> int:
    """Return the index of the first of these names; raise MergeError if the part has none."""
    plain_names = [re.sub(r"[\s_]", "", name).casefold() for name in columns]
    for name in names:
        if name in plain_names:
            return plain_names.index(name)
    content, purpose = (
        ("the ids of orders", "orders that are in two files")
        if names is ID_COLUMNS
        else ("the creation times of orders", "the newest order")
    )
    raise MergeError(
        f"{show_path(part)} has no column with {content}. Without it, {purpose} cannot be found. "
        f"It has {list_columns(columns)}."
    )
