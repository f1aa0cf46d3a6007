"""Where a FILTER comes from and where answers go: the argument, files and standard streams."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from epfilter.snippets import make_printable

filter_argument = click.argument("source", metavar="FILTER")
"""The argument that `read_filter` reads; commands read it themselves, completion must not."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class StreamError(click.ClickException):
    """A FILTER that cannot be read, or no place to write to; ends the run with exit code 2."""

    exit_code = 2


def read_filter(source: str) -> str:
    """The text of a FILTER argument: itself, or what `-` or `@file` stand for.

    A byte order mark and line ends at the end are not part of it. Raises StreamError where
    there is no such file, or no text in it.

    >>> read_filter("eq(payment,paid)")
    'eq(payment,paid)'
    """
    if source == "-":
        return _decoded(read_standard_input("to read the filter from"), "standard input")
    if source.startswith("@"):
        return _decoded(_file(source[1:]), make_printable(source[1:]))
    return source if source.isascii() else _argument(source)


def read_standard_input(purpose: str) -> bytes:
    """All bytes of standard input.

    Raises StreamError where they cannot be read, or where there is none for the purpose, such as
    `to read the filter from`.
    """
    if sys.stdin is None:
        raise StreamError(f"there is no standard input {purpose}.")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise StreamError(f"cannot read standard input: {error.strerror or error}.") from None


def write(product: str) -> None:
    """Write what a command is for to standard output: exactly this, as UTF-8, and a line end.

    A reader who has seen enough, such as `head`, ends the output and not the command.
    """
    if sys.stdout is None:
        raise StreamError("there is no standard output to write to.")
    with shrug_off_closed_pipe():
        click.echo(product.encode("utf-8", "backslashreplace"))


def say(text: str, *, err: bool = False) -> None:
    """Write a line for people; its colours stay only where a terminal shows them."""
    with shrug_off_closed_pipe():
        click.echo(text, err=err)


def speak_utf8() -> None:
    """Make standard output and error UTF-8, whatever the locale, and never fail to encode."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def shrug_off_closed_pipe() -> Iterator[None]:
    """Go on behind the block where the reader of the output has gone."""
    try:
        yield
    except BrokenPipeError:
        drop_broken()


def drop_broken() -> None:
    """Send what a broken standard stream still holds nowhere, so that exiting cannot fail on it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            # Python flushes once more when it exits; closing alone would lose that to an error.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _argument(source: str) -> str:
    """The argument as UTF-8, which a locale of fewer characters keeps Python from reading."""
    try:
        source.encode()
    except UnicodeEncodeError:
        pass
    else:
        return source
    try:
        return _decoded(os.fsencode(source), "the filter")
    except UnicodeEncodeError as error:
        raise StreamError(
            f"the filter has no encoding: `{make_printable(source[error.start])}` at character "
            f"{error.start + 1}."
        ) from None


def _file(name: str) -> bytes:
    if not name:
        raise StreamError("write the name of a file after @, as in @refunds.filter.")
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise StreamError(
            f"cannot read {make_printable(name)}: {error.strerror or error}."
        ) from None
    except ValueError as error:
        # A name that no file can have: with a NUL in it, or without an encoding.
        raise StreamError(f"cannot read {make_printable(name)}: {error}.") from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode().removeprefix("\ufeff").rstrip("\r\n")
    except UnicodeDecodeError as error:
        hint = " It looks like UTF-16; save it as UTF-8." * content.startswith(_UTF_16_MARKS)
        raise StreamError(
            f"{name} is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}.{hint}"
        ) from None
