"""Output in narrow terminals: excerpts, tables and prose fit their columns."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from epfilter import F, all_of
from epfilter.cli import main
from epfilter.cli.layout import render_table
from epfilter.resources import all_resources, resource_info
from support.rows import for_each

_LONG = str(all_of(F[f"field{number}"].eq(number) for number in range(20)))

_JOBS = [
    ("974c9db4-38da-4dbf-90c2-33eed5f3e77c", "failed", "2018-09-01 10:00:00", "no order matches"),
    ("0b1c9db4-38da-4dbf-90c2-33eed5f3e77c", "pending", "2018-09-02 10:00:00", ""),
]


def _run(monkeypatch: pytest.MonkeyPatch, columns: int, *args: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = CliRunner().invoke(main, args)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stdout.splitlines()


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("number", [0, 9, 19])
@for_each("wide", ["", "日本"])
def test_an_excerpt_fits_and_shows_the_caret(
    monkeypatch: pytest.MonkeyPatch, columns: int, number: int, wide: str
) -> None:
    text = _LONG.replace(f"eq(field{number},", f'eq(name,"{wide}"):eqq(field{number},')
    _, line, carets, _, _, fixed, *_ = _run(monkeypatch, columns, "check", text)
    start, end = carets.index("^"), carets.rindex("^") + 1
    assert _count_columns(line) <= columns
    assert _count_columns(fixed) <= columns
    at = line.index("eqq")
    assert (_count_columns(line[:at]), end - start) == (start, 3)
    assert "eq(field" in fixed


def test_an_excerpt_has_100_columns_without_a_terminal() -> None:
    lines = CliRunner().invoke(main, ["check", f"{_LONG}:eqq(a,1)"]).stdout.splitlines()
    assert len(lines[1]) == 4 + 1 + 100


@pytest.mark.parametrize("columns", [40, 60])
def test_codes_are_explained_in_the_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    for code in ("EPF1", "EPF4", "EPF406", "EPF601"):
        lines = _run(monkeypatch, columns, "explain", code)
        assert [line for line in lines if len(line) > columns and line[0] != " "] == []


@pytest.mark.parametrize("columns", [40, 60])
def test_a_filter_is_explained_in_the_width(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    values = "|".join(f"eq(name,customer {number})" for number in range(9))
    text = f"({values}|is_null(id)):(is_null(coupon)|eq(coupon,none))"
    lines = _run(monkeypatch, columns, "explain", text)
    assert max(map(len, lines)) <= columns
    item = lines.index("- at least one of these:")
    assert lines[item + 1].startswith("  - whose name is one of “customer")
    assert lines[item + 2].startswith("    ")  # below the first word of the item
    whole = CliRunner().invoke(main, ["explain", text], env={"COLUMNS": None}).stdout
    assert " ".join("\n".join(lines).split()) == " ".join(whole.split())
    assert max(map(len, whole.splitlines())) > columns


def test_differences_are_explained_in_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _run(monkeypatch, 60, "diff", "gt(total,5):eq(payment,paid):eq(a,1)", "ge(total,5)")
    assert lines == [
        "NEW also selects:",
        "  objects whose total is at least 5",
        "    except objects whose total is greater than 5 and whose",
        "    payment is paid and whose a is 1",
    ]


@pytest.mark.parametrize("columns", [40, 60])
def test_resources_fit(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    names = [resource_info(resource).name for resource in all_resources()]
    for args in ([], ["orders"], [max(names, key=len)]):
        lines = _run(monkeypatch, columns, "resources", *args)
        # A path or a name is not cut, so that it can be copied.
        assert [line for line in lines if len(line) > columns and len(line.split()) > 1] == []


@pytest.mark.parametrize("columns", [40, 60, 68, 80, 120])
def test_a_table_fits(columns: int) -> None:
    head = ("id", "status", "created", "error")
    lines = [click.unstyle(line) for line in render_table(head, _JOBS, columns)]
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    assert all(cell in text for row in _JOBS for cell in row)


def test_a_table_that_is_too_wide_becomes_a_list() -> None:
    head = ("id", "status", "created", "error")
    lines = [click.unstyle(line) for line in render_table(head, _JOBS, 60)]
    assert lines == [
        "974c9db4-38da-4dbf-90c2-33eed5f3e77c",
        "  status   failed",
        "  created  2018-09-01 10:00:00",
        "  error    no order matches",
        "0b1c9db4-38da-4dbf-90c2-33eed5f3e77c",
        "  status   pending",
        "  created  2018-09-02 10:00:00",
    ]


def _count_columns(text: str) -> int:
    return sum(2 if char in "日本" else 1 for char in text)
