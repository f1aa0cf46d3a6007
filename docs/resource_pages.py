"""Writes the page of each resource and their index from the declarations, when the site is built.

Nothing of it is stored: the declarations in src are the only source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File

from epfilter.resources import Declaration, ResourceInfo, all_resources, resource_info

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FOLDER = "reference/resources"


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site, before it makes the navigation."""
    for name, text in pages().items():
        files.append(File.generated(config, f"{FOLDER}/{name}.md", content=text))


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    infos = [resource_info(resource) for resource in all_resources()]
    return {"index": _index(infos)} | {info.name: "\n".join(_page(info)) for info in infos}


def _index(infos: list[ResourceInfo]) -> str:
    rows = (
        f"| [`{info.name}`]({info.name}.md) | {_prose(info.title)}"
        f"{' (deprecated)' if info.deprecated else ''} "
        f"| {'<br>'.join(f'`{one.method} {one.path}`' for one in info.endpoints)} "
        f"| {len(info.fields)} |"
        for info in infos
    )
    return "\n".join(
        [
            "# Resources",
            "",
            "What each listing of the platform accepts. `epfilter.resources` goes by the same.",
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
        yield from ("It wants its required fields and no others.", "")
    if info.note:
        yield from (_prose(info.note), "")
    yield from ("| Endpoint | Operation | Note |", "|---|---|---|")
    for one in info.endpoints:
        operation = f"`{one.operation}`" if one.operation else ""
        yield f"| `{one.method} {one.path}` | {operation} | {_prose(one.note)} |"
    yield from ("", "## Fields", "")
    if info.fields:
        yield from ("| Field | Type | Operators | Values and notes |", "|---|---|---|---|")
        for name, field in info.fields.items():
            operators = " ".join(f"`{op.value}`" for op in field.operators) or "none"
            yield f"| `{name}` | {field.type} | {operators} | {'<br>'.join(_said(field))} |"
    else:
        yield "No page says which fields it has."
    if info.source_conflicts:
        yield from ("", "## Where pages of the platform disagree", "")
        for text in info.source_conflicts:
            yield f"- {_prose(text)}"
    yield ""


def _said(field: Declaration[Any]) -> Iterator[str]:
    values = (field.type.item or field.type).values
    if values:
        yield "one of " + ", ".join(f"`{value}`" for value in values)
    if field.known_values:
        yield "for example " + ", ".join(f"`{value}`" for value in field.known_values)
    if field.multivalued and field.type.item is None:
        yield "one object can have several"
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
    """A text as Markdown for a table: characters of markup stand for themselves, code stays."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"[\\*_\[\]<>|#]", r"\\\g<0>", part)
        for part in parts
    )
