"""Fixes in all kinds of files: each filter is fixed as if alone, and nothing else changes.

Files are built around generated filters, in every encoding and with every end of line.
"""

from __future__ import annotations

import ast
import codecs
import json
import shlex
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from epfilter import parse, unparse
from epfilter.errors import FilterSyntaxError
from epfilter.linter import Configuration, Settings, fix
from epfilter.linter.extractors import FILE_KINDS, find_kind
from epfilter.linter.files import Change, Run, Target
from epfilter.linter.files.document import Document, DocumentError
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.rewriting import diff_texts, fix_filters, format_filters
from support.filter_strategies import any_text, filters
from support.meaning_samples import filter_texts
from support.sizes import divide_examples, slow_except

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter.linter.files import LintedFilter

EVERY = Settings(select=("EPF",), ignore=("EPF405",))  # which not all kinds of files have
FEWER = divide_examples(4, least=3)
"""Each example is extracted four times, for each of many kinds of files."""
LINTER = FileLinter(Configuration(settings=EVERY, uses_platform=True))


class Kind(NamedTuple):
    """A kind of file: the text around its filters, how it encodes one, and how it is parsed."""

    before: str
    between: str
    after: str
    write: Callable[[str], str]
    check: Callable[[str], object] | None = None


def write_python(text: str) -> str:
    return ascii(text)


def write_yaml(text: str) -> str:
    return json.dumps(text)


def write_url(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="(),:|*", errors="replace")


def escape_long(char: str) -> str:
    return f"\\U{ord(char):08x}"


