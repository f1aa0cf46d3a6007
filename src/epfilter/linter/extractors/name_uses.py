"""How a program uses names: what it passes as a filter, and the lists that it joins to one.

The text is searched, not its tree: all languages write this alike, and most parts of a tree are
never visited.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from epfilter.errors import Span
from epfilter.linter.extractors.filter_text import is_filter_name

_CALLS = r"(?:[\w.$]{1,60}\(\s*){0,2}"
_BEFORE_VALUE = (
    r"[\"'`\])]*\s*(?:=>|[:=,(])\s*(?:[\"'`]\s*[+.,]\s*)?(?:value:\s*)?(?:\$?\{\s*)?[$@&]?"
)
"""What stands between `filter` and its value: in a call, a member, a pair or a URL."""

_PASSED = tuple(
    re.compile(rf"{word}(?={_BEFORE_VALUE}({_CALLS}\w++)(?!\s*[=:]))")
    for word in ("ilter(?<=[Ff]ilter)", "FILTER")
)
"""Each starts with a literal, so that it is fast."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_JOINS = (
    # parts.join(":") of JavaScript and Ruby, joined(separator: ":"), joinToString(":")
    re.compile(
        r"\b(?P<list>\w++)\s*+(?:\.\s*+filter\([^()]{0,40}\)\s*+)?\.\s*+join(?:ed|ToString)?\(\s*+"
        r"(?:separator\s*[:=]\s*)?"
        r"(?P<quote>[\"'`])(?P<separator>[^\"'`\\\r\n]{0,20})(?P=quote)"
    ),
    # ":".join(parts) of Python
    re.compile(
        r"(?P<quote>[\"'])(?P<separator>[^\"'\\\r\n]{0,20})(?P=quote)\s*\.\s*join\("
        r"\s*(?:filter\(\s*\w+\s*,\s*)?(?:\w+\s+for\s+\w+\s+in\s+)?(?P<list>\w+)"
    ),
    # strings.Join(parts, ":") of Go, String.join(":", parts) of Java, implode(":", $parts) of PHP
    re.compile(
        r"(?:[jJ]oin|implode)\(\s*[$&]?(?P<list>[A-Za-z_]\w*)\s*,\s*"
        r"(?P<quote>[\"'`])(?P<separator>[^\"'`\\\r\n]{0,20})(?P=quote)"
    ),
    re.compile(
        r"(?:[jJ]oin|implode)\(\s*(?P<quote>[\"'])(?P<separator>[^\"'\\\r\n]{0,20})(?P=quote)"
        r"\s*,\s*[$&]?(?P<list>[A-Za-z_]\w*)"
    ),
)
_CONNECTIVES = frozenset((":", "|"))
_SEARCH_FILTER = re.compile(r"filter_by[\"'`\])]*\s*(?::\s*\w+\s*(?==))?(?:=>|:?=|[:,]|to\s)\s*\Z")
"""What stands before the filter of multi-search: its name, in a call, a member or a pair."""

_DIRECTLY = re.compile(rf"[Ff]ilter{_BEFORE_VALUE}(?:[\w.$]{{1,60}}\(\s*)?[\w.]{{0,40}}\Z")
_ASSIGNED = re.compile(
    r"(\w+)\s*(?::[^=;{}()]{1,40})?[:+.]?=\s*(?:[\w.$]{1,60}\(\s*)?[\w.]{0,40}\Z"
)
_BEFORE_SIZE = 200
"""How many characters before a value are searched for the member that it is the value of."""


class Join(NamedTuple):
    """A list that is joined to a filter: the separator, and where it stands."""

    separator: str
    span: Span


class NameUses:
    """The uses of names in the text of a program, which is searched when it is first needed.

    >>> uses = NameUses('parts.push(x); get({filter: q, more: parts.join(":")})')
    >>> uses.is_passed_as_filter("q"), [join.separator for join in uses.find_joins("parts")]
    (True, [':'])
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def is_passed_as_filter(self, name: str | None) -> bool:
        """Return whether a variable, or the result of a function, is passed as `filter`."""
        return name is not None and name.lstrip("$") in self._passed

    def is_search_filter(self, position: int) -> bool:
        """Return whether the value at a position is passed as `filter_by`, as multi-search has it.

        >>> NameUses('{ filter_by: "eq(a,1)" }').is_search_filter(13)
        True
        """
        before = self._text[max(0, position - _BEFORE_SIZE) : position]
        return "filter_by" in before and _SEARCH_FILTER.search(before) is not None

    def find_joins(self, name: str | None) -> list[Join]:
        """Return where a list is joined to a filter: it is passed as one, or `:` separates it."""
        return [] if name is None else self._joins.get(name.lstrip("$"), [])

    @cached_property
    def _passed(self) -> frozenset[str]:
        return frozenset(
            name
            for pattern in _PASSED
            for match in pattern.finditer(self._text)
            for name in _NAME.findall(match[1])
        )

    def _gives_filter(self, before: str) -> bool:
        """Return whether the value of an expression is a filter, by the text before it."""
        if _DIRECTLY.search(before):
            return True
        assigned = _ASSIGNED.search(before)
        return assigned is not None and (
            is_filter_name(assigned[1]) or self.is_passed_as_filter(assigned[1])
        )

    @cached_property
    def _joins(self) -> dict[str, list[Join]]:
        joins: dict[str, list[Join]] = defaultdict(list)
        for pattern in _JOINS if "oin" in self._text or "implode" in self._text else ():
            for match in pattern.finditer(self._text):
                start = match.start()
                before = self._text[max(0, start - _BEFORE_SIZE) : start]
                separator = match["separator"]
                if separator.strip() in _CONNECTIVES or self._gives_filter(before):
                    span = Span(*match.span("separator"))
                    joins[match["list"]].append(Join(separator, span))
        return joins
