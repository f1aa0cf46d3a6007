"""Tables of many small cases: one test runs them all, and reports each row that fails by its name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

Test = Callable[..., None]
Names = Callable[[Any], object] | Iterable[str] | None


def for_each(
    columns: str | Sequence[str], rows: Iterable[Any], *, ids: Names = None
) -> Callable[[Test], Test]:
    """Return a decorator that runs a test once for each row, as one test with a subtest per failure.

    The arguments are those of `pytest.mark.parametrize`, whose tests cost pytest and its workers
    about four milliseconds each: too much for a row that takes less itself. All rows share the
    fixtures of the test, such as `tmp_path`.

    Raises ValueError for a table without rows.
    """
    columns = columns.replace(",", " ").split() if isinstance(columns, str) else columns
    table = [dict(zip(columns, row if len(columns) > 1 else (row,), strict=True)) for row in rows]
    if not table:
        raise ValueError("the table has no rows")

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run_rows(subtests: pytest.Subtests, **fixtures: object) -> None:
            __tracebackhide__ = True
            for number, row in enumerate(table):
                try:
                    test(**fixtures, **row)
                except (Exception, pytest.fail.Exception, pytest.skip.Exception):
                    with subtests.test(_name_row(number, row, ids)):
                        raise

        # The parameters that are left are fixtures; pytest finds them by the signature.
        signature = inspect.signature(test)
        fixtures = [one for name, one in signature.parameters.items() if name not in columns]
        subtests = inspect.Parameter("subtests", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        run_rows.__signature__ = signature.replace(parameters=[subtests, *fixtures])  # type: ignore[attr-defined]
        return run_rows

    return decorate


def _name_row(number: int, row: dict[str, Any], ids: Names) -> str:
    if ids is None:
        return f"{number}: " + ", ".join(f"{name}={value!r}" for name, value in row.items())
    if callable(ids):
        return "-".join(str(ids(value)) for value in row.values())
    return list(ids)[number]
