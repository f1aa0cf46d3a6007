"""The listings that a request is for: by its URL, its operation, or the SDK that sends it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from epfilter.linter.extractors.mapped_text import PLACEHOLDER
from epfilter.linter.extractors.requests import RequestContext, is_platform_url
from epfilter.linter.extractors.sdk_accessors import find_accessor_path

if TYPE_CHECKING:
    from epfilter.resources import Endpoint, Resource

_AREAS = frozenset({"v2", "pcm", "catalog", "catalogs"})
"""The first segments of the platform's paths, which a base URL often contains."""

_AUTHORITY = re.compile(r"(?:[^/?#]*:)?//[^/?#]*")
_VARIABLE = re.compile(
    rf"{PLACEHOLDER}|\{{\{{[^{{}}]*\}}\}}|\$\{{[^{{}}]*\}}|\$\w+|\{{\w+\}}|<[\w-]+>|%\w+%"
)
_VARIABLES = re.compile(rf"(?:{_VARIABLE.pattern})+")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_USUAL_FIELDS = frozenset({"created_at", "updated_at", "first_name", "last_name"})
"""Fields of listings that many other systems have, too."""

_COMMON_WORDS = frozenset({"get", "list", "find", "all", "options", "query", "key", "infinite"})
_GENERATED_SUFFIXES = ("infinitequerykey", "infiniteoptions", "querykey", "options")
"""What generators of clients for queries append to the name of an operation."""


class ListingMatch(NamedTuple):
    """The listings that a request may be for, none where they are not known.

    `is_certain` is False where the request may also be one of another system: it has the name or
    the last segments of an endpoint only, and nothing else shows the platform.
    """

    resources: tuple[Resource, ...] = ()
    is_certain: bool = False


_NO_MATCH = ListingMatch()


class Endpoints:
    """The endpoints of listings: the platform's, and those that a project declares.

    >>> context = RequestContext("https://useast.api.elasticpath.com/v2/promotions?page=1")
    >>> from epfilter.resources import resource_info
    >>> [resource_info(one).name for one in Endpoints().find_listings(context).resources]
    ['promotions', 'promotions_cm_search']
    >>> Endpoints().find_listings(RequestContext(operation="getCustomerOrders"))
    ListingMatch(resources=(<resource orders>,), is_certain=True)
    >>> Endpoints().find_listings(RequestContext("{{baseUrl}}/orders"))
    ListingMatch(resources=(<resource orders>,), is_certain=False)
    """

    def __init__(self, declared: Iterable[Resource] = ()) -> None:
        self._declared = tuple(declared)

    def find_listings(self, context: RequestContext, *, has_evidence: bool = False) -> ListingMatch:
        """Return the listings that the request is for: several where they share what is known.

        `has_evidence` is True where the file, or its project, is known to use the platform. Then a
        relative path without `/v2` or `/pcm` is one of the platform, too.
        """
        if context.listing:
            return _certain(self._named(context.listing))
        if context.job_type:
            from epfilter.resources import resource_of_job

            resource = resource_of_job(context.job_type)
            return _NO_MATCH if resource is None else _certain([resource])
        if context.operation:
            match = self._find_operation(context.operation, has_evidence=has_evidence)
            if match.resources:
                return match
        if not context.path:
            return _NO_MATCH
        return self._find_at(context.path, context.method.upper(), has_evidence=has_evidence)

    def have_fields(self, names: Iterable[str]) -> bool:
        """Return whether one listing declares all these fields, and one of them no usual name."""
        from epfilter.resources import resource_info

        names = {*names}
        is_unusual = any(
            name not in _USUAL_FIELDS and ("_" in name or "." in name) for name in names
        )
        return is_unusual and any(
            names <= resource_info(resource).fields.keys()
            for resource in (*self._declared, *_platform_resources())
        )

    def _named(self, name: str) -> list[Resource]:
        from epfilter.resources import resource_info

        every = (*self._declared, *_platform_resources())
        return [resource for resource in every if resource_info(resource).name == name][:1]

    def _find_operation(self, name: str, *, has_evidence: bool) -> ListingMatch:
        path = find_accessor_path(name)
        if path:
            return _certain(self._find_by_suffix(path.strip("/").split("/"), "GET"))
        key = _normalize(name)
        keys = [key, *(key.removesuffix(end) for end in _GENERATED_SUFFIXES if key.endswith(end))]
        resources = next((self._by_operation[one] for one in keys if one in self._by_operation), ())
        return ListingMatch(tuple(resources), has_evidence or _is_distinctive(name))

    def _find_at(self, url: str, method: str, *, has_evidence: bool) -> ListingMatch:
        authority = _AUTHORITY.match(url)
        path = url[authority.end() if authority else 0 :].partition("?")[0].partition("#")[0]
        # A base URL that a program puts in front may end with a slash.
        segments = path.lstrip(PLACEHOLDER).strip("/").split("/")
        found = self._find_by_suffix(segments, method)
        if found:
            return _certain(found)
        host = authority[0] if authority else ""
        rest = _strip_variables(path)
        has_variable_base = rest != path or _VARIABLE.search(host) is not None
        is_relative = not host or is_platform_url(host)
        has_evidence = has_evidence or is_platform_url(host)
        if not (has_variable_base or (is_relative and has_evidence)):
            return _NO_MATCH
        return ListingMatch(self._find_in_area(rest.strip("/").split("/"), method), has_evidence)

    def _find_by_suffix(self, segments: Sequence[str], method: str) -> tuple[Resource, ...]:
        """Return the listings whose path ends the URL; those with most literal segments."""
        candidates = (
            (template, segments[-size:], resource)
            for size in range(1, len(segments) + 1)
            for template, resource in self._by_size.get((method, size), ())
        )
        return _choose_best(candidates)

    def _find_in_area(self, segments: Sequence[str], method: str) -> tuple[Resource, ...]:
        """Return the listings whose whole path, without its first segment, is this one."""
        return _choose_best(
            (template[1:], segments, resource)
            for template, resource in self._by_size.get((method, len(segments) + 1), ())
            if template[0] in _AREAS
        )

    @cached_property
    def _by_size(self) -> dict[tuple[str, int], list[tuple[list[str], Resource]]]:
        table: dict[tuple[str, int], list[tuple[list[str], Resource]]] = defaultdict(list)
        for endpoint, resource in self._every:
            template = endpoint.path.strip("/").split("/")
            table[endpoint.method.upper(), len(template)].append((template, resource))
        return table

    @cached_property
    def _by_operation(self) -> dict[str, list[Resource]]:
        """The listings of each operation, by its id and by the names generated from its path."""
        table: dict[str, list[Resource]] = defaultdict(list)
        for endpoint, resource in self._every:
            for name in _list_operation_names(endpoint):
                if resource not in table[name]:
                    table[name].append(resource)
        return dict(table)

    @cached_property
    def _every(self) -> list[tuple[Endpoint, Resource]]:
        from epfilter.resources import resource_info

        return [
            (endpoint, resource)
            for resource in (*self._declared, *_platform_resources())
            for endpoint in resource_info(resource).endpoints
        ]


