"""The page at `/`: type a filter, see its meaning and its orders, start an export, get the file.

Templates on the server render everything; the script only reloads parts of it. Without a token the
page is an empty form.
"""

from __future__ import annotations

from epfilter.exporter.service.page.routes import Page

__all__ = ["Page"]
