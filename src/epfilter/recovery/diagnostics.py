"""The syntax errors: one constructor per message, with the codes EPF101 to EPF124.

A code never changes its meaning. `tests/recovery/data/diagnostics.txt` has a test of every message.
"""

from __future__ import annotations

from unicodedata import name as unicode_name

from epfilter.ast import Operator
from epfilter.errors import Diagnostic, Edit, Fix, Span
from epfilter.located import Operand
from epfilter.printer import print_operand
from epfilter.recovery.operator_names import explain_name, get_alternative_hint, get_operand_limits
from epfilter.snippets import make_printable, shorten

CONFUSABLE = "EPF114"
_MAX_CALL = 60
"""The number of characters of a call that a hint repeats."""


def empty_filter(at: int) -> Diagnostic:
    return Diagnostic(
        "EPF101",
        "the filter is empty.",
        Span(at, at),
        hint="to select everything, send no filter",
    )


def unclosed_call(at: int, opened: str, *, safe: bool) -> Diagnostic:
    return Diagnostic(
        "EPF102",
        f"`{shorten(opened)}(` is not closed.",
        Span(at, at),
        hint="close it with `)`",
        fix=_insert("insert `)`", at, ")", safe=safe),
    )


def unclosed_groups(at: int, count: int, *, fixable: bool, safe: bool) -> Diagnostic:
    message = "`(` is not closed." if count == 1 else f"{count} parentheses are not closed."
    closing = ")" * count
    return Diagnostic(
        "EPF102",
        message,
        Span(at, at),
        hint=f"close {'it' if count == 1 else 'them'} with `{shorten(closing)}`",
        fix=_insert(f"insert `{shorten(closing)}`", at, closing, safe=safe) if fixable else None,
    )


def extra_parenthesis(span: Span) -> Diagnostic:
    is_single = span.end - span.start == 1
    advice = "remove it" if is_single else "remove them"
    return Diagnostic(
        "EPF103",
        "this `)` closes nothing." if is_single else "these `)` close nothing.",
        span,
        hint=advice,
        fix=_delete(advice, span, safe=False),
    )


def unterminated_quote(quote: str, start: int, end: int, raw: str) -> Diagnostic:
    fix: Fix | None
    if raw.endswith("\\" + quote):
        hint = f"the backslash escapes the last {quote}; write two backslashes"
        fix = _insert("double the backslash", end - 1, "\\", safe=False)
    else:
        hint = f"close it with {quote}"
        fix = None if raw.endswith("\\") else _insert(f"insert {quote}", end, quote, safe=False)
    return Diagnostic(
        "EPF104", f"the quote {quote} is not closed.", Span(start, start + 1), hint=hint, fix=fix
    )


def missing_comma(span: Span, separator: str) -> Diagnostic:
    instead = f", not with `{make_printable(separator)}`" if separator else ""
    return Diagnostic(
        "EPF105",
        f"a comma is missing: operands are separated with `,`{instead}.",
        span,
        hint="write `,` here",
        fix=Fix("write `,` here", (Edit(span, ","),), safe=False),
    )


def missing_operand(at: int, *, kind: str, last: bool) -> Diagnostic:
    """Return the error; `kind` is "field", "value", or "nothing" where a comma is redundant."""
    if kind == "field":
        return Diagnostic(
            "EPF106", "the field is missing.", Span(at, at), hint="write the field's name here"
        )
    hint = 'write the value (the empty text is "")'
    if kind == "nothing":
        hint = "remove the comma"
    elif last:
        hint += ", or remove the comma"
    return Diagnostic("EPF106", "an operand is missing here.", Span(at, at), hint=hint)


