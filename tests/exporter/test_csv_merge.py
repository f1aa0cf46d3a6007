"""CSV files are merged: one header, each order once, and the bytes of rows unchanged."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter import MergeError, csv_rows
from epfilter.exporter.csv_merge import merge_csv
from support.rows import for_each


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has a folder of its own for its parts, beside which nothing is written."""
    monkeypatch.chdir(tmp_path)
    yield
    assert [path.name for path in Path().iterdir() if not re.match(r"\d\.csv", path.name)] == []


def merge(*contents: bytes, disjoint: bool = False) -> bytes:
    """Merge the parts, and check the number of rows that is returned."""
    parts = [Path(f"{number}.csv") for number in range(len(contents))]
    for part, content in zip(parts, contents, strict=True):
        part.write_bytes(content)
    output = io.BytesIO()
    count = merge_csv(parts, output, disjoint=disjoint)
    merged = output.getvalue()
    rows = csv.reader(io.StringIO(merged.decode("utf-8", "replace"), ""))
    assert count == max(0, sum(1 for row in rows if row) - 1)
    return merged


_MERGED = [
    ("rows follow each other", [b"id,n\n1,a\n", b"id,n\n2,b\n"], b"id,n\n1,a\n2,b\n"),
    ("an order of an earlier part is left out", [b"id\n1\n2\n", b"id\n2\n3\n", b"id\n3\n1\n4\n"], b"id\n1\n2\n3\n4\n"),
    ("an order has several rows", [b"id,sku\n1,a\n1,b\n", b"id,sku\n1,a\n2,c\n2,d\n"], b"id,sku\n1,a\n1,b\n2,c\n2,d\n"),
    ("a part without a byte", [b"", b"id\n1\n", b""], b"id\n1\n"),
    ("parts without a byte alone", [b"", b""], b""),
    ("a part of blank lines", [b"\r\n\n", b"id\n1\n"], b"id\n1\n"),
    ("a part of a header alone", [b"id\n", b"id\n1\n"], b"id\n1\n"),
    ("a header without line end", [b"id", b"id\n1\n", b"id"], b"id\n1\n"),
    ("a last row without line end", [b"id,n\r\n1,a", b"id,n\n2,b"], b"id,n\r\n1,a\r\n2,b\n"),
    ("blank lines", [b"id\n\n1\n\n", b"\nid\n2\n\n"], b"id\n1\n2\n"),
    ("CRLF and LF stay", [b"id\r\n1\r\n", b"id\n2\n"], b"id\r\n1\r\n2\n"),
    ("the byte order mark of the first stays", [b"\xef\xbb\xbfid\n1\n", b"\xef\xbb\xbfid\n1\n2\n", b"id\n3\n"], b"\xef\xbb\xbfid\n1\n2\n3\n"),
    ("a byte order mark before a quote", [b'\xef\xbb\xbf"id","a\nb"\n1,x\n', b'id,"a\nb"\n1,y\n2,y\n'], b'\xef\xbb\xbf"id","a\nb"\n1,x\n2,y\n'),
    ("a byte order mark and nothing else", [b"\xef\xbb\xbf", b"id\n1\n"], b"id\n1\n"),
    ("line ends in quotes", [b'id,n\n1,"a\n2,b"\n', b'id,n\n2,"c\r\n\r\n"\n'], b'id,n\n1,"a\n2,b"\n2,"c\r\n\r\n"\n'),
    ("a quoted line end in the last cell of all", [b'id,n\n1,"a\n"'], b'id,n\n1,"a\n"\n'),
    ("quotes in quotes", [b'id,n\n1,"a ""x"", ""\n"""\n', b'id,n\n"1",b\n2,""""\n'], b'id,n\n1,"a ""x"", ""\n"""\n2,""""\n'),
    ("several lines and cells in quotes", [b'n,id\n"a\nb","1\n\n""2"""\n', b'n,id\n"c\n,\nd","1\n\n""2"""\n"e\n,\nf",3\n'], b'n,id\n"a\nb","1\n\n""2"""\n"e\n,\nf",3\n'),
    ("a quote in the midst of a cell is text", [b'n,id\n5" pipe,1\n', b'n,id\n6" pipe; "x",1\n7" pipe,2\n'], b'n,id\n5" pipe,1\n7" pipe,2\n'),
    ("text behind a quote", [b'id,n\n"1"0,a\n', b'id,n\n10,b\n"1"1 "x",c\n'], b'id,n\n"1"0,a\n"1"1 "x",c\n'),
    ("headers are compared as cells", [b'"id",n\n1,a\n', b'id,"n"\r\n2,b\n'], b'"id",n\n1,a\n2,b\n'),
    ("ids are compared as cells", [b"id,n\n1,a\n", b'id,n\n"1",b\n'], b"id,n\n1,a\n"),
    ("no column but the id's has to be text", [b"id,n\n1,\xff\xfe\n", b"id,n\n1,\xff\n2,\xff\n"], b"id,n\n1,\xff\xfe\n2,\xff\n"),
    ("order_id comes before id", [b"id,Order ID\na,1\n", b"id,Order ID\na,2\nb,1\n"], b"id,Order ID\na,1\na,2\n"),
    ("ID is id", [b"x,ID\na,1\n", b"x,ID\nb,1\n"], b"x,ID\na,1\n"),
]  # fmt: skip


