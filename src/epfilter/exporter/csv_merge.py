"""Several CSV files as one: a single header, and each order once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from epfilter.exporter.errors import JoinError
from epfilter.snippets import make_printable, shorten

_BOM = b"\xef\xbb\xbf"
_LONGEST = 64 * 2**20
"""Bytes of a row; a longer one is a quote that is never closed, and would fill the memory."""

_ID_COLUMNS = ("orderid", "id")

_SHOWN_AT_MOST = 20
"""Columns that a message names."""

# A cell as the csv module reads it: quotes count only where they begin a cell or are doubled in
# one that is quoted, and what stands behind the closing one is text.
_QUOTED, _PLAIN = rb'[^"]*+(?:""[^"]*+)*+', rb"[^,\n]*+"
_ANY_CELL = rb'(?:"' + _QUOTED + b'"|(?!"))' + _PLAIN
_MORE_CELLS = rb"(?:," + _ANY_CELL + rb")*+\n?\Z"
_CELL = re.compile(rb'(?:"(' + _QUOTED + rb')"|(?!"))(' + _PLAIN + rb")")
_WHOLE_ROW = re.compile(_ANY_CELL + _MORE_CELLS)
_END_OF_CELL = re.compile(_QUOTED + rb'"' + _PLAIN)
_END_OF_ROW = re.compile(_MORE_CELLS)


def join_csv(parts: Sequence[Path], output: BinaryIO, *, disjoint: bool) -> int:
    r"""Write the rows of all parts, in order, under one header; how many they are.

    The header is that of the first part and must be the same in all, as cells and not as bytes. A
    part without a byte, or of a header alone, is fine. The bytes of each row are kept as they are,
    quotes and line ends included; a last row without line end gets that of the header.

    Where the parts are not `disjoint`, rows whose order was in an earlier part are left out; rows
    of one part never are, as an order may have several. The order is named by the column
    `order_id`, else `id`; case, spaces and underscores do not count.

    Memory is used for the ids of orders only, and only where the parts are not disjoint.

    Raises JoinError where there is no part, a header differs, is not UTF-8 or has no such column,
    a row has no id, a quote is never closed, or a part cannot be read; and what `output` raises.
    What has been written then is no whole file.

    Source: RFC 4180, read as tolerantly as Python's csv module does.

    >>> from io import BytesIO
    >>> from tempfile import TemporaryDirectory
    >>> whole = BytesIO()
    >>> with TemporaryDirectory() as folder:
    ...     one, two = Path(folder, "1.csv"), Path(folder, "2.csv")
    ...     _ = one.write_bytes(b"id,name\n1,Ron\n"), two.write_bytes(b"id,name\n1,Ron\n2,Ann\n")
    ...     join_csv([one, two], whole, disjoint=False), whole.getvalue()
    (2, b'id,name\n1,Ron\n2,Ann\n')
    """
    if not parts:
        raise JoinError("there are no files to join.")
    join = _Join(output, None if disjoint or len(parts) == 1 else set())
    for part in parts:
        join.add(part)
    return join.rows


@dataclass(slots=True)
class _Join:
    """What is known while one part after the other is added."""

    output: BinaryIO
    seen: set[bytes] | None
    """The ids of earlier parts; None where nobody asks."""

    rows: int = 0
    columns: list[str] | None = None
    first: Path | None = None
    """The part that the columns are from."""

    def add(self, part: Path) -> None:
        """Append a part."""
        with _opened(part) as file:
            mark = _mark(file, part)
            rows = _rows(file, part)
            header = next(rows, None)
            if header is None:
                return
            columns = _columns(header, part)
            end = header[len(header.rstrip(b"\r\n")) :] or b"\n"
            if self.columns is None:
                self.columns, self.first = columns, part
                self.output.write(mark + _ended(header, end))
            elif columns != self.columns:
                raise self._misfit(part, columns)
            new = rows if self.seen is None else _new(rows, self.seen, columns, part)
            for row in new:
                self.output.write(_ended(row, end))
                self.rows += 1

    def _misfit(self, part: Path, columns: list[str]) -> JoinError:
        known = self.columns or []
        others = [name for name in columns if name not in known]
        missing = [name for name in known if name not in columns]
        said = [
            f"it also has {_listed(others)}" if others else "",
            f"it lacks {_listed(missing)}" if missing else "",
        ]
        what = " and ".join(filter(None, said)) or f"they stand as {_listed(columns)}"
        return JoinError(
            f"the columns of {_name(part)} are not those of {_name(self.first or part)}: {what}."
        )


def _new(
    rows: Iterator[bytes], seen: set[bytes], columns: Sequence[str], part: Path
) -> Iterator[bytes]:
    """The rows of orders that no earlier part has; then those of this part are among the seen."""
    column = _id_column(columns, part)
    here: set[bytes] = set()
    for number, row in enumerate(rows, start=2):
        order = next(islice(_cells(row), column, None), b"")
        if not order:
            raise JoinError(
                f"row {number} of {_name(part)} has no `{columns[column]}`, so nobody can say "
                "whether its order is in another file as well."
            )
        if order not in seen:
            here.add(order)
            yield row
    seen |= here


def _id_column(columns: Sequence[str], part: Path) -> int:
    plain = [re.sub(r"[\s_]", "", name).casefold() for name in columns]
    for name in _ID_COLUMNS:
        if name in plain:
            return plain.index(name)
    raise JoinError(
        f"no column of {_name(part)} is the id of an order, so nobody can say which orders are in "
        f"two files; it has {_listed(columns)}."
    )


def _rows(file: BinaryIO, part: Path) -> Iterator[bytes]:
    """The rows of a file as they are, the header first; blank lines are none."""
    held: list[bytes] = []
    number, size = 1, 0
    while line := _line(file, part):
        size += len(line)
        if size > _LONGEST:
            raise JoinError(
                f"row {number} of {_name(part)} is longer than {_LONGEST >> 20} MB.",
                hint="perhaps a quote is never closed",
            )
        if held:
            found = _END_OF_CELL.match(line)
            whole = found is not None and _END_OF_ROW.match(line, found.end()) is not None
        else:
            whole = b'"' not in line or _WHOLE_ROW.match(line) is not None
        if not whole:
            held.append(line)
            continue
        if held or line.strip(b"\r\n"):
            yield b"".join([*held, line]) if held else line
            number += 1
        held, size = [], 0
    if held:
        raise JoinError(f"row {number} of {_name(part)} has a quote that is never closed.")


def _mark(file: BufferedReader, part: Path) -> bytes:
    """The byte order mark with which a file begins, or nothing."""
    try:
        return file.read(len(_BOM)) if file.peek(len(_BOM)).startswith(_BOM) else b""
    except OSError as error:
        raise _unreadable(part, error) from None


def _line(file: BinaryIO, part: Path) -> bytes:
    try:
        return file.readline(_LONGEST + 1)
    except OSError as error:
        raise _unreadable(part, error) from None


def _cells(row: bytes) -> Iterator[bytes]:
    """The cells of a row without their quotes."""
    row = row.rstrip(b"\r\n")
    if b'"' not in row:
        yield from row.split(b",")
        return
    place = 0
    while place <= len(row):
        found = _CELL.match(row, place)
        assert found is not None  # noqa: S101 - the row was found to be made of cells
        quoted, rest = found.groups()
        yield rest if quoted is None else quoted.replace(b'""', b'"') + rest
        place = found.end() + 1


def _columns(header: bytes, part: Path) -> list[str]:
    """The names of the columns; JoinError where they are no text, or more than the header."""
    try:
        names = [cell.decode() for cell in _cells(header)]
    except UnicodeDecodeError:
        raise JoinError(f"the header of {_name(part)} is not UTF-8.") from None
    if any("\r" in name for name in names):
        raise JoinError(
            f"the header of {_name(part)} has a carriage return in it.",
            hint="its line ends may be CR alone, which only CRLF and LF can be",
        )
    return names


def _ended(row: bytes, end: bytes) -> bytes:
    return row if row.endswith(b"\n") else row + end


@contextmanager
def _opened(part: Path) -> Iterator[BufferedReader]:
    try:
        file = part.open("rb")
    except (OSError, ValueError) as error:
        raise _unreadable(part, error) from None
    with file:
        yield file


def _unreadable(part: Path, error: OSError | ValueError) -> JoinError:
    return JoinError(f"cannot read {_name(part)}: {_reason(error)}.")


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _name(path: Path) -> str:
    return make_printable(str(path))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{shorten(name)}`" for name in names[:_SHOWN_AT_MOST])
    return shown + f" and {len(names) - _SHOWN_AT_MOST} more" * (len(names) > _SHOWN_AT_MOST)
