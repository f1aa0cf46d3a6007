"""Input and output of commands: the FILTER argument, files and the standard streams."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from os.path import isdir, isfile
from pathlib import Path
from shlex import quote
from typing import BinaryIO

import click

from epfilter.cli.errors import CommandError, describe_file_error
from epfilter.errors import Span
from epfilter.filter_files import cut_comments, split_filters
from epfilter.snippets import make_printable, shorten

_CALLS = re.compile(r"[\s(]*\w+\s*\([\s\S]*\)\Z")
"""A text that may be a whole filter, and not a part of one with a syntax error."""

_CALL = re.compile(r"""[\s(]*[A-Za-z_]+\s*\(\s*[\w."'@*-]+\s*(?:,|\)\s*\Z)""")
"""The beginning of a filter, which may have errors."""

_MAX_FILE_SIZE = 50_000_000
"""Bytes of a file with one filter: devices such as `/dev/zero` have no end."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_filter(source: str) -> str:
    """Return the text of a FILTER argument: itself, or the content that `-` or `@file` names.

    The content has the format of files of filters: its comments are removed, and so are a byte
    order mark at the start and line ends at the end. Raises CommandError for a file that cannot be
    read, for content that is not UTF-8, and for several filters; UsageError for the name of a file
    without its `@`, and for a folder.

    >>> read_filter("eq(payment,paid)")
    'eq(payment,paid)'
    """
    if source == "-":
        return _read_content(read_standard_input("to read the filter from"), "standard input")
    if source.startswith("@"):
        return _read_content(_read_file(source[1:]), make_printable(source[1:]))
    if "(" not in source and isfile(source):  # noqa: PTH113 - false for a name that is too long
        raise click.UsageError(
            f"`{shorten(source)}` is a file, not a filter. To read the filter from the file, write "
            f"{quote('@' + shorten(source))}."
        )
    if "(" not in source and isdir(source):  # noqa: PTH112 - the same
        raise click.UsageError(
            f"`{shorten(source)}` is a folder, not a filter. To check the filters in its files, "
            f"run: epfilter lint {quote(shorten(source))}"
        )
    return source if source.isascii() else _decode_argument(source)


def is_filter_like(text: str) -> bool:
    """Return whether a text begins like a filter, for an argument that is to be something else.

    >>> is_filter_like("eq(payment,paid"), is_filter_like("reports (old)/refunds.filter")
    (True, False)
    """
    return bool(_CALL.match(text))


def open_standard_input(purpose: str) -> BinaryIO:
    """Return standard input as a binary stream.

    Raises CommandError where there is none; `purpose` completes the message, for example
    `to read the filter from`.
    """
    if sys.stdin is None:
        raise CommandError(f"there is no standard input {purpose}.")
    return sys.stdin.buffer


def read_standard_input(purpose: str) -> bytes:
    """Return all bytes of standard input; raise as `open_standard_input`, or if reading fails."""
    try:
        return open_standard_input(purpose).read()
    except OSError as error:
        raise CommandError(describe_file_error("read", "standard input", error)) from None


def open_standard_output() -> BinaryIO:
    """Return standard output as a binary stream; raise CommandError where there is none."""
    if sys.stdout is None:
        raise CommandError("there is no standard output to write to.")
    return sys.stdout.buffer


def print_result(text: str) -> None:
    """Print the result of a command to standard output: exactly this text, as UTF-8, and a newline.

    A closed pipe, for example behind `head`, ends the output and not the command.
    """
    open_standard_output()
    with ignore_closed_pipe():
        click.echo(text.encode("utf-8", "backslashreplace"))


def print_json(value: object) -> None:
    """Print the result of a command as JSON, indented."""
    print_result(json.dumps(value, ensure_ascii=False, indent=2))


def print_line(text: str, *, err: bool = False) -> None:
    """Print a line for people; colours are kept only where a terminal shows them."""
    with ignore_closed_pipe():
        click.echo(text, err=err)


def use_utf8() -> None:
    """Make standard output and error UTF-8, whatever the locale, and never fail to encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def ignore_closed_pipe() -> Iterator[None]:
    """Continue after the block where the reader of the output has gone."""
    try:
        yield
    except BrokenPipeError:
        discard_broken_streams()


def discard_broken_streams() -> None:
    """Discard what a broken standard stream still holds, so that exiting cannot fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            # Python flushes once more when it exits, which must not fail either.
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def _decode_argument(source: str) -> str:
    """Return the argument as UTF-8, also where Python decoded it by a locale with another one."""
    try:
        source.encode()
    except UnicodeEncodeError:
        pass
    else:
        return source
    try:
        return _decode_utf8(os.fsencode(source), "the filter")
    except UnicodeEncodeError as error:
        raise CommandError(
            f"the filter cannot be encoded: `{make_printable(source[error.start])}` at character "
            f"{error.start + 1}."
        ) from None


def _read_file(name: str) -> bytes:
    if not name:
        raise CommandError("`@` must be followed by a file name, for example @refunds.filter.")
    try:
        with Path(name).open("rb") as file:
            content = file.read(_MAX_FILE_SIZE + 1)
    except (OSError, ValueError) as error:
        raise CommandError(describe_file_error("read", name, error)) from None
    if len(content) > _MAX_FILE_SIZE:
        raise CommandError(f"{make_printable(name)} is larger than 50 MB; no filter is.")
    return content


def _read_content(content: bytes, name: str) -> str:
    """Return the filter of a file without its comments; its lines keep their numbers."""
    text = _decode_utf8(content, name)
    filters, comments = split_filters(text)
    lines = [
        text.count("\n", 0, start) + 1 for start, end in filters if _CALLS.match(text, start, end)
    ]
    if len(lines) == len(filters) > 1:
        raise CommandError(
            f"{name} contains {len(filters)} filters, but this command takes one: line {lines[0]} "
            f"starts one, and line {lines[1]} another. Join them with `:` or `|`; `epfilter lint` "
            "checks them all."
        )
    parts = cut_comments(text, Span(0, len(text)), comments)
    return "".join(text[start:end] for start, end in parts)


def _decode_utf8(content: bytes, name: str) -> str:
    try:
        return content.decode().removeprefix("\ufeff").rstrip("\r\n")
    except UnicodeDecodeError as error:
        hint = " It looks like UTF-16; save it as UTF-8." * content.startswith(_UTF_16_MARKS)
        raise CommandError(
            f"{name} is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}.{hint}"
        ) from None
