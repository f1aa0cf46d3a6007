"""The tree of a filter in the language of each peer: one function a language.

Values stay texts, as in a filter. Where a language has no such comparison the nearest one stands;
where it has no lists, a group of comparisons. No language gets more to read than it needs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import quote

from epfilter import Filter
from epfilter.ast import And, Comparison, IsNull, Membership, Operator, Or

_Call = Comparison | Membership | IsNull
_SIGNS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def fiql(f: Filter) -> str:
    """FIQL: `created_at=gt=2018-09-01;payment==refunded`."""

    def one(field: str, op: str, value: str) -> str:
        sign = "==" if op in {"eq", "in", "contains_any", "contains_all"} else f"={op}="
        return f"{quote(field, safe='')}{sign.replace('_', '')}{quote(value, safe=':*')}"

    def call(node: _Call) -> str:
        if isinstance(node, IsNull):
            return one(node.field, "eq", "null")
        if isinstance(node, Comparison):
            return one(node.field, node.op, node.value)
        return _listed([one(node.field, node.op, value) for value in node.values], node, ";", ",")

    return _joined(f, call, ";", ",")


def odata(f: Filter) -> str:
    """OData: `created_at gt '2018-09-01' and payment eq 'refunded'`."""

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

    return _joined(f, call, " and ", " or ")


def ecql(f: Filter) -> str:
    """ECQL, the language of GeoServer: `created_at > '2018-09-01' AND payment = 'refunded'`."""
    return _joined(f, lambda node: _sql_call(node, ilike="ILIKE"), " AND ", " OR ")


def cql2(f: Filter) -> str:
    """CQL2 text as pygeofilter reads it, which has no ILIKE."""
    return _joined(f, lambda node: _sql_call(node, ilike="LIKE"), " AND ", " OR ")


def sql(f: Filter) -> str:
    """The condition of an SQL query."""
    return _joined(f, lambda node: _sql_call(node, ilike="ILIKE"), " AND ", " OR ")


def lucene(f: Filter) -> str:
    """Lucene: `created_at:>2018-09-01 AND payment:refunded`."""

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
            sign = " AND " if node.op is Operator.CONTAINS_ALL else " OR "
            return f"{node.field}:({sign.join(map(word, node.values))})"
        sign = _SIGNS.get(node.op, "=").strip("=") + ("=" if node.op in {"ge", "le"} else "")
        return f"{node.field}:{sign}{word(node.value)}"

    return _joined(f, call, " AND ", " OR ")


def cel(f: Filter) -> str:
    """CEL: `created_at > "2018-09-01" && payment == "refunded"`."""
    signs = _SIGNS | {"eq": "=="}

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
        return f"{node.field} {signs[node.op]} {value}"

    return _joined(f, call, " && ", " || ")


def rql(f: Filter) -> str:
    """RQL, the language that is nearest to ours: `and(gt(created_at,2018-09-01),…)`."""

    def text(value: str) -> str:
        return value if re.fullmatch(r"[\w*-][\w.:@*-]*", value) else f'"{value}"'

    match f:
        case And() | Or():
            return f"{f.op}({','.join(map(rql, f.terms))})"
        case Membership():
            return f"in({f.field},({','.join(map(text, f.values))}))"
        case Comparison(op="contains" | "text"):
            return f"like({f.field},{text(f'*{f.value}*')})"
        case Comparison():
            return f"{f.op}({f.field},{text(f.value)})"
    assert isinstance(f, IsNull)
    return f"eq({f.field},null())"


def _joined(f: Filter, call: Callable[[_Call], str], both: str, either: str) -> str:
    """A tree in a language with operators between terms; every group in parentheses."""
    if isinstance(f, (And, Or)):
        return (both if isinstance(f, And) else either).join(
            f"({_joined(term, call, both, either)})"
            if isinstance(term, (And, Or))
            else _joined(term, call, both, either)
            for term in f.terms
        )
    assert isinstance(f, (Comparison, Membership, IsNull))
    return call(f)


def _listed(ones: list[str], node: Membership, both: str, either: str) -> str:
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
    return f"{field} {_SIGNS[node.op]} {_sql_text(node.value)}"


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _double_quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
