"""Resources declared in TOML and JSON files."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import FilterTypeError
from epfilter.ast import Operator
from epfilter.errors import ResourceError
from epfilter.resources import (
    Declaration,
    Deprecation,
    Endpoint,
    Resource,
    enum,
    list_of,
    resource_info,
    resource_schema,
    string,
)
from support.rows import for_each

DATA = Path(__file__).parent / "data"
TOML = r"""
name = "tickets"
title = "Support tickets"
note = "for all"
endpoints = ["GET /v2/tickets", "POST /v2/jobs"]
only_required = true

[fields.status]
type = "enum"
values = ["open", "closed"]
aliases = ["state"]
deprecated = { since = "2026-01-01", instead = "stage" }
note = "one of two"
required = true

[fields.old]
type = "string"
operators = []
deprecated = true

[fields.young]
type = "number"
operators = ["in", "eq"]
deprecated = false

[fields."locales.{locale}.name"]
type = "string"

[fields.tags]
type = "list"
item = "enum"
values = ["a", "b"]

[fields."tags[{index}]"]
type = "string"
operators = ["eq"]

[[aliases]]
name = "age"
field = "young"

[[aliases]]
prefix = "attributes."
replacement = ""

[[aliases]]
pattern = 'tag_(\d+)'
replacement = 'tags[\1]'
"""


def plain(text: str) -> str:
    import tomllib

    return json.dumps(tomllib.loads(text))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.toml", TOML.encode()),
        ("a.TOML", TOML.replace("\n", "\r\n").encode("utf-8-sig")),
        ("a.json", plain(TOML).encode()),
    ],
)
def test_a_file_declares_a_resource(tmp_path: Path, file: str, text: bytes) -> None:
    (tmp_path / file).write_bytes(text)
    tickets = Resource.from_file(tmp_path / file)
    info = resource_info(tickets)
    assert (info.name, info.title, info.note, info.only_required) == (
        *("tickets", "Support tickets", "for all", True),
    )
    assert info.endpoints == (Endpoint("GET", "/v2/tickets"), Endpoint("POST", "/v2/jobs"))
    assert info.fields["status"] == Declaration(
        enum("open", "closed"),
        (Operator.EQ, Operator.IN),
        ("state",),
        Deprecation("2026-01-01", "stage"),
        required=True,
        note="one of two",
    )
    assert info.fields["old"] == Declaration(string(), (), (), Deprecation())
    assert info.fields["young"].operators == (Operator.EQ, Operator.IN)
    assert info.fields["young"].deprecated is None
    assert info.fields["tags"].type == list_of(enum("a", "b"))
    resolved = [
        match.path if (match := resource_schema(tickets).find(name)) else None
        for name in ("state", "age", "attributes.locales.fr.name", "tag_12", "tag_x")
    ]
    assert resolved == ["status", "young", "locales.fr.name", "tags[12]", None]


def test_the_name_defaults_to_the_file_name(tmp_path: Path) -> None:
    path = tmp_path / "support-tickets.json"
    path.write_text('{"fields": {}}', encoding="utf-8")
    made = Resource.from_file(str(path))
    assert resource_info(made).name == "support-tickets"
    assert type(made).__name__ == "SupportTickets"


def test_a_list_has_several_values_as_in_a_class(tmp_path: Path) -> None:
    file = tmp_path / "tickets.json"
    sizes = {"type": "list", "item": "integer", "operators": ["ge", "lt"]}
    file.write_text(json.dumps({"fields": {"sizes": sizes}}))
    tickets = Resource.from_file(file)
    assert resource_info(tickets).fields["sizes"].multivalued
    with pytest.raises(ResourceError, match="`sizes` can have several values"):
        tickets["sizes"].within(1, 5)


def test_the_example_of_the_docstring_is_valid(tmp_path: Path) -> None:
    words = Resource.from_file.__doc__ or ""
    example = words[words.index("    name =") : words.index("Raises")]
    path = tmp_path / "tickets.toml"
    path.write_text(example + '\n[fields.title]\ntype = "string"', encoding="utf-8")
    # Every line of the example is valid, and the field that an alias names is declared above.
    text = re.sub(
        r"(?s)(\[\[aliases\]\].*)(\[fields\.title\].*)", r"\2\n\1", path.read_text("utf-8")
    )
    path.write_text(text, encoding="utf-8")
    tickets = Resource.from_file(path)
    match = resource_schema(tickets).find("locale_fr_name")
    assert match is not None
    assert match.path == "locales.fr.name"


REFUSED = [
    json.loads(line)
    for line in (DATA / "refused_declarations.jsonl").read_text(encoding="utf-8").splitlines()
]


@for_each("case", REFUSED, ids=[case["text"] for case in REFUSED])
def test_an_invalid_file_raises_with_exact_words(tmp_path: Path, case: dict[str, str]) -> None:
    path = tmp_path / case["file"]
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(ResourceError) as caught:
        Resource.from_file(path)
    assert str(caught.value) == case["message"]


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("a.toml", b"# \xe9", "a.toml: the file is not UTF-8 (byte 2). Hint: save it as UTF-8."),
        ("a.json", b"[" * 200_000, "a.json: the file is not valid JSON: it is nested too deeply."),
        ("a.toml", b"a = " + b"[" * 200_000, "a.toml: the file is nested too deeply."),
        (
            "a.json",
            b'{"name": ' + b"1" * 5000 + b"}",
            "a.json: the file is not valid JSON: a number has too many digits.",
        ),
        ("a.toml", b"name = " + b"1" * 5000, "a.toml: the file is not valid TOML: Exceeds …"),
    ],
    ids=range(5),
)
def test_an_undecodable_file_raises(
    tmp_path: Path, file: str, content: bytes, message: str
) -> None:
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(ResourceError) as caught:
        Resource.from_file(path)
    assert re.fullmatch(".*".join(map(re.escape, message.split("…"))), str(caught.value))


def test_an_unreadable_file_raises(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"^no\.toml: the file cannot be read: .+\."):
        Resource.from_file(tmp_path / "no.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(ResourceError, match=r"^folder\.toml: the file cannot be read: .+\."):
        Resource.from_file(tmp_path / "folder.toml")
    with pytest.raises(ResourceError, match="the file cannot be read"):
        Resource.from_file("a\0b.toml")
    locked = tmp_path / "locked.toml"
    locked.write_text("", encoding="utf-8")
    locked.chmod(0)
    if not os.access(locked, os.R_OK):
        with pytest.raises(ResourceError, match="the file cannot be read"):
            Resource.from_file(locked)


@pytest.mark.parametrize("path", [None, 5, b"a.toml", ["a.toml"]])
def test_a_path_of_a_wrong_type_raises(path: Any) -> None:
    with pytest.raises(FilterTypeError, match="the path of a file is expected"):
        Resource.from_file(path)


_members = st.sampled_from(
    [
        *("fields", "aliases", "name", "type", "operators", "values", "item", "deprecated"),
        *("pattern", "prefix", "replacement", "field", "a", "endpoints", "required", "since", ""),
    ]
)
_scalars = st.one_of(
    st.sampled_from(["string", "enum", "list", "eq", "GET /v2", "(", "{x}", "a"]),
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3)),
)
_json = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(_members, inner, max_size=4)
    ),
)
_tables = st.dictionaries(_members, _json, max_size=4)
_files = st.one_of(
    _json,
    st.fixed_dictionaries(
        {"fields": st.dictionaries(_members, _tables | _json, max_size=3)},
        optional={"aliases": st.lists(_tables, max_size=2), "endpoints": _json, "name": _json},
    ),
)


@given(_files)
def test_any_other_file_raises_a_resource_error(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "some.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    try:
        made = Resource.from_file(path)
    except ResourceError as error:
        assert str(error).startswith("some.json: ")  # noqa: PT017 - the file is always named
    else:
        assert isinstance(made, Resource)


def test_a_file_name_without_encoding_has_a_printable_message() -> None:
    with pytest.raises(ResourceError) as caught:
        Resource.from_file("\ud800.json")
    assert str(caught.value).isprintable()
