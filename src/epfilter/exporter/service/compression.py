"""Compresses responses for the clients that accept it."""

from __future__ import annotations

import gzip
import re

from starlette.datastructures import Headers
from starlette.responses import Response

_MINIMUM = 2_000
"""The least bytes to compress: a page of 100 jobs becomes a tenth, one job would become longer."""

_LEVEL = 4

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def compress_response(response: Response, request: Headers) -> None:
    """Compress the body of a response, if it is long and the headers of the request accept gzip.

    >>> response = Response(b"x" * 5_000)
    >>> compress_response(response, Headers({"Accept-Encoding": "gzip"}))
    >>> response.headers["Content-Encoding"], len(response.body) < 100
    ('gzip', True)
    """
    if len(response.body) < _MINIMUM:
        return
    response.headers.add_vary_header("Accept-Encoding")
    if accepts_gzip(",".join(request.getlist("Accept-Encoding"))):
        response.body = gzip.compress(response.body, _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))


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
