"""Filters as objects of the platform's JavaScript SDK: `Orders.Filter({eq: {payment: "paid"}})`.

The SDK makes the text of the filter from them and escapes nothing. Source: github.com/elasticpath/
js-sdk (2026), `src/utils/formatQueryString.js` and `src/factories/request.js`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Span
from epfilter.linter.extractors.composed_text import ComposedText, TextComposer
from epfilter.linter.extractors.javascript_nodes import get_field, unwrap
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText, refuse_edit

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

Evaluator = Callable[["Node"], MappedText | None]
"""Returns the text of a string expression, with placeholders; None for any other expression."""

_LISTS = frozenset({"in", "contains_any", "contains_all"})
"""Operators of several values, which programs also write as one text with commas."""

_LITERALS = frozenset({"number", "true", "false", "null", "undefined"})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_QUOTED = r"""(?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')"""
_OPERAND = re.compile(rf"{_QUOTED}|[^\"'(),]*+")
_OPERANDS = re.compile(rf"(?:{_OPERAND.pattern})(?:,(?:{_OPERAND.pattern}))*+")
_UNESCAPED = re.compile(r"[\"'(),]")
_UNENCODED = re.compile(r"[&#+]|%(?=[0-9A-Fa-f]{2})")


class ObjectProblem(NamedTuple):
    """A part of an object that the SDK does not send as it is written."""

    span: Span
    message: str
    hint: str


class ObjectFilter(NamedTuple):
    """The filter that an object stands for, and what the SDK does not send as it is written."""

    value: ComposedText
    problems: tuple[ObjectProblem, ...]


def find_unescaped(text: str, *, is_list: bool) -> str | None:
    """Return a character of a value that is not a part of the operand; None where all are.

    The value may be several with commas between them where it `is_list`.

    >>> find_unescaped("a,b", is_list=False), find_unescaped("a,b", is_list=True)
    (',', None)
    """
    if (_OPERANDS if is_list else _OPERAND).fullmatch(text):
        return None
    unescaped = _UNESCAPED.search(text)
    return unescaped[0] if unescaped else text


def read_object(node: Node, tree: SyntaxTree, evaluate: Evaluator) -> ObjectFilter | None:
    """Return the filter of an object of the SDK; None where it has no term.

    Instead of an object, `node` may be an assignment to a member of one, `filter.eq = {…}`. A value
    that is not constant is a placeholder.
    """
    reader = _ObjectReader(tree, evaluate)
    reader.read(node)
    return reader.finish(node)


class _Member(NamedTuple):
    """A member of an object; `value` is None for a name alone, `name` for one that is computed."""

    name: str | None
    key: Node
    value: Node | None


class FilterReader:
    """Composes the text that an SDK sends for the parts of a program, and collects problems."""

    def __init__(self, tree: SyntaxTree, evaluate: Evaluator) -> None:
        self._tree = tree
        self._evaluate = evaluate
        self.composer = TextComposer()
        self.problems: list[ObjectProblem] = []

    def finish(self, node: Node) -> ObjectFilter | None:
        """Return the filter that the node stands for; None if it has no term."""
        value = self.composer.compose(self._bounds(node))
        return ObjectFilter(value, tuple(self.problems)) if value.text else None

    def _add_placeholder(self, node: Node) -> None:
        self.composer.add_placeholder(self._bounds(node))

    def _add_problem(self, node: Node, message: str, hint: str) -> None:
        self.problems.append(ObjectProblem(self._bounds(node), message, hint))

    def _bounds(self, node: Node) -> Span:
        return self._tree.source.map_span(Span(*self._tree.span_of(node)))


class _ObjectReader(FilterReader):
    """Reads one object of the JavaScript SDK."""

    _is_first = True

    def read(self, node: Node) -> None:
        """Read the whole object: the SDK puts the group of `or` in front."""
        assigned = get_field(node, "left")
        if assigned is None:
            members = [*self._members(node)]
        else:
            members = [self._read_target(assigned, get_field(node, "right"))]
        for member in members:
            if member.name == "or":
                self._read_or(member)
        self._read_terms([member for member in members if member.name != "or"])

    def _read_terms(self, members: list[_Member]) -> None:
        for member in members:
            value = None if member.value is None else unwrap(member.value)
            if member.key.type == "spread_element":
                self._start_term(member.key)
                self._add_placeholder(member.key)
            elif member.name == "is_null" and value is not None:
                self._read_fields(member, value)
            elif value is not None and value.type == "object":
                for inner in self._members(value):
                    self._read_field(member, inner)
            elif value is not None and value.type == "array":
                self._start_term(member.key)
                self._add_operator(member)
                self._add_placeholder(value)
                self._end_term(value)
            else:
                self._start_term(member.key)
                self._add_placeholder(member.key if value is None else value)

    def _read_or(self, member: _Member) -> None:
        value = None if member.value is None else unwrap(member.value)
        if value is None or value.type not in {"array", "object"}:
            self._start_term(member.key)
            self._add_placeholder(member.key if value is None else value)
            return
        if value.type == "object":
            self._add_problem(
                value,
                "the SDK ignores `or` with an object, and sends the filter without it.",
                "write an array of objects, one for each alternative",
            )
            return
        groups = [unwrap(item) for item in value.named_children if item.type != "comment"]
        if not groups:
            return
        self._start_term(value)
        start, end = self._bounds(value)
        self.composer.add_between("(", start)
        for i, group in enumerate(groups):
            position = self._bounds(group).start
            self.composer.add_between("|(" if i else "(", position)
            self._is_first = True
            if group.type == "object":
                self._read_terms([*self._members(group)])
            if self._is_first:
                self._add_placeholder(group)
            self.composer.add_between(")", self._bounds(group).end)
        self.composer.add_between(")", end)
        self._is_first = False

    def _read_fields(self, member: _Member, value: Node) -> None:
        """Read the fields of `is_null`: a text, or an array of them."""
        items = value.named_children if value.type == "array" else [value]
        for item in items:
            self._start_term(item)
            self._add_operator(member)
            if unwrap(item).type == "object":
                self._add_problem(
                    item,
                    "the SDK sends `[object Object]` for this object.",
                    "write the names of the fields in an array",
                )
                self._add_placeholder(item)
            else:
                self._add_value(item, is_list=False)
            self._end_term(item)

    def _read_field(self, operator: _Member, field: _Member) -> None:
        value = field.key if field.value is None else unwrap(field.value)
        if value.type != "object":
            self._start_term(field.key)
            self._add_operator(operator)
            self._add_name(field)
            self._add_operands(operator, field, value)
            self._end_term(value)
            return
        inner_members = [*self._members(value)]
        if len(inner_members) > 1:
            self._add_problem(
                value,
                f"the SDK puts all fields of this object into one call of `{operator.name}`.",
                f'write each field with its whole path, as in `"{field.name}.'
                f'{inner_members[0].name}"`',
            )
        for inner in inner_members:
            self._start_term(inner.key)
            self._add_operator(operator)
            self._add_name(field)
            self.composer.add_between(".", self._bounds(inner.key).start)
            self._add_name(inner)
            leaf = inner.key if inner.value is None else unwrap(inner.value)
            if leaf.type == "object":
                self._add_problem(
                    leaf,
                    "the SDK sends `[object Object]` for an object at this depth.",
                    'write the path as one name, as in `"a.b.c"`',
                )
            self._add_operands(operator, inner, leaf)
            self._end_term(leaf)

    def _add_operands(self, operator: _Member, field: _Member, value: Node) -> None:
        self.composer.add_between(",", self._bounds(field.key).end)
        is_list = operator.name in _LISTS
        if value.type != "array":
            self._add_value(value, is_list=is_list)
            return
        items = [item for item in value.named_children if item.type != "comment"]
        for i, item in enumerate(items):
            if i:
                self.composer.add_between(",", self._bounds(item).start)
            self._add_value(item, is_list=is_list)

    def _add_value(self, wrapped: Node, *, is_list: bool) -> None:
        node = unwrap(wrapped)
        literal = self._read_literal(node)
        if literal is not None:
            self.composer.add(literal)
            return
        value = self._evaluate(node)
        if value is None:
            self._add_placeholder(wrapped)
            return
        if self._check_value(value, node, is_list=is_list):
            self.composer.add(value)
        else:
            self._add_placeholder(wrapped)

    def _check_value(self, value: MappedText, node: Node, *, is_list: bool) -> bool:
        """Report what the SDK does not escape; return whether the text is sent as it is."""
        text = value.text
        char = find_unescaped(text, is_list=is_list)
        unencoded = _UNENCODED.search(text)
        if unencoded:
            message = (
                f"the SDK does not encode this value for the URL: `{unencoded[0]}` changes it."
            )
            hint = f"write `encodeURIComponent({quote_value(text, is_whole=char is None)})`"
        elif char is not None:
            message = f"the SDK sends `{char}` unescaped, which is not a part of the value."
            hint = f"write quotes inside the text: `{quote_value(text, is_whole=False)}`"
        else:
            return True
        self._add_problem(node, message, hint)
        return False

    def _read_literal(self, node: Node) -> MappedText | None:
        """Return a number, boolean or null as the SDK writes it, which cannot be edited."""
        start, end = self._tree.span_of(node)
        text = self._tree.source.text[start:end]
        if node.type in _LITERALS or node.type == "unary_expression":
            is_number = node.type in {"number", "unary_expression"}
            if not is_number or _NUMBER.fullmatch(text):
                return self._tree.source.slice(start, end).with_encoder(refuse_edit)
        return None

    def _members(self, node: Node) -> Iterator[_Member]:
        """Yield the members of an object; of several with one name, JavaScript keeps the last."""
        members: dict[str | int, _Member] = {}
        for child in node.named_children:
            if child.type == "comment":
                continue
            member = self._read_member(child)
            key = child.id if member.name is None else member.name
            earlier = members.pop(key, None)
            if earlier is not None:
                self._add_problem(
                    earlier.key,
                    f"JavaScript keeps only the last member `{member.name}` of an object.",
                    "write one member with all fields, or an array of values",
                )
            members[key] = member
        yield from members.values()

    def _read_member(self, node: Node) -> _Member:
        if node.type == "shorthand_property_identifier":
            return _Member(self._tree.text_of(node), node, None)
        key = get_field(node, "key") or get_field(node, "name")
        if key is None:  # a spread, or a part with a syntax error
            return _Member(None, node, None)
        value = get_field(node, "value")
        if key.type == "string":
            text = self._evaluate(key)
            return _Member(None if text is None else text.text, key, value)
        is_plain = key.type in {"property_identifier", "number"}
        return _Member(self._tree.text_of(key) if is_plain else None, key, value)

    def _read_target(self, target: Node, value: Node | None) -> _Member:
        """Return the member that an assignment sets: `filter.eq` or `filter["eq"]`."""
        key = get_field(target, "property") or get_field(target, "index") or target
        if key.type == "property_identifier":
            return _Member(self._tree.text_of(key), key, value)
        text = self._evaluate(key) if key.type == "string" else None
        return _Member(None if text is None else text.text, key, value)

    def _start_term(self, node: Node) -> None:
        if not self._is_first:
            self.composer.add_between(":", self._bounds(node).start)
        self._is_first = False

    def _add_operator(self, member: _Member) -> None:
        self._add_name(member)
        self.composer.add_between("(", self._bounds(member.key).end)

    def _end_term(self, node: Node) -> None:
        self.composer.add_between(")", self._bounds(node).end)

    def _add_name(self, member: _Member) -> None:
        """Add the name of a member; an identifier is edited as a whole, and gets quotes."""
        key = member.key
        if member.name is None:
            self._add_placeholder(key)
        elif key.type == "string":
            value = self._evaluate(key)
            if value is not None:
                self.composer.add(value)
        else:
            source = self._tree.source.slice(*self._tree.span_of(key))
            is_editable = key.type == "property_identifier"
            encode = _encode_name if is_editable else refuse_edit
            self.composer.add(source.with_encoder(encode), is_whole=True)


def _encode_name(new: str) -> str:
    return new if _IDENTIFIER.fullmatch(new) else json.dumps(new)


def quote_value(text: str, *, is_whole: bool) -> str:
    """Return a literal of the program for a value, in quotes of the filter where it needs them."""
    text = text.replace(PLACEHOLDER, "…")
    if not is_whole or re.search(r"[&#%]", text):
        text = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    is_simple = "'" not in text and "\\" not in text and text.isprintable()
    return f"'{text}'" if is_simple else json.dumps(text, ensure_ascii=False)
