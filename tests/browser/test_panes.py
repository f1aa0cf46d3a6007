"""The views of the playground, in this Python instead of Pyodide."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from playground import panes

from epfilter import lint
from support.rows import for_each

PINNED = Path(panes.__file__).with_name("requirements.txt")
EXAMPLES = json.loads(Path(panes.__file__).with_name("examples.json").read_text(encoding="utf-8"))


def run(method: str, text: str = "eq(payment,paid)", **arguments: object) -> Any:
    """Return the result of a request, which must be valid."""
    request = {"method": method, "text": text, "resource": "orders", **arguments}
    return json.loads(panes.run(json.dumps(request)))["result"]


def problem(method: str, text: str = "eq(payment,paid)", **arguments: object) -> str:
    """Return the problem that a request reports."""
    request = {"method": method, "text": text, "resource": "orders", **arguments}
    (item,) = json.loads(panes.run(json.dumps(request))).items()
    assert item[0] == "problem"
    return str(item[1])


def test_the_meaning_is_a_sentence_and_a_tree() -> None:
    assert run("describe", "ge(with_tax,5):eq(payment,paid)") == {
        "english": "orders whose “with_tax” is at least 5 and whose payment is paid",
        "tree": "and\n├── ge  with_tax  5\n└── eq  payment   paid",
    }


def test_the_text_has_three_forms() -> None:
    forms = run("print", "eq( payment, 'paid' ):ge(with_tax,5)")
    assert forms == {
        "canonical": "eq(payment,paid):ge(with_tax,5)",
        "pretty": "  eq(payment,paid)\n: ge(with_tax,5)",
        "query": "?filter=eq%28payment%2Cpaid%29%3Age%28with_tax%2C5%29",
    }


def test_every_translation_that_is_listed_works() -> None:
    names = run("translations")
    assert names == [
        *("python", "mongo", "elasticsearch", "ep-ast", "rqb", "sql:postgresql", "sql:sqlite"),
        "sql:mysql",
    ]
    texts = [run("translate", target=name) for name in names]
    assert texts[0] == 'F.payment.eq("paid")'
    assert all("payment" in text for text in texts)


def test_the_command_contains_the_body_as_one_argument_of_the_shell() -> None:
    request = run("request", 'eq(name,"it\'s")')
    assert json.loads(request["body"])["data"]["filter"] == 'eq(name,"it\'s")'
    assert '-d \'{"data"' in request["curl"]
    assert "it'\"'\"'s" in request["curl"]


@for_each(
    ("rows", "matching"),
    [
        ('[{"payment": "paid"}, {"payment": "unpaid"}]', [True, False]),
        ('{"data": [{"payment": "unpaid"}]}', [False]),
        ('{"payment": "paid"}', [True]),
        ('{\n"payment":\n"paid"\n}', [True]),
        ('{"payment": "paid"}\n\n{"payment": null}\n', [True, False]),
        ("payment,id\npaid,1\nunpaid,2\n", [True, False]),
        ("  [ ]", []),
        ("5\n6", [False]),  # CSV with the column `5`
    ],
)
def test_rows_have_the_format_that_they_look_like(rows: str, matching: list[bool]) -> None:
    found = run("rows", rows=rows)
    assert [row["matches"] for row in found["rows"]] == matching
    assert found["count"] == sum(matching)


@for_each(
    ("text", "reason"),
    [
        ("eq(payment,paid)", "It is one of the orders whose payment is paid"),
        ("eq(payment,unpaid)", "It is not one of the orders whose payment is unpaid"),
        (
            "eq(payment,unpaid):eq(name,a):eq(status,complete)",
            "It is not one of the orders whose payment is unpaid nor of the orders whose name is a",
        ),
        ("eq(payment,unpaid)|eq(name,b)", "It is one of the orders whose name is b"),
        (
            "eq(status,complete):(eq(name,c)|eq(name,d))",
            "It is not one of the orders whose name is either c or d",
        ),
        (
            "eq(status,complete):eq(name,b)",
            "It is one of the orders whose status is complete and whose name is b",
        ),
    ],
)
def test_the_reason_names_the_conditions_that_decide(text: str, reason: str) -> None:
    row = '[{"payment": "paid", "status": "complete", "name": "b"}]'
    assert run("rows", text, rows=row)["rows"][0]["reason"] == reason


@for_each(
    ("method", "text", "arguments", "part"),
    [
        ("describe", "eq(a", {}, "EPF107"),
        ("translate", "eq(paymet,paid)", {"target": "mongo"}, "paymet"),
        ("rows", "eq(paymet,paid)", {"rows": ""}, "paymet"),
        ("rows", "eq(payment,paid)", {"rows": '[{"a": 1'}, "rows, line 1: not valid JSON"),
        ("rows", "eq(payment,paid)", {"rows": "{'a': 1}"}, "rows, line 1: not valid JSON"),
        ("describe", "(" * 65 + "eq(a,1)" + "|eq(a,1):eq(a,1))" * 65, {}, "the limit is 64"),
        ("hover", "eq(a,1)", {"offset": 99}, "`offset` must be from 0 to 7"),
    ],
)
def test_a_mistake_is_reported_in_words(
    method: str, text: str, arguments: dict[str, object], part: str
) -> None:
    assert part in problem(method, text, **arguments)


def test_the_number_of_rows_is_bounded() -> None:
    rows = "payment\n" + "paid\n" * panes.MAX_ROWS
    assert run("rows", rows=rows)["count"] == panes.MAX_ROWS
    assert "epfilter match" in problem("rows", rows=rows + "paid\n")


@for_each("example", EXAMPLES, ids=lambda example: example["title"])
def test_an_example_shows_what_its_title_states(example: dict[str, str]) -> None:
    text, resource = example["filter"], example["listing"] or None
    errors = [found for found in lint(text, resource) if found.severity == "error"]
    assert bool(errors) == ("mistakes" in example["title"])
    assert all(found.fix for found in errors)
    if "rows" in example:
        assert run("rows", text, resource=resource, rows=example["rows"])["count"] == 1


def test_the_pinned_packages_are_versions_that_the_project_supports() -> None:
    lines = [line.partition(" --hash=")[0] for line in PINNED.read_text("utf-8").splitlines()]
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    required = (
        project["project"]["dependencies"] + project["project"]["optional-dependencies"]["sql"]
    )
    for requirement in map(Requirement, required):
        assert requirement.specifier.contains(pinned[requirement.name]), requirement
