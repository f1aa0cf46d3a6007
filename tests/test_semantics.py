"""Wildcards, case folding and paths: laws that every package which runs a filter depends on."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.limits import MAX_LIST_INDEX
from epfilter.semantics import (
    LIST_INDEX_PATTERN,
    PathStep,
    case_variants,
    fold_case,
    format_path,
    has_wildcard,
    parse_path,
    parse_pattern,
    strip_indices,
)

OPERANDS = st.text("*ab\n")
TEXTS = st.text("*ab\n")
NAMES = st.text(st.characters(exclude_characters=".[]", exclude_categories=["Cs"]), min_size=1)
INDICES = st.integers(0, MAX_LIST_INDEX)


@given(OPERANDS, TEXTS)
def test_a_pattern_matches_as_a_regular_expression_with_only_its_outer_stars(
    operand: str, text: str
) -> None:
    inner = operand[operand.startswith("*") : len(operand) - operand[1:].endswith("*")]
    expression = re.escape(inner)
    if operand.startswith("*"):
        expression = f".*{expression}"
    if operand.endswith("*"):
        expression += ".*"
    matches = re.fullmatch(expression, text, re.DOTALL) is not None
    assert parse_pattern(operand).matches(text) == matches


@given(OPERANDS)
def test_a_pattern_has_a_wildcard_where_its_operand_has(operand: str) -> None:
    pattern = parse_pattern(operand)
    assert pattern.has_wildcard == has_wildcard(operand) == (operand != operand.strip("*"))
    assert pattern.matches_everything == (operand in ("*", "**"))


@given(st.text())
def test_folding_keeps_the_length_and_folds_once(text: str) -> None:
    folded = fold_case(text)
    assert len(folded) == len(text)
    assert fold_case(folded) == folded
    assert parse_pattern(text).fold_case().text == fold_case(parse_pattern(text).text)


@pytest.mark.slow
def test_the_case_variants_are_all_characters_that_folding_changes() -> None:
    changed = {char for char in map(chr, range(sys.maxunicode + 1)) if fold_case(char) != char}
    variants = case_variants()
    assert {char for listed in variants.values() for char in listed} == changed
    for folded, listed in variants.items():
        assert [*listed] == sorted(set(listed))
        assert {fold_case(char) for char in (folded, *listed)} == {folded}


@given(
    st.lists(
        st.tuples(NAMES, st.lists(INDICES, max_size=2)).map(
            lambda part: [PathStep(part[0]), *(PathStep("", index) for index in part[1])]
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_path_survives_formatting(parts: list[list[PathStep]]) -> None:
    steps = tuple(step for part in parts for step in part)
    path = format_path(steps)
    assert parse_path(path) == steps
    assert strip_indices(path) == ".".join(step.name for step in steps if step.list_index is None)


@pytest.mark.parametrize("path", ["a[1000]", "a[-1]", "a[]", "[0]", "a[0]b", ""])
def test_what_is_not_an_index_is_part_of_a_name(path: str) -> None:
    assert parse_path(path) == (PathStep(path),)


def test_the_highest_index_has_as_many_digits_as_an_index_can_have() -> None:
    assert re.fullmatch(LIST_INDEX_PATTERN, str(MAX_LIST_INDEX))
    assert not re.fullmatch(LIST_INDEX_PATTERN, str(MAX_LIST_INDEX + 1))
