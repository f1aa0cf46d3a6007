"""The list of all rules, their lookup by code, and their description in plain text."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from types import MappingProxyType

from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.linter.definitions import Example, Rule
from epfilter.linter.rules import (
    embedded,
    epf301,
    epf302,
    epf303,
    epf304,
    epf305,
    epf306,
    epf401,
    epf402,
    epf403,
    epf404,
    epf405,
    epf406,
    epf407,
    epf408,
    epf409,
    epf410,
    epf411,
    epf501,
    files,
    resources,
    syntax,
)
from epfilter.snippets import make_printable, shorten
from epfilter.suggestions import did_you_mean, nearest_names

_ALL: tuple[Rule, ...] = (
    *syntax.RULES,
    *resources.RULES,
    epf301.RULE,
    epf302.RULE,
    epf303.RULE,
    epf304.RULE,
    epf305.RULE,
    epf306.RULE,
    epf401.RULE,
    epf402.RULE,
    epf403.RULE,
    epf404.RULE,
    epf405.RULE,
    epf406.RULE,
    epf407.RULE,
    epf408.RULE,
    epf409.RULE,
    epf410.RULE,
    epf411.RULE,
    epf501.RULE,
    *embedded.RULES,
    *files.RULES,
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _ALL})
"""All rules by their code, in the order of the codes."""

_WIDTH = 88


def get_rule(code: str) -> Rule:
    """Return the rule with a code; the case of `code` does not matter.

    Raises FilterValueError if there is no such rule, FilterTypeError if the code is not a str.
    """
    if not isinstance(code, str):
        raise FilterTypeError(f"a code must be a str, not {describe_type(code)}.")
    rule = RULES.get(code.upper())
    if rule is None:
        raise FilterValueError(*describe_unknown_code(code))
    return rule


def describe_unknown_code(code: str) -> tuple[str, str]:
    """Return the message and the hint for a code that no rule has."""
    nearest = sorted(nearest_names(code, RULES, 3))
    return (
        f"there is no rule `{shorten(code)}`.",
        did_you_mean(*nearest) if nearest else f"the codes are {min(RULES)} to {max(RULES)}",
    )


def describe_rule(rule: Rule) -> str:
    """Return the title, the explanation, the examples and the source of a rule as plain text."""
    default = "" if rule.enabled else ", off by default"
    paragraphs = [f"{rule.code} {rule.title} ({rule.severity}{default})"]
    paragraphs += [fill(part, _WIDTH) for part in rule.explanation.split("\n")]
    if rule.bad is not None:
        paragraphs.append(_format_example("Bad", rule.bad))
    paragraphs.append(_format_example("Good", rule.good))
    paragraphs.append(fill(f"Source: {rule.source}", _WIDTH))
    return "\n\n".join(paragraphs)


def _format_example(heading: str, example: Example) -> str:
    context = f" (resource {example.resource})" if example.resource else ""
    if example.name:
        context = f" (in {example.name})"
    text = make_printable(example.text.rstrip("\n"))
    if len(text) > _WIDTH * 2:
        text = f"{text[:_WIDTH]}…"
    return f"{heading}{context}:\n    {text}".rstrip()