def wrong_count(
    op: Operator, count: int, span: Span, op_span: Span, *, unclosed: bool = False
) -> Diagnostic:
    least, most = get_operand_limits(op)
    expected = {1: "1 operand, a field", 2: "2 operands, a field and a value"}.get(most or 0)
    message = (
        f"`{op}` takes {expected or '2 operands or more, a field and its values'}; this one has "
        f"{count or 'none'}{' and is not closed' if unclosed else ''}."
    )
    fix = None
    if count < least:
        example = {1: f"{op}(field)", 2: f"{op}(field,value)"}[least]
        hint = f"write `{example}`"
    elif op in (Operator.EQ, Operator.CONTAINS):
        list_op = Operator.IN if op is Operator.EQ else Operator.CONTAINS_ANY
        hint = f"for several values use `{list_op}`; a value that contains a comma needs quotes"
        fix = Fix(f"write `{list_op}`", (Edit(op_span, list_op.value),), safe=False)
    elif op is Operator.IS_NULL:
        hint = "write `is_null(field)`"
    else:
        hint = "a value that contains a comma needs quotes"
    return Diagnostic("EPF107", message, span, hint=hint, fix=fix)


def missing_call(connective: Span, text: str, calls: str | None, whole: Span) -> Diagnostic:
    """Return the error for `eq(a,1:b,2)`; `calls` are those that were probably meant."""
    hint = f"write a call after `{text}`, as in `eq(a,1){text}eq(b,2)`"
    if calls and len(calls) <= _MAX_CALL:
        hint = f"write `{calls}`; a value that contains a comma needs quotes"
    return Diagnostic(
        "EPF107",
        f"a call is missing after `{text}`: what follows is a field and a value.",
        connective,
        hint=hint,
        fix=None if calls is None else Fix("write the calls", (Edit(whole, calls),), safe=False),
    )


def unknown_operator(name: str, span: Span, group_edits: tuple[Edit, ...] = ()) -> Diagnostic:
    """Return the error; `group_edits` turn the rest of an and(…) or or(…) into a group."""
    suggestion, hint, is_certain = explain_name(name)
    fix = None
    if suggestion:
        fix = Fix(f"write `{suggestion}`", (Edit(span, suggestion.value),), safe=is_certain)
    elif group_edits:
        fix = Fix("write it as a group", (Edit(span, ""), *group_edits), safe=True)
    return Diagnostic(
        "EPF108", f"there is no operator `{shorten(name)}`.", span, hint=hint, fix=fix
    )


def part_operator(name: str, span: Span, field: str, value: Operand) -> Diagnostic:
    """Return the error for `has(name,x)`; the fix is for a text, which most fields contain."""
    pattern = print_operand(f"*{value.text.strip('*')}*")
    like, contains = f"like({field},{pattern})", f"contains({field},{value.raw})"
    hint = "to find a part of a text use `like` with `*`; for an element of a list use `contains`"
    if len(like) <= _MAX_CALL and len(contains) <= _MAX_CALL:
        hint = f"to find a part of a text, write `{like}`; an element of a list, `{contains}`"
    edits = (Edit(span, "like"), Edit(value.span, pattern))
    return Diagnostic(
        "EPF108",
        f"there is no operator `{shorten(name)}`.",
        span,
        hint=hint,
        fix=Fix("write `like`", edits, safe=False),
    )


def upper_case_operator(name: str, span: Span) -> Diagnostic:
    lower = name.lower()
    return Diagnostic(
        "EPF109",
        f"operators are written in lower case: `{name}` is `{lower}`.",
        span,
        hint=f"write `{lower}`",
        fix=Fix(f"write `{lower}`", (Edit(span, lower),), safe=True),
    )


def needs_quotes(bad: str, span: Span, hint: str, fix: Fix | None) -> Diagnostic:
    tick = "'" if "`" in bad else "`"
    return Diagnostic(
        "EPF110",
        f"an operand with {tick}{shorten(bad)}{tick} needs quotes.",
        span,
        hint=hint,
        fix=fix,
    )


def dangling_connective(span: Span, text: str, where: str) -> Diagnostic:
    """Return the error; `where` is "leading", "trailing" or "doubled"."""
    message, hint = {
        "leading": ("has no call before it", "remove it, or write the missing call"),
        "trailing": ("has no call after it", "remove it, or write the missing call"),
        "doubled": ("follows another connective", "one `:` (and) or `|` (or) joins two calls"),
    }[where]
    return Diagnostic(
        "EPF111",
        f"`{shorten(text)}` {message}.",
        span,
        hint=hint,
        fix=_delete("remove it", span, safe=False),
    )


