"""`epfilter match`: the printed rows, and the messages for malformed files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from epfilter.cli import main, progress
from support.rows import for_each
from support.sizes import slow_except

_RUNS = json.loads(Path(__file__).with_name("match_runs.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@for_each("run", _RUNS, ids=lambda run: run["case"])
def test_match_run(run: dict[str, Any]) -> None:
    content = run["content"].encode()
    Path(run["file"]).write_bytes(content)
    result = CliRunner().invoke(main, ["match", *run["args"], run["file"]])
    assert result.exit_code == run["code"]
    assert "Traceback" not in result.output
    if "out" in run or run["code"] != 2:
        assert result.stdout_bytes.decode() == run["out"]
    assert run.get("err", "") in result.stderr
    assert bool(result.stderr) is (run["code"] == 2 or "err" in run)
    if "Error: a." in run.get("err", ""):
        style = {".json": "json", ".jsonl": "jsonl", ".csv": "csv"}[Path(run["file"]).suffix]
        args = ["match", "--format", style, *run["args"], "-"]
        again = CliRunner().invoke(main, args, input=content)
        assert again.stderr == result.stderr.replace(run["file"], "standard input")
        assert (again.stdout_bytes, again.exit_code) == (result.stdout_bytes, 2)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["eq(a,1)"], "Missing argument 'FILE'."),
        (["-", "-", "--format", "csv"], "FILTER and FILE cannot both be standard input."),
        (["eq(a,1)", "-"], "standard input requires `--format`."),
        (["eq(a,1)", "a.txt"], "cannot tell the format from the file name"),
        (["eq(a,1)", "none.csv"], "Error: cannot read none.csv: No such file or directory."),
        (["eq(a,1)", "a\0.csv"], "Error: cannot read a\\u0000.csv: "),
        (["eq(a,1)", ".", "--format", "csv"], "Error: cannot read .: "),
        (["@none", "a.csv"], "Error: cannot read none: No such file or directory."),
        (["eq(a,1)", "a.csv", "--resource", "ordrs"], "there is no resource `ordrs`"),
    ],
)
def test_wrong_usage(args: list[str], message: str) -> None:
    result = CliRunner().invoke(main, ["match", *args])
    assert (result.stdout, result.exit_code) == ("", 2)
    assert message in result.stderr


@pytest.mark.parametrize("style", ["json", "jsonl", "csv"])
def test_invalid_utf_8(style: str) -> None:
    Path("a.x").write_bytes(b'a\n{"a": "\xff"}\n' if style == "csv" else b'\n{"a": "\xff"}')
    result = CliRunner().invoke(main, ["match", "--format", style, "eq(a,1)", "a.x"])
    assert result.stderr == "Error: a.x, line 2: not UTF-8: byte 0xff at offset 7.\n"
    assert result.exit_code == 2


@pytest.mark.parametrize("style", ["json", "jsonl"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("[" * 100_000, "not valid JSON: it is nested too deeply"),
        ("9" * 5000, "not valid JSON: a number has too many digits"),
    ],
    ids=["deep", "long"],
)
def test_json_beyond_the_limits_of_python(style: str, value: str, message: str) -> None:
    Path("a.x").write_text(f'[{{"a":{value}}}]' if style == "json" else f'{{"a":{value}}}')
    result = CliRunner().invoke(main, ["match", "--format", style, "eq(a,1)", "a.x"])
    assert result.stderr == f"Error: a.x, line 1: {message}.\n"


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.floats())
_rows = st.lists(st.dictionaries(st.sampled_from(["a", "b", "é\n"]), _values), max_size=5)


@given(_rows, st.sampled_from([None, 2]), st.booleans())
def test_printed_rows_equal_the_rows_of_the_file(
    rows: list[dict[str, Any]],
    indent: int | None,
    in_data: bool,  # noqa: FBT001 - rendered
) -> None:
    whole = {"x": {"data": [1]}, "data": rows, "z": 1} if in_data else rows
    for style, text in (
        ("json", json.dumps(whole, indent=indent)),
        ("jsonl", "".join(json.dumps(row) + "\n" for row in rows)),
    ):
        args = ["match", "--format", style, "is_null(nowhere)", "-"]
        result = CliRunner().invoke(main, args, input=text.encode())
        assert result.exit_code == (0 if rows else 1)
        if style == "jsonl":
            assert result.stdout == text
        else:
            assert json.dumps(json.loads(result.stdout)) == json.dumps(whole)


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=2)))
def test_printed_cells_equal_the_cells_of_the_file(rows: list[list[str]]) -> None:
    given_rows = [["a", "b"], *rows]
    written = StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(given_rows)
    args = ["match", "--format", "csv", "is_null(nowhere)", "-"]
    result = CliRunner().invoke(main, args, input=written.getvalue().encode())
    assert result.exit_code == (0 if rows else 1)
    printed = StringIO(result.stdout_bytes.decode(), newline="")
    assert [*csv.reader(printed, strict=True)] == given_rows


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
@pytest.mark.parametrize("style", slow_except(["jsonl", "csv"], "jsonl"))
def test_rows_are_streamed_and_a_closed_pipe_is_accepted(style: str) -> None:
    row = '{"a":1}' if style == "jsonl" else "a"
    done = subprocess.run(  # noqa: S603 - our own script
        [
            *("/bin/sh", "-c", f"yes '{row}' | \"$@\" | head -n 2", "sh"),
            *(sys.executable, "-m", "epfilter", "match", "--format", style, "like(a,*)|eq(a,1)"),
            "-",
        ],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout.decode(), done.stderr) == (f"{row}\n" * 2, b"")


def test_progress_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [1] * 10

    class Terminal:
        text = ""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            self.text += text
            return len(text)

        def flush(self) -> None:
            pass

    terminal = Terminal()
    monkeypatch.setattr(progress, "_BAR_DELAY", -1)
    monkeypatch.setattr(sys, "stderr", terminal)
    assert [*progress.iterate_with_progress(sizes, int, 10, "matching")] == sizes
    assert "matching" in terminal.text
    assert "100%" in terminal.text
    monkeypatch.setattr(progress, "_BAR_DELAY", 60)
    terminal.text = ""
    assert [*progress.iterate_with_progress(sizes, int, 10, "matching")] == sizes
    assert terminal.text == ""
