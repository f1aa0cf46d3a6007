"""Generates the page of each resource and the index when the site is built.

The pages are not stored: the declarations in src are the only source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from epfilter.resources import Declaration, Endpoint, ResourceInfo, all_resources, resource_info

FOLDER = "reference/resources"


def build_pages() -> dict[str, str]:
    """Return the text of each page by its path."""
    infos = [resource_info(resource) for resource in all_resources()]
    pages = {f"{FOLDER}/{info.name}.md": "\n".join(_page(info)) for info in infos}
    return {f"{FOLDER}/index.md": _index(infos), **pages}


def _index(infos: list[ResourceInfo]) -> str:
    rows = (
        f"| [`{info.name}`]({info.name}.md) | {_prose(info.title)}"
        f"{' (deprecated)' if info.deprecated else ''} "
        f"| {'<br>'.join(_format_endpoint(endpoint) for endpoint in info.endpoints)} "
        f"| {len(info.fields)} |"
        for info in infos
    )
    return "\n".join(
        [
            "# Resources",
            "",
            "What each listing of the platform accepts, as `epfilter.resources` declares it.",
            "",
            "| Resource | Title | Endpoints | Fields |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _page(info: ResourceInfo) -> Iterator[str]:
    yield from (f"# {info.name}", "", f"{_prose(info.title)}.", "")
    yield from ("```py", f"from epfilter.resources import {info.name}", "```", "")
    if info.deprecated:
        yield from ("**Deprecated.**", "")
    if info.only_required:
        yield from ("Filters must contain the required fields and no others.", "")
    if info.note:
        yield from (_prose(info.note), "")
    yield from ("| Endpoint | Operation | Note |", "|---|---|---|")
    for endpoint in info.endpoints:
        operation = f"`{endpoint.operation}`" if endpoint.operation else ""
        yield f"| {_format_endpoint(endpoint)} | {operation} | {_prose(endpoint.note)} |"
    yield from ("", "## Fields", "")
    if info.fields:
        yield from ("| Field | Type | Operators | Values and notes |", "|---|---|---|---|")
        for name, field in info.fields.items():
            operators = " ".join(f"`{op.value}`" for op in field.operators) or "none"
            yield f"| `{name}` | {field.type} | {operators} | {'<br>'.join(_notes(field))} |"
    else:
        yield "The fields of this resource are not documented."
    if info.source_conflicts:
        yield from ("", "## Contradictions between public sources", "")
        for conflict in info.source_conflicts:
            yield f"- {_prose(conflict.text)}"
    yield ""


def _format_endpoint(endpoint: Endpoint) -> str:
    """Return method and path as code, whose lines can break after a slash."""
    return f"<code>{endpoint.method} {endpoint.path.replace('/', '/<wbr>')}</code>"


def _notes(field: Declaration[Any]) -> Iterator[str]:
    values = (field.type.item or field.type).values
    if values:
        yield "one of " + ", ".join(f"`{value}`" for value in values)
    if field.known_values:
        yield "for example " + ", ".join(f"`{value}`" for value in field.known_values)
    if field.multivalued and field.type.item is None:
        yield "one object can have several values"
    if field.required:
        yield "required"
    if field.deprecated:
        since = f" since {field.deprecated.since}" if field.deprecated.since else ""
        instead = f": use `{field.deprecated.instead}`" if field.deprecated.instead else ""
        yield f"deprecated{since}{instead}"
    if field.aliases:
        yield "also named " + ", ".join(f"`{alias}`" for alias in field.aliases)
    if field.note:
        yield _prose(field.note)


def _prose(text: str) -> str:
    """Return a text as Markdown for a table: markup characters are escaped except in code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"[\\*_\[\]<>|#]", r"\\\g<0>", part)
        for part in parts
    )
