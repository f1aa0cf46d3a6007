"""Which part of a file a request asks for, and a file that answers it."""

from __future__ import annotations

import re
import sys

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from epfilter.exporter.service.responses import Refusal

_RANGE = re.compile(r"([0-9]*)-([0-9]*)")


class PartialFile(FileResponse):
    """A file of which a request may ask for parts; a part that it has not is our error 416.

    What is no range is ignored: the whole file is the answer, as where nothing is asked.

    Source: RFC 9110, sections 13.1.5, 14.1 and 14.2.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is asked for, or raise Refusal."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        asked = self._asked(scope["method"], headers)
        del headers["range"]
        if asked is not None:
            headers["range"] = asked
        await super().__call__({**scope, "headers": headers.raw}, receive, send)

    def _asked(self, method: str, headers: Headers) -> str | None:
        given = headers.getlist("range")
        if method != "GET" or len(given) != 1:
            return None
        unchanged = (self.headers["etag"], self.headers["last-modified"])
        if headers.get("if-range", unchanged[0]) not in unchanged:
            return None
        return satisfiable(given[0], int(self.headers["content-length"]))


def satisfiable(text: str, size: int) -> str | None:
    """The ranges of a header that a file of so many bytes has; None where the header is ignored.

    Raises Refusal where it has none of them.

    Source: RFC 9110, sections 14.1.1, 14.1.2 and 14.2.

    >>> satisfiable("bytes=0-499, 2000-, -3", 1000)
    'bytes=0-499,997-999'
    >>> satisfiable("bytes=5-2", 1000) is satisfiable("lines=1-2", 1000) is None
    True
    """
    unit, equals, listed = text.partition("=")
    parts = [part.strip(" \t") for part in listed.split(",")]
    found = [_RANGE.fullmatch(part) for part in parts if part]
    if not equals or unit.strip().lower() != "bytes" or not found:
        return None
    kept = []
    for one in found:
        if one is None or one[0] == "-":
            return None
        first, last = (_number(number) if number else None for number in one.groups())
        if first is not None and last is not None and last < first:
            return None
        if first is None:  # the last so many bytes
            first, last = max(0, size - (last or 0)), None
        if first < size:
            kept.append(f"{first}-{size - 1 if last is None else min(last, size - 1)}")
    if not kept:
        raise Refusal(416, headers={"Content-Range": f"bytes */{size}"})
    return f"bytes={','.join(kept)}"


def _number(digits: str) -> int:
    """The number; one of more digits than any file has bytes is as good as the greatest."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) < 19 else sys.maxsize
