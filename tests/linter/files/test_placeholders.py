"""Placeholders of programs, shells and templates stay unchanged by every fix."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter.linter import Configuration, Settings, lint_content
from epfilter.linter.extractors import PLACEHOLDER
from epfilter.linter.files.document import Document
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.rewriting import fix_filters, format_filters
from support.file_samples import list_codes
from support.rows import for_each
from support.sizes import divide_examples, slow_except

EVERY = FileLinter(Configuration(settings=Settings(select=("EPF",))))
LINTER = FileLinter(Configuration())
CHANGES = ("fix", "unsafe", "format")

KINDS = {
    "a.sh": ('curl -G "$A/v2/orders" --data-urlencode "filter=', '"\n'),
    "b.sh": ('curl -d \'{"filter": "\'"', "\"'\"}' $A/v2/orders\n"),
    "a.http": ("GET {{host}}/v2/orders?filter=", "&page=1\n"),
    "a.md": ("```http\nGET {{host}}/v2/orders?filter=", "\n```\n"),
    "b.md": ("see `/v2/orders?filter=", "` and {{more}}\n"),
    "a.js": ('fetch("https://a.example/v2/orders?filter=', '&b={{b}}");\n'),
    "b.js": ("search({filter: '", "'});\n"),
    "c.js": ("search({filter: `", "`});\n"),
    "a.tsx": ("let a = <A filter='", "' b='{{b}}'/>;\n"),
    "a.py": ('search(filter="', '", b="{{b}}")\n'),
    "b.py": ('search(f"{base}/v2/orders?filter=', '")\n'),
    "a.yaml": ("filter: ", "\nmore: '{{b}}'\n"),
    "b.yaml": ('filter: "', '"\n'),
    "c.yaml": ("filter: >-\n  ", "\nmore: '{{b}}'\n"),
    "a.json": ('{"filter": "', '", "b": "{{b}}"}\n'),
    "a.jsonl": ('{"filter": "', '"}\n{"filter": "gte(a,{{b}})"}\n'),
    "a.filter": ("", "\n"),
}
"""The text before and after a filter, by the name of a file."""

PLACEHOLDERS = ("{{a}}", "{{ .Values.min }}", "${b}", "$C", "{d}", "<e>", "%s", "%(name)s")
# `%(name)s` is a placeholder only with Python's operator `%`, and such a filter is never fixed;
# the `%s` of `50%sure` is not one.
_LEFT_ALONE = [re.escape(text) for text in PLACEHOLDERS if not text.startswith("%")] + [r"%s(?!\w)"]
ANY_PLACEHOLDER = re.compile("|".join([*_LEFT_ALONE, r"\{\{\w+\}\}", r"\{base\}", r"\$A"]))
IN_AN_F_STRING = re.compile(ANY_PLACEHOLDER.pattern.replace(re.escape("{{ .Values.min }}"), "<e>"))
"""In an f-string two braces encode one, and a space ends a URL."""

DOUBLE_BRACES = re.compile(r"\{\{.*?\}\}|\$\{.*?\}")
SPECIAL = {"a.filter": DOUBLE_BRACES, "b.py": IN_AN_F_STRING}

CASES = [
    ("a.sh", "gte(with_tax,$MIN):gte(without_tax,5)", "ge(with_tax,$MIN):ge(without_tax,5)"),
    ("a.sh", "contains(paymet,$HOME))", "contains(paymet,$HOME))"),
    ("a.http", "gte(with_tax,{{m}}):gte(with_tax,{{n}})", "ge(with_tax,{{m}}):ge(with_tax,{{n}})"),
    ("a.md", "gte(with_tax,{{m}}):gte(with_tax,5)", "ge(with_tax,{{m}}):ge(with_tax,5)"),
    ("a.js", "gte(with_tax,{{m}}):gte(with_tax,5)", "ge(with_tax,{{m}}):ge(with_tax,5)"),
    (
        "a.yaml",
        "gte(with_tax,{{ .Values.min }}):lte(with_tax,{{ .Values.max }})",
        "ge(with_tax,{{ .Values.min }}):le(with_tax,{{ .Values.max }})",
    ),
    (
        "a.json",
        "EQ(customer.name,{{n}}):EQ(customer.email,{{e}})",
        "eq(customer.name,{{n}}):eq(customer.email,{{e}})",
    ),
    ("a.filter", "gte(a,{{m}}):lte(a,${n}):gte(b,1)", "ge(a,{{m}}):le(a,${n}):ge(b,1)"),
    ("a.py", "gte(a,{{m}}):lte(a,${n}):gte(b,1)", "ge(a,{{m}}):le(a,${n}):ge(b,1)"),
    ("a.json", "==(with_tax,$H),EQ(name,y)", "==(with_tax,$H),EQ(name,y)"),
    ("a.json", "EQ(name,y):eq(a,{{x}}", "EQ(name,y):eq(a,{{x}}"),
]


def change_text(name: str, text: str, change: str, linter: FileLinter = LINTER) -> str:
    document, path = Document(text), Path(name)
    if change == "format":
        return format_filters(document, path, linter)[0].text
    return fix_filters(document, path, linter, unsafe=change == "unsafe")[0].text


@for_each(("name", "old", "new"), CASES)
def test_text_around_a_placeholder_is_fixed(name: str, old: str, new: str) -> None:
    before, after = KINDS[name]
    assert change_text(name, before + old + after, "fix") == before + new + after
    assert change_text(name, before + old + after, "format") == before + old + after


@for_each("name", KINDS)
def test_quotes_around_a_placeholder_stay(name: str) -> None:
    before, after = KINDS[name]
    quote = '"' if "'" in before else "'"
    if name in ("a.json", "a.jsonl", "b.sh"):
        quote = "'"
    text = f"{before}eq( name,{quote}{{{{y}}}}{quote}):in(a,b){after}"
    for change in CHANGES:
        new = change_text(name, text, change, EVERY)
        assert f"{quote}{{{{y}}}}{quote}" in new
        assert change != "format" or new == text


@pytest.mark.parametrize(("name", "old"), [case[:2] for case in CASES[-2:]])
def test_a_damaged_filter_with_placeholders_stays_unchanged(name: str, old: str) -> None:
    before, after = KINDS[name]
    for change in CHANGES:
        assert change_text(name, before + old + after, change) == before + old + after


def test_a_placeholder_does_not_hide_other_errors() -> None:
    report = lint_content('{"filter":"==(with_tax,$H):EQ(name,y)"}', "a.json", Configuration())
    assert list_codes(report) == [("EPF121", 1, 12), ("EPF109", 1, 28)]


pieces = st.lists(
    st.one_of(
        st.sampled_from(PLACEHOLDERS),
        st.sampled_from(
            ["gte(", "EQ(", "in(a,", "eq(a,", ")", "):", ")|(", ",", ":", " ", "b", "paymet", '\\"']
        ),
    ),
    max_size=14,
).map("".join)
calls = st.lists(
    st.builds(
        "{}({},{})".format,
        st.sampled_from(["gte", "EQ", "in", "contains", "lte", "like"]),
        st.sampled_from(["with_tax", "paymet", "name", " name", "{{a}}"]),
        st.sampled_from([*PLACEHOLDERS, "5", "paid", "a,a", "'{{a}}'", "a{{a}}b", "${b},${b}"]),
    ),
    min_size=1,
    max_size=4,
).map(":".join)


@pytest.mark.parametrize("name", slow_except(KINDS, "a.py", "a.md"))
@divide_examples(4)
@given(change=st.sampled_from(CHANGES), value=st.one_of(calls, pieces))
def test_every_placeholder_is_still_there(name: str, change: str, value: str) -> None:
    before, after = KINDS[name]
    text = f"{before}{value}{after}"
    for linter in (LINTER, EVERY):
        new = change_text(name, text, change, linter)
        assert PLACEHOLDER not in new
        assert "%EF%BF%BC" not in new
        pattern = SPECIAL.get(name, ANY_PLACEHOLDER)
        assert pattern.findall(new) == pattern.findall(text)
        assert change_text(name, new, change, linter) == new


def test_an_object_replacement_character_is_not_a_placeholder() -> None:
    text = json.dumps({"filter": f"gte(a,{PLACEHOLDER}):gte(b,1)"}, ensure_ascii=False)
    assert change_text("a.json", text, "fix").count(PLACEHOLDER) == 1
    text = json.dumps({"filter": f"gte(a,{PLACEHOLDER}):gte(b,{{{{x}}}})"}, ensure_ascii=False)
    assert change_text("a.json", text, "fix").count(PLACEHOLDER) == 1


def test_a_placeholder_may_contain_the_required_filter() -> None:
    configuration = Configuration(
        settings=Settings(required_filters={"orders": ["created_at"]}), uses_platform=True
    )
    for text, codes in (
        ("eq(status,complete)", ["EPF307"]),
        ("eq(status,complete):{{more}}", []),
    ):
        content = f"GET https://api.moltin.com/v2/orders?filter={text}\n"
        report = lint_content(content, "orders.http", configuration)
        assert [found.diagnostic.code for found in report.findings] == codes
