"""Docstrings for the reference: their `>>>` examples become code blocks, as on all other pages."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\n).*)*", re.MULTILINE)


class Examples(griffe.Extension):
    """Named in mkdocs.yml; griffe calls it for every object that has been read."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples of the docstring of `obj`."""
        if obj.docstring:
            obj.docstring.value = _EXAMPLE.sub(_fenced, obj.docstring.value)


def _fenced(example: re.Match[str]) -> str:
    shown = example[0].rstrip().replace("<BLANKLINE>", "")
    return f"```pycon\n{shown}\n```"