def escape_braces(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"


def escape_utf16(char: str) -> str:
    return json.dumps(char)[1:-1]


def quote_with(escape: Callable[[str], str], letters: str = '\\"') -> Callable[[str], str]:
    """Return a function that writes a text in double quotes, in ASCII."""

    def write_char(char: str) -> str:
        if char in letters:
            return "\\" + char
        return char if " " <= char <= "~" else escape(char)

    return lambda text: '"' + "".join(map(write_char, text)) + '"'


def write_cell(text: str) -> str:
    return json.dumps(f"filter = {text!a}")


def write_attribute(text: str) -> str:
    plain = string.ascii_letters + string.digits + "_(),:|"
    return "\"'" + "".join(c if c in plain else escape_braces(c) for c in text) + "'\""


def write_setting(text: str) -> str:
    return '"' + "".join("\\" + c if c in '\\"$' else c for c in text) + '"'


KINDS: dict[str, Kind] = {
    "a.json": Kind('{"before": "é\\u00e9", "jobs": [{"filter": ', '},\n {"filter": ', '}], "π": 1 }\n', json.dumps, json.loads),
    "b.json": Kind('[{"filter":', '}, {"filter" :  ', "}]", lambda text: json.dumps(text, ensure_ascii=False), json.loads),
    "a.jsonl": Kind('{"filter": ', '}\n{"filter": ', "}\n", json.dumps),
    "a.yaml": Kind("# é\nbefore: [1,  2]\nall:\n- filter: ", "\n- filter:   ", "\nlast: 'x'   # end\n", write_yaml, yaml.safe_load),
    "a.py": Kind("# é\nx = 'é'\nsearch(filter=", ")\nsearch( filter = ", "  )  # end\n", write_python, ast.parse),
    "a.js": Kind("// é\nsearch({ filter: ", " });\nsearch({filter:", "}) // end\n", json.dumps),
    "a.ts": Kind("const a: string = 'é';\nsearch({ filter: ", " });\nsearch({filter:", "})\n", json.dumps),
    "a.http": Kind("# é\nGET https://x/v2/orders?filter=", "&page=1\nAccept: a/b\n\n###\nGET https://x/v2/orders?filter=", "\n", write_url),
    "a.tsx": Kind("const a: string = 'é';\nsearch({ filter: ", " });\nconst b = <A filter={", "} />;\n", json.dumps),
    "a.sh": Kind("# é\nepcc get orders filter ", " # é\nhttp x/y  filter==", "  | jq .\n", shlex.quote),
    "a.go": Kind('package é\nvar é = f(map[string]string{"filter": ', '})\nvar a = f("filter",  ', " )\n", quote_with(escape_long)),
    "a.php": Kind("<?php\n// é\nf(['filter' => ", "]);\nf( ['filter' =>  ", "] );\n", quote_with(escape_braces, '\\"$')),
    "a.rb": Kind("# é\nf(filter: ", ")\nf( filter:  ", " )\n", quote_with(escape_braces, '\\"#')),
    "a.java": Kind("class É {\n  String filter = ", ";\n  String  filter =  ", " ; // é\n}\n", quote_with(escape_utf16)),
    "a.kt": Kind("val é = f(filter = ", ")\nval a = f( filter =  ", " )\n", quote_with(escape_utf16, '\\"$')),
    "a.cs": Kind("class É {\n  string Filter = ", ";\n  string  Filter =  ", " ; // é\n}\n", quote_with(escape_long)),
    "a.swift": Kind("let é = 1\nf(filter: ", ")\nf( filter:  ", " )\n", quote_with(escape_braces)),
    "a.rs": Kind("fn é() {\n    let filter = ", ";\n    let  filter =  ", " ; // é\n}\n", quote_with(escape_braces)),
    "a.tf": Kind("# é\nfilter = ", "\nother {\n  filter =  ", " # é\n}\n", quote_with(escape_long)),
    "a.toml": Kind("# é\nfilter = ", "\n[b]\nfilter =   ", "  # é\n", quote_with(escape_long)),
    "a.md": Kind('# é\n\n```json\n[{"filter": ', '},\n {"filter": ', "}]\n```\n\nand *so* on\n", json.dumps),
    "a.ipynb": Kind('{"cells": [{"cell_type": "code", "source": ["%é\\n",\n  ', '\n]}, {"cell_type": "code", "source": [', ']}],  "é": 1 }\n', write_cell, json.loads),
    "a.vue": Kind("<template>\n<É :filter=", " />\n  <É é :filter=", "> é </É>\n</template>\n", write_attribute),
    "a.svelte": Kind("<script>\n// é\nsearch({ filter: ", " });\nsearch({filter:", "})\n</script>\n<p>é</p>\n", json.dumps),
    "a.bru": Kind('meta {\n  name: é\n}\n\nbody:json {\n  [{"filter": ', '},\n  {"filter" : ', "}]\n}\n", json.dumps),
    ".env.local": Kind("# é\nA_FILTER=", " # é\nB_FILTER = ", "\nÉ=é\n", write_setting),
}  # fmt: skip
"""Filters are ASCII in all but b.json and .env.local."""

DECLARED = {name for name in KINDS if find_kind(name).extractor.startswith("languages.")}  # type: ignore[union-attr] # a kind
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be")
ENDS = ("\n", "\r\n", "\r")
MARKS = {"utf-16-be": codecs.BOM_UTF16_BE}


names = pytest.mark.parametrize(
    "name",
    slow_except(KINDS, "a.json", "a.yaml", "a.py", "a.js", "a.sh", "a.md", "a.go", ".env.local"),
)


def test_every_extractor_is_tested() -> None:
    extractors = {find_kind(name).extractor for name in KINDS}  # type: ignore[union-attr] # a kind
    extractors.add("filter_lines:extract")  # `test_lines_stay_lines`
    assert extractors == {kind.extractor for kind in FILE_KINDS}


def decode_document(text: str, encoding: str, name: str) -> Document | None:
    """Return the text as a file in this encoding, or None where there is none."""
    try:
        content = MARKS.get(encoding, b"") + text.encode(encoding)
        return Document.decode(content, name)
    except (UnicodeEncodeError, DocumentError):
        return None


def build_file(kind: Kind, texts: list[str], end: str) -> str:
    around = [part.replace("\n", end) for part in (kind.before, kind.between, kind.after)]
    return around[0] + around[1].join(kind.write(text) for text in texts) + around[2]


def fix_alone(linted: LintedFilter) -> str:
    return fix(linted.text, linted.resource, settings=EVERY).text


def format_alone(text: str) -> str:
    try:
        return unparse(parse(text))
    except FilterSyntaxError:
        return text


def rewrite(name: str, document: Document, change: str) -> Document:
    path = Path(name)
    if change == "fix":
        return fix_filters(document, path, LINTER, unsafe=False)[0]
    return format_filters(document, path, LINTER)[0]


texts = st.lists(st.one_of(filter_texts(), filters.map(str), any_text), min_size=1, max_size=3)
plain = st.lists(filter_texts(), min_size=1, max_size=3)


@pytest.mark.parametrize("change", ["fix", "format"])
@names
@FEWER
@given(texts=texts, encoding=st.sampled_from(ENCODINGS), end=st.sampled_from(ENDS))
def test_each_filter_is_fixed_alone_and_nothing_else_changes(
    name: str, change: str, texts: list[str], encoding: str, end: str
) -> None:
    kind = KINDS[name]
    document = decode_document(build_file(kind, texts, end), encoding, name)
    if document is None:
        return
    before = LINTER.lint(document, Path(name)).filters
    new = rewrite(name, document, change)
    after = [extracted.value for extracted in LINTER.extract(new.text, Path(name)).filters]
    assert len(after) == len(before)
    done = place = 0
    for linted, new_value in zip(before, after, strict=True):
        old = linted.value
        # The text between this filter and the last is unchanged.
        assert new.text[place : new_value.bounds.start] == document.text[done : old.bounds.start]
        done, place = old.bounds.end, new_value.bounds.end
        if old.placeholders:
            continue
        wanted = fix_alone(linted) if change == "fix" else format_alone(old.text)
        assert new_value.text in {wanted, old.text}
    assert new.text[place:] == document.text[done:]
    written_bytes = new.encode(new.text)
    assert written_bytes[: len(document.byte_order_mark)] == document.byte_order_mark
    if kind.check is not None:
        kind.check(new.text)
    assert rewrite(name, new, change).text == new.text


@names
@FEWER
@given(texts=plain)
def test_filters_are_fixed_in_any_kind_of_file(name: str, texts: list[str]) -> None:
    document = Document(build_file(KINDS[name], texts, "\n"))
    if name in {"a.http", ".env.local"} and any("\n" in text for text in texts):
        return
    if name == "a.sh" and any("'" in text for text in texts):
        return  # an edit across several quotes is refused
    # EPF405 does not apply to all kinds of files.
    chosen = Settings(ignore=("EPF405",))
    linter = FileLinter(Configuration(settings=chosen, uses_platform=True))
    result = linter.lint(document, Path(name))
    assert [linted.text for linted in result.filters] == texts
    new, _ = fix_filters(document, Path(name), linter, unsafe=False)
    resource = result.filters[0].resource
    assert [extracted.value.text for extracted in linter.extract(new.text, Path(name)).filters] == [
        fix(text, resource, settings=chosen).text for text in texts
    ]


LINE = st.one_of(filter_texts(), filters.map(str), any_text).map(
    lambda text: "".join(text.split("\n")).replace("\r", "")
)


@pytest.mark.parametrize("change", ["fix", "format"])
@FEWER
@given(
    lines=st.lists(LINE, max_size=4), end=st.sampled_from(ENDS), encoding=st.sampled_from(ENCODINGS)
)
def test_lines_stay_lines(change: str, lines: list[str], end: str, encoding: str) -> None:
    content = "# é\n".replace("\n", end) + end.join(f"  {line}\t # why" for line in lines) + end
    document = decode_document(content, encoding, "a.filter")
    if document is None:
        return
    new = rewrite("a.filter", document, change)
    old_lines, new_lines = document.text.split(end), new.text.split(end)
    assert len(old_lines) == len(new_lines)
    assert old_lines[0] == new_lines[0]


@FEWER
@given(texts=texts, cut=st.integers(0, 60))
@names
def test_fixes_never_damage_a_file_further(name: str, texts: list[str], cut: int) -> None:
    content = build_file(KINDS[name], texts, "\n")
    document = Document(content[: max(0, len(content) - cut)])
    new = rewrite(name, document, "fix")
    old_read = LINTER.extract(document.text, Path(name))
    new_read = LINTER.extract(new.text, Path(name))
    assert len(new_read.problems) == len(old_read.problems)
    assert len(new_read.filters) == len(old_read.filters)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "koi8-r"])
