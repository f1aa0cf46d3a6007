"""The columns of the CSV files: documented here, and stable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from epfilter.exporter.orders.order_schema import ITEM_MEMBERS, ORDER_MEMBERS, MemberKind

RowsPer = Literal["item", "order"]
"""What a row of a CSV file is: one item of an order, or one order."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """One column of a CSV file.

    >>> csv_columns("item")[0]
    CsvColumn(name='id', kind='text', about='the id of the order')
    """

    name: str
    """What the header calls it."""

    kind: MemberKind
    """What its cells are; only those of text are ever neutralised."""

    about: str
    """What it is, for people."""


_OF_ORDER = tuple(CsvColumn(each.name, each.kind, each.about) for each in ORDER_MEMBERS)
_OF_ITEM = tuple(CsvColumn(each.name, each.kind, each.about) for each in ITEM_MEMBERS)
_OF_ITEMS = (
    CsvColumn("item_count", "integer", "how many items the order has"),
    CsvColumn("product_ids", "text", "the ids of the items' products, as a JSON list"),
    CsvColumn("product_skus", "text", "the SKUs of the items' products, as a JSON list"),
)

CSV_COLUMNS: dict[RowsPer, tuple[CsvColumn, ...]] = {
    "item": (*_OF_ORDER, *_OF_ITEM),
    "order": (*_OF_ORDER, *_OF_ITEMS),
}
"""The columns in their order, by what a row is. New ones only ever come at the end.

With a row an item, what the order has stands in each of its rows, and an order without items has
one row. A cell without a value is empty; an empty text is `""`. Points in time are written as they
stand in the source, amounts in minor units, `manual` as true or false.
"""


def csv_columns(rows: RowsPer) -> tuple[CsvColumn, ...]:
    """The columns of a CSV file in their order.

    >>> [column.name for column in csv_columns("order")][-3:]
    ['item_count', 'product_ids', 'product_skus']
    """
    return CSV_COLUMNS[rows]
