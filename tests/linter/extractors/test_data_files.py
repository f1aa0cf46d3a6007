"""Properties of data files: filters are decoded, mapped to positions, and edited."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from epfilter.errors import Edit, Span, apply_edits
from epfilter.linter import Configuration, Settings, lint_content
from epfilter.linter.extractors import (
    FILE_KINDS,
    NO_CONTEXT,
    Endpoints,
    ExtractedFilter,
    Extraction,
    MappedText,
    NeedsExtraError,
    RequestContext,
    extract_file,
    find_kind,
    markdown,
    yaml_files,
)
from epfilter.linter.extractors.mapped_text import mark_placeholders
from epfilter.linter.extractors.yaml_scalars import LOADER
from epfilter.printer import pretty, unparse
from epfilter.resources import resource_info
from support.counted_work import count_lines
from support.filter_strategies import any_text, filters, pieces, texts
from support.rows import for_each
from support.sizes import divide_examples, slow_except

_PROGRAMS = {".sh", ".py", ".js", ".ts", ".tsx"}
"""The first endings of kinds with a property test in `test_program_files.py`."""

ENDS = tuple(kind.endings[0] for kind in FILE_KINDS if kind.endings[0] not in _PROGRAMS)

DECLARED = {kind.endings[0] for kind in FILE_KINDS if kind.extra == "lint-all"}
"""Files of languages whose parsers take long for hostile texts."""


class AcceptingExtraction(Extraction):
    """An extraction that accepts every candidate."""

    def add_candidate(
        self,
        value: MappedText,
        context: RequestContext = NO_CONTEXT,
        built_with: str = "",
        *,
        is_cut: bool = False,
        is_part: bool = False,
    ) -> None:
        assert not built_with
        assert not is_cut
        assert not is_part
        resources = self.endpoints.find_listings(context).resources
        self.filters.append(ExtractedFilter(mark_placeholders(value), resources))


def extract_value(text: str, suffix: str) -> MappedText:
    """Return the only candidate of a text."""
    extraction = AcceptingExtraction(Endpoints())
    extract_file(text, f"x{suffix}", extraction)
    assert not extraction.problems
    ((value, *_),) = extraction.filters
    return value


def mark_text(text: str) -> str:
    return mark_placeholders(MappedText.of_file(text)).text


written = st.one_of(
    filters.map(unparse), filters.map(pretty), texts, pieces.filter(str.isprintable)
)


@st.composite
def json_documents(draw: st.DrawFn, values: st.SearchStrategy[str] = written) -> tuple[str, str]:
    value = draw(values)
    data: object = {draw(texts): 1, "filter": value}
    for _ in range(draw(st.integers(0, 2))):
        data = draw(st.sampled_from([[data, "𝕏"], {"é𝕏": data}]))
    indent = draw(st.sampled_from([None, 2]))
    return json.dumps(data, ensure_ascii=draw(st.booleans()), indent=indent), value


@st.composite
def yaml_documents(draw: st.DrawFn) -> tuple[str, str, str]:
    value, style = draw(written), draw(st.sampled_from([None, "'", '"', "|", ">"]))
    data: object = {"é𝕏": 1, "filter": value, "next": "x"}
    for _ in range(draw(st.integers(0, 2))):
        data = draw(st.sampled_from([[data, "𝕏"], {"é𝕏": data}]))
    text = yaml.safe_dump(
        data,
        default_style=style,
        allow_unicode=draw(st.booleans()),
        width=draw(st.sampled_from([8, 40, 1000])),
        default_flow_style=draw(st.sampled_from([None, True, False])),
        line_break=draw(st.sampled_from(["\n", "\r\n"])),
    )
    assume(yaml.safe_load(text) == data)  # PyYAML does not write every text as it reads it
    events = [event for event in yaml.parse(text) if isinstance(event, yaml.ScalarEvent)]
    at = next(i for i, event in enumerate(events) if event.value == "filter") + 1
    return text, value, events[at].style or ""


def list_ranges(value: MappedText) -> list[tuple[str, Span]]:
    """Return the ranges of the file, each with the text that it encodes."""
    ranges: list[tuple[str, Span]] = []
    for i, char in enumerate(value.text):
        span = Span(value.starts[i], value.ends[i])
        if ranges and ranges[-1][1] == span:
            ranges[-1] = (ranges[-1][0] + char, span)
        elif i not in value.placeholders:
            ranges.append((char, span))
    return ranges


def check_edit(text: str, suffix: str, value: MappedText, edit: Edit) -> bool:
    """Return whether the edit is possible; if so, check that the edited file contains it."""
    there = value.map_edit(edit)
    if there is None:
        return False
    (start, end), new = edit
    meant = value.text[:start] + new + value.text[end:]
    after = extract_value(apply_edits(text, [there]), suffix)
    assert after.text == mark_text(meant)
    return True


@st.composite
def edits(draw: st.DrawFn, value: MappedText) -> Edit:
    start = draw(st.integers(0, len(value.text)))
    end = draw(st.integers(start, min(len(value.text), start + 4)))
    new = draw(st.one_of(texts, st.sampled_from((")", ":", ",", " ", "", "#", "and", '"x"', "-"))))
    return Edit(Span(start, end), new)


@given(json_documents())
def test_json_is_decoded(file: tuple[str, str]) -> None:
    text, value = file
    assert extract_value(text, ".json").text == mark_text(value)


@given(json_documents())
def test_each_position_in_json_encodes_its_character(file: tuple[str, str]) -> None:
    text, _ = file
    for meant, (start, end) in list_ranges(extract_value(text, ".json")):
        assert json.loads(f'"{text[start:end]}"') == meant


@given(st.data(), json_documents())
def test_json_can_be_edited_anywhere(data: st.DataObject, file: tuple[str, str]) -> None:
    text, original = file
    assume("\ufffc" not in mark_text(original))
    value = extract_value(text, ".json")
    assert check_edit(text, ".json", value, data.draw(edits(value)))


@given(st.data(), filters.map(unparse), st.booleans(), st.sampled_from([quote, quote_plus]))
def test_a_url_in_json(data: st.DataObject, value: str, ascii_only: bool, encode: object) -> None:  # noqa: FBT001 - hypothesis draws it
    encoded = quote(value, safe="") if encode is quote else quote_plus(value, safe="")
    url = f"https://x.example/v2/orders?page[limit]=5&filter={encoded}&sort=é"
    text = json.dumps(["é", {"next": url}], ensure_ascii=ascii_only)
    extraction = Extraction(Endpoints())
    extract_file(text, "x.json", extraction)
    ((extracted, (resource,), *_),) = extraction.filters
    assert extracted.text == mark_text(value)
    assert resource_info(resource).name == "orders"
    if not extracted.placeholders:
        edit = data.draw(edits(extracted))
        has_line_break = "\n" in edit.text or "\r" in edit.text  # never written into a URL
        assert check_edit(text, ".json", extracted, edit) or has_line_break


@given(filters.map(unparse))
def test_a_url_with_unencoded_punctuation(value: str) -> None:
    """JavaScript's `encodeURI` does not encode it."""
    text = json.dumps({"next": f"/v2/orders?filter={quote(value, safe='(),:|*~')}&sort=name"})
    assert extract_value(text, ".json").text == mark_text(value)