def text_after(span: Span, text: str) -> Diagnostic:
    last = (text.split() or [""])[-1]
    return Diagnostic(
        "EPF112",
        f"`{shorten(text)}` does not belong here.",
        span,
        hint=get_alternative_hint(last) or "after a call comes `:`, `|`, `)` or the end",
    )


def next_parameter(span: Span, text: str, *, safe: bool) -> Diagnostic:
    return Diagnostic(
        "EPF112",
        f"`{shorten(text)}` does not belong here.",
        span,
        hint="`&` starts the next parameter of a URL; join calls with `:` (and)",
        fix=_delete("remove it", span, safe=safe),
    )


def missing_connective(span: Span, text: str) -> Diagnostic:
    if not text:
        return Diagnostic(
            "EPF113",
            "there is no `:` or `|` between two calls.",
            span,
            hint="join them with `:` (and) or `|` (or)",
            fix=_insert("insert `:` (and)", span.start, ":", safe=False),
        )
    connective = connective_for(text)
    is_certain = text.lower() in {"and", "or", "&&", "&", "||"}
    word = "or" if connective == "|" else "and"
    return Diagnostic(
        "EPF113",
        f"calls are joined with `:` (and) or `|` (or), not with `{text}`.",
        span,
        hint=f"write `{connective}`",
        fix=Fix(f"write `{connective}` ({word})", (Edit(span, connective),), safe=is_certain),
    )


def connective_for(text: str) -> str:
    """Return the connective for `and`, `||`, `,` and similar symbols of other languages."""
    return "|" if text.lower() in {"or", "||"} else ":"


def confusable(span: Span, text: str, plain: str) -> Diagnostic:
    title = unicode_name(text[0], "a control character").lower()
    shown = "a space" if plain == " " else f"`{plain}`"
    message, hint = f"only looks like {shown}", f"write {shown}"
    if not plain:
        message, hint = "is invisible and has no meaning here", "remove it"
    return Diagnostic(
        "EPF114",
        f"`{make_printable(text[0])}` ({title}) {message}.",
        span,
        hint=hint,
        # The commas of other scripts occur in ordinary text, too.
        fix=Fix(hint, (Edit(span, plain),), safe=plain != ","),
    )


def confusable_quotes(span: Span, first: str, replacement: str) -> Diagnostic:
    title = unicode_name(first).lower()
    plain = replacement[0]
    return Diagnostic(
        "EPF114",
        f"`{first}` ({title}) only looks like a quote.",
        span,
        hint=f"write {plain}",
        fix=Fix(f"write {plain}", (Edit(span, replacement),), safe=True),
    )


def confusable_dash(span: Span, text: str, operand: Span, replacement: str) -> Diagnostic:
    """Return one error for all dashes of an operand; `replacement` is the whole operand."""
    return Diagnostic(
        "EPF114",
        f"`{text}` ({unicode_name(text).lower()}) only looks like `-`.",
        span,
        hint="write `-`",
        fix=Fix("write `-`", (Edit(operand, replacement),), safe=False),
    )


def url_encoded(span: Span, decoded: str | None, *, safe: bool) -> Diagnostic:
    fix = None if decoded is None else Fix("decode it", (Edit(span, decoded),), safe=safe)
    return Diagnostic(
        "EPF115",
        "this looks URL-encoded.",
        span,
        hint="decode it first; in Python, from_query(text) decodes it",
        fix=fix,
    )


def url_parameter(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "EPF116",
        f"`{shorten(text)}` belongs to the URL, not to the filter.",
        span,
        hint="give only the text after `filter=`",
        # An encoded parenthesis in it may belong to another filter.
        fix=_delete("remove it", span, safe="%28" not in text),
    )


