"""The OpenAPI document of the service, from the file `openapi.json`.

It contains everything in the platform's document, and more: errors that the platform leaves out,
and which members are always present. A test compares it with the models and the routes.

Source: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from epfilter.version import __version__


def load_document(public_url: str | None = None) -> dict[str, Any]:
    """Return the document as plain data, with the public URL as its server.

    >>> document = load_document("https://exports.example.com/")
    >>> document["servers"], document["paths"]["/v2/jobs"]["post"]["operationId"]
    ([{'url': 'https://exports.example.com'}], 'createJob')
    """
    text = files(__package__).joinpath("openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    if public_url:
        document["servers"] = [{"url": public_url.rstrip("/")}]
    return document | {"x-generator": f"epfilter {__version__}"}
