"""Queries for Elasticsearch on a server: they select what the predicate selects."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from epfilter import Filter
from epfilter.errors import UnsupportedFilterError
from epfilter.targets import to_elasticsearch, to_predicate
from epfilter.values import from_text_or_none
from support.differences import shows
from support.one_meaning import (
    DOCUMENT,
    Row,
    agree,
    documents,
    rows,
    some_filters,
    some_nested_filters,
)
from support.rows import for_each
from support.search_servers import RefusedQueryError, SearchIndex

fewer = settings(max_examples=min(settings().max_examples // 2, 100))

DATA = Path(__file__).parent / "data"
CASES = [
    json.loads(line)
    for line in (DATA / "elasticsearch_fields.jsonl").read_text("utf-8").splitlines()
]


def _to_row(value: Any, field: dict[str, Any]) -> dict[str, Any]:
    """Return a row with a point in time where the mapping has one."""
    if field["type"] in ("date", "date_nanos"):
        milliseconds = value * 1000 if field.get("format") == "epoch_second" else value
        value = from_text_or_none(str(milliseconds), datetime)
    return {"a": value}


@pytest.mark.slow
@for_each("case", CASES, ids=lambda case: f"{case['type']['type']}:{case['filter']}")
def test_a_field_selects_what_the_predicate_selects(
    case: dict[str, Any], search_index: SearchIndex
) -> None:
    mapping = {"properties": {"a": case["type"]}}
    matching = to_predicate(case["filter"])
    rows = [_to_row(value, case["type"]) for value in case["values"]]
    selected = [place for place, row in enumerate(rows) if matching(row)]
    assert selected == case["found"]
    search_index.store(mapping, [{"a": value} for value in case["values"]])
    assert search_index.find(to_elasticsearch(case["filter"], mapping=mapping)) == case["found"]
    try:
        found: list[int] | str = search_index.find(to_elasticsearch(case["filter"]))
    except UnsupportedFilterError:
        found = "refused"
    except RefusedQueryError:
        found = "error"
    assert found == case.get("without_mapping", case["found"])


FLAT = {
    "properties": {
        "id": {"type": "long"},
        "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
        "total": {"type": "long"},
        "price": {"type": "scaled_float", "scaling_factor": 100},
        "paid": {"type": "boolean"},
        "created_at": {"type": "date"},
        "day": {"type": "date", "format": "yyyy-MM-dd"},
    }
}


def _is_exact(row: Row) -> bool:
    """Return whether the server compares the row: it takes integers in a range for doubles."""
    return bool(abs(row["total"] or 0) <= 2**53)


def _number_rows(made: list[Row]) -> list[Row]:
    return [row | {"id": place} for place, row in enumerate(filter(_is_exact, made))]


EXACT_ROWS = rows.map(_number_rows)


def _to_document(row: Row) -> dict[str, Any]:
    document = {name: value for name, value in row.items() if value is not None}
    if "price" in document:
        document["price"] = float(document["price"])
    if "created_at" in document:
        document["created_at"] = document["created_at"].astimezone(UTC).isoformat()
    if "day" in document:
        document["day"] = document["day"].isoformat()
    return document


@fewer
@given(made=EXACT_ROWS, fs=some_filters)
def test_fields_of_one_type(search_index: SearchIndex, made: list[Row], fs: list[Filter]) -> None:
    search_index.store(FLAT, [_to_document(row) for row in made])
    agree(
        "OpenSearch",
        lambda f: set(search_index.find(to_elasticsearch(f, mapping=FLAT))),
        made,
        fs,
    )


EXACT = {"properties": FLAT["properties"] | {"name": {"type": "keyword"}, "day": {"type": "date"}}}


@fewer
@given(made=EXACT_ROWS, fs=some_filters)
def test_without_a_mapping_no_query_finds_other_rows(
    search_index: SearchIndex, made: list[Row], fs: list[Filter]
) -> None:
    search_index.store(EXACT, [_to_document(row) for row in made])

    def select(f: Filter) -> set[int]:
        try:
            return set(search_index.find(to_elasticsearch(f)))
        except RefusedQueryError:
            raise UnsupportedFilterError("eq", "a", "OpenSearch", "an error of its own") from None

    agree("OpenSearch", select, made, fs)


NESTED = {
    "properties": {
        "id": {"type": "long"},
        "contact": {
            "properties": {
                "email": {"type": "keyword"},
                "age": {"type": "long"},
                "address": {"properties": {"zip": {"type": "keyword"}}},
            }
        },
        "items": {
            "type": "nested",
            "properties": {
                "sku": {"type": "keyword"},
                "n": {"type": "long"},
                "of": {"properties": {"id": {"type": "keyword"}}},
            },
        },
        "tags": {"type": "keyword"},
        "sizes": {"type": "long"},
    }
}


def _without_empty(value: Any) -> Any:
    """Return a document without empty lists and objects, which are missing in an index."""
    if isinstance(value, dict):
        members = {name: _without_empty(each) for name, each in value.items()}
        return {name: each for name, each in members.items() if each is not None} or None
    if isinstance(value, list):
        elements = [
            _without_empty(each) or {} if isinstance(each, dict) else each for each in value
        ]
        return [each for each in elements if each is not None] or None
    return value


@fewer
@given(made=documents(DOCUMENT), fs=some_nested_filters)
def test_objects_and_lists(search_index: SearchIndex, made: list[Row], fs: list[Filter]) -> None:
    stored = [_without_empty(row) for row in made]
    search_index.store(NESTED, stored)
    agree(
        "OpenSearch",
        lambda f: set(search_index.find(to_elasticsearch(f, mapping=NESTED))),
        stored,
        fs,
    )


@shows(
    "Elasticsearch: An empty list or object and a list of nulls are null.",
    "Elasticsearch: A date has milliseconds, `long` cuts decimal places, and `scaled_float` rounds.",
    "Elasticsearch: A text longer than `ignore_above` is missing.",
)
@for_each(
    ("text", "field", "values", "found"),
    [
        ("is_null(a)", {"type": "keyword"}, [[], [None], None, "x"], [0, 1, 2]),
        (
            "is_null(a)",
            {"properties": {"b": {"type": "long"}}},
            [{}, {"b": None}, {"b": 5}],
            [0, 1],
        ),
        ("is_null(a)", {"type": "nested", "properties": {}}, [[], [{}], None], [0, 2]),
        ("like(a,a*)", {"type": "keyword", "ignore_above": 3}, ["abc", "abcd"], [0]),
        ("is_null(a)", {"type": "keyword", "ignore_above": 3}, ["abc", "abcd"], [1]),
        ("eq(a,5)", {"type": "long"}, [5, 5.9], [0, 1]),
        ("eq(a,1.13)", {"type": "scaled_float", "scaling_factor": 100}, [1.13, 1.129], [0, 1]),
        ("eq(a,2018-09-01)", {"type": "date"}, ["2018-09-01T00:00:00.000999Z"], [0]),
    ],
)
def test_what_differs(
    search_index: SearchIndex, text: str, field: dict[str, Any], values: list[Any], found: list[int]
) -> None:
    mapping = {"properties": {"a": field}}
    search_index.store(mapping, [{"a": value} for value in values])
    assert search_index.find(to_elasticsearch(text, mapping=mapping)) == found


@shows(
    "Elasticsearch without `mapping`: The field rounds a number of the filter, distinguishes -0 from 0, and compares words if it is a text field.",
    "Elasticsearch without `mapping`: A value that the field cannot read is an error of Elasticsearch.",
)
@for_each(
    ("text", "field", "values", "found"),
    [
        ("eq(a,0.10000000149011612)", {"type": "float"}, [0.1], [0]),
        ("eq(a,9007199254740993)", {"type": "double"}, [2.0**53], [0]),
        ("eq(a,1.126)", {"type": "scaled_float", "scaling_factor": 100}, [1.13], [0]),
        ("eq(a,0)", {"type": "double"}, [0.0, -0.0], [0]),
        ("eq(a,red)", {"type": "text"}, ["red dress", "red", "reds"], [0, 1]),
        ("eq(a,x)", {"type": "long"}, [5], None),
    ],
)
def test_what_differs_without_the_mapping(
    search_index: SearchIndex,
    text: str,
    field: dict[str, Any],
    values: list[Any],
    found: list[int] | None,
) -> None:
    search_index.store({"properties": {"a": field}}, [{"a": value} for value in values])
    if found is None:
        with pytest.raises(RefusedQueryError):
            search_index.find(to_elasticsearch(text))
    else:
        assert search_index.find(to_elasticsearch(text)) == found