@for_each(("contents", "expected"), [row[1:] for row in _MERGED], ids=[row[0] for row in _MERGED])  # fmt: skip
def test_parts_are_merged(contents: list[bytes], expected: bytes) -> None:
    assert merge(*contents) == expected


def test_disjoint_parts_need_no_ids() -> None:
    assert merge(b"a\n1\n", b"a\n1\n\n2\n", disjoint=True) == b"a\n1\n1\n2\n"


def test_one_part_needs_no_ids() -> None:
    assert merge(b"a\n1\n1\n") == b"a\n1\n1\n"


_ERRORS = [
    ("other columns", [b"id,a,b\n", b"id,c,b\n"], "the columns of 1.csv are not those of 0.csv: it also has `c` and it lacks `a`."),
    ("more columns", [b"", b"id\n", b"id,a\tb\n"], "the columns of 2.csv are not those of 1.csv: it also has `a\\tb`."),
    ("another order", [b"id,a\n", b"a,id\n"], "the columns of 1.csv are not those of 0.csv: their order is `a`, `id`."),
    ("very many columns", [b"id\n", b"id," + b",".join(b"c%d" % i for i in range(30))], "`c19` and 10 more."),
    ("no id", [b"a,b\n1,2\n", b"a,b\n1,2\n"], "0.csv has no column with the ids of orders. Without it, orders that are in two files cannot be found. It has `a`, `b`."),
    ("an empty id", [b"a,id\n1,2\n", b"a,id\n1,2\n1,\n"], "row 3 of 1.csv has no `id`. Without it, orders that are in two files cannot be found."),
    ("a short row", [b"a,id\n1,2\n", b"a,id\n\n1\n"], "row 2 of 1.csv has 1 cell, but the header has 2"),
    ("an open quote", [b'id,a\n1,"a\n2,b\n'], "row 2 of 0.csv has a quote that is never closed."),
    ("an open quote in the header", [b'"id'], "row 1 of 0.csv has a quote that is never closed."),
    ("an open quote behind a closed one", [b'id,a\n1,"a\n",b,"\n'], "row 2 of 0.csv has a quote that is never closed."),
    ("UTF-16", ["id\n1\n".encode("utf-16")], "the header of 0.csv is not UTF-8."),
    ("CR alone", [b"id,a\r1,b\r"], "the header of 0.csv contains a carriage return. Hint: end lines with CRLF or LF, not with CR alone."),
]  # fmt: skip


