"""The HTTP request that a filter belongs to, and the listings that the request is for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from epfilter.linter.extractors.mapped_text import PLACEHOLDER

if TYPE_CHECKING:
    from epfilter.resources import Resource

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

    `path` is the path of its URL, `method` its HTTP method, and `job_type` the member of a
    payload that creates a job. Any of them may be empty.
    """

    path: str = ""
    method: str = "GET"
    job_type: str = ""


NO_CONTEXT = RequestContext()


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
    and `outer` has a URL.

    >>> infer_request("/v2/orders", ["list", "POST"], RequestContext())
    RequestContext(path='/v2/orders', method='POST', job_type='')
    >>> infer_request("text/html", [], RequestContext("/v2/orders")).path
    '/v2/orders'
    """
    path = url[:_URL_LIMIT].partition("?")[0]
    if "/" not in path or _NOT_IN_A_PATH.search(path):
        return outer
    if outer.path and not _CERTAINLY_A_URL.match(path):
        return outer
    method = next((name for name in method_names if name and is_http_method(name)), "GET")
    return RequestContext(path, method.upper())


def context_of_job(job_type: str | None) -> RequestContext:
    """Return the context of a filter in a payload with this `job_type`, if it has one."""
    return RequestContext(job_type=job_type) if job_type else NO_CONTEXT


class Endpoints:
    """The endpoints of listings: the platform's, and those that a project declares.

    >>> context = RequestContext("https://useast.api.elasticpath.com/v2/promotions?page=1")
    >>> from epfilter.resources import resource_info
    >>> [resource_info(one).name for one in Endpoints().find_resources(context)]
    ['promotions', 'promotions_cm_search']
    """

    def __init__(self, declared: Iterable[Resource] = ()) -> None:
        self._declared = tuple(declared)

    def find_resources(self, context: RequestContext) -> tuple[Resource, ...]:
        """Return the listings that the request is for: several where they share a path."""
        if context.job_type:
            from epfilter.resources import resource_of_job

            resource = resource_of_job(context.job_type)
            return () if resource is None else (resource,)
        return self._find_at(context.path, context.method.upper()) if context.path else ()

    def _find_at(self, url: str, method: str) -> tuple[Resource, ...]:
        try:
            path = urlsplit(url).path
        except ValueError:
            return ()
        # A base URL that a program puts in front may end with a slash.
        segments = path.lstrip(PLACEHOLDER).strip("/").split("/")
        best: list[Resource] = []
        best_count = 0
        for size in range(1, len(segments) + 1):
            for template, resource in self._by_size.get((method, size), ()):
                count = _count_literal_matches(template, segments[-size:])
                if count > best_count:
                    best, best_count = [resource], count
                elif count and count == best_count and resource not in best:
                    best.append(resource)
        return tuple(best)

    @cached_property
    def _by_size(self) -> dict[tuple[str, int], list[tuple[list[str], Resource]]]:
        from epfilter.resources import all_resources, resource_info

        table: dict[tuple[str, int], list[tuple[list[str], Resource]]] = defaultdict(list)
        for resource in (*self._declared, *all_resources()):
            for endpoint in resource_info(resource).endpoints:
                template = endpoint.path.strip("/").split("/")
                table[endpoint.method.upper(), len(template)].append((template, resource))
        return table


def _count_literal_matches(template: list[str], segments: list[str]) -> int:
    """Return how many segments are literally equal; 0 where the path does not match."""
    count = 0
    for expected, segment in zip(template, segments, strict=True):
        if expected == segment:
            count += 1
        elif not segment or not expected.startswith("{"):
            return 0
    return count
