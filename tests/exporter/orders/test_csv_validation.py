"""A CSV file that is not refused is read by DuckDB as Python's csv module reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import csv_validation
from epfilter.exporter.orders.csv_validation import check_rows, has_complete_rows
from epfilter.exporter.orders.file_formats import describe_csv
from epfilter.exporter.orders.item_rows import build_repetition_select
from support.sizes import divide_examples

_cells = st.sampled_from(
    [
        "a",
        "",
        '""',
        '"a,b"',
        '"a\nb"',
        '"a\n"',
        '"\n"',
        '", "',
        '"a""b"',
        'a"b',
        ' "a"',
        '"a" ',
        "é",
    ]
)
_rows = st.lists(_cells, min_size=1, max_size=4).map(",".join)
_lines = st.lists(_rows | st.text('a," \n\r\xff', max_size=12), max_size=4)
_names = st.sampled_from(["b", '"b\nx"', '"b\rx"', '"b\r\nx"', '"b,"', ' "b"', ' "b\nx"'])
_ends = st.sampled_from(["\n", "\r\n", "\r"])
_files = st.builds(
    lambda name, end, header_end, lines: (
        f"id,{name},c{header_end or end}" + end.join([*lines, ""] if lines else [])
    ),
    _names,
    _ends,
    st.just("") | _ends,
    _lines,
)


def _read_with_duckdb(path: Path, *, parallel: bool) -> list[tuple[str, ...]] | None:
    with duckdb.connect() as connection:
        table = describe_csv(connection, path, parallel=parallel).table
        try:
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a path of the test
        except duckdb.Error:
            return None
    return [tuple(cell or "" for cell in row) for row in rows]


@divide_examples(2)
@given(text=_files, bom=st.booleans(), size=st.integers(1, 20), parallel=st.booleans())
@example(text='id,b,c\n1,"b,x,\n', bom=False, size=20, parallel=False)
@example(text="id,b,c\n1,b,x,\n", bom=False, size=20, parallel=True)
@example(text='id,b,c\n1, "b",x\n', bom=False, size=20, parallel=True)
@example(text='id,b,c\n1,"l\n", "\n2,x,y"\n3,u,v\n', bom=False, size=20, parallel=True)
@example(text='id,"b\nx",c\r\n5,x,u\r\n', bom=False, size=20, parallel=True)
@example(text='id,"b\rx",c\n5,x,u\n', bom=False, size=20, parallel=False)
@example(text='id,"b\nx",c\r5,x,u\r', bom=False, size=20, parallel=False)
@example(text='id, "b\nx",c\n5,x,u\n', bom=False, size=20, parallel=False)
def test_an_accepted_file_is_read_as_it_is(
    *, text: str, bom: bool, size: int, parallel: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(csv_validation, "_READ_BYTES", size)
        path = Path(folder, "orders.csv")
        path.write_text("\ufeff" * bom + text, encoding="utf-8", newline="")
        try:
            has_complete_rows(path)
        except OrdersError as error:
            with pytest.raises(OrdersError, match=f"^{error.message[:20]}"):
                check_rows(path)
            return
        found = _read_with_duckdb(path, parallel=parallel)
    if found is None:  # an error of DuckDB ends the export
        return
    rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert found == [tuple(row) for row in rows[1:] if row]


_ids = st.sampled_from(["1", "2", '"1"', "3"])
_item_rows = st.lists(
    st.tuples(
        _ids, st.sampled_from(["x", "", '"x,y"', '"x\ny"']), st.sampled_from(["A", '"B,C"', ""])
    ),
    min_size=1,
    max_size=5,
)


@divide_examples(4)
@given(rows=_item_rows, again=st.integers(0, 2), size=st.integers(1, 40))
def test_the_rows_of_an_order_are_known_to_be_complete_only_if_they_are(
    rows: list[tuple[str, ...]], again: int, size: int
) -> None:
    lines = [",".join(row) for row in rows for _ in range(1 + again)]
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(csv_validation, "_READ_BYTES", size)
        path = Path(folder, "orders.csv")
        path.write_text("\n".join(["id,payment,product_sku", *lines]), encoding="utf-8")
        if not has_complete_rows(path):
            return
        with duckdb.connect() as connection:
            ungrouped = describe_csv(connection, path).ungrouped
            assert ungrouped is not None
            assert connection.execute(build_repetition_select(ungrouped)).fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("text", "is_complete"),
    [
        ("id,payment,product_sku\n1,paid,A\n1,paid,B\n2,paid,A\n", True),
        ('id,name,product_sku\n1,"a\nb",A\n1,"a\nb","B,C"\n2,"a",\n\n', True),
        ("id,payment,product_sku\n1,paid,\n2,paid,A\n", True),
        ("id,payment,product_sku\n1,paid,A\n1,paid,\n", False),
        ("id,payment,product_sku\r\n1,paid,\r\n1,paid,A\r\n", False),
        ('id,payment,product_sku,quantity\n1,paid,A,1\n1,paid,"",\n', False),
        ("id,payment,product_sku\n1,paid,A\n2,paid,A\n1,paid,B\n", False),
        ("id,payment,product_sku\n1,paid,A\n1,,B\n", False),
        ("id,product_sku,payment\n1,A,paid\n1,B,paid\n", False),
        ("product_sku,id\nA,1\n", False),
        ("id,payment\n1,paid\n", False),
    ],
)
def test_rows_that_have_all_of_their_order_are_recognised(
    text: str,
    is_complete: bool,  # noqa: FBT001 - a column of the table
    stored: Callable[..., Path],
) -> None:
    assert has_complete_rows(stored(text, "orders.csv")) is is_complete


def test_the_ids_of_too_many_orders_are_not_kept(
    stored: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored("id,payment,product_sku\n" + "".join(f"{n},paid,A\n" for n in range(9)), "o.csv")
    assert has_complete_rows(path)
    monkeypatch.setattr(csv_validation, "_MAX_RUNS", 8)
    assert not has_complete_rows(path)


@pytest.mark.parametrize(
    "text",
    [
        'id,name,email\n1,"a\r\nb",x\n"2\n",", ",d\n',
        'id,name,email\n1,"a\r\nb"," "\n2," ""x"" ",d\n',
        'id,"na\nme",email\r\n5,x,a\r\n6,y,b\r\n',
        'id,"na\r\nme",email\n5,x,a\n6,y,b\n',
        'id,"na\rme",email\r\n5,x,a\r\n6,y,b\r\n',
        'id,"na\nme",email\r5,x,a\r6,y,b\r',
        "id,name,email",
    ],
)
@pytest.mark.parametrize("parallel", [True, False])
def test_a_valid_file_is_accepted_with_all_rows(
    *, text: str, parallel: bool, stored: Callable[..., Path]
) -> None:
    path = stored(text, "orders.csv")
    has_complete_rows(path)
    rows = [*csv.reader(io.StringIO(text, newline=""), strict=True)][1:]
    assert _read_with_duckdb(path, parallel=parallel) == [*map(tuple, rows)]
