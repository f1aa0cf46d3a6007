"""Markdown: filters in the code and in the URLs of documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from epfilter.linter.extractors import reader_of
from epfilter.linter.extractors.extraction import NO_HINT, Hint, Reading
from epfilter.linter.extractors.mapped_text import Placed, Unit
from epfilter.linter.extractors.urls import offer_urls, without_stop

if TYPE_CHECKING:
    from markdown_it.token import Token

_LANGUAGES = {
    **dict.fromkeys(("json", "jsonc", "json5"), ".json"),
    **dict.fromkeys(("jsonl", "ndjson"), ".jsonl"),
    **dict.fromkeys(("yaml", "yml"), ".yaml"),
    **dict.fromkeys(("http", "rest"), ".http"),
    **dict.fromkeys(("python", "py", "python3", "py3", "pycon"), ".py"),
    **dict.fromkeys(("js", "javascript", "mjs", "cjs", "node"), ".js"),
    **dict.fromkeys(("ts", "typescript", "mts", "cts"), ".ts"),
    "jsx": ".jsx",
    "tsx": ".tsx",
}
"""The first word behind the fence of a block of code, and what reads such code."""

_SHELLS = ("sh", "bash", "shell", "zsh", "console", "curl", "shell-session", "shellsession")
_PYTHON_PROMPT = re.compile(r"[ \t]*(?:>>>|\.\.\.)(?:[ ]|$)")
_EVERYTHING = re.compile(r".*", re.DOTALL)
_PROMPT = re.compile(r"[ \t]*[$%][ \t]")
_WORD = re.compile(r"[{.]*([\w+-]+)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_ABBREVIATED = re.compile(r"\.\.\.|…")
_COMMENTS = (("<!--", "-->"), ("{/*", "*/}"))
"""HTML's comments and those of MDX."""


def read(source: Placed, reading: Reading) -> None:
    """Find the filters of blocks of code, each read as its language, and of URLs in all the rest.

    Documentation abbreviates: a text with `...` in it is no filter, and code that cannot be
    read has URLs at the least.
    """
    ours = _Documentation(reading, prose=True)
    lines = [found.span() for found in _LINE.finditer(source.text)]
    tables: list[tuple[int, int]] = []
    done = 0
    for token in _blocks(source.text):
        first, last = token.map or (0, 0)
        if token.type == "table_open":
            tables.append((first, last))
            continue
        _read_prose(source, ours, lines, (done, first), tables)
        suffix = _suffix(token)
        if suffix:
            _read_code(_content(source, lines, token, suffix), reading, suffix)
        else:
            offer_urls(_stretch(source, lines, first, last), ours)
        done, tables = last, []
    _read_prose(source, ours, lines, (done, len(lines)), tables)


class _Documentation(Reading):
    """Takes what documentation means, and not what it abbreviates; problems are kept apart."""

    def __init__(self, reading: Reading, *, prose: bool) -> None:
        super().__init__(
            reading.endpoints, reading.filters, reading.interpolations, reading.comments
        )
        self._reading = reading
        self._prose = prose

    def offer(self, value: Placed, hint: Hint = NO_HINT, form: str = "") -> None:
        if not _ABBREVIATED.search(value.text):
            self._reading.offer(without_stop(value) if self._prose else value, hint, form)


def _blocks(text: str) -> Iterator[Token]:
    """The blocks of code, and the tables, in the order of the file."""
    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.disable(["inline"])
    return (
        token
        for token in parser.parse(text)
        if token.map and token.type in ("fence", "code_block", "table_open")
    )


def _suffix(token: Token) -> str:
    word = _WORD.match(token.info.strip()) if token.type == "fence" else None
    language = word[1].lower() if word else ""
    return ".sh" if language in _SHELLS else _LANGUAGES.get(language, "")


def _stretch(source: Placed, lines: list[tuple[int, int]], first: int, last: int) -> Placed:
    start = lines[first][0] if first < len(lines) else len(source.text)
    return source.cut(start, lines[last - 1][1] if first < last else start)


def _content(source: Placed, lines: list[tuple[int, int]], token: Token, suffix: str) -> Placed:
    """The code between two fences, without the marks of the lists and quotes around them."""
    first = (token.map or (0, 0))[0] + 1
    units: list[Unit] = []
    written = token.content.split("\n")[:-1]
    for text, (start, end) in zip(written, lines[first:], strict=False):
        line = source.text[start:end].rstrip("\r\n")
        after = start + len(line)
        kept = _without_prompt(text, token, suffix)
        if line.replace("\0", "\ufffd").endswith(kept):
            units.append(Unit(kept, after - len(kept), after))
        else:  # a tab that is partly the margin of the block
            units.append(Unit(kept, start, after))
        units.append(Unit("\n", after, end))
    last = min(first + len(written), len(lines))
    stretch = _stretch(source, lines, first, last)
    offset = lines[first][0] if first < last else 0
    moved = (one._replace(start=one.start - offset, end=one.end - offset) for one in units)
    return stretch.decoded(moved, _in_a_block)


def _without_prompt(line: str, token: Token, suffix: str) -> str:
    """The line of a block of code as its language has it; what Python answers is nothing."""
    if suffix == ".sh":
        prompt = _PROMPT.match(line)
    elif "pycon" in token.info:
        prompt = _PYTHON_PROMPT.match(line) or _EVERYTHING.match(line)
    else:
        return line
    return line[prompt.end() :] if prompt else line


def _in_a_block(new: str) -> str | None:
    return None if any(mark in new for mark in ("\n", "\r", "\0", "```", "~~~")) else new


def _read_code(code: Placed, reading: Reading, suffix: str) -> None:
    before = len(reading.filters), len(reading.interpolations)
    inside = _Documentation(reading, prose=False)
    try:
        reader_of(suffix)(code, inside)
    except ImportError:
        offer_urls(code, inside)
        return
    if inside.problems:
        del reading.filters[before[0] :], reading.interpolations[before[1] :]
        offer_urls(code, inside)


def _read_prose(
    source: Placed,
    reading: Reading,
    lines: list[tuple[int, int]],
    stretch: tuple[int, int],
    tables: list[tuple[int, int]],
) -> None:
    r"""Text that is no code; in tables, `\|` writes `|`."""
    done, end = stretch
    for first, last in tables:
        _read_text(_stretch(source, lines, done, first), reading)
        _read_text(_unescaped(_stretch(source, lines, first, last)), reading)
        done = last
    _read_text(_stretch(source, lines, done, end), reading)


def _unescaped(table: Placed) -> Placed:
    pieces = re.split(r"(\\\|)", table.text)
    units: list[Unit] = []
    done = 0
    for piece in pieces:
        units.append(Unit("|" if piece == "\\|" else piece, done, done + len(piece)))
        done += len(piece)
    return table.decoded(units, _in_a_table)


def _in_a_table(new: str) -> str | None:
    return None if "\n" in new or "\r" in new else new.replace("|", "\\|")


def _read_text(text: Placed, reading: Reading) -> None:
    offer_urls(text, reading)
    for marks in _COMMENTS:
        begin, finish = marks
        at = text.text.find(begin)
        while at >= 0:
            last = text.text.find(finish, at)
            if last < 0:
                break
            if text.text[at - 1 : at] != "`":
                reading.comment(text, at, last + len(finish), marks)
            at = text.text.find(begin, last)
