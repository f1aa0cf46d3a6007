"""Files of orders: what opens, what a hostile one can do, and in which words it is refused."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from epfilter import F, parse
from epfilter.errors import FilterError
from epfilter.exporter.errors import OrdersDiskFullError, OrdersError
from epfilter.exporter.orders import (
    OrderSource,
    RowsPer,
    demo_lines,
    duckdb_files,
    jsonl_validation,
    open_orders,
)
from epfilter.exporter.orders.duckdb_files import OrderFile
from exporter.orders.conftest import ids
from support.exporter_services import interrupt_until_error
from support.rows import for_each
from support.sizes import slow_between

FLAT = [
    (
        '{"id": "1", "with_tax": 5}',
        "`with_tax` must be the member `amount` of `meta.display_price.with_tax`.",
    ),
    (
        '{"id": "1", "payment": "paid", "created_at": "x"}',
        "`created_at` must be the member `created_at` of `meta.timestamps`.",
    ),
    (
        '{"id": "1", "contact.name": "Ron"}',
        "`contact.name` must be the member `name` of `contact`.",
    ),
    (
        '{"id": "1", "items": [], "billing_city": null}',
        "`billing_city` must be the member `city` of `billing_address`.",
    ),
]


@for_each(("line", "message"), FLAT)
def test_a_flat_order_is_refused_with_the_place_of_its_member(line: str, message: str) -> None:
    with pytest.raises(OrdersError) as raised:
        jsonl_validation.require_nested(json.loads(line), "a.jsonl")
    assert raised.value.message == f"the first order of a.jsonl is flat: {message}"


@for_each(
    "line",
    [
        '{"id": "1"}',
        '{"id": "1", "payment": "paid", "tags": ["with_tax"]}',
        '{"id": "1", "with_tax": 5, "meta": {}}',
        "[]",
    ],
)
def test_other_members_of_an_order_are_ignored(line: str) -> None:
    jsonl_validation.require_nested(json.loads(line), "a.jsonl")


@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_files_of_flat_orders_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"orders{suffix}"
    path.write_text('\n{"id": "1", "with_tax": 5}\n', encoding="utf-8")
    source = open_orders(path)
    for call in (source.require_ready, lambda: source.count(None)):
        with pytest.raises(OrdersError, match=f"the first order of orders{suffix} is flat"):
            call()


BROKEN = [
    ('{"id": ', "is not valid JSON: expected a value at column 8."),
    (
        '{"id": "2"} {"id": "3"}',
        "is not valid JSON: unexpected text after the end of the value at column 13.",
    ),
    ("5", "is not an object but 5."),
    ("[]", "is not an object but []."),
    (
        '{"id": "2", "id": "3"}',
        "is not valid JSON: the member `id` appears twice in one object at column 13.",
    ),
    (
        r'{"id": "\ud800"}',
        "is not valid JSON: a string contains half of a surrogate pair, which is not a character at column 9.",
    ),
    (b'{"id": "\xff"}', "is not UTF-8, at byte 9."),
    ("{}", "is not a valid order: it has no `id`. Hint: every order needs an id."),
    ('{"id": null}', "is not a valid order: it has no `id`. Hint: every order needs an id."),
    ('{"id": ""}', "is not a valid order: it has no `id`. Hint: every order needs an id."),
    ('{"id": "2", "items": 5}', "is not a valid order: `items` is not a list: 5."),
    ('{"id": "2", "items": [5]}', "is not a valid order: one of `items` is not an object: 5."),
    ('{"id": "2", "customer": "x"}', 'is not a valid order: `customer` is not an object: "x".'),
    (
        '{"id": "2", "items": [{"quantity": 1.5}]}',
        "is not a valid order: `quantity` is not a whole number: 1.5.",
    ),
    (
        '{"id": "2", "meta": {"display_price": {"with_tax": {"amount": 5.5}}}}',
        "is not a valid order: `meta.display_price.with_tax.amount` is not a whole number: 5.5.",
    ),
    (
        '{"id": "2", "meta": {"is_manual": 1}}',
        "is not a valid order: `meta.is_manual` is not true or false: 1.",
    ),
]


@pytest.mark.parametrize(("line", "message"), slow_between(BROKEN, 4))
def test_a_broken_line_is_named(
    line: str | bytes, message: str, stored: Callable[..., Path], target: Path
) -> None:
    raw = line.encode() if isinstance(line, str) else line
    store = open_orders(stored(b'{"id":"1"}\n\n' + raw + b'\n{"id":"4"}\n'))
    with pytest.raises(OrdersError) as caught:
        store.write_csv(None, target)
    assert str(caught.value) == f"line 3 of orders.jsonl {message}"


def test_a_timestamp_is_read_only_if_the_filter_uses_it(
    stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored('{"id":"1","meta":{"timestamps":{"created_at":"soon"}}}\n'))
    assert ids(store, target) == ["1"]
    with pytest.raises(OrdersError) as caught:
        store.count(F.created_at.gt("2018-09-01"))
    assert str(caught.value) == (
        "line 1 of orders.jsonl is not a valid order: "
        '`meta.timestamps.created_at` is not a timestamp: "soon".'
    )


def test_numbers_are_written_out(stored: Callable[..., Path], target: Path) -> None:
    amounts = ("1e3", "120.0", '"7"', str(10**30), "-0")
    lines = [
        f'{{"id":"{place}","meta":{{"display_price":{{"with_tax":{{"amount":{amount}}}}}}}}}\n'
        for place, amount in enumerate(amounts)
    ]
    open_orders(stored("".join(lines))).write_csv(None, target)
    rows = target.read_text(encoding="utf-8").splitlines()
    place = rows[0].split(",").index("with_tax")
    assert [row.split(",")[place] for row in rows[1:]] == ["1000", "120", "7", str(10**30), "0"]


INVALID_CSV = [
    ("", "orders.csv is empty. Hint: a CSV file begins with a header."),
    (
        "\r\nid,payment\r\n1,paid\r\n",
        "orders.csv begins with an empty line. Hint: a CSV file begins with a header.",
    ),
    ("a,b\n1,2\n", "there is no column `id`. Hint: every order needs an id."),
    ("id,payment,payment\n", "orders.csv has two columns `payment`."),
    (b"id,\xff\n", "orders.csv is not UTF-8."),
    (
        "id,name\n1,a\n2,a,b\n",
        (
            "the row that ends at line 3 of orders.csv has 3 cells, but the header has 2. "
            "Hint: put quotes around cells with a comma."
        ),
    ),
    (
        "id,name\n1,a\n2\n",
        (
            "the row that ends at line 3 of orders.csv has 1 cell, but the header has 2. "
            "Hint: write a comma for an empty cell, too."
        ),
    ),
    (
        'id,name\n1,a\n2,"b\n3,c\n',
        "line 4 of orders.csv is not valid CSV: unexpected end of data.",
    ),
    ('id,name\n1,"a"b\n', "line 2 of orders.csv is not valid CSV: ',' expected after '\"'."),
    ('id,name\n1,"a" \n', "line 2 of orders.csv is not valid CSV: ',' expected after '\"'."),
    (
        "id,name\n1,a,\n",
        (
            "the row that ends at line 2 of orders.csv has 3 cells, but the header has 2. "
            "Hint: put quotes around cells with a comma."
        ),
    ),
    (
        'id,name\n1," ""a"""\n2,  "a, b"\n',
        (
            "the row that ends at line 3 of orders.csv has 3 cells, but the header has 2. "
            "Hint: put quotes around cells with a comma."
        ),
    ),
    (
        'id,name\n1," ""a"""\n2,  "a"\n',
        (
            "the row that ends at line 3 of orders.csv has spaces between a comma and a quote. "
            "Hint: remove the spaces, or put quotes around the whole cell."
        ),
    ),
    (
        'id,name,email\n1,"l\n", "\n2,x,y"\n3,u,v\n',
        (
            "the row that ends at line 3 of orders.csv has spaces between a comma and a quote. "
            "Hint: remove the spaces, or put quotes around the whole cell."
        ),
    ),
    (
        'id, "name\nof"\n1,a\n',
        (
            "the row that ends at line 1 of orders.csv has spaces between a comma and a quote. "
            "Hint: remove the spaces, or put quotes around the whole cell."
        ),
    ),
    (
        "id,name\r\n1,a\r\n2,b\n",
        "line 3 of orders.csv ends with LF, but the header ends with CRLF. Hint: end all lines alike.",
    ),
    (
        "id,name\n1,a\n2,b\r",
        "line 3 of orders.csv ends with CR, but the header ends with LF. Hint: end all lines alike.",
    ),
    (
        "id,name\n1,a\n,b\n",
        "orders.csv contains invalid orders: it has no `id`; every order needs an id",
    ),
    (
        "id,payment,product_sku\n1,paid,A\n,paid,B\n",
        "orders.csv contains invalid orders: it has no `id`; every order needs an id",
    ),
    (
        'id,payment\n"",b\n',
        "orders.csv contains invalid orders: it has no `id`; every order needs an id",
    ),
    (
        "id,with_tax\n1,5.5\n",
        "orders.csv contains invalid orders: `with_tax` is not a whole number: 5.5, in the order 1",
    ),
    (
        "id,manual\n1,maybe\n",
        "orders.csv contains invalid orders: `manual` is not true or false: maybe, in the order 1",
    ),
]


