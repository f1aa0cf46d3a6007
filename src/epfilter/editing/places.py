"""The place of an offset in a text: an operator, a field, a value, or none of these."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from epfilter.arguments import require_int
from epfilter.ast import CALL_OPERATORS_BY_NAME, Operator
from epfilter.errors import Span
from epfilter.located import Located, list_calls
from epfilter.parser import parse_located

# White space, and the invisible characters that recovery treats in the same way.
_SPACE = r"[\s\xad\u200b-\u200d\u2060\ufeff]*+"
_OPENING = re.compile(rf"{_SPACE}[(（]")
_CLOSING = re.compile(rf"(?:{_SPACE}[,，、])*+{_SPACE}[)）]")
_COMMA = re.compile("[,，、]")
_NAME_END = re.compile(r"[\w-]*+")
_NEXT = re.compile(rf"{_SPACE}(.?)", re.DOTALL)


class Place(NamedTuple):
    """What stands at an offset, with the span of the whole name or operand.

    `span` is empty where something is missing; `typed` is the part of it before the offset. `call`
    is the call around the offset, and `slot` the index of the operand: 0 is the field.
    """

    kind: Literal["operator", "field", "value", "other"]
    span: Span
    typed: str = ""
    call: Located | None = None
    slot: int = -1


def require_offset(text: str, offset: object, name: str = "offset") -> int:
    """Return an offset of the text, the argument of the parameter `name`.

    Raises FilterTypeError if it is not an int, and FilterValueError if it is out of range.
    """
    hint = "an offset counts the code points before it"
    return require_int(name, offset, 0, len(text), hint=hint)


def read_text(text: str, offset: object) -> tuple[Located, int]:
    """Return the located tree of a text, and the offset in it; raise for invalid arguments."""
    located = parse_located(text)
    return located, require_offset(text, offset)


def operator_of(text: str, call: Located) -> Operator | None:
    """Return the operator of a call, or None for a name that the language does not have."""
    return CALL_OPERATORS_BY_NAME.get(text[slice(*call.op_span)]) if call.op_span else None


def find_opening(text: str, call: Located) -> int:
    """Return the position after the opening parenthesis of a call."""
    end = call.op_span.end if call.op_span else call.span.start
    opening = _OPENING.match(text, end)
    return opening.end() if opening else end


def find_closing(text: str, call: Located) -> int | None:
    """Return the position after the closing parenthesis of a call, or None if it has none.

    It may be before the end of its span, which includes parentheses around the call.
    """
    start = call.operands[-1].span.end if call.operands else find_opening(text, call)
    closing = _CLOSING.match(text, start)
    return closing.end() if closing else None


def next_char(text: str, offset: int) -> str:
    """Return the first character at or after the offset that is not white space, or ''."""
    match = _NEXT.match(text, offset)
    return match[1] if match else ""


def find_place(text: str, located: Located, offset: int) -> Place:
    """Return what stands at an offset of a text with this tree."""
    call = find_call(text, located, offset)
    if call is None:
        return _find_term(text, offset)
    assert call.op_span is not None  # noqa: S101 - true for every call
    if offset <= call.op_span.end:
        typed = text[call.op_span.start : offset]
        return Place("operator", call.op_span, typed, call)
    opening = find_opening(text, call)
    if offset < opening:
        return Place("other", Span(offset, offset), call=call)
    slot = _count_slots(text, call, opening, offset)
    kind: Literal["field", "value"] = "value" if slot else "field"
    for operand in call.operands:
        if operand.span.start <= offset <= operand.span.end:
            typed = text[operand.span.start : offset]
            return Place(kind, operand.span, typed, call, slot)
    before = text[opening - 1 : offset].rstrip()[-1:]
    if before and before in ",，、(（":
        return Place(kind, Span(offset, offset), "", call, slot)
    return Place("other", Span(offset, offset), call=call, slot=slot)


def find_call(text: str, located: Located, offset: int) -> Located | None:
    """Return the call around an offset: from its operator to before the end of `)`."""
    found = None
    for call in list_calls(located):
        if call.op_span is None or call.op_span.start > offset:
            break
        found = call
    if found is None:
        return None
    end = find_closing(text, found)
    if end is not None:
        return found if offset < end else None
    end = found.operands[-1].span.end if found.operands else find_opening(text, found)
    return None if text[end:offset].strip(" \t\r\n,，、") else found


def _count_slots(text: str, call: Located, opening: int, offset: int) -> int:
    """Return the number of operands before the offset, also of those that are missing."""
    commas, start, before = 0, opening, 0
    for operand in call.operands:
        if operand.span.end >= offset:
            offset = min(offset, operand.span.start)
            break
        commas += len(_COMMA.findall(text, start, operand.span.start))
        start, before = operand.span.end, before + 1
    commas += len(_COMMA.findall(text, start, offset))
    # A comma may be missing after an operand.
    return max(commas, before - 1 if commas < before else before)


def _find_term(text: str, offset: int) -> Place:
    """Return the place outside of a call: the name of an operator where a term is expected."""
    start = offset
    while start and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    before = text[:start].rstrip()[-1:]
    if before and before not in ":|(：｜（":
        return Place("other", Span(offset, offset))
    end = _NAME_END.match(text, offset)
    return Place("operator", Span(start, end.end() if end else offset), text[start:offset])
