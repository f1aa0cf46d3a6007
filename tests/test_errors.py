"""Errors: they pickle, and a long list of diagnostics is cut; edits keep their order."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from epfilter import Edit, F, FilterError, FilterSyntaxError, FilterValueError, Span, parse
from epfilter.errors import apply_edits


def test_edits_keep_their_order_and_must_not_overlap() -> None:
    insertions = [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "y"), Edit(Span(0, 1), "A")]
    assert apply_edits("abc", insertions) == "Axybc"
    with pytest.raises(FilterValueError, match="two edits overlap at 1"):
        apply_edits("abc", [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])


def test_every_error_pickles() -> None:
    errors: list[FilterError] = []
    untyped_parse: Any = parse
    for wrong in ("eq(a", "eq(a,é):(", b"eq(a,1)", None):
        with pytest.raises(FilterError) as caught:
            untyped_parse(wrong)
        errors.append(caught.value)
    with pytest.raises(FilterError) as caught:
        F.a.eq(float("nan"))
    errors.append(caught.value)
    for error in errors:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - what was pickled here
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)
        assert str(copy.copy(error)) == str(error)


def test_many_diagnostics_are_counted() -> None:
    with pytest.raises(FilterSyntaxError) as caught:
        parse("|".join(["foo(a,1)"] * 25))
    error = caught.value
    assert len(error.diagnostics) == 25
    *shown, last = str(error).splitlines()
    assert len(shown) == 20 * 4
    assert last == "… and 5 more"
