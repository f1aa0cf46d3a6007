"""Orders from JSON files: lists, and responses of the platform with one page or several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from epfilter import parse
from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import RowsPer, demo_orders, open_orders
from support.order_samples import write_jsonl
from support.sizes import slow_except

Order = dict[str, Any]
ORDERS = [*demo_orders(60)]
SKU = ORDERS[7]["items"][0]["sku"]
FILTERS = (f"eq(product_sku,{SKU})", "gt(with_tax,0):ge(created_at,2018-01-01)")
ROWS: tuple[RowsPer, ...] = ("item", "order")


def _page(orders: Sequence[Order]) -> dict[str, Any]:
    """Return a response as the platform writes it: items are included, and orders refer to them."""
    data, items = [], []
    for order in orders:
        own = order["items"]
        items += own
        references = [{"type": "item", "id": item["id"]} for item in own]
        relationships = {**order.get("relationships", {}), "items": {"data": references}}
        data.append({**order, "relationships": relationships})
        del data[-1]["items"]
    return {"data": data, "included": {"items": items}, "meta": {"page": {}}}


PAGES = [_page(ORDERS[start : start + 25]) for start in range(0, 60, 25)]
FILES = {
    "a list of orders": json.dumps(ORDERS),
    "one response": json.dumps(_page(ORDERS)),
    "a list of responses": json.dumps(PAGES),
    "responses one after the other": "\n".join(json.dumps(page, indent=1) for page in PAGES),
    "a byte order mark": "\ufeff" + json.dumps(_page(ORDERS)),
    "an order on two pages": json.dumps([_page(ORDERS[:30]), _page(ORDERS[29:])]),
}


def _export(source: Path, text: str, rows: RowsPer) -> str:
    target = source.with_name("exported.csv")
    open_orders(source).write_csv(parse(text), target, rows=rows)
    return target.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def exports_of_lines(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, RowsPer], str]:
    """The exports of the same orders as JSON lines, by filter and rows."""
    lines = tmp_path_factory.mktemp("lines") / "orders.jsonl"
    write_jsonl(ORDERS, lines)
    return {(text, rows): _export(lines, text, rows) for text in FILTERS for rows in ROWS}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(
    "content", slow_except(FILES.values(), FILES["an order on two pages"]), ids=FILES
)
def test_a_json_file_exports_what_its_lines_export(
    content: str,
    rows: RowsPer,
    tmp_path: Path,
    exports_of_lines: dict[tuple[str, RowsPer], str],
) -> None:
    source = tmp_path / "orders.json"
    source.write_text(content, encoding="utf-8")
    for text in FILTERS:
        expected = exports_of_lines[text, rows]
        assert expected.count("\n") > 1
        assert _export(source, text, rows) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", None),
        ('{"data": []}', None),
        ('{"data": {"id": "1"}}', None),
        ('{"id": "1"}', None),
        ('{"data": [5]}', "orders.json: an order is not an object but 5."),
        ("[5]", "orders.json: an order is not an object but 5."),
        ('{"data": [{"id":}]}', "orders.json, line 1, is not valid JSON: expected a value"),
        ('{"data": [{"payment": "paid"}]}', "it has no `id`"),
        (
            '[{"id": "1", "meta": {"display_price": {"with_tax": {"amount": "x"}}}}]',
            "`with_tax` is not a whole number: x, in the order 1",
        ),
    ],
)
def test_other_contents(content: str, message: str | None, tmp_path: Path) -> None:
    source = tmp_path / "orders.json"
    source.write_text(content, encoding="utf-8")
    f = parse("eq(payment,paid)|gt(with_tax,1)")
    if message is None:
        assert open_orders(source).count(f) == 0
        open_orders(source).require_ready()
        return
    with pytest.raises(OrdersError) as error:
        open_orders(source).count(f)
    assert message in str(error.value)


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    source = tmp_path / "orders.json"
    source.write_bytes(b'[{"id": "\xff"}]')
    with pytest.raises(OrdersError, match=r"orders\.json is not UTF-8, at byte 10"):
        open_orders(source).count(None)
