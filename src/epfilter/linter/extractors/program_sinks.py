"""Where programs of any language take filters: names, assignments, calls, and their requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from epfilter.errors import Span
from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.mapped_text import PLACEHOLDER, MappedText
from epfilter.linter.extractors.name_uses import Join, NameUses
from epfilter.linter.extractors.requests import (
    NAMED,
    URL_MEMBERS,
    RequestContext,
    infer_request,
    is_http_method,
)
from epfilter.linter.extractors.url_variables import find_assigned_url, find_url_of_variable

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

    from epfilter.linter.extractors.syntax_tree import SyntaxTree

Node = TypeVar("Node")


class ProgramSinks(ABC, Generic[Node]):
    """Finds the nodes of a program that take a filter, and the requests that they belong to.

    A sink is the position of a filter: an argument, member, variable or parameter called
    `filter`. A subclass reads the nodes of its language.

    `uses` are the uses of names in the program. `later` are the sinks that are already known and
    not visited yet, and `joins` those of the lists that have been found.
    """

    def __init__(self, source: MappedText) -> None:
        self.source = source
        self.uses = NameUses(source.text)
        self.later: dict[Node, RequestContext] = {}
        self.joins: dict[Join, None] = {}

    @abstractmethod
    def span_of(self, node: Node) -> tuple[int, int]:
        """Return the start and end of the node in the source."""

    @abstractmethod
    def list_children(self, node: Node) -> Sequence[Node]:
        """Return the nodes directly inside a node."""

    def unwrap(self, node: Node) -> Node:
        """Return the expression inside parentheses and the like, where the tree has such nodes."""
        return node

    @abstractmethod
    def find_request(self, node: Node, outer: RequestContext) -> RequestContext:
        """Return the request of what stands inside the node; `outer` is that of the node."""

    @abstractmethod
    def is_filter(self, target: Node) -> bool:
        """Return whether a variable, member or parameter is called `filter`."""

    @abstractmethod
    def _name_of(self, target: Node) -> str | None:
        """Return the name of a variable, member or function."""

    @abstractmethod
    def _constant(self, node: Node | None) -> str | None:
        """Return the text of a literal that is a constant."""

    @abstractmethod
    def _fold(self, node: Node) -> str:
        """Return the text of an expression, with PLACEHOLDER for each part that is not constant.

        The arguments of calls are not evaluated.
        """

    def _is_filter_name(self, name: str | None) -> bool:
        """Return whether a variable or a function is called so, or is passed as a filter."""
        return is_filter_name(name) or self.uses.is_passed_as_filter(name)

    def _add_pieces(self, name: str | None, values: Iterable[Node]) -> None:
        """Add the values of a list, which are terms of a filter if the list is joined to one."""
        joins = self.uses.find_joins(name)
        if name is None or not joins:
            return
        pieces = [value for value in values if starts_like_filter(self._fold(value))]
        if pieces:
            self.later |= dict.fromkeys(pieces, RequestContext(list_name=name))
            self.joins |= dict.fromkeys(joins)

    def _add_results(self, name: str | None, values: Iterable[Node]) -> None:
        """Add the results of a function, if its name or its use shows that it makes filters."""
        if self._is_filter_name(name):
            results = [value for value in values if starts_like_filter(self._fold(value))]
            self.later |= dict.fromkeys(results, NAMED)

    def _assigns_filter(self, targets: Iterable[Node], value: Node) -> bool:
        """Return whether an assignment of the value is one of a filter."""
        targets = list(targets)
        if any(map(self.is_filter, targets)):
            return True
        named_so = any(self._is_filter_name(self._name_of(target)) for target in targets)
        return named_so and starts_like_filter(self._fold(value))

    def _takes_filter(self, name: str | None, value: Node | None) -> bool:
        """Return whether the value of a member or an argument of this name is a filter."""
        if name == "filter" or value is None:
            return name == "filter"
        return self._is_filter_name(name) and starts_like_filter(self._fold(value))

    def _context_of_job(self, node: Node | None) -> RequestContext:
        """Return the context of a member of a payload whose `job_type` the node is, if any."""
        job_type = self._constant(node)
        if node is None or not job_type:
            return NAMED
        start, end = self.span_of(node)
        position = self.source.text.find(job_type, start, end)
        if position >= 0:  # without the quotes
            start, end = position, position + len(job_type)
        return RequestContext(job_type=job_type, job_span=self.source.map_span(Span(start, end)))

    def _request_of_variable(
        self, name: str | None, position: int, outer: RequestContext
    ) -> RequestContext:
        """Return the request that a variable belongs to at a position, or is sent with after it."""
        if not name or outer.path:
            return outer
        url = find_url_of_variable(self.source.text, name, position)
        return infer_request(url, [], outer) if url else outer

    def _request_of_members(
        self, members: Mapping[str | None, Node], outer: RequestContext
    ) -> RequestContext:
        """Return the request that the members of an object describe."""
        url = self._fold_url(members)
        method = outer.method if outer.path and outer.path in url else None
        return infer_request(url, [self._constant(members.get("method")), method], outer)

    def _request_of_call(
        self,
        function_name: str | None,
        arguments: Sequence[Node],
        options: Sequence[Mapping[str | None, Node]],
        outer: RequestContext,
    ) -> RequestContext:
        """Return the request that a call sends.

        The URL is the first of the arguments, or the second after a method, or else one of the
        first `options`: the named arguments, or the members of an object.
        """
        method = self._constant(arguments[0]) if arguments else None
        urls = arguments[1:2] if is_http_method(method) else arguments[:1]
        url = ""
        if urls:
            url = self._find_url(urls[0])
        elif options:
            url = self._fold_url(options[0])
        methods = [self._constant(members.get("method")) for members in options]
        return infer_request(url, [function_name, method, *methods], outer)

    def _fold_url(self, members: Mapping[str | None, Node]) -> str:
        return next((self._find_url(members[name]) for name in URL_MEMBERS if name in members), "")

    def _find_url(self, node: Node) -> str:
        """Return the text of an expression, or the URL of the variable that it is."""
        text = self._fold(node)
        name = self._name_of(node) if text == PLACEHOLDER else None
        position = self.span_of(node)[0]
        return (name and find_assigned_url(self.source.text, name, position)) or text


class TreeSinks(ProgramSinks["TreeNode"]):
    """The sinks of a program that tree-sitter parses."""

    def __init__(self, tree: SyntaxTree) -> None:
        super().__init__(tree.source)
        self._tree = tree

    def span_of(self, node: TreeNode) -> tuple[int, int]:
        """Return the start and end of the node in the source."""
        return self._tree.span_of(node)

    def list_children(self, node: TreeNode) -> Sequence[TreeNode]:
        """Return the named nodes directly inside a node."""
        return node.named_children
