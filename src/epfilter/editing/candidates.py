"""What completion offers at a place: operators, fields, values and snippets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from epfilter.ast import (
    CALL_OPERATORS,
    MEMBERSHIPS,
    TEXT_OPERATORS,
    Operator,
)
from epfilter.editing.operators import form_of
from epfilter.editing.places import Place, find_closing, next_char, operator_of
from epfilter.errors import Span
from epfilter.printer import print_operand, quote_operand
from epfilter.resources import (
    Alias,
    Declaration,
    PrefixAlias,
    Resource,
    Schema,
    resource_schema,
)
from epfilter.values import from_text_or_none

Kind = Literal["operator", "field", "value", "snippet"]


class Candidate(NamedTuple):
    """A name to offer, and the text that takes the place of what was typed.

    `selection` is the part of the new text to select. The candidates of one `shape` change the
    structure of the text in the same way.
    """

    label: str
    kind: Kind
    text: str
    selection: Span
    detail: str = ""
    note: str = ""
    deprecated: bool = False
    keywords: str = ""
    """Further words that find the candidate."""
    shape: str = ""


class NamedField(NamedTuple):
    """A name of a field, its own or an alias, with its description."""

    name: str
    printed: str
    path: str
    declared: Declaration[Any]
    detail: str
    note: str


@lru_cache(maxsize=64)
def list_fields(schema: Schema) -> tuple[NamedField, ...]:
    """Return the names of all fields: required ones first, then aliases and deprecated ones."""
    own: list[NamedField] = []
    aliases: list[NamedField] = []
    old: list[NamedField] = []
    for path, declared in schema.info.fields.items():
        operators = " ".join(declared.operators)
        detail = f"{declared.type}: {operators}" if operators else f"{declared.type}"
        note = describe_field(declared)
        for name in dict.fromkeys((path, *_list_aliases(schema, path))):
            alias_note = note if name == path else f"another name of `{path}`"
            field = NamedField(
                name, print_operand(name, field=True), path, declared, detail, alias_note
            )
            (old if declared.deprecated else own if name == path else aliases).append(field)
    own.sort(key=lambda field: not field.declared.required)
    return (*own, *aliases, *old)


def _list_aliases(schema: Schema, path: str) -> Iterator[str]:
    """Yield the aliases of a field; those of a regular expression cannot be listed."""
    for alias in schema.aliases:
        if isinstance(alias, Alias) and alias.field == path:
            yield alias.name
        elif isinstance(alias, PrefixAlias) and path.startswith(alias.replacement):
            yield alias.prefix + path[len(alias.replacement) :]


def describe_field(declared: Declaration[Any]) -> str:
    """Return what a declaration states about a field beside its type, in one line."""
    parts = [declared.note] if declared.note else []
    if declared.required:
        parts.append("required")
    if declared.deprecated:
        since, instead = declared.deprecated.since, declared.deprecated.instead
        text = f"deprecated since {since}" if since else "deprecated"
        parts.append(f"{text}; use `{instead}`" if instead else text)
    return "; ".join(parts)


def list_candidates(
    text: str, place: Place, resource: Resource | None, today: date
) -> Iterator[Candidate]:
    """Yield what can stand at a place, in the order of the declarations."""
    schema = None if resource is None else resource_schema(resource)
    match place.kind:
        case "operator":
            yield from _list_operators(place, schema)
            if place.call is None and schema is not None:
                yield from _list_snippets(text, place, schema, today)
        case "field" if schema is not None:
            yield from _list_field_candidates(text, place, schema)
        case "value" if schema is not None:
            yield from _list_value_candidates(text, place, schema, today)
        case _:
            return


def _list_operators(place: Place, schema: Schema | None) -> Iterator[Candidate]:
    operands = place.call.operands if place.call else ()
    found = schema.find(operands[0].text) if schema and operands else None
    supported: Iterable[Operator] = CALL_OPERATORS
    if found is not None:
        supported = found.declared.operators
    elif schema is not None:
        supported = _list_supported(schema)
    for op in supported:
        text = op.value if place.call else f"{op}()"
        end = len(op.value) + (place.call is None)
        form = form_of(op)
        if len(operands) > len(form.parameters) and op not in MEMBERSHIPS:
            continue
        shape = f"{min(len(form.parameters), 3)} operands" if place.call else ""
        yield Candidate(
            op.value,
            "operator",
            text,
            Span(end, end),
            form.label,
            form.meaning,
            shape=shape,
        )


@lru_cache(maxsize=64)
def _list_supported(schema: Schema) -> tuple[Operator, ...]:
    used = {op for declared in schema.info.fields.values() for op in declared.operators}
    return tuple(op for op in CALL_OPERATORS if op in used)


def _list_snippets(text: str, place: Place, schema: Schema, today: date) -> Iterator[Candidate]:
    """Yield whole calls of fields: with the first operator, and a day of a time."""
    alone = text[: place.span.start].rstrip()[-1:] != "|" and next_char(text, place.span.end) != "|"
    opening, closing = ("", "") if alone else ("(", ")")
    for field in list_fields(schema):
        operators = field.declared.operators
        if not operators:
            continue
        op = Operator.EQ if Operator.EQ in operators else operators[0]
        if can_split_day(field.declared):
            start = f"{opening}ge({field.printed},{today}"
            yield Candidate(
                f"ge({field.name},…):lt({field.name},…)",
                "snippet",
                f"{start}):lt({field.printed},{next_day(today)}){closing}",
                Span(len(start) - len(f"{today}"), len(start)),
                "a whole day",
                field.note,
                keywords=field.name,
            )
            op = Operator.GE
        if place.typed:
            is_null = op is Operator.IS_NULL
            call = f"{op}({field.printed})" if is_null else f"{op}({field.printed},)"
            yield Candidate(
                f"{op}({field.name})" if is_null else f"{op}({field.name},…)",
                "snippet",
                call,
                _select_placeholder(call, len(call) - (not is_null)),
                field.detail,
                field.note,
                field.declared.deprecated is not None,
                field.name,
            )


def can_split_day(declared: Declaration[Any]) -> bool:
    """Return whether a field has times, and the operators for a range of them."""
    has_range = Operator.GE in declared.operators and Operator.LT in declared.operators
    return declared.type.name == "datetime" and has_range and not declared.multivalued


def next_day(day: date) -> date:
    """Return the day after; the last day of the calendar is its own."""
    return day + timedelta(days=day < date.max)


def _list_field_candidates(text: str, place: Place, schema: Schema) -> Iterator[Candidate]:
    op = operator_of(text, place.call) if place.call else None
    after = next_char(text, place.span.end)
    ending = ""
    if op is Operator.IS_NULL:
        ending = ")" if _is_open(text, place) else ""
    elif op is not None and after not in {",", "，", "、"}:
        ending = ","
    is_quoted = place.typed[:1] in {'"', "'"} and place.typed
    for field in list_fields(schema):
        if op is not None and op not in field.declared.operators:
            continue
        printed = quote_operand(field.name) if is_quoted else field.printed
        yield Candidate(
            field.name,
            "field",
            printed + ending,
            _select_placeholder(printed, len(printed) + len(ending)),
            field.detail,
            field.note,
            field.declared.deprecated is not None,
        )


def _select_placeholder(text: str, end: int) -> Span:
    """Return the span of the first placeholder such as `{locale}`, or an empty span at `end`."""
    start = text.find("{")
    return Span(end, end) if start < 0 else Span(start, text.index("}", start) + 1)


def _is_open(text: str, place: Place) -> bool:
    """Return whether `)` is missing directly after the place."""
    is_last = place.call is not None and find_closing(text, place.call) is None
    return is_last and next_char(text, place.span.end) in {"", ":", "|"}


def _list_value_candidates(
    text: str, place: Place, schema: Schema, today: date
) -> Iterator[Candidate]:
    call = place.call
    if call is None or not call.operands:
        return
    op = operator_of(text, call)
    field = schema.find(call.operands[0].text)
    if field is None or op in TEXT_OPERATORS or op is Operator.IS_NULL:
        return
    others = {value.text for value in call.operands[1:] if value.span != place.span}
    ending = ")" if op is not None and op not in MEMBERSHIPS and _is_open(text, place) else ""
    is_quoted = place.typed[:1] in {'"', "'"} and place.typed
    for value, detail in _list_values(field.declared, today):
        if value in others:
            continue
        printed = (quote_operand(value) if is_quoted else print_operand(value)) + ending
        yield Candidate(
            value,
            "value",
            printed,
            Span(len(printed), len(printed)),
            detail,
            "an example of the documentation" if value in field.declared.known_values else "",
            keywords=detail,
        )
    if op is Operator.GE and not is_quoted:
        yield from _complete_day(text, place, field.declared, call.operands[0].raw)


def _list_values(declared: Declaration[Any], today: date) -> Iterator[tuple[str, str]]:
    kind = declared.type.item or declared.type
    if kind.values:
        yield from ((value, "") for value in kind.values)
        return
    yield from ((value, "") for value in declared.known_values)
    if kind.name == "boolean":
        yield from (("true", ""), ("false", ""))
    elif kind.name in {"date", "datetime"}:
        month = today.replace(day=1)
        last_month = (month - timedelta(days=1)).replace(day=1) if month > date.min else month
        days = {
            today: "today",
            today - timedelta(days=today > date.min): "yesterday",
            month: "the first of this month",
            last_month: "the first of last month",
            today.replace(month=1, day=1): "the first of this year",
        }
        for day, detail in days.items():
            yield day.isoformat(), detail


def _complete_day(
    text: str, place: Place, declared: Declaration[Any], field: str
) -> Iterator[Candidate]:
    """Yield the end of the range that begins with the day that was typed."""
    day = from_text_or_none(text[slice(*place.span)].strip(), date)
    # In an alternative, the range would need parentheses around it.
    if day is None or not can_split_day(declared) or "|" in text:
        return
    label = f"{day}):lt({field},{next_day(day)}"
    end = label + ")" * _is_open(text, place)
    yield Candidate(
        label,
        "snippet",
        end,
        Span(len(end), len(end)),
        "the whole day",
        shape="day",
    )
