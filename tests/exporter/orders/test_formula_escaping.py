"""Text that a spreadsheet would execute gets an apostrophe, in Python and in SQL alike."""

from __future__ import annotations

import functools
import sys
import unicodedata
from collections.abc import Sequence

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from epfilter.exporter.orders import neutralise_formula
from epfilter.exporter.orders.formula_escaping import neutralise_formula_sql
from support.rows import for_each


@functools.cache
def unseen() -> list[str]:
    """Return every control and format character and all white space that this Python knows."""
    return [
        chr(place)
        for place in range(sys.maxunicode + 1)
        if unicodedata.category(chr(place)) in {"Cc", "Cf", "Zs", "Zl", "Zp"}
    ]


FIRST = "=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20 '\"\xa0\u200b\u202e\ufeff\u3000aZ09<>~`|%;,é"
texts = (
    st.text(FIRST, max_size=4)
    | st.text(st.deferred(lambda: st.sampled_from([*FIRST, *unseen()])), max_size=4)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
)


CONNECTION = duckdb.connect()


def by_sql(made: Sequence[str]) -> list[str]:
    """Return what the SQL makes of texts."""
    rows = CONNECTION.execute(
        f"SELECT {neutralise_formula_sql('x')} FROM (SELECT unnest(?) AS x)",  # noqa: S608 - fixed text
        [[*made]],
    ).fetchall()
    return [row[0] for row in rows]


@for_each(
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
        "\ufeff=1",
        "\"'=1",
        " '=1",
        " \t=1",
        "\xa0 @x",
        "\uff1d1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_dangerous_text_gets_an_apostrophe(text: str) -> None:
    assert neutralise_formula(text) == f"'{text}"


@for_each(
    "text",
    [
        "",
        "a",
        "a=1",
        "1-2",
        "2018-09-01",
        "O'Brien",
        '"x"',
        "<b>",
        "é=",
        "'",
        "'=1",
        "''=1",
        "' =1",
        "'\tx",
        " a=1",
        "a;=1+1",
        "a\t=1+1",
        "ring twice; +44 20 7946 0000",
    ],
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert neutralise_formula(text) == text


_INVISIBLE = [
    *("\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u034f", "\u061c"),
    *("\u115f", "\u1160", "\u17b4", "\u17b5", "\u180b", "\u180c", "\u180d", "\u180e", "\u180f"),
    *("\u2028", "\u2029", "\u2061", "\u2065", "\u2066", "\u2800", "\u3164", "\ufe00", "\ufe0f"),
    *("\uffa0", "\ufff0", "\ufff8", "\U000e0000", "\U000e0020", "\U000e0100", "\U000e0fff"),
]


def test_an_invisible_prefix_does_not_protect() -> None:
    dangerous = [
        text
        for mark in _INVISIBLE
        for text in (f"{mark}=1", f"{mark}+1", f"{mark}{mark}-1", f' "{mark}@x')
    ]
    wanted = [f"'{text}" for text in dangerous]
    assert [neutralise_formula(text) for text in dangerous] == wanted
    assert by_sql(dangerous) == wanted


def test_no_invisible_character_protects() -> None:
    dangerous = [f"{mark}=1" for mark in unseen()]
    wanted = [f"'{text}" for text in dangerous]
    assert [neutralise_formula(text) for text in dangerous] == wanted
    assert by_sql(dangerous) == wanted


def test_a_visible_prefix_protects() -> None:
    harmless = [
        f"{letter}=1" for letter in ("a", "é", "\u3042", "\u0301", "\u2801", "\U0001f600", "0", "_")
    ]
    assert [neutralise_formula(text) for text in harmless] == harmless
    assert by_sql(harmless) == harmless


@given(st.lists(texts, min_size=1, max_size=20))
def test_sql_does_the_same(made: list[str]) -> None:
    assert by_sql(made) == [neutralise_formula(text) for text in made]


@given(st.lists(texts, min_size=1, max_size=20))
def test_neutralised_text_stays_as_it_is(made: list[str]) -> None:
    once = by_sql(made)
    assert by_sql(once) == once
    assert [neutralise_formula(neutralise_formula(text)) for text in made] == once
