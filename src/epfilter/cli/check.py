"""`epfilter check`: says whether a text is a filter, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
from pydantic import BaseModel

from epfilter.ast import Filter
from epfilter.cli.findings import show_findings
from epfilter.cli.options import format_option
from epfilter.cli.resource_name import beginning, named
from epfilter.cli.text_io import filter_argument, read_filter, say, write
from epfilter.cli.tree import draw_tree
from epfilter.errors import Diagnostic, FilterSyntaxError, Severity
from epfilter.parser import parse
from epfilter.printer import unparse
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.resources import Resource

_HELP = """Say whether FILTER is a filter, and what is wrong with it.

Of a good filter it shows the canonical text and the tree; of a bad one every mistake
with its place, a hint and, where there is one, a fix and the text that it gives. An
unsafe fix is a guess: read it before you use it.

With --resource the fields, operators and values must be those of the resource; remarks
on style are shown and do no harm. `epfilter resources` lists the names.

\b
Examples:
  epfilter check 'gt(created_at,2018-09-01):eq(payment,refunded)'
  epfilter check --resource orders 'eq(payment,refunded)'
  epfilter check --format json @refunds.filter
  echo 'eq(payment,paid)' | epfilter check -
"""


@click.command("check", help=_HELP, short_help="Say whether a filter is right, and what is wrong.")
@filter_argument
@format_option(
    "text", "json", help="For people, or one JSON object with ok, canonical, tree and diagnostics."
)
@click.option(
    "--resource",
    metavar="NAME",
    callback=named,
    shell_complete=beginning,
    help="Check the filter against this resource, as in orders.",
)
@click.option(
    "--max-length",
    type=click.IntRange(min=0),
    metavar="CHARACTERS",
    help="Refuse a longer filter. The platform takes about 8 KB.",
)
def command(source: str, style: str, resource: Resource | None, max_length: int | None) -> int:
    """Run the command; 0 for a filter without errors and warnings, 1 for anything else."""
    text = read_filter(source)
    f: Filter | None = None
    found: Sequence[Diagnostic] = ()
    try:
        f = parse(text, max_length=max_length)
    except FilterSyntaxError as error:
        found = error.diagnostics
    if resource is not None and (max_length is None or len(text) <= max_length):
        found = resource.check(text)
    ok = f is not None and all(one.severity is Severity.INFO for one in found)
    if style == "json":
        write(_as_json(f, found, ok=ok))
    else:
        show_findings(text, found)
        if f is not None and ok:
            _show_verdict(f)
    return 0 if ok else 1


def _as_json(f: Filter | None, found: Sequence[Diagnostic], *, ok: bool) -> str:
    answer = {
        "ok": ok,
        "canonical": None if f is None else unparse(f),
        "tree": f.model_dump(mode="json") if isinstance(f, BaseModel) else None,
        "diagnostics": [diagnostic.as_dict() for diagnostic in found],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _show_verdict(f: Filter) -> None:
    canonical = unparse(f)
    say(click.style("ok", fg="green", bold=True))
    say(f"canonical  {make_printable(canonical)}")
    if not canonical.isprintable():
        say("           (some characters are shown as escapes; `epfilter format` prints them)")
    say("tree       " + draw_tree(f).replace("\n", "\n           "))
