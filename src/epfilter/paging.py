"""Reading a whole listing: by the time of the last row, because offsets end at 10,000."""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import and_
from typing import Any, TypeAlias

from epfilter.arguments import describe_type, require_int
from epfilter.ast import And, Filter, Or, walk
from epfilter.builder import F
from epfilter.errors import FilterTypeError, FilterValueError, PagingError
from epfilter.limits import MAX_CALLS
from epfilter.printer import unparse
from epfilter.snippets import shorten
from epfilter.templates import Template, as_filter
from epfilter.values import read_timestamp

Row: TypeAlias = Mapping[str, Any]
Response: TypeAlias = Sequence[Row] | Mapping[str, Any]
"""The rows of a page, or the JSON of the response that has them in `data`."""

Parameters: TypeAlias = dict[str, str]
"""The query parameters of a request: filter, sort, page[limit] and page[offset]."""

_Moment: TypeAlias = datetime | str
"""What the text of a key means: one time can be written in several forms."""

_Mark: TypeAlias = tuple[Hashable, _Moment]
"""The id of a row, and what its key means."""

_MIN_LIMIT = 2
"""Two pages of the same key overlap by one row."""

_MAX_LIMIT = 100
_MAX_OFFSET = 10_000
"""The limits of the platform. Source: its guide "Pagination"."""

_MAX_RESTARTS = 20
"""How often the rows of one key are read again because others were added or removed."""


def pages(  # noqa: PLR0913 - the options of the reading, by keyword
    f: Filter | str | Template | None,
    fetch: Callable[[Parameters], Response],
    *,
    key: str = "created_at",
    limit: int = _MAX_LIMIT,
    settle: timedelta | None = None,
    key_of: Callable[[Row], str] | None = None,
    max_calls: int | None = MAX_CALLS,
) -> Iterator[list[Row]]:
    """Yield all rows of a listing that a filter selects, page by page.

    `fetch` sends one request with the given query parameters, and returns the rows, or the JSON
    of the response. Each request is sorted by `key` and starts at the time of the last row, as
    the platform recommends; rows that were read already are left out. So no row is lost or read
    twice, even if several rows share a time, or rows are added and removed meanwhile. If `key` is
    `updated_at`, a row that changes is read again with its new contents.

    `f` None selects everything. `limit` is the number of rows of a request, from 2 to 100. `settle`
    leaves out rows of the last such time, which may be incomplete: the platform needs up to a
    minute. `key_of` returns the text of the key in a row; by default it is a member of the row, of
    its `meta.timestamps` or of its `attributes`. Rows must have an `id`. `max_calls` is the number
    of calls that the store accepts in a request, None for any. From the second request on, the
    filter has one call more: `ge` of the key. `settle` adds another call to every request.

    Raises FilterValueError for a filter of more than 9 calls (8 with `settle`), which has no room
    for these in the 10 of `max_calls`, before the first request.
    Raises PagingError if the listing ignores the filter or the sort order, if rows have no key or
    id, if more than 10,000 rows share one key, or if more rows than a page share one and have
    another order in each response. Raises the errors of `fetch`.

    Source: the platform's guides "Pagination" and "Eventual consistency".

    >>> orders = [{"id": str(n), "created_at": f"2018-09-0{n}"} for n in range(1, 6)]
    >>> def fetch(parameters):
    ...     found = filter(to_predicate(parameters.get("filter", "like(id,*)")), orders)
    ...     return list(found)[: int(parameters["page[limit]"])]
    >>> from epfilter.targets import to_predicate
    >>> [[row["id"] for row in page] for page in pages(None, fetch, limit=2)]
    [['1', '2'], ['3'], ['4'], ['5']]
    """
    _require_function(fetch)
    reader = PageReader(f, key=key, limit=limit, settle=settle, key_of=key_of, max_calls=max_calls)
    while (parameters := reader.next_request()) is not None:
        rows = reader.receive(fetch(parameters))
        if rows:
            yield rows


