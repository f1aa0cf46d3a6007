"""Rows of JSON, JSONL and CSV files: read them, and write selected ones unchanged."""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, NamedTuple

from epfilter.cli.errors import CommandError, describe_file_error
from epfilter.cli.layout import format_count
from epfilter.cli.text_io import open_standard_input
from epfilter.included import Join, make_joiner
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
"""The member of an object that contains the rows, as in responses of the platform."""

_EXPECTED = f"expected an array of objects, or an object whose `{_DATA}` is one"

_MAX_CELL_LENGTH = 2**31 - 1
"""The default of Python, 128 KiB, protects services; a user of a command can stop it."""


class Row(NamedTuple):
    """A row: its values, its bytes to write, and its size in the file."""

    record: dict[str, Any]
    content: bytes
    size: int


class Rows(ABC):
    """An iterable over the rows of one file; raises CommandError where the file is malformed."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name

    @abstractmethod
    def __iter__(self) -> Iterator[Row]: ...

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write these rows in the format of the file, each as soon as it is available."""
        out.writelines(row.content for row in rows)

    def _error(self, line: int, reason: str) -> CommandError:
        return CommandError(f"{make_printable(self._name)}, line {line}: {reason}.")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines with their numbers and line ends, without a byte order mark."""
        try:
            for number, line in enumerate(self._stream, 1):
                yield number, line.removeprefix(_BOM) if number == 1 else line
        except OSError as error:
            raise CommandError(describe_file_error("read", self._name, error)) from None

    def _decode_line(self, number: int, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            byte = f"byte 0x{line[error.start]:02x}"
            raise self._error(number, f"not UTF-8: {byte} at offset {error.start}") from None

    def _decode_json(self, text: str, start: int = 0, *, line: int = 0) -> tuple[Any, int]:
        """Return the JSON value at `start`, and where it ends; `line` is 0 for a whole text."""
        try:
            return _DECODER.decode_at(text, start)
        except JsonError as error:
            position = ""
            if error.position is not None:
                at_end = error.position >= len(text.rstrip())
                position = " at the end" if at_end else f" at column {error.column}"
            number = line or error.line or _line_number(text, start)
            raise self._error(number, f"not valid JSON: {error.reason}{position}") from None

    def _require_object(self, value: object, line: int) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise self._error(
            line, f"a row must be an object, not {_TYPE_NAMES.get(type(value), 'a number')}"
        )


class JsonLines(Rows):
    """One object per line; blank lines are skipped."""

    def __iter__(self) -> Iterator[Row]:
        for number, line in self._lines():
            text = self._decode_line(number, line).rstrip(WHITESPACE)
            if not text:
                continue
            value, end = self._decode_json(text, skip_whitespace(text, 0), line=number)
            if end < len(text):
                raise self._error(number, f"more than one value, from column {end + 1}")
            yield Row(self._require_object(value, number), line, len(line))

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write the lines unchanged; add a line end where the last one has none."""
        out.writelines(
            row.content if row.content.endswith(b"\n") else row.content + b"\n" for row in rows
        )


class JsonArray(Rows):
    """An array of objects, or an object whose `data` is one; read as a whole."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(stream, name)
        self._before, self._after = "[", "]"
        self._join: Join = lambda record: record

    def __iter__(self) -> Iterator[Row]:
        text = "".join([self._decode_line(number, line) for number, line in self._lines()])
        start = skip_whitespace(text, 0)
        value, end = self._decode_json(text, start)
        if end < len(text.rstrip(WHITESPACE)):
            line = _line_number(text, skip_whitespace(text, end))
            raise self._error(line, "unexpected text after the JSON value")
        if not isinstance(value, (dict, list)):
            raise self._error(_line_number(text, start), _EXPECTED)
        if isinstance(value, dict):
            start = self._find_data(text, start)
            self._join = make_joiner(value)
        del value  # rows are decoded again one by one, to get the position of each
        self._before = text[: start + 1]
        yield from self._elements(text, start + 1)

    def _find_data(self, text: str, start: int) -> int:
        """Return where the array `data` starts, in a text that is a valid JSON object."""
        at, data_start = skip_whitespace(text, start + 1), None
        while text[at] != "}":
            name, end = self._decode_json(text, at)
            at = skip_whitespace(text, skip_whitespace(text, end) + 1)
            if name == _DATA:
                data_start = at  # of two members with one name the last one counts
            at = skip_whitespace(text, self._decode_json(text, at)[1])
            at = skip_whitespace(text, at + 1) if text[at] == "," else at
        if data_start is None or text[data_start] != "[":
            line = _line_number(text, start if data_start is None else data_start)
            raise self._error(line, _EXPECTED)
        return data_start

    def _elements(self, text: str, start: int) -> Iterator[Row]:
        at, line, counted = skip_whitespace(text, start), _line_number(text, start), start
        while text[at] != "]":
            line, counted = line + text.count("\n", counted, at), at
            value, end = self._decode_json(text, at)
            record = self._join(self._require_object(value, line))
            yield Row(record, text[at:end].encode(), end - at)
            at = skip_whitespace(text, end)
            at = skip_whitespace(text, at + 1) if text[at] == "," else at
        self._after = text[at:].rstrip(WHITESPACE)

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write an array, or the object with only these rows in `data`; rows are unchanged."""
        first = True
        for row in rows:
            out.write(b"".join((self._before.encode() if first else b",", b"\n  ", row.content)))
            first = False
        between = f"{self._before}{self._after}" if first else f"\n{self._after}"
        out.write(f"{between}\n".encode())


