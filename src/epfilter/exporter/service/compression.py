"""Compresses responses for the clients that accept it."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


class Compression(GZipMiddleware):
    """Starlette's compression, which finds `gzip` in any `Accept-Encoding`, also in `gzip;q=0`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with gzip only if the client accepts it."""
        headers = MutableHeaders(scope=scope)
        accepted = accepts_gzip(",".join(headers.getlist("Accept-Encoding")))
        headers["Accept-Encoding"] = "gzip" if accepted else "identity"
        await super().__call__(scope, receive, send)


def accepts_gzip(header: str) -> bool:
    """Return whether a value of `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3).

    >>> accepts_gzip("deflate, GZIP;q=0.5"), accepts_gzip("gzip;q=0, *"), accepts_gzip("xgzip")
    (True, False, False)
    """
    weights: dict[str, float] = {}
    for item in header.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        weight = _WEIGHT.fullmatch(parameters[0]) if parameters else None
        weights[coding] = float(weight[1]) if weight else 0.0 if parameters else 1.0
    for coding in ("gzip", "x-gzip", "*"):
        if coding in weights:
            return weights[coding] > 0
    return False
