"""Which listings a URL or a payload is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from epfilter.linter.extractors.mapped_text import HOLE

if TYPE_CHECKING:
    from epfilter.linter.extractors.extraction import Hint
    from epfilter.resources import Resource

_JOBS = {"order_export": "orders"}
"""The member `job_type` of a payload, and the listing that its filter is for.

Source: the Exporter Service's documentation, whose only job exports orders."""


class Endpoints:
    """The paths of listings: the platform's, and those that a user declares.

    >>> from epfilter.linter.extractors.extraction import Hint
    >>> from epfilter.resources import resource_info
    >>> found = Endpoints().of(Hint("https://useast.api.elasticpath.com/v2/promotions?page=1"))
    >>> [resource_info(resource).name for resource in found]
    ['promotions', 'promotions_cm_search']
    """

    def __init__(self, own: Iterable[Resource] = ()) -> None:
        self._own = tuple(own)

    def of(self, hint: Hint) -> tuple[Resource, ...]:
        """The listings that the hint speaks of; where two share a path, both."""
        if hint.job_type:
            from epfilter.resources import resource_named

            name = _JOBS.get(hint.job_type)
            return (resource_named(name),) if name else ()
        return self._at(hint.path, hint.method.upper()) if hint.path else ()

    def _at(self, url: str, method: str) -> tuple[Resource, ...]:
        try:
            path = urlsplit(url).path
        except ValueError:
            return ()
        # A base that a program puts in front may end with a slash.
        segments = path.lstrip(HOLE).strip("/").split("/")
        best: list[Resource] = []
        literal = 0
        for size in range(1, len(segments) + 1):
            for template, resource in self._by_size.get((method, size), ()):
                count = _agreement(template, segments[-size:])
                if count > literal:
                    best, literal = [resource], count
                elif count and count == literal and resource not in best:
                    best.append(resource)
        return tuple(best)

    @cached_property
    def _by_size(self) -> dict[tuple[str, int], list[tuple[list[str], Resource]]]:
        from epfilter.resources import all_resources, resource_info

        table: dict[tuple[str, int], list[tuple[list[str], Resource]]] = defaultdict(list)
        for resource in (*self._own, *all_resources()):
            for endpoint in resource_info(resource).endpoints:
                template = endpoint.path.strip("/").split("/")
                table[endpoint.method.upper(), len(template)].append((template, resource))
        return table


def _agreement(template: list[str], segments: list[str]) -> int:
    """How many segments are literally the same; 0 where the path is not one of the template's."""
    count = 0
    for wanted, given in zip(template, segments, strict=True):
        if wanted == given:
            count += 1
        elif not given or not wanted.startswith("{"):
            return 0
    return count
