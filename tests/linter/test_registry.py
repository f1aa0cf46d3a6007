"""The registry: all rules are listed, documented, and found by their code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from epfilter import FilterTypeError, FilterValueError, Severity
from epfilter.linter import RULES, explain_rule, get_rule

SOURCE = Path(__file__).parents[2] / "src" / "epfilter"


def test_rules_are_found_by_their_code() -> None:
    assert get_rule("epf303") is RULES["EPF303"]
    for wrong in ("EPF100", "", "x" * 10_000):
        with pytest.raises(FilterValueError, match="there is no rule `"):
            explain_rule(wrong)
    with pytest.raises(FilterTypeError, match="a code must be a str"):
        get_rule(5)  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(FilterValueError, match="`width` must be at least 1, not 0"):
        explain_rule("EPF404", width=0)
    with pytest.raises(
        FilterTypeError, match="`width` must be an integer, not a value of type str"
    ):
        explain_rule("EPF404", width="88")  # type: ignore[arg-type] # wrong on purpose
    with pytest.raises(TypeError):
        RULES["EPF303"] = get_rule("EPF301")  # type: ignore[index] # read only


def test_an_unknown_code_is_described_with_the_nearest_codes() -> None:
    codes = r"`EPF\d\d\d`, `EPF\d\d\d` or `EPF\d\d\d`"
    with pytest.raises(FilterValueError) as caught:
        get_rule("EPF410X")
    message = str(caught.value)
    assert re.fullmatch(rf"there is no rule `EPF410X`\. Hint: did you mean {codes}\?\.?", message)
    assert "`EPF410`" in message


@pytest.mark.parametrize("family", ["EPF9", "EPF99", "epf0"])
def test_an_unknown_family_is_described_with_the_families(family: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        get_rule(family)
    hint = "the families of rules are EPF1, EPF2, EPF3, EPF4, EPF5, EPF6, EPF7"
    assert str(caught.value) == f"there is no rule `{family}`. Hint: {hint}."


def test_an_unknown_code_without_near_codes_is_described_with_the_range() -> None:
    with pytest.raises(FilterValueError) as caught:
        get_rule("x")
    first, *_, last = RULES
    assert str(caught.value) == f"there is no rule `x`. Hint: the codes are {first} to {last}."


def test_severities_and_defaults_are_stable() -> None:
    remarks = {code for code, known in RULES.items() if known.severity is Severity.INFO}
    assert remarks == {
        "EPF206",
        "EPF208",
        "EPF212",
        "EPF305",
        "EPF306",
        "EPF405",
        "EPF407",
        "EPF412",
        "EPF413",
        "EPF607",
        "EPF705",
    }
    assert {code for code, known in RULES.items() if not known.enabled} == {"EPF307", "EPF501"}


def test_codes_are_in_order_and_every_rule_is_documented() -> None:
    assert list(RULES) == sorted(RULES)
    titles = [known.title for known in RULES.values()]
    assert len(set(titles)) == len(titles)
    for known in RULES.values():
        assert known.explanation.endswith(".")
        assert known.source.endswith(".")
        assert not known.title.endswith(".")


def test_the_registry_contains_every_code_that_is_reported() -> None:
    for module in ("recovery/diagnostics.py", "resources/checks.py"):
        codes = set(re.findall(r'"(EPF\d+)"', (SOURCE / module).read_text(encoding="utf-8")))
        assert codes - {"EPF100"} <= set(RULES)


def test_a_rule_module_contains_the_rules_of_its_name() -> None:
    for path in (SOURCE / "linter" / "rules").glob("epf*.py"):
        prefix = path.stem.partition("_")[0].upper()
        codes = re.findall(r'"(EPF\d+)"', path.read_text(encoding="utf-8"))
        assert set(codes) == {code for code in RULES if code.startswith(prefix)}, path.name
