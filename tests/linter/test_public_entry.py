"""The functions of `epfilter.linter` itself: their arguments, and what importing them loads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from epfilter import FilterTypeError, lint, parse_located
from epfilter.linter import fix, lint_content, lint_located, lint_paths, render
from support.rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def test_importing_loads_neither_rules_nor_resources() -> None:
    code = (
        "import sys, epfilter, epfilter.linter; epfilter.linter.Settings(select=['EPF3']); "
        "print(*sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    heavy = {"engine", "rules", "registry"}
    assert loaded & {f"epfilter.linter.{name}" for name in heavy} == set()
    assert loaded & {"lark", "epfilter.resources", "epfilter.recovery"} == set()


@for_each(
    ("call", "message"),
    [
        (
            lambda: lint_content(cast("Any", None), "a.py"),
            "the content of a file must be a str or bytes, not None.",
        ),
        (
            lambda: lint_content("", cast("Any", None)),
            "the name of a file must be a str, not None.",
        ),
        (
            lambda: lint_located("eq(a,1)", cast("Any", "eq(a,1)")),
            "lint_located requires a str and a Located, not a value of type str and",
        ),
        (
            lambda: lint("eq(a,1)", settings=cast("Any", {"max_calls": 5})),
            "`settings` must be of type Settings, not a value of type dict.",
        ),
        (
            lambda: fix("eq(a,1)", settings=cast("Any", {})),
            "`settings` must be of type Settings, not a value of type dict.",
        ),
        (
            lambda: lint_paths([cast("Any", 5)]),
            "a path must be a str or a Path, not a value of type int.",
        ),
        (
            lambda: lint_paths(["a"], cast("Any", {})),
            "`configuration` must be of type Configuration, not a value of type dict.",
        ),
        (
            lambda: render(cast("Any", 5), []),
            "the name of a format must be a str, not a value of type int.",
        ),
        (lambda: lint_paths("abc"), "`paths` must be a list of paths, not a value of type str."),
        (
            lambda: lint_paths(cast("Any", Path())),
            "`paths` must be a list of paths, not a value of type ",
        ),
        (lambda: lint_paths(cast("Any", None)), "`paths` must be a list of paths, not None."),
    ],
)
def test_arguments_of_a_wrong_type_are_rejected(
    call: Callable[[], Iterable[object]], message: str
) -> None:
    with pytest.raises(FilterTypeError) as caught:
        [*call()]
    assert message in str(caught.value)


def test_the_content_of_a_file_may_be_a_bytearray() -> None:
    assert not lint_content(bytearray(b"gte(a,1)"), "a.filter").ok


@pytest.mark.parametrize("text", ["eq(payment,paid)", "gt(total,5):lt(total,3)", "eq(paymet", ""])
@pytest.mark.parametrize("resource", [None, "orders"])
def test_a_parsed_text_has_the_findings_of_the_text(text: str, resource: str | None) -> None:
    assert lint_located(text, parse_located(text), resource) == lint(text, resource)
