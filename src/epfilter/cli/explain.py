"""`epfilter explain`: a filter in plain English, or what a code means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from epfilter.cli.findings import parsed, show_findings
from epfilter.cli.resource_name import beginning, named
from epfilter.cli.text_io import read_filter, write
from epfilter.errors import FilterValueError, Severity

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Say in plain English what FILTER selects, or what CODE means.

With --resource the fields are said with their types, points in time above all. Where
the resource does not accept FILTER, it is explained all the same, and what is wrong
goes to standard error. `epfilter resources` lists the names.

Codes are what `epfilter check` and `lint` report, in any case: EPF1 syntax, EPF2 fields
and values of a resource, EPF3 limits and cost, EPF4 meaning, EPF5 form, EPF6 filters in
programs and comments, EPF7 files. They are explained with a bad and a good example.

\b
Examples:
  epfilter explain 'gt(total,100):(is_null(coupon)|eq(coupon,none))'
  epfilter explain --resource orders 'gt(created_at,2018-09-01):eq(payment,refunded)'
  epfilter explain --resource orders @refunds.filter
  epfilter explain EPF201
"""

_CODE = re.compile(r"EPF[0-9]{0,3}", re.ASCII | re.IGNORECASE)


def _beginning(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[str]:
    """The codes that begin so, as click's completion."""
    from epfilter.linter import RULES

    return [code for code in RULES if code.startswith(incomplete.upper())]


@click.command("explain", help=_HELP, short_help="Say a filter, or a code, in plain English.")
@click.argument("source", metavar="FILTER|CODE", shell_complete=_beginning)
@click.option(
    "--resource",
    metavar="NAME",
    callback=named,
    shell_complete=beginning,
    help="Say the filter as this resource reads it, as in orders.",
)
def command(source: str, resource: Resource | None) -> int:
    """Run the command; an unknown code is wrong usage."""
    if not _CODE.fullmatch(source):
        return _explain_filter(read_filter(source), resource)
    if resource is not None:
        raise click.UsageError("--resource goes with a filter, not with a code.")
    _explain_code(source)
    return 0


def _explain_filter(text: str, resource: Resource | None) -> int:
    from epfilter.english import in_words

    write(in_words(parsed(text), resource))
    if resource is None:
        return 0
    wrong = [found for found in resource.check(text) if found.severity is not Severity.INFO]
    show_findings(text, wrong, err=True)
    return 1 if wrong else 0


def _explain_code(code: str) -> None:
    from epfilter.linter import explained

    try:
        text = explained(code)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    write(text)
