"""Reads one call, `op(field,value)`, and says what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from epfilter.ast import MEMBERSHIPS, Comparison, Filter, IsNull, Membership, Operator
from epfilter.ast import _unchecked as _node
from epfilter.errors import Edit, Fix, Span
from epfilter.located import Located, Operand
from epfilter.printer import quoted
from epfilter.reader import mistakes
from epfilter.reader.scanner import LOOK_ALIKES, Scanner

_QUOTES = "\"'"
_SINGLE, _DOUBLE = "‘’‚‛′", "“”„‟″"
_CURLY = re.compile(
    "|".join(
        rf"[{like}](?P<{name}>[^{like}{plain}]*+)[{like}{plain}](?=[ \t\r\n]*+[,)，）])"
        for name, like, plain in (("single", _SINGLE, "'"), ("double", _DOUBLE, '"'))
    )
)
_SWALLOWED = re.compile(r"\)[ \t\r\n]*+[:|][ \t\r\n]*+[^\W\d]\w*+[ \t\r\n]*+\(")
_SEPARATOR = re.compile(r"==?|[<>]=?|;")
_COLON_OR_SEPARATOR = re.compile(f":|{_SEPARATOR.pattern}")
_ESCAPED_QUOTES = re.compile(r"\\([\"'])(.*)\\\1", re.DOTALL)


@dataclass(slots=True)
class _Call:
    """What is known of the call that is being read."""

    name: str
    op_span: Span
    op: Operator | None
    """The operator, or the one that was meant; None where that cannot be told."""
    operands: list[Operand] = field(default_factory=list)
    slots: int = 0
    """Operands, the missing ones between commas included."""
    doubtful: bool = False
    """An operand's extent is uncertain, so that too few operands may be a consequence."""
    gap: bool = False
    """An operand was missing between commas."""
    split: bool = False
    """A comma was missing after the last operand, and has been reported."""

    @property
    def most(self) -> float:
        return (self.op and mistakes.operand_count(self.op)[1]) or float("inf")


def read_call(scanner: Scanner, head: re.Match[str]) -> Located:
    """Read the call whose name and opening parenthesis are `head`."""
    before = len(scanner.found)
    name, op_span = head[1], Span(*head.span(1))
    op = mistakes.OPERATORS.get(name)
    if op is None:
        op = _mistaken_operator(scanner, name, op_span)
    scanner.pos = head.end(1)
    scanner.skip_space()
    scanner.take()
    call = _Call(name, op_span, op)
    _read_operands(scanner, call)
    span = Span(op_span.start, scanner.trimmed(scanner.pos))
    node = _made(call) if len(scanner.found) == before else None
    return Located(node=node, span=span, op_span=op_span, operands=tuple(call.operands))


def _mistaken_operator(scanner: Scanner, name: str, span: Span) -> Operator | None:
    lower = mistakes.OPERATORS.get(name.lower())
    if lower and name.isascii():
        scanner.report(mistakes.upper_case_operator(name, span))
        return lower
    scanner.report(mistakes.unknown_operator(name, span))
    return mistakes.meant_operator(name)


def _made(call: _Call) -> Filter:
    op, (first, *rest) = call.op, (operand.text for operand in call.operands)
    if op is Operator.IS_NULL:
        return _node(IsNull, op=op, field=first)
    if op in MEMBERSHIPS:
        return _node(Membership, op=op, field=first, values=tuple(rest))
    return _node(Comparison, op=op, field=first, value=rest[0])


def _read_operands(scanner: Scanner, call: _Call) -> None:
    wanted = True
    while True:
        scanner.skip_space()
        char = scanner.plain()
        if not char or scanner.at_boundary(scanner.pos):
            _end_unclosed(scanner, call, wanted=wanted)
            return
        if char == ")":
            _end_closed(scanner, call, wanted=wanted)
            return
        if char == ",":
            if wanted:
                _report_gap(scanner, call, scanner.pos, last=False)
            scanner.take()
            wanted = True
        elif wanted:
            call.split = False
            call.operands.append(_read_operand(scanner, call))
            call.slots += 1
            wanted = call.split
        else:
            wanted = _read_leftover(scanner, call)


def _report_gap(scanner: Scanner, call: _Call, at: int, *, last: bool) -> None:
    scanner.report(mistakes.missing_operand(at, field=call.slots == 0, last=last))
    call.slots += 1
    call.gap = True


