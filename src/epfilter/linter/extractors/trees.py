"""What files of data hold, whatever their syntax: texts, members and lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from epfilter.linter.extractors.mapped_text import Placed


@dataclass(slots=True, eq=False)
class Text:
    """A text, and how its places are found: few of a file's texts are ever looked into."""

    text: str
    placed: Callable[[], Placed]


@dataclass(slots=True, eq=False)
class Members:
    """An object of JSON or a mapping of YAML, in the order of the file."""

    pairs: list[tuple[str, Node]]


Node = Text | Members | list["Node"] | bool | None
"""What is no text matters to nobody: numbers are None."""
