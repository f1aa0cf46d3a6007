"""The engine: which rules run, what `lint` accepts, and how its work grows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from epfilter import FilterTypeError, FilterValueError, lint, parse_located, pretty
from epfilter.errors import ResourceError
from epfilter.linter import RULES, Settings, lint_located
from epfilter.linter.engine import Engine
from epfilter.resources import orders
from support.counted_work import count_lines
from support.filter_strategies import any_text, filters
from support.resource_samples import logs, things
from support.rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

    from epfilter import Diagnostic, Filter

ALL_RULES = Settings(select=("EPF",))


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    return [diagnostic.code for diagnostic in diagnostics]


@given(any_text)
def test_lint_raises_for_no_text(text: str) -> None:
    errors = parse_located(text).diagnostics
    for resource in (None, things, logs):
        found = lint(text, resource, settings=ALL_RULES)
        assert found == sorted(found, key=lambda diagnostic: (diagnostic.span, diagnostic.code))
        assert all(0 <= item.span.start <= item.span.end <= len(text) for item in found)
        if errors:
            assert tuple(item for item in found if item.code.startswith("EPF1")) == errors
            assert {item.code[:4] for item in found} <= {"EPF1", "EPF2"}
            assert resource is not None or tuple(found) == errors


@given(filters)
def test_a_valid_filter_has_no_syntax_errors(f: Filter) -> None:
    found = {code for code in codes(lint(str(f))) if code[3] in "12"}
    assert found <= {"EPF207", "EPF208"}  # wildcards need no resource


WITHOUT_REQUIRED_CHARACTERS = Engine(
    ALL_RULES, {code: replace(rule, required_characters="") for code, rule in RULES.items()}
)


@given(filters)
def test_a_rule_finds_nothing_in_texts_without_its_required_characters(f: Filter) -> None:
    for text in (str(f), pretty(f)):
        for resource in (None, things):
            expected = WITHOUT_REQUIRED_CHARACTERS.run(text, resource)
            assert lint(text, resource, settings=ALL_RULES) == expected


@pytest.mark.parametrize("text", [None, b"eq(a,1)", 5])
def test_a_text_that_is_not_a_str_is_rejected(text: Any) -> None:
    with pytest.raises(FilterTypeError, match="a filter is expected, not "):
        lint(text)


def test_a_resource_is_given_as_an_object_or_by_name() -> None:
    text = "eq(paymet,paid)"
    assert lint(text) == []
    assert codes(lint(text, "orders")) == ["EPF201"]
    assert lint(text, orders) == lint(text, "orders")
    with pytest.raises(ResourceError, match="there is no resource `order`"):
        lint(text, "order")
    for wrong in (5, type(orders), object()):
        with pytest.raises(FilterTypeError, match="a resource or its name is expected, not "):
            lint(text, wrong)  # type: ignore[arg-type] # wrong on purpose


def test_the_undamaged_calls_of_a_damaged_text_are_checked() -> None:
    found = lint("eq(paymet,paid):gte(with_tax,1):gt(a,5):gt(a,5):like(with_tax,1*)", "orders")
    assert codes(found) == ["EPF201", "EPF108", "EPF201", "EPF201", "EPF202"]


def test_a_required_field_may_be_in_a_damaged_call() -> None:
    assert codes(lint("eq(kind,x)", logs)) == ["EPF209"]
    assert codes(lint("eq(kind,x):eq(owner", logs)) == ["EPF107"]


@for_each(
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


def test_only_ignore_suppresses_syntax_errors() -> None:
    text = "gte(a,1"
    assert codes(lint(text, settings=Settings(select=("EPF4",)))) == ["EPF108", "EPF102"]
    assert codes(lint(text, settings=Settings(ignore=("EPF102",)))) == ["EPF108"]
    assert lint(text, settings=Settings(ignore=("EPF1",))) == []


def test_codes_of_a_resource_are_selected_and_ignored() -> None:
    assert lint("eq(paymet,paid)", "orders", settings=Settings(ignore=("EPF2",))) == []
    assert lint("eq(paymet,paid)", "orders", settings=Settings(select=("EPF4",))) == []


@pytest.mark.parametrize("settings", [Settings(select=("EPF499",)), Settings(ignore=("EPF8",))])
def test_an_unknown_rule_in_the_settings_is_rejected(settings: Settings) -> None:
    with pytest.raises(FilterValueError, match=r"there is no rule `EPF(499|8)`\. Hint: "):
        lint("eq(a,1)", settings=settings)


def nested(count: int, connective: str) -> str:
    text = "eq(a,0)"
    for number in range(1, 60):
        inner = connective.join(f"gt(a,{number}{index})" for index in range(count // 60))
        text = f"({text}{connective}{inner})"
    return text


def repeat(template: str, count: int, separator: str) -> str:
    return separator.join(template.format(number, count - number) for number in range(count))


LINEAR: dict[str, Callable[[int], str]] = {
    "equal terms": lambda n: ":".join(["eq(a,1)"] * n),
    "terms of one field": lambda n: repeat("gt(a,{0})", n, ":"),
    "descending terms": lambda n: repeat("gt(a,{1})", n, ":"),
    "alternatives of one field": lambda n: repeat("gt(a,{0})", n, "|"),
    "both bounds": lambda n: repeat("gt(a,{0}):lt(a,{1})", n, ":"),
    "sets": lambda n: repeat("in(a,{0},{1},x)", n, ":"),
    "alternative sets": lambda n: repeat("in(a,{0},{1},x)", n, "|"),
    "one set and many bounds": lambda n: (
        repeat("gt(a,{0})", n, ":") + ":in(a," + repeat("{0}", n, ",") + ")"
    ),
    "one set and many values": lambda n: (
        repeat("eq(a,{0})", n, "|") + "|in(a," + repeat("{0}", n, ",") + ")"
    ),
    "many fields": lambda n: repeat("eq(a{0},1)", n, ":"),
    "values": lambda n: f"in(a,{repeat('{0}', n, ',')})",
    "equal values": lambda n: f"in(a{',x' * n})",
    "mixed": lambda n: repeat("eq(a,{0}):eq(b,{1})", n, "|"),
    "nested": lambda n: nested(n, ":"),
    "escapes": lambda n: 'eq(a,"' + r"\d" * n + '")',
    "stars": lambda n: f"like(a,{'*' * n})",
    "spaces": lambda n: f"eq(a,x{' ' * n})",
}


@pytest.mark.slow
@pytest.mark.parametrize("resource", [None, things], ids=["no resource", "with a resource"])
@pytest.mark.parametrize("name", LINEAR)
def test_work_grows_linearly(name: str, resource: Any) -> None:
    # With a limit of 0 every text is percent-encoded.
    every_rule = Settings(select=("EPF",), max_bytes=0)

    def run(count: int) -> list[Diagnostic]:
        text = LINEAR[name](count)
        return lint(
            text if resource is None else text.replace("(a,", "(weight,"),
            resource,
            settings=every_rule,
        )

    run(60)  # work that is done only once must not count
    once, twice = count_lines(lambda: run(600)), count_lines(lambda: run(1200))
    assert twice < 2.3 * once


def test_a_text_far_beyond_the_size_limit_is_not_parsed() -> None:
    small, large = (":".join(["gt(f,1)"] * count) for count in (17_000, 500_000))
    (finding,) = lint(large)
    assert (finding.code, finding.span) == ("EPF302", (0, len(large)))
    assert count_lines(lambda: lint(large)) == count_lines(lambda: lint(small)) < 100
    assert codes(lint_located(small, parse_located(small))) == ["EPF302"]
    unlimited = Settings(ignore=("EPF302",))
    text = ":".join(f"gt(f{number},1)" for number in range(15_000))
    assert codes(lint(text, settings=unlimited)) == ["EPF301"]


_LONG_TEXTS: dict[str, Callable[[int], str]] = {
    "one field": lambda count: ":".join(f"gt(f,{n})" for n in range(count)),
    "fields": lambda count: "|".join(f"eq(f{n},1)" for n in range(count)),
    "groups": lambda count: ":".join(f"(eq(f{n},1)|eq(g,{n}))" for n in range(count)),
    "values": lambda count: f"in(id,{','.join(map(str, range(count)))})",
    "patterns": lambda count: "|".join(f"like(f,*{n}*)" for n in range(count)),
    "unknown operators": lambda count: "|".join(f"lik(f,{n})" for n in range(count)),
    "commas": lambda count: "eq(a,1)," * count,
    "open parentheses": lambda count: "(((eq(a,1)" * count,
    "quotes": lambda count: "eq(a,'" + "x'" * count,
    "letters": lambda count: "x" * count,
    "one value": lambda count: f"eq(a,{'x' * count})",
    "spaces": lambda count: "eq(a,1)" + " " * count,
}


@pytest.mark.parametrize("shape", _LONG_TEXTS)
def test_the_work_of_all_rules_grows_with_the_text_and_no_faster(shape: str) -> None:
    small, large = (_LONG_TEXTS[shape](count) for count in (100, 400))
    settings = Settings(select=("EPF",), max_bytes=10**9)
    lint(small, settings=settings)
    assert count_lines(lambda: lint(large, settings=settings)) < 4.5 * count_lines(
        lambda: lint(small, settings=settings)
    )
