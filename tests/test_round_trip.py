"""What must hold for every filter and every text."""

from __future__ import annotations

import copy
import pickle
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from epfilter import (
    F,
    Filter,
    FilterSyntaxError,
    Span,
    from_query,
    parse,
    parse_located,
    pretty,
    to_query,
    unparse,
)
from epfilter.ast import Comparison, Node
from epfilter.located import Located
from support import filter_strategies as some
from support.rows import for_each

node_adapter: TypeAdapter[Filter] = TypeAdapter(Node)


class Holder(BaseModel):
    filter: Filter


@given(some.filters)
def test_printed_text_reads_back(f: Filter) -> None:
    assert parse(unparse(f)) == f
    assert parse(unparse(f, quotes="always")) == f
    assert parse(str(f)) == f


@given(some.filters, st.integers(0, 8), st.integers(0, 40), st.sampled_from(["minimal", "always"]))
def test_pretty_reads_back(f: Filter, indent: int, width: int, quotes: str) -> None:
    text = pretty(f, indent=indent, width=width, quotes=quotes)  # type: ignore[arg-type] # sampled
    assert parse(text) == f


@given(some.filters)
def test_canonical_text_is_a_fixed_point(f: Filter) -> None:
    for text in (unparse(f, quotes="always"), pretty(f)):
        assert unparse(parse(text)) == unparse(f)


@given(some.filters)
def test_json_reads_back(f: Filter) -> None:
    assert isinstance(f, BaseModel)
    assert node_adapter.validate_json(f.model_dump_json()) == f
    assert node_adapter.validate_python(f.model_dump(mode="json")) == f
    assert Holder.model_validate({"filter": f.model_dump(mode="json")}).filter == f
    held = Holder(filter=f).model_dump_json()
    assert Holder.model_validate_json(held).filter == f


@given(some.filters)
def test_equal_filters_are_one_key(f: Filter) -> None:
    again = parse(unparse(f))
    assert hash(again) == hash(f)
    assert len({f, again}) == 1
    assert pickle.loads(pickle.dumps(f)) == f  # noqa: S301 - what was pickled here
    assert copy.copy(f) is f
    assert copy.deepcopy(f) is f


@given(some.filters)
def test_a_query_string_reads_back(f: Filter) -> None:
    assert from_query(to_query(f)) == f
    assert from_query(urlencode({"filter": str(f)}).removeprefix("filter=")) == f


@given(some.names, some.texts)
def test_a_built_value_stays_one_operand(name: str, value: str) -> None:
    built = F[name].eq(value)
    assert built == Comparison(op="eq", field=name, value=value)
    assert parse(str(built)) == built


@for_each("value", some.HOSTILE)
@pytest.mark.parametrize(
    "method", ["eq", "gt", "ge", "lt", "le", "like", "ilike", "contains", "text"]
)
def test_a_hostile_value_stays_one_operand(method: str, value: str) -> None:
    built = getattr(F.name, method)(value)
    assert built == Comparison(op=method, field="name", value=value)  # type: ignore[arg-type] # sampled
    assert parse(unparse(built)) == built
    assert parse(unparse(built, quotes="always")) == built


def read(text: str) -> Filter | FilterSyntaxError:
    try:
        return parse(text)
    except FilterSyntaxError as error:
        return error


@given(some.any_text)
def test_every_text_is_parsed_or_explained(text: str) -> None:
    result = read(text)
    if isinstance(result, Filter):
        assert parse(unparse(result)) == result
        return
    spans = [diagnostic.span for diagnostic in result.diagnostics]
    assert spans
    assert spans == sorted(spans)
    for diagnostic in result.diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        assert diagnostic.code != "EPF100"
        assert diagnostic.draw(text)
    assert str(result)


@given(some.any_text)
def test_recovery_agrees_with_the_grammar(text: str) -> None:
    located, result = parse_located(text), read(text)
    if isinstance(result, Filter):
        assert located.diagnostics == ()
        assert located.node == result
    else:
        assert located.diagnostics == result.diagnostics
        assert located.node is None


@given(some.any_text)
@example("eq(eq( ")
@example("(eq(a,b\t")
@example("eq(a,b):(in(a,b, c \n")
def test_every_span_is_correct(text: str) -> None:
    waiting: list[tuple[Located, Span]] = [(parse_located(text), Span(0, len(text)))]
    while waiting:
        part, around = waiting.pop()
        assert around.start <= part.span.start <= part.span.end <= around.end
        if part.node is not None:
            assert parse(text[slice(*part.span)]) == part.node
        if part.op_span:
            assert part.span.start <= part.op_span.start < part.op_span.end
        for operand in part.operands:
            assert text[slice(*operand.span)] == operand.raw
            assert part.span.start < operand.span.start <= operand.span.end <= part.span.end
        waiting.extend((child, part.span) for child in part.children)


@given(some.any_text)
def test_a_safe_fix_of_the_only_error_leads_to_a_filter(text: str) -> None:
    diagnostics = parse_located(text).diagnostics
    if len(diagnostics) == 1 and diagnostics[0].fix and diagnostics[0].fix.safe:
        parse(diagnostics[0].fix.apply(text))
