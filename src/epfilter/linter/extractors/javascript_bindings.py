"""The values of names in a program in JavaScript or TypeScript, and where names are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from epfilter.linter.extractors.javascript_nodes import (
    FUNCTIONS,
    find_returned,
    get_field,
    possible_values,
    unwrap,
)

if TYPE_CHECKING:
    from tree_sitter import Node

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

_SCOPES = FUNCTIONS | {"program", "statement_block", "for_statement", "for_in_statement"}
_DECLARED_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})
_DECLARING = FUNCTIONS | _DECLARED_FUNCTIONS | {"variable_declarator"}
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_BRANCHES = frozenset({"ternary_expression", "binary_expression"})
_MAX_VALUES = 50
"""How many expressions are followed to find the values of one, and how many uses of a name."""

_MAX_DEPTH = 50
"""How many scopes around a name are searched for its declaration."""


class Bindings:
    """The names of a program, each in the scope that declares it, and their values."""

    def __init__(self, tree: SyntaxTree) -> None:
        self._tree = tree
        self._parents: dict[int, int] = {}
        self._scope_of: dict[int, int] = {}
        self._values: dict[tuple[int, str], list[Node]] = {}
        self._member_assignments: dict[tuple[int, str], list[Node]] = defaultdict(list)
        self._names, assignments = self._search()
        for assignment in assignments:
            self._add_assignment(assignment)

    def find_values(self, node: Node) -> Iterator[Node]:
        """Yield the expressions that the value of an expression comes from, as far as known.

        They are branches of conditions, values of variables of this file, and what its functions
        return. Any other expression, such as a call of a method, is its own value.
        """
        visited: set[int] = set()
        stack = [node]
        while stack and len(visited) < _MAX_VALUES:
            value = unwrap(stack.pop())
            if value.id in visited:
                continue
            visited.add(value.id)
            if value.type == "identifier":
                stack += reversed(self._get_values(value))
            elif value.type == "call_expression":
                function = get_field(value, "function")
                if function is None or function.type != "identifier":
                    yield value
                else:
                    functions = self._get_values(function)
                    stack += (returned for each in functions for returned in find_returned(each))
            elif value.type in _BRANCHES:
                stack += reversed([*possible_values(value)])
            else:
                yield value

    def find_member_assignments(self, node: Node) -> list[Node]:
        """Return the assignments to members of the variable that an expression is."""
        name = unwrap(node)
        if name.type != "identifier":
            return []
        return self._member_assignments.get(self._resolve(name), [])[:_MAX_VALUES]

    def find_uses(self, name: Node) -> list[Node]:
        """Return the names that have the value of a declared name; not the name itself."""
        uses = self._uses.get(self._resolve(name), [])[:_MAX_VALUES]
        return [use for use in uses if use.id != name.id]

    def _get_values(self, name: Node) -> list[Node]:
        """Return the values that the name gets in this program."""
        return self._values.get(self._resolve(name), [])[:_MAX_VALUES]

    @cached_property
    def _uses(self) -> dict[tuple[int, str], list[Node]]:
        uses: dict[tuple[int, str], list[Node]] = defaultdict(list)
        for name in self._names:
            uses[self._resolve(name)].append(name)
        return uses

    def _resolve(self, name: Node) -> tuple[int, str]:
        """Return the scope that declares a name, and its text; scope 0 for an unknown name."""
        text = self._tree.text_of(name)
        scope = self._scope_of.get(name.id, 0)
        for _ in range(_MAX_DEPTH):
            if scope == 0 or (scope, text) in self._values:
                return scope, text
            scope = self._parents.get(scope, 0)
        return 0, text

    def _add_assignment(self, assignment: Node) -> None:
        target, value = get_field(assignment, "left"), get_field(assignment, "right")
        owner = get_field(target, "object")
        if owner is not None and owner.type == "identifier":
            self._member_assignments[self._resolve(owner)].append(assignment)
        elif target is not None and value is not None and target.type == "identifier":
            values = self._values.get(self._resolve(target))
            if values is not None:
                values.append(value)

    def _search(self) -> tuple[list[Node], list[Node]]:
        """Collect the declarations; return all names, and all assignments."""
        names: list[Node] = []
        assignments: list[Node] = []
        stack: list[tuple[Node, int]] = [(self._tree.root, 0)]
        while stack:
            node, scope = stack.pop()
            inner = scope
            kind = node.type  # the grammar makes a new text each time
            if kind in _NAMES:
                names.append(node)
                self._scope_of[node.id] = scope
                continue
            if kind in _SCOPES:
                inner = node.id
                self._parents[inner] = scope
            if kind in _DECLARING:
                self._declare(node, scope, inner)
            elif kind == "assignment_expression":
                assignments.append(node)
            stack += [(child, inner) for child in reversed(node.named_children)]
        return names, assignments

    def _declare(self, node: Node, outer: int, inner: int) -> None:
        if node.type == "variable_declarator":
            name, value = get_field(node, "name"), get_field(node, "value")
            for declared in _find_names(name):
                is_whole = name is not None and declared.id == name.id
                self._add(declared, outer, value if is_whole else None)
        elif node.type in _DECLARED_FUNCTIONS:
            self._add(get_field(node, "name"), outer, node)
        if node.type in FUNCTIONS:
            parameters = get_field(node, "parameters") or get_field(node, "parameter")
            for declared in _find_names(parameters):
                self._add(declared, inner, None)

    def _add(self, name: Node | None, scope: int, value: Node | None) -> None:
        if name is not None:
            values = self._values.setdefault((scope, self._tree.text_of(name)), [])
            if value is not None:
                values.append(value)


def _find_names(pattern: Node | None) -> Iterator[Node]:
    """Yield the names that a pattern declares, without those in default values."""
    stack = [] if pattern is None else [pattern]
    while stack:
        node = stack.pop()
        if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
            yield node
            continue
        fields = (get_field(node, field) for field in ("left", "pattern", "value"))
        only = next((field for field in fields if field is not None), None)
        is_pair = node.type.endswith(("assignment_pattern", "_parameter", "pair_pattern"))
        stack += [only] if is_pair and only is not None else node.named_children
