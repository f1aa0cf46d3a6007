"""`epfilter parse`: the tree of a filter, as JSON or drawn."""

from __future__ import annotations

import click
from pydantic import TypeAdapter

from epfilter.ast import Filter, Node
from epfilter.cli.findings import parsed
from epfilter.cli.options import format_option
from epfilter.cli.text_io import filter_argument, read_filter, say, write
from epfilter.cli.tree import draw_tree

_HELP = """Print the tree of FILTER.

As JSON every node has an `op`; calls have `field` and `value` or `values`, `and` and `or`
have `terms`. Mistakes go to standard error.

\b
Examples:
  epfilter parse 'gt(created_at,2018-09-01):eq(payment,refunded)'
  epfilter parse --format tree '(eq(a,1)|eq(b,2)):eq(c,3)'
"""


@click.command("parse", help=_HELP, short_help="Print the tree of a filter.")
@filter_argument
@format_option("json", "tree", help="JSON for programs, or a drawing for people.")
def command(source: str, style: str) -> None:
    """Run the command."""
    f = parsed(read_filter(source))
    if style == "tree":
        say(draw_tree(f))
    else:
        write(_as_json(f))


def _as_json(f: Filter) -> str:
    node: TypeAdapter[Filter] = TypeAdapter(Node)
    return node.dump_json(f, indent=2).decode()
