"""Signs of filters: every file in which something is found has one, and few others do."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from epfilter import Filter, unparse
from epfilter.linter import Configuration, lint_content
from epfilter.linter.extractors import Endpoints, Extraction, extract_file, find_signs
from epfilter.linter.extractors.filter_text import OPERATOR_NAMES
from support.counted_work import count_lines
from support.filter_strategies import filters
from support.rows import for_each
from support.sizes import divide_examples

DATA = Path(__file__).parent / "data"
ROWS = [json.loads(line) for line in (DATA / "signs.jsonl").read_text("utf-8").splitlines()]

PARENTHESES = ("(", " (", "%28", "\\u0028", "\\x28")
HOSTS = [
    ("a.py", "r = get('/v2/orders', params={{'filter': {literal}}})"),
    ("a.py", "@query(filter={literal})\ndef f():\n    return 1"),
    ("a.py", "def f():\n    x = 1\n    return list(filter={literal})"),
    ("a.js", "const x = 1; get({{params: {{filter: {literal}}}}});"),
    ("a.ts", "class A {{ list() {{ if (x) {{ return this.get({{filter: {literal}}}); }} }} }}"),
    ("a.tsx", "const x = <Orders filter={{{literal}}} page={{1}} />;"),
    ("a.json", '{{"data": [1, {{"filter": {literal}}}]}}'),
    ("a.yaml", "data:\n  - filter: {literal}\n"),
    ("a.md", "# Orders\n\n```js\nget({{filter: {literal}}})\n```\n"),
    ("a.http", "GET https://x.example/v2/orders?filter={url}\n"),
    ("a.sh", "curl 'https://x.example/v2/orders?filter={url}'\n"),
]


@for_each("row", ROWS, ids=lambda row: row["text"][:60])
def test_signs(row: dict[str, object]) -> None:
    text = row["text"]
    assert isinstance(text, str)
    assert [text[:sign].count("\n") + 1 for sign in find_signs(text)] == row["lines"]


@pytest.mark.parametrize(("name", "host"), HOSTS, ids=lambda value: value[:24])
@divide_examples(4)
@given(filters)
def test_a_file_with_a_filter_has_a_sign(name: str, host: str, tree: Filter) -> None:
    filter_text = unparse(tree)
    text = host.format(literal=json.dumps(filter_text), url=quote(filter_text, safe="(),:|"))
    extraction = Extraction(Endpoints())
    extract_file(text, name, extraction)
    assume(not extraction.problems)  # YAML has no escapes for pairs of surrogates
    assert len(extraction.filters) == 1
    assert find_signs(text)


@for_each(
    "before",
    [
        *('"', "'", "`", "\n  ", "&quot;", "\\n", "%3A", "\\u003a", "%s", "}", ":", "|"),
        *('"(', "((", ":(", "%3A(", "\\n(", "|not("),
    ],
)
def test_every_operator_is_a_sign(before: str) -> None:
    for name in OPERATOR_NAMES:
        for spelled, parenthesis in product((name, name.upper()), PARENTHESES):
            text = f"a filter\nx{before}{spelled}{parenthesis}a,1)"
            assert len(find_signs(text)) == 1, text


@pytest.mark.parametrize(
    "text",
    [
        "def filter(): return x in (1, 2)",
        "{'filter': 1",
        "filter(function (x) { return x.text(); })",
        "# only a filter for coffee: use `contains` or text (see above)",
    ],
)
@for_each("name", ["a.py", "a.js", "a.json", "a.yaml", "a.md", "a.sh"])
def test_a_file_without_a_sign_is_not_parsed(name: str, text: str) -> None:
    report = lint_content(text, name, Configuration())
    assert (report.findings, report.filters) == ((), 0)


@given(st.text(st.sampled_from("eqinltx_(%28\\ufilter=:\"' \n")))
def test_signs_are_positions_in_the_text(text: str) -> None:
    signs = find_signs(text)
    assert signs == sorted({*signs})
    assert all(0 <= sign < len(text) for sign in signs)


def test_a_part_without_a_sign_is_not_visited() -> None:
    def work(count: int) -> int:
        other = "".join(
            f"def f{i}(a, b=[1, 'x']):\n    return g(a + b, {{1: 2}})\n" for i in range(count)
        )
        extraction = Extraction(Endpoints())
        lines = count_lines(
            lambda: extract_file(f"{other}filter = 'eq(a,1)'\n", "a.py", extraction)
        )
        assert len(extraction.filters) == 1
        return lines

    small, large = work(10), work(110)
    assert large - small < 100 * 20
