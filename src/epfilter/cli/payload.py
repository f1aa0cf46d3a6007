"""`epfilter payload`: the request body that exports the orders of a filter."""

from __future__ import annotations

import click

from epfilter.cli.filter_completion import complete_order_filter
from epfilter.cli.findings import parse_or_exit
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.text_io import print_result, read_filter
from epfilter.exporter import CreateJob

_HELP = """Print the JSON body that requests the orders of FILTER from the Exporter Service.

Errors go to standard error; an invalid filter prints nothing else.

\b
Examples:
  epfilter payload 'ge(created_at,2018-09-01):eq(payment,refunded)'
  epfilter payload @refunds.filter |
    curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
      -d @- https://useast.api.elasticpath.com/v2/jobs
"""


@click.command(
    "payload",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Print the request body of an order export.",
)
@click.argument("source", metavar="FILTER", shell_complete=complete_order_filter)
def payload_command(source: str) -> None:
    """Run the command."""
    print_result(CreateJob.order_export(parse_or_exit(read_filter(source))).model_dump_json())
