"""Actions: what a user can choose at the cursor, and that it keeps its promise."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import Filter, parse, parse_located
from epfilter.analysis import equivalent
from epfilter.editing import Action, actions
from epfilter.errors import FilterTypeError, FilterValueError, ResourceError, apply_edits
from epfilter.linter import Settings, fix, lint
from epfilter.testing import filters
from support.editing_cases import SHORT_TEXTS, EditingCase, read_cases, run_everywhere
from support.filter_strategies import any_text, nested_garbage
from support.rows import for_each


def show(text: str, action: Action) -> str:
    kind = "proposal" if action.kind == "fix" and not action.safe else action.kind
    return f"{kind} {action.title} → {action.directive or apply_edits(text, action.edits)}"


@for_each("case", read_cases("actions.txt"), ids=lambda case: case.name)
def test_the_cursor_offers_the_actions_of_the_case(case: EditingCase) -> None:
    found = actions(case.text, case.offset, case.resource)
    assert [show(case.text, action) for action in found] == case.lines


def test_a_selection_has_the_actions_of_all_that_it_touches() -> None:
    text = "in(id,a):eq(b,1):in(c,2)"
    (fix_all,) = actions(text, 10)
    assert apply_edits(text, fix_all.edits) == "eq(id,a):eq(b,1):eq(c,2)"
    assert [action.code for action in actions(text, 0, end=len(text))] == [
        *("EPF405", "EPF405", None, "EPF405"),
    ]
    assert actions(text, 5, end=2) == actions(text, 5)


def test_settings_select_the_rules() -> None:
    assert actions("in(id,a)", 1, settings=Settings(ignore=("EPF405",))) == []


def require_helpful(text: str, offset: int, resource: str | None) -> None:
    """Check that fixes are those of the linter, and that rewritings keep the meaning."""
    findings = lint(text, resource)
    found = actions(text, offset, resource)
    kinds = [action.kind for action in found]
    assert kinds == sorted(kinds, key=["fix", "rewrite", "fix all", "ignore"].index)
    for action in found:
        new = apply_edits(text, action.edits)
        if action.kind == "fix":
            assert any(one.fix and one.fix.apply(text) == new for one in findings)
        elif action.kind == "fix all":
            assert new == fix(text, resource).text
        elif action.kind == "rewrite":
            before, after = parse_located(text), parse_located(new)
            assert len(after.diagnostics) <= len(before.diagnostics)
            assert len(new) < len(text)
            if before.node is not None:
                assert equivalent(parse(text), parse(new), resource) is not False
        else:
            assert action.directive == f"epfilter: ignore[{action.code}]"
            assert any(one.code == action.code for one in findings)


@given(st.one_of(any_text, nested_garbage), st.data(), st.sampled_from([None, "orders"]))
def test_any_text_has_helpful_actions(text: str, data: st.DataObject, resource: str | None) -> None:
    require_helpful(text, data.draw(st.integers(0, len(text))), resource)


@given(filters("pim_products"), st.data())
def test_a_filter_has_helpful_actions(f: Filter, data: st.DataObject) -> None:
    text = str(f)
    require_helpful(text, data.draw(st.integers(0, len(text))), "pim_products")


_alternatives = st.lists(
    st.builds(
        "{}({},{})".format,
        st.sampled_from(["eq", "in"]),
        st.sampled_from(["a", "b", '"a"', " b"]),
        st.sampled_from(["1", '"1"', "2", "''", "2018-09-01"]),
    )
    | st.just("(eq(a,5):eq(b,6))")
    | st.just("( eq(a,7) )"),
    min_size=2,
    max_size=6,
).map(" |".join)


@given(_alternatives, st.sampled_from(["{}", "({})", "({}):eq(c,1)"]), st.data())
def test_in_keeps_the_meaning_of_alternatives(text: str, frame: str, data: st.DataObject) -> None:
    text = frame.format(text)
    require_helpful(text, data.draw(st.integers(0, len(text))), None)


@for_each("text", SHORT_TEXTS[1:4])
def test_every_offset_of_every_prefix_has_actions(text: str) -> None:
    run_everywhere(text, lambda prefix, offset: actions(prefix, offset, "orders"))


@for_each(
    ("arguments", "error", "message"),
    [
        ({"text": b""}, FilterTypeError, "must be a str"),
        ({"offset": 8}, FilterValueError, "`offset` must be from 0 to 7, not 8"),
        ({"end": 8}, FilterValueError, "`end` must be from 0 to 7, not 8"),
        ({"end": "8"}, FilterTypeError, "`end` must be an integer, not a value of type str"),
        ({"resource": "order"}, ResourceError, "did you mean `orders`"),
        ({"settings": 5}, FilterTypeError, "`settings` must be"),
    ],
)
def test_invalid_arguments_raise(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        actions(**{"text": "eq(a,1)", "offset": 0, **arguments})
