"""A text keeps its places through everything that is done to it; one row a case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from epfilter.errors import Edit, Span
from epfilter.linter.extractors.mapped_text import HOLE, Placed, Unit

FILE = "0123456789"


def doubled(new: str) -> str | None:
    return None if "!" in new else new.replace("'", "''")


def middle() -> Placed:
    """`ab` for 2 and 3, `'` for 45, nothing for 6, `cd` for 78 as a whole."""
    units = [Unit("ab", 2, 4), Unit("'", 4, 6), Unit("", 6, 7), Unit("cde", 7, 9)]
    return Placed.whole(FILE).decoded(units, doubled)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 1, Span(2, 3)),
        (0, 2, Span(2, 4)),
        (2, 3, Span(4, 6)),
        (3, 4, Span(7, 9)),
        (0, 6, Span(2, 9)),
        (0, 0, Span(2, 2)),
        (3, 3, Span(7, 7)),
        (6, 6, Span(9, 9)),
    ],
)
def test_span(start: int, end: int, expected: Span) -> None:
    assert middle().span(Span(start, end)) == expected


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(Span(0, 1), "x"), Edit(Span(2, 3), "x")),
        (Edit(Span(2, 3), "'"), Edit(Span(4, 6), "''")),
        (Edit(Span(1, 1), "x"), Edit(Span(3, 3), "x")),
        (Edit(Span(3, 6), "x"), Edit(Span(7, 9), "x")),
        (Edit(Span(6, 6), "x"), Edit(Span(9, 9), "x")),
        (Edit(Span(0, 1), "!"), None),
        (Edit(Span(3, 4), "x"), None),
        (Edit(Span(4, 4), "x"), None),
        (Edit(Span(2, 4), "x"), None),
        (Edit(Span(2, 6), "x"), None),
    ],
)
def test_edit(edit: Edit, expected: Edit | None) -> None:
    assert middle().edit(edit) == expected


@pytest.mark.parametrize(
    ("start", "end", "bounds"), [(1, 3, (3, 6)), (0, 0, (2, 2)), (6, 6, (9, 9)), (3, 3, (7, 7))]
)
def test_a_part_stands_in_its_own_bounds(start: int, end: int, bounds: tuple[int, int]) -> None:
    part = middle().cut(start, end)
    assert part.text == "ab'cde"[start:end]
    assert part.bounds == bounds
    assert part.span(Span(0, len(part.text))) == bounds


def test_an_empty_text_can_be_filled() -> None:
    nothing = Placed.whole('""').cut(1, 1).decoded([], doubled)
    assert nothing.edit(Edit(Span(0, 0), "'")) == Edit(Span(1, 1), "''")


def test_holes_go_along() -> None:
    text = Placed.whole("a{b}c").decoded(
        [Unit("a", 0, 1), Unit(HOLE, 1, 4, hole=True), Unit("c", 4, 5)], str
    )
    assert text.holes == {1}
    assert text.cut(1, 3).holes == {0}
    assert text.cut(2, 3).holes == frozenset()
    assert text.edit(Edit(Span(1, 2), "x")) == Edit(Span(1, 4), "x")


def test_what_does_not_fit_is_not_written_from_any_part() -> None:
    asked: list[Edit] = []

    def fits(edit: Edit) -> bool:
        asked.append(edit)
        return edit.text != "no"

    text = replace(Placed.whole(FILE), fits=fits)
    part = text.cut(2, 6).decoded([Unit("x", 0, 2), Unit("45", 2, 4)], str).written_by(doubled)
    assert part.edit(Edit(Span(0, 1), "no")) is None
    assert part.edit(Edit(Span(0, 1), "'")) == Edit(Span(2, 4), "''")
    assert asked == [Edit(Span(2, 4), "no"), Edit(Span(2, 4), "''")]
