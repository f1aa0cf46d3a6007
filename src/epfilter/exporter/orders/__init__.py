"""Orders as the platform returns them: their attributes, and order sources that export them as CSV.

An order source for a file requires `pip install 'epfilter[service]'`, one for a URL
`pip install 'epfilter[databases]'`; the packages are imported when a source is opened.
"""

from __future__ import annotations

from epfilter.exporter.orders.columns import CSV_COLUMNS, CsvColumn, RowsPer, csv_columns
from epfilter.exporter.orders.demo import demo_lines, demo_orders
from epfilter.exporter.orders.formula_escaping import neutralise_formula
from epfilter.exporter.orders.order_schema import attributes_of
from epfilter.exporter.orders.order_source import OrderSource, open_orders
from epfilter.exporter.orders.order_summary import OrderSummary

__all__ = [
    "CSV_COLUMNS",
    "CsvColumn",
    "OrderSource",
    "OrderSummary",
    "RowsPer",
    "attributes_of",
    "csv_columns",
    "demo_lines",
    "demo_orders",
    "neutralise_formula",
    "open_orders",
]
