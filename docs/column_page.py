"""The page of the columns of the CSV files, generated from `CSV_COLUMNS` when the site is built."""

from __future__ import annotations

from collections.abc import Iterator

from epfilter.exporter.orders import CsvColumn, csv_columns

NAME = "reference/csv-columns.md"


def build_pages() -> dict[str, str]:
    """Return the text of the page by its path."""
    return {NAME: "\n".join(_lines()) + "\n"}


def _lines() -> Iterator[str]:
    items, orders = csv_columns("item"), csv_columns("order")
    both = [column for column in items if column in orders]
    yield from (
        "# Columns of the CSV",
        "",
        "These are the columns that `epfilter serve` and `epfilter export --orders` write. Their",
        "names and their order never change; new columns are added at the end. With one row per",
        "item, the order's columns repeat on every row, and an order without items has one row.",
        "",
        'A cell without a value is empty; an empty text is `""`. Timestamps are written as in the',
        "source, amounts in minor units. Only text is neutralised.",
        "",
        "## Columns of the order",
        "",
        *_table(both),
        "## Columns of the item, with one row per item",
        "",
        *_table([column for column in items if column not in both]),
        "## Columns of all items, with one row per order",
        "",
        *_table([column for column in orders if column not in both]),
    )


def _table(columns: list[CsvColumn]) -> Iterator[str]:
    yield from ("| Column | Type | Meaning |", "|---|---|---|")
    yield from (f"| `{column.name}` | {column.kind} | {column.about} |" for column in columns)
    yield ""
