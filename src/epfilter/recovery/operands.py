"""Reads one operand of a call, and reports its errors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from epfilter.ast import MEMBERSHIPS, ORDERED_OPERATORS, PATTERN_OPERATORS, Operator
from epfilter.errors import Edit, Fix, Span
from epfilter.fast_path import unquote
from epfilter.located import Operand
from epfilter.printer import print_operand, quote_operand
from epfilter.recovery import diagnostics
from epfilter.recovery.operator_names import get_operand_limits, is_operator
from epfilter.recovery.scanner import BARE, CONFUSABLES, NAME, QUOTED, SPACE, Scanner
from epfilter.semantics import replace_percent_wildcards
from epfilter.suggestions import find_look_alike

QUOTES = "\"'"
_NEXT = rf"(?={SPACE}[,)，）])"
_CURLY = re.compile(
    "|".join(
        (
            rf"[“”„‟″](?P<double>[^“”„‟″]*+)[“”„‟″]{_NEXT}",
            rf"[“”„‟″](?P<mixed_double>[^“”„‟″\"]*+)\"{_NEXT}",
            rf"\"(?P<late_double>[^“”„‟″\"]*+)[“”„‟″]{_NEXT}",
            # An apostrophe may be the same character, so the last one closes the quote.
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
"""Characters that may mean something else than themselves if they have no quotes."""


@dataclass(slots=True)
class Call:
    """The state of the call that is being read."""

    name: str
    op_span: Span
    op: Operator | None
    """The operator, or the one that was probably meant; None if that is unknown."""
    operands: list[Operand] = field(default_factory=list)
    slots: int = 0
    """The number of operands, including missing ones between commas."""
    doubtful: bool = False
    """The end of an operand is uncertain, so that too few operands may be a consequence."""
    gap: bool = False
    """An operand is missing between commas."""
    split: bool = False
    """A comma is missing after the last operand, and has been reported."""

    @property
    def max_operands(self) -> float:
        return (self.op and get_operand_limits(self.op)[1]) or float("inf")


def read_operand(scanner: Scanner, call: Call) -> Operand:
    """Read the operand at the position; it has at least one character."""
    if scanner.text[scanner.pos] in QUOTES:
        return _read_quoted(scanner, call)
    curly = _CURLY.match(scanner.text, scanner.pos, scanner.end)
    if curly:
        return _read_curly(scanner, call, curly)
    return _read_bare(scanner, call)


def take_operand(scanner: Scanner, start: int, end: int) -> Operand:
    """Return the text from start to end as an operand without quotes, and move after it."""
    scanner.pos = end
    raw = scanner.text[start:end]
    return Operand(text=raw, span=Span(start, end), quoted=False, raw=raw)


def match_separator(scanner: Scanner, call: Call, at: int, *, after_quote: bool) -> Span | None:
    """Return the span of a symbol in place of a comma: `=` after the field, `;` between values."""
    match = (_AFTER_QUOTE if after_quote else _SEPARATOR).match(scanner.text, at, scanner.end)
    if match is None:
        return None
    separates_values = call.op in MEMBERSHIPS and (after_quote or match[0] == ";")
    return Span(*match.span()) if call.slots < 1 + after_quote or separates_values else None


def _read_quoted(scanner: Scanner, call: Call) -> Operand:
    text, start = scanner.text, scanner.pos
    match = QUOTED.match(text, start, scanner.end)
    if match and (_SWALLOWED.search(match[0]) or _ESCAPED_END.search(match[0])):
        # A quote with whole calls or a comma inside, and text after it, was never closed.
        after = scanner.after_spaces(match.end())
        if after < scanner.end and text[after] not in ",)，）":
            match = None
    if match:
        scanner.pos = match.end()
        value = unquote(match[0])
        if call.slots == 0 and not value:
            scanner.report(diagnostics.missing_operand(start, kind="field", last=False))
        return Operand(text=value, span=Span(*match.span()), quoted=True, raw=match[0])
    curly = _CURLY.match(text, start, scanner.end)
    if curly:
        return _read_curly(scanner, call, curly)
    end = scanner.trim_end(scanner.find_operand_end(start + 1))
    scanner.report(diagnostics.unterminated_quote(text[start], start, end, text[start:end]))
    call.doubtful = True
    return take_operand(scanner, start, max(end, start + 1))


def _read_curly(scanner: Scanner, call: Call, curly: re.Match[str]) -> Operand:
    kind = curly.lastgroup or ""
    value = curly[kind]
    span = Span(*curly.span())
    single = kind.endswith("single") and not set(value) & {"\\", "'"}
    odd = curly[0][0] if curly[0][0] not in QUOTES else curly[0][-1]
    plain = f"'{value}'" if single else quote_operand(value)
    scanner.report(diagnostics.confusable_quotes(span, odd, plain))
    if call.slots == 0 and not value:
        scanner.report(diagnostics.missing_operand(span.start, kind="field", last=False))
    scanner.pos = span.end
    return Operand(text=value, span=span, quoted=True, raw=curly[0])


def _read_bare(scanner: Scanner, call: Call) -> Operand:
    text, start = scanner.text, scanner.pos
    match = BARE.match(text, start, scanner.end)
    bare_end = match.end() if match else start
    after = scanner.after_spaces(bare_end)
    wrapped = _WRAPPED.match(text, start, scanner.end)
    if wrapped and (not match or text[after] in "(\"'"):
        return _read_wrapped(scanner, wrapped)
    if match:
        if after >= scanner.end or text[after] in ",)，）、":
            return take_operand(scanner, start, bare_end)
        operand = _read_missing_comma(scanner, call, start, after)
        if operand:
            return operand
    end = scanner.find_operand_end(start)
    if end <= bare_end:
        # A connective and a call follow, so the operand ends before them.
        return take_operand(scanner, start, scanner.trim_end(end))
    while end < scanner.end and text[end] == "," and text[end - 1] == "\\":
        end = scanner.find_operand_end(end + 1)
    end = max(after + 1, scanner.trim_end(end) if text[end - 1] in "\t\r\n" else end)
    bad = min(after, bare_end)
    _report_unquoted(scanner, call, start, bad, end)
    return take_operand(scanner, start, end)


def _read_missing_comma(scanner: Scanner, call: Call, start: int, after: int) -> Operand | None:
    """Read an operand without a comma after it: `eq(name "Ron")`, `eq(name=Ron)`.

    Return None if it is not one.
    """
    text, end = scanner.text, scanner.trim_end(after)
    if call.slots + 1 >= call.max_operands:
        return None
    if text[after] in QUOTES and end < after:
        match = QUOTED.match(text, after, scanner.end)
        behind = scanner.after_spaces(match.end()) if match else scanner.end
        if behind < scanner.end and text[behind] not in ",)，）":
            return None
        span, following = Span(end, end), after
    else:
        separator = match_separator(scanner, call, after, after_quote=False)
        if separator is None:
            return None
        span, following = separator, separator.end
    scanner.report(diagnostics.missing_comma(span, text[slice(*span)]))
    operand = take_operand(scanner, start, end)
    scanner.pos = following
    call.split = True
    return operand


def _read_wrapped(scanner: Scanner, wrapped: re.Match[str]) -> Operand:
    """Read brackets or a call in place of a value: `in(id,(a,b))`, `in(id,["a"])`."""
    raw, name = wrapped[0], wrapped[1]
    span = Span(*wrapped.span())
    opening = Span(wrapped.end(1), wrapped.end(1) + 1) if name else Span(span.start, span.start + 1)
    bracket = scanner.text[opening.start]
    fix = Fix("quote the operand", (Edit(span, quote_operand(raw)),), safe="," not in raw)
    if name and is_operator(name):
        fix = Fix(fix.title, fix.edits, safe=False)
        hint = "calls cannot be nested; a value that looks like a call needs quotes"
    elif name or ("," not in raw and bracket == "("):
        hint = f"write {diagnostics.shorten_operand(quote_operand(raw))}"
    else:
        fix = Fix(
            f"remove `{bracket}` and `{raw[-1]}`", (Edit(span, raw[1:-1].strip()),), safe=False
        )
        hint = f"values are listed without `{bracket}` and `{raw[-1]}`"
    scanner.report(diagnostics.needs_quotes(bracket, opening, hint, fix))
    return take_operand(scanner, *span)


def _report_unquoted(scanner: Scanner, call: Call, start: int, bad: int, end: int) -> None:
    """Report the characters of a bare operand that need quotes, with a hint and a fix."""
    raw, span = scanner.text[start:end], Span(start, end)
    is_field = call.slots == 0
    dashed = raw.translate(_DASHES)
    if BARE.fullmatch(dashed):
        scanner.report(
            diagnostics.confusable_dash(Span(bad, bad + 1), raw[bad - start], span, dashed)
        )
        return
    stop = bad + 1
    while stop < end and not BARE.fullmatch("." + scanner.text[stop]):
        stop += 1
    characters = scanner.text[bad:stop]
    hint, written = _advice(raw, characters, call.op, at_end=stop == end, is_field=is_field)
    if written is None:
        fix = Fix("quote the operand", (Edit(span, quote_operand(raw)),), safe=True)
        if _is_doubtful(raw, is_field=is_field):
            fix = Fix(fix.title, fix.edits, safe=False)
    else:
        fix = Fix(
            f"write {diagnostics.shorten_operand(written)}", (Edit(span, written),), safe=False
        )
    scanner.report(diagnostics.needs_quotes(characters, Span(bad, stop), hint, fix))


def _is_doubtful(raw: str, *, is_field: bool) -> bool:
    """Return whether an operand in quotes may be something else than was meant."""
    if _DOUBTFUL.search(raw) or "{{" in raw or "：" in raw or raw.count("(") != raw.count(")"):
        return True
    # No known field has a name outside ASCII.
    return find_look_alike(raw) is not None or (is_field and not raw.isascii())


def _advice(
    raw: str, bad: str, op: Operator | None, *, at_end: bool, is_field: bool
) -> tuple[str, str | None]:
    """Return the hint for an operand that needs quotes.

    The second part is the text to write; None stands for the operand in quotes.
    """
    write = f"write {diagnostics.shorten_operand(quote_operand(raw))}"
    escaped = _ESCAPED_QUOTES.fullmatch(raw)
    if escaped:
        hint = "the backslashes before the quotes come from JSON or a shell; remove them"
        return hint, quote_operand(escaped[2].replace("\\", ""))
    if bad == "\\" and at_end and len(raw) > 1:
        return "a backslash escapes only inside quotes; remove it", raw[:-1]
    if "\\," in raw:
        hint = "a backslash escapes only inside quotes; quote the operand instead"
        return hint, quote_operand(raw.replace("\\,", ","))
    if raw[0] in "<>=" and raw.strip("<>= ") and op in ORDERED_OPERATORS:
        return f"`{op}` already compares; remove `{bad}`", raw.lstrip("<>= ")
    if op in PATTERN_OPERATORS and not is_field and len(raw) > 1 and "%" in raw[0] + raw[-1]:
        return "the wildcard is `*`", print_operand(replace_percent_wildcards(raw))
    return _advice_to_quote(raw, bad, write, is_field=is_field)


def _advice_to_quote(raw: str, bad: str, write: str, *, is_field: bool) -> tuple[str, str | None]:
    hint, written = write, None
    look_alike = find_look_alike(raw)
    if look_alike and is_field:
        written = print_operand(look_alike.corrected, field=True)
        hint = f"{look_alike}; write {diagnostics.shorten_operand(written)}"
    elif look_alike:
        hint = f"{look_alike}; if you mean it, {write}"
    elif "{{" in raw:
        hint = "this looks like a template; render it first, or quote the operand"
    elif bad in CONFUSABLES:
        looks = f"only looks like `{CONFUSABLES[bad]}`" if CONFUSABLES[bad] else "is invisible"
        hint = f"it {looks}; if you mean it, {write}"
    elif raw[-1] in QUOTES and raw.count(raw[-1]) == 1:
        hint = f"a quote is missing at the beginning; if it is part of the value, {write}"
    elif not bad.isascii():
        hint = f"characters outside ASCII need quotes; {write}"
    return hint, written
