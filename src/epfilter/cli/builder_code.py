"""Python code that builds a filter."""

from __future__ import annotations

import re
from keyword import iskeyword

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.builder import Field

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_MAX_TERMS = 10
"""Terms that one line joins with & or |; more become arguments of all_of or any_of."""
_MAX_DEPTH = 4
"""Levels of and/or in one line."""
_WIDTH = 88


def builder_code(f: Filter) -> str:
    """Return an expression of `F`, `all_of` and `any_of` that builds an equal tree.

    >>> from epfilter import parse
    >>> print(builder_code(parse("gt(created_at,2018-09-01):(eq(a.b,1)|in(location-name,x,y))")))
    F.created_at.gt("2018-09-01") & (F.a.b.eq("1") | F["location-name"].in_("x", "y"))
    """
    return _render_code(f, "")


def _render_code(f: Filter, indent: str) -> str:
    if not isinstance(f, (And, Or)):
        return _render_call(f)
    line = _render_line(f)
    if line is not None and len(indent) + len(line) <= _WIDTH:
        return line
    inner = indent + "    "
    lines = "".join([f"{inner}{_render_code(term, inner)},\n" for term in f.terms])
    return f"{'all_of' if isinstance(f, And) else 'any_of'}(\n{lines}{indent})"


def _render_line(f: Filter) -> str | None:
    """Return the code in one line; None where it would be too long, or build another tree."""
    if not isinstance(f, (And, Or)):
        return _render_call(f)
    # `&` and `|` extend a first term of the same kind instead of nesting it.
    if len(f.terms) > _MAX_TERMS or f.depth > _MAX_DEPTH or type(f.terms[0]) is type(f):
        return None
    lines = [_render_line(term) for term in f.terms]
    codes = [
        f"({line})" if isinstance(term, (And, Or)) else line
        for term, line in zip(f.terms, lines, strict=True)
        if line is not None
    ]
    return (" & " if isinstance(f, And) else " | ").join(codes) if None not in lines else None


def _render_call(f: Filter) -> str:
    if isinstance(f, IsNull):
        return f"{_render_field(f.field)}.is_null()"
    if isinstance(f, Membership):
        method = "in_" if f.op is Operator.IN else f.op.value
        return f"{_render_field(f.field)}.{method}({', '.join(map(_render_literal, f.values))})"
    assert isinstance(f, Comparison)  # noqa: S101 - the five nodes are all
    return f"{_render_field(f.field)}.{f.op.value}({_render_literal(f.value)})"


def _render_field(name: str) -> str:
    """Return attributes where every part of the path can be one; else the name in brackets."""
    first, *rest = name.split(".")
    plain = all(_NAME.fullmatch(part) and not iskeyword(part) for part in (first, *rest))
    # A member of Field hides an attribute of the same name.
    if not plain or any(hasattr(Field, part) for part in rest):
        return f"F[{_render_literal(name)}]"
    return f"F.{name}"


def _render_literal(text: str) -> str:
    return '"' + "".join([_ESCAPES.get(char) or _escape(char) for char in text]) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\"}


def _escape(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]