@pytest.mark.parametrize(("text", "message"), slow_between(INVALID_CSV, 4))
def test_an_invalid_csv_file_is_refused(
    text: str | bytes, message: str, stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored(text, "orders.csv"))
    with pytest.raises(OrdersError) as caught:
        store.write_csv(None, target)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "filter_text", "message"),
    [
        ("id,payment\n1,paid\n2,paid,x\n", "eq(product_sku,a)", "line 3 of .* has 3 cells"),
        ("id,payment\n1,paid\n2\n", "gt(with_tax,1):eq(payment,paid)", "line 3 of .* has 1 cell,"),
        ("id,product_sku\n1,a\n1,b\n2,c,d\n", "eq(email,a)", "line 4 of .* has 3 cells"),
    ],
)
def test_rows_are_checked_where_no_order_can_match(
    text: str, filter_text: str, message: str, stored: Callable[..., Path], target: Path
) -> None:
    store, f = open_orders(stored(text, "orders.csv")), parse(filter_text)
    for call in (store.count, store.summarise, lambda each: store.write_csv(each, target)):
        with pytest.raises(OrdersError, match=message):
            call(f)


def test_an_empty_cell_in_quotes_has_no_value_where_no_text_is_expected(
    stored: Callable[..., Path], target: Path
) -> None:
    text = '"id","payment","with_tax","manual","created_at","quantity"\n"1","paid","","","",""\n'
    assert open_orders(stored(text, "orders.csv")).write_csv(None, target) == 1
    with target.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert {name: cell for name, cell in row.items() if cell} == {"id": "1", "payment": "paid"}


