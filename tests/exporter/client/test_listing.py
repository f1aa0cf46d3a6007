"""Reading a whole listing with either client: the requests, the rows and the errors."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from epfilter import FilterSyntaxError, FilterValueError, PagingError
from epfilter.errors import ResourceError
from epfilter.exporter import RequestFailedError, UnexpectedResponseError
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import TOKEN, Platform

kind = both_kinds

TEN_CALLS = ":".join(f"like(email,*{n}*)" for n in range(10))
HOSTILE = 'like(name,"*)|eq(a&b#ü+1*")'


def page(*rows: tuple[str, int]) -> httpx.Response:
    return httpx.Response(
        200,
        json={
            "data": [
                {
                    "id": row_id,
                    "meta": {"timestamps": {"created_at": f"2018-09-01T00:00:0{second}Z"}},
                }
                for row_id, second in rows
            ]
        },
    )


def test_pages_are_read_by_time_until_the_last(open_client: Opener) -> None:
    platform = Platform(page(("1", 1), ("2", 2)), page(("2", 2), ("3", 3)), page(("3", 3)))
    read = open_client(platform).read("list", "orders", "eq(payment,paid)", limit=2)
    assert [[row["id"] for row in rows] for rows in read] == [["1", "2"], ["3"]]
    assert [request.url.path for request in platform.requests] == ["/v2/orders"] * 3
    assert [parse_qs(request.url.query.decode()) for request in platform.requests[:2]] == [
        {"sort": ["created_at"], "page[limit]": ["2"], "filter": ["eq(payment,paid)"]},
        {
            "sort": ["created_at"],
            "page[limit]": ["2"],
            "filter": ["eq(payment,paid):ge(created_at,2018-09-01T00:00:02Z)"],
        },
    ]
    assert platform.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_hostile_filter_arrives_as_it_is_and_is_not_logged(
    open_client: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "epfilter")
    platform = Platform(page())
    assert open_client(platform).read("list", "orders", HOSTILE) == []
    (request,) = platform.requests
    assert parse_qs(request.url.query.decode())["filter"] == [HOSTILE]
    logged = [
        record.getMessage() for record in caplog.records if record.name.startswith("epfilter")
    ]
    assert logged
    assert not [line for line in logged if "filter" in line or "like" in line]


def test_everything_is_read_without_a_filter(open_client: Opener) -> None:
    platform = Platform(page(("1", 1)))
    assert len(open_client(platform).read("list", "orders")) == 1
    assert b"filter" not in platform.requests[0].url.query


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("orders", "eq(paymnt,paid)"), ResourceError, "did you mean `payment`"),
        (("orders", "eq(payment"), FilterSyntaxError, "EPF107"),
        (("order",), ResourceError, "did you mean `orders`"),
        (("account_addresses",), FilterValueError, "no path that is the same for all requests"),
        (("orders", TEN_CALLS), FilterValueError, r"has 10 calls, .* or pass `check=False`\.$"),
        (("files",), FilterValueError, "it has no `ge` for `created_at`"),
    ],
    ids=str,
)
def test_a_listing_is_checked_before_anything_is_sent(
    open_client: Opener, arguments: tuple[str, ...], error: type[Exception], words: str
) -> None:
    platform = Platform(page())
    with pytest.raises(error, match=words):
        open_client(platform).read("list", *arguments)
    assert platform.requests == []


def test_a_store_that_accepts_more_calls_gets_them_without_the_check(open_client: Opener) -> None:
    platform = Platform(page())
    assert open_client(platform).read("list", "orders", TEN_CALLS, check=False) == []
    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([httpx.Response(400, json={"errors": [{"title": "Bad Request"}]})], RequestFailedError),
        ([httpx.Response(200, text="<html>")], UnexpectedResponseError),
        ([httpx.Response(200, json={"data": {}})], UnexpectedResponseError),
        ([page(("1", 1), ("2", 2))] * 2, PagingError),
    ],
    ids=["refused", "html", "one object", "filter ignored"],
)
def test_a_response_that_cannot_be_used_is_an_error(
    open_client: Opener, answers: list[Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        open_client(Platform(*answers)).read("list", "orders", limit=2)


def test_a_failed_request_is_repeated(open_client: Opener) -> None:
    platform = Platform(httpx.Response(503), page(("1", 1)))
    assert len(open_client(platform, attempts=2).read("list", "orders")) == 1
