"""The columns of the CSV files, in an order that is stable: a new column comes last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from epfilter.exporter.orders.order_schema import ITEM_MEMBERS, ORDER_MEMBERS, MemberKind

RowsPer = Literal["item", "order"]
"""What a row of a CSV file stands for: one item of an order, or one order."""


@dataclass(frozen=True, slots=True)
class CsvColumn:
    """One column of a CSV file.

    >>> csv_columns("item")[0]
    CsvColumn(name='id', kind='text', about='the id of the order')
    """

    name: str
    """The name in the header."""

    kind: MemberKind
    """The type of its cells; only text cells are ever neutralised."""

    about: str
    """A description for people."""


_LIST_COLUMNS = (
    CsvColumn("item_count", "integer", "how many items the order has"),
    CsvColumn("product_ids", "text", "the ids of the items' products, as a JSON list"),
    CsvColumn("product_skus", "text", "the SKUs of the items' products, as a JSON list"),
)
"""Columns that summarise all items of an order."""

_COLUMNS = {
    column.name: column
    for column in (
        *(CsvColumn(each.name, each.kind, each.about) for each in ORDER_MEMBERS),
        *(CsvColumn(each.name, each.kind, each.about) for each in ITEM_MEMBERS),
        *_LIST_COLUMNS,
    )
}

# Programs read these files by position too: never move, rename or remove a name, and add a new one
# at the end of each list, after the columns of items and lists.
_ITEM_ROWS = (
    *("id", "order_number", "external_ref", "status", "payment", "shipping", "manual"),
    *("created_at", "updated_at", "currency", "with_tax", "without_tax", "tax"),
    *("customer_id", "name", "email", "account_id", "account_member_id"),
    *("contact.name", "contact.email"),
    *("shipping_first_name", "shipping_last_name", "shipping_company_name"),
    *("shipping_phone_number", "shipping_line_1", "shipping_line_2", "shipping_city"),
    *("shipping_county", "shipping_region", "shipping_postcode", "shipping_country"),
    "shipping_instructions",
    *("billing_first_name", "billing_last_name", "billing_company_name"),
    *("billing_phone_number", "billing_line_1", "billing_line_2", "billing_city"),
    *("billing_county", "billing_region", "billing_postcode", "billing_country"),
    *("item_id", "product_id", "product_sku", "product_name", "quantity"),
    *("unit_price", "line_price"),
)
_ORDER_ROWS = (
    *("id", "order_number", "external_ref", "status", "payment", "shipping", "manual"),
    *("created_at", "updated_at", "currency", "with_tax", "without_tax", "tax"),
    *("customer_id", "name", "email", "account_id", "account_member_id"),
    *("contact.name", "contact.email"),
    *("shipping_first_name", "shipping_last_name", "shipping_company_name"),
    *("shipping_phone_number", "shipping_line_1", "shipping_line_2", "shipping_city"),
    *("shipping_county", "shipping_region", "shipping_postcode", "shipping_country"),
    "shipping_instructions",
    *("billing_first_name", "billing_last_name", "billing_company_name"),
    *("billing_phone_number", "billing_line_1", "billing_line_2", "billing_city"),
    *("billing_county", "billing_region", "billing_postcode", "billing_country"),
    *("item_count", "product_ids", "product_skus"),
)

CSV_COLUMNS: dict[RowsPer, tuple[CsvColumn, ...]] = {
    "item": tuple(_COLUMNS[name] for name in _ITEM_ROWS),
    "order": tuple(_COLUMNS[name] for name in _ORDER_ROWS),
}
"""The columns in their order, by what a row stands for. New columns are only added at the end.

With one row per item, the order's columns repeat on every row, and an order without items has one
row. A cell without a value is empty; an empty text is `""`. Timestamps are written as in the
source, amounts in minor units, `manual` as true or false.
"""


def csv_columns(rows: RowsPer) -> tuple[CsvColumn, ...]:
    """Return the columns of a CSV file in their order.

    >>> [column.name for column in csv_columns("order")][:3]
    ['id', 'order_number', 'external_ref']
    """
    return CSV_COLUMNS[rows]
