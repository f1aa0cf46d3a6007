"""The requests that programs make: the URL that a call is given, and how it is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from epfilter.linter.extractors.extraction import Hint
from epfilter.linter.extractors.mapped_text import HOLE

URLS = ("url", "uri", "path")
"""The members and arguments that say what is asked."""

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_NEVER_IN_A_PATH = re.compile(r"[\s()\"'<>|\\]")
_SURELY_A_URL = re.compile(rf"{HOLE}*/|https?://")
_LONGEST = 2_000
"""No URL is longer, and each filter beside it is compared with it."""


def is_method(text: str | None) -> bool:
    """Whether the text is the name of a method, in capitals or not."""
    return text is not None and text.upper() in _METHODS


def request_to(url: str, names: Iterable[str | None], around: Hint) -> Hint:
    """The request for a URL, asked by the first of the names that is a method.

    Where the text is no URL, or might be none and stands in another request, that one.

    >>> request_to("/v2/orders", ["list", "POST"], Hint())
    Hint(path='/v2/orders', method='POST', job_type='')
    >>> request_to("text/html", [], Hint("/v2/orders")).path
    '/v2/orders'
    """
    path = url[:_LONGEST].partition("?")[0]
    if "/" not in path or _NEVER_IN_A_PATH.search(path):
        return around
    if around.path and not _SURELY_A_URL.match(path):
        return around
    method = next((name for name in names if name and is_method(name)), "GET")
    return Hint(path, method.upper())
