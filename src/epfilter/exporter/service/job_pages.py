"""The pages of the list of jobs: their query parameters, and their `meta` and `links`.

Source: the platform's guides "Pagination" and "Sorting". Its document of the Exporter Service
has no pages; the limits, and that values are checked, are a decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from epfilter.exporter.service.job_statements import SORT_ORDERS
from epfilter.exporter.service.links import JOBS_PATH
from epfilter.exporter.service.responses import Refusal

MAX_LIMIT = 100
"""The most jobs of a page, and their number by default."""

MAX_OFFSET = 1_000_000_000

DEFAULT_SORT = "-created_at"


@dataclass(frozen=True, slots=True)
class JobPage:
    """A page of the list of jobs, as a client requests it.

    >>> page = JobPage.from_query({"page[limit]": "2", "page[offset]": "4"})
    >>> described = page.describe("https://a.example", total=7)
    >>> described["meta"]
    {'page': {'limit': 2, 'offset': 4, 'current': 3, 'total': 4}, 'results': {'total': 7}}
    >>> described["links"]["next"]
    'https://a.example/v2/jobs?page%5Blimit%5D=2&page%5Boffset%5D=6'
    """

    limit: int = MAX_LIMIT
    offset: int = 0
    sort: str = DEFAULT_SORT

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> JobPage:
        """Return the page of the query parameters; others are ignored.

        Raises Refusal for an invalid value.
        """
        sort = query.get("sort", DEFAULT_SORT)
        if sort not in SORT_ORDERS:
            orders = ", ".join(f"`{name}`" for name in SORT_ORDERS)
            raise Refusal(400, f"`sort` must be one of {orders}.")
        return cls(
            limit=_read_number(query, "page[limit]", 1, MAX_LIMIT, default=MAX_LIMIT),
            offset=_read_number(query, "page[offset]", 0, MAX_OFFSET, default=0),
            sort=sort,
        )

    def describe(self, base: str, total: int) -> dict[str, Any]:
        """Return `meta` and `links` of a response, if there are `total` jobs.

        The links `next` and `prev` are absent at the ends.
        """
        last = max(0, total - 1) // self.limit
        offsets = {"current": self.offset, "first": 0, "last": last * self.limit}
        if self.offset + self.limit < total:
            offsets["next"] = self.offset + self.limit
        if self.offset:
            # After the end, the last page is the previous one.
            offsets["prev"] = max(0, min(self.offset - self.limit, last * self.limit))
        page = {
            "limit": self.limit,
            "offset": self.offset,
            "current": self.offset // self.limit + 1,
            "total": last + 1,
        }
        return {
            "meta": {"page": page, "results": {"total": total}},
            "links": {name: self._link(base, offset) for name, offset in offsets.items()},
        }

    def _link(self, base: str, offset: int) -> str:
        query = {"page[limit]": str(self.limit), "page[offset]": str(offset)}
        if self.sort != DEFAULT_SORT:
            query["sort"] = self.sort
        return f"{base}{JOBS_PATH}?{urlencode(query)}"


def _read_number(
    query: Mapping[str, str], name: str, lowest: int, highest: int, *, default: int
) -> int:
    text = query.get(name, str(default))
    # Python refuses to read an integer of more than 4,300 digits.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 20 else -1
    if not lowest <= number <= highest:
        raise Refusal(400, f"`{name}` must be a number from {lowest} to {highest}.")
    return number
