"""Generates the Python function that joins several terms, with their common cases inline.

A call of a Python function costs as much as a whole comparison, so a filter that runs on a million
rows becomes one function. Its source consists of the pieces in this module alone: names of fields
and values are constants that it refers to as `c0`, `c1`, …, and no text of a filter or a row ever
becomes part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import CodeType
from typing import Any, Literal, NamedTuple

from epfilter.targets.matchers import ValueMatcher
from epfilter.values import read_timestamp

RowPredicate = Callable[[object], bool]
"""Returns whether a row matches."""

Connective = Literal["and", "or"]

_GLOBALS = {
    "datetime": datetime,
    "from_iso": datetime.fromisoformat,
    "read_timestamp": read_timestamp,
    "utc": UTC,
}
_BUILTINS = {each.__name__: each for each in (type, dict, str, int, ValueError)}


class Term(NamedTuple):
    """A term of a filter: its test of any row, and where possible a simpler test of a dict."""

    match: RowPredicate
    key: str | None = None
    """The key of the value in a dict, if the path is one name."""
    matcher: ValueMatcher | None = None
    """The test of the value; None for `is_null`."""


def compile_terms(connective: Connective, terms: Sequence[Term]) -> RowPredicate:
    """Return one function for all terms, which evaluates no more of them than it must.

    >>> from epfilter.ast import Operator
    >>> from epfilter.targets.matchers import value_matcher
    >>> term = Term(lambda row: False, "total", value_matcher(Operator.GT, (5,)))
    >>> match = compile_terms("and", [term])
    >>> match({"total": 7}), match({"total": 3}), match({"total": None})
    (True, False, False)
    """
    generator = _Generator()
    by_key: dict[tuple[str | None, int], list[Term]] = {}
    for position, term in enumerate(terms):
        is_shared = term.key is not None and term.matcher is not None
        by_key.setdefault((term.key, -1 if is_shared else position), []).append(term)
    expressions = [
        generator.expression(connective, key, group) for (key, _), group in by_key.items()
    ]
    slow = loop_terms(connective, [term.match for term in terms])
    names = {**_GLOBALS, **generator.constants, "slow": slow, "__builtins__": _BUILTINS}
    exec(_compile_function(_join(connective, expressions)), names)  # noqa: S102 - see the module
    match: RowPredicate = names["match"]
    return match


def loop_terms(connective: Connective, matches: Sequence[RowPredicate]) -> RowPredicate:
    """Return the same function for any number of terms and any row, without generated source."""
    matches = tuple(matches)
    if len(matches) == 1:
        return matches[0]
    if connective == "and":

        def match_all(row: object) -> bool:
            for match in matches:  # noqa: SIM110 - `all` takes a generator, which costs more
                if not match(row):
                    return False
            return True

        return match_all

    def match_any(row: object) -> bool:
        for match in matches:  # noqa: SIM110 - as above
            if match(row):
                return True
        return False

    return match_any


@lru_cache(maxsize=256)
def _compile_function(expression: str) -> CodeType:
    lines = (
        "def match(row):",
        "    if type(row) is not dict:",
        "        return slow(row)",
        "    try:",
        f"        return {expression}",
        "    except ValueError:",  # a text that `from_iso` does not read
        "        return slow(row)",
    )
    return compile("\n".join(lines), "<a filter as a function>", "exec")


class _Generator:
    """Generates the expressions of terms, and keeps the constants that they refer to."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}

    def constant(self, value: object) -> str:
        """Return the name of a constant with this value."""
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def expression(self, connective: Connective, key: str | None, terms: Sequence[Term]) -> str:
        """Return the expression of all terms on one key of a dict `row`, or of one other term."""
        calls = _join(connective, [f"{self.constant(term.match)}(row)" for term in terms])
        if key is None:
            return calls
        cases = self._cases(
            connective, [term.matcher for term in terms if term.matcher is not None]
        )
        value = f"(v := row.get({self.constant(key)}))"
        if terms[0].matcher is None:
            return f"{value} is None"
        choice = "".join(f"{result} if {condition} else " for condition, result in cases)
        choice = choice.replace(" if k ", " if (k := type(v)) ", 1)
        return f"({value} is not None and ({choice}{calls}))"

    def _cases(
        self, connective: Connective, matchers: Sequence[ValueMatcher]
    ) -> Iterator[tuple[str, str]]:
        """Yield conditions on the class of the value, each with the result that follows."""
        timestamps = [each.timestamp for each in matchers if each.timestamp is not None]
        if len(timestamps) == len(matchers):
            compare = _join(connective, [f"m {sign} {self.constant(c)}" for sign, c in timestamps])
            yield "k is str", f"({_READ_TIMESTAMP} is not None and {compare})"
        has_text_tests = all(str in each.by_class for each in matchers)
        for class_, condition in _CLASS_CONDITIONS.items():
            symbols = [each.symbols[class_] for each in matchers if class_ in each.symbols]
            if len(symbols) == len(matchers):
                compare = _join(connective, [f"v {sign} {self.constant(c)}" for sign, c in symbols])
                yield condition, compare
            elif class_ is str and not timestamps and has_text_tests:
                tests = [f"{self.constant(each.by_class[str])}(v)" for each in matchers]
                yield condition, _join(connective, tests)


def _join(connective: Connective, expressions: Sequence[str]) -> str:
    return f"({f' {connective} '.join(expressions)})"


_READ_TIMESTAMP = (
    "(m if (m := from_iso(v)).tzinfo is not None and v[10] == 'T' else (m := read_timestamp(v)))"
)
"""`values.read_timestamp` inline, for the texts that it reads fast."""

_CLASS_CONDITIONS: dict[type, str] = {
    str: "k is str",
    int: "k is int",
    datetime: "k is datetime and v.tzinfo is utc",
}
"""The classes whose comparison is inline; values of all others go to the terms themselves."""
