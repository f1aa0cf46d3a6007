"""A service with the contract of the Exporter Service: `pip install 'epfilter[service]'`.

`create_app` returns the application for any ASGI server; `serve` runs it until a signal ends it.

Source of the contract: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.exporter.service.settings import ServiceSettings
from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.exporter.service.app import create_app
    from epfilter.exporter.service.serving import serve

__all__ = ["ServiceSettings", "create_app", "serve"]

_MODULES = {"create_app": "app", "serve": "serving"}


if not TYPE_CHECKING:
    # A type checker must see the names above and no others.
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
