"""Where programs of any language take filters: names, assignments, calls, and their requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from epfilter.linter.extractors.filter_text import is_filter_name, starts_like_filter
from epfilter.linter.extractors.name_uses import Join, NameUses
from epfilter.linter.extractors.requests import (
    NO_CONTEXT,
    URL_MEMBERS,
    RequestContext,
    infer_request,
    is_http_method,
)

Node = TypeVar("Node")

PIECE = RequestContext()
"""The context, compared by identity, of a term that the program joins with others to a filter."""


class ProgramSinks(ABC, Generic[Node]):
    """Finds the nodes of a program that take a filter, and the requests that they belong to.

    A sink is the position of a filter: an argument, member, variable or parameter called
    `filter`. A subclass reads the nodes of its language.

    `uses` are the uses of names in the program. `later` are the sinks that are already known and
    not visited yet, and `joins` those of the lists that have been found.
    """

    def __init__(self, text: str) -> None:
        self.uses = NameUses(text)
        self.later: dict[Node, RequestContext] = {}
        self.joins: dict[Join, None] = {}

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
        pieces = [value for value in values if joins and starts_like_filter(self._fold(value))]
        if pieces:
            self.later |= dict.fromkeys(pieces, PIECE)
            self.joins |= dict.fromkeys(joins)

    def _add_results(self, name: str | None, values: Iterable[Node]) -> None:
        """Add the results of a function, if its name or its use shows that it makes filters."""
        if self._is_filter_name(name):
            results = [value for value in values if starts_like_filter(self._fold(value))]
            self.later |= dict.fromkeys(results, NO_CONTEXT)

    def _assigns_filter(self, targets: Iterable[Node], value: Node) -> bool:
        """Return whether an assignment of the value is one of a filter."""
        targets = list(targets)
        if any(map(self.is_filter, targets)):
            return True
        named_so = any(self._is_filter_name(self._name_of(target)) for target in targets)
        return named_so and starts_like_filter(self._fold(value))

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
            url = self._fold(urls[0])
        elif options:
            url = self._fold_url(options[0])
        methods = [self._constant(members.get("method")) for members in options]
        return infer_request(url, [function_name, method, *methods], outer)

    def _fold_url(self, members: Mapping[str | None, Node]) -> str:
        return next((self._fold(members[name]) for name in URL_MEMBERS if name in members), "")
