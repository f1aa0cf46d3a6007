"""`epfilter payload`: the request body that exports the orders of a filter."""

from __future__ import annotations

import click

from epfilter.cli.findings import parsed
from epfilter.cli.text_io import filter_argument, read_filter, write
from epfilter.exporter import CreateJob

_HELP = """Print the JSON body that asks the Exporter Service for the orders of FILTER.

Mistakes go to standard error, and then nothing is printed.

\b
Examples:
  epfilter payload 'gt(created_at,2018-09-01):eq(payment,refunded)'
  epfilter payload @refunds.filter |
    curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
      -d @- https://useast.api.elasticpath.com/v2/jobs
"""


@click.command("payload", help=_HELP, short_help="Print the request body of an order export.")
@filter_argument
def command(source: str) -> None:
    """Run the command."""
    write(CreateJob.order_export(parsed(read_filter(source))).model_dump_json())
