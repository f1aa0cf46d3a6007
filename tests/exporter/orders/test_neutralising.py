"""Text that a spreadsheet would execute gets an apostrophe, in Python and in SQL alike."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter.orders import neutralised
from epfilter.exporter.orders.neutralising import neutralised_sql

FIRST = "=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20 '\"\xa0\u200b\u202e\ufeff\u3000aZ09<>~`|%;,é"
texts = st.text(FIRST, max_size=4) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "\x00=1",
        " =1",
        '"=1',
        "'=1",
        "\ufeff=1",
        "\xa0 @x",
        "\uff1d1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_is_dangerous(text: str) -> None:
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a", "a=1", "1-2", "2018-09-01", "O'Brien", '"x"', "<b>", "é="]
)
def test_what_is_harmless(text: str) -> None:
    assert neutralised(text) == text


def test_neutralised_text_is_dangerous_still_so_that_twice_is_seen() -> None:
    assert neutralised(neutralised("=1")) == "''=1"


@given(st.lists(texts, min_size=1, max_size=20))
def test_sql_does_the_same(made: list[str]) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT {neutralised_sql('x')} FROM (SELECT unnest(?) AS x)",  # noqa: S608 - fixed text
            [made],
        ).fetchall()
    assert [row[0] for row in rows] == [neutralised(text) for text in made]