def test_a_file_that_is_not_parquet_is_refused(stored: Callable[..., Path], target: Path) -> None:
    store = open_orders(stored(name="orders.parquet"))
    with pytest.raises(OrdersError, match=r"^orders\.parquet contains invalid orders: ") as caught:
        store.write_csv(None, target)
    assert str(target.parent) not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "cell"),
    slow_between([('{"a": 1}', '{"a":1}'), ('["paid"]', '["paid"]'), ("5", "5")], 3),
)
def test_a_value_that_is_not_text_is_its_json(
    value: str, cell: str, stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored(f'{{"id": "1", "payment": {value}}}\n'))
    store.write_csv(None, target)
    with target.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["payment"] == cell
    assert store.count(F.payment.eq("paid")) == 0


@pytest.mark.parametrize("rows", ["item", "order"])
def test_an_order_of_a_parquet_file_requires_an_id(
    rows: RowsPer, tmp_path: Path, target: Path
) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(
        pa.Table.from_pylist([{"id": "1", "payment": "paid"}, {"payment": "paid"}]), path
    )
    with pytest.raises(OrdersError) as caught:
        open_orders(path).write_csv(F.payment.eq("paid"), target, rows=rows)
    assert str(caught.value) == (
        "orders.parquet contains invalid orders: it has no `id`; every order needs an id"
    )


@pytest.mark.parametrize(
    "cell", slow_between(["a, 'b'\n" * 125_000, "x" * 1_000_000, '"' * 500_000], 3)
)
def test_a_long_cell_is_read_and_the_limit_of_the_process_stays(
    cell: str, tmp_path: Path, stored: Callable[..., Path], target: Path
) -> None:
    limit = csv.field_size_limit()
    line = json.dumps({"id": "1", "customer": {"name": cell}})
    first = tmp_path / "first.csv"
    open_orders(stored(f"{line}\n")).write_csv(None, first)
    assert open_orders(first).write_csv(None, target) == 1
    assert target.read_bytes() == first.read_bytes()
    assert csv.field_size_limit() == limit


