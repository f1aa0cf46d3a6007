"""Checking a filter against a resource: the diagnostics EPF201 to EPF211.

One constructor per message; a code never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from epfilter.ast import (
    TEXT_OPERATORS,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
)
from epfilter.errors import Diagnostic, Edit, Fix, Severity, Span
from epfilter.located import Located, Operand, list_calls
from epfilter.parser import parse_located
from epfilter.printer import print_operand
from epfilter.resources import messages
from epfilter.resources.declarations import Declaration
from epfilter.resources.field_types import Problem
from epfilter.resources.schema import FieldMatch, Schema
from epfilter.semantics import has_wildcard, replace_percent_wildcards
from epfilter.snippets import shorten
from epfilter.templates import Template, drop_uncertain, read_text

_MAX_SHOWN = 60
"""Characters of the operands that a hint repeats."""


def check_filter(schema: Schema, f: Filter | str | Template) -> list[Diagnostic]:
    """Return all diagnostics of a filter, a text or a template; see `Resource.check`."""
    text = read_text(f)
    diagnostics = check_parsed_text(schema, parse_located(text), len(text))
    return drop_uncertain(diagnostics, f) if isinstance(f, Template) else diagnostics


def check_parsed_text(schema: Schema, located: Located, length: int) -> list[Diagnostic]:
    """Return all diagnostics of a parsed text of this length; see `check_located`."""
    diagnostics = [*located.diagnostics]
    calls = [
        (call, schema.find(call.operands[0].text))
        for call in list_calls(located)
        if call.node is not None
    ]
    for call, match in calls:
        diagnostics.extend(_check_call(schema, call, match))
    if schema.info.deprecated is not None and calls:
        problem = messages.deprecated(f"listing `{schema.info.name}`", schema.info.deprecated)
        diagnostics.append(_diagnose("EPF211", problem, located.span, Severity.WARNING))
    if schema.required and calls:
        diagnostics.extend(_check_required(schema, calls, length))
    return sorted(diagnostics, key=lambda diagnostic: (diagnostic.span, diagnostic.code))


def _check_call(schema: Schema, call: Located, match: FieldMatch | None) -> Iterator[Diagnostic]:
    node, (name, *values) = call.node, call.operands
    assert isinstance(node, (Comparison, Membership, IsNull))  # noqa: S101 - calls are these
    assert call.op_span is not None  # noqa: S101 - and they have an operator
    if match is None:
        conflicts = schema.find_conflicts(name.text, node.op)
        if conflicts:
            problem = messages.disputed_field(schema.info, name.text, conflicts)
            yield _diagnose("EPF210", problem, name.span, Severity.WARNING)
        else:
            problem = messages.unknown_field(schema.info, name.text)
            yield _diagnose("EPF201", problem, name.span, is_field=True)
        return
    if match.declared.deprecated is not None and schema.info.deprecated is None:
        problem = messages.deprecated(f"field `{match.name}`", match.declared.deprecated)
        yield _diagnose("EPF205", problem, name.span, Severity.WARNING)
    if match.is_alias:
        yield _alias(match, name.span)
    if node.op not in match.declared.operators:
        conflicts = schema.find_conflicts(match.declared_name, node.op)
        if conflicts:
            problem = messages.disputed_operator(match.name, node.op, conflicts)
            yield _diagnose("EPF210", problem, call.op_span, Severity.WARNING)
        else:
            yield _unsupported_operator(match, node.op, call.op_span, values)
        return
    for value in values:
        yield from _check_value(match, node.op, value, call.op_span)


def _check_value(
    match: FieldMatch, op: Operator, value: Operand, op_span: Span
) -> Iterator[Diagnostic]:
    if op in TEXT_OPERATORS:
        pattern = replace_percent_wildcards(value.text)
        if op is not Operator.TEXT and pattern != value.text and not has_wildcard(value.text):
            yield _wildcard_of_sql(op, value, pattern)
        elif (
            op is Operator.LIKE
            and Operator.EQ in match.declared.operators
            and not has_wildcard(value.text)
        ):
            yield _pattern_without_wildcard(match, value, op_span)
        return
    field_type = match.declared.type
    problem = field_type.problem(value.text)
    if problem:
        code = "EPF204" if (field_type.item or field_type).values else "EPF203"
        yield _diagnose(code, messages.invalid_value(match.name, problem), value.span)
    elif has_wildcard(value.text):
        yield _literal_wildcard(match, op, value.span, op_span)


def _check_required(
    schema: Schema, calls: list[tuple[Located, FieldMatch | None]], end: int
) -> Iterator[Diagnostic]:
    paths = {match.path for _, match in calls if match is not None}
    missing = [path for path in schema.required if path not in paths]
    if missing:
        problem = messages.missing_fields(schema.info.name, missing)
        yield _diagnose("EPF209", problem, Span(end, end))
    if schema.info.only_required:
        for call, match in calls:
            if match is not None and match.path not in schema.required:
                problem = messages.field_not_allowed(schema.info.name, schema.required)
                yield _diagnose("EPF209", problem, call.operands[0].span)


def _diagnose(
    code: str,
    problem: Problem,
    span: Span,
    severity: Severity = Severity.ERROR,
    *,
    is_field: bool = False,
) -> Diagnostic:
    """Return a problem at its place, with a fix if another text was probably meant."""
    fix = None
    if problem.nearest:
        edit = Edit(span, print_operand(problem.nearest, field=is_field))
        fix = Fix(f"write `{problem.nearest}`", (edit,), safe=False)
    return Diagnostic(code, problem.message, span, severity, problem.hint, fix)


def _unsupported_operator(
    match: FieldMatch, op: Operator, span: Span, values: Sequence[Operand]
) -> Diagnostic:
    problem = messages.unsupported_operator(match.name, match.declared, op)
    alternative = _find_alternative(match.declared, op, values)
    if alternative is None:
        return Diagnostic("EPF202", problem.message, span, hint=problem.hint)
    written = alternative.op.value
    fix = Fix(f"write `{written}`", (Edit(span, written), *alternative.edits), safe=False)
    shown = ",".join([match.name, *(edit.text for edit in alternative.edits)])
    call = f"{written}({shown})" if alternative.edits and len(shown) <= _MAX_SHOWN else written
    hint = f"{alternative.reason}: write `{call}`"
    if len(match.declared.operators) > 1:
        hint += f"; {problem.hint}"
    return Diagnostic("EPF202", problem.message, span, hint=hint, fix=fix)


class _Alternative(NamedTuple):
    """Another operator, the reason for it, and the changes of the values that it requires."""

    op: Operator
    reason: str
    edits: tuple[Edit, ...] = ()


_FOR_LISTS = {
    Operator.EQ: Operator.CONTAINS,
    Operator.IN: Operator.CONTAINS_ANY,
    Operator.LIKE: Operator.CONTAINS,
}
"""What compares one value, with what compares the elements of a list."""

_IGNORING_CASE = {Operator.LIKE: Operator.ILIKE, Operator.EQ: Operator.ILIKE}


def _find_alternative(
    declared: Declaration[Any], op: Operator, values: Sequence[Operand]
) -> _Alternative | None:
    """Return the operator of the field that probably means what `op` was meant to mean."""
    supported = declared.operators
    is_list = declared.type.item is not None
    for_list = _FOR_LISTS.get(op)
    if is_list and for_list in supported:
        return _Alternative(for_list, "the field is a list")
    if op is Operator.CONTAINS and not is_list:
        pattern = Operator.LIKE if Operator.LIKE in supported else Operator.ILIKE
        if pattern in supported:
            edits = tuple(
                Edit(value.span, print_operand(f"*{value.text.strip('*')}*")) for value in values
            )
            return _Alternative(pattern, "the field is not a list", edits)
    if op is Operator.CONTAINS_ANY and not is_list and Operator.IN in supported:
        return _Alternative(Operator.IN, "the field is not a list")
    ignoring_case = _IGNORING_CASE.get(op)
    if ignoring_case in supported and Operator.LIKE not in supported:
        return _Alternative(ignoring_case, "`ilike` ignores case")
    if op is Operator.ILIKE and Operator.LIKE in supported:
        return _Alternative(Operator.LIKE, "`like` does not ignore case")
    return None


def _alias(match: FieldMatch, span: Span) -> Diagnostic:
    edit = Edit(span, print_operand(match.path, field=True))
    return Diagnostic(
        "EPF206",
        f"`{match.name}` is an alias of `{match.path}`.",
        span,
        Severity.INFO,
        hint=f"write `{match.path}`",
        fix=Fix(f"write `{match.path}`", (edit,), safe=True),
    )


def _literal_wildcard(match: FieldMatch, op: Operator, span: Span, op_span: Span) -> Diagnostic:
    fix = None
    hint = f"`{op}` compares the `*` itself; this field has no `like`"
    if Operator.LIKE in match.declared.operators:
        hint = "`*` is a wildcard in `like` only"
        if op is Operator.EQ:
            fix = Fix("write `like`", (Edit(op_span, "like"),), safe=False)
    return Diagnostic(
        "EPF207", f"`*` is not a wildcard in `{op}`.", span, Severity.WARNING, hint=hint, fix=fix
    )


def _pattern_without_wildcard(match: FieldMatch, value: Operand, op_span: Span) -> Diagnostic:
    field_type = match.declared.type
    hint, fix = "to match a part of the value, add `*`", None
    if field_type.problem(value.text) is None:
        hint = f"`eq` matches the whole value and is faster; {hint}"
        # Only for text does `eq` compare the same text as `like`.
        is_text = (field_type.item or field_type).name == "string"
        fix = Fix("write `eq`", (Edit(op_span, "eq"),), safe=is_text)
    return Diagnostic(
        "EPF208",
        "a pattern without `*` matches only the whole value.",
        value.span,
        Severity.INFO,
        hint=hint,
        fix=fix,
    )


def _wildcard_of_sql(op: Operator, value: Operand, pattern: str) -> Diagnostic:
    written = print_operand(pattern)
    return Diagnostic(
        "EPF208",
        f"`%` is not a wildcard in `{op}`.",
        value.span,
        Severity.INFO,
        hint=f"the wildcard is `*`: write `{shorten(written)}`",
        fix=Fix("write `*`", (Edit(value.span, written),), safe=False),
    )
