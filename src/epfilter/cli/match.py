"""`epfilter match`: the rows of a file that a filter matches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from os import fstat
from os.path import isdir, lexists
from pathlib import PurePath
from shlex import quote
from typing import TYPE_CHECKING, BinaryIO

import click
from click.shell_completion import CompletionItem

from epfilter.ast import Filter, fields
from epfilter.builder import F, all_of
from epfilter.cli.errors import CommandError
from epfilter.cli.findings import parse_located_or_exit, print_resource_problems
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import format_count
from epfilter.cli.options import filter_argument, resource_option
from epfilter.cli.progress import iterate_with_progress
from epfilter.cli.rows import FORMATS, Row, Rows, open_rows
from epfilter.cli.text_io import (
    is_filter_like,
    open_standard_output,
    print_line,
    print_result,
    read_filter,
)
from epfilter.errors import ResourceError, UnsupportedFilterError
from epfilter.snippets import make_printable, shorten

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Print the rows of FILE that FILTER matches, in the format of FILE.

FILE is JSON (an array of objects, or an object whose `data` is one), JSONL (one object
per line; .jsonl or .ndjson) or CSV (with a header). Use - and --format to read standard
input. JSONL and CSV are read row by row, JSON as a whole.

Without --resource, values are compared by their type in the file: texts as texts, which
works for timestamps of one form, and all values of a CSV file as texts. With --resource,
texts are read as the type of the field: timestamps, numbers, true and false, UUIDs.
A field is also found where objects of the platform have it, as created_at of an order
in meta.timestamps.created_at; items of orders are those that the response includes.
Missing and null are the same. An empty cell is an empty text, not null.

\b
Examples:
  epfilter match 'ge(total,100):eq(payment,paid)' orders.json
  epfilter match --resource orders 'ge(created_at,2018-09-01)' orders.jsonl
  epfilter match --count --resource orders 'gt(with_tax,5000)' orders.csv
  echo '{"total": 150}' | epfilter match --format jsonl 'gt(total,100)' -

\b
Exit codes:
  0  at least one row matched
  1  no row matched
  2  wrong usage, an error in FILTER, or a file that cannot be read

Fields of FILTER that no row has are listed on standard error.
"""

_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