@for_each(("contents", "message"), [row[1:] for row in _ERRORS], ids=[row[0] for row in _ERRORS])  # fmt: skip
def test_parts_that_cannot_be_merged_are_an_error(contents: list[bytes], message: str) -> None:
    with pytest.raises(MergeError) as caught:
        merge(*contents)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([], "there are no files to merge."),
        (["none.csv"], "cannot read none.csv: No such file or directory."),
        (["."], "cannot read .: Is a directory."),
        (["a\0.csv"], "cannot read a\\u0000.csv: embedded null byte."),
    ],
)
def test_parts_that_cannot_be_read_are_an_error(parts: list[str], message: str) -> None:
    with pytest.raises(MergeError, match=re.escape(message)):
        merge_csv([Path(part) for part in parts], io.BytesIO(), disjoint=True)


def test_errors_of_the_output_are_raised() -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    Path("0.csv").write_bytes(b"id\n1\n")
    with pytest.raises(OSError, match="No space left on device"):
        merge_csv([Path("0.csv")], Full(), disjoint=True)


@pytest.mark.parametrize("member", ["peek", "readline"])
def test_an_error_of_the_disk_is_translated(monkeypatch: pytest.MonkeyPatch, member: str) -> None:
    class Broken(io.BufferedReader):
        pass

    def fail(*_: Any) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def opened(path: Path, mode: str) -> Any:
        assert mode == "rb"
        return Broken(io.FileIO(path, "r"))

    monkeypatch.setattr(Broken, member, fail, raising=False)
    monkeypatch.setattr(Path, "open", opened)
    Path("0.csv").touch()
    with pytest.raises(MergeError, match=r"cannot read 0\.csv: Input/output error\."):
        merge_csv([Path("0.csv")], io.BytesIO(), disjoint=True)


@pytest.mark.parametrize("content", [b"id\n" + b"a" * 99, b'id\n"' + b"a\n" * 99, b"i" * 99])
def test_a_row_that_would_fill_the_memory_is_an_error(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(csv_rows, "_MAX_ROW_SIZE", 50)
    with pytest.raises(
        MergeError, match=r"row [12] of 0\.csv is longer than 0 MB\. Hint: check for a quote"
    ):
        merge(content)


_CELLS = st.lists(st.sampled_from(["a", "1", '"', ",", "\n", "\r\n", " ", "é"]), max_size=6).map("".join)  # fmt: skip
_IDS = st.sampled_from(["1", "2", "3", "a,b", 'x"y', "l\nm", "é"])
_TABLES = st.lists(
    st.lists(st.tuples(_CELLS, _IDS, _CELLS), max_size=5), min_size=1, max_size=4
)  # fmt: skip
_DIALECTS = st.tuples(
    st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
)


@given(tables=_TABLES, dialects=st.lists(_DIALECTS, min_size=4, max_size=4), disjoint=st.booleans())
def test_the_merged_file_has_the_rows_of_all_parts(
    tmp_path_factory: pytest.TempPathFactory,
    tables: list[list[tuple[str, str, str]]],
    dialects: list[tuple[str, Any]],
    disjoint: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    folder = tmp_path_factory.mktemp("merged")
    parts, expected, seen = [], [], set[str]()
    for number, (table, (end, quoting)) in enumerate(zip(tables, dialects, strict=False)):
        part = folder / f"{number}.csv"
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator=end, quoting=quoting)
            writer.writerows([("a", "order_id", "b\nc"), *table])
        parts.append(part)
        expected += [row for row in table if disjoint or row[1] not in seen]
        seen |= {row[1] for row in table}
    output = io.BytesIO()
    count = merge_csv(parts, output, disjoint=disjoint)
    header, *rows = csv.reader(io.StringIO(output.getvalue().decode(), newline=""))
    assert header == ["a", "order_id", "b\nc"]
    assert [tuple(row) for row in rows] == expected
    assert count == len(expected)