MEBIBYTE = 2**20


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        'id,name\n1,a\n2,"' + "x" * 17 * MEBIBYTE + '"\n',
        'id,name,email\n1,a,b\n2,"' + "x" * 9 * MEBIBYTE + '","' + "é" * 4 * MEBIBYTE + '"\n',
    ],
    ids=["one cell", "two cells"],
)
def test_a_row_that_is_too_long_is_named(
    text: str, stored: Callable[..., Path], target: Path
) -> None:
    with pytest.raises(OrdersError) as caught:
        open_orders(stored(text, "orders.csv")).write_csv(None, target)
    assert str(caught.value) == (
        "the row that ends at line 3 of orders.csv is longer than 16 MiB. "
        "Hint: this is the limit; look for a quote that is never closed."
    )


@pytest.mark.slow
def test_a_line_that_is_too_long_is_named(stored: Callable[..., Path], target: Path) -> None:
    long = '{"id": "2", "x": "' + "x" * 40 * MEBIBYTE + '"}'
    store = open_orders(stored(f'{{"id": "1"}}\n{long}\n'))
    with pytest.raises(OrdersError) as caught:
        store.write_csv(None, target)
    assert str(caught.value) == (
        "line 2 of orders.jsonl is longer than 16 MiB. Hint: this is the limit for one order."
    )


@pytest.mark.slow
def test_a_long_line_is_not_blamed_for_a_broken_one(
    stored: Callable[..., Path], target: Path
) -> None:
    long = '{"id": "1", "x": "' + "x" * 17 * MEBIBYTE + '"}'
    with pytest.raises(OrdersError, match=r"^line 2 of orders\.jsonl is not valid JSON: "):
        open_orders(stored(f"{long}\n{{\n")).write_csv(None, target)


def test_rows_of_one_order_in_a_csv_are_one_order(
    stored: Callable[..., Path], target: Path
) -> None:
    text = "id,product_sku,payment\n1,A,paid\n2,B,\n1,B,\n3,,\n"
    store = open_orders(stored(f"\ufeff{text}", "orders.csv"))
    assert store.count(None) == 3
    assert store.count(parse("eq(product_sku,A):eq(product_sku,B):eq(payment,paid)")) == 1
    assert ids(store, target) == ["1", "1", "2", "3"]


def test_a_summary_has_the_number_the_months_and_the_first_orders(
    stored: Callable[..., Path],
) -> None:
    lines = (
        '{"id":"1","payment":"paid","meta":{"timestamps":{"created_at":"2018-10-01T00:30:00+02:00"},'
        '"display_price":{"with_tax":{"amount":500,"currency":"EUR"}}}}\n'
        '{"id":"2","payment":"paid","meta":{"timestamps":{"created_at":"soon"}}}\n{"id":"3"}\n'
    )
    summary = open_orders(stored(lines)).summarise(parse("eq(payment,paid)"), rows=2)
    assert (summary.count, summary.months) == (2, {"2018-09": 1})  # one has no valid time
    assert [row["created_at"] for row in summary.rows] == ["2018-09-30T22:30:00Z", None]
    row = summary.rows[0]
    assert {name: text for name, text in row.items() if text is not None} == {
        "created_at": "2018-09-30T22:30:00Z",
        "id": "1",
        "payment": "paid",
        "with_tax": "500",
        "currency": "EUR",
    }


def test_the_summary_of_no_order_is_empty(stored: Callable[..., Path]) -> None:
    summary = open_orders(stored()).summarise(parse("eq(email,none)"))
    assert (summary.count, summary.months, summary.rows) == (0, {}, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [("orders.jsonl", "5\n"), ("orders.csv", "a,b\n"), ("orders.parquet", "x")],
)
def test_an_unreadable_file_is_not_ready(name: str, text: str, stored: Callable[..., Path]) -> None:
    with pytest.raises(OrdersError):
        open_orders(stored(text, name)).require_ready()


def test_an_empty_file_has_no_orders(stored: Callable[..., Path], target: Path) -> None:
    store = open_orders(stored(""))
    store.require_ready()
    assert store.write_csv(None, target, rows="order") == 0
    assert target.read_text(encoding="utf-8").startswith("id,order_number,")


def test_two_conditions_on_a_product_may_match_different_items(stored: Callable[..., Path]) -> None:
    store = open_orders(stored('{"id":"1","items":[{"sku":"a"},null,{"sku":"b"}]}\n{"id":"2"}\n'))
    found = {
        text: store.count(parse(text))
        for text in (
            "eq(product_sku,a):eq(product_sku,b)",
            "eq(product_sku,a):eq(product_sku,c)",
            "eq(product_sku,b)",
        )
    }
    assert [*found.values()] == [1, 0, 1]


