"""Docstrings for the reference: their `>>>` examples are rendered as code blocks."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"^>>> .*(?:\n(?!\n).*)*", re.MULTILINE)

_CARETS = re.compile(r"^ +\^+$", re.MULTILINE)
"""The last line of a drawn diagnostic, whose block has the class `drawn`."""


class Examples(griffe.Extension):
    """An extension of griffe, which build_site.py configures, and which runs for every object."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Fence the examples of the docstring of `obj`."""
        if obj.docstring:
            obj.docstring.value = _EXAMPLE.sub(_fence_example, obj.docstring.value)


def _fence_example(example: re.Match[str]) -> str:
    code = example[0].rstrip().replace("<BLANKLINE>", "")
    language = "{ .pycon .drawn }" if _CARETS.search(code) else "pycon"
    return f"``` {language}\n{code}\n```"
