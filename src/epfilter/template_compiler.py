"""Compiles the tree of a template to a function that builds the filter for given values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, cast

from epfilter.ast import (
    And,
    Comparison,
    Filter,
    Membership,
    Operator,
    Or,
    construct_unchecked,
)
from epfilter.errors import (
    Diagnostic,
    FilterTypeError,
    FilterValueError,
    Span,
    TemplateError,
)
from epfilter.located import Located
from epfilter.values import listed_values, to_text

_Values = Mapping[str, object]
_Builder = Callable[[_Values], Filter | None]
"""A function that returns a part of the tree for the given values, or None if it is dropped."""


class TemplateResource(Protocol):
    """What a template requires of a resource; every `Resource` has it."""

    def check(self, f: str, /) -> list[Diagnostic]:
        """Return what is wrong with a text."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a field with one method per operator."""


class TemplateCompiler(NamedTuple):
    """The parts of a template, from which functions are made that build its tree."""

    text: str
    resource: TemplateResource | None
    names: Mapping[Span, str]
    optional: frozenset[str]

    def compile(self, located: Located) -> _Builder:
        """Return a function that builds the tree for the values of the placeholders."""
        return self._part(located) or _constant(cast("Filter", located.node))

    def _part(self, part: Located) -> _Builder | None:
        """Return the function that builds a part, or None for a part without placeholders."""
        if part.children:
            return self._group(part)
        if not any(operand.span in self.names for operand in part.operands):
            return None
        return self._membership(part) if isinstance(part.node, Membership) else self._value(part)

    def _group(self, group: Located) -> _Builder | None:
        parts = [self._part(child) for child in group.children]
        builders = [(at, build) for at, build in enumerate(parts) if build is not None]
        if not builders:
            return None
        node = And if isinstance(group.node, And) else Or
        op = Operator.AND if node is And else Operator.OR
        fixed = [child.node for child in group.children]

        def build_group(values: _Values) -> Filter | None:
            terms = fixed.copy()
            for at, build in builders:
                terms[at] = build(values)
            if None in terms:
                terms = [term for term in terms if term is not None]
                if len(terms) < 2:
                    return terms[0] if terms else None
            return construct_unchecked(node, op=op, terms=tuple(terms))

        return build_group

    def _value(self, call: Located) -> _Builder:
        """Return the function that builds a comparison with one value."""
        node, span = cast("Comparison", call.node), call.operands[1].span
        op, field, name = node.op, node.field, self.names[span]
        is_optional = name in self.optional
        compare = None if self.resource is None else getattr(self.resource[field], op.value)

        def build_value(values: _Values) -> Filter | None:
            value = values[name]
            if is_optional and value is None:
                return None
            try:
                if compare is not None:
                    return cast("Filter", compare(value))
                return construct_unchecked(Comparison, op=op, field=field, value=to_text(value))
            except (FilterValueError, FilterTypeError) as error:
                raise _value_error(error, self.text, span) from None

        return build_value

    def _membership(self, call: Located) -> _Builder:
        """Return the function that builds a comparison with a list of values."""
        node = cast("Membership", call.node)
        op, field = node.op, node.field
        operands = [(self.names.get(operand.span), operand) for operand in call.operands[1:]]
        optional = self.optional & {*filter(None, (name for name, _ in operands))}
        method = "in_" if op is Operator.IN else op.value
        compare = None if self.resource is None else getattr(self.resource[field], method)

        def build_membership(values: _Values) -> Filter | None:
            if optional and any(values[name] is None for name in optional):
                return None
            texts: list[str] = []
            for name, operand in operands:
                if name is None:
                    texts.append(operand.text)
                    continue
                try:
                    members = listed_values((values[name],), method)
                    if compare is not None:
                        texts += compare(*members).values
                    else:
                        texts += [to_text(value) for value in members]
                except (FilterValueError, FilterTypeError) as error:
                    raise _value_error(error, self.text, operand.span) from None
            return construct_unchecked(Membership, op=op, field=field, values=tuple(texts))

        return build_membership


def _constant(node: Filter) -> _Builder:
    return lambda _: node


def _value_error(error: FilterValueError | FilterTypeError, text: str, span: Span) -> TemplateError:
    name = text[span.start : span.end].strip("{} ")
    return TemplateError(f"the value of `{name}`: {error.message}", error.hint, text, span)
