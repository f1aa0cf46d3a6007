"""Explains text that stands where a call should: `status=paid`, `total > 5`, `status`."""

from __future__ import annotations

import re

from epfilter.ast import Operator
from epfilter.errors import Diagnostic, Span
from epfilter.printer import operand
from epfilter.recovery import diagnostics

_SIGNS = {
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
_COMPARED = re.compile(
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
_PLAIN = "a filter is calls like `eq(field,value)`, joined with `:` (and) or `|` (or)"


def infix_list_end(text: str, pos: int, end: int) -> int | None:
    """Where `name in (a,b)` ends, which would otherwise be read as the call `in(a,b)`."""
    found = _INFIX_LIST.match(text, pos, end)
    return found.end() if found else None


def explain_junk(span: Span, text: str) -> Diagnostic:
    """The mistake of the text in `span`, with the call that was meant where it can be told."""
    found = text[slice(*span)]
    hint, replacement = _meaning(found)
    return diagnostics.not_a_call(span, found, hint, replacement)


def _meaning(found: str) -> tuple[str, str | None]:
    """What to do about the text, and the call that was meant where it can be told."""
    lower = found.lower()
    first = _FIRST_WORD.match(lower)
    if first and first[1] in diagnostics.OPERATORS:
        lower = first[1]
    if lower in diagnostics.OPERATORS:
        least, _ = diagnostics.operand_count(diagnostics.OPERATORS[lower])
        operands = "field" if least == 1 else "field,value"
        return f"an operator takes its operands in parentheses: `{lower}({operands})`", None
    if _TEMPLATE.match(found):
        return "this looks like a template; render it first", None
    no_such = diagnostics.no_such(found)
    if no_such:
        return no_such, None
    listed = _INFIX_LIST.fullmatch(found)
    if listed:
        values = ",".join(_operand(value.strip()) for value in (listed[3] or listed[4]).split(","))
        call = f"{listed[2].lower()}({_field(listed[1])},{values})"
        return _write(call), call
    null = _IS_NULL.fullmatch(found)
    if null:
        call = f"is_null({_field(null[1])})"
        return _write(call), call
    compared = _COMPARED.fullmatch(found)
    return _compared(*compared.groups()) if compared else (_PLAIN, None)


def _compared(field: str, sign: str | None, word: str | None, value: str) -> tuple[str, str | None]:
    """The call for a comparison that is written in another language."""
    if sign in {"!=", "<>"}:
        return diagnostics.no_such("not") or "", None
    op = Operator(_SIGNS[sign]) if sign else diagnostics.suggest_operator(word or "")
    if op is None or op is Operator.IS_NULL:
        return _PLAIN, None
    call = f"{op}({_field(field)},{_operand(value)})"
    return _write(call), call


def _operand(value: str) -> str:
    """A value as it is written in a call; one that stands in quotes already stays as it is."""
    return value if value[:1] in {'"', "'"} and value[-1:] == value[:1] else operand(value)


def _field(name: str) -> str:
    return operand(name, field=True)


def _write(call: str) -> str:
    return f"write `{call}`" if len(call) <= 60 else _PLAIN
