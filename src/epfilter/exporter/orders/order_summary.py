"""The summary of the orders that a filter selects: number, months, and the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

SUMMARY_COLUMNS = (
    "created_at",
    "id",
    "name",
    "email",
    "status",
    "payment",
    "shipping",
    "with_tax",
    "currency",
)
"""The attributes of an order in a summary."""


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """The number of selected orders, their number by month of `created_at`, and the first ones.

    A month is like `2018-09` in UTC; the months are sorted, and orders without the attribute are in
    none of them. `rows` have the texts of `SUMMARY_COLUMNS`, or None.

    >>> summary = OrderSummary.from_months([("2018-10", 2), (None, 1), ("2018-09", 4)], [])
    >>> summary.count, summary.months
    (7, {'2018-09': 4, '2018-10': 2})
    """

    count: int
    months: Mapping[str, int]
    rows: Sequence[Mapping[str, str | None]] = ()

    @classmethod
    def from_months(
        cls, months: Iterable[tuple[str | None, int]], rows: Iterable[Sequence[object]]
    ) -> OrderSummary:
        """Return the summary of counted months, and of rows with the values of the columns."""
        counted = list(months)
        known = sorted((month, number) for month, number in counted if month is not None)
        shown = [dict(zip(SUMMARY_COLUMNS, map(_to_text, row), strict=True)) for row in rows]
        return cls(sum(number for _, number in counted), dict(known), shown)


def _to_text(value: object) -> str | None:
    if isinstance(value, datetime):
        # A database without zones returns UTC.
        point = value.astimezone(UTC) if value.tzinfo else value
        return f"{point:%Y-%m-%dT%H:%M:%SZ}"
    return None if value is None else str(value)
