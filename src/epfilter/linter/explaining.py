"""A rule in plain text, for a terminal or a page."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.linter.engine import Example, Rule

_WIDTH = 88


def explanation(rule: Rule) -> str:
    """Title, reason, examples and source of a rule."""
    default = "" if rule.on else ", off by default"
    paragraphs = [f"{rule.code} {rule.title} ({rule.severity}{default})"]
    paragraphs += [fill(part, _WIDTH) for part in rule.explanation.split("\n")]
    if rule.bad is not None:
        paragraphs.append(_shown("Bad", rule.bad))
    paragraphs.append(_shown("Good", rule.good))
    paragraphs.append(fill(f"Source: {rule.source}", _WIDTH))
    return "\n\n".join(paragraphs)


def _shown(heading: str, example: Example) -> str:
    whose = f" (resource {example.resource})" if example.resource else ""
    if example.name:
        whose = f" (in {example.name})"
    text, cut = make_printable(example.text.rstrip("\n")), _WIDTH * 2
    shown = text if len(text) <= cut else f"{text[:_WIDTH]}…"
    return f"{heading}{whose}:\n    {shown}".rstrip()
