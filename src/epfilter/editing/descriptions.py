"""Descriptions of what stands at an offset: hover, and the operands of the call around it."""

from __future__ import annotations

from typing import NamedTuple

from epfilter.editing.candidates import describe_field
from epfilter.editing.operators import form_of
from epfilter.editing.places import Place, find_place, operator_of, read_text
from epfilter.english import in_words
from epfilter.errors import Span
from epfilter.located import Located
from epfilter.resources import Resource, resource_of, resource_schema


class Hover(NamedTuple):
    """A description in plain text, and the span of what it describes, which contains the offset.

    >>> from epfilter.editing import hover
    >>> hover("ge(total,5)", 1).span
    Span(start=0, end=2)
    """

    span: Span
    text: str


class Signature(NamedTuple):
    """The form of a call, the spans of its operands in `label`, and the index of the active one.

    `active` is None at an operand that the operator does not have.

    >>> from epfilter.editing import signature
    >>> signature("in(id,a,b", 9).label
    'in(field,value,…)'
    """

    label: str
    parameters: tuple[Span, ...]
    active: int | None
    meaning: str


def hover(text: str, offset: int, resource: Resource | str | None = None) -> Hover | None:
    """Return a description of the operator, field, value or group at an offset, or None.

    An operator has its operands and its meaning. A field of the resource has its type, operators
    and notes. A value has its call in English. Elsewhere the smallest group around the offset is in
    English, so at the outermost connectives the whole filter. What has a syntax error has no
    English. The description contains texts of the filter, so do not use it as Markdown or HTML.

    Raises FilterTypeError for an argument of the wrong type, FilterValueError for an offset outside
    of the text, and ResourceError for the name of an unknown resource.

    >>> print(hover("ge(with_tax,10000)", 1).text)
    ge(field,value): the field is greater than the value, or equal to it
    >>> print(hover("ge(with_tax,10000)", 5, "orders").text)
    with_tax: integer
    operators: gt ge lt le
    in minor units: 10000 means $100.00
    >>> print(hover("ge(with_tax,10000)", 13, "orders").text)
    orders whose “with_tax” is at least 10000
    """
    located, offset = read_text(text, offset)
    resolved = resource_of(resource, hint='as in hover(text, offset, "orders")')
    found = _describe(text, located, offset, resolved)
    if found is None:
        return None
    # White space beside what is described belongs to it.
    start, end = found.span
    return found._replace(span=Span(min(start, offset), max(end, offset)))


def _describe(text: str, located: Located, offset: int, resource: Resource | None) -> Hover | None:
    place = find_place(text, located, offset)
    if place.call is None:
        return _describe_term(_find_group(located, offset), resource)
    op = operator_of(text, place.call)
    if place.kind == "operator" and op is not None:
        form = form_of(op)
        return Hover(place.span, f"{form.label}: {form.meaning}")
    is_empty = place.span.start == place.span.end
    described = None
    if place.kind == "field" and not is_empty:
        described = _describe_field(place, resource)
    if described is None:
        described = _describe_term(place.call, resource)
    return described and described._replace(span=described.span if is_empty else place.span)


def signature(text: str, offset: int) -> Signature | None:
    """Return the operands of the call around an offset, or None outside of its parentheses.

    Raises FilterTypeError for an argument of the wrong type, and FilterValueError for an offset
    outside of the text.

    >>> found = signature("eq(a,1):like(name,", 18)
    >>> found.label, found.label[slice(*found.parameters[found.active])]
    ('like(field,pattern)', 'pattern')
    """
    located, offset = read_text(text, offset)
    place = find_place(text, located, offset)
    op = operator_of(text, place.call) if place.call and place.slot >= 0 else None
    if op is None:
        return None
    form = form_of(op)
    last = len(form.parameters) - 1
    active = min(place.slot, last) if form.repeats or place.slot <= last else None
    return Signature(form.label, form.parameters, active, form.meaning)


def _describe_field(place: Place, resource: Resource | None) -> Hover | None:
    """Return the description of a field as the resource declares it; None for an unknown one."""
    assert place.call is not None  # noqa: S101 - a field stands in a call
    name = place.call.operands[0].text
    found = None if resource is None else resource_schema(resource).find(name)
    if found is None:
        return None
    declared = found.declared
    alias = f" (another name of {found.path})" if found.is_alias else ""
    lines = [f"{name}{alias}: {declared.type}"]
    if declared.type.values:
        lines.append(f"values: {' '.join(declared.type.values)}")
    lines.append(f"operators: {' '.join(declared.operators) or 'none'}")
    lines += filter(None, [describe_field(declared), declared.source])
    return Hover(place.span, "\n".join(lines))


def _describe_term(term: Located, resource: Resource | None) -> Hover | None:
    return None if term.node is None else Hover(term.span, in_words(term.node, resource))


def _find_group(located: Located, offset: int) -> Located:
    """Return the innermost group around an offset, or the call in parentheses."""
    while True:
        for child in located.children:
            if child.span.start <= offset <= child.span.end and (
                child.children or child.parenthesized
            ):
                located = child
                break
        else:
            return located
