"""What rules are shown: the calls and groups of a filter, each with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Operator
from epfilter.located import Located, Operand
from epfilter.resources import resource_schema
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from epfilter.errors import Span
    from epfilter.linter.settings import Settings
    from epfilter.resources import FieldType, Match, Resource


@dataclass(eq=False, slots=True)
class Call:
    """A call, and the field that it asks for where a resource tells.

    `same` is a number that equal parts of a filter share, `place` the place in the parent.
    """

    located: Located
    text: str
    """The whole text that the call stands in."""
    op: Operator
    match: Match | None
    typed: bool
    """A resource is known, whether it has this field or not."""
    parent: Group | None
    same: int = -1
    place: int = 0
    read: Any = None
    """What the values were read as, kept for the next rule that asks."""

    @property
    def field(self) -> Operand:
        """The operand that names the field."""
        return self.located.operands[0]

    @property
    def values(self) -> tuple[Operand, ...]:
        """The operands that are values."""
        return self.located.operands[1:]

    @property
    def op_span(self) -> Span:
        """Where the name of the operator stands."""
        return cast("Span", self.located.op_span)

    @property
    def span(self) -> Span:
        """Where the call stands, the parentheses around it included."""
        return self.located.span

    @property
    def path(self) -> str:
        """What the field is called, its aliases resolved where a resource is known."""
        return self.match.path if self.match else self.field.text

    @property
    def refused(self) -> bool:
        """A resource is known and does not take this call, which is reported elsewhere."""
        return self.typed and not self.accepts(self.op)

    @property
    def kind(self) -> FieldType[Any] | None:
        """The type of what is compared: of a list, that of its elements. None where unknown."""
        if self.match is None:
            return None
        kind = self.match.declared.type
        kind = kind.item or kind
        return None if kind.name == "unknown" else kind

    @property
    def listed(self) -> bool:
        """The field is known to hold several values."""
        return self.match is not None and self.match.declared.type.item is not None

    def accepts(self, op: Operator) -> bool:
        """Whether the field has the operator; yes, as far as one knows, without a resource."""
        if self.match is None:
            return not self.typed
        return op in self.match.declared.operators

    def __str__(self) -> str:
        """The call as it is written, cut where it is long."""
        return shorten(self.text[self.op_span.start : self.span.end], 60)


@dataclass(eq=False, slots=True)
class Group:
    """Several parts that are joined with `:` or `|`."""

    located: Located
    connective: Literal[":", "|"]
    parent: Group | None
    parts: list[Call | Group] = field(default_factory=list)
    same: int = -1
    place: int = 0
    compared: Any = None
    """Its comparisons of one field, kept for the next rule that asks."""

    @property
    def span(self) -> Span:
        """Where the group stands, the parentheses around it included."""
        return self.located.span

    @property
    def outermost(self) -> bool:
        """Whether the group is not a part of another group of its own kind."""
        return self.parent is None or self.parent.connective != self.connective

    def calls(self) -> list[Call]:
        """The calls of this group and of those inside it that have the same connective."""
        found: list[Call] = []
        waiting: list[Call | Group] = [self]
        while waiting:
            part = waiting.pop()
            if isinstance(part, Call):
                found.append(part)
            elif part.connective == self.connective:
                waiting.extend(reversed(part.parts))
        return found


@dataclass(eq=False, slots=True)
class Context:
    """A filter that has no syntax mistake, and everything in it in the order of the text."""

    text: str
    node: Filter
    span: Span
    resource: Resource | None
    settings: Settings
    root: Call | Group
    calls: list[Call]
    groups: list[Group]

    def release(self) -> None:
        """Part the groups from their parts, once no rule looks any more.

        Both know each other, and would otherwise wait in memory for the garbage collector.
        """
        for group in self.groups:
            group.parts.clear()
            group.compared = None


def built(text: str, located: Located, resource: Resource | None, settings: Settings) -> Context:
    """The context of a text that was read without mistakes."""
    schema = None if resource is None else resource_schema(resource)
    calls: list[Call] = []
    groups: list[Group] = []
    waiting: list[tuple[Located, Group | None]] = [(located, None)]
    while waiting:
        here, parent = waiting.pop()
        part: Call | Group
        if here.op_span is None:
            part = Group(here, ":" if isinstance(here.node, And) else "|", parent)
            groups.append(part)
            waiting.extend((child, part) for child in reversed(here.children))
        else:
            node = cast("Comparison | Membership | IsNull", here.node)
            match = schema.find(node.field) if schema is not None else None
            part = Call(here, text, node.op, match, resource is not None, parent)
            calls.append(part)
        if parent is not None:
            part.place = len(parent.parts)
            parent.parts.append(part)
    if groups:
        _number(calls, groups)
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


def _number(calls: list[Call], groups: list[Group]) -> None:
    """Give equal parts the same number; a group comes before its parts, so the last is first."""
    if len({call.field.text for call in calls}) == len(calls):
        # Parts that ask for different fields all differ.
        parts: list[Call | Group] = [*calls, *groups]
        for number, part in enumerate(parts):
            part.same = number
        return
    numbers: dict[object, int] = {}
    for call in calls:
        key = (call.op, *[operand.text for operand in call.located.operands])
        call.same = numbers.setdefault(key, len(numbers))
    for group in reversed(groups):
        inner = (group.connective, tuple([part.same for part in group.parts]))
        group.same = numbers.setdefault(inner, len(numbers))
