"""Generates the Python function that joins several terms, with their common cases inline.

A call of a Python function costs as much as a whole comparison, so a filter that runs on a million
rows becomes one function. Its source consists of the pieces in this module alone: names of fields
and values are constants that it refers to as `c0`, `c1`, …, and no text of a filter or a row ever
becomes part of it. Filters of the same shape share the compiled source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import MethodType
from typing import Any, Literal, NamedTuple

from epfilter.semantics import Location, parse_path
from epfilter.targets.matchers import ValueMatcher
from epfilter.targets.row_paths import (
    MultipleValues,
    Reader,
    join_reader,
    path_reader,
    step_follower,
)
from epfilter.values import read_timestamp

RowPredicate = Callable[[object], bool]
"""Returns whether a row matches."""

ValueTest = Callable[[Any], bool]
"""Returns whether the value of a path matches: one value, a list, or None."""

Connective = Literal["and", "or"]

_GLOBALS = {
    "datetime": datetime,
    "from_iso": datetime.fromisoformat,
    "many": MultipleValues,
    "method": MethodType,
    "read_timestamp": read_timestamp,
    "utc": UTC,
    "__builtins__": {each.__name__: each for each in (type, dict, list, str, int, len, ValueError)},
}


class Term(NamedTuple):
    """A term of a filter: a test of what is read from a row, and the parts to inline for a dict."""

    read: Reader
    test: ValueTest
    paths: tuple[Location, ...] = ()
    """The names of the field, if the term has one; the first that has a value counts."""
    matcher: ValueMatcher | None = None
    """The test of one element, where a single element can satisfy the term."""


_Shape = tuple[Any, ...]
"""What the generated source of some terms depends on: all but their constants.