async def pages_async(  # noqa: PLR0913 - the options of the reading, by keyword
    f: Filter | str | Template | None,
    fetch: Callable[[Parameters], Awaitable[Response]],
    *,
    key: str = "created_at",
    limit: int = _MAX_LIMIT,
    settle: timedelta | None = None,
    key_of: Callable[[Row], str] | None = None,
    max_calls: int | None = MAX_CALLS,
) -> AsyncIterator[list[Row]]:
    """Async variant of `pages`, for a `fetch` that is awaited.

    >>> import asyncio
    >>> async def fetch(parameters):
    ...     return {"data": [{"id": "1", "created_at": "2018-09-01"}]}
    >>> async def read() -> list[str]:
    ...     return [row["id"] async for page in pages_async(None, fetch) for row in page]
    >>> asyncio.run(read())
    ['1']
    """
    _require_function(fetch)
    reader = PageReader(f, key=key, limit=limit, settle=settle, key_of=key_of, max_calls=max_calls)
    while (parameters := reader.next_request()) is not None:
        rows = reader.receive(await fetch(parameters))
        if rows:
            yield rows


class PageReader:
    """The requests of a reading, one after the other, and the new rows of each response.

    A request starts at the key of the last row. Where more rows share that key than fit into a
    page, the next requests use offsets. Each such page begins with the last row of the page
    before it. If it does not, rows were removed or added meanwhile, and the rows of the key are
    read again from the first.
    """

    def __init__(  # noqa: PLR0913 - the options of the reading, by keyword
        self,
        f: Filter | str | Template | None,
        *,
        key: str = "created_at",
        limit: int = _MAX_LIMIT,
        settle: timedelta | None = None,
        key_of: Callable[[Row], str] | None = None,
        max_calls: int | None = MAX_CALLS,
        remedy: str = "pass a larger `max_calls`",
    ) -> None:
        """Require room for the calls of the reading; `remedy` ends the hint of that error.

        Raises FilterTypeError and FilterValueError for invalid options and for too many calls.
        """
        require_int("limit", limit, _MIN_LIMIT, _MAX_LIMIT)
        terms = [] if f is None else [as_filter(f)]
        calls = sum(not isinstance(node, (And, Or)) for term in terms for node in walk(term))
        if settle is not None:
            if not isinstance(settle, timedelta):
                raise FilterTypeError(f"`settle` must be a timedelta, not {describe_type(settle)}.")
            terms.append(F[key].lt(datetime.now(UTC) - settle))
        _require_room(calls, 1 if settle is None else 2, max_calls, remedy)
        self._terms = terms
        self._key = key
        self._limit = limit
        self._key_of = key_of or self._find_key
        self._cursor: str | None = None
        self._moment: _Moment | None = None
        """What the cursor means."""
        self._offset = 0
        self._restarts = 0
        self._is_finished = False
        self._last: _Mark | None = None
        """The last row of the page before, with which a page at an offset begins."""
        self._known: set[_Mark] = set()
        """The rows with the key of the cursor that were read already."""
        self._passed: dict[Hashable, _Moment] = {}
        """The ids and keys of the rows of the last page before the cursor."""

    def next_request(self) -> Parameters | None:
        """Return the parameters of the next request, or None after the last page."""
        if self._is_finished:
            return None
        terms = [*self._terms]
        if self._cursor is not None:
            terms.append(F[self._key].ge(self._cursor))
        parameters = {"sort": self._key, "page[limit]": str(self._limit)}
        if terms:
            parameters["filter"] = unparse(reduce(and_, terms))
        if self._offset:
            parameters["page[offset]"] = str(self._offset)
        return parameters

    def receive(self, response: Response) -> list[Row]:
        """Return the rows of the response to the last request that are new."""
        rows = _rows_of(response)
        keys = [self._key_of(row) for row in rows]
        marks = [(_id_of(row), _moment_of(key)) for row, key in zip(rows, keys, strict=True)]
        self._check(marks, keys)
        if self._offset and marks[:1] != [self._last]:
            self._restart()
            return []
        new = [row for row, mark in zip(rows, marks, strict=True) if mark not in self._known]
        self._advance(marks, keys)
        return new

    def _advance(self, marks: list[_Mark], keys: list[str]) -> None:
        """Move to the next request, after a page with these rows."""
        if len(marks) < self._limit:
            self._is_finished = True
            return
        last = self._last = marks[-1]
        if last[1] != self._moment:
            self._passed = {row_id: moment for row_id, moment in marks if moment != last[1]}
            self._known = {mark for mark in marks if mark[1] == last[1]}
            self._cursor, self._moment = keys[-1], last[1]
            self._offset = self._restarts = 0
            return
        # More rows have this key than fit into the page.
        self._known.update(marks)
        self._offset += len(marks) - 1
        if self._offset > _MAX_OFFSET:
            raise PagingError(
                f"more than {_MAX_OFFSET:,} rows have the {self._key} {shorten(keys[-1])}.",
                hint="add a condition to the filter that divides them",
            )

    def _restart(self) -> None:
        """Read the rows of the cursor again from the first."""
        self._restarts += 1
        self._offset = 0
        if self._restarts > _MAX_RESTARTS:
            raise PagingError(
                f"rows with the {self._key} {shorten(str(self._cursor))} have another order in "
                "each response.",
                hint="increase `limit`, or add a condition to the filter that divides them",
            )

    def _check(self, marks: list[_Mark], keys: list[str]) -> None:
        """Raise PagingError for rows that the request excludes, or that are not sorted."""
        for row_id, moment in marks:
            if self._passed.get(row_id) == moment:
                raise PagingError(
                    f"the listing returned the row {shorten(str(row_id))} again, although its "
                    f"{self._key} is before {shorten(str(self._cursor))}.",
                    hint="check that it applies `filter` and `sort` to this field",
                )
        for (before, (_, first)), (after, (_, second)) in pairwise(zip(keys, marks, strict=True)):
            if isinstance(first, datetime) and isinstance(second, datetime) and second < first:
                raise PagingError(
                    f"the listing is not sorted by {self._key}: {shorten(after)} comes after "
                    f"{shorten(before)}.",
                    hint="check that it supports `sort` for this field",
                )

    def _find_key(self, row: Row) -> str:
        for place in (row, _member(_member(row, "meta"), "timestamps"), _member(row, "attributes")):
            value = _member(place, self._key)
            if isinstance(value, str):
                return value
        raise PagingError(
            f"a row has no text `{self._key}`: not as a member, in `meta.timestamps` or in "
            "`attributes`.",
            hint="pass `key_of`, a function that returns it",
        )


