"""`epfilter explain CODE`: what a code means, and what happens for one that does not exist."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from epfilter.cli import main
from epfilter.linter import RULES

_EPF404 = """\
EPF404 Duplicate value (warning)

A value stands twice in one `in`, `contains_any` or `contains_all`. With a resource
values are compared by what they mean, so `1` and `1.0` are one number; without one by
their text. The later one changes nothing, so the fix that removes it is safe.

Bad:
    in(id,a,b,a)

Good:
    in(id,a,b,c)

Source: what the operators mean.
"""


@pytest.mark.parametrize("code", ["EPF404", "epf404"])
def test_a_code_is_explained_in_any_case(code: str) -> None:
    result = CliRunner().invoke(main, ["explain", code])
    assert (result.stdout, result.stderr, result.exit_code) == (_EPF404, "", 0)


@pytest.mark.parametrize("code", RULES)
def test_every_code_is_explained(code: str) -> None:
    result = CliRunner().invoke(main, ["explain", code])
    assert result.stdout.startswith(f"{code} {RULES[code].title} (")
    for part in ("\nGood", "\nSource: "):
        assert part in result.stdout
    assert ("\nBad" in result.stdout) is (RULES[code].bad is not None)
    prose = [line for line in result.stdout.splitlines() if not line.startswith("    ")]
    assert max(map(len, prose)) <= 88
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "EPF499",
            "there is no rule `EPF499`. Hint: the nearest are `EPF409`, `EPF410`, `EPF411`.",
        ),
        ("what", "there is no rule `what`. Hint: they are EPF101 to EPF501."),
        ("", "there is no rule ``. Hint: they are EPF101 to EPF501."),
    ],
)
def test_an_unknown_code_is_wrong_usage(code: str, message: str) -> None:
    result = CliRunner().invoke(main, ["explain", code])
    assert (result.stdout, result.exit_code) == ("", 2)
    assert result.stderr.endswith(f"\nError: {message}\n")


def test_codes_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_EPFILTER_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "epfilter explain epf50")
    monkeypatch.setenv("COMP_CWORD", "2")
    result = CliRunner().invoke(main, [], prog_name="epfilter")
    assert result.stdout.split() == ["plain,EPF501"]
