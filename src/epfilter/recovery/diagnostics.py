"""The catalogue of syntax mistakes: one constructor a message, codes EPF101 to EPF124.

A code never changes its meaning. The words are tested one by one in `tests/recovery`.
"""

from __future__ import annotations

from functools import lru_cache
from unicodedata import name as unicode_name
from unicodedata import normalize

from epfilter.ast import CALL_OPERATORS, MEMBERSHIPS, Operator
from epfilter.errors import Diagnostic, Edit, Fix, Span
from epfilter.snippets import make_printable, shorten
from epfilter.suggestions import did_you_mean, list_names, nearest_name

LOOK_ALIKE = "EPF114"
_LONGEST_NAME = 40
"""Characters of a name that are looked at for what it may have meant."""

OPERATORS = {op.value: op for op in CALL_OPERATORS}

_MEANT = {
    "gte": Operator.GE,
    "lte": Operator.LE,
    "isnull": Operator.IS_NULL,
    "null": Operator.IS_NULL,
    "equals": Operator.EQ,
    "equal": Operator.EQ,
    "equalto": Operator.EQ,
    "greaterthan": Operator.GT,
    "greaterthanorequal": Operator.GE,
    "greaterthanorequalto": Operator.GE,
    "lessthan": Operator.LT,
    "lessthanorequal": Operator.LE,
    "lessthanorequalto": Operator.LE,
    "containsany": Operator.CONTAINS_ANY,
    "containsall": Operator.CONTAINS_ALL,
}
"""What people write for an operator that has another name here."""

_PERHAPS = {
    "greater": Operator.GT,
    "less": Operator.LT,
    "has": Operator.CONTAINS,
    "is": Operator.EQ,
    "match": Operator.LIKE,
    "matches": Operator.LIKE,
    "regex": Operator.LIKE,
    "search": Operator.TEXT,
}
"""What people may have meant by other names."""

_NO_NEGATION = "the language has no NOT: ask for the other values, or use `gt` and `lt`"
_NO_SUCH = {
    "ne": _NO_NEGATION,
    "neq": _NO_NEGATION,
    "not": _NO_NEGATION,
    "!": _NO_NEGATION,
    "nin": _NO_NEGATION,
    "notin": _NO_NEGATION,
    "notnull": _NO_NEGATION,
    "isnotnull": _NO_NEGATION,
    "and": "join calls with `:`, as in `gt(a,1):lt(a,5)`",
    "or": "join calls with `|`, as in `eq(a,1)|eq(a,2)`",
    "between": "write two comparisons, as in `ge(a,1):le(a,5)`",
    "startswith": "write `like` with `*` at the end, as in `like(a,text*)`",
    "endswith": "write `like` with `*` at the beginning, as in `like(a,*text)`",
    "exists": "the language can only ask for a missing value, with `is_null(a)`",
}
"""What people write for an operator that the language does not have."""


