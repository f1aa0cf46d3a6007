"""Docstrings for the reference: their `>>>` examples are rendered as code blocks."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\n).*)*", re.MULTILINE)


class Examples(griffe.Extension):
    """An extension of griffe, which build_site.py configures, and which runs for every object."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples of the docstring of `obj`."""
        if obj.docstring:
            obj.docstring.value = _EXAMPLE.sub(_fence_example, obj.docstring.value)


def _fence_example(example: re.Match[str]) -> str:
    code = example[0].rstrip().replace("<BLANKLINE>", "")
    return f"```pycon\n{code}\n```"
