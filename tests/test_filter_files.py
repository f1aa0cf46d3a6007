"""Files of filters: the linter and the commands that take one filter agree about their format."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from epfilter import parse, pretty, unparse
from epfilter.cli import main
from epfilter.cli.text_io import read_filter
from epfilter.errors import Span
from epfilter.filter_files import cut_comments, split_filters
from epfilter.linter import Configuration
from epfilter.linter.files import Change, Run
from support.counted_work import count_lines
from support.filter_strategies import filters

BREAKS = st.sampled_from(
    ["\n", "\r\n", "\n\n", "  \n", " # epfilter\n", "\n# eq(a,1)\n", "\n \t#'\n"]
)
without_breaks = filters.filter(lambda f: not {*"\r\n"} & {*unparse(f)})


def texts_of(text: str) -> list[str]:
    """Return the filters of a file without their comments."""
    found = split_filters(text)
    return [
        "".join(text[start:end] for start, end in cut_comments(text, span, found.comments))
        for span in found.filters
    ]


@given(filters, BREAKS, BREAKS)
def test_a_file_with_a_filter_printed_for_people_is_one_filter(
    f: object, above: str, below: str
) -> None:
    (text,) = texts_of(above + pretty(f) + below)  # type: ignore[arg-type] # hypothesis draws a Filter
    assert parse(text) == f


@given(st.lists(without_breaks.map(unparse), min_size=2, max_size=5), BREAKS)
def test_filters_on_lines_of_their_own_are_several(written: list[str], line_break: str) -> None:
    assert texts_of(line_break.join(written)) == written


@given(st.lists(without_breaks.map(pretty), min_size=2, max_size=4))
def test_filters_printed_for_people_are_several(written: list[str]) -> None:
    assert [parse(text) for text in texts_of("\n".join(written))] == [*map(parse, written)]


@given(filters.map(pretty), BREAKS)
@example(pretty(parse('in(a,"\r\n"):eq(b,"c")')), "\n")
def test_formatting_a_file_of_one_filter_changes_nothing_else(text: str, line_break: str) -> None:
    run = Run(Configuration(), Change.FORMAT, dry=True)
    content = f"# one{line_break}{text}{line_break}"
    assert run.lint_content(content, "a.filter").diff == ""


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "args",
    [
        ("check",),
        ("parse",),
        ("format",),
        ("format", "--pretty"),
        ("payload",),
        ("explain",),
        ("translate", "--to", "ep-ast"),
        ("match", "--count"),
        pytest.param(
            ("export", "--orders", "orders.jsonl", "-o", "x.csv", "--force"),
            marks=pytest.mark.slow,
        ),
    ],
    ids=" ".join,
)
def test_every_command_takes_a_file_with_lines_and_comments(
    args: tuple[str, ...], line_break: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("orders.jsonl").write_text('{"id": "1", "payment": "paid", "status": "complete"}\n')
    lines = ["# of today", "eq(payment,paid)  # not refunded", "", ": eq(status,complete)"]
    Path("a.filter").write_bytes(line_break.join(lines).encode())
    rows = ("orders.jsonl",) if args[0] == "match" else ()
    runner = CliRunner()
    expected = runner.invoke(main, [*args, "eq(payment,paid):eq(status,complete)", *rows])
    assert expected.exit_code == 0
    assert runner.invoke(main, [*args, "@a.filter", *rows]).output == expected.output
    from_input = runner.invoke(main, [*args, "-", *rows], input=Path("a.filter").read_bytes())
    assert from_input.output == expected.output


def test_a_finding_in_a_file_has_the_line_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.filter"
    file.write_text("# of today\neq(payment,paid) # not refunded\n: eqq(a,1)\n")
    result = CliRunner().invoke(main, ["check", f"@{file}"])
    assert result.stdout.startswith(
        "3:3: error[EPF108] there is no operator `eqq`.\n    : eqq(a,1)\n"
    )


@pytest.mark.parametrize("text", ["eq(a,1) and\neq(b,2)", "eq(a,\neq(b,2)", "eq(a,1)\n:)eq(b,2)"])
def test_a_filter_with_a_syntax_error_is_one_filter_for_a_command(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "a.filter").write_text(text)
    assert read_filter(f"@{tmp_path / 'a.filter'}") == text


def test_a_file_of_several_filters_is_refused_by_a_command_for_one(tmp_path: Path) -> None:
    file = tmp_path / "a.filter"
    file.write_text("# two\neq(a,1)\n\neq(b,2):\n  eq(c,3)\n")
    result = CliRunner().invoke(main, ["payload", f"@{file}"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        "a.filter contains 2 filters, but this command takes one: line 2 starts one, and line 4"
        in (result.stderr)
    )


@pytest.mark.parametrize("line", ["eq(a,1)", "eq(a,1):", 'eq(a,"1', "eq(a,1) # x", "# x\n:eq(a,1)"])
def test_the_work_grows_with_the_size_of_the_file(line: str) -> None:
    small, large = (count_lines(partial(split_filters, f"{line}\n" * size)) for size in (100, 1000))
    assert large < 12 * small


def test_comments_are_cut_with_the_blanks_before_them() -> None:
    text = "eq(a,b #c\n)"
    assert [text[start:end] for start, end in cut_comments(text, Span(0, 11), [Span(7, 9)])] == [
        "eq(a,b",
        "\n)",
    ]
