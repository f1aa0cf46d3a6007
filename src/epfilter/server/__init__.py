"""The language server: it serves the filters in files of every kind that the linter reads.

It speaks the Language Server Protocol over standard input and output, or TCP. `open_file` and
`file_actions` combine the linter and the editing core, without the protocol; the other modules
convert positions and results. Requires the extra `server`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.server.features import create_server

__all__ = ["create_server"]

if not TYPE_CHECKING:
    # The files that are edited need no protocol.
    __getattr__, __dir__ = _make_accessors(__name__, {"create_server": "features"})
