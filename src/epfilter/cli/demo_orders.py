"""`epfilter demo-orders`: invented orders, to try an export with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from epfilter.cli.errors import CommandError, describe_file_error
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.options import OTHER_FORMATS, FilePath
from epfilter.cli.progress import iterate_with_progress
from epfilter.cli.text_io import open_standard_output
from epfilter.errors import FilterValueError

_HELP = """Print invented orders as JSONL, one order per line, in the format of the platform.

The same options always give the same orders. All data is invented.

\b
Examples:
  epfilter demo-orders --rows 1000000 -o orders.jsonl
  epfilter demo-orders --rows 10 --seed 7 | epfilter match --format jsonl \\
    'eq(payment,refunded)' -
"""

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    "demo-orders",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Print invented orders to try exports with.",
)
@click.option(
    "--rows", type=click.IntRange(min=0), default=1000, metavar="N", help="Number of orders."
)
@click.option(
    "-o",
    "--output",
    type=FilePath(),
    metavar="FILE",
    help="Write to FILE instead of standard output; an existing file is replaced.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    metavar="N",
    help="Seed of the random numbers; another one gives other orders.",
)
@click.option(
    "--start",
    metavar="DATE",
    type=_DAY,
    default="2018-01-01",
    help="First day of the orders, in UTC.",
)
@click.option(
    "--end",
    metavar="DATE",
    type=_DAY,
    default="2019-01-01",
    help="Day after the last day of the orders, in UTC.",
)
def demo_orders_command(
    rows: int, output: Path | None, seed: int, start: datetime, end: datetime
) -> None:
    """Run the command."""
    from epfilter.exporter.orders import demo_lines

    try:
        lines = demo_lines(rows, seed=seed, start=start.date(), end=end.date())
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    if output is not None and output != Path("-"):
        suffix = output.suffix.lower()
        if suffix in OTHER_FORMATS - {".jsonl", ".ndjson"} or suffix == ".csv":
            raise click.UsageError(
                "invented orders are written as JSONL; use a name that ends in .jsonl. Then "
                "`epfilter export --all --orders` writes CSV."
            )
        _write_lines(iterate_with_progress(lines, lambda _: 1, rows, "generating"), output)
        return
    stream = open_standard_output()
    stream.writelines(map(str.encode, lines))
    stream.flush()


def _write_lines(lines: Iterator[str], output: Path) -> None:
    try:
        with output.open("wb") as file:
            file.writelines(map(str.encode, lines))
    except (OSError, ValueError) as error:
        raise CommandError(describe_file_error("write", output, error)) from None
