"""The page at `/`: type a filter, see what it means and selects, start an export, fetch the file.

Everything on it is made here from templates; its script only asks for the parts again. Who has no
token sees an empty form.
"""

from __future__ import annotations

from epfilter.exporter.service.page.routes import Page

__all__ = ["Page"]
