"""The findings are true: safe fixes keep the meaning, and what is reported as empty never matches."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Diagnostic, lint, parse
from epfilter.linter import Settings
from support.filter_oracle import matches
from support.meaning_samples import ROWS, TYPED_ROWS, call_texts, filter_texts
from support.resource_samples import things

if TYPE_CHECKING:
    from epfilter.resources import Resource

ALL_RULES = Settings(select=("EPF",))
ALWAYS_SAFE = {"EPF403", "EPF404", "EPF405", "EPF408", "EPF410", "EPF501"}


def findings_of(code: str, text: str, resource: Resource | None = None) -> list[Diagnostic]:
    return lint(text, resource, settings=Settings(select=(code,)))


@given(filter_texts())
def test_each_fix_gives_a_valid_filter_and_a_safe_one_keeps_the_meaning(text: str) -> None:
    before = parse(text)
    for finding in lint(text, settings=ALL_RULES):
        assert finding.code not in ALWAYS_SAFE or finding.fix is None or finding.fix.safe
        if finding.fix:
            after = parse(finding.fix.apply(text))
            if finding.fix.safe:
                assert [matches(after, row) for row in ROWS] == [
                    matches(before, row) for row in ROWS
                ]


SINGLE_ROWS = [row for row in ROWS if not isinstance(row["a"], list)]


@given(st.lists(call_texts(), min_size=2, max_size=5).map(":".join))
def test_a_filter_reported_as_empty_matches_nothing(text: str) -> None:
    if findings_of("EPF401", text):
        f = parse(text)
        assert not [row for row in SINGLE_ROWS if matches(f, row)]


@given(filter_texts(typed=True, max_leaves=5), call_texts(typed=True))
def test_a_term_that_never_matches_in_its_group_can_be_removed(text: str, other: str) -> None:
    text = f"{other}:({text})"
    before = parse(text)
    for finding in findings_of("EPF401", text, things):
        if finding.fix:
            after = parse(finding.fix.apply(text))
            for row in TYPED_ROWS:
                assert matches(after, row) == matches(before, row)


@given(st.lists(call_texts(), min_size=2, max_size=4).map(":".join))
def test_a_filter_reported_as_empty_for_numbers_matches_no_number(text: str) -> None:
    if findings_of("EPF413", text):
        f = parse(text)
        numbers = (int, float, Decimal)
        rows = [row for row in ROWS if all(type(value) in numbers for value in row.values())]
        assert not [row for row in rows if matches(f, row)]


@given(st.lists(call_texts(typed=True), min_size=2, max_size=4))
def test_a_filter_reported_as_full_matches_every_row(calls: list[str]) -> None:
    text = "|".join(["is_null(weight)", *calls])
    if findings_of("EPF414", text, things):
        f = parse(text)
        assert all(matches(f, row) for row in TYPED_ROWS)


@given(st.lists(call_texts(typed=True), min_size=2, max_size=6).map(":".join))
def test_a_filter_reported_as_empty_for_a_resource_matches_nothing(text: str) -> None:
    if findings_of("EPF401", text, things):
        f = parse(text)
        assert not [row for row in TYPED_ROWS if matches(f, row)]


@pytest.mark.parametrize("typed", [False, True])
@given(data=st.data())
def test_a_redundant_part_of_a_group_can_be_removed(
    typed: bool,  # noqa: FBT001 - a parameter of the test
    data: st.DataObject,
) -> None:
    terms = data.draw(st.lists(call_texts(typed=typed), min_size=1, max_size=3))
    groups = st.lists(st.sampled_from(terms), min_size=2, max_size=3)
    inner, outer = data.draw(st.sampled_from(((":", "|"), ("|", ":"))))
    parts = [f"({inner.join(data.draw(groups))})", *data.draw(groups)]
    text = outer.join(data.draw(st.permutations(parts)))
    before = parse(text)
    rows = TYPED_ROWS if typed else ROWS
    for finding in findings_of("EPF402", text, things if typed else None):
        assert finding.fix
        after = parse(finding.fix.apply(text))
        assert [matches(after, row) for row in rows] == [matches(before, row) for row in rows]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_a_redundant_term_can_be_removed(connective: str, data: st.DataObject) -> None:
    terms = data.draw(st.lists(call_texts(), min_size=2, max_size=5))
    text = connective.join(terms)
    before = parse(text)
    for finding in findings_of("EPF402", text):
        assert finding.fix
        after = parse(finding.fix.apply(text))
        assert [matches(after, row) for row in ROWS] == [matches(before, row) for row in ROWS]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_a_redundant_term_can_be_removed_for_a_resource(
    connective: str, data: st.DataObject
) -> None:
    terms = data.draw(st.lists(call_texts(typed=True), min_size=2, max_size=6))
    text = connective.join(terms)
    before = parse(text)
    for finding in findings_of("EPF402", text, things):
        assert finding.fix
        after = parse(finding.fix.apply(text))
        for row in TYPED_ROWS:
            assert matches(after, row) == matches(before, row)
