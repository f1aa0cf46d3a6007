"""The extension for VS Code: it knows every kind of file and every operator."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from epfilter.ast import CALL_OPERATORS
from epfilter.linter.extractors import FILE_KINDS
from support.rows import for_each

FOLDER = Path(__file__).parents[2] / "src" / "vscode"


def _load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_the_server_is_started_for_every_kind_of_file() -> None:
    program = (FOLDER / "src" / "extension.ts").read_text(encoding="utf-8")
    listed = re.search(r"const ENDINGS = \[(.*?)\]", program, re.DOTALL)
    assert listed
    endings = {f".{ending}" for ending in re.findall(r'"(\w+)"', listed[1])}
    assert endings == {ending for kind in FILE_KINDS for ending in kind.endings} - {".txt"}


@for_each("name", ["epfilter", "strings"])
def test_the_grammar_has_every_operator_before_one_that_begins_like_it(name: str) -> None:
    patterns = _load(f"syntaxes/{name}.tmLanguage.json")["patterns"]
    (call,) = [each["match"] for each in patterns if "is_null" in each.get("match", "")]
    matched = [re.search(call, f" {op}(field,") for op in CALL_OPERATORS]
    assert [found and found[1] for found in matched] == [op.value for op in CALL_OPERATORS]


def test_a_string_with_a_call_of_a_program_is_not_highlighted() -> None:
    (call,) = [each["match"] for each in _load("syntaxes/strings.tmLanguage.json")["patterns"]]
    for text in ("min(a,b)", "obj.eq(a,b)", "in (a)", "eq()", "eq(1,2)"):
        assert not re.search(call, text), text


def test_what_the_package_names_exists() -> None:
    contributed = _load("package.json")["contributes"]
    paths = [grammar["path"] for grammar in contributed["grammars"]]
    paths += [language["configuration"] for language in contributed["languages"]]
    assert [path for path in paths if not (FOLDER / path).exists()] == []
    scopes = {_load(grammar["path"])["scopeName"] for grammar in contributed["grammars"]}
    assert scopes == {grammar["scopeName"] for grammar in contributed["grammars"]}