@given(yaml_documents())
def test_yaml_is_decoded(file: tuple[str, str, str]) -> None:
    text, value, _ = file
    assert extract_value(text, ".yaml").text == mark_text(value)


@given(yaml_documents())
def test_each_position_in_yaml_encodes_its_character(file: tuple[str, str, str]) -> None:
    text, _, style = file
    assume(not {"\u2028", "\u2029"} & {*text})  # only YAML treats these as line breaks
    for meant, (start, end) in list_ranges(extract_value(text, ".yaml")):
        here = text[start:end]
        if here == meant:
            continue
        if style in ("'", '"'):
            assert yaml.safe_load(style + here + style) == meant
        else:
            assert not here.strip()
            assert not meant.strip()


@given(st.data(), yaml_documents())
def test_edited_yaml_is_parsed_as_intended(data: st.DataObject, file: tuple[str, str, str]) -> None:
    text, original, style = file
    assume("\ufffc" not in mark_text(original))
    value = extract_value(text, ".yaml")
    is_possible = check_edit(text, ".yaml", value, data.draw(edits(value)))
    one_line = not any(
        end - start > 1 and meant == " " for meant, (start, end) in list_ranges(value)
    )
    assert is_possible or style != '"' or not one_line or "\\\n" in text or "\\\r" in text


