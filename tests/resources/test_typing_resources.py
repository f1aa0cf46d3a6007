"""Type checkers and editors offer of a resource what the platform accepts, and nothing else."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from epfilter import resources
from epfilter.resources import Resource, all_resources, orders, pim_nodes, resource_info
from epfilter.resources.fields import Field
from support.rows import for_each

HERE = Path(__file__).parent
USES = HERE / "typing_resources.py"
METHODS = {
    "in": ["in_"],
    "ge": ["between", "ge", "within"],
    "like": ["contains_text", "endswith", "like", "startswith"],
}


@pytest.mark.slow
def test_mypy_accepts_and_refuses_what_the_page_of_uses_says() -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", str(USES)],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    wrong = [line for line in done.stdout.splitlines() if line.startswith("tests")]
    assert wrong == [], done.stdout
    assert USES.name not in done.stdout, done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_the_errors_of_mypy_name_public_classes_only(tmp_path: Path) -> None:
    uses = tmp_path / "uses.py"
    uses.write_text(re.sub("# type: ignore.*", "", USES.read_text("utf-8")), "utf-8")
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "mypy", str(uses)],
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count("error:") > 50, done.stdout
    owners = {*re.findall(r'of "([A-Z]\w+)"', done.stdout)}
    assert owners >= {"Eq", "Gt", "In", "Like", "Ordered"}
    assert owners <= {*resources.__all__}


def pyright(folder: Path, uses: Path) -> list[str]:
    """What pyright's rules say of a file, line by line."""
    settings = {
        "include": [str(uses)],
        "typeCheckingMode": "standard",  # pyright's own default rules
        "pythonVersion": "3.11",
        "enableTypeIgnoreComments": False,  # those are mypy's
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    options = ["--project", str(folder), "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "basedpyright", *options],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    output: dict[str, Any] = json.loads(done.stdout)
    assert output["summary"]["filesAnalyzed"] == 1, done.stdout
    return [
        f"{found['range']['start']['line'] + 1}: {found['message']}"
        for found in output["generalDiagnostics"]
        if found["severity"] == "error"
    ]


needs_pyright = pytest.mark.skipif(
    importlib.util.find_spec("basedpyright") is None,
    reason="basedpyright, which carries pyright's checker, is not installed",
)


@pytest.mark.slow
@needs_pyright
def test_pyright_accepts_and_refuses_what_the_page_of_uses_says(tmp_path: Path) -> None:
    assert pyright(tmp_path, USES) == []


@pytest.mark.slow
@needs_pyright
def test_a_wrongly_accepted_and_a_wrongly_refused_use_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "uses.py"
    page.write_text(
        "from epfilter.resources import orders\n"
        'orders.payment.eq("paid")  # pyright: ignore[reportArgumentType]\n'
        "orders.payment.eq(1)\n"
        "orders.payment.eq(1)  # pyright: ignore[reportArgumentType]\n",
        encoding="utf-8",
    )
    assert sorted(message.partition(":")[0] for message in pyright(tmp_path, page)) == ["2", "3"]


def public(value: object) -> list[str]:
    return [name for name in dir(value) if not name.startswith("_")]


def operator_methods(field: Field[Any]) -> list[str]:
    names = [METHODS.get(op.value, [op.value]) for op in field._declared.operators]
    is_time = field._declared.type.name in {"date", "datetime"}
    days = [["on"]] if is_time and METHODS["ge"] in names else []
    return sorted(name for several in names + days for name in several)


def test_after_a_field_an_editor_offers_its_operators_only() -> None:
    assert public(orders.status) == ["eq"]
    assert public(orders.with_tax) == ["between", "ge", "gt", "le", "lt", "within"]
    assert public(orders.created_at) == [*("between", "eq", "ge", "gt", "le", "lt", "on", "within")]
    assert public(orders.name) == ["contains_text", "endswith", "eq", "like", "startswith"]
    assert public(pim_nodes.locales["fr-FR"].name) == operator_methods(
        pim_nodes.locales["fr-FR"].name
    )


@for_each("name", [name for name in public(orders) if name != "contact"])
def test_every_field_offers_its_own_operators(name: str) -> None:
    value = getattr(orders, name)
    if isinstance(value, Field):
        assert public(value) == operator_methods(value)
    else:
        assert hasattr(Resource, name)


def test_of_a_resource_an_editor_offers_fields_and_the_methods_of_all() -> None:
    methods = public(Resource)
    assert methods == ["bind", "check", "from_file", "from_model"]
    fields = {path.partition(".")[0] for path in resource_info(orders).fields}
    assert public(orders) == sorted({*methods, *fields})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("orders.payment.", {"eq"}),
        ("orders.created_at.", {"between", "eq", "ge", "gt", "le", "lt", "on", "within"}),
        ("orders.contact.", {"email", "name"}),
        ("orders.contact.email.", set(METHODS["like"]) | {"eq"}),
    ],
)
def test_jedi_completes_fields_and_operators(expression: str, names: set[str]) -> None:
    jedi = pytest.importorskip("jedi")
    script = jedi.Script(f"from epfilter.resources import orders\n{expression}")
    completions = {one.name for one in script.complete(2, len(expression))}
    assert {name for name in completions if not name.startswith("_")} == names


def test_every_enum_of_a_listing_is_typed_by_its_values() -> None:
    """A plain `Eq(enum(…))` would accept any text in a type checker."""
    untyped = [
        f"{resource_info(resource).name}.{name}"
        for resource in all_resources()
        for name, field in vars(type(resource)).items()
        if isinstance(field, Field)
        and "enum" in {field._declared.type.name, str(field._declared.type.item)}
        and not hasattr(field, "__orig_class__")
    ]
    assert untyped == []
