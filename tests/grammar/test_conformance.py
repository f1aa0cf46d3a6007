"""Runs the cases and the promises of `grammar/`, which hold for an implementation in any language."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lark import Lark
from lark.exceptions import LarkError
from pydantic import BaseModel, TypeAdapter

from epfilter import Filter, FilterSyntaxError, parse, parse_located, pretty, unparse
from epfilter.ast import CALL_OPERATORS, COMPARISONS, MEMBERSHIPS, Comparison, Node
from epfilter.recovery import diagnostics
from support.rows import for_each

GRAMMAR = Path(__file__).parents[2] / "grammar"
README = (GRAMMAR / "README.md").read_text(encoding="utf-8")

Case = dict[str, Any]
NODE: TypeAdapter[Filter] = TypeAdapter(Node)


class Report(BaseModel):
    filter: Filter


def load(name: str) -> list[Case]:
    cases: list[Case] = json.loads((GRAMMAR / "conformance" / name).read_text(encoding="utf-8"))
    return cases


def name_of(case: Case) -> str:
    return str(case["name"])


ACCEPTED, REFUSED = load("accepted.json"), load("refused.json")
CODES = set(re.findall(r"EPF1\d\d", Path(diagnostics.__file__).read_text(encoding="utf-8")))


@for_each("case", ACCEPTED, ids=name_of)
def test_accepted(case: Case) -> None:
    f = parse(case["text"])
    assert NODE.dump_python(f, mode="json") == case["tree"]
    assert NODE.validate_python(case["tree"]) == f
    assert Report(filter=case["tree"]).filter == f
    assert Report(filter=case["text"]).filter == f
    assert Report(filter=f).model_dump() == {"filter": case["canonical"]}
    assert unparse(f) == case["canonical"]
    assert unparse(f, quotes="always") == case["quoted"]
    for text in (case["canonical"], case["quoted"], pretty(f), pretty(f, quotes="always")):
        assert parse(text) == f


@for_each("case", ACCEPTED, ids=name_of)
def test_accepted_located(case: Case) -> None:
    located = parse_located(case["text"])
    assert located.node == parse(case["text"])
    assert located.diagnostics == ()


@for_each("case", REFUSED, ids=name_of)
def test_refused(case: Case) -> None:
    expected = [(error["code"], tuple(error["span"])) for error in case["errors"]]
    with pytest.raises(FilterSyntaxError) as caught:
        parse(case["text"], max_length=case.get("max_length"))
    assert [
        (diagnostic.code, diagnostic.span) for diagnostic in caught.value.diagnostics
    ] == expected
    located = parse_located(case["text"], max_length=case.get("max_length"))
    assert located.diagnostics == caught.value.diagnostics
    assert located.node is None


@pytest.mark.parametrize(
    ("cases", "least"), [(ACCEPTED, 120), (REFUSED, 80)], ids=["accepted", "refused"]
)
def test_there_are_many_cases_with_unique_names(cases: list[Case], least: int) -> None:
    assert len(cases) >= least
    assert len({case["name"] for case in cases}) == len(cases)
    assert all(re.fullmatch(r"[^:]+: .+", case["name"]) for case in cases)


@pytest.mark.parametrize("name", ["accepted.json", "refused.json"])
def test_every_case_is_one_line(name: str) -> None:
    first, *lines, last = (GRAMMAR / "conformance" / name).read_text("utf-8").splitlines()
    assert (first, last) == ("[", "]")
    assert [json.loads(line.removesuffix(",")) for line in lines] == load(name)


def test_every_code_occurs() -> None:
    occurring = {error["code"] for case in REFUSED for error in case["errors"]}
    assert occurring == CODES - {"EPF100"}


def test_every_operator_occurs() -> None:
    occurring = {case["tree"]["op"] for case in ACCEPTED}
    assert occurring == {*CALL_OPERATORS, "and", "or"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of the specification."""
    below = README.split(f"\n## {heading}\n")[1]
    table = re.search(r"^\|---.*\n((?:\|.*\n)+)", below, re.MULTILINE)
    assert table
    return [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in table[1].splitlines()]


