"""Translations of a filter to the language of each competitor: one function per language.

Values stay text, as in a filter. Where a language does not have a comparison, the most similar one
is used; where it has no lists, a group of comparisons. Every translation is as short as possible.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote

from epfilter import Filter
from epfilter.ast import And, Comparison, IsNull, Membership, Operator, Or

_Call = Comparison | Membership | IsNull
_OPERATORS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def to_fiql(f: Filter) -> str:
    """Return FIQL: `created_at=gt=2018-09-01;payment==refunded`."""

    def one(field: str, op: str, value: str) -> str:
        operator = "==" if op in {"eq", "in", "contains_any", "contains_all"} else f"={op}="
        return f"{quote(field, safe='')}{operator.replace('_', '')}{quote(value, safe=':*')}"

    def call(node: _Call) -> str:
        if isinstance(node, IsNull):
            return one(node.field, "eq", "null")
        if isinstance(node, Comparison):
            return one(node.field, node.op, node.value)
        return _join_values(
            [one(node.field, node.op, value) for value in node.values], node, ";", ","
        )

    return _join(f, call, ";", ",")


def to_odata(f: Filter) -> str:
    """Return OData: `created_at gt '2018-09-01' and payment eq 'refunded'`."""

    def call(node: _Call) -> str:
        field = node.field.replace(".", "/")
        if isinstance(node, IsNull):
            return f"{field} eq null"
        if isinstance(node, Membership):
            values = ",".join(map(_sql_text, node.values))
            return f"{field} in ({values}{',' if len(node.values) == 1 else ''})"
        value = _sql_text(node.value)
        match node.op:
            case "like":
                return f"matchesPattern({field},{value})"
            case "ilike":
                return f"matchesPattern(tolower({field}),{value})"
            case "contains" | "text":
                return f"contains({field},{value})"
        return f"{field} {node.op} {value}"

    return _join(f, call, " and ", " or ")


def to_ecql(f: Filter) -> str:
    """Return ECQL, the language of GeoServer: `created_at > '2018-09-01' AND payment = 'refunded'`."""
    return _join(f, lambda node: _sql_call(node, ilike="ILIKE"), " AND ", " OR ")


def to_cql2(f: Filter) -> str:
    """Return CQL2 text for pygeofilter, which has no ILIKE."""
    return _join(f, lambda node: _sql_call(node, ilike="LIKE"), " AND ", " OR ")


def to_sql(f: Filter) -> str:
    """Return the condition of an SQL query."""
    return _join(f, lambda node: _sql_call(node, ilike="ILIKE"), " AND ", " OR ")


def to_lucene(f: Filter) -> str:
    """Return Lucene: `created_at:>2018-09-01 AND payment:refunded`."""

    def word(value: str) -> str:
        if re.fullmatch(r"[\w*][\w.*@-]*", value):
            return value
        return '"' + re.sub(r'["\\]', r"\\\g<0>", value) + '"'

    def call(node: _Call) -> str:
        if isinstance(node, IsNull):
            return f"NOT {node.field}:*"
        if isinstance(node, Membership):
            if len(node.values) == 1:
                return f"{node.field}:{word(node.values[0])}"
            operator = " AND " if node.op is Operator.CONTAINS_ALL else " OR "
            return f"{node.field}:({operator.join(map(word, node.values))})"
        operator = _OPERATORS.get(node.op, "=").strip("=") + (
            "=" if node.op in {"ge", "le"} else ""
        )
        return f"{node.field}:{operator}{word(node.value)}"

    return _join(f, call, " AND ", " OR ")


def to_cel(f: Filter) -> str:
    """Return CEL: `created_at > "2018-09-01" && payment == "refunded"`."""
    operators = _OPERATORS | {"eq": "=="}

    def call(node: _Call) -> str:
        if isinstance(node, IsNull):
            return f"{node.field} == null"
        if isinstance(node, Membership):
            return f"{node.field} in [{','.join(map(_double_quoted, node.values))}]"
        value = _double_quoted(node.value)
        match node.op:
            case "like" | "ilike":
                return f"{node.field}.matches({value})"
            case "contains" | "text":
                return f"{node.field}.contains({value})"
        return f"{node.field} {operators[node.op]} {value}"

    return _join(f, call, " && ", " || ")


def to_rql(f: Filter) -> str:
    """Return RQL, the most similar language: `and(gt(created_at,2018-09-01),…)`."""

    def text(value: str) -> str:
        return value if re.fullmatch(r"[\w*-][\w.:@*-]*", value) else f'"{value}"'

    match f:
        case And() | Or():
            return f"{f.op}({','.join(map(to_rql, f.terms))})"
        case Membership():
            return f"in({f.field},({','.join(map(text, f.values))}))"
        case Comparison(op="contains" | "text"):
            return f"like({f.field},{text(f'*{f.value}*')})"
        case Comparison():
            return f"{f.op}({f.field},{text(f.value)})"
    assert isinstance(f, IsNull)
    return f"eq({f.field},null())"


def _join(f: Filter, call: Callable[[_Call], str], both: str, either: str) -> str:
    """Return a tree in a language with infix operators, with every group in parentheses."""
    if isinstance(f, (And, Or)):
        return (both if isinstance(f, And) else either).join(
            f"({_join(term, call, both, either)})"
            if isinstance(term, (And, Or))
            else _join(term, call, both, either)
            for term in f.terms
        )
    assert isinstance(f, (Comparison, Membership, IsNull))
    return call(f)


def _join_values(ones: list[str], node: Membership, both: str, either: str) -> str:
    if len(ones) == 1:
        return ones[0]
    return f"({(both if node.op is Operator.CONTAINS_ALL else either).join(ones)})"


def _sql_call(node: _Call, *, ilike: str) -> str:
    field = node.field
    if isinstance(node, IsNull):
        return f"{field} IS NULL"
    if isinstance(node, Membership):
        return f"{field} IN ({', '.join(map(_sql_text, node.values))})"
    match node.op:
        case "like":
            return f"{field} LIKE {_sql_text(node.value.replace('*', '%'))}"
        case "ilike":
            return f"{field} {ilike} {_sql_text(node.value.replace('*', '%'))}"
        case "contains" | "text":
            return f"{field} LIKE {_sql_text(f'%{node.value}%')}"
    return f"{field} {_OPERATORS[node.op]} {_sql_text(node.value)}"


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _double_quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
