"""A filter as Python code that builds it."""

from __future__ import annotations

import re
from keyword import iskeyword

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.builder import Field

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_MOST_JOINED = 10
"""Terms that one line joins with & or |; more go to all_of or any_of."""
_DEEPEST_LINE = 4
_WIDTH = 88


def builder_code(f: Filter) -> str:
    """An expression of `F`, `all_of` and `any_of` that gives an equal tree.

    >>> from epfilter import parse
    >>> print(builder_code(parse("gt(created_at,2018-09-01):(eq(a.b,1)|in(location-name,x,y))")))
    F.created_at.gt("2018-09-01") & (F.a.b.eq("1") | F["location-name"].in_("x", "y"))
    """
    return _code(f, "")


def _code(f: Filter, indent: str) -> str:
    if not isinstance(f, (And, Or)):
        return _call(f)
    line = _line(f)
    if line is not None and len(indent) + len(line) <= _WIDTH:
        return line
    inner = indent + "    "
    lines = "".join([f"{inner}{_code(term, inner)},\n" for term in f.terms])
    return f"{'all_of' if isinstance(f, And) else 'any_of'}(\n{lines}{indent})"


def _line(f: Filter) -> str | None:
    """The whole in one line; None where it would be too long, or another tree."""
    if not isinstance(f, (And, Or)):
        return _call(f)
    # A first term of the same kind would be extended and not nested.
    if len(f.terms) > _MOST_JOINED or f.depth > _DEEPEST_LINE or type(f.terms[0]) is type(f):
        return None
    lines = [_line(term) for term in f.terms]
    codes = [
        f"({line})" if isinstance(term, (And, Or)) else line
        for term, line in zip(f.terms, lines, strict=True)
        if line is not None
    ]
    return (" & " if isinstance(f, And) else " | ").join(codes) if None not in lines else None


def _call(f: Filter) -> str:
    if isinstance(f, IsNull):
        return f"{_field(f.field)}.is_null()"
    if isinstance(f, Membership):
        method = "in_" if f.op is Operator.IN else f.op.value
        return f"{_field(f.field)}.{method}({', '.join(map(_literal, f.values))})"
    assert isinstance(f, Comparison)  # noqa: S101 - the five nodes are all
    return f"{_field(f.field)}.{f.op.value}({_literal(f.value)})"


def _field(name: str) -> str:
    """Attributes where the names of the path can be some; else the name in brackets."""
    first, *rest = name.split(".")
    plain = all(_NAME.fullmatch(part) and not iskeyword(part) for part in (first, *rest))
    # What a Field has is no name of a part of it.
    if not plain or any(hasattr(Field, part) for part in rest):
        return f"F[{_literal(name)}]"
    return f"F.{name}"


def _literal(text: str) -> str:
    return '"' + "".join([_ESCAPES.get(char) or _shown(char) for char in text]) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def _shown(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]
