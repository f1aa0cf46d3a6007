"""The work of an analysis is linear in the filter, or it stops and the question is not decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from epfilter import parse
from epfilter.analysis import (
    disjoint,
    equivalent,
    implies,
    never_matches,
    normalize,
    simplify,
    subtract,
)
from epfilter.ast import Filter
from support.counted_work import count_lines
from support.sizes import slow_except

SHAPES: dict[str, Callable[[int], str]] = {
    "fields": lambda n: ":".join(f"eq(f{i},{i})" for i in range(n)),
    "alternatives": lambda n: "|".join(f"eq(f{i},{i})" for i in range(n)),
    "values of a field": lambda n: "|".join(f"eq(f,{i})" for i in range(n)),
    "one list": lambda n: f"in(f,{','.join(map(str, range(n)))})",
    "elements of a list": lambda n: f"contains_all(f,{','.join(map(str, range(n)))})",
    "ranges": lambda n: ":".join(f"gt(f{i},{i}):lt(f{i},{i + 5})" for i in range(n // 2)),
    "bounds of a field": lambda n: ":".join(f"gt(f,{i})" for i in range(n)),
    "patterns": lambda n: "|".join(f"like(f,*{i}*)" for i in range(n)),
    "groups": lambda n: "|".join(f"(eq(a{i},1):eq(b{i},2))" for i in range(n // 2)),
    "equal terms": lambda n: ":".join(["eq(f,1)"] * n),
}
QUESTIONS: dict[str, Callable[[Filter], object]] = {
    "never_matches": never_matches,
    "disjoint": lambda f: disjoint(f, "gt(f,5):eq(f1,x)"),
    "implies": lambda f: implies(f, "gt(f,5):eq(f1,x)"),
    "is implied": lambda f: implies("gt(f,5):eq(f1,x)", f),
    "equivalent": lambda f: equivalent(f, f),
    "simplify": simplify,
    "normalize": normalize,
    "subtract": lambda f: subtract(f, "gt(f,5):eq(f1,x)"),
}


@pytest.mark.parametrize("shape", slow_except(SHAPES, "fields", "patterns"))
@pytest.mark.parametrize("question", QUESTIONS)
def test_work_grows_linearly(question: str, shape: str) -> None:
    ask = QUESTIONS[question]
    small, large = parse(SHAPES[shape](100)), parse(SHAPES[shape](200))
    ask(small)  # work that is done only once must not count
    assert count_lines(lambda: ask(large)) < 2.5 * count_lines(lambda: ask(small)) + 200


def test_an_and_of_many_ors_is_not_decided() -> None:
    text = ":".join(f"(eq(a{i},1)|eq(b{i},2))" for i in range(40))
    assert never_matches(text) is None
    assert implies(text, "eq(c,1)") is None
    assert subtract(text, "eq(c,1)")[0].is_certain is False


def test_equal_filters_are_equivalent_whatever_the_work() -> None:
    terms = [f"(eq(a{i},1)|eq(b{i},2))" for i in range(40)]
    assert equivalent(":".join(terms), ":".join(reversed(terms))) is True
    assert subtract(":".join(terms), ":".join(terms)) == []