@for_each(
    ("text", "edit", "after"),
    [
        ("filter: eq(a,1)", Edit(Span(7, 7), ":gt(b,2)"), "filter: eq(a,1):gt(b,2)"),
        ("filter: eq(a,1)", Edit(Span(7, 7), ": x"), None),
        ("filter: eq(a,1)", Edit(Span(7, 7), " #x"), None),
        ("filter: eq(a,1)", Edit(Span(0, 7), "1"), None),
        ("filter: eq(a,1)", Edit(Span(0, 7), ""), None),
        ("filter: eq(a,1)", Edit(Span(0, 0), "- "), None),
        ("filter: eq(a,1)\n  :x", Edit(Span(8, 9), "|"), "filter: eq(a,1)\n  |x"),
        ("filter: eq(a,1)\n  :x", Edit(Span(7, 8), ""), "filter: eq(a,1):x"),
        ("{filter: eq(a}", Edit(Span(4, 4), ",1)"), None),
        ("{filter: 'eq(a'}", Edit(Span(4, 4), ",it's)"), "{filter: 'eq(a,it''s)'}"),
        ("filter: 'eq(a'", Edit(Span(4, 4), "\n"), None),
        (
            'filter: "eq(a"',
            Edit(Span(4, 4), ',"\\\n\x07\u2028'),
            'filter: "eq(a,\\"\\\\\\n\\x07\\u2028"',
        ),
        ('filter: "eq(a"', Edit(Span(4, 4), "\ud800"), None),
        ('filter: "eq(a,\u2028  1)"', Edit(Span(0, 2), "gt"), None),
        ("filter: |\n  eq(a\n", Edit(Span(4, 4), ",1)"), "filter: |\n  eq(a,1)\n"),
        ("filter: |\n  eq(a\n", Edit(Span(5, 5), ")"), None),
        ("filter: |\n  eq(a\n", Edit(Span(0, 0), " "), None),
        ("filter: |\n  a\n\n  b", Edit(Span(2, 2), "x"), None),
        ("filter: >-\n  eq(a,1)\n  :x", Edit(Span(7, 8), ""), "filter: >-\n  eq(a,1):x"),
        ("filter: >-\n  eq(a,1)\n  :x", Edit(Span(7, 9), ""), "filter: >-\n  eq(a,1)x"),
    ],
)
def test_an_edit_is_encoded_as_yaml(text: str, edit: Edit, after: str | None) -> None:
    there = extract_value(text, ".yaml").map_edit(edit)
    assert (apply_edits(text, [there]) if there else None) == after


_MARKS = (
    *(
        "filter: ",
        '"filter": ',
        "?filter=",
        "\n",
        "\r\n",
        "  ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ",",
        ": ",
    ),
    *("|\n", ">-\n", "'", '"', "\\", "\\u12", "&a ", "*a", "!t ", "#", "# epfilter: x", "\t", "\0"),
    *(
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "```json\n",
        "```yaml\n",
        "```\n",
        "> ",
        "1. ",
        "    ",
        "~~~",
    ),
    *(
        "<!-- epfilter",
        "-->",
        "###\n",
        "GET ",
        "/v2/orders",
        "\n\n",
        "eq(a,1)",
        "%E9",
        "%22",
        "{{x}}",
    ),
    *("\ufeff", "\ud800", "𝕏", "\u2028", "\x85", "\x1b", "|--|\n", "`", "\\|", "<", "_", "=", "&"),
)
hostile = st.one_of(any_text, st.lists(st.sampled_from(_MARKS), max_size=16).map("".join))


