"""`epfilter demo-orders`: reproducible orders, written to a file or a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from epfilter.cli import main
from epfilter.exporter.orders import demo_lines


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ("demo-orders", *args))


def test_orders_go_to_standard_output() -> None:
    result = run("--rows", "20")
    assert result.exit_code == 0
    assert result.stdout == "".join(demo_lines(20))
    assert result.stderr == ""


def test_default_number_of_orders() -> None:
    assert len(run().stdout.splitlines()) == 1000


def test_zero_orders_print_nothing() -> None:
    assert run("--rows", "0").stdout == ""


def test_output_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text("x" * 10**6, encoding="utf-8")
    result = run("--rows", "20", "-o", str(path))
    assert (result.exit_code, result.output) == (0, "")
    assert path.read_bytes() == "".join(demo_lines(20)).encode()


def test_seed_and_dates_change_the_orders() -> None:
    result = run("--rows", "5", "--seed", "7", "--start", "2020-02-01", "--end", "2020-02-02")
    wanted = demo_lines(5, seed=7, start=date(2020, 2, 1), end=date(2020, 2, 2))
    assert result.stdout == "".join(wanted)
    assert result.stdout != run("--rows", "5").stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--rows", "-1"], "-1 is not in the range x>=0"),
        (["--rows", "many"], "'many' is not a valid integer"),
        (["--start", "2018-02-30"], "'2018-02-30' does not match the format"),
        (["--end", "2018-01-01"], "the end must be after the start. Hint: start is 2018-01-01."),
        (["-o", "orders.csv"], "use a name that ends in .jsonl."),
        (["-o", "orders.XLSX"], "use a name that ends in .jsonl."),
        (["-o", "."], "cannot write .: Is a directory."),
        (["-o", "nowhere/orders.jsonl"], "cannot write nowhere/orders.jsonl: No such file"),
        (
            ["-o", "a\x00b"],
            "`a\\u0000b` is not a path: embedded null byte. Pass the path of a file.",
        ),
    ],
)
def test_failures_exit_with_2(args: list[str], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_full_disk() -> None:
    result = run("-o", "/dev/full")
    assert result.exit_code == 2
    assert "cannot write /dev/full: No space left on device." in result.stderr


@pytest.mark.slow
def test_a_closed_pipe_ends_the_command() -> None:
    command = [sys.executable, "-m", "epfilter", "demo-orders", "--rows", "1000000000"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["type"] == "order"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_a_dash_is_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("--rows", "3", "-o", "-").stdout == run("--rows", "3").stdout
    assert [*tmp_path.iterdir()] == []
