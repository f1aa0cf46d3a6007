"""The exact output and exit code of each command.

Cases are rows of `runs.json` (a filter goes in) and `refusals.json` (wrong usage).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from epfilter import F, all_of, parse, unparse
from epfilter.cli import main
from epfilter.exporter import CreateJob
from support.rows import for_each


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
    )
    return rows


def _case(row: dict[str, Any]) -> str:
    return str(row["case"])


def run(*args: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin)


@for_each("row", _rows("runs.json"), ids=_case)
def test_command_output(row: dict[str, Any]) -> None:
    result = run(*row["args"], stdin=row.get("in"))
    assert result.stdout.splitlines() == row["out"]
    assert result.stderr.splitlines() == row.get("err", [])
    assert result.exit_code == row["code"]


@for_each("row", _rows("refusals.json"), ids=_case)
def test_wrong_usage_and_failures_exit_with_2(
    row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.filter", "a b.filter"):
        Path(name).touch()
    result = run(*row["args"])
    assert row["message"] in result.stderr
    assert result.stdout == ""
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("eq(payment,paid)", []),
        ("", ["EPF101"]),
        ("eq(a,1", ["EPF102"]),
        ("eq(a)", ["EPF107"]),
        ("eqq(a,1)", ["EPF108"]),
        ("eq(a):lik(c,x*)", ["EPF107", "EPF108"]),
    ],
)
def test_check_as_json(text: str, codes: list[str]) -> None:
    result = run("check", "--format", "json", text)
    report = json.loads(result.stdout)
    assert list(report) == ["ok", "canonical", "tree", "diagnostics"]
    assert [found["code"] for found in report["diagnostics"]] == codes
    if codes:
        assert (report["ok"], report["canonical"], report["tree"]) == (False, None, None)
    else:
        assert report["ok"] is True
        assert report["canonical"] == text
        assert report["tree"] == {"op": "eq", "field": "payment", "value": "paid"}
    assert result.stderr == ""
    assert result.exit_code == (1 if codes else 0)


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize(("length", "code"), [("6", 1), ("7", 0), ("0", 1)])
def test_check_reports_a_filter_that_is_too_long(style: str, length: str, code: int) -> None:
    assert run("check", "--format", style, "--max-length", length, "eq(a,1)").exit_code == code


@pytest.mark.parametrize("command", ["parse", "format", "payload"])
@for_each("text", ["", "eq(a,1", "eq(a)", "eqq(a,1)", "\n"])
def test_output_is_complete_or_empty(command: str, text: str) -> None:
    result = run(command, text)
    assert result.stdout == ""
    assert "EPF1" in result.stderr
    assert result.exit_code == 1


HOSTILE = [
    all_of(F[name].eq(value) for name in ("a", "a b", "ä", '"')) & F.values.in_(value, "é")
    for value in (
        "",
        " ",
        '"',
        "\\",
        "),eq(b,2",
        "a\nb",
        "\u2028\x1b[0m",
        "😀",
        "${x}",
        "%s",
        "{0}",
    )
]


@for_each("f", HOSTILE, ids=repr)
def test_output_parses_back(f: Any) -> None:
    text = unparse(f)
    assert parse(run("format", text).stdout_bytes.decode().removesuffix("\n")) == f
    assert parse(run("format", "--pretty", "--quotes", "always", "-", stdin=text).stdout) == f
    payload = run("payload", text).stdout
    assert CreateJob.model_validate_json(payload).data.filter == f
    tree = json.loads(run("parse", text).stdout)
    assert CreateJob.model_validate({"data": {"filter": tree}}).data.filter == f
    assert json.loads(run("check", "--format", "json", text).stdout)["tree"] == tree


def test_a_tree_drawing_has_one_line_per_node() -> None:
    for f in HOSTILE:
        assert len(run("parse", "--format", "tree", unparse(f)).stdout.splitlines()) == 6


def test_only_some_of_many_errors_are_shown_but_all_are_counted() -> None:
    result = run("check", ":".join(["eqq(a,1)"] * 25))
    assert result.stdout.count("EPF108") == 20
    assert result.stdout.splitlines()[-3:] == ["… and 5 more", "", "not ok: 25 errors"]
    everything = run("check", "--format", "json", ":".join(["eqq(a,1)"] * 25))
    assert len(json.loads(everything.stdout)["diagnostics"]) == 25


def test_the_text_of_a_long_fix_is_cut_around_it() -> None:
    text = ":".join(["eq(a,1)"] * 100 + ["gte(b,2)"] + ["eq(c,3)"] * 100)
    lines = run("check", text).stdout.splitlines()
    fixed = lines[lines.index("    fix: write `ge`") + 1].strip()
    assert ":ge(b,2):" in fixed
    assert fixed[0] == fixed[-1] == "…"
    assert len(fixed) <= 102


@pytest.mark.slow
def test_every_command_accepts_a_large_filter() -> None:
    text = ":".join(f"eq(a,{number})" for number in range(3000))
    for command in ("parse", "format", "payload"):
        assert run(command, "-", stdin=text).exit_code == 0
    checked = run("check", "-", stdin=text)
    assert (checked.exit_code, "EPF301" in checked.stdout) == (1, True)


def test_version() -> None:
    result = run("--version")
    assert result.stdout.startswith("epfilter ")
    assert result.exit_code == 0
