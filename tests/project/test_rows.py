"""Each row of a table runs, and each that fails is reported by its name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from support.rows import for_each


class Subtests:
    """Stands for the fixture of pytest."""

    def __init__(self) -> None:
        self.failures: list[str] = []

    @contextmanager
    def test(self, name: str) -> Iterator[None]:
        try:
            yield
        except (AssertionError, pytest.fail.Exception):
            self.failures.append(name)


def test_every_row_that_fails_is_reported() -> None:
    seen = []

    @for_each("number, text", [(1, "a"), (2, "b"), (3, "c")], ids=str)
    def check(number: int, text: str) -> None:
        seen.append(text)
        assert number == 2

    subtests = Subtests()
    check(subtests=subtests)
    assert seen == ["a", "b", "c"]
    assert subtests.failures == ["1-a", "3-c"]


@pytest.mark.parametrize(
    ("ids", "name"), [(None, "1: number=2"), (["x", "y"], "y"), (lambda number: -number, "-2")]
)
def test_the_name_of_a_row(ids: Any, name: str) -> None:
    @for_each("number", [1, 2], ids=ids)
    def check(number: int) -> None:
        assert number == 1

    subtests = Subtests()
    check(subtests=subtests)
    assert subtests.failures == [name]


def test_the_other_parameters_are_fixtures() -> None:
    @for_each("number", [1])
    def check(number: int, tmp_path: object) -> None:
        assert (number, tmp_path) == (1, "here")

    assert [*inspect.signature(check).parameters] == ["subtests", "tmp_path"]
    check(subtests=Subtests(), tmp_path="here")


def test_a_table_without_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="no rows"):
        for_each("number", [])
