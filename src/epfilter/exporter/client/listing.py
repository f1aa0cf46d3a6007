"""The flows for a listing: one request for each page of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from epfilter.ast import Filter
from epfilter.errors import FilterValueError
from epfilter.exporter.client.api import Api
from epfilter.exporter.client.effects import Flow
from epfilter.exporter.client.responses import parse_rows
from epfilter.limits import MAX_CALLS
from epfilter.paging import PageReader, Row
from epfilter.resources import Resource, resource_info, resource_of, resource_schema
from epfilter.templates import Template

_KEY = "created_at"


class ListingFlows:
    """The flows that read a listing; `read_page` is repeated until it returns None.

    Raises FilterValueError for a listing that cannot be read as a whole, and with `check` the
    errors of `Resource.bind` for the filter, and FilterValueError for one with too many calls.
    """

    def __init__(  # noqa: PLR0913 - the options of the reading, by keyword
        self,
        api: Api,
        listing: Resource | str,
        f: Filter | str | Template | None,
        *,
        limit: int,
        settle: timedelta | None,
        check: bool,
    ) -> None:
        resource = resource_of(listing)
        if check and f is not None:
            # The platform may ignore an unknown attribute, and would then return all rows.
            resource.bind(f)
        self._api = api
        self._path = _find_path(resource)
        self._reader = PageReader(
            f,
            key=_KEY,
            limit=limit,
            settle=settle,
            max_calls=MAX_CALLS if check else None,
            remedy="pass `check=False`",
        )

    def read_page(self) -> Flow[Sequence[Row] | None]:
        """Return the new rows of the next page, which may be none, or None after the last page."""
        parameters = self._reader.next_request()
        if parameters is None:
            return None
        query = "?" + urlencode(parameters)
        response = yield from self._api.call("GET", self._path, query=query)
        return self._reader.receive(parse_rows(response))


def _find_path(resource: Resource) -> str:
    """Return the path of the listing; refuse one that is not sorted and filtered by time."""
    info = resource_info(resource)
    paths = [endpoint.path for endpoint in info.endpoints if endpoint.method == "GET"]
    path = next((path for path in paths if "{" not in path), None)
    if path is None:
        raise FilterValueError(
            f"`{info.name}` has no path that is the same for all requests.",
            hint="use `epfilter.pages` with a function that sends the request",
        )
    match = resource_schema(resource).find(_KEY)
    if match is None or "ge" not in match.declared.operators:
        raise FilterValueError(
            f"`{info.name}` cannot be read as a whole: it has no `ge` for `{_KEY}`.",
            hint="use `epfilter.pages` with another `key`",
        )
    return path
