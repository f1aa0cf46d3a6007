"""Reads the rows of a JSON, JSONL or CSV file, and writes some of them as they stand there."""

from __future__ import annotations

import csv
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, NamedTuple

import click

from epfilter.snippets import make_printable
from epfilter.strict_json import (
    WHITESPACE,
    JsonError,
    JsonFault,
    StrictDecoder,
    skip_whitespace,
)

_BOM = b"\xef\xbb\xbf"
_DATA = "data"
"""The member of an object that has the rows, as the platform answers."""

_EXPECTED = f"an array of objects is expected, or an object with one as `{_DATA}`"

_LONGEST_CELL = 2**31 - 1
"""Python's own limit of 128 KiB is for programs that must not fill their memory."""


class RowError(click.ClickException):
    """A file whose rows cannot be read; ends the run with exit code 2."""

    exit_code = 2


class Row(NamedTuple):
    """A row and how it is written; `size` is how much of the file it is."""

    record: dict[str, Any]
    written: bytes
    size: int


class Rows(ABC):
    """The rows of one file, one after the other; RowError where the file is malformed."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name

    @abstractmethod
    def __iter__(self) -> Iterator[Row]: ...

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write these rows in the format of the file, each as soon as it is there."""
        out.writelines(row.written for row in rows)

    def _error(self, line: int, reason: str) -> RowError:
        return RowError(f"{make_printable(self._name)}, line {line}: {reason}.")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers and line ends, without a byte order mark."""
        try:
            for number, line in enumerate(self._stream, 1):
                yield number, line.removeprefix(_BOM) if number == 1 else line
        except OSError as error:
            raise RowError(
                f"cannot read {make_printable(self._name)}: {error.strerror or error}."
            ) from None

    def _decoded(self, number: int, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            byte = f"byte 0x{line[error.start]:02x}"
            raise self._error(number, f"it is not UTF-8: {byte} at offset {error.start}") from None

    def _json(self, text: str, start: int = 0, *, line: int = 0) -> tuple[Any, int]:
        """The JSON value that begins at `start`, and where it ends; `line` is 0 in a whole text."""
        try:
            return _DECODER.decode_at(text, start)
        except JsonError as error:
            place = ""
            if error.position is not None:
                at_end = error.position >= len(text.rstrip())
                place = " at its end" if at_end else f" at column {error.column}"
            number = line or error.line or _line_at(text, start)
            raise self._error(number, f"it is not valid JSON: {error.reason}{place}") from None

    def _record(self, value: object, line: int) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise self._error(line, f"a row is an object, not {_KINDS.get(type(value), 'a number')}")


class JsonLines(Rows):
    """One object a line; blank lines are passed over."""

    def __iter__(self) -> Iterator[Row]:
        for number, line in self._lines():
            text = self._decoded(number, line).rstrip(WHITESPACE)
            if not text:
                continue
            value, end = self._json(text, skip_whitespace(text, 0), line=number)
            if end < len(text):
                raise self._error(number, f"it has more than one value, from column {end + 1} on")
            yield Row(self._record(value, number), line, len(line))

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write the lines as they are; what follows one without a line end begins a new line."""
        out.writelines(
            row.written if row.written.endswith(b"\n") else row.written + b"\n" for row in rows
        )


