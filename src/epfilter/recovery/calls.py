"""Reads one call, `op(field,value)`, and reports its errors."""

from __future__ import annotations

import re

from epfilter.ast import (
    CALL_OPERATORS_BY_NAME,
    MEMBERSHIPS,
    Filter,
    Operator,
    construct_call,
)
from epfilter.errors import Edit, Fix, Span
from epfilter.located import Located
from epfilter.printer import quote_operand
from epfilter.recovery import diagnostics
from epfilter.recovery.joined_calls import split_joined_calls
from epfilter.recovery.operands import QUOTES, Call, match_separator, read_operand, take_operand
from epfilter.recovery.operator_names import get_operand_limits, means_part, suggest_operator
from epfilter.recovery.scanner import Scanner


def read_call(scanner: Scanner, head: re.Match[str]) -> Located:
    """Read the call that starts with `head`, the match of its name and opening parenthesis."""
    errors_before = len(scanner.diagnostics)
    name, op_span = head[1], Span(*head.span(1))
    op = CALL_OPERATORS_BY_NAME.get(name)
    if op is None:
        op = _recover_operator(scanner, name, op_span)
    scanner.pos = head.end(1)
    scanner.skip_space()
    scanner.take()
    call = Call(name, op_span, op)
    _read_operands(scanner, call)
    if op and len(call.operands) == 2 and means_part(name):
        field, value = call.operands
        better = diagnostics.part_operator(name, op_span, field.raw, value)
        scanner.diagnostics[errors_before] = better
    end = scanner.trim_end(scanner.pos)
    if call.operands:  # the space before the end may belong to the last one
        end = max(end, call.operands[-1].span.end)
    span = Span(op_span.start, end)
    node = _build_node(call) if len(scanner.diagnostics) == errors_before else None
    return Located(node=node, span=span, op_span=op_span, operands=tuple(call.operands))


def _recover_operator(scanner: Scanner, name: str, span: Span) -> Operator | None:
    lower = CALL_OPERATORS_BY_NAME.get(name.lower())
    if lower and name.isascii():
        scanner.report(diagnostics.upper_case_operator(name, span))
        return lower
    scanner.report(diagnostics.unknown_operator(name, span))
    return suggest_operator(name)


def _build_node(call: Call) -> Filter:
    assert call.op is not None  # noqa: S101 - else there is a diagnostic
    field, *values = (operand.text for operand in call.operands)
    return construct_call(call.op, field, values)


def _read_operands(scanner: Scanner, call: Call) -> None:
    expects_operand = True
    while True:
        scanner.skip_space()
        char = scanner.current()
        if not char or scanner.is_boundary(scanner.pos):
            _end_unclosed(scanner, call, expects_operand=expects_operand)
            return
        if char == ")":
            _end_closed(scanner, call, expects_operand=expects_operand)
            return
        if char == ",":
            if expects_operand:
                _report_missing(scanner, call, scanner.pos, last=False)
            scanner.take()
            expects_operand = True
        elif expects_operand:
            call.split = False
            call.operands.append(read_operand(scanner, call))
            call.slots += 1
            expects_operand = call.split
        else:
            expects_operand = _read_leftover(scanner, call)


def _report_missing(scanner: Scanner, call: Call, at: int, *, last: bool) -> None:
    kind = "field" if call.slots == 0 else "value" if call.slots < call.max_operands else "nothing"
    scanner.report(diagnostics.missing_operand(at, kind=kind, last=last))
    call.slots += 1
    call.gap = True


def _end_closed(scanner: Scanner, call: Call, *, expects_operand: bool) -> None:
    at = scanner.pos
    scanner.take()
    if expects_operand and call.slots:
        _report_missing(scanner, call, at, last=call.slots > 1)
    _check_count(scanner, call, at)


def _end_unclosed(scanner: Scanner, call: Call, *, expects_operand: bool) -> None:
    """Report one error for a call without `)`: the missing operand or the missing parenthesis."""
    errors_before = len(scanner.diagnostics)
    at = scanner.trim_end(scanner.pos)
    _check_count(scanner, call, at, unclosed=True)
    if len(scanner.diagnostics) == errors_before:
        if expects_operand and call.slots:
            _report_missing(scanner, call, at, last=call.slots > 1)
        else:
            # Another bracket at the end may be a misspelled `)`.
            safe = scanner.pos >= scanner.end and scanner.text[at - 1] not in "]}"
            scanner.report(diagnostics.unclosed_call(at, call.name, safe=safe))


def _check_count(scanner: Scanner, call: Call, at: int, *, unclosed: bool = False) -> None:
    if call.op is None or call.gap:
        return
    least, most = get_operand_limits(call.op)
    if call.slots < least:
        if call.doubtful:
            return
        span = Span(at, at)
    elif most is not None and call.slots > most:
        span = Span(call.operands[most].span.start, call.operands[-1].span.end)
        joined = split_joined_calls(call)
        if joined:
            whole = Span(call.op_span.start, scanner.pos)
            scanner.report(diagnostics.missing_call(*joined, whole))
            return
    else:
        return
    scanner.report(
        diagnostics.wrong_count(call.op, call.slots, span, call.op_span, unclosed=unclosed)
    )


def _read_leftover(scanner: Scanner, call: Call) -> bool:
    """Report text after a closing quote: a missing comma, or a quote that closes too early.

    Return whether an operand follows.
    """
    text, start = scanner.text, scanner.pos
    last = call.operands[-1]
    separator = match_separator(scanner, call, start, after_quote=True)
    is_separate = last.span.end < start or text[start] in QUOTES or separator
    if call.slots < call.max_operands and (is_separate or call.op not in MEMBERSHIPS):
        span = separator or Span(last.span.end, last.span.end)
        scanner.report(diagnostics.missing_comma(span, text[slice(*span)]))
        scanner.pos = separator.end if separator else start
        return True
    end = max(scanner.trim_end(scanner.find_operand_end(start)), start + 1)
    raw = text[last.span.start : end]
    inner = raw[1:-1] if len(raw) > 1 and raw[-1] == raw[0] else raw
    fix = Fix(
        "quote the whole operand",
        (Edit(Span(last.span.start, end), quote_operand(inner)),),
        safe=False,
    )
    scanner.report(diagnostics.text_after_quote(Span(start, end), text[start:end], raw[0], fix))
    call.doubtful = True
    call.operands[-1] = take_operand(scanner, last.span.start, end)
    return False