def _end_closed(scanner: Scanner, call: _Call, *, wanted: bool) -> None:
    at = scanner.pos
    scanner.take()
    if wanted and call.slots:
        _report_gap(scanner, call, at, last=call.slots > 1)
    _check_count(scanner, call, at)


def _end_unclosed(scanner: Scanner, call: _Call, *, wanted: bool) -> None:
    """The call ends without `)`: one mistake is reported, the missing operand or parenthesis."""
    before = len(scanner.found)
    at = scanner.trimmed(scanner.pos)
    _check_count(scanner, call, at, unclosed=True)
    if len(scanner.found) == before:
        if wanted and call.slots:
            _report_gap(scanner, call, at, last=call.slots > 1)
        else:
            at_end = scanner.pos >= scanner.end
            scanner.report(mistakes.unclosed_call(at, call.name, safe=at_end))


def _check_count(scanner: Scanner, call: _Call, at: int, *, unclosed: bool = False) -> None:
    if call.op is None or call.gap:
        return
    least, most = mistakes.operand_count(call.op)
    if call.slots < least:
        if call.doubtful:
            return
        span = Span(at, at)
    elif most is not None and call.slots > most:
        span = Span(call.operands[most].span.start, call.operands[-1].span.end)
    else:
        return
    scanner.report(mistakes.wrong_count(call.op, call.slots, span, call.op_span, unclosed=unclosed))


def _read_operand(scanner: Scanner, call: _Call) -> Operand:
    if scanner.text[scanner.pos] in _QUOTES:
        return _read_quoted(scanner, call)
    curly = _CURLY.match(scanner.text, scanner.pos, scanner.end)
    if curly:
        return _read_curly(scanner, curly)
    return _read_bare(scanner, call)


def _operand(scanner: Scanner, start: int, end: int) -> Operand:
    """The operand from start to end, taken as it stands."""
    scanner.pos = end
    raw = scanner.text[start:end]
    return Operand(text=raw, span=Span(start, end), quoted=False, raw=raw)


def _read_quoted(scanner: Scanner, call: _Call) -> Operand:
    text, start = scanner.text, scanner.pos
    found = scanner.terminals.quoted.match(text, start, scanner.end)
    if found and _SWALLOWED.search(found[0]):
        after = scanner.pos = found.end()
        scanner.skip_space()
        # A quote that takes in whole calls and is followed by more text was never closed.
        if scanner.plain() not in {",", ")", ""}:
            found = None
        scanner.pos = after
    if found:
        scanner.pos = found.end()
        value = scanner.terminals.unquoted(found[0])
        if call.slots == 0 and not value:
            scanner.report(mistakes.missing_operand(start, field=True, last=False))
        return Operand(text=value, span=Span(*found.span()), quoted=True, raw=found[0])
    end = scanner.trimmed(scanner.operand_end(start + 1))
    scanner.report(mistakes.unterminated_quote(text[start], start, end, text[start:end]))
    call.doubtful = True
    return _operand(scanner, start, max(end, start + 1))


def _read_curly(scanner: Scanner, curly: re.Match[str]) -> Operand:
    value = curly[curly.lastgroup or 0]
    span = Span(*curly.span())
    plain = f"'{value}'" if curly.lastgroup == "single" and "\\" not in value else quoted(value)
    scanner.report(mistakes.look_alike_quotes(span, curly[0][0], plain))
    scanner.pos = span.end
    return Operand(text=value, span=span, quoted=True, raw=curly[0])


def _read_bare(scanner: Scanner, call: _Call) -> Operand:
    text, start = scanner.text, scanner.pos
    found = scanner.terminals.bare.match(text, start, scanner.end)
    bare_end = found.end() if found else start
    scanner.pos = bare_end
    while scanner.pos < scanner.end and text[scanner.pos] in "\t\r\n ":
        scanner.pos += 1
    after = scanner.pos
    if found:
        if after >= scanner.end or LOOK_ALIKES.get(text[after], text[after]) in {",", ")"}:
            return _operand(scanner, start, bare_end)
        operand = _split_by_mistake(scanner, call, start, after)
        if operand:
            return operand
    end = scanner.operand_end(start)
    if end <= bare_end:
        # A connective and a call follow, so the operand was cut short in front of them.
        return _operand(scanner, start, scanner.trimmed(end))
    end = max(after + 1, scanner.trimmed(end) if text[end - 1] in "\t\r\n" else end)
    bad = min(after, bare_end)
    _report_unquoted(scanner, start, bad, end)
    return _operand(scanner, start, end)