def test_python_files_keep_their_declared_encoding(encoding: str, tmp_path: Path) -> None:
    text = f"# coding: {encoding}\r\nx = 'я' if 0 else '©'\r\nsearch(filter='gte(a,1)')\r\n"
    content = text.encode(encoding, "ignore")
    path = tmp_path / "a.py"
    path.write_bytes(content)
    run = Run(Configuration(root=tmp_path, uses_platform=True), Change.FIX)
    (report,) = run.lint_targets([Target(path, "a.py")])
    assert (report.fixed, report.findings) == (1, ())
    assert path.read_bytes() == content.replace(b"gte", b"ge")


def test_a_file_that_would_be_encoded_differently_is_not_written(tmp_path: Path) -> None:
    content = b"# coding: utf-7\nx = '+AEE-'\nsearch(filter='gte(a,1)')\n"
    path = tmp_path / "a.py"
    path.write_bytes(content)
    (report,) = Run(Configuration(root=tmp_path, uses_platform=True), Change.FIX).lint_targets(
        [Target(path, "a.py")]
    )
    assert [finding.diagnostic.code for finding in report.findings] == ["EPF702"]
    assert path.read_bytes() == content
    (report,) = Run(Configuration(root=tmp_path, uses_platform=True)).lint_targets(
        [Target(path, "a.py")]
    )
    assert [finding.diagnostic.code for finding in report.findings] == ["EPF108"]


@pytest.mark.parametrize("name", ["a.json", "a.filter"])
def test_a_file_without_fixes_is_not_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_text('{"filter": "eq(a,1)"}' if name == "a.json" else "eq(a,1)\n", encoding="utf-8")

    def rewrite(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("epfilter.linter.files.runner.rewrite_file", rewrite)
    for change in (Change.FIX, Change.FIX_UNSAFE, Change.FORMAT):
        (report,) = Run(Configuration(root=tmp_path), change).lint_targets([Target(path, name)])
        assert report.fixed == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\nb\n", "a\nc\n", "--- n\n+++ n\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
        (
            "a",
            "b",
            "--- n\n+++ n\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
        ),
        ("a\r\nb\r\n", "a\r\nc\r\n", "--- n\n+++ n\n@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"),
        (
            "a\x0c\u2028\rb\n",
            "a\x0c\u2028\rc\n",
            "--- n\n+++ n\n@@ -1 +1 @@\n-a\x0c\u2028\rb\n+a\x0c\u2028\rc\n",
        ),
        ("a\n", "a\n", ""),
    ],
)
def test_a_diff_is_valid_for_patch(old: str, new: str, expected: str) -> None:
    assert diff_texts(old, new, "n") == expected


def test_a_file_name_in_a_diff_stays_on_its_line() -> None:
    assert diff_texts("a\n", "b\n", "x\n--- y\x1b").startswith("--- x\\n--- y\\u001b\n")
