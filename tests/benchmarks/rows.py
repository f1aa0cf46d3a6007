"""Benchmark of a filter as a Python function on a million rows, compared with one by hand.

The engines of RQL run the same filter on the first of these rows. Times are per row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any, NamedTuple

from benchmarks.cases import THREE_CALLS
from benchmarks.competitors import OURS
from benchmarks.lib_rql import NAME as LIB_RQL
from benchmarks.lib_rql import LibRql
from benchmarks.timing import Timer, repeat_action, time_in_turns
from epfilter.targets import to_predicate

NUMBER = 1_000_000
COMPETITOR_ROWS = 20_000
ROUNDS = 7

HAND = "by hand"
AS_TEXT = "epfilter, text as text"
"""Without a resource, timestamps are compared as text, as in the engines of RQL."""

PYRQL = "pyrql"
PYRQL_BARE = "pyrql, rows not copied"

ENGINES = (PYRQL, LIB_RQL)
"""The engines that are called as their users call them."""

Row = dict[str, Any]
Match = Callable[[Any], bool]

FIRST, LAST = datetime(2018, 9, 1, tzinfo=UTC), datetime(2018, 10, 1, tzinfo=UTC)
_YEAR = datetime(2018, 1, 1, tzinfo=UTC)
_SECONDS = 360 * 24 * 3600
_PAYMENTS = ("paid", "unpaid", "refunded", "authorized")
_PRIME = 7919
_TEXT_FILTER = (
    "gt(created_at,2018-09-01T00:00:00Z):lt(created_at,2018-10-01T00:00:00Z):eq(payment,refunded)"
)


class RowKind(NamedTuple):
    """Rows of one kind, and the filters to run on them."""

    name: str
    text: bool
    """Whether timestamps are text, as in JSON."""
    resource: str | None
    by_hand: Match
    pyrql: str
    lib_rql: str


def _match_datetimes(row: Row) -> bool:
    created, payment = row.get("created_at"), row.get("payment")
    return (
        created is not None
        and created > FIRST
        and created < LAST
        and payment is not None
        and payment == "refunded"
    )


def _match_texts(row: Row) -> bool:
    created = row.get("created_at")
    if created is None:
        return False
    read = datetime.fromisoformat(created)
    if not (read > FIRST and read < LAST):
        return False
    payment = row.get("payment")
    return payment is not None and payment == "refunded"


KINDS = (
    RowKind(
        "datetimes",
        text=False,
        resource=None,
        by_hand=_match_datetimes,
        pyrql="and(gt(created_at,datetime:2018-09-01T00:00:00Z),"
        "lt(created_at,datetime:2018-10-01T00:00:00Z),eq(payment,refunded))",
        lib_rql="and(gt(created_at,2018-09-01T00:00:00Z),"
        "lt(created_at,2018-10-01T00:00:00Z),eq(payment,refunded))",
    ),
    RowKind(
        "timestamps in text",
        text=True,
        resource="orders",
        by_hand=_match_texts,
        pyrql="and(gt(created_at,string:2018-09-01T00:00:00Z),"
        "lt(created_at,string:2018-10-01T00:00:00Z),eq(payment,refunded))",
        lib_rql="and(gt(created_at,2018-09-01T00:00:00Z),"
        "lt(created_at,2018-10-01T00:00:00Z),eq(payment,refunded))",
    ),
)


def create_rows(number: int, *, text: bool) -> list[Row]:
    """Return this number of unordered orders of one year; some have no payment."""
    return [_row(n, number, text=text) for n in range(number)]


def _row(n: int, number: int, *, text: bool) -> Row:
    # An odd second, so that no row is at midnight, where competitors that compare text could
    # select other rows.
    second = n * _PRIME % number * _SECONDS // number | 1
    created = _YEAR + timedelta(seconds=second)
    return {
        "id": n,
        "created_at": f"{created:%Y-%m-%dT%H:%M:%SZ}" if text else created,
        "payment": _PAYMENTS[n % 4] if n % 50 else None,
        "with_tax": n % 10_000,
    }


def measure(
    lib_rql: LibRql | None,
    number: int = NUMBER,
    competitor_rows: int = COMPETITOR_ROWS,
    rounds: int = ROUNDS,
) -> list[dict[str, Any]]:
    """Return the seconds per row for each kind of rows."""
    return [
        _measure_kind(kind, lib_rql, number, min(number, competitor_rows), rounds) for kind in KINDS
    ]


def missing_packages() -> dict[str, str]:
    """Return the missing packages and the reason."""
    return {} if find_spec("pyrql") else {PYRQL: "not installed"}


def _measure_kind(
    kind: RowKind, lib_rql: LibRql | None, number: int, competitor_rows: int, rounds: int
) -> dict[str, Any]:
    rows = create_rows(number, text=kind.text)
    few = rows[:competitor_rows]
    ours = create_predicate(kind)
    _require_equal(HAND, select_rows(ours, rows), select_rows(kind.by_hand, rows))
    timed: dict[str, Timer] = {
        OURS: repeat_action(lambda: select_rows(ours, rows)),
        HAND: repeat_action(lambda: select_rows(kind.by_hand, rows)),
    }
    if kind.text:
        text_predicate = to_predicate(_TEXT_FILTER)
        _require_equal(AS_TEXT, select_rows(ours, rows), select_rows(text_predicate, rows))
        timed[AS_TEXT] = repeat_action(lambda: select_rows(text_predicate, rows))
    expected = select_rows(ours, few)
    for name, run in create_pyrql_runs(kind, few).items():
        _require_equal(name, expected, run())
        timed[name] = repeat_action(run)
    if lib_rql:
        lib_rql.request("rows", rows=[_serialize_row(row) for row in few], datetimes=not kind.text)
        matched = lib_rql.request("matched", text=kind.lib_rql)
        if matched != len(expected):
            raise AssertionError(f"lib-rql selects {matched} rows instead of {len(expected)}")
        timed[LIB_RQL] = lambda times: float(lib_rql.request("run", text=kind.lib_rql, times=times))
    seconds = time_in_turns(timed, rounds=rounds)
    for name in seconds:
        seconds[name] /= number if name in {OURS, HAND, AS_TEXT} else competitor_rows
    return {"name": kind.name, "rows": number, "peer rows": competitor_rows, "seconds": seconds}


def create_predicate(kind: RowKind) -> Match:
    """Return the predicate of epfilter."""
    return to_predicate(THREE_CALLS, kind.resource)


def select_rows(match: Match, rows: Sequence[Row]) -> list[Row]:
    """Return the matching rows, with little overhead besides the function."""
    return list(filter(match, rows))


def create_pyrql_runs(kind: RowKind, rows: list[Row]) -> dict[str, Callable[[], list[Row]]]:
    """Return the actions of pyrql: as users call it, with copies of all rows, and without copies."""
    if missing_packages():
        return {}
    from pyrql import Query

    query = Query(rows).query(kind.pyrql)

    def run_pipeline() -> list[Row]:
        data = rows
        for node in query.pipeline:
            data = node.feed(data)
        return data

    return {PYRQL: query.all, PYRQL_BARE: run_pipeline}


def _serialize_row(row: Row) -> Row:
    created = row["created_at"]
    return row | {"created_at": created if isinstance(created, str) else created.isoformat()}


def _require_equal(name: str, ours: list[Row], theirs: list[Row]) -> None:
    """Raise AssertionError where the selected rows differ."""
    if ours != theirs:
        raise AssertionError(f"{name} selects {len(theirs)} rows instead of {len(ours)}")
