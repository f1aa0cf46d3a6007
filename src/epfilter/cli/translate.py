"""`epfilter translate`: a filter as a query, a condition or code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import parse_or_exit
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.options import filter_argument, resource_option
from epfilter.cli.text_io import print_line, print_result, read_filter
from epfilter.cli.translations import PYTHON, translate
from epfilter.errors import FilterError
from epfilter.snippets import make_printable
from epfilter.targets.registry import TRANSLATIONS

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Translate FILTER to a query, a condition or code.

\b
Targets:
  mongo          a query for `find`, as extended JSON
  elasticsearch  the body of a search, as JSON
  ep-ast         the tree of the platform, version 3, as JSON
  rqb            the query of react-querybuilder, as JSON
  python         code that builds the filter
  sql:DATABASE   a query for postgresql, sqlite, duckdb or mysql, with its
                 parameters below it; requires 'epfilter[sql]'
  polars         an expression; requires 'epfilter[dataframe]' and polars

With --resource, values have the types of its fields, aliases are resolved, and a filter
that the resource does not accept is an error. Without it the types are unknown: the
MongoDB query matches every type that a value can have, and SQL and Polars use text
columns.

A filter that the target cannot express with the same meaning ends with exit code 1.

\b
Examples:
  epfilter translate --to mongo 'gt(total,100):eq(payment,paid)'
  epfilter translate --to elasticsearch --resource orders @refunds.filter
  epfilter translate --to python 'eq(a,1)|(like(b,x*):is_null(c))'
"""


@click.command(
    "translate", cls=HelpfulCommand, help=_HELP, short_help="Translate a filter to a query or code."
)
@filter_argument
@click.option(
    "--to",
    "target",
    type=click.Choice([*TRANSLATIONS, PYTHON]),
    required=True,
    metavar="TARGET",
    help="One of the targets below.",
)
@resource_option("Use the types of this resource, for example orders.")
def translate_command(source: str, target: str, resource: Resource | None) -> int:
    """Run the command; return 1 where the filter cannot be translated."""
    f = parse_or_exit(read_filter(source))
    try:
        translation = translate(f, target, resource)
    except FilterError as error:
        print_line(make_printable(str(error)), err=True)
        return 1
    print_result(translation)
    return 0
