"""Writes the page of the columns of the CSV files, when the site is built.

Nothing of it is stored: `CSV_COLUMNS` in src is the only source.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from epfilter.exporter.orders import CsvColumn, csv_columns

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

NAME = "reference/csv-columns.md"


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Called by MkDocs with the files of the site, before it makes the navigation."""
    files.append(File.generated(config, NAME, content=page()))


def page() -> str:
    """The text of the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    items, orders = csv_columns("item"), csv_columns("order")
    both = [column for column in items if column in orders]
    yield from (
        "# Columns of the CSV",
        "",
        "What `epfilter serve` and `epfilter export --orders` write. Columns keep their names and",
        "their order; new ones come at the end. With a row an item, what the order has stands in",
        "each of its rows, and an order without items has one row.",
        "",
        'A cell without a value is empty; an empty text is `""`. Points in time are written as',
        "they stand in the source, amounts in minor units. Only text is ever neutralised.",
        "",
        "## Of the order",
        "",
        *_table(both),
        "## Of the item, in its row",
        "",
        *_table([column for column in items if column not in both]),
        "## Of all items, with a row an order",
        "",
        *_table([column for column in orders if column not in both]),
    )


def _table(columns: list[CsvColumn]) -> Iterator[str]:
    yield from ("| Column | Type | What it is |", "|---|---|---|")
    yield from (f"| `{column.name}` | {column.kind} | {column.about} |" for column in columns)
    yield ""
