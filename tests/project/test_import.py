"""Importing has no side effects, and loads only what is required."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from support.sizes import slow_except

ROOT = Path(__file__).parents[2]
STANDARD = {"argparse", "logging.config", "optparse"}


def imported_by(statement: str) -> set[str]:
    """Return the modules that a new interpreter has loaded after the statement."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", code],
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def distributions() -> set[str]:
    """Return the modules of all dependencies of epfilter and its extras, except pydantic."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = chain(project["dependencies"], *project["optional-dependencies"].values())
    names = {
        re.split(r"[^A-Za-z0-9_.-]", line)[0].lower().replace("-", "_") for line in requirements
    }
    # pydantic itself loads typing_extensions and, where it is installed, nothing else of these.
    return (names | {"cel", "celpy", "ibis", "markdown_it", "yaml"}) - {"pydantic", "epfilter"}


@pytest.mark.parametrize(
    "module",
    slow_except(
        [
            *("epfilter", "epfilter.ast", "epfilter.exporter", "epfilter.exporter.orders"),
            *("epfilter.exporter.service", "epfilter.resources"),
        ],
        *("epfilter", "epfilter.exporter.service"),
    ),
)
def test_importing_loads_no_optional_dependency(module: str) -> None:
    loaded = imported_by(f"import {module}")
    assert "pydantic" in loaded
    assert {"lark", "click", "httpx"} <= distributions()
    assert loaded & distributions() == set()


@pytest.mark.slow
def test_importing_has_no_side_effects() -> None:
    # pydantic itself may need these; what counts is that epfilter adds none.
    assert (imported_by("import epfilter") - imported_by("import pydantic")) & STANDARD == set()
    code = (
        "import logging, warnings, sys; before = list(sys.argv), list(warnings.filters); "
        "import epfilter; "
        "assert logging.root.handlers == [] and before == (sys.argv, warnings.filters)"
    )
    imported_by(code)


@pytest.mark.slow
def test_validators_are_built_on_first_use() -> None:
    imported_by("import epfilter; assert not epfilter.ast.Comparison.__pydantic_complete__")
    imported_by(
        "from epfilter import *; assert str(F.a.eq(1) & parse('in(b,2)')) == 'eq(a,1):in(b,2)'; "
        "import epfilter; assert not epfilter.ast.Comparison.__pydantic_complete__"
    )


FIRST_USES = """
import sys, threading
from pydantic import TypeAdapter, create_model
from epfilter import Filter, parse
from epfilter.ast import And, Comparison, IsNull, Node, Or

sys.setswitchinterval(1e-6)
TREE = '{"op":"and","terms":[{"op":"is_null","field":"a"},{"op":"in","field":"b","values":["1"]}]}'
USES = [
    lambda: And(terms=(Comparison(op="eq", field="a", value="1"), IsNull(field="b"))),
    lambda: Or(terms=[{"op": "eq", "field": "a", "value": "1"}, {"op": "is_null", "field": "b"}]),
    lambda: parse("eq(a,1):in(b,1,2)").model_dump_json(),
    lambda: TypeAdapter(Node).validate_json(TREE).model_dump(),
    lambda: create_model("M", f=(Filter, ...))(f={"op": "is_null", "field": "a"}).model_dump_json(),
    lambda: parse("eq(a,1)").model_json_schema(),
]
barrier = threading.Barrier(18)
failed = []

def use(i):
    barrier.wait()
    try:
        USES[i % len(USES)]()
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=use, args=(i,)) for i in range(18)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not failed, failed
"""


@pytest.mark.slow
def test_many_threads_can_use_a_node_first() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", FIRST_USES], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.slow
def test_the_grammar_is_compiled_only_for_text_that_may_be_invalid() -> None:
    assert "lark" not in imported_by("from epfilter import F; str(F.a.eq(1) & F.b.eq(2))")
    assert "lark" not in imported_by("from epfilter import parse; parse('eq(a,1)')")
    assert "lark" not in imported_by("from epfilter import parse_located; parse_located('eq(a')")
    refused = "import epfilter\ntry: epfilter.parse('')\nexcept ValueError: pass\nimport sys"
    assert "lark" in imported_by(refused)
