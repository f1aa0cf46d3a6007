"""Tools for the tests of programs that use epfilter: tests of linter rules.

This is the entry; a name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_getattr as _make_getattr

if TYPE_CHECKING:
    from epfilter.testing.rule_cases import RuleCase, read_rule_cases, verify_rule

__all__ = ["RuleCase", "read_rule_cases", "verify_rule"]

_MODULES = {
    "RuleCase": "rule_cases",
    "read_rule_cases": "rule_cases",
    "verify_rule": "rule_cases",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:
    __getattr__ = _make_getattr(__name__, _MODULES)
