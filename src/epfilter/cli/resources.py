"""`epfilter resources`: the listings of the platform, and the filters that each one accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from epfilter.cli.help_pages import HelpfulCommand
from epfilter.cli.layout import render_table, terminal_width, wrap_paragraph
from epfilter.cli.options import complete_resource, find_resource, format_option
from epfilter.cli.text_io import print_json, print_line
from epfilter.resources import all_resources, resource_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from epfilter.resources import Declaration, Deprecation, Endpoint, Resource, ResourceInfo

_HELP = """List the resources of the platform, or show the filters that the resource NAME accepts.

For one resource this prints its endpoints and, for each field, the type, the operators,
the values and notes.

\b
Examples:
  epfilter resources
  epfilter resources orders
  epfilter resources --format json pim_products
"""

_MIN_TITLE_WIDTH = 20
"""Columns for a title beside its name; where there are fewer, it goes below the name."""


@click.command(
    "resources",
    cls=HelpfulCommand,
    help=_HELP,
    short_help="Show the filters that each resource accepts.",
)
@click.argument(
    "resource",
    metavar="[NAME]",
    required=False,
    callback=find_resource,
    shell_complete=complete_resource,
)
@format_option("text", "json", help="Text for people, or JSON: a list of all, or one object.")
def resources_command(resource: Resource | None, style: str) -> None:
    """Run the command."""
    if style == "json":
        data = (
            [_summary_to_dict(resource_info(listed)) for listed in all_resources()]
            if resource is None
            else _resource_to_dict(resource_info(resource))
        )
        print_json(data)
    elif resource is None:
        print_line("\n".join(_render_resources()))
    else:
        print_line("\n".join(_render_resource(resource_info(resource))))


def _render_resources() -> Iterator[str]:
    width = terminal_width()
    infos = [resource_info(resource) for resource in all_resources()]
    longest = max(len(info.name) for info in infos)
    for info in infos:
        deprecated = " (deprecated)" if info.deprecated else ""
        yield from _render_heading(info.name, longest, f"{info.title}{deprecated}", width)
        for endpoint in info.endpoints:
            yield from wrap_paragraph(_format_endpoint(endpoint), width, 4, hang=8)


def _render_heading(name: str, name_width: int, title: str, width: int) -> Iterator[str]:
    """Yield the lines of a name and its title, which is beside the name if there is space."""
    hang = name_width + 2
    if width - hang < _MIN_TITLE_WIDTH:
        yield click.style(name, bold=True)
        yield from wrap_paragraph(title, width, 2, hang=2)
        return
    first, *rest = wrap_paragraph(title, width, hang, hang=hang)
    yield click.style(name, bold=True) + first[len(name) :]
    yield from rest


def _render_resource(info: ResourceInfo) -> Iterator[str]:
    width = terminal_width()
    yield from _render_heading(info.name, len(info.name), info.title, width)
    for endpoint in info.endpoints:
        note = f"  ({endpoint.note})" if endpoint.note else ""
        yield from wrap_paragraph(f"{_format_endpoint(endpoint)}{note}", width, 2, hang=6)
    remarks = [
        _format_deprecation("the resource", info.deprecated),
        "filters must contain the required fields and no others" if info.only_required else "",
        info.note,
    ]
    for remark in filter(None, remarks):
        yield from wrap_paragraph(remark, width, 2, hang=2)
    yield ""
    if info.fields:
        head = ("field", "type", "operators", "values and notes")
        rows = [_field_row(name, field) for name, field in info.fields.items()]
        yield from render_table(head, rows, width)
    else:
        yield "The fields of this resource are not documented."
    if info.source_conflicts:
        yield ""
        yield click.style("contradictions between public sources", bold=True)
        for conflict in info.source_conflicts:
            yield from wrap_paragraph(conflict.text, width, 2, hang=4)


def _field_row(name: str, field: Declaration[Any]) -> tuple[str, str, str, str]:
    element_type = field.type.item or field.type
    notes = [
        ", ".join(element_type.values),
        f"for example {', '.join(field.known_values)}" if field.known_values else "",
        "required" if field.required and not field.note.startswith("required") else "",
        "" if field.note.startswith("deprecated") else _format_deprecation("", field.deprecated),
        f"also named {', '.join(field.aliases)}" if field.aliases else "",
        field.note,
    ]
    operators = " ".join(op.value for op in field.operators) or "none"
    return name, str(field.type), operators, "; ".join(filter(None, notes))


def _format_deprecation(subject: str, deprecation: Deprecation | None) -> str:
    if deprecation is None:
        return ""
    prefix = f"{subject} is " if subject else ""
    since = f" since {deprecation.since}" if deprecation.since else ""
    instead = f": use {deprecation.instead}" if deprecation.instead else ""
    return f"{prefix}deprecated{since}{instead}"


def _format_endpoint(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def _summary_to_dict(info: ResourceInfo) -> dict[str, Any]:
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


def _resource_to_dict(info: ResourceInfo) -> dict[str, Any]:
    return {
        **_summary_to_dict(info),
        "note": info.note or None,
        "source_conflicts": [conflict.text for conflict in info.source_conflicts],
        "only_required": info.only_required,
        "fields": [_field_to_dict(name, field) for name, field in info.fields.items()],
    }


def _field_to_dict(name: str, field: Declaration[Any]) -> dict[str, Any]:
    item = field.type.item
    deprecation = field.deprecated
    return {
        "name": name,
        "type": field.type.name,
        "item_type": item.name if item else None,
        "operators": [op.value for op in field.operators],
        "values": list((item or field.type).values),
        "known_values": list(field.known_values),
        "aliases": list(field.aliases),
        "multivalued": field.multivalued,
        "required": field.required,
        "deprecated": deprecation is not None,
        "deprecated_since": (deprecation.since or None) if deprecation else None,
        "instead": (deprecation.instead or None) if deprecation else None,
        "note": field.note or None,
    }
