"""A file as text: decoded with its byte order mark and line ends kept, and written atomically."""

from __future__ import annotations

import codecs
import re
import stat
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from epfilter.atomic_files import atomic_file
from epfilter.errors import FilterError, Span

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PYTHON_ENCODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANKS = re.compile(r"\s*+\Z")
_BYTES_LINE_END = re.compile(rb"\r\n|\r|\n")


class UnreadableError(FilterError):
    """A file cannot be read or written, or is not text; `code` is that of the finding."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Document:
    r"""The text of a file, and how its bytes write it.

    >>> Document.of(b"eq(a,1)\r\n", "a.filter").text
    'eq(a,1)\r\n'
    """

    text: str
    encoding: str = "utf-8"
    mark: bytes = b""
    exact: bool = True
    """Whether the encoding writes what stays the same as the bytes that were read."""

    @classmethod
    def of(cls, content: bytes, name: str) -> Document:
        """The text of the content of a file; UnreadableError where it is none."""
        mark, encoding = next(
            ((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", "utf-8")
        )
        if not mark and name.lower().endswith((".py", ".pyi")):
            encoding = _python_encoding(content)
        try:
            text = content[len(mark) :].decode(encoding)
            exact = bool(mark) or encoding == "utf-8" or _writes(text, encoding, content)
        except UnicodeDecodeError as error:
            if not mark and b"\0" in content:
                raise UnreadableError("EPF702", "this is no text but binary.") from None
            at = error.start + len(mark)
            raise UnreadableError(
                "EPF702",
                f"this is not {encoding.upper()}: byte 0x{content[at]:02x} at offset {at}.",
                hint="save it as UTF-8",
            ) from None
        except LookupError:
            raise _no_encoding(encoding) from None
        except UnicodeError:
            raise UnreadableError(
                "EPF702", f"this is not {encoding.upper()}.", hint="save it as UTF-8"
            ) from None
        if not mark and "\0" in text:
            raise UnreadableError("EPF702", "this is no text but binary.")
        return cls(text, encoding, mark, exact)

    @classmethod
    def read(cls, path: Path) -> Document:
        """The text of a file; UnreadableError where there is none."""
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise UnreadableError("EPF701", "this is no file that could be read.")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            raise UnreadableError("EPF701", f"this cannot be read: {said}.") from None
        return cls.of(content, path.name)

    def content(self, text: str) -> bytes:
        """Another text as the bytes of this file; UnreadableError where it has no such bytes."""
        if not self.exact:
            raise UnreadableError(
                "EPF702",
                f"this cannot be repaired: {self.encoding.upper()} would write other parts of it "
                "in another way.",
                hint="save it as UTF-8",
            )
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise UnreadableError(
                "EPF702",
                f"the repair has a character that {self.encoding.upper()} has not: "
                f"`{text[error.start]}`.",
            ) from None

    def with_text(self, text: str) -> Document:
        """The same file with another text."""
        return replace(self, text=text)

    @cached_property
    def lines(self) -> Lines:
        """Where its lines are."""
        return Lines(self.text)


class Lines:
    r"""The lines of a text: `\n`, `\r\n` and `\r` end one.

    >>> Lines("a\r\nbc\n").place(4)
    (2, 2)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: Sequence[int] = [0, *(found.end() for found in _LINE_END.finditer(text))]
        self._last: tuple[int, str] = (0, "")

    def number(self, offset: int) -> int:
        """The line, from 1, in which the character at the offset stands."""
        return bisect_right(self._starts, offset)

    def numbers(self, span: Span) -> tuple[int, int]:
        """The first and the last of the lines that a span stands in."""
        return self.number(span.start), self.number(max(span.start, span.end - 1))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, columns in code points."""
        line = self.number(offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """A line without its end."""
        if self._last[0] != number:
            span = self.span(number)
            self._last = number, self._text[span.start : span.end].rstrip("\r\n")
        return self._last[1]

    def span(self, number: int) -> Span:
        """Where a line stands, its end with it."""
        last = number == len(self._starts)
        return Span(self._starts[number - 1], len(self._text) if last else self._starts[number])

    def begins(self, offset: int) -> bool:
        """Whether nothing but blanks stands before the offset in its line."""
        blanks = _BLANKS.match(self._text, self._starts[self.number(offset) - 1], offset)
        return blanks is not None


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the content of a file, whole or not at all.

    A link stays a link, and the file keeps its permissions. Raises UnreadableError if the file
    cannot be written; it then keeps its old content.
    """
    try:
        with atomic_file(path) as file:
            file.write(content)
    except OSError as error:
        raise UnreadableError(
            "EPF701", f"this cannot be written: {error.strerror or error}."
        ) from None


def _writes(text: str, encoding: str, content: bytes) -> bool:
    try:
        return text.encode(encoding) == content
    except UnicodeError:
        return False


def _no_encoding(name: str) -> UnreadableError:
    return UnreadableError("EPF702", f"there is no encoding `{name}`, which the file says it has.")


def _python_encoding(content: bytes) -> str:
    """What a Python file says of its encoding in one of its first two lines (PEP 263)."""
    for line in _BYTES_LINE_END.split(content, 2)[:2]:
        found = _PYTHON_ENCODING.match(line)
        if found:
            name = found[1].decode("ascii", "replace")
            try:
                return codecs.lookup(name).name
            except LookupError:
                raise _no_encoding(name) from None
        if line.strip() and not line.strip().startswith(b"#"):
            break
    return "utf-8"
