"""The listings that a request is for; the cases are in data/listings.jsonl.

`…` is a value that a program inserts. A match is certain where the request itself, or `evidence`
in the file, shows that it is one of the platform.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from epfilter.linter.extractors import PLACEHOLDER, Endpoints, RequestContext
from epfilter.linter.extractors.sdk_accessors import ACCESSOR_PATHS
from epfilter.resources import Endpoint, Eq, Resource, all_resources, resource_info, string
from support.rows import for_each

_LINES = (Path(__file__).parent / "data" / "listings.jsonl").read_text(encoding="utf-8")
_CASES: list[dict[str, Any]] = [json.loads(line) for line in _LINES.splitlines()]


@for_each("case", _CASES, ids=json.dumps)
def test_listings(case: dict[str, Any]) -> None:
    members = {name: text.replace("…", PLACEHOLDER) for name, text in case["request"].items()}
    match = Endpoints().find_listings(
        RequestContext(**members), has_evidence=case.get("evidence", False)
    )
    names = ",".join(sorted(resource_info(resource).name for resource in match.resources))
    assert names == case.get("certain", case.get("uncertain", ""))
    if names:
        assert match.is_certain == ("certain" in case)


def test_every_operation_of_the_catalogue_is_found() -> None:
    endpoints = Endpoints()
    for resource in all_resources():
        for endpoint in resource_info(resource).endpoints:
            if endpoint.operation:
                match = endpoints.find_listings(RequestContext(operation=endpoint.operation))
                assert resource in match.resources


def test_every_accessor_lists_at_most_one_listing() -> None:
    ambiguous = {
        name
        for name in ACCESSOR_PATHS
        if len(Endpoints().find_listings(RequestContext(operation=name)).resources) > 1
    }
    assert ambiguous == {"Promotions"}  # the platform's own searches have their own fields


def test_own_listings_come_first() -> None:
    class Tickets(Resource, endpoints=(Endpoint("GET", "/v9/tickets", "listTickets"),)):
        title = Eq(string())

    endpoints = Endpoints([Tickets()])
    for context in (
        RequestContext("/v9/tickets"),
        RequestContext(operation="list_tickets"),
        RequestContext(listing="tickets"),
    ):
        assert [resource_info(one).name for one in endpoints.find_listings(context).resources] == [
            "tickets"
        ]
