"""The editing core: completion, hover, signature, tokens, outline, actions and format of a text.

Pure functions over a text, an offset and a resource, for editors, language servers and web pages.
They read no files and use no types of a protocol. They work on unfinished text at every offset.
Offsets are indexes of a Python string, so code points; spans are half-open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.editing.completion import Completion, complete
    from epfilter.editing.descriptions import Hover, Signature, hover, signature
    from epfilter.editing.formatting import format  # noqa: A004 - the standard name in editors
    from epfilter.editing.highlighting import Token, tokens
    from epfilter.editing.outline import Symbol, symbols
    from epfilter.editing.quick_fixes import Action, actions
    from epfilter.editing.requests import handle_request

_MODULES = {
    "Action": "quick_fixes",
    "Completion": "completion",
    "Hover": "descriptions",
    "Signature": "descriptions",
    "Symbol": "outline",
    "Token": "highlighting",
    "actions": "quick_fixes",
    "complete": "completion",
    "format": "formatting",
    "handle_request": "requests",
    "hover": "descriptions",
    "signature": "descriptions",
    "symbols": "outline",
    "tokens": "highlighting",
}

__all__ = [
    "Action",
    "Completion",
    "Hover",
    "Signature",
    "Symbol",
    "Token",
    "actions",
    "complete",
    "format",
    "handle_request",
    "hover",
    "signature",
    "symbols",
    "tokens",
]


if not TYPE_CHECKING:
    # Completion needs no linter and no English, so that an editor starts fast.
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
