"""What a filter asks of a resource that the resource does not have: diagnostics EPF201 to EPF209.

One constructor a message; a code never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import (
    TEXT_OPERATORS,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    require_filter,
)
from epfilter.errors import Diagnostic, Edit, Fix, Severity, Span
from epfilter.located import Located, Operand
from epfilter.parser import parse_located
from epfilter.printer import operand, unparse
from epfilter.semantics import has_wildcard
from epfilter.snippets import shorten
from epfilter.suggestions import did_you_mean, list_names, nearest_name

if TYPE_CHECKING:
    from epfilter.resources.field_types import Problem
    from epfilter.resources.resource import Match, Resource


_MAX_FIELDS_LISTED = 12
"""The fields that a hint lists; `epfilter resources NAME` lists all."""


class Said(NamedTuple):
    """A message, its hint, and what was probably meant."""

    message: str
    hint: str
    nearest: str | None = None


def check(resource: Resource, f: Filter | str) -> list[Diagnostic]:
    """Everything that is wrong with a filter or a text for a resource, in the order of the text.

    Spans refer to the text, or to `unparse(f)` where a filter was given.
    """
    text = f if isinstance(f, str) else unparse(require_filter(f))
    return check_located(resource, parse_located(text), len(text))


def check_located(resource: Resource, located: Located, length: int) -> list[Diagnostic]:
    """As `check`, for a text of this length that has been read already."""
    found = [*located.diagnostics]
    calls = list(_calls(located))
    for call in calls:
        found.extend(_check_call(resource, call))
    found.extend(_check_required(resource, calls, length))
    return sorted(found, key=lambda one: (one.span, one.code))


def unknown_field(resource: Resource, name: str) -> Said:
    """What to say about a name that no field of the resource has."""
    info = resource._info
    names = [path for path in info.fields if "{" not in path]
    names += [alias for declared in info.fields.values() for alias in declared.aliases]
    near = nearest_name(name, names)
    message = f"`{info.name}` has no field `{shorten(name)}`."
    risk = "older endpoints ignore such a filter and return everything"
    if near:
        return Said(message, f"{did_you_mean(near)} {risk.capitalize()}", near)
    shown = list_names(info.fields, _MAX_FIELDS_LISTED)
    return Said(message, f"its fields are {shown}; {risk}" if shown else risk)


def _calls(located: Located) -> Iterator[Located]:
    """The calls that could be read, in the order of the text."""
    waiting = [located]
    while waiting:
        part = waiting.pop()
        if part.op_span and part.node is not None:
            yield part
        waiting.extend(reversed(part.children))


def _check_call(resource: Resource, call: Located) -> Iterator[Diagnostic]:
    node, (name, *values) = call.node, call.operands
    assert isinstance(node, (Comparison, Membership, IsNull))  # noqa: S101 - calls are these
    assert call.op_span is not None  # noqa: S101 - and they have an operator
    match = resource._find(name.text)
    if match is None:
        yield _unknown(resource, name)
        return
    if match.declared.deprecated is not None:
        yield _deprecated(match, name.span)
    if match.is_alias:
        yield _alias(match, name.span)
    if node.op not in match.declared.operators:
        yield _unsupported(match, node.op, call.op_span)
        return
    for value in values:
        yield from _check_value(match, node.op, value, call.op_span)


def _check_value(match: Match, op: Operator, value: Operand, op_span: Span) -> Iterator[Diagnostic]:
    if op in TEXT_OPERATORS:
        if (
            op is Operator.LIKE
            and Operator.EQ in match.declared.operators
            and not has_wildcard(value.text)
        ):
            yield _pattern_without_wildcard(match, value, op_span)
        return
    kind = match.declared.kind
    problem = kind.problem(value.text)
    if problem:
        make: Callable[..., Diagnostic] = (
            _not_in_enum if (kind.item or kind).values else _not_of_type
        )
        yield make(match, value.span, problem)
    elif has_wildcard(value.text):
        yield _literal_wildcard(match, op, value.span, op_span)


def _check_required(resource: Resource, calls: list[Located], end: int) -> Iterator[Diagnostic]:
    required = resource._required
    if not required or not calls:
        return
    asked = {
        match.path for call in calls if (match := resource._find(call.operands[0].text)) is not None
    }
    missing = [path for path in required if path not in asked]
    if missing:
        yield _missing_fields(resource, missing, end)
    if resource._info.exactly:
        for call in calls:
            match = resource._find(call.operands[0].text)
            if match and match.path not in required:
                yield _field_too_many(resource, required, call.operands[0].span)


def _unknown(resource: Resource, name: Operand) -> Diagnostic:
    said = unknown_field(resource, name.text)
    fix = None
    if said.nearest:
        edit = Edit(name.span, operand(said.nearest, field=True))
        fix = Fix(f"write `{said.nearest}`", (edit,), safe=False)
    return Diagnostic("EPF201", said.message, name.span, hint=said.hint, fix=fix)


def _unsupported(match: Match, op: Operator, span: Span) -> Diagnostic:
    known = ", ".join(f"`{one}`" for one in match.declared.operators)
    return Diagnostic(
        "EPF202",
        f"the field `{match.name}` has no operator `{op}`.",
        span,
        hint=f"it has {known}" if known else "it cannot be filtered on",
    )


def _not_of_type(match: Match, span: Span, problem: Problem) -> Diagnostic:
    return Diagnostic(
        "EPF203", f"`{match.name}`: {problem.message}", span, hint=problem.hint or None
    )


def _not_in_enum(match: Match, span: Span, problem: Problem) -> Diagnostic:
    fix = None
    if problem.nearest:
        edit = Edit(span, operand(problem.nearest))
        fix = Fix(f"write `{problem.nearest}`", (edit,), safe=False)
    return Diagnostic(
        "EPF204", f"`{match.name}`: {problem.message}", span, hint=problem.hint, fix=fix
    )


def _deprecated(match: Match, span: Span) -> Diagnostic:
    deprecation = match.declared.deprecated
    since = f" since {deprecation.since}" if deprecation and deprecation.since else ""
    instead = deprecation.instead if deprecation else ""
    return Diagnostic(
        "EPF205",
        f"the field `{match.name}` is deprecated{since}.",
        span,
        Severity.WARNING,
        hint=f"use `{instead}`" if instead else "the platform may stop answering it",
    )


def _alias(match: Match, span: Span) -> Diagnostic:
    edit = Edit(span, operand(match.path, field=True))
    return Diagnostic(
        "EPF206",
        f"`{match.name}` is another name of `{match.path}`.",
        span,
        Severity.INFO,
        hint=f"write `{match.path}`",
        fix=Fix(f"write `{match.path}`", (edit,), safe=True),
    )


def _literal_wildcard(match: Match, op: Operator, span: Span, op_span: Span) -> Diagnostic:
    fix = None
    hint = f"`{op}` compares the `*` itself; this field has no `like`"
    if Operator.LIKE in match.declared.operators:
        hint = "`*` is a wildcard in `like` only"
        if op is Operator.EQ:
            fix = Fix("write `like`", (Edit(op_span, "like"),), safe=False)
    return Diagnostic(
        "EPF207", f"`*` is no wildcard in `{op}`.", span, Severity.WARNING, hint=hint, fix=fix
    )


def _pattern_without_wildcard(match: Match, value: Operand, op_span: Span) -> Diagnostic:
    kind = match.declared.kind
    hint, fix = "for a part of the value write `*`", None
    if kind.problem(value.text) is None:
        hint = f"`eq` asks for the whole value and is faster; {hint}"
        # Only of text is the value that `eq` compares the very text that `like` does.
        fix = Fix("write `eq`", (Edit(op_span, "eq"),), safe=(kind.item or kind).name == "string")
    return Diagnostic(
        "EPF208",
        "a pattern without `*` matches only the whole value.",
        value.span,
        Severity.INFO,
        hint=hint,
        fix=fix,
    )


def _missing_fields(resource: Resource, missing: list[str], end: int) -> Diagnostic:
    names = " and ".join(f"`{path}`" for path in missing)
    return Diagnostic(
        "EPF209",
        f"`{resource._info.name}` wants a comparison of {names}.",
        Span(end, end),
        hint="it does not answer without",
    )


def _field_too_many(resource: Resource, required: list[str], span: Span) -> Diagnostic:
    names = " and ".join(f"`{path}`" for path in required)
    return Diagnostic(
        "EPF209",
        f"`{resource._info.name}` takes no other fields than {names}.",
        span,
        hint="remove this comparison",
    )