def test_the_specification_lists_the_operators() -> None:
    expected = {op.value: "field, value" for op in COMPARISONS}
    expected |= {op.value: "field, value, …" for op in MEMBERSHIPS}
    expected["is_null"] = "field"
    assert {cells[0].strip("`"): cells[1] for cells in rows("Operators")} == expected


def test_the_specification_lists_the_codes() -> None:
    assert [cells[0] for cells in rows("Diagnostics")] == sorted(CODES)


@pytest.mark.parametrize("cells", rows("Canonical text"), ids=lambda cells: cells[0])
def test_the_canonical_examples_of_the_specification(cells: list[str]) -> None:
    text, canonical = (cell.strip("`").replace("\\|", "|") for cell in cells)
    assert unparse(parse(text)) == canonical


def test_the_tree_of_the_specification() -> None:
    example = re.search(r"For\s`(.*)` the tree is\s+```json\n(.*?)```", README, re.DOTALL)
    assert example
    assert NODE.validate_json(example[2]) == parse(example[1])


def test_the_bare_characters_of_the_specification() -> None:
    signs = re.search(r"ASCII letters and digits, `([^`]*)` and spaces", README)
    others = re.search(r"Everything else needs quotes: `([^`]*)` and the backtick", README)
    assert signs
    assert others
    bare, quoted = set(signs[1].split()) | set("[]"), {*others[1].split(), "`"}
    assert bare | quoted == {chr(code) for code in range(33, 127) if not chr(code).isalnum()}
    for char in bare:
        assert parse(f"eq(a,x{char}y)") == Comparison(op="eq", field="a", value=f"x{char}y")
    for char in quoted:
        with pytest.raises(FilterSyntaxError):
            parse(f"eq(a,x{char}y)")


_SET = re.compile(r"\[(\^?)((?:#x[0-9A-F]+|[^\]])*)\]")
_CODE_POINT = re.compile(r"#x([0-9A-F]+)")


def to_lark(ebnf: str) -> str:
    """The grammar of the specification in lark's notation."""

    def char_set(match: re.Match[str]) -> str:
        inside = match[2].replace("/", r"\/")
        return f"/[{match[1]}{_CODE_POINT.sub(code_point, inside)}]/"

    def code_point(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return re.escape(char) if char.isascii() and char.isprintable() else f"\\u{ord(char):04x}"

    ebnf = _SET.sub(char_set, ebnf.replace("::=", ":"))
    ebnf = re.sub(r"'(\"+)'", lambda match: json.dumps(match[1]), ebnf)
    return _CODE_POINT.sub(lambda match: f"/{code_point(match)}/", ebnf)


@cache
def specified() -> Lark:
    block = re.search(r"```ebnf\n(.*?)```", README, re.DOTALL)
    assert block
    return Lark(to_lark(block[1]), parser="earley", lexer="dynamic")


def is_specified(text: str) -> bool:
    try:
        specified().parse(text)
    except LarkError:
        return False
    return True


def is_short(case: Case) -> bool:
    """Whether a general parser may read the case, and no limit beside the grammar refuses it."""
    codes = {error["code"] for error in case.get("errors", ())}
    return len(case["text"]) <= 120 and not codes & {"EPF117", "EPF118", "EPF119"}


@for_each("case", [*filter(is_short, ACCEPTED)], ids=name_of)
def test_the_syntax_of_the_specification_accepts(case: Case) -> None:
    assert is_specified(case["text"])


@for_each("case", [*filter(is_short, REFUSED)], ids=name_of)
def test_the_syntax_of_the_specification_refuses(case: Case) -> None:
    assert not is_specified(case["text"])


def test_the_syntax_of_the_specification_has_the_names_of_the_grammar() -> None:
    grammar = (GRAMMAR / "filter.lark").read_text(encoding="utf-8")
    named = set(re.findall(r"^\??_?(\w+):", grammar, re.MULTILINE)) | {"parenthesized"}
    specifying = set(re.findall(r"^(\w+) +::=", README, re.MULTILINE))
    assert specifying - {"s"} == named - {"WHITE_SPACE"}
