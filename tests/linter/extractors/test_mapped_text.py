"""A mapped text keeps its positions in slices and decoded texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from epfilter.errors import Edit, Span
from epfilter.linter.extractors import PLACEHOLDER, MappedText, Segment
from support.rows import for_each

FILE = "0123456789"


def doubled(new: str) -> str | None:
    return None if "!" in new else new.replace("'", "''")


def middle() -> MappedText:
    """Return `ab` for 2 and 3, `'` for 45, nothing for 6, and `cde` for 78 as a whole."""
    units = [Segment("ab", 2, 4), Segment("'", 4, 6), Segment("", 6, 7), Segment("cde", 7, 9)]
    return MappedText.of_file(FILE).decode(units, doubled)


@for_each(
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
    assert middle().map_span(Span(start, end)) == expected


@for_each(
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
    assert middle().map_edit(edit) == expected


@pytest.mark.parametrize(
    ("start", "end", "bounds"), [(1, 3, (3, 6)), (0, 0, (2, 2)), (6, 6, (9, 9)), (3, 3, (7, 7))]
)
def test_a_slice_has_its_own_bounds(start: int, end: int, bounds: tuple[int, int]) -> None:
    part = middle().slice(start, end)
    assert part.text == "ab'cde"[start:end]
    assert part.bounds == bounds
    assert part.map_span(Span(0, len(part.text))) == bounds


def test_an_empty_text_can_be_edited() -> None:
    nothing = MappedText.of_file('""').slice(1, 1).decode([], doubled)
    assert nothing.map_edit(Edit(Span(0, 0), "'")) == Edit(Span(1, 1), "''")


def test_placeholders_are_kept() -> None:
    text = MappedText.of_file("a{b}c").decode(
        [Segment("a", 0, 1), Segment(PLACEHOLDER, 1, 4, is_placeholder=True), Segment("c", 4, 5)],
        str,
    )
    assert text.placeholders == {1}
    assert text.slice(1, 3).placeholders == {0}
    assert text.slice(2, 3).placeholders == frozenset()
    assert text.map_edit(Edit(Span(1, 2), "x")) == Edit(Span(1, 4), "x")


def test_every_slice_checks_its_edits() -> None:
    asked: list[Edit] = []

    def accepts(edit: Edit) -> bool:
        asked.append(edit)
        return edit.text != "no"

    text = replace(MappedText.of_file(FILE), accepts=accepts)
    part = (
        text.slice(2, 6)
        .decode([Segment("x", 0, 2), Segment("45", 2, 4)], str)
        .with_encoder(doubled)
    )
    assert part.map_edit(Edit(Span(0, 1), "no")) is None
    assert part.map_edit(Edit(Span(0, 1), "'")) == Edit(Span(2, 4), "''")
    assert asked == [Edit(Span(2, 4), "no"), Edit(Span(2, 4), "''")]
