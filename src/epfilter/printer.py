"""AST to text, compact and pretty; the only file that decides quotes and parentheses.

Every AND inside an OR, every OR inside an AND and any nested group stand in parentheses, so no
printed filter depends on precedence, which the platform documents nowhere (decision). Depth is
limited by the nodes, so recursion here is too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal
from urllib.parse import quote

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or, require_filter
from epfilter.errors import FilterTypeError, FilterValueError, describe_type

Quotes = Literal["minimal", "always"]
"""The two quoting styles: quote what must be quoted, or every operand."""

# Fact: what the platform's documentation lets stand unquoted. A space at an end would be lost or
# doubtful there, so it is quoted (decision); index brackets only in a field (decision).
_BARE_VALUE = re.compile(r"[A-Za-z0-9@$_*.{}|+:/-]++(?: ++[A-Za-z0-9@$_*.{}|+:/-]++)*+")
_BARE_FIELD = re.compile(r"(?! )(?:[A-Za-z0-9@$_*.{}|+:/ -]|\[[0-9]+\])+(?<! )")
_ESCAPED = re.compile(r'["\\]')

_Bare = tuple[Callable[[str], object], Callable[[str], object]]
_MINIMAL: _Bare = _BARE_VALUE.fullmatch, _BARE_FIELD.fullmatch
_NODES = frozenset({Comparison, Membership, IsNull, And, Or})
_CONNECTIVES = {Operator.AND: ":", Operator.OR: "|"}


def unparse(f: Filter, *, quotes: Quotes = "minimal") -> str:
    r"""The canonical text of a filter: compact, with as few quotes as possible.

    With `quotes="always"` every operand is quoted, which makes sure that the platform reads it
    with its newer parser. `parse(unparse(f)) == f` in both styles.

    Raises FilterTypeError for what is no filter, FilterValueError for another style.

    >>> from epfilter import F
    >>> unparse(F.name.eq('5" disk') & F.payment.eq("paid"))
    'eq(name,"5\\" disk"):eq(payment,paid)'
    >>> unparse(F.payment.eq("paid"), quotes="always")
    'eq("payment","paid")'
    """
    if type(f) not in _NODES:
        f = require_filter(f)
    return _compact(f, _MINIMAL if quotes == "minimal" else _quoting(quotes))


def pretty(f: Filter, *, indent: int = 2, width: int = 80, quotes: Quotes = "minimal") -> str:
    """Several lines for people: one call a line, groups indented; parses back to the same tree.

    `indent` is the number of spaces before each further level, `width` the columns after which
    the values of a long call go on lines of their own; both are 0 to 1000.

    Raises FilterTypeError for what is no filter and for an option of another type,
    FilterValueError for an option out of its range.

    >>> from epfilter import parse
    >>> print(pretty(parse("gt(total,100):(eq(payment,paid)|eq(payment,refunded))")))
      gt(total,100)
    : (
          eq(payment,paid)
        | eq(payment,refunded)
      )
    """
    for name, number in (("indent", indent), ("width", width)):
        if type(number) is not int:
            raise FilterTypeError(f"{name} is a number of columns, not {describe_type(number)}.")
        if not 0 <= number <= 1000:
            raise FilterValueError(f"{name} is a number of columns from 0 to 1000, not {number!r}.")
    bare = _quoting(quotes)
    return "\n".join(_lines(require_filter(f), bare, " " * indent, width))


def to_query(f: Filter, *, quotes: Quotes = "minimal") -> str:
    """The percent-encoded text, ready to stand behind `filter=` in a URL.

    HTTP clients encode by themselves; give those `str(f)`. Raises as `unparse` does.

    >>> from epfilter import F
    >>> "/v2/orders?filter=" + to_query(F.email.eq("a+b@c.d"))
    '/v2/orders?filter=eq%28email%2Ca%2Bb%40c.d%29'
    """
    return quote(unparse(f, quotes=quotes), safe="")


def operand(text: str, *, field: bool = False) -> str:
    """An operand of canonical text: as it is where it may stand without quotes.

    >>> operand("New York"), operand("New York "), operand("tags[0]")
    ('New York', '"New York "', '"tags[0]"')
    >>> operand("tags[0]", field=True)
    'tags[0]'
    """
    return text if (_BARE_FIELD if field else _BARE_VALUE).fullmatch(text) else quoted(text)


def operands(node: Comparison | Membership | IsNull) -> list[str]:
    """The operands of a call as they stand in its canonical text, the field first.

    >>> from epfilter import F
    >>> operands(F.tags.contains_any("new", "on sale "))
    ['tags', 'new', '"on sale "']
    """
    return _operands(node.__dict__, _MINIMAL)


def quoted(text: str) -> str:
    r"""The operand in double quotes, with a backslash before every `"` and backslash.

    >>> print(quoted('5" disk'))
    "5\" disk"
    """
    return '"' + _ESCAPED.sub(r"\\\g<0>", text) + '"'


def _quoting(quotes: Quotes) -> _Bare:
    """What stands without quotes in this style: any operand, and a field as well."""
    if quotes == "minimal":
        return _MINIMAL
    if quotes == "always":
        return _never, _never
    raise FilterValueError(f'quotes is "minimal" or "always", not {quotes!r}.')


def _never(_: str) -> None:
    return None


def _operands(members: Mapping[str, Any], bare: _Bare) -> list[str]:
    is_bare, is_bare_field = bare
    field: str = members["field"]
    # Nearly every field is bare like a value, and that is the faster question.
    written = [field if is_bare(field) or is_bare_field(field) else quoted(field)]
    values = (members["value"],) if "value" in members else members.get("values", ())
    return written + [value if is_bare(value) else quoted(value) for value in values]


def _compact(node: Filter, bare: _Bare) -> str:
    members = node.__dict__
    if "terms" in members:
        return _CONNECTIVES[members["op"]].join(_written(members["terms"], bare))
    return _written((node,), bare)[0]


def _written(terms: Iterable[Filter], bare: _Bare) -> list[str]:
    """Each term as it stands in a group."""
    is_bare, is_bare_field = bare
    texts: list[str] = []
    for term in terms:
        # A node's own dictionary: pydantic's attribute access takes several times as long.
        members = term.__dict__
        if "value" in members:
            field, value = members["field"], members["value"]
            if not is_bare(field) and not is_bare_field(field):
                field = quoted(field)
            if not is_bare(value):
                value = quoted(value)
            texts.append(members["op"] + f"({field},{value})")
        elif "terms" in members:
            texts.append(f"({_compact(term, bare)})")
        else:
            texts.append(f"{members['op']}({','.join(_operands(members, bare))})")
    return texts


def _lines(node: Filter, bare: _Bare, indent: str, width: int) -> Iterator[str]:
    """The lines of a node, without the indentation of what it stands in."""
    if isinstance(node, (And, Or)):
        connective = ": " if isinstance(node, And) else "| "
        for position, term in enumerate(node.terms):
            lead = connective if position else "  "
            for line in _term_lines(term, bare, indent, width):
                yield lead + line
                lead = "  "
    else:
        yield from _term_lines(node, bare, indent, width)


def _term_lines(term: Filter, bare: _Bare, indent: str, width: int) -> Iterator[str]:
    if isinstance(term, (And, Or)):
        yield "("
        for line in _lines(term, bare, indent, width):
            yield indent + line
        yield ")"
        return
    line = _compact(term, bare)
    if len(line) <= width or not isinstance(term, Membership):
        yield line
        return
    *first, last = _operands(term.__dict__, bare)
    yield f"{term.op}("
    yield from (f"{indent}{operand}," for operand in first)
    yield indent + last
    yield ")"
