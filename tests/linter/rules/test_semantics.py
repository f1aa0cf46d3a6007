"""What the rules say is true: each fix keeps the meaning, nothing reported as empty ever matches."""

from __future__ import annotations

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

EVERY = Settings(select=("EPF",))
ALWAYS_SAFE = {"EPF403", "EPF404", "EPF405", "EPF408", "EPF410", "EPF501"}


def found_as(code: str, text: str, resource: Resource | None = None) -> list[Diagnostic]:
    return lint(text, resource, settings=Settings(select=(code,)))


@given(filter_texts())
def test_every_fix_alone_gives_a_filter_and_a_safe_one_the_same_meaning(text: str) -> None:
    before = parse(text)
    for one in lint(text, settings=EVERY):
        assert one.code not in ALWAYS_SAFE or one.fix is None or one.fix.safe
        if one.fix:
            after = parse(one.fix.apply(text))
            if one.fix.safe:
                assert [matches(after, row) for row in ROWS] == [
                    matches(before, row) for row in ROWS
                ]


SINGLE_ROWS = [row for row in ROWS if not isinstance(row["a"], list)]


@given(st.lists(call_texts(), min_size=2, max_size=5).map(":".join))
def test_what_never_matches_does_not(text: str) -> None:
    if found_as("EPF401", text):
        f = parse(text)
        assert not [row for row in SINGLE_ROWS if matches(f, row)]


@given(st.lists(call_texts(typed=True), min_size=2, max_size=6).map(":".join))
def test_what_never_matches_for_a_resource_does_not(text: str) -> None:
    if found_as("EPF401", text, things):
        f = parse(text)
        assert not [row for row in TYPED_ROWS if matches(f, row)]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_an_implied_term_can_be_left_out(connective: str, data: st.DataObject) -> None:
    terms = data.draw(st.lists(call_texts(), min_size=2, max_size=5))
    text = connective.join(terms)
    before = parse(text)
    for one in found_as("EPF402", text):
        assert one.fix
        after = parse(one.fix.apply(text))
        assert [matches(after, row) for row in ROWS] == [matches(before, row) for row in ROWS]


@pytest.mark.parametrize("connective", [":", "|"])
@given(data=st.data())
def test_an_implied_term_can_be_left_out_for_a_resource(
    connective: str, data: st.DataObject
) -> None:
    terms = data.draw(st.lists(call_texts(typed=True), min_size=2, max_size=6))
    text = connective.join(terms)
    before = parse(text)
    for one in found_as("EPF402", text, things):
        assert one.fix
        after = parse(one.fix.apply(text))
        for row in TYPED_ROWS:
            assert matches(after, row) == matches(before, row)
