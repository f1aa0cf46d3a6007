"""`epfilter parse`: the tree of a filter, as JSON or as a drawing."""

from __future__ import annotations

import click
from pydantic import TypeAdapter

from epfilter.ast import Filter, Node
from epfilter.cli.findings import parse_or_exit
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.options import filter_argument, format_option
from epfilter.cli.text_io import print_line, print_result, read_filter
from epfilter.cli.tree import render_tree

_HELP = """Print the tree of FILTER.

In JSON every node has an `op`. Calls have a `field` and a `value` or `values`; `and` and
`or` have `terms`. Errors go to standard error.

\b
Examples:
  epfilter parse 'ge(created_at,2018-09-01):eq(payment,refunded)'
  epfilter parse --format tree '(eq(a,1)|eq(b,2)):eq(c,3)'
"""


@click.command("parse", cls=HelpfulCommand, help=_HELP, short_help="Print the tree of a filter.")
@filter_argument
@format_option("json", "tree", help="JSON for programs, or a drawing for people.")
def parse_command(source: str, style: str) -> None:
    """Run the command."""
    f = parse_or_exit(read_filter(source))
    if style == "tree":
        print_line(render_tree(f))
    else:
        adapter: TypeAdapter[Filter] = TypeAdapter(Node)
        print_result(adapter.dump_json(f, indent=2).decode())
