"""`epfilter explain`: the meaning of codes, and which arguments are filters.

The explanations of filters are in `runs.json`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from epfilter.cli import main
from epfilter.errors import FilterValueError
from epfilter.linter import RULES, explain_rule
from support.rows import for_each

_EPF404 = """\
EPF404 Duplicate value (warning)

A value occurs twice in one `in`, `contains_any` or `contains_all`. With a resource,
values are compared by their type, so `1` and `1.0` are the same number; without one, by
their text. The later value changes nothing, so the fix that removes it is safe.

Bad:
    in(id,a,b,a)

Good:
    in(id,a,b,c)

Source: the meaning of the operators.
"""


@pytest.mark.parametrize("code", ["EPF404", "epf404"])
def test_a_code_is_explained_in_any_case(code: str) -> None:
    result = CliRunner().invoke(main, ["explain", code])
    assert (result.stdout, result.stderr, result.exit_code) == (_EPF404, "", 0)


@for_each("code", RULES)
def test_every_code_is_explained(code: str) -> None:
    result = CliRunner().invoke(main, ["explain", code])
    assert result.stdout.startswith(f"{code} {RULES[code].title} (")
    for part in ("\nGood", "\nSource: "):
        assert part in result.stdout
    assert ("\nBad" in result.stdout) is (RULES[code].bad is not None)
    prose = [line for line in result.stdout.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= 88
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize("start", ["EPF", "epf6", "EPF40"])
def test_the_start_of_a_code_lists_the_codes(start: str) -> None:
    result = CliRunner().invoke(main, ["explain", start])
    family = [code for code in RULES if code.startswith(start.upper())]
    assert [line.partition("  ")[0] for line in result.stdout.splitlines()] == family
    first = RULES[family[0]]
    assert result.stdout.startswith(f"{first.code}  {first.title} ({first.severity})\n")
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize("code", ["EPF499", "EPF9"])
def test_an_unknown_code_is_wrong_usage(code: str) -> None:
    with pytest.raises(FilterValueError, match=f"there is no rule `{code}`") as refusal:
        explain_rule(code)
    result = CliRunner().invoke(main, ["explain", code])
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr.endswith(f"\nError: {refusal.value}\n")


@pytest.mark.parametrize("text", ["what", "", "EPF1010", "EPF404 ", "xEPF404", "EPF٤٠٤"])
def test_other_text_is_a_filter(text: str) -> None:
    result = CliRunner().invoke(main, ["explain", text])
    assert (result.stdout, result.exit_code) == ("", 1)
    assert "error[EPF1" in result.stderr


def test_a_resource_cannot_be_combined_with_a_code() -> None:
    result = CliRunner().invoke(main, ["explain", "--resource", "orders", "EPF404"])
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr.endswith("\nError: `--resource` cannot be combined with a code.\n")


def test_a_filter_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "epf101"
    path.write_text("gt(total,100)\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["explain", f"@{path}"])
    assert (result.stdout, result.stderr) == ("objects whose total is greater than 100\n", "")
    assert result.exit_code == 0


def test_codes_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_EPFILTER_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "epfilter explain epf50")
    monkeypatch.setenv("COMP_CWORD", "2")
    result = CliRunner().invoke(main, [], prog_name="epfilter")
    assert result.stdout.split() == ["plain,EPF501"]
