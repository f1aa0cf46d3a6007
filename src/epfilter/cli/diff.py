"""`epfilter diff`: what another filter selects more or fewer, in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.errors import CommandError
from epfilter.cli.filter_completion import complete_filter
from epfilter.cli.findings import parse_located_or_exit, print_resource_problems
from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import wrap_prose
from epfilter.cli.options import format_option, resource_option
from epfilter.cli.text_io import print_json, print_result, read_filter
from epfilter.printer import unparse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from epfilter.analysis import Difference
    from epfilter.ast import Filter
    from epfilter.resources import Resource

_HELP = """Show what NEW selects that OLD does not, and what it does not select any more.

OLD and NEW are filters: a text, `@file`, or `-` for standard input. Filters that differ
only in form, for example in the order of their terms, select the same. With --resource,
values are compared by the types of the fields, and more can be decided: without it, a
field can have values of any type and can be a list. What the resource does not accept
is printed to standard error. `epfilter resources` lists the names.

The exit code is 0 if both filters select the same, 1 if they differ or if this cannot be
decided, and 2 for an invalid filter and for wrong usage.

\b
Examples:
  epfilter diff 'gt(total,5)' 'ge(total,5)'
  epfilter diff --resource orders 'gt(with_tax,5)' 'ge(with_tax,6)'
  epfilter diff @refunds.filter 'eq(payment,refunded)'
  epfilter diff --format json 'in(id,a,b)' 'in(id,b,c)'
"""

_FAILURE = 2


@click.command(
    "diff", cls=HelpfulCommand, help=_HELP, short_help="Compare what two filters select."
)
@click.argument("old", metavar="OLD", shell_complete=complete_filter)
@click.argument("new", metavar="NEW", shell_complete=complete_filter)
@format_option(
    "text", "json", help="Text for people, or one JSON object with equal, more and fewer."
)
@resource_option("Compare the filters as those of this resource, for example orders.")
def diff_command(old: str, new: str, style: str, resource: Resource | None) -> int:
    """Run the command; return 0 for filters that select the same, and 1 for any other."""
    from epfilter.analysis import subtract

    if old == new == "-":
        raise CommandError("only one of the filters can come from standard input.")
    before, after = (_parse(read_filter(source), resource) for source in (old, new))
    more, fewer = subtract(after, before, resource), subtract(before, after, resource)
    if style == "json":
        print_json(_report_to_dict(more, fewer, resource))
    else:
        lines = [
            *_describe("also selects", more, resource),
            *_describe("no longer selects", fewer, resource),
        ]
        print_result(wrap_prose("\n".join(lines)) or "no difference: both filters select the same")
    return 1 if more or fewer else 0


def _parse(text: str, resource: Resource | None) -> Filter:
    """Return a filter; print what the resource does not accept, and exit for a syntax error."""
    f, located = parse_located_or_exit(text, exit_code=_FAILURE)
    if resource is not None:
        print_resource_problems(text, located, resource)
    return f


def _describe(
    verb: str, differences: Sequence[Difference], resource: Resource | None
) -> Iterator[str]:
    for is_certain in (True, False):
        parts = [each for each in differences if each.is_certain is is_certain]
        if parts:
            yield f"NEW {verb}:" if is_certain else f"NEW perhaps {verb} (this is not decided):"
        for part in parts:
            yield _indent(_in_words(part.f, resource))
            if part.excluded is not None:
                yield _indent(f"except {_in_words(part.excluded, resource)}", "    ")


def _indent(text: str, indent: str = "  ") -> str:
    return indent + text.replace("\n", f"\n{indent}")


def _in_words(f: Filter, resource: Resource | None) -> str:
    from epfilter.english import in_words

    return in_words(f, resource)


def _report_to_dict(
    more: Sequence[Difference], fewer: Sequence[Difference], resource: Resource | None
) -> dict[str, Any]:
    is_certain = any(part.is_certain for part in (*more, *fewer))
    return {
        "equal": False if is_certain else None if more or fewer else True,
        "more": [_difference_to_dict(part, resource) for part in more],
        "fewer": [_difference_to_dict(part, resource) for part in fewer],
    }


def _difference_to_dict(part: Difference, resource: Resource | None) -> dict[str, Any]:
    excluded = part.excluded
    return {
        "filter": unparse(part.f),
        "words": _in_words(part.f, resource),
        "except": None if excluded is None else unparse(excluded),
        "except_words": None if excluded is None else _in_words(excluded, resource),
        "certain": part.is_certain,
    }
