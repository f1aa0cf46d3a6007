"""Explains text in place of a call: `status=paid`, `total > 5`, `status`."""

from __future__ import annotations

import re

from epfilter.ast import CALL_OPERATORS_BY_NAME, PATTERN_OPERATORS, Operator
from epfilter.errors import Diagnostic, Span
from epfilter.printer import print_operand
from epfilter.recovery import diagnostics
from epfilter.recovery.operator_names import (
    get_alternative_hint,
    get_operand_limits,
    suggest_operator,
)
from epfilter.recovery.other_languages import translate_other_language
from epfilter.semantics import replace_percent_wildcards

_SYMBOLS = {
    "=": "eq",
    "==": "eq",
    ":": "eq",
    ">": "gt",
    ">=": "ge",
    "<": "lt",
    "<=": "le",
    "=~": "like",
    "~": "like",
}
_INFIX_COMPARISON = re.compile(
    r"([A-Za-z_][\w.\[\]-]*+)(?:\s*+(==|=~|!=|<>|>=|<=|[=<>~:])\s*+|\s++([A-Za-z_]++)\s++)"
    r"""("[^"]*+"|'[^']*+'|[^\s"'=<>:|()]++)"""
)
_TEMPLATE = re.compile(r"\{\{|\$\{|\{\w+\}|%[sr(]|<\w+>")
_FIRST_WORD = re.compile(r"([A-Za-z_]++)[\s\[]")
_INFIX_LIST = re.compile(
    r"([A-Za-z_][\w.\[\]-]*+)\s++(in|contains_any|contains_all)\s*+"
    r"(?:\(([^()\[\]]++)\)|\[([^()\[\]]++)\])",
    re.IGNORECASE,
)
_IS_NULL = re.compile(r"([A-Za-z_][\w.\[\]-]*+)\s++is\s++null", re.IGNORECASE)
_GENERAL_HINT = (
    "a filter consists of calls like `eq(field,value)`, joined with `:` (and) or `|` (or)"
)


def find_infix_list_end(text: str, pos: int, end: int) -> int | None:
    """Return the end of `name in (a,b)`, which is not the call `in(a,b)`; None for other text."""
    match = _INFIX_LIST.match(text, pos, end)
    return match.end() if match else None


def diagnose_unexpected(span: Span, text: str) -> Diagnostic:
    """Return the error of the text in `span`, with the call that was probably meant."""
    unexpected = text[slice(*span)]
    hint, replacement = _suggest_call(unexpected)
    return diagnostics.not_a_call(span, unexpected, hint, replacement)


def _suggest_call(text: str) -> tuple[str, str | None]:
    """Return a hint, and the call that was probably meant or None."""
    lower = text.lower()
    first = _FIRST_WORD.match(lower)
    if first and first[1] in CALL_OPERATORS_BY_NAME:
        lower = first[1]
    if lower in CALL_OPERATORS_BY_NAME:
        least, _ = get_operand_limits(CALL_OPERATORS_BY_NAME[lower])
        operands = "field" if least == 1 else "field,value"
        return f"an operator takes its operands in parentheses: `{lower}({operands})`", None
    if _TEMPLATE.match(text):
        return "this looks like a template; render it first", None
    alternative = get_alternative_hint(text)
    if alternative:
        return alternative, None
    translation = translate_other_language(text)
    if translation:
        return _hint_to_translate(*translation), translation.filter
    return _suggest_infix(text)


def _suggest_infix(text: str) -> tuple[str, str | None]:
    """Return a hint, and the call for an operator between field and value, or None."""
    infix_list = _INFIX_LIST.fullmatch(text)
    if infix_list:
        field, op, in_parentheses, in_brackets = infix_list.groups()
        values = (in_parentheses or in_brackets).split(",")
        operands = ",".join(_print_value(value.strip()) for value in values)
        call = f"{op.lower()}({_print_field(field)},{operands})"
        return _hint_to_write(call), call
    is_null = _IS_NULL.fullmatch(text)
    if is_null:
        call = f"is_null({_print_field(is_null[1])})"
        return _hint_to_write(call), call
    comparison = _INFIX_COMPARISON.fullmatch(text)
    return _suggest_comparison(*comparison.groups()) if comparison else (_GENERAL_HINT, None)


def _suggest_comparison(
    field: str, symbol: str | None, word: str | None, value: str
) -> tuple[str, str | None]:
    """Return the call for a comparison in the syntax of another language."""
    if symbol in {"!=", "<>"}:
        return get_alternative_hint("not") or "", None
    op = Operator(_SYMBOLS[symbol]) if symbol else suggest_operator(word or "")
    if op is None or op is Operator.IS_NULL:
        return _GENERAL_HINT, None
    printed = _print_value(value)
    if op in PATTERN_OPERATORS:
        printed = _print_pattern(value)
    call = f"{op}({_print_field(field)},{printed})"
    return _hint_to_write(call), call


def _print_value(value: str) -> str:
    """Return a value as an operand; one in quotes stays unchanged."""
    return value if value[:1] in {'"', "'"} and value[-1:] == value[:1] else print_operand(value)


def _print_pattern(value: str) -> str:
    """Return a pattern of SQL, such as `'x%'`, as an operand of `like`."""
    quote = value[:1] if value[:1] in {'"', "'"} and value[-1:] == value[:1] else ""
    inner = value[1:-1] if quote else value
    pattern = replace_percent_wildcards(inner)
    return _print_value(value) if pattern == inner else print_operand(pattern)


def _print_field(name: str) -> str:
    return print_operand(name, field=True)


def _hint_to_translate(language: str, translated: str | None) -> str:
    if translated is None:
        return f"{language}; {_GENERAL_HINT}"
    return f"{language}; {_hint_to_write(translated)}"


def _hint_to_write(call: str) -> str:
    return f"write `{call}`" if len(call) <= 60 else _GENERAL_HINT
