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

from epfilter.cli.errors import CommandError
from epfilter.cli.findings import parse_located_or_exit, print_findings
from epfilter.cli.options import filter_argument, resource_option
from epfilter.cli.progress import iterate_with_progress
from epfilter.cli.rows import FORMATS, Row, Rows, open_rows
from epfilter.cli.text_io import open_standard_output, print_result, read_filter
from epfilter.errors import ResourceError, Severity, UnsupportedFilterError

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Print the rows of FILE that FILTER matches, in the format of FILE.

FILE is JSON (an array of objects, or an object whose `data` is one), JSONL (one object
per line; .jsonl or .ndjson) or CSV (with a header). Use - and --format to read standard
input. JSONL and CSV are read row by row, JSON as a whole.

Without --resource, values are compared by their type in the file: texts as texts, which
works for timestamps of one form, and all values of a CSV file as texts. With --resource,
texts are read as the type of the field: timestamps, numbers, true and false, UUIDs.
Missing and null are the same. An empty cell is an empty text, not null.

\b
Examples:
  epfilter match 'ge(total,100):eq(payment,paid)' orders.json
  epfilter match --resource orders 'gt(created_at,2018-09-01)' orders.jsonl
  epfilter match --count --resource orders 'gt(with_tax,5000)' orders.csv
  echo '{"total": 150}' | epfilter match --format jsonl 'gt(total,100)' -

\b
Exit codes:
  0  at least one row matched
  1  no row matched
  2  wrong usage, an error in FILTER, or a file that cannot be read
"""

_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}


def _complete_file(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[CompletionItem]:
    """Let the shell complete file names, as a completion of click."""
    return [CompletionItem(incomplete, type="file")]


@click.command("match", help=_HELP, short_help="Print the rows of a file that a filter matches.")
@filter_argument
@click.argument("file", metavar="FILE", shell_complete=_complete_file)
@click.option(
    "--format",
    "style",
    type=click.Choice([*FORMATS]),
    help="Format of FILE (default: by its suffix).",
)
@resource_option("Read FILTER and the rows as those of this resource, for example orders.")
@click.option("--count", "count_only", is_flag=True, help="Print only the number of matching rows.")
def match_command(
    source: str, file: str, style: str | None, resource: Resource | None, *, count_only: bool
) -> int:
    """Run the command; return 0 where a row matched, 1 where none did."""
    if source == "-" == file:
        raise click.UsageError("FILTER and FILE cannot both be standard input.")
    style = style or _SUFFIXES.get(PurePath(file).suffix.lower())
    if style is None:
        raise click.UsageError(
            f"cannot tell the format from the file name ({', '.join(_SUFFIXES)}); pass `--format`."
        )
    matches = _create_predicate(read_filter(source), resource)
    stream = open_rows(file)
    with nullcontext() if file == "-" else stream:
        name = "standard input" if file == "-" else file
        rows = FORMATS[style](stream, name)
        return _print_matches(rows, matches, _file_size(stream), count_only=count_only)


def _create_predicate(text: str, resource: Resource | None) -> Callable[[object], bool]:
    """Return the test of a row; print the errors of the filter and exit with 2."""
    from epfilter.targets import to_predicate

    f, located = parse_located_or_exit(text, exit_code=2)
    try:
        return to_predicate(f, resource)
    except UnsupportedFilterError as error:
        raise CommandError(str(error)) from None
    except ResourceError as error:
        if resource is None:
            raise
        from epfilter.resources import check_located

        findings = check_located(resource, located, len(text))
        problems = [finding for finding in findings if finding.severity is not Severity.INFO]
        if not problems:
            raise CommandError(str(error)) from None
        print_findings(text, problems, err=True)
    raise click.exceptions.Exit(2)


def _print_matches(
    rows: Rows, matches: Callable[[object], bool], size: int | None, *, count_only: bool
) -> int:
    count = 0

    def select() -> Iterator[Row]:
        nonlocal count
        for row in _show_progress(rows, size, count_only=count_only):
            if matches(row.record):
                count += 1
                yield row

    if count_only:
        for _ in select():
            pass
        print_result(str(count))
    else:
        rows.write(select(), open_standard_output())
    return 0 if count else 1


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