@pytest.mark.parametrize("text", ["is_null(name)", "eq(nmae,a)", "like(with_tax,1*)"])
def test_a_filter_that_is_not_for_orders_is_refused(
    text: str, stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored())
    with pytest.raises(FilterError):
        store.write_csv(parse(text), target)


def test_a_file_that_changes_while_it_is_read_is_an_error(
    stored: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored()
    store = OrderFile(path)
    describe = store._describe

    def and_grow(*given: object) -> object:
        with path.open("a", encoding="utf-8") as file:
            file.write('{"id":"3"}\n')
        return describe(*given)

    monkeypatch.setattr(store, "_describe", and_grow)
    with pytest.raises(OrdersError) as caught:
        store.write_csv(None, target)
    assert str(caught.value) == "orders.jsonl changed while it was read. Hint: export again."


def test_a_file_that_is_gone_while_it_is_read_is_an_error(
    stored: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored()
    store = OrderFile(path)
    describe = store._describe

    def and_vanish(*given: object) -> object:
        path.unlink()
        return describe(*given)

    monkeypatch.setattr(store, "_describe", and_vanish)
    with pytest.raises(OrdersError, match=r"cannot read orders\.jsonl: No such file"):
        store.write_csv(None, target)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk(stored: Callable[..., Path]) -> None:
    store = open_orders(stored("".join(demo_lines(2000))))
    with pytest.raises(OrdersDiskFullError) as caught:
        store.write_csv(None, Path("/dev/full"))
    assert str(caught.value) == "the disk is full."


def test_an_export_never_overwrites_the_orders(stored: Callable[..., Path]) -> None:
    path = stored("id\n1\n", "orders.csv")
    with pytest.raises(OrdersError, match="would overwrite the orders"):
        open_orders(path).write_csv(None, path)
    assert path.read_text(encoding="utf-8") == "id\n1\n"


def test_a_missing_folder_is_reported(stored: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(OrdersError, match="No such file or directory"):
        open_orders(stored()).write_csv(None, tmp_path / "nowhere" / "out.csv")


@pytest.mark.parametrize("settings", [{"threads": 0}, {"memory": "lots"}, {"memory": "1kB"}])
def test_invalid_settings_are_refused(
    settings: dict[str, int | str], stored: Callable[..., Path], target: Path
) -> None:
    with pytest.raises(OrdersError):
        open_orders(stored(), **settings).write_csv(None, target)  # type: ignore[arg-type]  # one of two kinds


def test_an_export_can_reach_only_its_own_files(stored: Callable[..., Path], target: Path) -> None:
    secret = stored("secret", "secret.txt")
    store = OrderFile(stored())
    with (
        store._sessions.session((target,)) as connection,
        pytest.raises(Exception, match="disabled"),
    ):
        connection.execute(f"SELECT * FROM read_text('{secret}')")  # noqa: S608 - a path of the test


@pytest.mark.parametrize(
    "call",
    [
        lambda store, _: store.count(None),
        lambda store, target: store.write_csv(None, target),
    ],
)
def test_a_running_call_can_be_interrupted(
    call: Callable[[OrderSource, Path], int], stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored("".join(demo_lines(100)) * 200), threads=1)
    assert interrupt_until_error(store, lambda: call(store, target)) == ["interrupted"]
    assert store.count(None) == 20_000


def test_interrupting_without_a_running_call_does_nothing(
    stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored())
    store.interrupt()
    assert ids(store, target) == ["1", "2"]


def test_several_threads_count_at_once(stored: Callable[..., Path]) -> None:
    store, found = open_orders(stored()), []
    threads = [
        threading.Thread(target=lambda: found.append(store.count(F.payment.eq("paid"))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 4


def test_no_working_files_are_left(stored: Callable[..., Path], target: Path) -> None:
    store = open_orders(stored("".join(demo_lines(5000))))
    store.write_csv(None, target)
    assert sorted(path.name for path in target.parent.iterdir()) == ["exported.csv", "orders.jsonl"]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_row_groups_of_the_default_size_and_large_files_fit_into_the_default_memory(
    stored: Callable[..., Path], target: Path, suffix: str
) -> None:
    orders = stored("".join(demo_lines(300_000)))
    large = target.with_name(f"large{suffix}")
    if suffix == ".csv":
        open_orders(orders).write_csv(None, large)
    else:
        read = f"SELECT * FROM read_json('{orders}', format = 'newline_delimited')"  # noqa: S608 - our own file
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({read}) TO '{large}'")
    assert open_orders(large).write_csv(None, target) > 300_000


SYNTAX = ('{"id": ', "is not valid JSON: expected a value at column 8.")
VALUE = (
    '{"id": "broken-order", "items": [{"quantity": 1.5}]}',
    "is not a valid order: `quantity` is not a whole number: 1.5.",
)


@pytest.mark.parametrize(("line", "message"), [SYNTAX, VALUE])
def test_naming_a_broken_line_checks_only_suspects(
    stored: Callable[..., Path],
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    message: str,
) -> None:
    """The work in Python does not grow with the file."""
    checked: list[bytes] = []
    check_line = jsonl_validation._check_line

    def count(text: bytes) -> None:
        checked.append(text)
        check_line(text)

    monkeypatch.setattr(jsonl_validation, "_check_line", count)
    store = open_orders(stored("".join(demo_lines(500)) + f"\n{line}\n" + '{"id":"last"}\n'))
    with pytest.raises(OrdersError) as caught:
        store.write_csv(None, target)
    assert str(caught.value) == f"line 502 of orders.jsonl {message}"
    assert checked == [line.encode()]


def test_the_search_for_a_line_takes_no_longer_than_the_export(
    stored: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(_path: Path, *, check: Callable[[], None], **_: object) -> None:
        while True:
            check()

    monkeypatch.setattr(duckdb_files, "find_broken_line", search)
    monkeypatch.setattr(duckdb_files, "_LEAST_SEARCH_SECONDS", 0.0)
    store = open_orders(stored('{"id": "1"}\n{"id":'))
    with pytest.raises(OrdersError, match=r"^orders\.jsonl contains invalid orders: "):
        store.write_csv(None, target)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_reading_in_python_can_be_interrupted(
    stored: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Both the search for a line and the check of all rows end with the call."""
    begun, may_go_on = threading.Event(), threading.Event()

    def wait(path: Path, check: Callable[[], None], **_: object) -> None:
        begun.set()
        may_go_on.wait(20)
        check()
        pytest.fail(f"the reading of {path.name} goes on")

    name = "find_broken_line" if suffix == ".jsonl" else "has_complete_rows"
    monkeypatch.setattr(duckdb_files, name, wait)
    text = '{"id": "1"}\n{"id":' if suffix == ".jsonl" else "id\n1\n"
    store = open_orders(stored(text, f"orders{suffix}"))
    errors: list[str] = []

    def call() -> None:
        try:
            store.write_csv(None, target)
        except OrdersError as error:
            errors.append(str(error))

    thread = threading.Thread(target=call)
    thread.start()
    assert begun.wait(20)
    threading.Timer(0.05, may_go_on.set).start()
    store.interrupt()
    thread.join(20)
    assert errors == ["interrupted"]


def test_a_csv_file_of_pandas_has_columns_without_a_name(
    stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored(",id,payment,\n0,1,paid,x\n1,2,unpaid,y\n", "orders.csv"))
    assert ids(store, target) == ["1", "2"]
    assert store.count(parse("eq(payment,paid)")) == 1


def test_two_orders_with_the_same_id_are_two_orders(
    stored: Callable[..., Path], target: Path
) -> None:
    store = open_orders(stored('{"id":"1","payment":"paid"}\n' * 2))
    assert (store.count(None), ids(store, target)) == (2, ["1", "1"])


@pytest.mark.parametrize("name", ["orders.jsonl", "orders.csv"])
def test_the_search_for_a_broken_line_can_be_interrupted(
    name: str, stored: Callable[..., Path], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search of this test ends only when it is interrupted."""

    def search(*_: object, check: Callable[[], None], **__: object) -> None:
        while True:
            check()

    monkeypatch.setattr(duckdb_files, "find_broken_line", search)
    monkeypatch.setattr(duckdb_files, "find_long_row", lambda _, check: search(check=check))
    monkeypatch.setattr(duckdb_files, "_LEAST_SEARCH_SECONDS", 60.0)
    text = '{"id": "1"}\n{"id": ""}\n' if name == "orders.jsonl" else 'id,payment\n"",paid\n'
    store = open_orders(stored(text, name))
    assert interrupt_until_error(store, lambda: store.write_csv(None, target)) == ["interrupted"]