def _complete_file(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[CompletionItem]:
    """Let the shell complete file names, as a completion of click."""
    return [CompletionItem(incomplete, type="file")]


@click.command(
    "match",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Print the rows of a file that a filter matches.",
)
@filter_argument
@click.argument("file", metavar="FILE", shell_complete=_complete_file)
@click.option(
    "--format",
    "style",
    type=click.Choice([*FORMATS]),
    show_default="by its suffix",
    help="Format of FILE.",
)
@resource_option("Read FILTER and the rows as those of this resource, for example orders.")
@click.option("--count", "count_only", is_flag=True, help="Print only the number of matching rows.")
def match_command(
    source: str, file: str, style: str | None, resource: Resource | None, *, count_only: bool
) -> int:
    """Run the command; return 0 where a row matched, 1 where none did."""
    if source == "-" == file:
        raise click.UsageError("FILTER and FILE cannot both be standard input.")
    _require_order(source, file)
    if not file:
        raise click.UsageError("the path of FILE is empty.")
    style = style or _SUFFIXES.get(PurePath(file).suffix.lower())
    if style is None and isdir(file):  # noqa: PTH112 - false for a name that is too long
        raise CommandError(f"cannot read {make_printable(file)}: it is a folder.")
    if style is None:
        problem = (
            "standard input requires `--format`."
            if file == "-"
            else f"cannot tell the format from the file name ({', '.join(_SUFFIXES)}); "
            "pass `--format`."
        )
        raise click.UsageError(problem)
    f, matches = _create_predicate(read_filter(source), resource)
    absent = _AbsentFields(f, resource)
    stream = open_rows(file)
    with nullcontext() if file == "-" else stream:
        name = "standard input" if file == "-" else file
        rows = FORMATS[style](stream, name)
        count = _print_matches(rows, matches, absent, _file_size(stream), count_only=count_only)
    absent.print_remark(name)
    return 0 if count else 1


def _require_order(source: str, file: str) -> None:
    """Raise UsageError for a file before a filter."""
    is_filter = file.startswith("@") or is_filter_like(file)
    if is_filter and not lexists(file) and not is_filter_like(source):
        arguments = f"{quote(shorten(file))} {quote(shorten(source))}"
        raise click.UsageError(f"FILTER comes before FILE. Run: epfilter match {arguments}")


def _create_predicate(
    text: str, resource: Resource | None
) -> tuple[Filter, Callable[[object], bool]]:
    """Return the filter and the test of a row; print the errors of the filter and exit with 2."""
    from epfilter.targets import to_predicate

    f, located = parse_located_or_exit(text, exit_code=2)
    try:
        return f, to_predicate(f, resource)
    except UnsupportedFilterError as error:
        raise CommandError(str(error)) from None
    except ResourceError as error:
        if resource is None:
            raise
        if not print_resource_problems(text, located, resource):
            raise CommandError(str(error)) from None
    raise click.exceptions.Exit(2)


class _AbsentFields:
    """The fields of a filter that have no value in any row until now."""

    def __init__(self, f: Filter, resource: Resource | None) -> None:
        from epfilter.targets import to_predicate

        self._rows = 0
        self._tests = {
            field: to_predicate(all_of(F[name].is_null() for name in names))
            for field in fields(f)
            if (names := _names_of(field, resource))
        }

    def exclude_fields_of(self, record: object) -> None:
        """Exclude the fields that have a value in a row."""
        self._rows += 1
        for field, is_absent in [*self._tests.items()] if self._tests else ():
            if not is_absent(record):
                del self._tests[field]

    def print_remark(self, name: str) -> None:
        """Print the fields that no row of the file has, if there are any."""
        if self._rows and self._tests:
            names = ", ".join(f"`{shorten(field)}`" for field in self._tests)
            rows = format_count(self._rows, "row")
            print_line(
                f"no row of {make_printable(name)} ({rows}) has a value of {names}; "
                "check the names of the fields",
                err=True,
            )


def _names_of(field: str, resource: Resource | None) -> tuple[str, ...]:
    """Return the names under which rows may have a field of a filter; none if they are unknown."""
    if resource is None:
        return (field,)
    from epfilter.resources import PatternAlias, resource_schema

    schema = resource_schema(resource)
    if any(isinstance(alias, PatternAlias) for alias in schema.aliases):
        return ()
    names = schema.names_of(schema.get(field).path)
    return tuple(path for name in names for path in ([name] if isinstance(name, str) else name))


def _print_matches(
    rows: Rows,
    matches: Callable[[object], bool],
    absent: _AbsentFields,
    size: int | None,
    *,
    count_only: bool,
) -> int:
    """Print the rows that match, or their number, and return it."""
    count = 0

    def select() -> Iterator[Row]:
        nonlocal count
        for row in _show_progress(rows, size, count_only=count_only):
            absent.exclude_fields_of(row.record)
            if matches(row.record):
                count += 1
                yield row

    if count_only:
        for _ in select():
            pass
        print_result(str(count))
    else:
        rows.write(select(), open_standard_output())
    return count


def _show_progress(rows: Rows, size: int | None, *, count_only: bool) -> Iterator[Row]:
    """Return the rows, with a progress bar unless rows are printed to the same terminal."""
    printed = not count_only and sys.stdout is not None and sys.stdout.isatty()
    if size is None or printed:
        return iter(rows)
    return iterate_with_progress(rows, lambda row: row.size, size, "matching")


def _file_size(stream: BinaryIO) -> int | None:
    """Return the bytes of a file; None for a stream of unknown length."""
    try:
        return fstat(stream.fileno()).st_size or None
    except (OSError, ValueError):
        return None
