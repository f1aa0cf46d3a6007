"""The analysed filter that rules inspect: its calls and groups, resolved against a resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.errors import Edit, Span
from epfilter.linter.value_sets import ValueSet, build_value_sets, read_bare_date
from epfilter.located import Located, Operand
from epfilter.resources import resource_schema
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from datetime import date

    from epfilter.linter.settings import Settings
    from epfilter.resources import FieldMatch, FieldType, Resource


@dataclass(eq=False, slots=True)
class Call:
    """A call, with its field as the resource declares it.

    `filter_text` is the whole text that contains the call, and `number` counts the calls of the
    filter in the order of the text. `match` is None if no resource is given or if the resource has
    no such field. Equal parts of one filter have the same `equality_key`; `index` is the position
    in `parent.parts`.

    >>> from epfilter import parse_located
    >>> from epfilter.linter import Settings
    >>> from epfilter.resources import orders
    >>> text = "eq(customer.name,Ron)"
    >>> (call,) = build_context(text, parse_located(text), orders, Settings()).calls
    >>> call.field.text, call.path, call.values[0].text, call.values[0].span
    ('customer.name', 'name', 'Ron', Span(start=17, end=20))
    """

    located: Located
    filter_text: str
    number: int
    op: Operator
    match: FieldMatch | None
    has_resource: bool
    parent: Group | None
    equality_key: int = -1
    index: int = 0
    _value_sets: tuple[ValueSet, ...] | None = None

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

    @property
    def path(self) -> str:
        """The canonical name of the field: with a resource, aliases are resolved."""
        return self.match.path if self.match else self.field.text

    @property
    def is_rejected(self) -> bool:
        """Whether the resource does not support the call, which another rule reports."""
        return self.has_resource and not self.supports(self.op)

    @property
    def field_type(self) -> FieldType[Any] | None:
        """The type of the compared values, for a list that of its elements; None if unknown."""
        if self.match is None:
            return None
        field_type = self.match.declared.type
        field_type = field_type.item or field_type
        return None if field_type.name == "unknown" else field_type

    @property
    def is_multivalued(self) -> bool:
        """Whether one object is known to have several values in this field."""
        if self.match is None:
            return False
        return self.match.declared.type.item is not None or self.match.declared.multivalued

    def supports(self, op: Operator) -> bool:
        """Return whether the field supports the operator; True if no resource is given."""
        if self.match is None:
            return not self.has_resource
        return op in self.match.declared.operators

    def get_value_sets(self) -> tuple[ValueSet, ...]:
        """Return the values that the call matches, one set per possible type of the field.

        The result is empty if the values cannot be determined.
        """
        if self._value_sets is None:
            texts = [operand.text for operand in self.values]
            self._value_sets = (
                () if self.is_rejected else build_value_sets(self.op, texts, self.field_type)
            )
        return self._value_sets

    def read_bare_date(self) -> date | None:
        """Return the date that the call compares a timestamp with; None for any other call."""
        field_type = self.field_type
        if field_type is None or field_type.name != "datetime" or self.is_rejected:
            return None
        return read_bare_date(self.values[0].text)

    def __str__(self) -> str:
        """Return the source text of the call, shortened if it is long."""
        return shorten(self.filter_text[self.op_span.start : self.span.end], 60)


@dataclass(eq=False, slots=True)
class Group:
    """Two or more parts joined with `:` (AND) or `|` (OR).

    >>> from epfilter import parse_located
    >>> from epfilter.linter import Settings
    >>> text = "eq(a,1):(eq(b,2)|eq(c,3))"
    >>> (outer, inner) = build_context(text, parse_located(text), None, Settings()).groups
    >>> inner.op.value, [str(part) for part in inner.parts], inner.parent is outer
    ('or', ['eq(b,2)', 'eq(c,3)'], True)
    """

    located: Located
    op: Literal[Operator.AND, Operator.OR]
    parent: Group | None
    parts: list[Call | Group] = field(default_factory=list)
    equality_key: int = -1
    index: int = 0
    calls_by_field: list[list[Call]] | None = None
    """A cache for the rules that compare calls on the same field."""

    @property
    def span(self) -> Span:
        """The span of the group, including parentheses around it."""
        return self.located.span

    @property
    def is_outermost(self) -> bool:
        """Whether the parent is not a group with the same connective."""
        return self.parent is None or self.parent.op is not self.op

    def collect_calls(self) -> list[Call]:
        """Return the calls of this group and of nested groups with the same connective."""
        calls: list[Call] = []
        pending: list[Call | Group] = [self]
        while pending:
            part = pending.pop()
            if isinstance(part, Call):
                calls.append(part)
            elif part.op is self.op:
                pending.extend(reversed(part.parts))
        return calls


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
            group.parts.clear()
            group.calls_by_field = None


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
            part = Group(current, cast("And | Or", current.node).op, parent)
            groups.append(part)
            pending.extend((child, part) for child in reversed(current.children))
        else:
            node = cast("Comparison | Membership | IsNull", current.node)
            match = None if schema is None else schema.find(node.field)
            part = Call(current, text, len(calls), node.op, match, has_resource, parent)
            calls.append(part)
        if parent is not None:
            part.index = len(parent.parts)
            parent.parts.append(part)
    if groups:
        _set_equality_keys(calls, groups)
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


def _set_equality_keys(calls: list[Call], groups: list[Group]) -> None:
    if len({call.field.text for call in calls}) == len(calls):
        # All calls are on different fields, so no two parts are equal.
        parts: list[Call | Group] = [*calls, *groups]
        for key, part in enumerate(parts):
            part.equality_key = key
        return
    keys: dict[object, int] = {}
    for call in calls:
        content = (call.op, *[operand.text for operand in call.located.operands])
        call.equality_key = keys.setdefault(content, len(keys))
    # A group precedes its parts, so in reverse order the keys of the parts are set first.
    for group in reversed(groups):
        inner = (group.op, tuple([part.equality_key for part in group.parts]))
        group.equality_key = keys.setdefault(inner, len(keys))


def build_removal_edit(part: Call | Group) -> Edit | None:
    """Return the edit that removes a part and one connective; None for the whole filter."""
    if part.parent is None:
        return None
    siblings = part.parent.parts
    if part.index:
        return Edit(Span(siblings[part.index - 1].span.end, part.span.end), "")
    return Edit(Span(part.span.start, siblings[1].span.start), "")
