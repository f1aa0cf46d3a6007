"""No public function lets an error of Python through, whatever its arguments are.

There is one property per public function: for any argument it returns, or raises a FilterError
whose text can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import epfilter
from epfilter import (
    F,
    Template,
    all_of,
    any_of,
    from_query,
    from_template,
    pages,
    pages_async,
    parse,
    parse_located,
    pretty,
    to_query,
    unparse,
)
from epfilter.analysis import (
    disjoint,
    equivalent,
    implies,
    never_matches,
    normalize,
    simplify,
    subtract,
)
from epfilter.ast import fields, transform, walk
from epfilter.editing import actions, complete, hover, signature, symbols, tokens
from epfilter.editing import format as format_text
from epfilter.english import in_words
from epfilter.errors import FilterError, FilterValueError
from epfilter.linter import (
    Configuration,
    Settings,
    explain_rule,
    fix,
    get_rule,
    lint,
    lint_content,
    lint_located,
    lint_paths,
    render,
)
from epfilter.resources import Policy, orders, resource_info, resource_named
from epfilter.targets import (
    from_ep_ast,
    from_rqb,
    rqb_fields,
    to_django,
    to_elasticsearch,
    to_ep_ast,
    to_mongo,
    to_predicate,
    to_rqb,
)
from epfilter.values import from_text, to_text
from support.django_project import Order
from support.filter_strategies import HOSTILE, texts
from support.hostile_objects import HOSTILE_OBJECTS
from support.rows import for_each
from support.sizes import divide_examples
from support.template_strings import template_string

_FILTER = parse("gt(a,1):eq(b,x)")
_STRING: Any = template_string("eq(a,", (5, "x"), ")")
_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4) | st.just(10**400),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "args", "children", "op", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
_arguments = st.one_of(st.sampled_from(HOSTILE), texts, st.integers(), st.binary(), _json)


def _lint_paths(paths: Any) -> object:
    # The test must not read files that exist.
    if isinstance(paths, (list, tuple)) and any(isinstance(path, str) for path in paths):
        return None
    return lint_paths(paths)


_METHODS = (
    *("eq", "gt", "ge", "lt", "le", "like", "ilike", "startswith", "endswith", "contains_text"),
    *("contains", "text", "in_", "contains_any", "contains_all"),
)

_ENTRIES: dict[str, Callable[[Any], object]] = {
    "parse": parse,
    "parse max_depth": lambda value: parse("eq(a,1)", max_depth=value),
    "parse max_length": lambda value: parse("eq(a,1)", max_length=value),
    "parse_located": parse_located,
    "from_query": from_query,
    "unparse": unparse,
    "unparse quotes": lambda value: unparse(_FILTER, quotes=value),
    "pretty": pretty,
    "pretty indent": lambda value: pretty(_FILTER, indent=value),
    "pretty width": lambda value: pretty(_FILTER, width=value),
    "pretty quotes": lambda value: pretty(_FILTER, quotes=value),
    "to_query": to_query,
    "walk": walk,
    "fields": fields,
    "transform": lambda value: transform(value, lambda node: node),
    "transform result": lambda value: transform(_FILTER, lambda _: value),
    "transform function": lambda value: transform(
        _FILTER, cast("Any", None if callable(value) else value)
    ),
    "all_of": all_of,
    "all_of second": lambda value: all_of(_FILTER, value),
    "any_of": any_of,
    "F": lambda value: F[value],
    "F nested": lambda value: F.a[value],
    "F ==": lambda value: F.a == value,
    "F >": lambda value: F.a > value,
    "F !=": lambda value: F.a != value,
    **{f"F {name}": lambda value, name=name: getattr(F.a, name)(value) for name in _METHODS},  # type: ignore[misc] # a default binds the name
    "in_ second": lambda value: F.a.in_("x", value),
    "in_ list": lambda value: F.a.in_([value]),
    "to_text": to_text,
    "from_text": lambda value: from_text(value, int),
    "from_text kind": lambda value: from_text("1", value),
    **{
        f"from_text {kind.__name__}": lambda value, kind=kind: from_text(value, kind)  # type: ignore[misc] # as above
        for kind in (Decimal, bool, date, datetime, UUID)
    },
    "pages": lambda value: pages(value, lambda _: []),
    "pages key": lambda value: pages(None, lambda _: [], key=value),
    "pages limit": lambda value: pages(None, lambda _: [], limit=value),
    "pages_async": lambda value: pages_async(value, cast("Any", None)),
    "Template": Template,
    "Template resource": lambda value: Template("eq(a,{x})", value),
    "Template optional": lambda value: Template("eq(a,{x})", optional=value),
    "bind value": lambda value: Template("eq(a,{x})").bind(x=value),
    "bind members": lambda value: Template("in(a,{x})").bind(x=value),
    "from_template": from_template,
    "from_template resource": lambda value: from_template(_STRING, value),
    "lint": lint,
    "lint resource": lambda value: lint("eq(a,1)", value),
    "lint settings": lambda value: lint("eq(a,1)", settings=value),
    "lint_located": lambda value: lint_located(value, parse_located("eq(a,1)")),
    "lint_located tree": lambda value: lint_located("eq(a,1)", value),
    "fix": fix,
    "fix resource": lambda value: fix("eq(a,1)", value),
    "fix settings": lambda value: fix("eq(a,1)", settings=value),
    "lint_content": lambda value: lint_content(value, "a.filter"),
    "lint_content name": lambda value: lint_content("eq(a,1)", value),
    "lint_content configuration": lambda value: lint_content("eq(a,1)", "a.filter", value),
    "lint_paths": _lint_paths,
    "lint_paths item": lambda value: _lint_paths([value]),
    "lint_paths configuration": lambda value: lint_paths(["no.filter"], value),
    "get_rule": get_rule,
    "explain_rule": explain_rule,
    "render style": lambda value: render(value, []),
    "Settings select": lambda value: Settings(select=value),
    "Settings ignore": lambda value: Settings(ignore=(value,)),
    "Settings max_calls": lambda value: Settings(max_calls=value),
    "implies": lambda value: implies(_FILTER, value),
    "disjoint": lambda value: disjoint(value, _FILTER),
    "equivalent": lambda value: equivalent(value, value),
    "never_matches": never_matches,
    "never_matches resource": lambda value: never_matches(_FILTER, value),
    "simplify": simplify,
    "normalize": normalize,
    "subtract": lambda value: subtract(value, _FILTER),
    "actions": lambda value: actions(value, 0),
    "actions offset": lambda value: actions("eq(a,1)", value),
    "actions end": lambda value: actions("eq(a,1)", 0, end=value),
    "actions resource": lambda value: actions("eq(a,1)", 0, value),
    "actions settings": lambda value: actions("eq(a,1)", 0, settings=value),
    "complete": lambda value: complete(value, 0),
    "complete offset": lambda value: complete("eq(a,1)", value),
    "complete resource": lambda value: complete("eq(a,1)", 0, value),
    "complete today": lambda value: complete("", 0, "orders", today=value),
    "format": format_text,
    "format width": lambda value: format_text("eq(a,1)", width=value),
    "format quotes": lambda value: format_text("eq(a,1)", quotes=value),
    "hover": lambda value: hover(value, 0),
    "hover offset": lambda value: hover("eq(a,1)", value),
    "hover resource": lambda value: hover("eq(a,1)", 0, value),
    "signature": lambda value: signature(value, 0),
    "signature offset": lambda value: signature("eq(a,1)", value),
    "symbols": symbols,
    "tokens": tokens,
    "tokens resource": lambda value: tokens("eq(a,1)", value),
    "in_words": in_words,
    "in_words resource": lambda value: in_words(_FILTER, value),
    "in_words timezone": lambda value: in_words(_FILTER, timezone=value),
    "check": orders.check,
    "bind": orders.bind,
    "bind complexity": lambda value: orders.bind(
        parse("eq(payment,paid)"), max_or_complexity=value
    ),
    "a field of a resource": lambda value: orders[value],
    "resource_named": resource_named,
    "resource_info": resource_info,
    "from_ep_ast": from_ep_ast,
    "to_ep_ast": to_ep_ast,
    "from_rqb": from_rqb,
    "to_rqb": to_rqb,
    "rqb_fields": rqb_fields,
    "rqb_fields names": lambda value: rqb_fields("orders", value),
    "to_predicate": to_predicate,
    "to_predicate resource": lambda value: to_predicate(_FILTER, value),
    "to_mongo": to_mongo,
    "to_mongo override": lambda value: to_mongo(_FILTER, override=value),
    "to_elasticsearch nested": lambda value: to_elasticsearch(_FILTER, nested=value),
    "to_mongo resource": lambda value: to_mongo(_FILTER, value),
    "to_mongo types": lambda value: to_mongo(_FILTER, types={"a": value}),
    "to_elasticsearch": to_elasticsearch,
    "to_django": lambda value: to_django(value, Order),
    "to_django model": lambda value: to_django(_FILTER, value),
    "to_django resource": lambda value: to_django(_FILTER, Order, value),
    "to_django columns": lambda value: to_django(_FILTER, Order, columns=value),
    "to_django column": lambda value: to_django(_FILTER, Order, columns={"a": value}),
    "to_django override": lambda value: to_django(_FILTER, Order, override=value),
    "Policy": Policy,
    "Policy only": lambda value: Policy(orders, only=value),
    "Policy operators": lambda value: Policy(orders, only={"status": value}),
    "Policy max_calls": lambda value: Policy(orders, max_calls=value),
    "Policy.check": Policy(orders).check,
    "Policy.apply": Policy(orders).apply,
    "Policy.apply require": lambda value: Policy(orders).apply(None, require=value),
}


@pytest.mark.parametrize("entry", _ENTRIES)
@divide_examples(4)
@given(value=_arguments)
def test_any_argument_is_accepted_or_raises_a_filter_error(entry: str, value: Any) -> None:
    _call(entry, value)


@for_each("entry", _ENTRIES)
def test_each_hostile_object_is_accepted_or_raises_a_filter_error(entry: str) -> None:
    for value in HOSTILE_OBJECTS:
        _call(entry, value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (pd.NA, "a value of type NAType has no text in a filter. Hint: for a missing value use "),
        (np.float64("nan"), "nan cannot be a value of a filter. Hint: for a missing value use "),
        (np.bool_(1), "a value of type numpy.bool has no text in a filter. Hint: convert it with "),
    ],
)
def test_scalars_of_numpy_and_pandas_have_a_hint(value: Any, message: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        F.a.eq(value)
    assert str(caught.value).startswith(message)


def test_all_public_functions_are_tried() -> None:
    functions = {
        name for name in epfilter.__all__ if name[0].islower() and callable(getattr(epfilter, name))
    }
    assert functions <= {*_ENTRIES}
    assert Configuration().settings == Settings()


def _call(entry: str, value: Any) -> None:
    try:
        result = _ENTRIES[entry](value)
        if isinstance(result, Iterator):
            for _ in result:
                pass
    except FilterError as error:
        str(error)
