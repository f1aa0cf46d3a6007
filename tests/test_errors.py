"""Errors: they pickle, and a long list of diagnostics is cut; edits keep their order."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from epfilter import (
    Edit,
    F,
    FilterError,
    FilterSyntaxError,
    FilterValueError,
    PagingError,
    PolicyError,
    Span,
    Template,
    TemplateError,
    errors,
    parse,
)
from epfilter.errors import PluginError, UnsupportedFilterError, apply_edits
from epfilter.linter.files.document import DocumentError
from epfilter.resources import Policy, orders


def test_edits_keep_their_order_and_must_not_overlap() -> None:
    insertions = [Edit(Span(1, 1), "x"), Edit(Span(1, 1), "y"), Edit(Span(0, 1), "A")]
    assert apply_edits("abc", insertions) == "Axybc"
    with pytest.raises(FilterValueError, match="two edits overlap at 1"):
        apply_edits("abc", [Edit(Span(0, 2), ""), Edit(Span(1, 3), "")])


def test_every_error_has_a_message_and_a_hint_and_pickles() -> None:
    raised: list[FilterError] = [
        PagingError("no rows."),
        PluginError("no rules.", hint="install them"),
        UnsupportedFilterError("text", "name", "Polars", "it has no full-text search"),
        DocumentError("EPF702", "this file is binary, not text.", hint="exclude it"),
    ]
    for text in ("eq(a,1):eq(status,x)", "like(payment,paid)"):
        with pytest.raises(PolicyError) as refusal:
            Policy(orders).apply(text)
        raised.append(refusal.value)
    with pytest.raises(TemplateError) as incomplete:
        Template("ge(total,{least})").bind()
    raised.append(incomplete.value)
    untyped_parse: Any = parse
    for wrong in ("eq(a", "eq(a,é):(", b"eq(a,1)", None):
        with pytest.raises(FilterError) as caught:
            untyped_parse(wrong)
        raised.append(caught.value)
    with pytest.raises(FilterError) as caught:
        F.a.eq(float("nan"))
    raised.append(caught.value)
    with pytest.raises(FilterError) as caught:
        orders.payment.eq("refnded")  # type: ignore[arg-type] # wrong on purpose
    raised.append(caught.value)
    assert {type(error) for error in raised} >= {
        each
        for name, each in vars(errors).items()
        if isinstance(each, type) and issubclass(each, FilterError) and not name.startswith("_")
    } - {FilterError}
    for error in raised:
        assert error.message in str(error)
        assert error.hint is None or error.hint in str(error)
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
