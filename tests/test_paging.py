"""Reading a whole listing: nothing is lost or read twice, whatever changes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import (
    F,
    FilterTypeError,
    FilterValueError,
    PagingError,
    all_of,
    any_of,
    pages,
    pages_async,
)
from epfilter.paging import Parameters
from epfilter.targets import to_predicate

Order = dict[str, Any]


class Listing:
    """A listing as the platform has it: filter, sort, limit, and offsets up to 10,000."""

    def __init__(self, rows: list[Order]) -> None:
        self.rows = rows
        self.requests: list[Parameters] = []
        self.before: Callable[[int], object] = str

    def fetch(self, parameters: Parameters) -> list[Order]:
        self.before(len(self.requests))
        self.requests.append(parameters)
        rows = self.rows
        if "filter" in parameters:
            rows = [*filter(to_predicate(parameters["filter"]), rows)]
        rows = sorted(rows, key=lambda row: row[parameters["sort"]])
        offset = int(parameters.get("page[offset]", "0"))
        assert offset <= 10_000
        return rows[offset : offset + int(parameters["page[limit]"])]


def make_rows(*seconds: int, first: int = 0) -> list[Order]:
    return [
        {"id": str(first + n), "created_at": f"2018-09-01T00:00:{second:02}Z", "payment": "paid"}
        for n, second in enumerate(seconds)
    ]


_seconds = st.lists(st.integers(0, 5), max_size=30)
_changes = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(["add", "remove"]), st.integers(0, 9)),
    max_size=8,
)


@given(seconds=_seconds, changes=_changes, limit=st.integers(2, 7))
def test_rows_that_stay_are_read_exactly_once(
    seconds: list[int], changes: list[tuple[int, str, int]], limit: int
) -> None:
    listing = Listing(make_rows(*seconds))
    volatile = {str(n) for n in range(0, len(seconds), 3)}
    stable = {row["id"] for row in listing.rows} - volatile
    added = iter(range(1000, 2000))

    def change(number: int) -> None:
        for at, what, position in changes:
            if at != number:
                continue
            if what == "add":
                # Also at a time that has been read already, as a database may commit late.
                listing.rows.insert(
                    position % (len(listing.rows) + 1), *make_rows(position, first=next(added))
                )
            elif gone := [row for row in listing.rows if row["id"] in volatile]:
                listing.rows.remove(gone[position % len(gone)])

    listing.before = change
    read = [row["id"] for page in pages(None, listing.fetch, limit=limit) for row in page]
    assert len(read) == len(set(read))
    assert stable <= set(read)


def test_the_requests_start_at_the_last_row() -> None:
    listing = Listing(make_rows(1, 2, 2, 3))
    f = F.payment.eq("paid") | F.payment.eq("refunded")
    assert [[row["id"] for row in page] for page in pages(f, listing.fetch, limit=2)] == [
        ["0", "1"],
        ["2"],
        ["3"],
    ]
    either = "(eq(payment,paid)|eq(payment,refunded))"
    assert listing.requests[0] == {
        "sort": "created_at",
        "page[limit]": "2",
        "filter": "eq(payment,paid)|eq(payment,refunded)",
    }
    assert [request["filter"] for request in listing.requests[1:3]] == [
        f"{either}:ge(created_at,2018-09-01T00:00:02Z)"
    ] * 2
    assert all("page[offset]" not in request for request in listing.requests[:2])


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_a_time_that_is_written_in_several_forms_is_one_key(limit: int) -> None:
    forms = ("00Z", "00.000Z", "00+00:00", "00.000000Z")
    rows = [
        {"id": str(n), "created_at": f"2018-09-01T00:00:{forms[n % len(forms)]}"} for n in range(12)
    ]
    requests: list[Parameters] = []

    def fetch(parameters: Parameters) -> list[Order]:
        requests.append(parameters)
        assert len(requests) < 50
        offset = int(parameters.get("page[offset]", "0"))
        return rows[offset : offset + limit]

    assert [row for page in pages(None, fetch, limit=limit) for row in page] == rows


def test_a_row_that_changes_is_read_again_by_its_time_of_change() -> None:
    rows = [{"id": str(n), "updated_at": f"2018-09-01T00:00:0{n}Z"} for n in range(4)]
    listing = Listing(rows)

    def change(number: int) -> None:
        if number == 1:
            rows[0]["updated_at"] = "2018-09-01T00:00:09Z"

    listing.before = change
    read = [
        row["id"] for page in pages(None, listing.fetch, key="updated_at", limit=3) for row in page
    ]
    assert read == ["0", "1", "2", "3", "0"]


def test_the_last_minute_is_left_out_on_request() -> None:
    now = datetime.now(UTC)
    rows = [
        {"id": str(minutes), "created_at": (now - timedelta(minutes=minutes)).isoformat()}
        for minutes in (0, 5, 10)
    ]
    read = pages("like(id,*)", Listing(rows).fetch, settle=timedelta(minutes=1))
    assert [row["id"] for page in read for row in page] == ["10", "5"]


def test_the_async_variant_reads_the_same() -> None:
    listing = Listing(make_rows(1, 1, 1, 2))

    async def fetch(parameters: Parameters) -> dict[str, Any]:
        return {"data": listing.fetch(parameters)}

    async def read() -> list[str]:
        return [row["id"] async for page in pages_async(None, fetch, limit=2) for row in page]

    assert asyncio.run(read()) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "created_at": "2018-09-01"},
        {"id": 1, "meta": {"timestamps": {"created_at": "2018-09-01"}}},
        {"id": "1", "attributes": {"created_at": "2018-09-01"}},
    ],
)
def test_the_key_is_found_where_the_platform_has_it(row: Order) -> None:
    assert list(pages(None, lambda _: [row])) == [[row]]


def ignore_filter(parameters: Parameters) -> list[Order]:
    return make_rows(1, 2, 3)[: int(parameters["page[limit]"])]


def take_many_of_one_second(parameters: Parameters) -> list[Order]:
    start = int(parameters.get("page[offset]", "0"))
    return make_rows(*[1] * int(parameters["page[limit]"]), first=start)


@pytest.mark.parametrize(
    ("fetch", "words"),
    [
        (ignore_filter, "returned the row 0 again, although its created_at is before"),
        (lambda _: make_rows(2, 1), "the listing is not sorted by created_at"),
        (lambda _: {"errors": []}, "the rows of a page are expected"),
        (lambda _: "text", "the rows of a page are expected"),
        (lambda _: b"", "the rows of a page are expected"),
        (lambda _: {"data": [1]}, "a row must be an object, not a value of type int"),
        (lambda _: [{"id": "1"}], "a row has no text `created_at`"),
        (lambda _: [{"created_at": "2018-09-01"}], "a row has no `id`"),
        (lambda _: make_rows(1, 1), "have another order in each response"),
        (take_many_of_one_second, "more than 10,000 rows have the created_at"),
    ],
)
def test_a_listing_that_cannot_be_read_completely_is_refused(
    fetch: Callable[[Parameters], Any], words: str
) -> None:
    with pytest.raises(PagingError, match=words):
        list(pages(None, fetch, limit=2))


def test_a_filter_without_room_for_the_bound_of_a_page_is_refused_before_the_first_request() -> (
    None
):
    listing = Listing(make_rows(1, 2, 3))
    full = all_of(F.payment.eq("paid"), any_of(F[f"a{n}"].is_null() for n in range(8)))
    assert [row["id"] for page in pages(full, listing.fetch, limit=2) for row in page] == list(
        "012"
    )
    sent = len(listing.requests)
    too_many = full & F.b.is_null()
    with pytest.raises(FilterValueError) as caught:
        next(pages(too_many, listing.fetch, limit=2))
    assert str(caught.value) == (
        "the filter has 10 calls, and reading page by page adds 1; a request may have 10. Hint: "
        "remove a condition and apply it to the rows with `to_predicate`, or pass a larger "
        "`max_calls`."
    )
    for f, words in ((full, "has 9 calls, and"), (F.a.is_null(), "has 1 call, and")):
        most = 10 if f is full else 2
        with pytest.raises(FilterValueError, match=f"{words} reading page by page adds 2; a req"):
            next(pages(f, listing.fetch, settle=timedelta(minutes=1), max_calls=most))
    assert len(listing.requests) == sent
    for limit in (11, None):
        assert list(pages(too_many, listing.fetch, limit=2, max_calls=limit))
    assert list(pages(None, listing.fetch, max_calls=1))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"limit": 1}, FilterValueError),
        ({"limit": 101}, FilterValueError),
        ({"limit": "5"}, FilterTypeError),
        ({"settle": 60}, FilterTypeError),
        ({"max_calls": 0}, FilterValueError),
        ({"max_calls": "10"}, FilterTypeError),
    ],
)
def test_invalid_arguments_raise(arguments: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        next(pages(None, lambda _: [], **arguments))


def test_fetch_must_be_a_function() -> None:
    with pytest.raises(FilterTypeError, match=r"`fetch` must be a function, not None\."):
        next(pages(None, None))  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(FilterTypeError, match="`fetch` must be a function"):
        asyncio.run(anext(pages_async(None, "x")))  # type: ignore[arg-type] # the same