The first item is the kind of the terms. For a field the kinds of steps of each path follow, and for
comparisons the cases of each matcher.
"""


def is_none(value: object) -> bool:
    """Return whether a value is null or missing: the test of `is_null`.

    >>> is_none(None), is_none("")
    (True, False)
    """
    return value is None


_MAX_TERMS = 50
"""More terms are a loop instead of a generated function."""


def compile_terms(
    connective: Connective, terms: Sequence[Term], owner: object = ()
) -> RowPredicate:
    """Return one function for all terms, which evaluates no more of them than it must.

    It is a method of `owner`, which decides how it is pickled.

    >>> from epfilter.ast import Operator
    >>> from epfilter.targets.matchers import value_matcher
    >>> matcher = value_matcher(Operator.GT, (5,))
    >>> term = Term(path_reader("total"), matcher.matches_any, ("total",), matcher)
    >>> match = compile_terms("and", [term])
    >>> match({"total": 7}), match({"total": 3}), match({"total": None})
    (True, False, False)
    """
    slow = _loop_terms(connective, terms)
    if len(terms) > _MAX_TERMS:
        terms = [Term(slow, bool)]
    by_value: dict[object, list[Term]] = {}
    for term in terms:
        by_value.setdefault(id(term) if term.matcher is None else term.paths, []).append(term)
    constants: list[object] = []
    shapes = tuple([_add_constants(group, constants) for group in by_value.values()])
    return _compile(connective, shapes)(owner, slow, *constants)


def _add_constants(terms: Sequence[Term], constants: list[object]) -> _Shape:
    """Add the constants of terms that read one value, in the order of the source that uses them."""
    read, test, paths, matcher = terms[0]
    if not paths:
        constants.append(read)
        return ("row",)
    kinds, path_constants = _describe_paths(paths)
    constants += path_constants
    if matcher is None:
        if test is is_none:
            return ("null", *kinds)
        constants.append(test)
        return ("value", *kinds)
    shape: list[object] = ["elements", *kinds]
    for term in terms:
        each = term.matcher
        assert each is not None  # noqa: S101 - only terms with a matcher are a group
        constants += (each.matches, term.test)
        shape.append(each.add_cases(constants))
    return tuple(shape)


@lru_cache(maxsize=1024)
def _describe_paths(paths: tuple[Location, ...]) -> tuple[list[str], list[object]]:
    """Return the kinds of the steps of each path, and the constants that read them."""
    described = [_describe_path(path) for path in paths]
    return [kinds for kinds, _ in described], [each for _, read in described for each in read]


def _describe_path(path: Location) -> tuple[str, tuple[object, ...]]:
    """Return the kinds of the steps of a path, and the constants that read it."""
    if isinstance(path, tuple):
        return "join", (join_reader(path),)
    first, *rest = parse_path(path)
    if not rest:
        return "key", (path,)
    kinds = ["key" if step.list_index is None else "index" for step in (first, *rest)]
    if rest[-1].name == "length":
        kinds[-1] = "length"
    # With two steps the first value is at hand for the general way; with more, it begins anew.
    otherwise = step_follower(tuple(rest)) if len(rest) == 1 else path_reader(path)
    names = [step.name if step.list_index is None else step.list_index for step in rest]
    return " ".join(kinds), (path, otherwise, first.name, *names)


def _loop_terms(connective: Connective, terms: Sequence[Term]) -> RowPredicate:
    """Return a function for any number of terms and any row, without generated source."""
    steps = [term[:2] for term in terms]
    if connective == "and":

        def match_all(row: object) -> bool:
            for read, test in steps:  # noqa: SIM110 - `all` takes a generator, which costs more
                if not test(read(row)):
                    return False
            return True

        return match_all

    def match_any(row: object) -> bool:
        for read, test in steps:  # noqa: SIM110 - as above
            if test(read(row)):
                return True
        return False

    return match_any


@lru_cache(maxsize=256)
def _compile(connective: Connective, shapes: tuple[_Shape, ...]) -> Callable[..., RowPredicate]:
    """Return the function that makes a predicate of these shapes from an owner and constants."""
    generator = _Generator(connective)
    for shape in shapes:
        generator.add_terms(*shape)
    names: dict[str, Any] = {**_GLOBALS}
    exec(generator.source(), names)  # noqa: S102 - see the module
    factory: Callable[..., RowPredicate] = names["make"]
    return factory


class _Generator:
    """Generates the source of a function for rows that are a dict."""

    def __init__(self, connective: Connective) -> None:
        self._connective = connective
        self._lines: list[str] = []
        self._constants = 0
        self._reads_timestamps = False

    def add_terms(self, kind: str, *parts: Any) -> None:
        """Add the statements of one shape, which return where its result decides."""
        if kind == "row":
            self._return_if_decided(f"{self._next()}(row)", 3)
            return
        paths = [part for part in parts if isinstance(part, str)]
        for number, kinds in enumerate(paths):
            if number:
                self._add("if v is None:", 3)
            self._add_read(kinds.split(), 3 + (number > 0))
        if kind == "null":
            self._return_if_decided("v is None", 3)
        elif kind == "value":
            self._return_if_decided(f"{self._next()}(v)", 3)
        else:
            self._add_comparisons([_Case(self._next, *part) for part in parts[len(paths) :]])

    def source(self) -> str:
        """Return the source of `make`, which takes the constants and returns the function."""
        constants = ", ".join(f"c{number}" for number in range(self._constants))
        head = [
            f"def make(owner, slow, {constants}):",
            "    def match(self, row):",
            "        if type(row) is not dict:",
            "            return slow(row)",
            "        try:" if self._reads_timestamps else "        if True:",
        ]
        self._add(f"return {self._connective == 'and'}", 3)
        if self._reads_timestamps:  # a text that `from_iso` does not read
            self._lines += ["        except ValueError:", "            return slow(row)"]
        return "\n".join([*head, *self._lines, "    return method(match, owner)"])

    def _next(self) -> str:
        """Return the name of the next constant."""
        self._constants += 1
        return f"c{self._constants - 1}"

    def _add(self, line: str, depth: int) -> None:
        self._lines.append("    " * depth + line)

    def _return_if_decided(self, condition: str, depth: int) -> None:
        is_and = self._connective == "and"
        self._add(f"if not {condition}:" if is_and else f"if {condition}:", depth)
        self._add(f"return {not is_and}", depth + 1)

    def _add_read(self, kinds: Sequence[str], depth: int) -> None:
        """Add the statements that set `v` to the value of a path; None if it is missing."""
        if len(kinds) == 1:
            read = "row.get({})" if kinds[0] == "key" else "{}(row)"
            self._add(f"v = {read.format(self._next())}", depth)
            return
        whole, otherwise = self._next(), self._next()
        self._add(f"if {whole} in row:", depth)
        self._add(f"v = row[{whole}]", depth + 1)
        conditions, value = [], f"row.get({self._next()})"
        for kind in kinds[1:]:
            class_, member = _STEPS[kind]
            conditions.append(f"type(v := {value}) is {class_}")
            value = member.format(self._next())
        self._add(f"elif {' and '.join(conditions)}:", depth)
        self._add(f"v = {value}", depth + 1)
        self._add("elif v is not None:", depth)
        self._add(f"v = {otherwise}({'v' if len(kinds) == 2 else 'row'})", depth + 1)

    def _add_comparisons(self, cases: Sequence[_Case]) -> None:
        """Add the comparisons of `v` by its class: of one value, or of any element of a list."""
        self._add("k = type(v)", 3)
        keyword = "if"
        for condition, result in self._joined_cases(cases):
            self._add(f"{keyword} {condition.format('v', 'k')}:", 3)
            self._return_if_decided(result.format("v"), 4)
            keyword = "elif"
        for class_ in ("list", "many"):
            self._add(f"{keyword} k is {class_}:", 3)
            for case in cases:
                self._add_loop(case, case.matches if class_ == "list" else case.test)
            keyword = "elif"
        self._add("elif v is None:", 3)
        self._add("return False" if self._connective == "and" else "pass", 4)
        self._add("else:", 3)
        self._return_if_decided(self._join([f"{case.test}(v)" for case in cases]), 4)

    def _add_loop(self, case: _Case, test: str) -> None:
        """Add a loop over the elements of `v`; `test` is a function for those of other classes."""
        cases = [*self._joined_cases([case])]
        class_ = "type(e)" if len(cases) == 1 else "k"
        choice = "".join(
            f"{result.format('e')} if {condition.format('e', class_)} else "
            for condition, result in cases
        )
        # Copies of the names that every element needs: a local variable is read faster.
        names = sorted({*_SHARED_NAME.findall(f"type {choice}")})
        self._add("; ".join(f"_{name} = {name}" for name in names), 4)
        choice = _SHARED_NAME.sub(r"_\g<0>", choice)
        self._add("for e in v:", 4)
        if len(cases) > 1:
            self._add("k = _type(e)", 5)
        self._add(f"if {choice}{test}(e):", 5)
        if self._connective == "or":
            self._add("return True", 6)
            return
        self._add("break", 6)
        self._add("else:", 4)
        self._add("return False", 5)

    def _joined_cases(self, cases: Sequence[_Case]) -> Iterator[tuple[str, str]]:
        """Yield conditions on the class of a value, each with the result that follows."""
        timestamps = [case.timestamp for case in cases if case.timestamp]
        if len(timestamps) == len(cases):
            self._reads_timestamps = True
            yield (
                _INLINE_CLASSES[str],
                f"({_READ_TIMESTAMP} is not None and {self._join(timestamps)})",
            )
        for class_, condition in _INLINE_CLASSES.items():
            results = [case.results[class_] for case in cases if class_ in case.results]
            if len(results) == len(cases) and not (class_ is str and timestamps):
                yield condition, self._join(results)

    def _join(self, expressions: Sequence[str]) -> str:
        return f"({f' {self._connective} '.join(expressions)})"


class _Case:
    """The expressions of one matcher, in which `{0}` stands for the value."""

    def __init__(
        self,
        next_constant: Callable[[], str],
        symbol: str,
        *cases: type | Literal["timestamp", "text", "like"],
    ) -> None:
        self.matches, self.test = next_constant(), next_constant()
        self.timestamp = ""
        self.results: dict[type, str] = {}
        for case in cases:
            if case == "timestamp":
                self.timestamp = f"m {symbol} {next_constant()}"
            elif case == "text":
                self.results[str] = f"{self.matches}({{0}})"
            elif case == "like":
                self.results[str] = f"{next_constant()}({{0}})"
            else:
                self.results[case] = f"{{0}} {symbol} {next_constant()}"


_STEPS = {
    "key": ("dict", "v.get({0})"),
    "index": ("list", "(v[{0}] if {0} < len(v) else None)"),
    "length": ("list", "len(v)"),
}
"""The class of a value that has a usual next step, and the expression of that step."""

_READ_TIMESTAMP = (
    "(m if (m := from_iso({0})).tzinfo is not None and {0}[10] == 'T' "
    "else (m := read_timestamp({0})))"
)
"""`values.read_timestamp` inline, for the texts that it reads fast."""

_SHARED_NAME = re.compile(r"\b(?:type|str|int|datetime|utc|c[0-9]+)\b")
"""Names from outside the function."""

_INLINE_CLASSES: dict[type, str] = {
    int: "{1} is int",
    str: "{1} is str",
    datetime: "{1} is datetime and {0}.tzinfo is utc",
}
"""The classes whose comparison is inline; values of all others go to the terms themselves.

In the conditions `{0}` stands for the value, and `{1}` for its class.
"""
