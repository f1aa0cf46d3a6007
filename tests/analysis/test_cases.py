"""Relations and rewriting of single filters; the cases are rows of the data files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epfilter import F, parse, parse_located
from epfilter.analysis import disjoint, equivalent, implies, never_matches, normalize, simplify
from epfilter.errors import FilterValueError
from support.rows import for_each

DATA = Path(__file__).parent / "data"


def read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


@for_each("row", read_rows("relations.jsonl"), ids=lambda row: f"{row['a']} {row['b']}")
def test_relations(row: dict[str, Any]) -> None:
    pair = row["a"], row["b"]
    for question in (implies, disjoint, equivalent):
        assert question(*pair, row.get("resource")) is row[question.__name__], question.__name__
    assert disjoint(row["b"], row["a"], row.get("resource")) is row["disjoint"]


@for_each("row", read_rows("rewriting.jsonl"), ids=lambda row: row["filter"])
def test_rewriting(row: dict[str, Any]) -> None:
    resource = row.get("resource")
    assert str(simplify(row["filter"], resource)) == row["simplified"]
    assert str(normalize(row["filter"], resource)) == row["normalized"]
    assert normalize(row["normalized"], resource) == parse(row["normalized"])
    assert simplify(row["simplified"], resource) == parse(row["simplified"])


def test_a_filter_is_a_text_a_node_or_a_located_tree() -> None:
    text = "is_null(a):eq(a,1)"
    assert never_matches(text) is never_matches(parse(text)) is True
    assert never_matches(parse_located(text)) is True
    with pytest.raises(FilterValueError, match="has errors"):
        never_matches(parse_located("eq(a"))


def test_normal_forms_compare_and_hash_alike() -> None:
    a, b = F.a.eq(1), F.b.in_("x", "y")
    assert normalize(a & b) == normalize(b & a)
    assert len({normalize(a & b), normalize(b & a & b)}) == 1
