"""Reads orders from a JSON file: a list of orders, or responses of the platform that list them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import MISSING_ID, MISSING_ID_HINT
from epfilter.included import make_joiner
from epfilter.snippets import shorten
from epfilter.strict_json import JsonError, JsonFault, StrictDecoder, skip_whitespace

_DECODER = StrictDecoder(tolerate={JsonFault.CONSTANT})
_HINT = "a list of orders, or responses with `data`, one after the other"


def read_orders(path: Path) -> Iterator[dict[str, Any]]:
    r"""Yield the orders of a file, with the items that the responses include.

    The file has a list of orders, one order, or responses whose `data` they are: one response, a
    list of them, or one after the other. An order that is on two pages is read once, as it is on
    the last one. The file is read as a whole.

    Raises OrdersError for other contents, and OSError if the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pages = Path(folder, "orders.json")
    ...     _ = pages.write_text('{"data": [{"id": "1"}]}\n{"data": [{"id": "2"}]}')
    ...     [order["id"] for order in read_orders(pages)]
    ['1', '2']
    """
    orders: dict[str, dict[str, Any]] = {}
    for value in _decode_values(path):
        for response in value if isinstance(value, list) else [value]:
            for order in _orders_of(response, path):
                orders[str(order["id"])] = order
    yield from orders.values()


def _decode_values(path: Path) -> Iterator[Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OrdersError(f"{path.name} is not UTF-8, at byte {error.start + 1}.") from None
    at = skip_whitespace(text, 0)
    while at < len(text):
        try:
            value, end = _DECODER.decode_at(text, at)
        except JsonError as error:
            line = "" if error.line is None else f", line {error.line},"
            column = "" if error.column is None else f" at column {error.column}"
            raise OrdersError(
                f"{path.name}{line} is not valid JSON: {error.reason}{column}.", hint=_HINT
            ) from None
        yield value
        at = skip_whitespace(text, end)


def _orders_of(response: object, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the orders of a response, or the one order itself."""
    if isinstance(response, dict) and "data" in response and "id" not in response:
        join, data = make_joiner(response), response["data"]
        orders = data if isinstance(data, list) else [data]
    else:
        join, orders = make_joiner({}), [response]
    for order in orders:
        if not isinstance(order, dict):
            shown = shorten(json.dumps(order, ensure_ascii=False))
            raise OrdersError(f"{path.name}: an order is not an object but {shown}.", hint=_HINT)
        if order.get("id") in (None, ""):
            raise OrdersError(f"{path.name}: {MISSING_ID}.", hint=MISSING_ID_HINT)
        yield join(order)