class JsonArray(Rows):
    """An array of objects, or an object whose member `data` is one; it is read as a whole."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(stream, name)
        self._before, self._after = "[", "]"

    def __iter__(self) -> Iterator[Row]:
        text = "".join([self._decoded(number, line) for number, line in self._lines()])
        start = skip_whitespace(text, 0)
        value, end = self._json(text, start)
        if end < len(text.rstrip(WHITESPACE)):
            line = _line_at(text, skip_whitespace(text, end))
            raise self._error(line, "something stands behind the end of the JSON")
        if not isinstance(value, (dict, list)):
            raise self._error(_line_at(text, start), _EXPECTED)
        if isinstance(value, dict):
            start = self._start_of_data(text, start)
        del value  # the rows are read one by one, each with its place in the text
        self._before = text[: start + 1]
        yield from self._elements(text, start + 1)

    def _start_of_data(self, text: str, start: int) -> int:
        """Where the array of the member `data` begins, in a text that is known to be an object."""
        at, found = skip_whitespace(text, start + 1), None
        while text[at] != "}":
            name, end = self._json(text, at)
            at = skip_whitespace(text, skip_whitespace(text, end) + 1)
            if name == _DATA:
                found = at  # of two members with one name the last one counts
            at = skip_whitespace(text, self._json(text, at)[1])
            at = skip_whitespace(text, at + 1) if text[at] == "," else at
        if found is None or text[found] != "[":
            line = _line_at(text, start if found is None else found)
            raise self._error(line, _EXPECTED)
        return found

    def _elements(self, text: str, start: int) -> Iterator[Row]:
        at, line, counted = skip_whitespace(text, start), _line_at(text, start), start
        while text[at] != "]":
            line, counted = line + text.count("\n", counted, at), at
            value, end = self._json(text, at)
            yield Row(self._record(value, line), text[at:end].encode(), end - at)
            at = skip_whitespace(text, end)
            at = skip_whitespace(text, at + 1) if text[at] == "," else at
        self._after = text[at:].rstrip(WHITESPACE)

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write an array, or the object with fewer `data`; each row as it stands in the file."""
        first = True
        for row in rows:
            out.write(b"".join((self._before.encode() if first else b",", b"\n  ", row.written)))
            first = False
        between = f"{self._before}{self._after}" if first else f"\n{self._after}"
        out.write(f"{between}\n".encode())


class CsvRows(Rows):
    """A header and one row a line, or several where a cell in quotes has line ends."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(stream, name)
        self._header: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[Row]:
        csv.field_size_limit(_LONGEST_CELL)
        read = csv.reader(self._texts(), strict=True)
        try:
            self._header = next(read, [])
            self._check_header()
            passed = self._size
            for cells in read:
                if len(cells) > len(self._header):
                    reason = f"it has {len(cells)} values for {len(self._header)} columns"
                    raise self._error(read.line_num, reason)
                if cells:
                    record = dict(zip(self._header, cells, strict=False))
                    yield Row(record, _csv_line(cells), self._size - passed)
                    passed = self._size
        except csv.Error as error:
            reason = str(error).partition(" - ")[0]  # the rest is advice to programmers
            raise self._error(read.line_num, f"it is no CSV: {reason}") from None

    def _texts(self) -> Iterator[str]:
        for number, line in self._lines():
            self._size += len(line)
            yield self._decoded(number, line)

    def _check_header(self) -> None:
        if not self._header:
            raise self._error(1, "a header with the names of the columns is expected")
        for name in self._header:
            if self._header.count(name) > 1:
                raise self._error(1, f"two columns have the name `{make_printable(name)}`")

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write the header once, even where no row follows."""
        begun = False
        for row in rows:
            out.write(row.written if begun else _csv_line(self._header) + row.written)
            begun = True
        if not begun:
            out.write(_csv_line(self._header))


FORMATS: dict[str, type[Rows]] = {"json": JsonArray, "jsonl": JsonLines, "csv": CsvRows}
"""By their names on the command line."""

_KINDS = {str: "a text", list: "an array", bool: "true or false", type(None): "null"}


class _Line:
    """What the writer of the csv module writes to."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


_LINE = _Line()
_WRITER = csv.writer(_LINE)  # with line ends of two characters, so that it quotes either


def _csv_line(cells: list[str]) -> bytes:
    _WRITER.writerow(cells)
    return _LINE.text.removesuffix("\r\n").encode() + b"\n"


def _exact(digits: str) -> Decimal | float:
    """A number as it is written, and not as the nearest float."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return float(digits)


_DECODER = StrictDecoder(
    # Rows are data of others, and a program in Python may have written them.
    tolerate={JsonFault.CONSTANT, JsonFault.DUPLICATE_MEMBER, JsonFault.SURROGATE},
    parse_float=_exact,
)


def _line_at(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def opened(source: str) -> BinaryIO:
    """The file of this name, or standard input for `-`; RowError where it cannot be read."""
    if source == "-":
        if sys.stdin is None:
            raise RowError("there is no standard input to read rows from.")
        return sys.stdin.buffer
    try:
        return open(source, "rb")  # noqa: PTH123 - the caller closes it
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RowError(f"cannot read {make_printable(source)}: {reason}.") from None