def _split_by_mistake(scanner: Scanner, call: _Call, start: int, after: int) -> Operand | None:
    """An operand and what should have been a comma: `eq(name "Ron")`, `eq(name=Ron)`."""
    text, end = scanner.text, scanner.trimmed(after)
    if call.slots + 1 >= call.most:
        return None
    if text[after] in _QUOTES and end < after:
        found = scanner.terminals.quoted.match(text, after, scanner.end)
        if found is None:
            return None
        scanner.pos = found.end()
        scanner.skip_space()
        if scanner.plain() not in {",", ")"}:
            return None
        scanner.report(mistakes.missing_comma(Span(end, end), ""))
        operand = _operand(scanner, start, end)
        scanner.pos = after
    elif call.slots == 0 and (separator := _SEPARATOR.match(text, after, scanner.end)):
        scanner.report(mistakes.missing_comma(Span(*separator.span()), separator[0]))
        operand = _operand(scanner, start, end)
        scanner.pos = separator.end()
    else:
        return None
    call.split = True
    return operand


def _report_unquoted(scanner: Scanner, start: int, bad: int, end: int) -> None:
    """Say which characters of a bare operand need quotes, and how to help it."""
    raw = scanner.text[start:end]
    stop = bad + 1
    while stop < end and not scanner.terminals.bare.fullmatch("." + scanner.text[stop]):
        stop += 1
    characters = scanner.text[bad:stop]
    edit_span = Span(start, end)
    fix = Fix("quote the operand", (Edit(edit_span, quoted(raw)),), safe=True)
    hint = f"write {_shown(quoted(raw))}"
    escaped = _ESCAPED_QUOTES.fullmatch(raw)
    if escaped:
        hint = "the backslashes before the quotes come from JSON or a shell; remove them"
        written = (Edit(edit_span, quoted(escaped[2])),)
        fix = Fix("remove the backslashes", written, safe=False)
    elif raw.endswith("\\") and bad == end - 1:
        hint = "a backslash escapes only inside quotes; remove it"
        fix = Fix("remove the backslash", (Edit(Span(bad, end), ""),), safe=False)
    elif "{{" in raw:
        hint = "this looks like a template; render it first, or quote the operand"
        fix = replace(fix, safe=False)
    elif characters in LOOK_ALIKES:
        hint = f"it only looks like `{LOOK_ALIKES[characters]}`; where it is meant, {hint}"
    elif not characters.isascii():
        hint = f"only ASCII letters and digits may stand without quotes; {hint}"
    scanner.report(mistakes.needs_quotes(characters, Span(bad, stop), hint, fix))


def _shown(text: str) -> str:
    return text if len(text) <= 40 and text.isprintable() else "it in double quotes"


def _read_leftover(scanner: Scanner, call: _Call) -> bool:
    """Text after a closed quote: a comma is missing, or the quote was closed too early.

    Returns whether an operand comes next.
    """
    text, start = scanner.text, scanner.pos
    last = call.operands[-1]
    apart = last.span.end < start or text[start] in _QUOTES
    if call.slots < call.most and (apart or call.op not in MEMBERSHIPS):
        separator = _COLON_OR_SEPARATOR.match(text, start, scanner.end) if call.slots == 1 else None
        span = Span(*separator.span()) if separator else Span(last.span.end, last.span.end)
        scanner.report(mistakes.missing_comma(span, separator[0] if separator else ""))
        scanner.pos = separator.end() if separator else start
        return True
    end = max(scanner.trimmed(scanner.operand_end(start)), start + 1)
    raw = text[last.span.start : end]
    inner = raw[1:-1] if len(raw) > 1 and raw[-1] == raw[0] else raw
    fix = Fix(
        "quote the whole operand", (Edit(Span(last.span.start, end), quoted(inner)),), safe=False
    )
    scanner.report(mistakes.text_after_quote(Span(start, end), text[start:end], raw[0], fix))
    call.doubtful = True
    call.operands[-1] = _operand(scanner, last.span.start, end)
    return False
