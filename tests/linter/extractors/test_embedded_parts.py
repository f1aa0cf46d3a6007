"""Properties of files with parts in another language: notebooks, components, settings, requests."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter.extractors import find_kind
from epfilter.linter.extractors.filter_text import ends_early
from epfilter.printer import unparse
from support.counted_work import count_lines
from support.extracted_values import extract_text, extract_value, mark_text
from support.filter_strategies import filters, pieces
from support.sizes import divide_examples


def write_javascript(text: str, never: str) -> str:
    return "".join(
        f"\\u{{{ord(char):x}}}" if char in never + "\\" or not char.isprintable() else char
        for char in text
    )


def write_notebook(text: str) -> str:
    lines = [
        "# epfilter é\n",
        "%time\n",
        "if 1:\n",
        "    !ls é\n",
        f"    filter = {text!r}\n",
        "x = 1",
    ]
    cells = [{"cell_type": "markdown", "source": "é"}, {"cell_type": "code", "source": lines}]
    return json.dumps({"cells": cells, "metadata": {}}, ensure_ascii=len(text) % 2 == 0, indent=1)


def write_env(text: str) -> str:
    written = "".join("\\" + char if char in '\\"$' else char for char in text)
    return f'É=é # epfilter\nA_FILTER="{written}" # é\n'


def write_vue(text: str) -> str:
    written = write_javascript(text, "\"'&<>{}")
    return f"<template>\n <É :filter=\"'{written}'\" />\n</template>\n"


def write_svelte(text: str) -> str:
    written = write_javascript(text, '"{}<>`')
    return f'<É filter={{"{written}"}} é />\n'


def write_bruno(text: str) -> str:
    assume(text.isprintable() and text == text.strip())
    return (
        f"get {{\n  url: https://é.example\n}}\n\nparams:query {{\n  filter: {text}\n  é: 1\n}}\n"
    )


WRITERS: dict[str, Callable[[str], str]] = {
    "a.ipynb": write_notebook,
    ".env.local": write_env,
    "a.vue": write_vue,
    "a.svelte": write_svelte,
    "a.bru": write_bruno,
}
names = pytest.mark.parametrize("name", WRITERS)


values = st.builds(
    lambda filter_, more: "eq(a,1):" + filter_ + more,
    filters.map(unparse),
    pieces.map(lambda text: text.encode(errors="ignore").decode()),
).filter(
    lambda text: (
        not {"\0", "\r"} & {*text}
        and "filter=" not in text
        and not ends_early(text)
        and mark_text(text) == text
    )
)


@names
@divide_examples(3)
@given(values)
def test_a_filter_is_read_and_mapped(name: str, text: str) -> None:
    file = WRITERS[name](text)
    value = extract_value(file, name)
    assert value.text == text
    for i, char in enumerate(text):
        start, end = value.map_span(Span(i, i + 1))
        written = file[start:end]
        assert written == char or written[0] == "\\"


@names
@divide_examples(3)
@given(values, st.data())
def test_an_edit_changes_the_filter_as_intended(name: str, text: str, data: st.DataObject) -> None:
    file = WRITERS[name](text)
    value = extract_value(file, name)
    start = data.draw(st.integers(8, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    special = ("", "x", '"', "ge", "'", "{", "}", "\\", "$", "`", "#", "é", "\n", "<", "&", "&amp;")
    new = data.draw(st.one_of(st.sampled_from(special), pieces))
    new = new.encode(errors="ignore").decode().replace("\0", "")
    edit = Edit(Span(start, end), new)
    there = value.map_edit(edit)
    expected = apply_edits(text, [edit])
    if there is not None and "filter=" not in expected and not ends_early(expected):
        changed = extract_value(apply_edits(file, [there]), name)
        assert changed.text == mark_text(expected.strip() if name == "a.bru" else expected)


@pytest.mark.parametrize(
    "name", [".env", ".env.local", ".ENV.production", "shop.env", ".env.js.bak"]
)
def test_settings_may_have_an_ending_of_their_own(name: str) -> None:
    kind = find_kind(name)
    assert kind is not None
    assert kind.endings == (".env",)


@pytest.mark.parametrize("name", [".envrc", "env", ".environment", "a.env.x"])
def test_other_names_are_not_settings(name: str) -> None:
    assert find_kind(name) is None


HOSTILE = (
    *("<script>", "</script>", "<template>", "<A ", ":filter=", "filter=", '"', "'", "{", "}", "{{"),
    *("}}", "{#if x}", "{:else}", "{/if}", "<!--", "-->", "/>", ">", "&quot;", "@click=", "lang=ts"),
    *("get {\n", "params:query {\n", "body:json {\n", "\n}\n", "url: ", "filter: ", "~", "script {\n"),
    *("FILTER=", "export ", "#", "\\", "\n", "\r\n", "eq(a,1)", "/v2/orders?filter=eq(a,1)", "é", "\0"),
    *('{"cells": [', '{"cell_type": "code", "source": ["', '"]}', "]}", "%%bash", "!ls", "%x", "\ud800"),
)  # fmt: skip


@names
@divide_examples(3)
@given(st.lists(st.sampled_from(HOSTILE), max_size=20).map("".join))
def test_no_text_raises_an_error(name: str, text: str) -> None:
    extraction = extract_text(text, name)
    for value, *_ in extraction.filters:
        assert len(value.text) == len(value.starts) == len(value.ends)
        assert 0 <= value.bounds.start <= value.bounds.end <= len(text)
        value.map_edit(Edit(Span(0, len(value.text)), "x"))
    for span, *_ in extraction.problems:
        assert 0 <= span.start <= span.end <= len(text)


LINES = ["%time\n", "filter = 'eq(a,1)'"]
CELL = {"cell_type": "code", "source": LINES}
REPEATED: dict[str, Callable[[int], str]] = {
    "a.ipynb": lambda times: json.dumps({"cells": [CELL] * times}),
    "b.ipynb": lambda times: json.dumps({"cells": [CELL | {"source": LINES * times}]}),
    ".env": lambda times: 'A_FILTER="eq(a,1)" # x\n' * times,
    "b.env": lambda times: "A_FILTER=eq(a,1) " * times,
    "a.vue": lambda times: "<A :filter=\"'eq(a,1)'\">{{ f('?filter=eq(a,1)') }}" * times,
    "a.svelte": lambda times: "<A filter={'eq(a,1)'}>{f('?filter=eq(a,1)')}" * times,
    "a.bru": lambda times: "get {\n url: /v2/orders?filter=eq(a,1)\n}\n" * times,
    "b.bru": lambda times: "get {\n url: /v2/orders?filter=eq(a,1)\n" * times,
}


@pytest.mark.parametrize("name", REPEATED)
def test_work_is_linear_in_the_size(name: str) -> None:
    def count_extraction(times: int) -> int:
        return count_lines(lambda: extract_text(REPEATED[name](times), name))

    count_extraction(1)  # imports and compiled patterns are not counted
    assert count_extraction(80) < 2.3 * count_extraction(40)