def _platform_resources() -> tuple[Resource, ...]:
    from epfilter.resources import all_resources

    return all_resources()


def _certain(resources: Sequence[Resource]) -> ListingMatch:
    return ListingMatch(tuple(resources), is_certain=bool(resources))


def _choose_best(
    candidates: Iterable[tuple[Sequence[str], Sequence[str], Resource]],
) -> tuple[Resource, ...]:
    best: list[Resource] = []
    best_count = 0
    for template, segments, resource in candidates:
        count = _count_literal_matches(template, segments)
        if count > best_count:
            best, best_count = [resource], count
        elif count and count == best_count and resource not in best:
            best.append(resource)
    return tuple(best)


def _count_literal_matches(template: Sequence[str], segments: Sequence[str]) -> int:
    """Return how many segments are literally equal; 0 where the path does not match."""
    count = 0
    for expected, segment in zip(template, segments, strict=True):
        if expected == segment:
            count += 1
        elif not segment or not expected.startswith("{"):
            return 0
    return count


def _strip_variables(path: str) -> str:
    """Return the path without the variables that it begins with: `{{base}}/{{version}}/orders`."""
    while match := _VARIABLES.match(path.lstrip("/")):
        path = path.lstrip("/")[match.end() :]
    return path


def _normalize(name: str) -> str:
    return _NOT_IN_A_NAME.sub("", name.lower())


def _is_distinctive(name: str) -> bool:
    """Return whether the name of an operation has two words that not every API uses."""
    words = [word.lower() for word in _WORD.findall(name)]
    return len([word for word in words if word not in _COMMON_WORDS]) > 1


def _list_operation_names(endpoint: Endpoint) -> set[str]:
    """Return the normalized names of the functions that clients generate for an endpoint.

    Source: openapi-ts, which names an operation without an id by its method and path, with or
    without `By` before the name of a parameter.
    """
    names = {_normalize(endpoint.operation)} if endpoint.operation else set()
    by = re.sub(r"\{([^{}]*)\}", r"by-\1", endpoint.path)
    return names | {_normalize(endpoint.method + path) for path in (endpoint.path, by)}
