"""A file as text: decoded with its byte order mark and line ends kept, and encoded again."""

from __future__ import annotations

import codecs
import re
import stat
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from epfilter.errors import FilterError, Span
from epfilter.linter.extractors import find_kind, find_signs

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST_BYTES = tuple(mark[:1] for mark, _ in _BYTE_ORDER_MARKS)
_ENCODING_COMMENT = re.compile(
    rb"\A(?:[ \t\f\v]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))??"
    rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)"
)
"""The declaration in the first line, or in the second after a comment or an empty line."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_WHITE_SPACE = re.compile(r"\s*+\Z")
_MAX_NULLS = 0.1
"""The part of a text that can be null characters; in UTF-16 without a mark it is larger."""

_SAVE_AS_UTF8 = "save the file as UTF-8"


class DocumentError(FilterError):
    """A file that cannot be read or written, or is not text; `code` is that of its finding.

    `may_hide_filter` is False where the content is known, and has no sign of a filter.
    """

    may_hide_filter = True

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.args = (code, message, hint)
        self.code = code


@dataclass(frozen=True)
class Document:
    r"""The text of a file, and how it is encoded.

    `is_exact` is False where the encoding would change parts of the file that stay the same.

    >>> Document.decode(b"eq(a,1)\r\n", "a.filter").text
    'eq(a,1)\r\n'
    """

    text: str
    encoding: str = "utf-8"
    byte_order_mark: bytes = b""
    is_exact: bool = True

    @classmethod
    def decode(cls, content: bytes, name: str) -> Document:
        """Return the text of the content of a file.

        A program may contain a few null characters. Raises DocumentError where the content is not
        text in its encoding.
        """
        try:
            return cls._decode(content, name)
        except DocumentError as error:
            error.may_hide_filter = bool(find_signs(content.replace(b"\0", b"").decode("latin-1")))
            raise

    @classmethod
    def _decode(cls, content: bytes, name: str) -> Document:
        mark, encoding = b"", "utf-8"
        if content.startswith(_FIRST_BYTES):
            marks = (each for each in _BYTE_ORDER_MARKS if content.startswith(each[0]))
            mark, encoding = next(marks, (mark, encoding))
        kind = find_kind(name)
        if not mark and kind is not None and kind.declares_encoding:
            encoding = _read_declared_encoding(content)
        try:
            text = content[len(mark) :].decode(encoding)
            is_exact = bool(mark) or encoding == "utf-8" or _encodes(text, encoding, content)
        except UnicodeDecodeError as error:
            if not mark and b"\0" in content:
                raise _binary_error() from None
            offset = error.start + len(mark)
            raise DocumentError(
                "EPF702",
                f"this file is not valid {encoding.upper()}: byte 0x{content[offset]:02x} at "
                f"offset {offset}.",
                hint=_SAVE_AS_UTF8,
            ) from None
        except LookupError:
            raise _unknown_encoding_error(encoding) from None
        except UnicodeError:
            raise DocumentError(
                "EPF702", f"this file is not valid {encoding.upper()}.", hint=_SAVE_AS_UTF8
            ) from None
        null_count = 0 if mark else text.count("\0")
        if null_count and (null_count > len(text) * _MAX_NULLS or (kind and kind.is_filter_list)):
            raise _binary_error()
        return cls(text, encoding, mark, is_exact)

    @classmethod
    def read(cls, path: Path) -> Document:
        """Return the text of a file. Raises DocumentError where it cannot be read."""
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise DocumentError("EPF701", "this is not a regular file.")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise DocumentError("EPF701", f"this file cannot be read: {reason}.") from None
        return cls.decode(content, path.name)

    def encode(self, text: str) -> bytes:
        """Return another text as the bytes of this file.

        Raises DocumentError where the encoding of the file does not allow it.
        """
        encoding = self.encoding.upper()
        if not self.is_exact:
            raise DocumentError(
                "EPF702",
                f"this file cannot be changed: encoding it as {encoding} again would change other "
                "parts of it.",
                hint=_SAVE_AS_UTF8,
            )
        try:
            return self.byte_order_mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise DocumentError(
                "EPF702",
                f"the fix contains a character that {encoding} cannot encode: "
                f"`{text[error.start]}`.",
            ) from None

    @cached_property
    def lines(self) -> LineIndex:
        """The lines of the text."""
        return LineIndex(self.text)


class LineIndex:
    r"""The lines of a text, each ended by `\n`, `\r\n` or `\r`, by number and by offset.

    >>> LineIndex("a\r\nbc\n").position_of(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: Sequence[int] = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self._last_line: tuple[int, str] = (0, "")

    def number_of(self, offset: int) -> int:
        """Return the number of the line, from 1, that contains the offset."""
        return bisect_right(self._starts, offset)

    def numbers_of(self, span: Span) -> tuple[int, int]:
        """Return the numbers of the first and the last line that a span covers."""
        return self.number_of(span.start), self.number_of(max(span.start, span.end - 1))

    def position_of(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1, columns in code points."""
        number = self.number_of(offset)
        return number, offset - self._starts[number - 1] + 1

    def text_of(self, number: int) -> str:
        """Return the text of a line without its end."""
        if self._last_line[0] != number:
            span = self.span_of(number)
            self._last_line = number, self._text[span.start : span.end].rstrip("\r\n")
        return self._last_line[1]

    def span_of(self, number: int) -> Span:
        """Return the span of a line with its end."""
        is_last = number == len(self._starts)
        return Span(self._starts[number - 1], len(self._text) if is_last else self._starts[number])

    def is_line_start(self, offset: int) -> bool:
        """Return whether nothing but white space stands before the offset in its line."""
        line_start = self._starts[self.number_of(offset) - 1]
        return _WHITE_SPACE.match(self._text, line_start, offset) is not None


def _encodes(text: str, encoding: str, content: bytes) -> bool:
    try:
        return text.encode(encoding) == content
    except UnicodeError:
        return False


def _binary_error() -> DocumentError:
    return DocumentError("EPF702", "this file is binary, not text.")


def _unknown_encoding_error(name: str) -> DocumentError:
    return DocumentError("EPF702", f"the file declares `{name}`, which is not a known encoding.")


def _can_declare(encoding: str) -> bool:
    """Return whether a comment in ASCII can declare the encoding, which UTF-16 does not allow."""
    try:
        return b"coding".decode(encoding) == "coding"
    except (LookupError, UnicodeError):
        return True  # decoding the whole file reports it


def _read_declared_encoding(content: bytes) -> str:
    """Return the encoding that one of the first two lines declares (PEP 263), or UTF-8."""
    declaration = _ENCODING_COMMENT.match(content)
    if declaration is None:
        return "utf-8"
    name = declaration[1].decode("ascii", "replace")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        raise _unknown_encoding_error(name) from None
    if not _can_declare(encoding):
        raise DocumentError(
            "EPF702",
            f"the file declares `{name}`, but the declaration itself is ASCII text.",
            hint="save the file as UTF-8, and remove the declaration",
        )
    return encoding