def empty_filter(at: int) -> Diagnostic:
    return Diagnostic(
        "EPF101",
        "the filter is empty.",
        Span(at, at),
        hint="to select everything send no filter at all",
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
    one = span.end - span.start == 1
    return Diagnostic(
        "EPF103",
        "this `)` closes nothing." if one else "these `)` close nothing.",
        span,
        hint="remove it" if one else "remove them",
        fix=_delete("remove it" if one else "remove them", span, safe=False),
    )


def unterminated_quote(quote: str, start: int, end: int, raw: str) -> Diagnostic:
    fix: Fix | None
    if raw.endswith("\\" + quote):
        hint = f"the backslash makes the {quote} before the end a part of the value; double it"
        fix = _insert("double the backslash", end - 1, "\\", safe=False)
    else:
        hint = f"close it with {quote}"
        fix = None if raw.endswith("\\") else _insert(f"insert {quote}", end, quote, safe=False)
    return Diagnostic(
        "EPF104", f"the quote {quote} is not closed.", Span(start, start + 1), hint=hint, fix=fix
    )


def missing_comma(span: Span, found: str) -> Diagnostic:
    instead = f", not with `{make_printable(found)}`" if found else ""
    return Diagnostic(
        "EPF105",
        f"a comma is missing: operands are separated with `,`{instead}.",
        span,
        hint="put `,` here",
        fix=Fix("put `,` here", (Edit(span, ","),), safe=False),
    )


def missing_operand(at: int, *, kind: str, last: bool) -> Diagnostic:
    """`kind` is what is missing: a field, a value, or nothing but that a comma is too many."""
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
    least, most = operand_count(op)
    what = {1: "1 operand, a field", 2: "2 operands, a field and a value"}.get(most or 0)
    message = (
        f"`{op}` takes {what or '2 operands or more, a field and its values'}; this one has "
        f"{count or 'none'}{' and is not closed' if unclosed else ''}."
    )
    fix = None
    if count < least:
        example = {1: f"{op}(field)", 2: f"{op}(field,value)"}[least]
        hint = f"write `{example}`"
    elif op in (Operator.EQ, Operator.CONTAINS):
        several = Operator.IN if op is Operator.EQ else Operator.CONTAINS_ANY
        hint = f"for several values use `{several}`; a value that holds a comma needs quotes"
        fix = Fix(f"write `{several}`", (Edit(op_span, several.value),), safe=False)
    elif op is Operator.IS_NULL:
        hint = "write `is_null(field)`"
    else:
        hint = "a value that holds a comma needs quotes"
    return Diagnostic("EPF107", message, span, hint=hint, fix=fix)


def unknown_operator(name: str, span: Span, more: tuple[Edit, ...] = ()) -> Diagnostic:
    """`more` are further edits that turn an and(…) or or(…) into a group."""
    meant, hint, sure = _suggestion(name[:_LONGEST_NAME])
    fix = None
    if meant:
        fix = Fix(f"write `{meant}`", (Edit(span, meant.value),), safe=sure)
    elif more:
        fix = Fix("write it as a group", (Edit(span, ""), *more), safe=True)
    return Diagnostic(
        "EPF108", f"there is no operator `{shorten(name)}`.", span, hint=hint, fix=fix
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


def idle_connective(span: Span, found: str, where: str) -> Diagnostic:
    """`where` is how it stands: leading, trailing or doubled."""
    message, hint = {
        "leading": ("has no call before it", "remove it, or write the missing call"),
        "trailing": ("has no call after it", "remove it, or write the missing call"),
        "doubled": ("follows another connective", "one `:` (and) or `|` (or) joins two calls"),
    }[where]
    return Diagnostic(
        "EPF111",
        f"`{shorten(found)}` {message}.",
        span,
        hint=hint,
        fix=_delete("remove it", span, safe=False),
    )


def text_after(span: Span, found: str) -> Diagnostic:
    last = (found.split() or [""])[-1]
    return Diagnostic(
        "EPF112",
        f"`{shorten(found)}` does not belong here.",
        span,
        hint=no_such(last) or "after a call comes `:`, `|`, `)` or the end",
    )


def next_parameter(span: Span, found: str, *, safe: bool) -> Diagnostic:
    return Diagnostic(
        "EPF112",
        f"`{shorten(found)}` does not belong here.",
        span,
        hint="`&` begins the next parameter of a URL and ends the filter; calls are joined with "
        "`:` (and)",
        fix=_delete("remove it", span, safe=safe),
    )


def missing_connective(span: Span, found: str) -> Diagnostic:
    if not found:
        return Diagnostic(
            "EPF113",
            "two calls stand side by side without `:` or `|`.",
            span,
            hint="join them with `:` (and) or `|` (or)",
            fix=_insert("insert `:` (and)", span.start, ":", safe=False),
        )
    connective = connective_meant(found)
    sure = found.lower() in {"and", "or", "&&", "&", "||"}
    word = "or" if connective == "|" else "and"
    return Diagnostic(
        "EPF113",
        f"calls are joined with `:` (and) or `|` (or), not with `{found}`.",
        span,
        hint=f"write `{connective}`",
        fix=Fix(f"write `{connective}` ({word})", (Edit(span, connective),), safe=sure),
    )


def connective_meant(found: str) -> str:
    """The connective that somebody had in mind who wrote `and`, `||`, `,` and the like."""
    return "|" if found.lower() in {"or", "||"} else ":"


def look_alike(span: Span, found: str, plain: str) -> Diagnostic:
    title = unicode_name(found[0], "a control character").lower()
    shown = "a space" if plain == " " else f"`{plain}`"
    message, hint = f"only looks like {shown}", f"write {shown}"
    if not plain:
        message, hint = "cannot be seen and means nothing here", "remove it"
    return Diagnostic(
        "EPF114",
        f"`{make_printable(found[0])}` ({title}) {message}.",
        span,
        hint=hint,
        # The commas of other scripts stand inside ordinary text as well.
        fix=Fix(hint, (Edit(span, plain),), safe=plain != ","),
    )


def look_alike_quotes(span: Span, first: str, replacement: str) -> Diagnostic:
    title = unicode_name(first).lower()
    plain = replacement[0]
    return Diagnostic(
        "EPF114",
        f"`{first}` ({title}) only looks like a quote.",
        span,
        hint=f"write {plain}",
        fix=Fix(f"write {plain}", (Edit(span, replacement),), safe=True),
    )


def look_alike_dash(span: Span, found: str, operand: Span, replacement: str) -> Diagnostic:
    """`operand` is where `replacement` goes: all dashes of one operand are one mistake."""
    return Diagnostic(
        "EPF114",
        f"`{found}` ({unicode_name(found).lower()}) only looks like `-`.",
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
        hint="decode it first; in Python from_query(text) reads it as it is",
        fix=fix,
    )


def whole_parameter(span: Span, found: str) -> Diagnostic:
    return Diagnostic(
        "EPF116",
        f"`{shorten(found)}` belongs to the URL, not to the filter.",
        span,
        hint="give only what stands behind `filter=`",
        # An encoded parenthesis before it may belong to another filter.
        fix=_delete("remove it", span, safe="%28" not in found),
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
        f"more than {most} pairs of parentheses stand around each other and group nothing.",
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


def surrogate(span: Span, found: str) -> Diagnostic:
    return Diagnostic(
        "EPF120",
        f"`{make_printable(found)}` is a lone surrogate, which has no encoding.",
        span,
        hint="it usually comes from bytes decoded with the wrong codec; decode them again",
    )


def not_a_call(span: Span, found: str, hint: str, replacement: str | None) -> Diagnostic:
    fix = None if replacement is None else _write(span, replacement, safe=False)
    return Diagnostic(
        "EPF121",
        f"`{shorten(found)}` is not a call like `eq(field,value)`.",
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


def wrapped_whole(span: Span, opening: str, closing: str) -> Diagnostic:
    start, end = span
    return Diagnostic(
        "EPF123",
        f"the whole filter stands between {opening} and {closing}."
        if opening != closing
        else f"the whole filter stands in quotes ({opening}).",
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
        "the whole filter stands in quotes, and its own quotes are escaped.",
        span,
        hint="this is a filter as JSON or a shell writes it; give the text itself",
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


def text_after_quote(span: Span, found: str, quote: str, fix: Fix) -> Diagnostic:
    return Diagnostic(
        "EPF124",
        f"`{shorten(found)}` follows the closing quote of an operand.",
        span,
        hint=f"a {quote} inside quotes is written \\{quote}",
        fix=fix,
    )


def unexplained(length: int) -> Diagnostic:
    """For a text that the grammar refuses and the reader finds nothing wrong with.

    Tests prove that there is none; if there should be one after all, its user gets this.
    """
    return Diagnostic(
        "EPF100",
        "the grammar does not accept this text.",
        Span(0, length),
        hint="this message should not occur; please report the filter",
    )


def is_operator(name: str) -> bool:
    """Whether the name is an operator, also in another case or by a well-known other name."""
    return _suggestion(name[:_LONGEST_NAME])[2] or name.lower() in _NO_SUCH


def shown(text: str) -> str:
    """An operand as a hint shows it, if it is short enough to be read."""
    return text if len(text) <= 40 and text.isprintable() else "it in double quotes"


def no_such(name: str) -> str | None:
    """What to do instead of an operator that the language does not have."""
    return _NO_SUCH.get(name.lower())


def operand_count(op: Operator) -> tuple[int, int | None]:
    """The least and the most operands that an operator takes; None for no limit."""
    if op is Operator.IS_NULL:
        return 1, 1
    return (2, None) if op in MEMBERSHIPS else (2, 2)


def suggest_operator(name: str) -> Operator | None:
    """The operator that somebody had in mind who wrote `name`, where that can be told."""
    return _suggestion(name[:_LONGEST_NAME])[0]


@lru_cache(maxsize=256)
def _suggestion(name: str) -> tuple[Operator | None, str, bool]:
    """What was meant, the hint, and whether there can be no doubt."""
    plain = normalize("NFKC", name).lower()
    squeezed = plain.replace("_", "").replace("-", "")
    if squeezed in _NO_SUCH:
        return None, _NO_SUCH[squeezed], False
    meant = OPERATORS.get(plain) or _MEANT.get(squeezed)
    if meant:
        return meant, f"write `{meant}`", True
    near = _PERHAPS.get(squeezed)
    if near is None:
        nearest = nearest_name(plain, OPERATORS)
        near = OPERATORS[nearest] if nearest else None
    if near:
        return near, did_you_mean(near), False
    return None, f"the operators are {list_names(OPERATORS)}", False


def _write(span: Span, text: str, *, safe: bool) -> Fix:
    return Fix(f"write {shorten(text)}", (Edit(span, text),), safe=safe)


def _insert(title: str, at: int, text: str, *, safe: bool) -> Fix:
    return Fix(title, (Edit(Span(at, at), text),), safe=safe)


def _delete(title: str, span: Span, *, safe: bool) -> Fix:
    return Fix(title, (Edit(span, ""),), safe=safe)
