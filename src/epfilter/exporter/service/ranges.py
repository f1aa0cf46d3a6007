"""Range requests: the parts of a file that a request selects, and the response with them."""

from __future__ import annotations

import re
import sys

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from epfilter.exporter.service.responses import Refusal

_RANGE = re.compile(r"([0-9]*)-([0-9]*)")


class PartialFile(FileResponse):
    """A file response that supports ranges; a range outside of the file is our error 416.

    An invalid range is ignored: the response is the whole file.

    Source: RFC 9110, sections 13.1.5, 14.1 and 14.2.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the requested ranges, or raise Refusal."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        ranges = self._requested_ranges(scope["method"], headers)
        del headers["range"]
        if ranges is not None:
            headers["range"] = ranges
        await super().__call__({**scope, "headers": headers.raw}, receive, send)

    def _requested_ranges(self, method: str, headers: Headers) -> str | None:
        values = headers.getlist("range")
        if method != "GET" or len(values) != 1:
            return None
        unchanged = (self.headers["etag"], self.headers["last-modified"])
        if headers.get("if-range", unchanged[0]) not in unchanged:
            return None
        return resolve_ranges(values[0], int(self.headers["content-length"]))


def resolve_ranges(text: str, size: int) -> str | None:
    """Return the ranges of a header that are inside of a file; None if the header is ignored.

    `size` is the size of the file in bytes. Raises Refusal if all ranges are outside.

    Source: RFC 9110, sections 14.1.1, 14.1.2 and 14.2.

    >>> resolve_ranges("bytes=0-499, 2000-, -3", 1000)
    'bytes=0-499,997-999'
    >>> resolve_ranges("bytes=5-2", 1000) is resolve_ranges("lines=1-2", 1000) is None
    True
    """
    unit, equals, listed = text.partition("=")
    parts = [part.strip(" \t") for part in listed.split(",")]
    matches = [_RANGE.fullmatch(part) for part in parts if part]
    if not equals or unit.strip().lower() != "bytes" or not matches:
        return None
    kept = []
    for match in matches:
        if match is None or match[0] == "-":
            return None
        first, last = (_parse_number(number) if number else None for number in match.groups())
        if first is not None and last is not None and last < first:
            return None
        if first is None:  # a suffix: the last bytes
            first, last = max(0, size - (last or 0)), None
        if first < size:
            kept.append(f"{first}-{size - 1 if last is None else min(last, size - 1)}")
    if not kept:
        raise Refusal(416, headers={"Content-Range": f"bytes */{size}"})
    return f"bytes={','.join(kept)}"


def _parse_number(digits: str) -> int:
    """Return the number; one with more digits than any file size becomes the greatest integer."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < 19 else sys.maxsize