def too_deep(span: Span, levels: int, most: int) -> Diagnostic:
    return Diagnostic(
        "EPF117",
        f"this nests {levels} levels of and/or; the limit is {most}.",
        span,
        hint="write the terms of one kind side by side, as in a:b:c instead of ((a:b):c)",
    )


def too_many_parentheses(span: Span, most: int) -> Diagnostic:
    return Diagnostic(
        "EPF118",
        f"more than {most} pairs of parentheses surround one term.",
        span,
        hint="remove the parentheses around single terms",
    )


def too_long(span: Span, length: int, most: int) -> Diagnostic:
    return Diagnostic(
        "EPF119",
        f"the filter has {length} characters; the limit is {most}.",
        span,
        hint="split it into several filters",
    )


def surrogate(span: Span, text: str) -> Diagnostic:
    return Diagnostic(
        "EPF120",
        f"`{make_printable(text)}` is a lone surrogate, which has no encoding.",
        span,
        hint="it usually comes from bytes decoded with the wrong codec; decode them again",
    )


def not_a_call(span: Span, text: str, hint: str, replacement: str | None) -> Diagnostic:
    fix = None if replacement is None else _write(span, replacement, safe=False)
    return Diagnostic(
        "EPF121",
        f"`{shorten(text)}` is not a call like `eq(field,value)`.",
        span,
        hint=hint,
        fix=fix,
    )


def empty_group(span: Span) -> Diagnostic:
    return Diagnostic(
        "EPF122",
        "there is nothing between these parentheses.",
        span,
        hint="write a call between them, or remove them",
    )


def wrapped_filter(span: Span, opening: str, closing: str) -> Diagnostic:
    start, end = span
    return Diagnostic(
        "EPF123",
        f"the whole filter is between {opening} and {closing}."
        if opening != closing
        else f"the whole filter is in quotes ({opening}).",
        Span(start, start + 1),
        hint="remove them; quotes belong around single operands",
        fix=Fix(
            "remove them",
            (Edit(Span(start, start + 1), ""), Edit(Span(end - 1, end), "")),
            safe=True,
        ),
    )


def json_string(span: Span, filter_text: str) -> Diagnostic:
    return Diagnostic(
        "EPF123",
        "the whole filter is in quotes, and its own quotes are escaped.",
        span,
        hint="this is the filter as a string of JSON or a shell; give the text itself",
        fix=_write(span, filter_text, safe=True),
    )


def json_body(span: Span, filter_text: str, *, safe: bool) -> Diagnostic:
    return Diagnostic(
        "EPF116",
        "this is JSON; the filter is the text of its member `filter`.",
        span,
        hint="give only that text",
        fix=_write(span, filter_text, safe=safe),
    )


def text_after_quote(span: Span, text: str, quote: str, fix: Fix) -> Diagnostic:
    return Diagnostic(
        "EPF124",
        f"`{shorten(text)}` follows the closing quote of an operand.",
        span,
        hint=f"a {quote} inside quotes is written \\{quote}",
        fix=fix,
    )


def unexplained(length: int) -> Diagnostic:
    """Return the error for a text that the grammar refuses and this package accepts.

    Tests prove that there is none; this is a safeguard.
    """
    return Diagnostic(
        "EPF100",
        "the grammar does not accept this text.",
        Span(0, length),
        hint="this message should not occur; please report the filter",
    )


def shorten_operand(text: str) -> str:
    """Return an operand for a hint, or a description of one that is too long."""
    return text if len(text) <= 40 and text.isprintable() else "it in double quotes"


def _write(span: Span, text: str, *, safe: bool) -> Fix:
    return Fix(f"write {shorten(text)}", (Edit(span, text),), safe=safe)


def _insert(title: str, at: int, text: str, *, safe: bool) -> Fix:
    return Fix(title, (Edit(Span(at, at), text),), safe=safe)


def _delete(title: str, span: Span, *, safe: bool) -> Fix:
    return Fix(title, (Edit(span, ""),), safe=safe)
