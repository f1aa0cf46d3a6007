"""The HTTP request that a filter belongs to, as far as a file contains it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from epfilter.errors import Span
from epfilter.linter.extractors.mapped_text import PLACEHOLDER

URL_MEMBERS = ("url", "uri", "path")
"""The members of an object, and the arguments of a call, that contain the URL of a request."""

_HTTP_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_NOT_IN_A_PATH = re.compile(r"[\s()\"'<>|\\]")
_CERTAINLY_A_URL = re.compile(rf"{PLACEHOLDER}*/|https?://")
_PLATFORM_HOST = re.compile(r"\b(?:elasticpath|moltin)\.com\b", re.IGNORECASE)
_URL_LIMIT = 2_000
"""No URL is longer, and each filter beside it is compared with it."""


class RequestContext(NamedTuple):
    """The request around a filter, as far as the file contains it.

    Any member may be empty. `Endpoints.find_listings` uses the first that is not, in the order
    `listing`, `job_type`, `operation`, `path`.
    """

    path: str = ""
    """The URL, or its path; variables of any kind may stand in it."""
    method: str = "GET"
    """The HTTP method of the request to `path`, in any case."""
    job_type: str = ""
    """The member of a payload that creates a job."""
    operation: str = ""
    """The name of the function that sends the request: an operation of the platform's OpenAPI
    documents, as generated clients have it (`getCustomerOrders`), or an accessor of the JavaScript
    SDK (`Orders`, `ShopperCatalog.Nodes.GetNodeProducts`). Names that are neither have no effect.
    """
    listing: str = ""
    """The name of the listing itself, as `epfilter check --resource` takes it."""
    job_span: Span | None = None
    """The position of `job_type` in the file, if it is known."""
    list_name: str = ""
    """The name of the list whose items a program joins to a filter, if the text is one of them."""
    is_named: bool = False
    """Whether only the name of a variable or member shows that the text is a filter."""


NO_CONTEXT = RequestContext()
NAMED = RequestContext(is_named=True)
"""The context of the value of a variable or member."""


def is_http_method(text: str | None) -> bool:
    """Return whether the text is the name of an HTTP method, in any case."""
    return text is not None and text.upper() in _HTTP_METHODS


def is_platform_url(url: str) -> bool:
    """Return whether the URL has a host of the platform.

    >>> is_platform_url("https://useast.api.elasticpath.com/x"), is_platform_url("/v2/orders")
    (True, False)
    """
    return _PLATFORM_HOST.search(url) is not None


def infer_request(
    url: str, method_names: Iterable[str | None], outer: RequestContext
) -> RequestContext:
    """Return the request to a URL, with the first of the names that is an HTTP method.

    Return `outer`, the request around it, where the text is not a URL, or where it may not be one
    and `outer` has a URL. A single word is a URL only beside a method.

    >>> infer_request("/v2/orders", ["list", "POST"], RequestContext())
    RequestContext(path='/v2/orders', method='POST', job_type='', operation='', listing='', ...)
    >>> infer_request("text/html", [], RequestContext("/v2/orders")).path
    '/v2/orders'
    >>> infer_request("orders", ["get"], RequestContext()).path
    'orders'
    """
    path = url[:_URL_LIMIT].partition("?")[0]
    method = next((name for name in method_names if name and is_http_method(name)), "")
    if not path or ("/" not in path and not method) or _NOT_IN_A_PATH.search(path):
        return outer
    if outer.path and not _CERTAINLY_A_URL.match(path):
        return outer
    return RequestContext(path, method.upper() or "GET")
