"""Reads one operand of a call, and says what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from epfilter.ast import MEMBERSHIPS, ORDERED_OPERATORS, PATTERN_OPERATORS, Operator
from epfilter.errors import Edit, Fix, Span
from epfilter.fast_path import unquoted
from epfilter.located import Operand
from epfilter.printer import quoted
from epfilter.recovery import diagnostics
from epfilter.recovery.scanner import BARE, LOOK_ALIKES, NAME, QUOTED, SPACE, Scanner

QUOTES = "\"'"
_NEXT = rf"(?={SPACE}[,)，）])"
_CURLY = re.compile(
    "|".join(
        (
            rf"[“”„‟″](?P<double>[^“”„‟″]*+)[“”„‟″]{_NEXT}",
            rf"[“”„‟″](?P<mixed_double>[^“”„‟″\"]*+)\"{_NEXT}",
            rf"\"(?P<late_double>[^“”„‟″\"]*+)[“”„‟″]{_NEXT}",
            # An apostrophe may be written with the same character, so look on for the last one.
            rf"[‘’‚‛′](?P<single>[^‘,()]{{0,200}}?)[’‛′']{_NEXT}",
            rf"'(?P<late_single>[^‘’‚‛′']*+)[’‛′]{_NEXT}",
        )
    )
)
_SWALLOWED = re.compile(rf"\){SPACE}[:|]{SPACE}{NAME}{SPACE}\(")
_ESCAPED_END = re.compile(r"""\\(["'])[ \t\r\n]*+,[ \t\r\n]*+\1\Z""")
_SEPARATOR = re.compile(r"==?|[<>]=?|[;：]")
_AFTER_QUOTE = re.compile(r"[:|;：]|==?|[<>]=?")
_WRAPPED = re.compile(rf"({NAME})?\([^():|]*+\){_NEXT}|[\[{{][^\[\]{{}}()]*+[\]}}]{_NEXT}")
_ESCAPED_QUOTES = re.compile(r"\\([\"'])(.*)\\\1", re.DOTALL)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_DOUBTFUL = re.compile(
    r"[\"'`´«»‹›“”„‟″‘’‚‛′\\<>=;%\x00-\x1f\x7f-\xa0\u2000-\u200f\u2028-\u202f\u3000\ufeff]"
)
"""Where these stand without quotes, something else than the text itself may have been meant."""


@dataclass(slots=True)
class Call:
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
        return (self.op and diagnostics.operand_count(self.op)[1]) or float("inf")


def read_operand(scanner: Scanner, call: Call) -> Operand:
    """Read the operand at this place; whatever it is, at least one character is taken."""
    if scanner.text[scanner.pos] in QUOTES:
        return _read_quoted(scanner, call)
    curly = _CURLY.match(scanner.text, scanner.pos, scanner.end)
    if curly:
        return _read_curly(scanner, call, curly)
    return _read_bare(scanner, call)


def taken(scanner: Scanner, start: int, end: int) -> Operand:
    """The operand from start to end, taken as it stands."""
    scanner.pos = end
    raw = scanner.text[start:end]
    return Operand(text=raw, span=Span(start, end), quoted=False, raw=raw)


def separator_at(scanner: Scanner, call: Call, at: int, *, after_quote: bool) -> Span | None:
    """What stands where a comma should: `=` after the field, `;` between values."""
    found = (_AFTER_QUOTE if after_quote else _SEPARATOR).match(scanner.text, at, scanner.end)
    if found is None:
        return None
    listed = call.op in MEMBERSHIPS and (after_quote or found[0] == ";")
    return Span(*found.span()) if call.slots < 1 + after_quote or listed else None


def _read_quoted(scanner: Scanner, call: Call) -> Operand:
    text, start = scanner.text, scanner.pos
    found = QUOTED.match(text, start, scanner.end)
    if found and (_SWALLOWED.search(found[0]) or _ESCAPED_END.search(found[0])):
        # A quote that takes in whole calls or a comma, and is followed by text, was never closed.
        after = scanner.spaces(found.end())
        if after < scanner.end and text[after] not in ",)，）":
            found = None
    if found:
        scanner.pos = found.end()
        value = unquoted(found[0])
        if call.slots == 0 and not value:
            scanner.report(diagnostics.missing_operand(start, kind="field", last=False))
        return Operand(text=value, span=Span(*found.span()), quoted=True, raw=found[0])
    curly = _CURLY.match(text, start, scanner.end)
    if curly:
        return _read_curly(scanner, call, curly)
    end = scanner.trimmed(scanner.operand_end(start + 1))
    scanner.report(diagnostics.unterminated_quote(text[start], start, end, text[start:end]))
    call.doubtful = True
    return taken(scanner, start, max(end, start + 1))


def _read_curly(scanner: Scanner, call: Call, curly: re.Match[str]) -> Operand:
    kind = curly.lastgroup or ""
    value = curly[kind]
    span = Span(*curly.span())
    single = kind.endswith("single") and not set(value) & {"\\", "'"}
    odd = curly[0][0] if curly[0][0] not in QUOTES else curly[0][-1]
    plain = f"'{value}'" if single else quoted(value)
    scanner.report(diagnostics.look_alike_quotes(span, odd, plain))
    if call.slots == 0 and not value:
        scanner.report(diagnostics.missing_operand(span.start, kind="field", last=False))
    scanner.pos = span.end
    return Operand(text=value, span=span, quoted=True, raw=curly[0])


def _read_bare(scanner: Scanner, call: Call) -> Operand:
    text, start = scanner.text, scanner.pos
    found = BARE.match(text, start, scanner.end)
    bare_end = found.end() if found else start
    after = scanner.spaces(bare_end)
    wrapped = _WRAPPED.match(text, start, scanner.end)
    if wrapped and (not found or text[after] in "(\"'"):
        return _read_wrapped(scanner, wrapped)
    if found:
        if after >= scanner.end or text[after] in ",)，）、":
            return taken(scanner, start, bare_end)
        operand = _split_by_mistake(scanner, call, start, after)
        if operand:
            return operand
    end = scanner.operand_end(start)
    if end <= bare_end:
        # A connective and a call follow, so the operand was cut short in front of them.
        return taken(scanner, start, scanner.trimmed(end))
    while end < scanner.end and text[end] == "," and text[end - 1] == "\\":
        end = scanner.operand_end(end + 1)
    end = max(after + 1, scanner.trimmed(end) if text[end - 1] in "\t\r\n" else end)
    bad = min(after, bare_end)
    _report_unquoted(scanner, call, start, bad, end)
    return taken(scanner, start, end)


def _split_by_mistake(scanner: Scanner, call: Call, start: int, after: int) -> Operand | None:
    """An operand and what should have been a comma: `eq(name "Ron")`, `eq(name=Ron)`."""
    text, end = scanner.text, scanner.trimmed(after)
    if call.slots + 1 >= call.most:
        return None
    if text[after] in QUOTES and end < after:
        found = QUOTED.match(text, after, scanner.end)
        behind = scanner.spaces(found.end()) if found else scanner.end
        if behind < scanner.end and text[behind] not in ",)，）":
            return None
        span, following = Span(end, end), after
    else:
        separator = separator_at(scanner, call, after, after_quote=False)
        if separator is None:
            return None
        span, following = separator, separator.end
    scanner.report(diagnostics.missing_comma(span, text[slice(*span)]))
    operand = taken(scanner, start, end)
    scanner.pos = following
    call.split = True
    return operand


def _read_wrapped(scanner: Scanner, wrapped: re.Match[str]) -> Operand:
    """Several values, or a call, where one value should stand: `in(id,(a,b))`, `in(id,["a"])`."""
    raw, name = wrapped[0], wrapped[1]
    span = Span(*wrapped.span())
    place = Span(wrapped.end(1), wrapped.end(1) + 1) if name else Span(span.start, span.start + 1)
    bad = scanner.text[place.start]
    fix = Fix("quote the operand", (Edit(span, quoted(raw)),), safe="," not in raw)
    if name and diagnostics.is_operator(name):
        fix = Fix(fix.title, fix.edits, safe=False)
        hint = "calls do not nest; a value that reads like one needs quotes"
    elif name or ("," not in raw and bad == "("):
        hint = f"write {diagnostics.shown(quoted(raw))}"
    else:
        fix = Fix(f"remove `{bad}` and `{raw[-1]}`", (Edit(span, raw[1:-1].strip()),), safe=False)
        hint = f"values are listed without `{bad}` and `{raw[-1]}`"
    scanner.report(diagnostics.needs_quotes(bad, place, hint, fix))
    return taken(scanner, *span)


def _report_unquoted(scanner: Scanner, call: Call, start: int, bad: int, end: int) -> None:
    """Say which characters of a bare operand need quotes, and how to help it."""
    raw, span = scanner.text[start:end], Span(start, end)
    dashed = raw.translate(_DASHES)
    if BARE.fullmatch(dashed):
        scanner.report(
            diagnostics.look_alike_dash(Span(bad, bad + 1), raw[bad - start], span, dashed)
        )
        return
    stop = bad + 1
    while stop < end and not BARE.fullmatch("." + scanner.text[stop]):
        stop += 1
    characters = scanner.text[bad:stop]
    hint, written = _advice(raw, characters, call.op, at_end=stop == end)
    if written is None:
        fix = Fix("quote the operand", (Edit(span, quoted(raw)),), safe=not _DOUBTFUL.search(raw))
        if "{{" in raw or "：" in raw or raw.count("(") != raw.count(")"):
            fix = Fix(fix.title, fix.edits, safe=False)
    else:
        fix = Fix(f"write {diagnostics.shown(written)}", (Edit(span, written),), safe=False)
    scanner.report(diagnostics.needs_quotes(characters, Span(bad, stop), hint, fix))


def _advice(raw: str, bad: str, op: Operator | None, *, at_end: bool) -> tuple[str, str | None]:
    """A hint for an operand that needs quotes, and what to write if not the text in quotes."""
    write = f"write {diagnostics.shown(quoted(raw))}"
    escaped = _ESCAPED_QUOTES.fullmatch(raw)
    if escaped:
        hint = "the backslashes before the quotes come from JSON or a shell; remove them"
        return hint, quoted(escaped[2].replace("\\", ""))
    if bad == "\\" and at_end and len(raw) > 1:
        return "a backslash escapes only inside quotes; remove it", raw[:-1]
    if "\\," in raw:
        hint = "a backslash escapes only inside quotes; quote the operand instead"
        return hint, quoted(raw.replace("\\,", ","))
    if raw[0] in "<>=" and raw.strip("<>= ") and op in ORDERED_OPERATORS:
        return f"`{op}` compares by itself; leave `{bad}` out", raw.lstrip("<>= ")
    if op in PATTERN_OPERATORS and len(raw) > 1 and "%" in raw[0] + raw[-1]:
        return "the wildcard is `*`", raw.replace("%", "*")
    return _advice_to_quote(raw, bad, write), None


def _advice_to_quote(raw: str, bad: str, write: str) -> str:
    if "{{" in raw:
        return "this looks like a template; render it first, or quote the operand"
    if bad in LOOK_ALIKES:
        looks = f"only looks like `{LOOK_ALIKES[bad]}`" if LOOK_ALIKES[bad] else "cannot be seen"
        return f"it {looks}; where it is meant, {write}"
    if raw[-1] in QUOTES and raw.count(raw[-1]) == 1:
        return f"a quote is missing at the beginning; if it is part of the value, {write}"
    if not bad.isascii():
        return f"only ASCII letters and digits may stand without quotes; {write}"
    return write