@pytest.mark.parametrize("suffix", slow_except(ENDS, *[end for end in ENDS if end not in DECLARED]))
@divide_examples(4)
@given(text=hostile)
@example(text="[" * 100_000)
@example(text='{"a":' * 2_000)  # the time of tree-sitter grows with the square
@example(text="- " * 2_000)
@example(text="> " * 2_000 + "```json\n")
@example(text='{"n": ' + "9" * 5_000 + "}")
@example(text="a: |9\n b\n")
def test_no_content_raises_an_error(suffix: str, text: str) -> None:
    extraction = AcceptingExtraction(Endpoints())
    extract_file(text, f"x{suffix}", extraction)
    for value, *_ in extraction.filters:
        assert len(value.text) == len(value.starts) == len(value.ends)
        size = len(text)
        assert all(0 <= a <= b <= size for a, b in zip(value.starts, value.ends, strict=True))
        assert list(value.starts) == sorted(value.starts)
        value.map_edit(Edit(Span(0, len(value.text)), "x"))
    spans = [problem.span for problem in extraction.problems]
    spans += [comment.span for comment in extraction.comments]
    for span in spans:
        assert 0 <= span.start <= span.end <= len(text)


REPEATED = (
    (".filter", "eq(a,'1') # epfilter\n"),
    (".sh", 'curl "$HOST/v2/orders?filter=eq(a,1)" -d \'{"filter": "eq(a,1)"}\' # epfilter\n'),
    (".json", '["/v2/orders?filter=eq(a,1)", {"filter": "eq(\\u0061,1)", "x": "["}],'),
    (".json", '/* */ , // ,\n/*"",}"'),
    (".jsonl", '{"filter": "eq(a,1)"}\n'),
    (".yaml", "- {filter: 'eq(a,''1)'} # epfilter\n- filter: >\n    eq(a,1)\n    eq(b,2)\n"),
    (".yaml", "# epfilter # # \n"),
    (".yaml", "- >\n\n\n\n\n\n  \n"),
    (".http", '###\nGET /v2/orders?filter=eq(a,1)\n\n{"filter": "eq(a,1)", "n": {{n}}}\n'),
    (".http", "&filter=(\n"),
    (".md", '```json\n{"filter": "eq(a,1)"}\n```\n\n/v2/orders?filter=eq(a,1) <!-- x -->\n'),
    (".md", '<!-- epfilter ?filter="('),
    (".md", "| a | ?filter=eq(a\\|b) |\n|---|---|\n\n"),
    (".md", "?filter=eq('(a%22"),
    (".md", "filter=eq('(a%22"),
    (".md", 'filter="eq(a,1)" filter="in('),
    (".md", "?filter=eq(a filter=(filter=eq("),
    (".py", 'f("/v2/orders", {"url": "/v2/orders", "filter": "eq(a,1)"}, f("a/b" + x))\n'),
    (".py", 'f("/v2/orders" + x + '),
    (".py", 'f("/v2/orders", [x, '),
    (".js", 'f("/v2/orders", { url: "/v2/orders", filter: "eq(a,1)" }, f("a/b" + x));\n'),
    (".ts", 'f("/v2/orders" + (x + '),
    (".tsx", 'f("/v2/orders", { url: x, filter: '),
    (".go", 'var filter = "eq(a,1)"\n'),
    (".php", "<?php $filter = 'eq(a,1)' ?>\n"),
    (".rb", "filter = 'eq(a,1)'\n"),
    (".java", 'class A { String filter = "eq(a,1)"; }\n'),
    (".kt", 'val filter = "eq(a,1)"\n'),
    (".cs", 'var filter = "eq(a,1)";\n'),
    (".swift", 'let filter = "eq(a,1)"\n'),
    (".rs", 'const FILTER: A = "eq(a,1)";\n'),
    (".tf", 'filter = "eq(a,1)"\n'),
    (".toml", 'filter = "eq(a,1)"\n'),
    (".vue", "<A :filter=\"'eq(a,1)'\" />\n"),
    (".svelte", '<A filter={"eq(a,1)"} />\n'),
    (".ipynb", '{"cell_type": "code", "source": ["filter = 1"]}\n'),
    (".env", "FILTER='eq(a,1)'\n"),
    (".bru", "params:query {\n  filter: eq(a,1)\n}\n"),
)
"""Endings of files, and texts that are repeated in them."""


