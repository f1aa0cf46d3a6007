"""Appending to CSV files: the newest order, each order once, and files that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.atomic_files import atomic_file
from epfilter.exporter import MergeError
from epfilter.exporter.csv_append import append_csv, read_newest

NOW = datetime(2018, 9, 3, tzinfo=UTC)
HEADER = b"id,created_at,sku\n"
OLD = HEADER + b"1,2018-09-01T10:00:00Z,a\n1,2018-09-01T10:00:00Z,b\n2,2018-09-01T11:00:00Z,a\n"


def append(existing: bytes, *parts: bytes, folder: Path) -> tuple[bytes, tuple[int, int]]:
    target = folder / "orders.csv"
    target.write_bytes(existing)
    paths = [folder / f"{number}.csv" for number in range(len(parts))]
    for path, content in zip(paths, parts, strict=True):
        path.write_bytes(content)
    counts = append_csv(target, paths, lambda: atomic_file(target))
    return target.read_bytes(), counts


def test_only_orders_that_the_file_lacks_are_appended(tmp_path: Path) -> None:
    new = b"2,2018-09-01T11:00:00Z,a\n3,2018-09-01T11:00:00Z,a\n3,2018-09-01T11:00:00Z,b\n"
    content, counts = append(OLD, HEADER + new, folder=tmp_path)
    assert content == OLD + new.partition(b"\n")[2]
    assert counts == (5, 2)


@pytest.mark.parametrize(
    ("existing", "new", "expected"),
    [
        (b"", HEADER + b"1,x,a\n", HEADER + b"1,x,a\n"),
        (HEADER, HEADER + b"1,x,a\n", HEADER + b"1,x,a\n"),
        (HEADER[:-1], HEADER + b"1,x,a\n", HEADER + b"1,x,a\n"),
        (HEADER + b"1,x,a", HEADER + b"2,x,a", HEADER + b"1,x,a\n2,x,a\n"),
        (b"\xef\xbb\xbf" + OLD, b"\xef\xbb\xbf" + HEADER + b"3,x,a\n", b"\xef\xbb\xbf" + OLD + b"3,x,a\n"),
        (b"\xef\xbb\xbf", b"\xef\xbb\xbf" + HEADER + b"3,x,a\n", b"\xef\xbb\xbf" + HEADER + b"3,x,a\n"),
        (b"\n\n", HEADER + b"3,x,a\n", HEADER + b"3,x,a\n"),
        (HEADER + b'"1","a\nb",c\n', HEADER + b'1,"a\nb",c\n"2",x,"\n"\n', HEADER + b'"1","a\nb",c\n"2",x,"\n"\n'),
    ],
)  # fmt: skip
def test_bytes_are_kept(existing: bytes, new: bytes, expected: bytes, tmp_path: Path) -> None:
    assert append(existing, new, folder=tmp_path)[0] == expected


CRLF = HEADER[:-1] + b"\r\n"


@pytest.mark.parametrize(
    ("existing", "new", "expected"),
    [
        (CRLF + b"1,x,a\r\n", HEADER + b"2,x,a\n3,x,a\n", CRLF + b"1,x,a\r\n2,x,a\r\n3,x,a\r\n"),
        (CRLF + b"1,x,a\r\n", HEADER + b'2,"x\ny",a\n', CRLF + b'1,x,a\r\n2,"x\ny",a\r\n'),
        (CRLF + b"1,x,a", HEADER + b"2,x,a", CRLF + b"1,x,a\r\n2,x,a\r\n"),
        (CRLF, HEADER + b"2,x,a\n", CRLF + b"2,x,a\r\n"),
        (HEADER + b"1,x,a\n", CRLF + b'2,x,"a\r\n"\r\n', HEADER + b'1,x,a\n2,x,"a\r\n"\n'),
        (HEADER[:-1], CRLF + b"2,x,a\r\n", HEADER + b"2,x,a\n"),
        (b"", CRLF + b"2,x,a\r\n", CRLF + b"2,x,a\r\n"),
    ],
)  # fmt: skip
def test_new_rows_end_as_the_header_of_the_file(
    existing: bytes, new: bytes, expected: bytes, tmp_path: Path
) -> None:
    """DuckDB, for one, reads no file with both line ends."""
    assert append(existing, new, folder=tmp_path)[0] == expected


@pytest.mark.parametrize("new", [OLD, HEADER, b"", HEADER + b"1,changed,a\n"])
def test_a_file_that_lacks_nothing_is_not_written(new: bytes, tmp_path: Path) -> None:
    target, part = tmp_path / "orders.csv", tmp_path / "new.csv"
    target.write_bytes(OLD)
    part.write_bytes(new)
    assert append_csv(target, [part], lambda: pytest.fail("opened")) == (3, 0)


@pytest.mark.parametrize(
    ("existing", "new", "message"),
    [
        (OLD, b"id,created_at\n3,x\n", "the columns of the export are not those of .*orders.csv: it lacks `sku`."),
        (OLD, b"id,created_at\n1,x\n", "it lacks `sku`."),
        (OLD, b"id,created_at,sku,tax\n", "it also has `tax`."),
        (b"a,b\n1,2\n", HEADER + b"3,x,a\n", "orders.csv has no column with the ids of orders."),
        (HEADER + b",x,a\n", HEADER + b"3,x,a\n", "row 2 of .*orders.csv has no `id`."),
        (OLD + b"3,2018", HEADER + b"3,x,a\n", "row 5 of .*orders.csv has 2 cells, but the header has 3. Hint: the file may be cut off: export it again, or correct the row."),
        (OLD + b"3,x,a,b\n", HEADER + b"3,x,a\n", "row 5 of .*orders.csv has 4 cells, but the header has 3."),
        (OLD + b'3,"x,a"\n', HEADER + b"3,x,a\n", "row 5 of .*orders.csv has 2 cells, but the header has 3."),
        (OLD + b"3", HEADER + b"1,x,a\n", "row 5 of .*orders.csv has 1 cell, but the header has 3."),
        (HEADER + b'"1,x,a\n', HEADER + b"3,x,a\n", "has a quote that is never closed."),
    ],
)  # fmt: skip
def test_other_files_are_refused_and_kept(
    existing: bytes, new: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(MergeError, match=message.replace("0.csv", r"\S*0.csv")):
        append(existing, new, folder=tmp_path)
    assert (tmp_path / "orders.csv").read_bytes() == existing


def test_rows_that_another_program_adds_meanwhile_are_kept(tmp_path: Path) -> None:
    target, part = tmp_path / "orders.csv", tmp_path / "new.csv"
    target.write_bytes(OLD)
    part.write_bytes(HEADER + b"3,x,a\n")

    @contextmanager
    def changing() -> Iterator[BinaryIO]:
        target.write_bytes(OLD + b"4,x,a\n")
        with atomic_file(target) as file:
            yield file

    with pytest.raises(
        MergeError, match=r"orders\.csv changed during the export\. Hint: export again"
    ):
        append_csv(target, [part], changing)
    assert target.read_bytes() == OLD + b"4,x,a\n"


@pytest.mark.parametrize(
    ("content", "newest"),
    [
        (OLD, datetime(2018, 9, 1, 11, tzinfo=UTC)),
        (HEADER + b"1,2018-09-01T11:00:00.123456789Z,a\n2,2018-08-01T00:00:00Z,a\n", datetime(2018, 9, 1, 11, 0, 0, 123456, tzinfo=UTC)),
        (HEADER + b"1,2018-09-01T11:00:00Z,a\n2,2199-01-01T00:00:00Z,a\n", datetime(2018, 9, 1, 11, tzinfo=UTC)),
        (HEADER + b"1,2199-01-01T00:00:00Z,a\n", None),
        (HEADER + b"3,,a\n1,2018-09-01T11:00:00Z,a\n2,,b\n", datetime(2018, 9, 1, 11, tzinfo=UTC)),
        (HEADER + b'1,"",a\n2,,a\n', None),
        (HEADER, None),
        (b"", None),
        (b"Order ID,Created At\n1,2018-09-01T11:00:00Z\n", datetime(2018, 9, 1, 11, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_newest_order(content: bytes, newest: datetime | None, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    assert read_newest(path, NOW) is None
    path.write_bytes(content)
    assert read_newest(path, NOW) == newest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"id\n1\n", "has no column with the creation times of orders."),
        (HEADER + b"1,soon,a\n", "`created_at` in row 2 of .*orders.csv is not a timestamp: `soon`. Hint: correct the row, or export to a new file."),
        (HEADER + b"1\n", "`created_at` in row 2 of .*orders.csv is not a timestamp: ``."),
    ],
)  # fmt: skip
def test_a_file_without_times_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    with pytest.raises(MergeError, match=message):
        read_newest(path, NOW)


@given(
    old=st.lists(st.integers(0, 30), unique=True),
    new=st.lists(st.integers(0, 30), unique=True),
    sizes=st.lists(st.integers(1, 3), min_size=31, max_size=31),
)
def test_every_order_is_in_the_file_once(
    old: list[int], new: list[int], sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    def content(orders: list[int]) -> bytes:
        return HEADER + b"".join(b"%d,x,%d\n" % (i, n) for i in orders for n in range(sizes[i]))

    added = [order for order in new if order not in old]
    merged, counts = append(content(old), content(new), folder=tmp_path_factory.getbasetemp())
    assert merged == content(old + added)
    assert counts == (sum(sizes[i] for i in old + added), sum(sizes[i] for i in added))
