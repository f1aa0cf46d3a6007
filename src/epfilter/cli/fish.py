"""Completion in fish, with the whole description of each option and command."""

from __future__ import annotations

from typing import ClassVar

from click.shell_completion import FishComplete, add_completion_class


class FishCompletion(FishComplete):
    """Completion whose script keeps a description that contains commas.

    The script of click splits each line at all commas, and shows the text before the second one.
    """

    source_template: ClassVar[str] = FishComplete.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )


def register_completion() -> None:
    """Use this class for fish, in place of the one of click."""
    add_completion_class(FishCompletion)
