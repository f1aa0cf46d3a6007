"""Which line of a JSONL file is broken, and how; asked only where an export has failed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import (
    ITEM_MEMBERS,
    ITS_OWN,
    NO_ID,
    attributes_of,
    items_of,
    value_of,
)
from epfilter.snippets import shorten
from epfilter.strict_json import JsonError, JsonFault, StrictDecoder

LONGEST_LINE = 16 * 2**20
"""How many bytes a line may have; DuckDB reads some that are longer."""

_DECODER = StrictDecoder(tolerate={JsonFault.CONSTANT})
"""DuckDB reads NaN and Infinity too, so they are not what it has failed on."""


def broken_line(path: Path) -> OrdersError | None:
    r"""The error for the first line that is no order; None where each line is one.

    Raises OSError where the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     orders = Path(folder, "orders.jsonl")
    ...     _ = orders.write_text('{"id": "1"}\n{"id": ', encoding="utf-8")
    ...     str(broken_line(orders))
    'line 2 of orders.jsonl is not valid JSON: expected a value at column 8.'
    """
    too_long = None
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                _read(line.rstrip(b"\r\n"))
            except OrdersError as error:
                return OrdersError(f"line {number} of {path.name} {error.message}", hint=error.hint)
            if too_long is None and len(line) > LONGEST_LINE:
                too_long = number
    # Only where nothing else is wrong, because it may have been read all the same.
    if too_long is None:
        return None
    return OrdersError(
        f"line {too_long} of {path.name} is longer than {LONGEST_LINE // 2**20} MiB.",
        hint="no more is read of one order",
    )


def _read(line: bytes) -> None:
    """Raise OrdersError for what is wrong with a line."""
    if not line.strip():
        return
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise OrdersError(f"is not UTF-8, at byte {error.start + 1}.") from None
    try:
        order = _DECODER.decode(text)
    except JsonError as error:
        if error.fault is JsonFault.DIGITS:  # DuckDB reads a number of any length
            return
        place = "" if error.column is None else f" at column {error.column}"
        raise OrdersError(f"is not valid JSON: {error.reason}{place}.") from None
    if not isinstance(order, Mapping):
        raise OrdersError(f"is not an object but {shorten(text.strip())}.")
    try:
        _read_members(order)
    except OrdersError as error:
        raise OrdersError(f"is no order: {error.message}", hint=error.hint) from None


def _read_members(order: Mapping[str, object]) -> None:
    if order.get("id") is None:
        raise OrdersError(f"{NO_ID}.", hint=ITS_OWN)
    attributes_of(order)
    for item in items_of(order) or ():
        for member in ITEM_MEMBERS:
            value_of(item, member)