class CsvRows(Rows):
    """A header, and one row per line, or per several where a quoted cell has line ends."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(stream, name)
        self._header: list[str] = []
        self._size = 0

    def __iter__(self) -> Iterator[Row]:
        csv.field_size_limit(_MAX_CELL_LENGTH)
        reader = csv.reader(self._decoded_lines(), strict=True)
        try:
            self._header = next(reader, [])
            self._check_header()
            done = self._size
            for cells in reader:
                if len(cells) > len(self._header):
                    values = format_count(len(cells), "value")
                    columns = format_count(len(self._header), "column")
                    raise self._error(reader.line_num, f"{values} for {columns}")
                if cells:
                    record = dict(zip(self._header, cells, strict=False))
                    yield Row(record, _format_csv_line(cells), self._size - done)
                    done = self._size
        except csv.Error as error:
            reason = str(error).partition(" - ")[0]  # the rest is advice for programmers
            raise self._error(reader.line_num, f"not valid CSV: {reason}") from None

    def _decoded_lines(self) -> Iterator[str]:
        for number, line in self._lines():
            self._size += len(line)
            yield self._decode_line(number, line)

    def _check_header(self) -> None:
        if not self._header:
            raise self._error(1, "expected a header with the names of the columns")
        for name in self._header:
            if self._header.count(name) > 1:
                raise self._error(1, f"two columns have the name `{make_printable(name)}`")

    def write(self, rows: Iterable[Row], out: BinaryIO) -> None:
        """Write the header once, even without rows."""
        has_header = False
        for row in rows:
            out.write(row.content if has_header else _format_csv_line(self._header) + row.content)
            has_header = True
        if not has_header:
            out.write(_format_csv_line(self._header))


FORMATS: dict[str, type[Rows]] = {"json": JsonArray, "jsonl": JsonLines, "csv": CsvRows}
"""The formats by their names on the command line."""

_TYPE_NAMES = {str: "a text", list: "an array", bool: "true or false", type(None): "null"}


class _Line:
    """A stream for the writer of the csv module, which keeps the last line."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text


_LINE = _Line()
_WRITER = csv.writer(_LINE)  # with line ends of two characters, so that it quotes either


def _format_csv_line(cells: list[str]) -> bytes:
    _WRITER.writerow(cells)
    return _LINE.text.removesuffix("\r\n").encode() + b"\n"


def _parse_number(digits: str) -> Decimal | float:
    """Return the exact number, not the nearest float."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return float(digits)


_DECODER = StrictDecoder(
    # Users bring these rows, and a program in Python can have written them.
    tolerate={JsonFault.CONSTANT, JsonFault.DUPLICATE_MEMBER, JsonFault.SURROGATE},
    parse_float=_parse_number,
)


def _line_number(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def open_rows(source: str) -> BinaryIO:
    """Open the file of this name, or standard input for `-`.

    Raises CommandError where it cannot be read.
    """
    if source == "-":
        return open_standard_input("to read rows from")
    try:
        return open(source, "rb")  # noqa: PTH123 - the caller closes it
    except (OSError, ValueError) as error:
        raise CommandError(describe_file_error("read", source, error)) from None
