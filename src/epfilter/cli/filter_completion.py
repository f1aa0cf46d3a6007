"""Completion of a FILTER argument by the shell: operators, fields and values of the resource."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from epfilter.editing import Completion
    from epfilter.resources import Resource

_VALUES = ("…", "value")
"""Stand for a value that can be any; they are two, so that the quotes stay open in front of it."""


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

    A shell closes the quotes after the only completion. So what follows an unfinished one is
    offered with it, and after its common beginning the quotes stay open.
    """
    from click.shell_completion import CompletionItem

    if text.startswith(("@", "-")) or not _has_plain_quotes(text):
        return
    found = _list_texts(text, resource)
    if len(found) == 1 and not (only := next(iter(found))).endswith(")"):
        found = _list_texts(only, resource) or _continue(only)
    for completed, detail in found.items():
        yield CompletionItem(completed, help=detail)


def _has_plain_quotes(text: str) -> bool:
    """Return whether one pair of quotes contains the text as it is, which bash replaces by another.

    Its script gives the words as they are typed, and with escapes or several pairs of quotes, bash
    would write the completion without them.
    """
    if os.environ.get("_EPFILTER_COMPLETE") != "bash_complete":
        return True
    typed = os.environ.get("COMP_WORDS", "")
    return f"'{text}" in typed or f'"{text}' in typed


def _continue(text: str) -> dict[str, str]:
    """Return what may follow an operand that any text can continue."""
    if text.endswith(("(", ",")):
        return {f"{text}{value})": "any value" for value in _VALUES}
    return {f"{text})": "the end of the call", f"{text},": "another value"}


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
