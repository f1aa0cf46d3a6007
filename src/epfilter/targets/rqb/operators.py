"""The names of operators in the builder: its own where it has the operator, else ours."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.semantics import Pattern, parse_pattern

NAMES: dict[Operator, str] = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
    Operator.LIKE: "like",
    Operator.ILIKE: "ilike",
    # The builder's own `contains` is about a part of a text.
    Operator.CONTAINS: "contains_value",
    Operator.TEXT: "text",
    Operator.IN: "in",
    Operator.CONTAINS_ANY: "contains_any",
    Operator.CONTAINS_ALL: "contains_all",
    Operator.IS_NULL: "null",
}
OPERATORS: dict[str, Operator] = {name: op for op, name in NAMES.items()}

PATTERNS: dict[str, tuple[bool, bool]] = {
    "contains": (True, True),
    "beginsWith": (False, True),
    "endsWith": (True, False),
}
"""The builder's operators for `like`: whether any text may come before and after the value."""

RANGES = ("between", "notBetween")
NEGATIONS = ("!=", "doesNotContain", "doesNotBeginWith", "doesNotEndWith", "notNull", "notIn")
"""The builder's operators that the filter language cannot express."""

PLACEHOLDER = "~"
"""The builder's name of a field or an operator that its user has not selected yet."""


def split_pattern(operand: str) -> tuple[str, str]:
    """Return the operator and the value of the builder for the operand of `like`.

    >>> split_pattern("DECK_*"), split_pattern("DECK"), split_pattern("*")
    (('beginsWith', 'DECK_'), ('like', 'DECK'), ('like', '*'))
    """
    pattern = parse_pattern(operand)
    wildcards = (pattern.any_prefix, pattern.any_suffix)
    for name, sides in PATTERNS.items():
        if pattern.text and wildcards == sides:
            return name, pattern.text
    return NAMES[Operator.LIKE], operand


def join_pattern(name: str, text: str) -> str | None:
    """Return the operand of `like` for an operator and a value of the builder.

    Returns None where a `*` of the value would be a wildcard.

    >>> join_pattern("contains", "robe"), join_pattern("beginsWith", "*a")
    ('*robe*', None)
    """
    any_prefix, any_suffix = PATTERNS[name]
    operand = f"{'*' * any_prefix}{text}{'*' * any_suffix}"
    return operand if parse_pattern(operand) == Pattern(text, any_prefix, any_suffix) else None
