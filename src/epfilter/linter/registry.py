"""All rules, by their code."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.linter.engine import Engine, Rule
from epfilter.linter.rules import ALL
from epfilter.linter.settings import Settings
from epfilter.snippets import shorten
from epfilter.suggestions import did_you_mean, nearest_names

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in ALL})
"""Every rule by its code, in the order of the codes."""


@lru_cache(maxsize=8)
def engine(settings: Settings) -> Engine:
    """The rules that these settings choose; FilterValueError for a code that no rule has."""
    return Engine(settings, RULES)


def found(code: str) -> Rule:
    """The rule of a code, in any case.

    Raises FilterValueError where there is none, FilterTypeError where the code is no str.
    """
    if not isinstance(code, str):
        raise FilterTypeError(f"a code is a str, not {describe_type(code)}.")
    known = RULES.get(code.upper())
    if known is None:
        raise FilterValueError(*unknown(code))
    return known


def unknown(code: str) -> tuple[str, str]:
    """What to say about a code that no rule has: a message and a hint."""
    near = sorted(nearest_names(code, RULES, 3))
    return (
        f"there is no rule `{shorten(code)}`.",
        did_you_mean(*near) if near else f"the codes are {min(RULES)} to {max(RULES)}",
    )
