"""`epfilter explain`: a filter in plain English, or the meaning of a diagnostic code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from epfilter.cli.filter_completion import complete_filter
from epfilter.cli.findings import parse_located_or_exit, print_resource_problems
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import terminal_width, wrap_prose
from epfilter.cli.options import resource_option
from epfilter.cli.text_io import print_result, read_filter
from epfilter.errors import FilterValueError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from epfilter.resources import Resource

_HELP = """Explain in plain English what FILTER selects, or what CODE means.

With --resource, values are read by the types of the fields, for example as points in
time. A FILTER that the resource does not accept is explained as well, and its errors go
to standard error. `epfilter resources` lists the names.

CODE is a code that `epfilter check` or `epfilter lint` reports, in upper or lower case:
EPF1 syntax, EPF2 fields and values of a resource, EPF3 limits and cost, EPF4 meaning,
EPF5 form, EPF6 filters in programs and comments, EPF7 files. Codes are explained with
a bad and a good example. The start of a code, such as EPF6, lists the codes.

\b
Examples:
  epfilter explain 'gt(total,100):(is_null(coupon)|eq(coupon,none))'
  epfilter explain --resource orders 'ge(created_at,2018-09-01):eq(payment,refunded)'
  epfilter explain --resource orders --timezone Europe/Paris @refunds.filter
  epfilter explain EPF201
  epfilter explain EPF2
"""

_CODE = re.compile(r"EPF[0-9]{0,3}", re.ASCII | re.IGNORECASE)


def _complete_code(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """Return the codes and filters that start with this text, as a completion of click.

    A resource before it rules out codes.
    """
    from click.shell_completion import CompletionItem

    from epfilter.linter import RULES

    if ctx.params.get("resource") is not None:
        return complete_filter(ctx, param, incomplete)
    codes = [CompletionItem(code) for code in RULES if code.startswith(incomplete.upper())]
    return codes + (complete_filter(ctx, param, incomplete) if incomplete else [])


@click.command(
    "explain",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Explain a filter or a code in plain English.",
)
@click.argument("source", metavar="FILTER|CODE", shell_complete=_complete_code)
@resource_option("Read the filter as one of this resource, for example orders.")
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Show points in time in this zone, such as Europe/Paris, instead of UTC.",
)
def explain_command(source: str, resource: Resource | None, timezone: str | None) -> int:
    """Run the command; an unknown code is wrong usage."""
    is_code = _is_code(source)
    for name, value in (("--resource", resource), ("--timezone", timezone)):
        if is_code and value is not None:
            raise click.UsageError(f"`{name}` cannot be combined with a code.")
    if not is_code:
        if timezone is not None and resource is None:
            raise click.UsageError(
                "`--timezone` requires `--resource`: without it, every value is text."
            )
        return _explain_filter(
            read_filter(source), resource, "UTC" if timezone is None else timezone
        )
    _explain_code(source)
    return 0


def _is_code(source: str) -> bool:
    """Return whether the argument is a code, for example that of a rule of another package."""
    from epfilter.linter import RULES

    return bool(_CODE.fullmatch(source)) or source.upper() in RULES


def _explain_filter(text: str, resource: Resource | None, timezone: str) -> int:
    from epfilter.english import in_words

    f, located = parse_located_or_exit(text)
    try:
        words = in_words(f, resource, timezone=timezone)
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    print_result(wrap_prose(words))
    if resource is None:
        return 0
    return 1 if print_resource_problems(text, located, resource) else 0


def _explain_code(code: str) -> None:
    from epfilter.linter import RULES, explain_rule

    family = [rule for rule in RULES.values() if rule.code.startswith(code.upper())]
    try:
        if code.upper() in RULES or not family:
            text = explain_rule(code, width=terminal_width(88, default=88))
        else:
            text = wrap_prose(
                "\n".join(f"{rule.code}  {rule.title} ({rule.severity})" for rule in family), hang=8
            )
    except FilterValueError as error:
        raise click.UsageError(str(error)) from None
    print_result(text)
