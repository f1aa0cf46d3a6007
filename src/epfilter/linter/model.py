"""The analysed filter that rules inspect: its calls and groups, resolved against a resource."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

from epfilter import analysis
from epfilter.analysis import Condition, add_to_parent, find_mergeable_call, set_equality_keys
from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.errors import Edit, Span
from epfilter.located import Located, Operand
from epfilter.resources import resource_schema
from epfilter.snippets import shorten
from epfilter.values import from_text_or_none

if TYPE_CHECKING:
    from epfilter.linter.settings import Settings
    from epfilter.resources import Resource


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(eq=False, slots=True)
class Call(Condition):
    """A call with its position; `filter_text` is the whole text that contains it.

    >>> from epfilter import parse_located
    >>> from epfilter.linter import Settings
    >>> from epfilter.resources import orders
    >>> text = "eq(customer.name,Ron)"
    >>> (call,) = build_context(text, parse_located(text), orders, Settings()).calls
    >>> call.field.text, call.path, call.values[0].text, call.values[0].span
    ('customer.name', 'name', 'Ron', Span(start=17, end=20))
    """

    parent: Group | None
    located: Located
    filter_text: str

    @property
    def field(self) -> Operand:
        """The operand that names the field."""
        return self.located.operands[0]

    @property
    def values(self) -> tuple[Operand, ...]:
        """The operands after the field."""
        return self.located.operands[1:]

    @property
    def op_span(self) -> Span:
        """The span of the operator's name."""
        return cast("Span", self.located.op_span)

    @property
    def span(self) -> Span:
        """The span of the call, including parentheses around it."""
        return self.located.span

    def read_bare_date(self) -> date | None:
        """Return the date that the call compares a timestamp with; None for any other call."""
        field_type = self.field_type
        if field_type is None or field_type.name != "datetime" or self.is_rejected:
            return None
        text = self.values[0].text
        return from_text_or_none(text, date) if _DATE.fullmatch(text) else None

    def __str__(self) -> str:
        """Return the source text of the call, shortened if it is long."""
        return shorten(self.filter_text[self.op_span.start : self.span.end], 60)


@dataclass(eq=False, slots=True)
class Group(analysis.Group):
    """Two or more parts joined with `:` (AND) or `|` (OR), with their position.

    >>> from epfilter import parse_located
    >>> from epfilter.linter import Settings
    >>> text = "eq(a,1):(eq(b,2)|eq(c,3))"
    >>> (outer, inner) = build_context(text, parse_located(text), None, Settings()).groups
    >>> inner.op.value, [str(part) for part in inner.parts], inner.parent is outer
    ('or', ['eq(b,2)', 'eq(c,3)'], True)
    """

    parent: Group | None
    # build_context adds only these.
    parts: list[Call | Group] = field(default_factory=list, init=False)  # type: ignore[assignment]
    located: Located
    filter_text: str

    @property
    def span(self) -> Span:
        """The span of the group, including parentheses around it."""
        return self.located.span

    def __str__(self) -> str:
        """Return the source text of the group, shortened if it is long."""
        return shorten(self.filter_text[slice(*self.span)], 60)


@dataclass(eq=False, slots=True)
class Context:
    """A filter without syntax errors, with all calls and groups in the order of the text.

    >>> from epfilter import parse_located
    >>> from epfilter.linter import Settings
    >>> text = "eq(a,1):(eq(b,2)|eq(c,3))"
    >>> context = build_context(text, parse_located(text), None, Settings())
    >>> [str(call) for call in context.calls], len(context.groups), context.resource
    (['eq(a,1)', 'eq(b,2)', 'eq(c,3)'], 2, None)
    """

    text: str
    node: Filter
    span: Span
    resource: Resource | None
    settings: Settings
    root: Call | Group
    calls: list[Call]
    groups: list[Group]

    def release(self) -> None:
        """Break the reference cycles between groups and parts once all rules have run.

        Without this, each filter stays in memory until the garbage collector runs.
        """
        for group in self.groups:
            group.release()


def build_context(
    text: str, located: Located, resource: Resource | None, settings: Settings
) -> Context:
    """Return the context of a text that was parsed without errors."""
    has_resource = resource is not None
    schema = None if resource is None else resource_schema(resource)
    calls: list[Call] = []
    groups: list[Group] = []
    pending: list[tuple[Located, Group | None]] = [(located, None)]
    while pending:
        current, parent = pending.pop()
        part: Call | Group
        if current.op_span is None:
            part = Group(cast("And | Or", current.node).op, parent, current, text)
            groups.append(part)
            pending.extend((child, part) for child in reversed(current.children))
        else:
            node = cast("Comparison | Membership | IsNull", current.node)
            match = None if schema is None else schema.find(node.field)
            part = Call(node, node.op, len(calls), match, has_resource, parent, current, text)
            calls.append(part)
        add_to_parent(part)
    if groups:
        set_equality_keys(calls, groups)
    return Context(
        text=text,
        node=cast("Filter", located.node),
        span=located.span,
        resource=resource,
        settings=settings,
        root=groups[0] if groups else calls[0],
        calls=calls,
        groups=groups,
    )


def build_removal_edit(part: Call | Group) -> Edit | None:
    """Return the edit that removes a part and one connective; None for the whole filter."""
    if part.parent is None:
        return None
    siblings = part.parent.parts
    if part.index:
        return Edit(Span(siblings[part.index - 1].span.end, part.span.end), "")
    return Edit(Span(part.span.start, siblings[1].span.start), "")


def suggest_fewer_calls(context: Context) -> str:
    """Return the hint for a filter with too many calls or alternatives."""
    call = next(filter(None, map(find_mergeable_call, context.groups)), None)
    if call is None:
        return "split the filter"
    field = shorten(cast("Call", call).field.raw)
    return f"use one `in` for the alternatives of `{field}`, or split the filter"
