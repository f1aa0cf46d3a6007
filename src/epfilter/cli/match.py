"""`epfilter match`: the rows of a file that a filter matches."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from os import fstat
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

import click
from click.shell_completion import CompletionItem

from epfilter.cli.findings import show_findings
from epfilter.cli.progress import shown_by_size
from epfilter.cli.resource_name import beginning, named
from epfilter.cli.rows import FORMATS, Row, RowError, Rows, opened
from epfilter.cli.text_io import filter_argument, read_filter, write
from epfilter.errors import FilterSyntaxError, ResourceError, Severity, UnsupportedFilterError

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Print the rows of FILE that FILTER matches, in the format of FILE.

FILE is JSON (an array of objects, or an object with one as `data`), JSONL (an object a
line; .jsonl or .ndjson) or CSV (with a header); - is standard input, with --format.
JSONL and CSV are read row by row, JSON as a whole.

Without --resource the type of a value says how it is compared: texts as texts, so
timestamps of one form work, and all of CSV is text. With --resource the texts of rows
are read as the type of the field: timestamps, numbers, true and false, UUIDs. Missing
and null are one; an empty cell is an empty text and not null.

\b
Examples:
  epfilter match 'ge(total,100):eq(payment,paid)' orders.json
  epfilter match --resource orders 'gt(created_at,2018-09-01)' orders.jsonl
  epfilter match --count --resource orders 'gt(with_tax,5000)' orders.csv
  echo '{"total": 150}' | epfilter match --format jsonl 'gt(total,100)' -

\b
Exit codes:
  0  a row matched
  1  none did
  2  wrong usage, a mistake in FILTER, or a file that cannot be read
"""

_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


def _files(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[CompletionItem]:
    """Files, as click's completion."""
    return [CompletionItem(incomplete, type="file")]


@click.command("match", help=_HELP, short_help="Print the rows of a file that a filter matches.")
@filter_argument
@click.argument("file", metavar="FILE", shell_complete=_files)
@click.option(
    "--format",
    "style",
    type=click.Choice([*FORMATS]),
    help="The format of FILE; by default its suffix says it.",
)
@click.option(
    "--resource",
    metavar="NAME",
    callback=named,
    shell_complete=beginning,
    help="Read FILTER and the rows as those of this resource, as in orders.",
)
@click.option("--count", "only_count", is_flag=True, help="Print only how many rows match.")
def command(
    source: str, file: str, style: str | None, resource: Resource | None, *, only_count: bool
) -> int:
    """Run the command; 0 where a row matched, 1 where none did."""
    if source == "-" == file:
        raise click.UsageError("FILTER and FILE cannot both be standard input.")
    style = style or _SUFFIXES.get(PurePath(file).suffix.lower())
    if style is None:
        known = ", ".join(_SUFFIXES)
        raise click.UsageError(f"say the format with --format; it is known of {known} only.")
    matches = _predicate(read_filter(source), resource)
    stream = opened(file)
    with nullcontext() if file == "-" else stream:
        name = "standard input" if file == "-" else file
        rows = FORMATS[style](stream, name)
        return _run(rows, matches, _size(stream), only_count=only_count)


def _predicate(text: str, resource: Resource | None) -> Callable[[object], bool]:
    """What to ask of each row; a mistake in the filter is shown and ends the run with 2."""
    from epfilter.targets import to_predicate

    try:
        return to_predicate(text, resource)
    except FilterSyntaxError as error:
        show_findings(text, error.diagnostics, err=True)
    except ResourceError as error:
        if resource is None:
            raise
        found = [one for one in resource.check(text) if one.severity is not Severity.INFO]
        if not found:
            raise RowError(str(error)) from None
        show_findings(text, found, err=True)
    except UnsupportedFilterError as error:
        raise RowError(str(error)) from None
    raise click.exceptions.Exit(2)


def _run(
    rows: Rows, matches: Callable[[object], bool], size: int | None, *, only_count: bool
) -> int:
    count = 0

    def found() -> Iterator[Row]:
        nonlocal count
        for row in _watched(rows, size, only_count=only_count):
            if matches(row.record):
                count += 1
                yield row

    if only_count:
        for _ in found():
            pass
        write(str(count))
    else:
        rows.write(found(), _output())
    return 0 if count else 1


def _output() -> BinaryIO:
    if sys.stdout is None:
        raise RowError("there is no standard output to write to.")
    return sys.stdout.buffer


def _watched(rows: Rows, size: int | None, *, only_count: bool) -> Iterator[Row]:
    """The rows, with a progress bar unless they would be printed in its midst."""
    printed = not only_count and sys.stdout is not None and sys.stdout.isatty()
    if size is None or printed:
        return iter(rows)
    return shown_by_size(rows, lambda row: row.size, size, "matching")


def _size(stream: BinaryIO) -> int | None:
    """The bytes of a file; None of a stream that ends at some time."""
    try:
        return fstat(stream.fileno()).st_size or None
    except (OSError, ValueError):
        return None
