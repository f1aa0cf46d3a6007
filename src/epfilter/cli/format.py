"""`epfilter format`: the canonical text of a filter."""

from __future__ import annotations

import click

from epfilter.cli.findings import parsed
from epfilter.cli.streams import filter_argument, read_filter, write
from epfilter.printer import Quotes, pretty, unparse

_HELP = """Print the canonical text of FILTER, or several lines for people.

Both mean what FILTER means. Mistakes go to standard error.

\b
Examples:
  epfilter format "eq( name, 'Ron Swanson' ) : gt(total, 100)"
  epfilter format --pretty 'gt(total,100):(eq(payment,paid)|eq(payment,refunded))'
  epfilter format --quotes always @refunds.filter
"""


@click.command("format", help=_HELP, short_help="Print the canonical text of a filter.")
@filter_argument
@click.option("--pretty", "in_lines", is_flag=True, help="One call a line, groups indented.")
@click.option(
    "--quotes",
    type=click.Choice(["minimal", "always"]),
    default="minimal",
    show_default=True,
    help="Quote what must be quoted, or every operand.",
)
def command(source: str, *, in_lines: bool, quotes: Quotes) -> None:
    """Run the command."""
    f = parsed(read_filter(source))
    write(pretty(f, quotes=quotes) if in_lines else unparse(f, quotes=quotes))
