"""Completion of a FILTER argument by the shell: operators, fields and values of the resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from epfilter.editing import Completion
    from epfilter.resources import Resource

_VALUE = "…"
"""Stands for a value that can be any."""


def complete_filter(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    incomplete: str,
) -> list[CompletionItem[str]]:
    """Return the filters that begin with this text, as a completion of click.

    They are those of the resource that stands before the filter on the command line.
    """
    return [*_complete(incomplete, ctx.params.get("resource"))]


def complete_order_filter(
    ctx: click.Context,  # noqa: ARG001 - click's signature
    param: click.Parameter,  # noqa: ARG001 - the same
    incomplete: str,
) -> list[CompletionItem[str]]:
    """Return the filters of orders that begin with this text, as a completion of click."""
    from epfilter.resources import orders

    return [*_complete(incomplete, orders)]


def _complete(text: str, resource: Resource | None) -> Iterator[CompletionItem[str]]:
    """Yield the texts that begin with what was typed.

    A shell closes the quotes behind the only completion. So what follows an unfinished one is
    offered with it, and after its common beginning the quotes stay open.
    """
    from click.shell_completion import CompletionItem

    if text.startswith(("@", "-")):
        return
    found = _list_texts(text, resource)
    if len(found) == 1 and not (only := next(iter(found))).endswith(")"):
        found = _list_texts(only, resource) or {f"{only}{_VALUE})": "any value"}
    for completed, detail in found.items():
        yield CompletionItem(completed, help=detail)


def _list_texts(text: str, resource: Resource | None) -> dict[str, str]:
    """Return the completed texts, each with what it is."""
    from epfilter.editing import complete

    completions = complete(text, len(text), resource)
    texts = {_insert(text, found): found.detail for found in completions if found.kind != "snippet"}
    return {new: detail for new, detail in texts.items() if new.startswith(text) and new != text}


def _insert(text: str, completion: Completion) -> str:
    """Return the text with a completion, up to the place of the cursor."""
    (start, _), new = completion.edit
    return text[:start] + new[: completion.selection.end - start]
