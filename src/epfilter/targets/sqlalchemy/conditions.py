"""What a call asks of its column: of a value, of any element of a list, of a place in JSON."""

from __future__ import annotations

from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from sqlalchemy import types

from epfilter.ast import PATTERN_OPERATORS, Operator
from epfilter.resources import BoundValue
from epfilter.semantics import fold_case, parse_pattern
from epfilter.targets.binding import Untyped
from epfilter.targets.sqlalchemy import representable
from epfilter.targets.sqlalchemy.calls import Call
from epfilter.targets.sqlalchemy.columns import Kind
from epfilter.targets.sqlalchemy.dialect import NEVER, Writer, joined, one_of
from epfilter.targets.sqlalchemy.json_paths import PATHS, JsonPath
from epfilter.values import from_text_or_none


def asked(writer: Writer, call: Call, x: str) -> str:
    """The condition that a call is, of the column written as `x`."""
    kind = call.kind
    if kind.name in ("json", "list") and call.op is Operator.TEXT:
        raise writer.refusal("full-text search is for columns of text")
    if kind.name == "json":
        return _in_json(writer, call, x)
    if kind.item is not None:
        return _in_list(writer, call, kind.item, x)
    if call.op is None:
        return f"{x} IS NULL"
    return _each_value(call, lambda values: _holds(writer, call.op, kind, x, values))


def _each_value(call: Call, holds: Any) -> str:
    """`contains_all` asks for each value apart; everything else for any of them."""
    if call.op is not Operator.CONTAINS_ALL:
        return str(holds(call.values))
    terms = [NEVER if value is None else str(holds((value,))) for value in call.values]
    return terms[0] if len(terms) == 1 else joined(terms, " AND ")


def _in_list(writer: Writer, call: Call, item: Kind, x: str) -> str:
    if not writer.lists:
        raise writer.refusal("it has no lists")
    if call.inside:
        x = f"({x})[{writer.index((call.inside[0].list_index or 0) + 1)}]"
        if call.op is None:
            return f"{x} IS NULL"
        return _each_value(call, lambda values: _holds(writer, call.op, item, x, values))
    if call.op is None:
        return f"{x} IS NULL"

    if item.name == "text":
        item = _TEXT

    def holds(values: tuple[Any, ...]) -> str:
        condition = _holds(writer, call.op, item, "epfilter_item.value", values)
        if condition == NEVER:
            return NEVER
        return f"EXISTS (SELECT 1 FROM unnest({x}) AS epfilter_item(value) WHERE {condition})"

    return _each_value(call, holds)


_TEXT = Kind("text", types.NullType())  # no column, so no index could help
_BOOLEAN = Kind("boolean", types.Boolean())
_NUMBERS = {
    "number": Kind("number", types.NullType()),  # no column, so none of a Numeric's digits
    "integer": Kind("integer", types.BigInteger()),
    "double": Kind("float", types.Double()),
}


def _in_json(writer: Writer, call: Call, x: str) -> str:
    if type(writer) not in PATHS:
        raise writer.refusal("looking into its JSON is not supported")
    texts = [step.name for step in call.inside] + [v for v in call.values if isinstance(v, str)]
    if not writer.nul_in_json and any("\x00" in text for text in texts):
        raise writer.refusal("its texts in JSON end at NUL, the character U+0000")
    if call.op is None:
        path = PATHS[type(writer)](writer, x)
        path.go(call.inside)
        return f"NOT {path.exists(path.present())}"

    def holds(values: tuple[Any, ...]) -> str:
        path = PATHS[type(writer)](writer, x)
        path.go(call.inside)
        path.elements()
        found = [held for held in _of_json(writer, call, path, values) if held != NEVER]
        if not found:
            return NEVER
        return path.exists(found[0] if len(found) == 1 else joined(found, " OR "))

    return _each_value(call, holds)


