"""Orders as the platform gives them: where their attributes are, and stores that hold them.

The stores need `pip install 'epfilter[service]'`, those at a URL `pip install 'epfilter[stores]'`;
both are imported when a store is opened.
"""

from __future__ import annotations

from epfilter.exporter.orders.columns import CSV_COLUMNS, CsvColumn, RowsPer, csv_columns
from epfilter.exporter.orders.demo import demo_lines, demo_orders
from epfilter.exporter.orders.formula_escaping import neutralised
from epfilter.exporter.orders.order_schema import attributes_of
from epfilter.exporter.orders.store import OrderStore, open_orders

__all__ = [
    "CSV_COLUMNS",
    "CsvColumn",
    "OrderStore",
    "RowsPer",
    "attributes_of",
    "csv_columns",
    "demo_lines",
    "demo_orders",
    "neutralised",
    "open_orders",
]
