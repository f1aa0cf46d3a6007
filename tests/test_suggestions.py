"""Suggestions: a near name is found whatever its case, and the wording is always the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epfilter.suggestions import (
    did_you_mean,
    list_names,
    nearest_name,
    nearest_names,
    suggest_name,
)

known_names = st.lists(st.text(min_size=1, max_size=20), max_size=8)
words = st.text("abcdefghijklmnop_.", min_size=4, max_size=30)


@given(known=known_names, name=st.text(max_size=300))
def test_a_suggestion_is_a_known_name(known: list[str], name: str) -> None:
    nearest = nearest_name(name, known)
    hint = suggest_name(name, known, "otherwise")
    if nearest is None:
        assert hint == "otherwise"
    else:
        assert nearest in known
        assert hint == did_you_mean(nearest) == f"did you mean `{nearest}`?"
    assert set(nearest_names(name, known, 3)) <= {*known}


distinct_letters = st.lists(st.sampled_from("abcdefghijk_"), min_size=4, unique=True).map("".join)
"""Names such as `____` have no character that can be found in its place."""


@given(known=known_names, name=distinct_letters, data=st.data())
def test_a_name_with_one_wrong_character_or_another_case_has_a_suggestion(
    known: list[str], name: str, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, len(name) - 1))
    misspelled = name[:position] + "-" + name[position + 1 :]
    assert nearest_name(misspelled, [*known, name]) is not None
    assert nearest_name(name.upper(), [*known, name]).lower() == name  # type: ignore[union-attr] # never None


def test_only_the_beginning_of_a_long_name_is_compared() -> None:
    assert nearest_name("status" + "x" * 1_000_000, ["status"]) is None


def test_several_names_are_joined_with_or() -> None:
    assert did_you_mean("a", "b") == "did you mean `a` or `b`?"


@given(names=st.lists(st.text("abc", min_size=1), max_size=30))
def test_a_truncated_list_of_names_ends_in_an_ellipsis(names: list[str]) -> None:
    text = list_names(names)
    assert text.count("`") == 2 * min(len(names), 20)
    assert text.endswith("…") is (len(names) > 20)
