"""Validation of JSONL files: which line is not an order, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders.order_schema import (
    ITEM_MEMBERS,
    MISSING_ID,
    MISSING_ID_HINT,
    ORDER_MEMBERS,
    attributes_of,
    get_items,
    get_value,
)
from epfilter.snippets import shorten
from epfilter.strict_json import JsonError, JsonFault, StrictDecoder

MAX_LINE_BYTES = 16 * 2**20
"""The most bytes of a line; DuckDB reads some longer ones too."""

_LINES_PER_CHECK = 256

_NESTED = {member.name: member.path for member in ORDER_MEMBERS if len(member.path) > 1}
_PARENTS = {path[0] for path in _NESTED.values()}

_DECODER = StrictDecoder(tolerate={JsonFault.CONSTANT})
"""DuckDB reads NaN and Infinity too, so they are not what it has failed on."""


def find_broken_line(
    path: Path,
    *,
    containing: bytes = b"",
    row: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> OrdersError | None:
    r"""Return the error for the first line that is not an order; None if every line is one.

    It reads the whole file, so call it only after an export has failed. It is much faster if only
    the lines with some bytes, or only the line of a row, are suspects; rows count from 1, without
    blank lines. `check` is called regularly; it may raise an error to stop reading. Raises
    OSError if the file cannot be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     orders = Path(folder, "orders.jsonl")
    ...     _ = orders.write_text('{"id": "1"}\n{"id": ', encoding="utf-8")
    ...     str(find_broken_line(orders))
    'line 2 of orders.jsonl is not valid JSON: expected a value at column 8.'
    """
    too_long = None
    rows = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number % _LINES_PER_CHECK == 0:
                check()
            if containing not in line:
                continue
            if row is not None:
                rows += not line.isspace()
                if rows < row:
                    continue
                if rows > row:
                    break
            try:
                _check_line(line.rstrip(b"\r\n"))
            except OrdersError as error:
                return OrdersError(f"line {number} of {path.name} {error.message}", hint=error.hint)
            if too_long is None and len(line) > MAX_LINE_BYTES:
                too_long = number
    # Only if nothing else is wrong, because DuckDB may have read it.
    if too_long is None:
        return None
    return OrdersError(
        f"line {too_long} of {path.name} is longer than {MAX_LINE_BYTES // 2**20} MiB.",
        hint="this is the limit for one order",
    )


def require_nested_line(path: Path) -> None:
    """Raise OrdersError if the first line of a JSONL file is a flat order.

    Everything else that is wrong with it is left to DuckDB and `find_broken_line`.
    """
    with path.open("rb") as lines:
        line = b"\n"
        while line.isspace():
            line = lines.readline(MAX_LINE_BYTES)
    with suppress(JsonError, UnicodeDecodeError):
        require_nested(_DECODER.decode(line.decode()), path.name)


def require_nested(order: object, file: str) -> None:
    """Raise OrdersError if an order has attributes as in a CSV file, and no object that has them.

    They would be read as empty, and a filter on them would drop the order silently.

    >>> require_nested({"id": "1", "with_tax": 5, "meta": {}}, "orders.jsonl")
    >>> require_nested({"id": "1", "with_tax": 5}, "orders.jsonl")
    Traceback (most recent call last):
        ...
    epfilter.exporter.errors.OrdersError: the first order of orders.jsonl is flat: `with_tax` must \
be the member `amount` of `meta.display_price.with_tax`. Hint: nest the members as the platform \
does, or use CSV or Parquet, which have flat columns.
    """
    if not isinstance(order, Mapping) or not _PARENTS.isdisjoint(order):
        return
    flat = next((name for name in order if name in _NESTED), None)
    if flat is not None:
        *parents, member = _NESTED[flat]
        raise OrdersError(
            f"the first order of {file} is flat: `{flat}` must be the member `{member}` of "
            f"`{'.'.join(parents)}`.",
            hint="nest the members as the platform does, or use CSV or Parquet, which have flat "
            "columns",
        )


def _check_line(line: bytes) -> None:
    """Raise OrdersError if a line is not an order; the message completes `line 1 of FILE …`."""
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
        position = "" if error.column is None else f" at column {error.column}"
        raise OrdersError(f"is not valid JSON: {error.reason}{position}.") from None
    if not isinstance(order, Mapping):
        raise OrdersError(f"is not an object but {shorten(text.strip())}.")
    try:
        _check_members(order)
    except OrdersError as error:
        raise OrdersError(f"is not a valid order: {error.message}", hint=error.hint) from None


def _check_members(order: Mapping[str, object]) -> None:
    if order.get("id") in (None, ""):
        raise OrdersError(f"{MISSING_ID}.", hint=MISSING_ID_HINT)
    attributes_of(order)
    for item in get_items(order) or ():
        for member in ITEM_MEMBERS:
            get_value(item, member)
