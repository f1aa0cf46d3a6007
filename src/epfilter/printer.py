"""AST to text, compact and pretty; the only module that decides on quotes and parentheses.

Every nested group is printed in parentheses, so that no printed filter depends on precedence, which
the platform does not document (decision). The nodes limit the depth, and so the recursion here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote

from epfilter.arguments import require_int
from epfilter.ast import (
    NODES,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    require_filter,
)
from epfilter.errors import FilterValueError
from epfilter.snippets import format_argument

Quotes = Literal["minimal", "always"]
"""The two quoting styles: quote what must be quoted, or every operand."""

# Fact: the characters that need no quotes according to the documentation of the platform. A space
# at an end might be lost, so it is quoted (decision); index brackets are bare only in a field
# (decision).
_BARE_VALUE = re.compile(r"[A-Za-z0-9@$_*.{}|+:/-]++(?: ++[A-Za-z0-9@$_*.{}|+:/-]++)*+")
_BARE_FIELD = re.compile(r"(?! )(?:[A-Za-z0-9@$_*.{}|+:/ -]|\[[0-9]+\])+(?<! )")
_ESCAPED = re.compile(r'["\\]')

_BareTests = tuple[Callable[[str], object], Callable[[str], object]]
"""Two functions that return whether a value, and a field, needs no quotes."""
_MINIMAL_STYLE: Quotes = "minimal"
_MINIMAL: _BareTests = _BARE_VALUE.fullmatch, _BARE_FIELD.fullmatch
_MAX_COLUMNS = 1000
_CONNECTIVES = {Operator.AND: ":", Operator.OR: "|"}


def unparse(f: Filter, *, quotes: Quotes = "minimal") -> str:
    r"""Return the canonical text of a filter: compact, with as few quotes as possible.

    `quotes="always"` quotes every operand, so that the platform uses its newer parser.
    `parse(unparse(f)) == f` in both styles.

    Raises `FilterTypeError` if `f` is not a filter, and `FilterValueError` for an unknown style.

    >>> from epfilter import F
    >>> unparse(F.name.eq('5" disk') & F.payment.eq("paid"))
    'eq(name,"5\\" disk"):eq(payment,paid)'
    >>> unparse(F.payment.eq("paid"), quotes="always")
    'eq("payment","paid")'
    """
    if type(f) not in NODES:
        f = require_filter(f)
    # The identity is a fast test of the default; an equal text passes through `_bare_tests`.
    return _print_compact(f, _MINIMAL if quotes is _MINIMAL_STYLE else _bare_tests(quotes))


def pretty(f: Filter, *, indent: int = 2, width: int = 80, quotes: Quotes = "minimal") -> str:
    """Return a text on several lines for people; it parses back to the same tree.

    Each call has its own line, and groups are indented. `indent` is the number of spaces per level.
    A longer call than `width` columns has its values on separate lines. Both are from 0 to 1000.

    Raises `FilterTypeError` if `f` is not a filter or an option has the wrong type, and
    `FilterValueError` for an option out of range.

    >>> from epfilter import parse
    >>> print(pretty(parse("gt(total,100):(eq(payment,paid)|eq(payment,refunded))")))
      gt(total,100)
    : (
          eq(payment,paid)
        | eq(payment,refunded)
      )
    """
    require_int("indent", indent, 0, _MAX_COLUMNS)
    require_int("width", width, 0, _MAX_COLUMNS)
    bare = _bare_tests(quotes)
    return "\n".join(_print_lines(require_filter(f), bare, " " * indent, width))


def to_query(f: Filter, *, quotes: Quotes = "minimal") -> str:
    """Return the percent-encoded text, for use after `filter=` in a URL.

    HTTP clients encode parameters themselves: pass `str(f)` to them.

    Raises the errors of `unparse`.

    >>> from epfilter import F
    >>> "/v2/orders?filter=" + to_query(F.email.eq("a+b@c.d"))
    '/v2/orders?filter=eq%28email%2Ca%2Bb%40c.d%29'
    """
    return quote(unparse(f, quotes=quotes), safe="")


def print_operand(text: str, *, field: bool = False) -> str:
    """Return an operand as in the canonical text: with quotes only if it needs them.

    >>> print_operand("New York"), print_operand("New York "), print_operand("tags[0]")
    ('New York', '"New York "', '"tags[0]"')
    >>> print_operand("tags[0]", field=True)
    'tags[0]'
    """
    return text if (_BARE_FIELD if field else _BARE_VALUE).fullmatch(text) else quote_operand(text)


def print_operands(node: Comparison | Membership | IsNull) -> list[str]:
    """Return the operands of a call as in the canonical text, the field first.

    >>> from epfilter import F
    >>> print_operands(F.tags.contains_any("new", "on sale "))
    ['tags', 'new', '"on sale "']
    """
    return _print_operands(node.__dict__, _MINIMAL)


def quote_operand(text: str) -> str:
    r"""Return the operand in double quotes, with a backslash before every `"` and backslash.

    >>> print(quote_operand('5" disk'))
    "5\" disk"
    """
    return '"' + _ESCAPED.sub(r"\\\g<0>", text) + '"'


def _bare_tests(quotes: Quotes) -> _BareTests:
    # The comparison with an object of another type, such as an array, can raise an error.
    if isinstance(quotes, str):
        if quotes == "minimal":
            return _MINIMAL
        if quotes == "always":
            return _is_never_bare, _is_never_bare
    raise FilterValueError(f'quotes must be "minimal" or "always", not {format_argument(quotes)}.')


def _is_never_bare(_: str) -> bool:
    return False


def _print_operands(values: Mapping[str, Any], bare: _BareTests) -> list[str]:
    is_bare, is_bare_field = bare
    field: str = values["field"]
    # Nearly every field is bare by the rules of a value, and that test is faster.
    printed = [field if is_bare(field) or is_bare_field(field) else quote_operand(field)]
    operands = (values["value"],) if "value" in values else values.get("values", ())
    return printed + [text if is_bare(text) else quote_operand(text) for text in operands]


def _print_compact(node: Filter, bare: _BareTests) -> str:
    values = node.__dict__
    if "terms" in values:
        return _CONNECTIVES[values["op"]].join(_print_terms(values["terms"], bare))
    return _print_terms((node,), bare)[0]


def _print_terms(terms: Iterable[Filter], bare: _BareTests) -> list[str]:
    """Return each term as printed in a group."""
    is_bare, is_bare_field = bare
    texts: list[str] = []
    for term in terms:
        # The dictionary of the node: attribute access in pydantic takes several times as long.
        values = term.__dict__
        if "value" in values:
            field, value = values["field"], values["value"]
            if not is_bare(field) and not is_bare_field(field):
                field = quote_operand(field)
            if not is_bare(value):
                value = quote_operand(value)
            texts.append(values["op"] + f"({field},{value})")
        elif "terms" in values:
            texts.append(f"({_print_compact(term, bare)})")
        else:
            texts.append(f"{values['op']}({','.join(_print_operands(values, bare))})")
    return texts


def _print_lines(node: Filter, bare: _BareTests, indent: str, width: int) -> Iterator[str]:
    """Yield the lines of a node, without the indentation of the surrounding groups."""
    if isinstance(node, (And, Or)):
        connective = ": " if isinstance(node, And) else "| "
        for position, term in enumerate(node.terms):
            lead = connective if position else "  "
            for line in _print_term_lines(term, bare, indent, width):
                yield lead + line
                lead = "  "
    else:
        yield from _print_term_lines(node, bare, indent, width)


def _print_term_lines(term: Filter, bare: _BareTests, indent: str, width: int) -> Iterator[str]:
    if isinstance(term, (And, Or)):
        yield "("
        for line in _print_lines(term, bare, indent, width):
            yield indent + line
        yield ")"
        return
    line = _print_compact(term, bare)
    if len(line) <= width or not isinstance(term, Membership):
        yield line
        return
    *first, last = _print_operands(term.__dict__, bare)
    yield f"{term.op}("
    yield from (f"{indent}{operand}," for operand in first)
    yield indent + last
    yield ")"
