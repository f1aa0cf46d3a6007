"""`epfilter resources`: the listings of the platform, and what may be asked of each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.options import format_option
from epfilter.cli.resource_name import beginning, named
from epfilter.cli.tables import columns, indented, terminal_width
from epfilter.cli.text_io import say, write
from epfilter.resources import all_resources, resource_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from epfilter.resources import Declaration, Deprecation, Endpoint, Resource, ResourceInfo

_HELP = """List the resources of the platform, or show what may be asked of the resource NAME.

Of a resource it shows its endpoints and, of each field, the type, the operators, the
values and what else is known of it.

\b
Examples:
  epfilter resources
  epfilter resources orders
  epfilter resources --format json pim_products
"""


@click.command("resources", help=_HELP, short_help="Show what may be asked of each resource.")
@click.argument(
    "resource", metavar="[NAME]", required=False, callback=named, shell_complete=beginning
)
@format_option("text", "json", help="For people, or JSON: a list of all, or one object.")
def command(resource: Resource | None, style: str) -> None:
    """Run the command."""
    if style == "json":
        answer = (
            [_head(resource_info(one)) for one in all_resources()]
            if resource is None
            else _whole(resource_info(resource))
        )
        write(json.dumps(answer, ensure_ascii=False, indent=2))
    elif resource is None:
        say("\n".join(_drawn_list()))
    else:
        say("\n".join(_drawn(resource_info(resource))))


def _drawn_list() -> Iterator[str]:
    width = terminal_width()
    infos = [resource_info(resource) for resource in all_resources()]
    longest = max(len(info.name) for info in infos)
    for info in infos:
        old = " (deprecated)" if info.deprecated else ""
        yield f"{click.style(info.name.ljust(longest), bold=True)}  {info.title}{old}"
        for endpoint in info.endpoints:
            yield from indented(_place(endpoint), width, 4, hang=8)


def _drawn(info: ResourceInfo) -> Iterator[str]:
    width = terminal_width()
    yield click.style(info.name, bold=True) + f"  {info.title}"
    for endpoint in info.endpoints:
        note = f"  ({endpoint.note})" if endpoint.note else ""
        yield from indented(f"{_place(endpoint)}{note}", width, 2, hang=6)
    remarks = [
        _old("the resource", info.deprecated),
        "it wants its required fields and no others" if info.exactly else "",
        info.note,
    ]
    for remark in filter(None, remarks):
        yield from indented(remark, width, 2, hang=2)
    yield ""
    if info.fields:
        head = ("field", "type", "operators", "values and notes")
        yield from columns(head, [_row(name, field) for name, field in info.fields.items()], width)
    else:
        yield "No page says which fields it has."
    if info.disagreements:
        yield ""
        yield click.style("where pages of the platform disagree", bold=True)
        for text in info.disagreements:
            yield from indented(text, width, 2, hang=4)


def _row(name: str, field: Declaration[Any]) -> tuple[str, str, str, str]:
    element = field.kind.item or field.kind
    said = [
        ", ".join(element.values),
        f"for example {', '.join(field.known_values)}" if field.known_values else "",
        "required" if field.required and not field.note.startswith("required") else "",
        "" if field.note.startswith("deprecated") else _old("", field.deprecated),
        f"also named {', '.join(field.aliases)}" if field.aliases else "",
        field.note,
    ]
    operators = " ".join(op.value for op in field.operators) or "none"
    return name, str(field.kind), operators, "; ".join(filter(None, said))


def _old(what: str, deprecation: Deprecation | None) -> str:
    if deprecation is None:
        return ""
    subject = f"{what} is " if what else ""
    since = f" since {deprecation.since}" if deprecation.since else ""
    instead = f": use {deprecation.instead}" if deprecation.instead else ""
    return f"{subject}deprecated{since}{instead}"


def _place(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def _head(info: ResourceInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "title": info.title,
        "deprecated": info.deprecated is not None,
        "endpoints": [
            {
                "method": endpoint.method,
                "path": endpoint.path,
                "operation": endpoint.operation or None,
                "note": endpoint.note or None,
            }
            for endpoint in info.endpoints
        ],
    }


def _whole(info: ResourceInfo) -> dict[str, Any]:
    return {
        **_head(info),
        "note": info.note or None,
        "disagreements": list(info.disagreements),
        "exactly_required_fields": info.exactly,
        "fields": [_as_object(name, field) for name, field in info.fields.items()],
    }


def _as_object(name: str, field: Declaration[Any]) -> dict[str, Any]:
    item = field.kind.item
    deprecation = field.deprecated
    return {
        "name": name,
        "type": field.kind.name,
        "item_type": item.name if item else None,
        "operators": [op.value for op in field.operators],
        "values": list((item or field.kind).values),
        "known_values": list(field.known_values),
        "aliases": list(field.aliases),
        "several": field.several,
        "required": field.required,
        "deprecated": deprecation is not None,
        "deprecated_since": (deprecation.since or None) if deprecation else None,
        "instead": (deprecation.instead or None) if deprecation else None,
        "note": field.note or None,
    }
