"""A filter as a Python function, asked of a million rows; beside a function written by hand.

The engines of RQL run the same filter on the first of these rows. A time is that of one row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any, NamedTuple

from benchmarks.peers import US
from benchmarks.rql import NAME as LIB_RQL
from benchmarks.rql import Rql
from benchmarks.timing import Timed, interleaved, repeated
from benchmarks.works import THREE_CALLS
from epfilter.targets import to_predicate

NUMBER = 1_000_000
PEER_NUMBER = 20_000
ROUNDS = 7

HAND = "by hand"
LETTERS = "epfilter, text as text"
"""Without a resource timestamps are compared by their letters, as the engines of RQL do it."""

PYRQL = "pyrql"
PYRQL_BARE = "pyrql, rows not copied"

ENGINES = (PYRQL, LIB_RQL)
"""Those that are called as their users call them."""

Row = dict[str, Any]
Match = Callable[[Any], bool]

FIRST, LAST = datetime(2018, 9, 1, tzinfo=UTC), datetime(2018, 10, 1, tzinfo=UTC)
_YEAR = datetime(2018, 1, 1, tzinfo=UTC)
_SECONDS = 360 * 24 * 3600
_PAYMENTS = ("paid", "unpaid", "refunded", "authorized")
_PRIME = 7919
_LETTERS = (
    "gt(created_at,2018-09-01T00:00:00Z):lt(created_at,2018-10-01T00:00:00Z):eq(payment,refunded)"
)


class Kind(NamedTuple):
    """Rows of one kind, and what is asked of them."""

    name: str
    text: bool
    """Whether points in time are text, as in JSON."""
    resource: str | None
    by_hand: Match
    pyrql: str
    lib_rql: str


def _of_datetimes(row: Row) -> bool:
    created, payment = row.get("created_at"), row.get("payment")
    return (
        created is not None
        and created > FIRST
        and created < LAST
        and payment is not None
        and payment == "refunded"
    )


def _of_texts(row: Row) -> bool:
    created = row.get("created_at")
    if created is None:
        return False
    read = datetime.fromisoformat(created)
    if not (read > FIRST and read < LAST):
        return False
    payment = row.get("payment")
    return payment is not None and payment == "refunded"


KINDS = (
    Kind(
        "datetimes",
        text=False,
        resource=None,
        by_hand=_of_datetimes,
        pyrql="and(gt(created_at,datetime:2018-09-01T00:00:00Z),"
        "lt(created_at,datetime:2018-10-01T00:00:00Z),eq(payment,refunded))",
        lib_rql="and(gt(created_at,2018-09-01T00:00:00Z),"
        "lt(created_at,2018-10-01T00:00:00Z),eq(payment,refunded))",
    ),
    Kind(
        "timestamps in text",
        text=True,
        resource="orders",
        by_hand=_of_texts,
        pyrql="and(gt(created_at,string:2018-09-01T00:00:00Z),"
        "lt(created_at,string:2018-10-01T00:00:00Z),eq(payment,refunded))",
        lib_rql="and(gt(created_at,2018-09-01T00:00:00Z),"
        "lt(created_at,2018-10-01T00:00:00Z),eq(payment,refunded))",
    ),
)


def made(number: int, *, text: bool) -> list[Row]:
    """So many orders of one year in no order; some have no payment."""
    return [_row(n, number, text=text) for n in range(number)]


def _row(n: int, number: int, *, text: bool) -> Row:
    # An odd second, so that no row is of a midnight: there the peers, to which a text is a text,
    # might say otherwise.
    second = n * _PRIME % number * _SECONDS // number | 1
    created = _YEAR + timedelta(seconds=second)
    return {
        "id": n,
        "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}" if text else created,
        "payment": _PAYMENTS[n % 4] if n % 50 else None,
        "with_tax": n % 10_000,
    }


def measure(
    other: Rql | None,
    number: int = NUMBER,
    peer_number: int = PEER_NUMBER,
    rounds: int = ROUNDS,
) -> list[dict[str, Any]]:
    """Seconds a row, for each kind of rows."""
    return [_measured(kind, other, number, min(number, peer_number), rounds) for kind in KINDS]


def absent() -> dict[str, str]:
    """What is not there to be compared, and why."""
    return {} if find_spec("pyrql") else {PYRQL: "not installed"}


def _measured(
    kind: Kind, other: Rql | None, number: int, peer_number: int, rounds: int
) -> dict[str, Any]:
    rows = made(number, text=kind.text)
    few = rows[:peer_number]
    ours = matcher(kind)
    _check(HAND, kept(ours, rows), kept(kind.by_hand, rows))
    timed: dict[str, Timed] = {
        US: repeated(lambda: kept(ours, rows)),
        HAND: repeated(lambda: kept(kind.by_hand, rows)),
    }
    if kind.text:
        letters = to_predicate(_LETTERS)
        _check(LETTERS, kept(ours, rows), kept(letters, rows))
        timed[LETTERS] = repeated(lambda: kept(letters, rows))
    expected = kept(ours, few)
    for name, run in pyrql(kind, few).items():
        _check(name, expected, run())
        timed[name] = repeated(run)
    if other:
        other.ask("rows", rows=[_sent(row) for row in few], datetimes=not kind.text)
        matched = other.ask("matched", text=kind.lib_rql)
        if matched != len(expected):
            raise AssertionError(f"lib-rql keeps {matched} rows of {len(expected)}")
        timed[LIB_RQL] = lambda times: float(other.ask("run", text=kind.lib_rql, times=times))
    seconds = interleaved(timed, rounds=rounds)
    for name in seconds:
        seconds[name] /= number if name in {US, HAND, LETTERS} else peer_number
    return {"name": kind.name, "rows": number, "peer rows": peer_number, "seconds": seconds}


def matcher(kind: Kind) -> Match:
    """Our function."""
    return to_predicate(THREE_CALLS, kind.resource)


def kept(match: Match, rows: Sequence[Row]) -> list[Row]:
    """The rows that match, with next to no work but that of the function."""
    return list(filter(match, rows))


def pyrql(kind: Kind, rows: list[Row]) -> dict[str, Callable[[], list[Row]]]:
    """What pyrql keeps: as it is called, when it copies all rows first, and without the copies."""
    if absent():
        return {}
    from pyrql import Query

    query = Query(rows).query(kind.pyrql)

    def fed() -> list[Row]:
        data = rows
        for node in query.pipeline:
            data = node.feed(data)
        return data

    return {PYRQL: query.all, PYRQL_BARE: fed}


def _sent(row: Row) -> Row:
    created = row["created_at"]
    return row | {"created_at": created if isinstance(created, str) else created.isoformat()}


def _check(name: str, ours: list[Row], theirs: list[Row]) -> None:
    """Measure nothing that does not keep the same."""
    if ours != theirs:
        raise AssertionError(f"{name} keeps {len(theirs)} rows of {len(ours)}")