def test_every_kind_of_file_has_a_repeated_text() -> None:
    extractors = {kind.extractor for suffix, _ in REPEATED if (kind := find_kind(f"x{suffix}"))}
    assert {kind.extractor for kind in FILE_KINDS} == extractors


@pytest.mark.parametrize(("suffix", "once"), slow_except(REPEATED, *REPEATED[:6]))
def test_work_is_linear_in_the_size(suffix: str, once: str) -> None:
    def extract_text(times: int) -> int:
        text = once * times
        if suffix == ".json":
            text = f"[{text[:-1]}]"
        opened = [char for char in once if char in "([{"]
        closed = [char for char in once if char in ")]}"]
        if suffix == ".py" and len(opened) > len(closed):
            ends = {"(": ")", "[": "]"}
            text += "1" + "".join(ends[char] for char in reversed(opened)) * times
        return count_lines(
            lambda: extract_file(text, f"x{suffix}", AcceptingExtraction(Endpoints()))
        )

    extract_text(1)  # imports and compiled patterns are not counted
    assert extract_text(80) < 2.3 * extract_text(40)


def test_yaml_constructs_no_objects() -> None:
    extraction = Extraction(Endpoints())
    extract_file("filter: !!python/object/apply:os._exit [1]\n", "x.yaml", extraction)
    assert not extraction.problems
    assert not extraction.filters


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r", "\x85"])
def test_both_parsers_of_yaml_count_characters(
    line: str, loader: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_files, "LOADER", loader)
    text = f"\ufeffé𝕏: 𝕏 # \u200b{line}a: '𝕏{line}{line}  x'{line}filter: eq(𝕏,1)"
    value = extract_value(text, ".yaml")
    assert text[value.bounds.start : value.bounds.end] == "eq(𝕏,1)"


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("é𝕏: \x01", 4, "YAML does not allow this character"),
        ("é𝕏: \ufffe", 4, "YAML does not allow this character"),
        ("é𝕏: \ud800", 4, "YAML does not allow this character"),
        (
            "é𝕏: b: c",
            5,
            "an unquoted value cannot contain a colon and a space; put the value in quotes",
        ),
        ("é𝕏: [b", 6, "a comma or a closing bracket is missing here"),
        ("[" * 501, 500, "this YAML is nested too deeply"),
    ],
)
def test_both_parsers_of_yaml_report_the_same(
    text: str, place: int, message: str, loader: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_files, "LOADER", loader)
    extraction = Extraction(Endpoints())
    extract_file(text, "x.yaml", extraction)
    ((span, actual, is_partial),) = extraction.problems
    assert not is_partial
    assert (span.start, actual) == (place, message)


def test_deeply_nested_json_is_a_problem() -> None:
    extraction = Extraction(Endpoints())
    extract_file("[" * 100_000, "x.json", extraction)
    ((_, message, _),) = extraction.problems
    assert message == "this JSON is nested too deeply"


def test_urls_are_searched_in_code_without_a_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise NeedsExtraError("json")

    monkeypatch.setattr(markdown, "extract_as", missing)
    text = '```json\n{"filter": "eq(a,1)", "x": "/v2/orders?filter=eq(b,1)"}\n```\n'
    assert extract_value(text, ".md").text == "eq(b,1)"


