"""The list of all rules, their lookup by code, and their description in plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from textwrap import fill
from types import MappingProxyType

from epfilter.arguments import describe_type, require_int
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.linter.definitions import Example, Rule
from epfilter.linter.plugins import load_rules
from epfilter.linter.rules import (
    epf1_syntax,
    epf2_resources,
    epf6_embedded,
    epf7_files,
    epf301_too_many_calls,
    epf302_filter_too_long,
    epf303_too_many_or_conditions,
    epf304_too_many_values,
    epf305_leading_wildcard,
    epf306_pattern_as_only_term,
    epf307_missing_required_filter,
    epf401_never_matches,
    epf402_redundant_term,
    epf403_duplicate_term,
    epf404_duplicate_value,
    epf405_in_with_one_value,
    epf406_eq_on_timestamp,
    epf407_gt_or_le_on_timestamp,
    epf408_mixed_and_or,
    epf409_trailing_space,
    epf410_backslash_without_escape,
    epf411_inner_wildcard,
    epf412_word_for_missing,
    epf413_never_matches_a_number,
    epf414_always_matches,
    epf415_brackets_around_values,
    epf501_not_canonical,
)
from epfilter.snippets import make_printable, shorten
from epfilter.suggestions import did_you_mean, nearest_names

_ALL: tuple[Rule, ...] = (
    *epf1_syntax.RULES,
    *epf2_resources.RULES,
    epf301_too_many_calls.RULE,
    epf302_filter_too_long.RULE,
    epf303_too_many_or_conditions.RULE,
    epf304_too_many_values.RULE,
    epf305_leading_wildcard.RULE,
    epf306_pattern_as_only_term.RULE,
    epf307_missing_required_filter.RULE,
    epf401_never_matches.RULE,
    epf402_redundant_term.RULE,
    epf403_duplicate_term.RULE,
    epf404_duplicate_value.RULE,
    epf405_in_with_one_value.RULE,
    epf406_eq_on_timestamp.RULE,
    epf407_gt_or_le_on_timestamp.RULE,
    epf408_mixed_and_or.RULE,
    epf409_trailing_space.RULE,
    epf410_backslash_without_escape.RULE,
    epf411_inner_wildcard.RULE,
    epf412_word_for_missing.RULE,
    epf413_never_matches_a_number.RULE,
    epf414_always_matches.RULE,
    epf415_brackets_around_values.RULE,
    epf501_not_canonical.RULE,
    *epf6_embedded.RULES,
    *epf7_files.RULES,
)

_PLUGINS = load_rules()

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in (*_ALL, *_PLUGINS.rules)})
"""All rules by their code, in the order of the codes; those of other packages come last."""

_MAX_EXAMPLE = 176
"""Characters of an example that are shown; of a longer one, the first half of them."""
_FAMILY = re.compile(r"EPF[0-9]{1,2}", re.IGNORECASE)


def require_plugins() -> None:
    """Raise PluginError if the rules of an installed package cannot be used."""
    if _PLUGINS.fault is not None:
        raise _PLUGINS.fault


def get_rule(code: str) -> Rule:
    """Return the rule with a code; the case of `code` does not matter.

    Raises FilterValueError if there is no such rule, with the nearest codes as a hint, and
    FilterTypeError if the code is not a str.

    >>> get_rule("EPF403").title
    'Duplicate term'
    """
    if not isinstance(code, str):
        raise FilterTypeError(f"a code must be a str, not {describe_type(code)}.")
    rule = RULES.get(code.upper())
    if rule is None:
        raise FilterValueError(*describe_unknown_code(code))
    return rule


def explain_rule(code: str, *, width: int = 88) -> str:
    """Return the meaning of a code as plain text: title, reason, examples and source.

    Paragraphs are wrapped to `width` columns; examples are not. Raises the same errors as
    `get_rule`, FilterTypeError if the width is not an int, and FilterValueError if it is less
    than 1.

    >>> print(explain_rule("EPF404").splitlines()[0])
    EPF404 Duplicate value (warning)
    """
    return describe_rule(get_rule(code), require_int("width", width, 1))


def describe_unknown_code(code: str) -> tuple[str, str]:
    """Return the message and the hint for a code that no rule has."""
    message = f"there is no rule `{shorten(code)}`."
    if _FAMILY.fullmatch(code):
        families = dict.fromkeys(rule.code[:4] for rule in _ALL)
        return message, f"the families of rules are {', '.join(families)}"
    nearest = sorted(nearest_names(code, RULES, 3))
    if nearest:
        return message, did_you_mean(*nearest)
    return message, f"the codes are {_ALL[0].code} to {_ALL[-1].code}"


def describe_rule(rule: Rule, width: int = 88) -> str:
    """Return the title, the explanation, the examples and the source of a rule as plain text.

    Paragraphs are wrapped to `width` columns.
    """
    default = "" if rule.enabled else ", off by default"
    title = f"{rule.code} {rule.title} ({rule.severity}{default})"
    paragraphs = [fill(part, width) for part in (title, *rule.explanation.split("\n"))]
    if rule.bad is not None:
        paragraphs.append(_format_example("Bad", rule.bad))
    paragraphs.append(_format_example("Good", rule.good))
    paragraphs.append(fill(f"Source: {rule.source}", width))
    return "\n\n".join(paragraphs)


def _format_example(heading: str, example: Example) -> str:
    context = f" (resource {example.resource})" if example.resource else ""
    if example.name:
        context = f" (in {example.name})"
    text = make_printable(example.text.rstrip("\n")) if example.text.strip() else "(empty text)"
    if len(text) > _MAX_EXAMPLE:
        text = f"{text[: _MAX_EXAMPLE // 2]}…"
    return f"{heading}{context}:\n    {text}".rstrip()
