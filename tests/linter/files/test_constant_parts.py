"""The constant parts of a filter with placeholders: only what no value can make right is found."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from epfilter import Filter, unparse
from epfilter.linter.engine import get_engine
from epfilter.linter.extractors import PLACEHOLDER
from epfilter.linter.files.placeholders import lint_with_placeholders
from epfilter.linter.settings import Settings
from support.filter_strategies import filters
from support.rows import for_each

ROWS = [
    tuple(line.split(" =>"))
    for line in (Path(__file__).parent / "constant_parts.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
_CALL = re.compile(r"[a-z_]+(?=\()|\w+\((?:\"(?:[^\"\\]|\\.)*\"|[^\"()])*\)")
_OPERAND = re.compile(r"(?<=[(,])(?:\"(?:[^\"\\]|\\.)*\"|[^\"(),]+)(?=[,)])")
_CONNECTIVE = re.compile(r"(?<=\))[:|](?=[a-z(])")


def find_errors(text: str) -> str:
    engine = get_engine(Settings())
    found = lint_with_placeholders(text, lambda filled: engine.run(filled, None), None)
    return " ".join(
        f"{one.code} `{text[one.span.start : one.span.end]}`"
        for one in found
        if one.code.startswith("EPF1")
    ).replace(PLACEHOLDER, "…")


@for_each(("text", "expected"), ROWS)
def test_what_no_value_can_make_right_is_found(text: str, expected: str) -> None:
    assert find_errors(text.replace("…", PLACEHOLDER)) == expected.strip()


@st.composite
def opened_filters(draw: st.DrawFn) -> str:
    """Return a filter in which calls, operators, operands and connectives are placeholders."""
    tree: Filter = draw(filters)
    text = unparse(tree)
    parts = [
        match.span()
        for pattern in (_CALL, _OPERAND, _CONNECTIVE)
        for match in pattern.finditer(text)
        if PLACEHOLDER not in text
    ]
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3)) if parts else []
    end = len(text)
    for start, stop in sorted(set(chosen), reverse=True):
        if stop <= end:
            text = text[:start] + PLACEHOLDER + text[stop:]
            end = start
    return text


@given(text=opened_filters())
def test_a_filter_with_some_values_has_no_error(text: str) -> None:
    assert find_errors(text) == ""