@for_each(
    ("suffix", "text", "edit", "after"),
    [
        (".json", '{"filter": "é"}', Edit(Span(1, 1), '𝕏"\n'), '{"filter": "é𝕏\\"\\n"}'),
        (
            ".json",
            '{"filter": "\\u00e9"}',
            Edit(Span(1, 1), "𝕏"),
            '{"filter": "\\u00e9\\ud835\\udd4f"}',
        ),
        (".json", '{"filter": "é"}', Edit(Span(0, 1), "\ud800"), '{"filter": "\\ud800"}'),
        (
            ".json",
            '{"x": "/?filter=eq(\\u0061,1)"}',
            Edit(Span(3, 4), "é"),
            '{"x": "/?filter=eq(%C3%A9,1)"}',
        ),
        (
            ".json",
            '{"x": "{\\"filter\\": \\"a\\"}"}',
            Edit(Span(1, 1), '"'),
            '{"x": "{\\"filter\\": \\"a\\\\\\"\\"}"}',
        ),
        (".http", "@filter = eq(a", Edit(Span(4, 4), ")"), "@filter = eq(a)"),
        (".http", "@filter = eq(a", Edit(Span(4, 4), "\n"), None),
        (
            ".md",
            "|a|\n|-|\n|`/?filter=eq(a\\|b,1)`|",
            Edit(Span(5, 6), "c|d"),
            "|a|\n|-|\n|`/?filter=eq(a\\|c\\|d,1)`|",
        ),
        (".md", '```json\n{"filter": "eq(a,1)"}\n```', Edit(Span(0, 1), "```"), None),
    ],
)
def test_an_edit_is_encoded_as_the_file_requires(
    suffix: str, text: str, edit: Edit, after: str | None
) -> None:
    there = extract_value(text, suffix).map_edit(edit)
    assert (apply_edits(text, [there]) if there else None) == after


def test_an_edit_of_a_code_block_in_a_list_stays_on_its_line() -> None:
    text = "- x\n\n  ```yaml\n  filter: >-\n    eq(a,1)\n    :gt(b,2)\n  ```\n"
    value = extract_value(text, ".md")
    assert value.text == "eq(a,1) :gt(b,2)"
    there = value.map_edit(Edit(Span(9, 11), "ge"))
    assert there
    assert apply_edits(text, [there]) == text.replace("gt", "ge")
    assert value.map_edit(Edit(Span(9, 11), "\n")) is None


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list to which each parse of YAML adds the length of its text."""
    sizes: list[int] = []
    load = yaml.load

    def count_and_load(text: str, **options: Any) -> object:
        sizes.append(len(text))
        return load(text, **options)

    monkeypatch.setattr(yaml, "load", count_and_load)
    return sizes


@pytest.mark.parametrize(
    ("before", "after"),
    [("a: ", ""), ("a: '", "'"), ('a: "', '"'), ("a: >\n  ", ""), ("[", "]"), ("", "")],
    ids=["plain", "single", "double", "folded", "flow", "root"],
)
@pytest.mark.parametrize("between", ["\n  ", "\n\n \n  "])
def test_checks_of_edits_parse_only_the_lines_around_them(
    before: str, after: str, between: str, parsed: list[int]
) -> None:
    def parsed_size(count: int) -> int:
        del parsed[:]
        text = f"{before}x{between}{f'a ?filter=gte(a)b{between}' * count}z{after}\n"
        extraction = AcceptingExtraction(Endpoints())
        extract_file(text, "x.yaml", extraction)
        for found in extraction.filters:
            edit = found.value.map_edit(Edit(Span(0, 3), "ge"))
            assert edit
            assert "?filter=ge(a)b" in apply_edits(text, [edit])
        assert len(extraction.filters) == count
        return sum(parsed)

    assert 0 < parsed_size(40) < 2.3 * parsed_size(20)


@pytest.mark.parametrize("before", ["a: >-\n  ", "a: ", "a: '"], ids=["folded", "plain", "single"])
def test_checks_of_edits_over_line_ends_parse_only_the_lines_around_them(
    before: str, parsed: list[int]
) -> None:
    def parsed_size(count: int) -> int:
        del parsed[:]
        lines = "|\n  ".join(["eq(a,1)"] * count)
        text = (
            f"{before.replace('a:', 'filter:')}{lines}{before[-1] if chr(39) in before else ''}\n"
        )
        report = lint_content(text, "x.yaml", Configuration(settings=Settings(select=("EPF403",))))
        [finding] = report.findings
        assert finding.diagnostic.fix
        assert len(finding.diagnostic.fix.edits) == count - 1
        return sum(parsed)

    assert 0 < parsed_size(40) < 2.3 * parsed_size(20)
