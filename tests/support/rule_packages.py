"""Packages with rules of the linter, as pip would install them."""

from __future__ import annotations

from pathlib import Path

from epfilter.linter import Rule

SHOP_RULES = """
from epfilter import Operator
from epfilter.linter import Example, Finding, Rule

def _check(call, context):
    if call.field.text == "a":
        yield Finding("the field is called `a`.", call.field.span, "give it a longer name")

def _fail(context):
    yield 1 / 0

RULES = [
    Rule(
        code="SHOP002",
        title="Failure",
        explanation="It always fails.",
        bad=Example("eq(a,1)"),
        good=Example("eq(b,1)"),
        source="a test.",
        required_characters="2",
        check_filter=_fail,
    ),
    Rule(
        code="SHOP001",
        title="Field called a",
        explanation="A field should have a longer name.",
        bad=Example("eq(a,1)"),
        good=Example("eq(b,1)"),
        source="a test.",
        operators=(Operator.EQ,),
        check_call=_check,
    ),
]
"""


def install_package(folder: Path, name: str, code: str) -> None:
    """Install a package whose module has this code and the entry point `RULES`."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(
        f"[epfilter.rules]\n{name} = {name}_rules:RULES\n", encoding="utf-8"
    )
    (folder / f"{name}_rules.py").write_text(code, encoding="utf-8")


def shop_rule() -> Rule:
    """Return a new rule, which reports each call of `eq` on the field `a`."""
    namespace: dict[str, list[Rule]] = {}
    exec(SHOP_RULES, namespace)  # noqa: S102 - the code above
    return namespace["RULES"][1]
