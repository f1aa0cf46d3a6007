"""`epfilter translate`: what a filter becomes where it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import parsed
from epfilter.cli.resource_name import beginning, named
from epfilter.cli.text_io import filter_argument, read_filter, say, write
from epfilter.errors import FilterError
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Print what FILTER becomes elsewhere: a query, a condition or code.

\b
  mongo          the query of a find, as extended JSON
  elasticsearch  the body of a search, as JSON
  ep-ast         the platform's own tree, version 3, as JSON
  python         code that builds the filter
  sql:DATABASE   a query for postgresql, sqlite, duckdb or mysql, its
                 parameters below it; needs 'epfilter[sql]'
  polars         the expression; needs 'epfilter[dataframe]' and polars

With --resource values have the types of its fields, aliases are resolved, and what it
does not accept is refused. Without it nothing is known of the types: Mongo is asked for
all that a value may be, and SQL and Polars are given columns of text.

What cannot be said there as it is meant is refused with exit code 1.

\b
Examples:
  epfilter translate --to mongo 'gt(total,100):eq(payment,paid)'
  epfilter translate --to elasticsearch --resource orders @refunds.filter
  epfilter translate --to python 'eq(a,1)|(like(b,x*):is_null(c))'
"""

# The names are written out, so that the help imports no translation.
_TARGETS = (
    *("mongo", "elasticsearch", "ep-ast", "python"),
    *("sql:postgresql", "sql:sqlite", "sql:duckdb", "sql:mysql", "polars"),
)


@click.command("translate", help=_HELP, short_help="Print a filter as a query or as code.")
@filter_argument
@click.option(
    "--to",
    "target",
    type=click.Choice(_TARGETS),
    required=True,
    metavar="LANGUAGE",
    help="One of those above.",
)
@click.option(
    "--resource",
    metavar="NAME",
    callback=named,
    shell_complete=beginning,
    help="Take the types of this resource, as in orders.",
)
def command(source: str, target: str, resource: Resource | None) -> int:
    """Run the command; what cannot be translated is a finding, a missing package a failure."""
    f = parsed(read_filter(source))
    from epfilter.cli.translations import TRANSLATIONS

    try:
        translated = TRANSLATIONS[target](f, resource)
    except FilterError as refusal:
        say(make_printable(str(refusal)), err=True)
        return 1
    write(translated)
    return 0
