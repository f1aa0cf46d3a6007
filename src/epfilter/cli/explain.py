"""`epfilter explain`: what a code means."""

from __future__ import annotations

import click

from epfilter.cli.streams import write
from epfilter.errors import FilterValueError

_HELP = """Say what CODE means, with a bad and a good example.

Codes are what `epfilter check` and `lint` report, in any case: EPF1 syntax, EPF2 fields
and values of a resource, EPF3 limits and cost, EPF4 meaning, EPF5 form.

\b
Examples:
  epfilter explain EPF201
  epfilter explain epf401
"""


def _beginning(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[str]:
    """The codes that begin so, as click's completion."""
    from epfilter.linter import RULES

    return [code for code in RULES if code.startswith(incomplete.upper())]


@click.command("explain", help=_HELP, short_help="Say what the code of a finding means.")
@click.argument("code", metavar="CODE", shell_complete=_beginning)
def command(code: str) -> None:
    """Run the command; an unknown code is wrong usage."""
    from epfilter.linter import explained

    try:
        text = explained(code)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    write(text)
