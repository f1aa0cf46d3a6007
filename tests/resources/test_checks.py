"""The diagnostics of `check`: exact words, carets and fixes, from a data file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from epfilter import F, FilterTypeError
from epfilter.resources import Resource, resource_named
from support.resource_samples import logs, things
from support.rows import for_each

DATA = Path(__file__).parent / "data" / "checks.txt"
SAMPLES = {"things": things, "logs": logs}

_BLOCK = re.compile(r"^\[(\w+)\] ([^\n]*)\n(.*?)\n*(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


class Case(NamedTuple):
    resource: str
    text: str
    printed: str


CASES = [
    Case(*found)
    for found in _BLOCK.findall(re.sub(r"(?m)^#.*\n", "", DATA.read_text(encoding="utf-8")))
]


def printed(resource: Resource, text: str) -> str:
    """Return each finding with its severity, and the text after its fix."""
    lines = []
    for found in resource.check(text):
        lines.append(f"{found.severity} {found.draw(text)}")
        if found.fix:
            safe = "safe" if found.fix.safe else "not safe"
            lines.append(f"fix: {found.fix.title} ({safe})\nfixed: {found.fix.apply(text)}")
    return "\n".join(lines) or "nothing"


def find_resource(name: str) -> Resource:
    return SAMPLES.get(name) or resource_named(name)


@for_each("case", CASES, ids=lambda case: f"{case.resource}: {case.text}")
def test_diagnostics_have_exact_words_and_carets(case: Case) -> None:
    assert printed(find_resource(case.resource), case.text) == case.printed


@for_each("case", CASES, ids=lambda case: f"{case.resource}: {case.text}")
def test_a_safe_fix_removes_its_finding_and_adds_none(case: Case) -> None:
    resource = find_resource(case.resource)
    before = resource.check(case.text)
    for found in before:
        if found.code.startswith("EPF2") and found.fix and found.fix.safe:
            after = resource.check(found.fix.apply(case.text))
            assert [one.code for one in after] == [one.code for one in before if one is not found]


def test_every_code_has_a_case() -> None:
    codes = set(re.findall(r"EPF2\d\d", DATA.read_text(encoding="utf-8")))
    assert codes == {f"EPF{number}" for number in range(201, 212)}


def test_a_filter_is_checked_by_its_canonical_text() -> None:
    f = F.nme.eq("x") & F.status.eq("complete")
    (found,) = things.check(f)
    assert found.span == (3, 6)
    assert things.check(str(f)) == things.check(f)
    with pytest.raises(FilterTypeError, match="a filter is expected, not None"):
        things.check(None)  # type: ignore[arg-type] # wrong on purpose