def _of_json(
    writer: Writer, call: Call, path: JsonPath, values: tuple[BoundValue, ...]
) -> list[str]:
    """What is asked of a node as a text, as a boolean, and as a number."""
    texts = tuple([str(value) for value in values if isinstance(value, str)])
    found = [_holds(writer, call.op, _TEXT, path.text(), texts)]
    if call.op in PATTERN_OPERATORS:
        return found
    booleans = [
        from_text_or_none(value, bool) if isinstance(value, Untyped) else value
        for value in values
        if isinstance(value, (Untyped, bool))
    ]
    flags = tuple([value for value in booleans if value is not None])
    found.append(_holds(writer, call.op, _BOOLEAN, path.boolean(), flags))
    read = [
        from_text_or_none(value, Decimal) if isinstance(value, Untyped) else Decimal(value)
        for value in values
        if isinstance(value, (Untyped, int, Decimal)) and not isinstance(value, bool)
    ]
    numbers = tuple([value for value in read if value is not None])
    for name, node in path.number().items():
        found.append(_holds(writer, call.op, _NUMBERS[name], node, numbers))
    return found


def _holds(writer: Writer, op: Operator | None, kind: Kind, x: str, values: tuple[Any, ...]) -> str:
    """Whether what `x` is holds for any of the values; never for NULL."""
    if not values:
        return NEVER
    if op is Operator.TEXT and kind.name != "text":
        raise writer.refusal("full-text search is for columns of text")
    if kind.name == "enum":
        stored = [name for name, text in kind.members if _text_holds(op, text, values)]
        return writer.equal(x, stored, kind.type) if stored else NEVER
    if kind.name == "text":
        return _text(writer, op, kind, x, values)
    assert op is not None  # noqa: S101 - is_null has no values
    if op in PATTERN_OPERATORS:
        return NEVER
    sign = representable.SIGNS[op]
    if sign == "=":
        found = [cut for cut in [_cut(writer, kind, sign, value) for value in values] if cut]
        return one_of(x, [_place(writer, kind, cut.value) for cut in found]) if found else NEVER
    return _compared(writer, kind, x, _cut(writer, kind, sign, values[0]))


def _text(writer: Writer, op: Operator | None, kind: Kind, x: str, values: tuple[Any, ...]) -> str:
    if op is Operator.TEXT:
        return writer.words(x, values[0])
    if op in PATTERN_OPERATORS:
        return writer.like(x, parse_pattern(values[0]), fold=op is Operator.ILIKE)
    sign = representable.SIGNS[op] if op is not None else "="
    if sign == "=":
        return writer.equal(x, list(values), kind.type)
    return f"{writer.exact(x)} {sign} {writer.operand(values[0])}"


def _compared(writer: Writer, kind: Kind, x: str, cut: representable.Cut | None) -> str:
    if cut is None:
        return NEVER
    number = writer.no_nan(x, kind) if kind.name in _CUT_AS_NUMBERS else None
    if cut is representable.ALL:
        return number or f"{x} IS NOT NULL"
    compared = f"{x} {cut.sign} {_place(writer, kind, cut.value)}"
    return f"({compared} AND {number})" if number and cut.sign in (">", ">=") else compared


_CUT_AS_NUMBERS = ("integer", "number", "float")


def _cut(writer: Writer, kind: Kind, sign: str, value: Any) -> representable.Cut | None:
    if kind.name in _CUT_AS_NUMBERS:
        return writer.numbers(sign, value, kind)
    if kind.name == "date":
        return representable.day(sign, value)
    return representable.Cut(
        sign, representable.moment(value) if kind.name == "datetime" else value
    )


def _place(writer: Writer, kind: Kind, value: Any) -> str:
    if kind.name in _CUT_AS_NUMBERS:
        return writer.bound_number(value)
    if kind.name == "datetime":
        return writer.moment(value, kind.type)
    if kind.name == "uuid":
        return writer.uuid(value, kind.type)
    return writer.day(value) if kind.name == "date" else writer.boolean(value)


_ORDERS = {Operator.GT: gt, Operator.GE: ge, Operator.LT: lt, Operator.LE: le}


def _text_holds(op: Operator | None, text: str, values: tuple[str, ...]) -> bool:
    """The same among the values of an enum class, which Python knows."""
    if op in PATTERN_OPERATORS:
        wanted = parse_pattern(values[0])
        if op is Operator.ILIKE:
            text, wanted = fold_case(text), wanted.fold_case()
        return wanted.matches(text)
    compared = _ORDERS.get(op) if op is not None else None
    return compared(text, values[0]) if compared else text in values