def _require_function(fetch: object) -> None:
    if not callable(fetch):
        raise FilterTypeError(f"`fetch` must be a function, not {describe_type(fetch)}.")


def _require_room(calls: int, added: int, max_calls: int | None, remedy: str) -> None:
    """Raise FilterValueError if the calls of a filter and those that are added are too many."""
    if max_calls is None:
        return
    require_int("max_calls", max_calls, 1)
    if calls + added > max_calls:
        number = "1 call" if calls == 1 else f"{calls} calls"
        raise FilterValueError(
            f"the filter has {number}, and reading page by page adds {added}; a request may have "
            f"{max_calls}.",
            hint=f"remove a condition and apply it to the rows with `to_predicate`, or {remedy}",
        )


def _rows_of(response: Response) -> Sequence[Row]:
    rows = response.get("data") if isinstance(response, Mapping) else response
    if isinstance(rows, Sequence) and not isinstance(rows, (str, bytes)):
        for row in rows:
            if not isinstance(row, Mapping):
                raise PagingError(f"a row must be an object, not {describe_type(row)}.")
        return rows
    raise PagingError(
        f"the rows of a page are expected, or JSON with a list in `data`, not "
        f"{describe_type(rows)}.",
        hint="let `fetch` raise an error for a response that is not 200",
    )


def _moment_of(key: str) -> _Moment:
    moment = read_timestamp(key)
    return key if moment is None else moment


def _id_of(row: Row) -> Hashable:
    row_id = row.get("id")
    if isinstance(row_id, (str, int)):
        return row_id
    raise PagingError("a row has no `id`, so it cannot be recognized when it is read again.")


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, Mapping) else None
