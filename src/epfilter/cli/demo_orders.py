"""`epfilter demo-orders`: invented orders, to try an export with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from epfilter.cli.progress import shown_by_size
from epfilter.cli.text_io import StreamError
from epfilter.errors import FilterValueError
from epfilter.snippets import make_printable

_HELP = """Print invented orders as JSONL, one order a line, as the platform gives orders.

The same options give the same orders. Nothing in them is real.

\b
Examples:
  epfilter demo-orders --rows 1000000 -o orders.jsonl
  epfilter demo-orders --rows 10 --seed 7 | epfilter match --format jsonl \\
    'eq(payment,refunded)' -
"""

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("demo-orders", help=_HELP, short_help="Print invented orders to try exports with.")
@click.option(
    "--rows", type=click.IntRange(min=0), default=1000, show_default=True, help="How many orders."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write to FILE, which is replaced, and not to standard output.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Another number gives other orders."
)
@click.option(
    "--start",
    metavar="DATE",
    type=_DAY,
    default="2018-01-01",
    show_default=True,
    help="The day in UTC on which the first are created.",
)
@click.option(
    "--end",
    metavar="DATE",
    type=_DAY,
    default="2019-01-01",
    show_default=True,
    help="The day before which the last are created.",
)
def command(rows: int, output: str | None, seed: int, start: datetime, end: datetime) -> None:
    """Run the command."""
    from epfilter.exporter.orders import demo_lines

    try:
        lines = demo_lines(rows, seed=seed, start=start.date(), end=end.date())
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    if output is not None:
        _write(shown_by_size(lines, lambda _: 1, rows, "inventing"), output)
        return
    if sys.stdout is None:
        raise StreamError("there is no standard output to write to.")
    sys.stdout.buffer.writelines(map(str.encode, lines))
    sys.stdout.buffer.flush()


def _write(lines: Iterator[str], output: str) -> None:
    try:
        with Path(output).open("wb") as file:
            file.writelines(map(str.encode, lines))
    except OSError as error:
        raise StreamError(
            f"cannot write {make_printable(output)}: {error.strerror or error}."
        ) from None
    except ValueError as error:
        # A name that no file can have: with a NUL in it.
        raise StreamError(f"cannot write {make_printable(output)}: {error}.") from None
