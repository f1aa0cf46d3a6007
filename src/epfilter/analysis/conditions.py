"""The analysed tree of a filter: its calls and groups, with the declarations of their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from epfilter.analysis.value_sets import ValueSet, build_value_sets
from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator, Or
from epfilter.errors import FilterValueError
from epfilter.located import Located
from epfilter.resources import resource_of, resource_schema
from epfilter.templates import Template, as_filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from epfilter.resources import FieldMatch, FieldType, Resource

CallNode = Comparison | Membership | IsNull


@dataclass(eq=False, slots=True)
class Condition:
    """A call, with its field as the resource declares it.

    `number` counts the calls of the filter in the order of the text. `match` is None if no resource
    is given or if the resource has no such field. Equal parts of one filter have the same
    `equality_key`; `index` is the position in `parent.parts`.

    >>> from epfilter import parse
    >>> condition = analyze_filter(parse("eq(customer.name,Ron)"), "orders")
    >>> condition.path, condition.field_type.name, condition.is_multivalued
    ('name', 'string', False)
    """

    node: CallNode
    op: Operator
    number: int
    match: FieldMatch | None
    has_resource: bool
    parent: Group | None
    equality_key: int = field(default=-1, init=False)
    index: int = field(default=0, init=False)
    _value_sets: tuple[ValueSet, ...] | None = field(default=None, init=False)

    @property
    def path(self) -> str:
        """The canonical name of the field: with a resource, aliases are resolved."""
        return self.match.path if self.match else self.node.field

    @property
    def texts(self) -> tuple[str, ...]:
        """The operands after the field."""
        node = self.node
        if isinstance(node, Comparison):
            return (node.value,)
        return node.values if isinstance(node, Membership) else ()

    @property
    def is_rejected(self) -> bool:
        """Whether the resource does not support the call."""
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
        return self.match is not None and self.match.declared.multivalued

    @property
    def is_single(self) -> bool:
        """Whether one object is known to have one value of a known type in this field, or none."""
        return self.field_type is not None and not self.is_multivalued

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
            self._value_sets = (
                () if self.is_rejected else build_value_sets(self.op, self.texts, self.field_type)
            )
        return self._value_sets


@dataclass(eq=False, slots=True)
class Group:
    """Two or more parts joined with `:` (AND) or `|` (OR).

    >>> from epfilter import parse
    >>> group = analyze_filter(parse("eq(a,1):(eq(b,2):eq(c,3))"))
    >>> len(group.parts), [condition.path for condition in group.collect_calls()]
    (2, ['a', 'b', 'c'])
    """

    op: Literal[Operator.AND, Operator.OR]
    parent: Group | None
    parts: list[Condition | Group] = field(default_factory=list, init=False)
    equality_key: int = field(default=-1, init=False)
    index: int = field(default=0, init=False)
    has_repeated_fields: bool = field(default=True, init=False)
    """Whether two calls of the filter are on one field; otherwise no part depends on another."""
    _members: tuple[list[Condition], list[Group]] | None = field(default=None, init=False)
    _calls_by_field: dict[str, list[Condition]] | None = field(default=None, init=False)
    contradictions: tuple[Any, ...] | None = field(default=None, init=False)
    """A cache of `find_contradictions` with its assumptions, which several rules report."""

    @property
    def is_outermost(self) -> bool:
        """Whether the parent is not a group with the same connective."""
        return self.parent is None or self.parent.op is not self.op

    def collect_calls(self) -> list[Condition]:
        """Return the calls of this group and of nested groups with the same connective."""
        return self._collect()[0]

    def collect_groups(self) -> list[Group]:
        """Return the groups with the other connective, also those of nested groups."""
        return self._collect()[1]

    def _collect(self) -> tuple[list[Condition], list[Group]]:
        if self._members is None:
            calls: list[Condition] = []
            groups: list[Group] = []
            pending: list[Condition | Group] = [self]
            while pending:
                part = pending.pop()
                if isinstance(part, Condition):
                    calls.append(part)
                elif part.op is self.op:
                    pending.extend(reversed(part.parts))
                else:
                    groups.append(part)
            self._members = calls, groups
        return self._members

    def group_calls_by_field(self) -> dict[str, list[Condition]]:
        """Return the calls of `collect_calls` for each path."""
        if self._calls_by_field is None:
            by_field: dict[str, list[Condition]] = {}
            for call in self.collect_calls():
                by_field.setdefault(call.path, []).append(call)
            self._calls_by_field = by_field
        return self._calls_by_field

    def release(self) -> None:
        """Break the reference cycles, so that the tree does not wait for the garbage collector."""
        self.parts.clear()
        self._members = self._calls_by_field = self.contradictions = None


def read_filter(f: Filter | str | Template | Located) -> Filter:
    """Return the filter of a text, a node, a template that needs no values, or a located tree.

    Raises FilterSyntaxError for an invalid text, FilterValueError for a tree of one, TemplateError
    for a template that needs values, and FilterTypeError for anything else.
    """
    if isinstance(f, Located):
        if f.node is None or f.diagnostics:
            raise FilterValueError(
                "the text of the located tree has errors.", hint="see `diagnostics` of the tree"
            )
        return f.node
    return as_filter(f)


def analyze_filter(
    f: Filter | str | Template | Located, resource: Resource | str | None = None
) -> Condition | Group:
    """Return the analysed tree of a filter.

    A call that the resource does not accept is part of the tree, too: nothing is known of what it
    matches.

    Raises FilterSyntaxError for an invalid text, ResourceError for the name of an unknown resource,
    and FilterTypeError for arguments of a wrong type.

    >>> group = analyze_filter("eq(customer.name,Ron):gt(with_tax,5)", "orders")
    >>> [part.path for part in group.parts]
    ['name', 'with_tax']
    """
    declared = resource_of(resource)
    schema = None if declared is None else resource_schema(declared)
    conditions: list[Condition] = []
    groups: list[Group] = []
    pending: list[tuple[Filter, Group | None]] = [(read_filter(f), None)]
    while pending:
        node, parent = pending.pop()
        part: Condition | Group
        if isinstance(node, (And, Or)):
            part = Group(node.op, parent)
            groups.append(part)
            pending.extend((term, part) for term in reversed(node.terms))
        else:
            call = cast("CallNode", node)
            match = None if schema is None else schema.find(call.field)
            part = Condition(call, call.op, len(conditions), match, schema is not None, parent)
            conditions.append(part)
        add_to_parent(part)
    set_equality_keys(conditions, groups)
    return groups[0] if groups else conditions[0]


def add_to_parent(part: Condition | Group) -> None:
    """Append a part to the parts of its parent, if it has one.

    >>> group, term = Group(Operator.AND, None), analyze_filter("eq(a,1)")
    >>> term.parent = group
    >>> add_to_parent(term)
    >>> group.parts == [term]
    True
    """
    if part.parent is not None:
        part.index = len(part.parent.parts)
        part.parent.parts.append(part)


def set_equality_keys(conditions: Sequence[Condition], groups: Sequence[Group]) -> None:
    """Set the `equality_key` of all parts; the groups are in the order of the text.

    Two groups are equal if they have the same parts in any order.

    >>> group = analyze_filter("eq(a,1):eq(a,2):eq(a,1)")
    >>> set_equality_keys(group.parts, [group])
    >>> [part.equality_key for part in group.parts]
    [0, 1, 0]
    """
    if len({condition.path for condition in conditions}) == len(conditions):
        for group in groups:
            group.has_repeated_fields = False
        # All calls are on different fields, so no two parts are equal.
        parts: list[Condition | Group] = [*conditions, *groups]
        for key, part in enumerate(parts):
            part.equality_key = key
        return
    keys: dict[object, int] = {}
    for condition in conditions:
        condition.equality_key = keys.setdefault(condition.node, len(keys))
    # A group precedes its parts, so in reverse order the keys of the parts are set first.
    for group in reversed(groups):
        inner = (group.op, frozenset([part.equality_key for part in group.parts]))
        group.equality_key = keys.setdefault(inner, len(keys))


def iterate_conditions(part: Condition | Group) -> Iterator[Condition]:
    """Yield the conditions of a part in the order of the text."""
    pending = [part]
    while pending:
        current = pending.pop()
        if isinstance(current, Condition):
            yield current
        else:
            pending.extend(reversed(current.parts))
