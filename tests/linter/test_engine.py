"""`lint` itself: what it takes, what it never does, and how its work grows."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given

from epfilter import (
    FilterError,
    FilterTypeError,
    FilterValueError,
    Severity,
    lint,
    parse_located,
    pretty,
)
from epfilter.errors import ResourceError
from epfilter.linter import RULES, Settings, explained, lint_content, lint_paths, rule
from epfilter.linter.engine import Engine
from epfilter.resources import orders
from support.counted_work import work
from support.filter_strategies import any_text, filters
from support.resource_samples import logs, things

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter import Diagnostic, Filter


def codes(found: list[Diagnostic]) -> list[str]:
    return [one.code for one in found]


@given(any_text)
def test_no_text_makes_it_raise(text: str) -> None:
    every = Settings(select=("EPF",))
    mistakes = parse_located(text).diagnostics
    for resource in (None, things, logs):
        found = lint(text, resource, settings=every)
        assert found == sorted(found, key=lambda one: (one.span, one.code))
        assert all(0 <= one.span.start <= one.span.end <= len(text) for one in found)
        if mistakes:
            assert tuple(one for one in found if one.code.startswith("EPF1")) == mistakes
            assert {one.code[:4] for one in found} <= {"EPF1", "EPF2"}
            assert resource is not None or tuple(found) == mistakes


@given(filters)
def test_any_filter_is_found_without_syntax_mistakes(f: Filter) -> None:
    assert not [code for code in codes(lint(str(f))) if code[3] in "12"]


EVERY = Settings(select=("EPF",))
SHOWN_ALL = Engine(EVERY, {code: replace(rule, needs="") for code, rule in RULES.items()})


@given(filters)
def test_a_rule_finds_nothing_in_texts_without_the_signs_that_it_needs(f: Filter) -> None:
    for text in (str(f), pretty(f)):
        for resource in (None, things):
            assert lint(text, resource, settings=EVERY) == SHOWN_ALL.run(text, resource)


@pytest.mark.parametrize("text", [None, b"eq(a,1)", 5])
def test_the_text_is_a_str(text: Any) -> None:
    with pytest.raises(FilterTypeError, match="the text of a filter is a str, not "):
        lint(text)


def test_a_resource_goes_by_itself_or_by_its_name() -> None:
    text = "eq(paymet,paid)"
    assert lint(text) == []
    assert codes(lint(text, "orders")) == ["EPF201"]
    assert lint(text, orders) == lint(text, "orders")
    with pytest.raises(ResourceError, match="there is no resource `order`"):
        lint(text, "order")
    for wrong in (5, type(orders), object()):
        with pytest.raises(FilterTypeError, match="a resource or its name is expected, not "):
            lint(text, wrong)  # type: ignore[arg-type] # wrong on purpose


def test_of_a_damaged_text_the_undamaged_calls_are_checked() -> None:
    found = lint("eq(paymet,paid):gte(with_tax,1):gt(a,5):gt(a,5):like(with_tax,1*)", "orders")
    assert codes(found) == ["EPF201", "EPF108", "EPF201", "EPF201", "EPF202"]


def test_a_damaged_call_may_be_the_one_that_the_listing_wants() -> None:
    assert codes(lint("eq(kind,x)", logs)) == ["EPF209"]
    assert codes(lint("eq(kind,x):eq(owner", logs)) == ["EPF107"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(), ["EPF408", "EPF403"]),
        (Settings(select=("EPF403",)), ["EPF403"]),
        (Settings(select=("EPF4",), ignore=("EPF403",)), ["EPF408"]),
        (Settings(ignore=("EPF4",)), []),
        (Settings(select=("EPF",)), ["EPF408", "EPF501", "EPF403"]),
        (Settings(select=("EPF5", "EPF403"), ignore=("EPF4",)), ["EPF501"]),
        (Settings(ignore=("EPF",)), []),
        (Settings(select=("EPF3",)), []),
        (Settings(ignore=("EPF408",), max_calls=3), ["EPF403", "EPF301"]),
    ],
    ids=str,
)
def test_codes_and_families_are_selected_and_ignored(
    settings: Settings, expected: list[str]
) -> None:
    text = "eq(a,1):eq(b,2):eq(a,1)|eq(c, 3)"
    assert codes(lint(text, settings=settings)) == expected


def test_syntax_mistakes_are_left_out_only_where_they_are_ignored() -> None:
    text = "gte(a,1"
    assert codes(lint(text, settings=Settings(select=("EPF4",)))) == ["EPF108", "EPF102"]
    assert codes(lint(text, settings=Settings(ignore=("EPF102",)))) == ["EPF108"]
    assert lint(text, settings=Settings(ignore=("EPF1",))) == []


def test_codes_of_a_resource_are_ignored_too() -> None:
    assert lint("eq(paymet,paid)", "orders", settings=Settings(ignore=("EPF2",))) == []
    assert lint("eq(paymet,paid)", "orders", settings=Settings(select=("EPF4",))) == []


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"select": "EPF4"}, FilterTypeError, "select is a list of codes, not a value of type str"),
        ({"ignore": 5}, FilterTypeError, "ignore is a list of codes, not a value of type int"),
        ({"ignore": (5,)}, FilterTypeError, "a code of ignore is a str, not a value of type int"),
        ({"select": ("E4",)}, FilterValueError, "`E4` is neither a code nor a family of codes"),
        ({"select": ("EPF4011",)}, FilterValueError, "`EPF4011` is neither a code nor a family"),
        ({"max_calls": "1"}, FilterTypeError, "max_calls is a whole number, not a value of type"),
        ({"max_bytes": True}, FilterTypeError, "max_bytes is a whole number, not a value of type"),
        ({"max_in_values": -1}, FilterValueError, "max_in_values is at least 0, not -1"),
    ],
)
def test_settings_say_what_is_wrong_with_them(
    given: dict[str, Any], error: type[FilterError], message: str
) -> None:
    with pytest.raises(error, match=message):
        Settings(**given)


def test_settings_take_any_list_of_codes_and_stay_hashable() -> None:
    settings = Settings(select=["EPF4"], ignore=iter(["EPF403"]))  # type: ignore[arg-type] # lists, from a file
    assert (settings.select, settings.ignore) == (("EPF4",), ("EPF403",))
    assert hash(settings) == hash(Settings(select=("EPF4",), ignore=("EPF403",)))


@pytest.mark.parametrize("settings", [Settings(select=("EPF499",)), Settings(ignore=("EPF8",))])
def test_a_rule_that_does_not_exist_is_refused(settings: Settings) -> None:
    with pytest.raises(FilterValueError, match=r"there is no rule `EPF(499|8)`\. Hint: "):
        lint("eq(a,1)", settings=settings)


def test_rules_are_found_by_their_code() -> None:
    assert rule("epf303") is RULES["EPF303"]
    for wrong in ("EPF100", "", "x" * 10_000):
        with pytest.raises(FilterValueError, match="there is no rule `"):
            explained(wrong)
    with pytest.raises(FilterTypeError, match="a code is a str"):
        rule(5)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(TypeError):
        RULES["EPF303"] = rule("EPF301")  # type: ignore[index] # read only


def test_remarks_are_worth_less_than_warnings() -> None:
    remarks = {code for code, one in RULES.items() if one.severity is Severity.INFO}
    assert remarks == {"EPF206", "EPF208", "EPF305", "EPF306", "EPF405", "EPF407"}
    assert {code for code, one in RULES.items() if not one.on} == {"EPF501"}


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


def nested(count: int, connective: str) -> str:
    text = "eq(a,0)"
    for number in range(1, 60):
        inner = connective.join(f"gt(a,{number}{place})" for place in range(count // 60))
        text = f"({text}{connective}{inner})"
    return text


def numbers(template: str, count: int, between: str) -> str:
    return between.join(template.format(number, count - number) for number in range(count))


LINEAR: dict[str, Callable[[int], str]] = {
    "equal terms": lambda n: ":".join(["eq(a,1)"] * n),
    "terms of one field": lambda n: numbers("gt(a,{0})", n, ":"),
    "terms that fall": lambda n: numbers("gt(a,{1})", n, ":"),
    "alternatives of one field": lambda n: numbers("gt(a,{0})", n, "|"),
    "both bounds": lambda n: numbers("gt(a,{0}):lt(a,{1})", n, ":"),
    "sets": lambda n: numbers("in(a,{0},{1},x)", n, ":"),
    "alternative sets": lambda n: numbers("in(a,{0},{1},x)", n, "|"),
    "one set and many bounds": lambda n: (
        numbers("gt(a,{0})", n, ":") + ":in(a," + numbers("{0}", n, ",") + ")"
    ),
    "one set and many values": lambda n: (
        numbers("eq(a,{0})", n, "|") + "|in(a," + numbers("{0}", n, ",") + ")"
    ),
    "many fields": lambda n: numbers("eq(a{0},1)", n, ":"),
    "values": lambda n: f"in(a,{numbers('{0}', n, ',')})",
    "equal values": lambda n: f"in(a{',x' * n})",
    "mixed": lambda n: numbers("eq(a,{0}):eq(b,{1})", n, "|"),
    "nested": lambda n: nested(n, ":"),
    "escapes": lambda n: 'eq(a,"' + r"\d" * n + '")',
    "stars": lambda n: f"like(a,{'*' * n})",
    "spaces": lambda n: f"eq(a,x{' ' * n})",
}


@pytest.mark.parametrize("resource", [None, things], ids=["alone", "with a resource"])
@pytest.mark.parametrize("name", LINEAR)
def test_work_grows_linearly(name: str, resource: Any) -> None:
    # A limit of 0, because texts that cannot reach it are not even encoded.
    every = Settings(select=("EPF",), max_bytes=0)

    def run(count: int) -> list[Diagnostic]:
        text = LINEAR[name](count)
        return lint(
            text if resource is None else text.replace("(a,", "(weight,"), resource, settings=every
        )

    run(60)  # what is built once, at first use, is not counted
    once, twice = work(lambda: run(600)), work(lambda: run(1200))
    assert twice < 2.3 * once


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            lambda: lint_content(cast("Any", None), "a.py"),
            "the content of a file is expected, not None.",
        ),
        (lambda: lint_content("", cast("Any", None)), "the name of a file is expected, not None."),
        (lambda: lint_paths("abc"), "several paths are expected, not a value of type str."),
        (
            lambda: lint_paths(cast("Any", Path())),
            "several paths are expected, not a value of type ",
        ),
        (lambda: lint_paths(cast("Any", None)), "several paths are expected, not None."),
    ],
)
def test_files_that_are_none_are_refused_in_words(given: Any, said: str) -> None:
    with pytest.raises(FilterTypeError) as caught:
        [*given()]
    assert said in str(caught.value)


def test_a_file_may_be_given_as_a_bytearray() -> None:
    assert not lint_content(bytearray(b"gte(a,1)"), "a.filter").ok
