"""What each command prints, to the letter, and how it ends.

Cases are rows of `runs.json` (a filter goes in) and `refusals.json` (nothing can go in).
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


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
    )
    return rows


def _case(row: dict[str, Any]) -> str:
    return str(row["case"])


def run(*args: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, args, input=given)


@pytest.mark.parametrize("row", _rows("runs.json"), ids=_case)
def test_what_a_command_prints(row: dict[str, Any]) -> None:
    result = run(*row["args"], given=row.get("in"))
    assert result.stdout.splitlines() == row["out"]
    assert result.stderr.splitlines() == row.get("err", [])
    assert result.exit_code == row["code"]


@pytest.mark.parametrize("row", _rows("refusals.json"), ids=_case)
def test_wrong_usage_and_failures_end_with_2(
    row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*row["args"])
    assert row["says"] in result.stderr
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
    answer = json.loads(result.stdout)
    assert list(answer) == ["ok", "canonical", "tree", "diagnostics"]
    assert [found["code"] for found in answer["diagnostics"]] == codes
    if codes:
        assert (answer["ok"], answer["canonical"], answer["tree"]) == (False, None, None)
    else:
        assert answer["ok"] is True
        assert answer["canonical"] == text
        assert answer["tree"] == {"op": "eq", "field": "payment", "value": "paid"}
    assert result.stderr == ""
    assert result.exit_code == (1 if codes else 0)


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize(("length", "code"), [("6", 1), ("7", 0), ("0", 1)])
def test_check_refuses_a_filter_that_is_too_long(style: str, length: str, code: int) -> None:
    assert run("check", "--format", style, "--max-length", length, "eq(a,1)").exit_code == code


@pytest.mark.parametrize("command", ["parse", "format", "payload"])
@pytest.mark.parametrize("text", ["", "eq(a,1", "eq(a)", "eqq(a,1)", "\n"])
def test_a_product_is_whole_or_absent(command: str, text: str) -> None:
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


@pytest.mark.parametrize("f", HOSTILE, ids=repr)
def test_every_product_reads_back(f: Any) -> None:
    text = unparse(f)
    assert parse(run("format", text).stdout_bytes.decode().removesuffix("\n")) == f
    assert parse(run("format", "--pretty", "--quotes", "always", "-", given=text).stdout) == f
    payload = run("payload", text).stdout
    assert CreateJob.model_validate_json(payload).data.filter == f
    tree = json.loads(run("parse", text).stdout)
    assert CreateJob.model_validate({"data": {"filter": tree}}).data.filter == f
    assert json.loads(run("check", "--format", "json", text).stdout)["tree"] == tree


def test_a_drawing_of_anything_stays_in_its_lines() -> None:
    for f in HOSTILE:
        assert len(run("parse", "--format", "tree", unparse(f)).stdout.splitlines()) == 6


def test_many_mistakes_are_drawn_in_part_and_counted_in_full() -> None:
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


def test_a_large_filter_passes_every_command() -> None:
    text = ":".join(f"eq(a,{number})" for number in range(3000))
    for command in ("check", "parse", "format", "payload"):
        assert run(command, "-", given=text).exit_code == 0


def test_the_version() -> None:
    result = run("--version")
    assert result.stdout.startswith("epfilter ")
    assert result.exit_code == 0
