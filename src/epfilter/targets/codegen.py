"""Writes the functions that join several terms, with their common cases in place.

A call of a Python function costs as much as all that a comparison does, so a filter that is asked
of a million rows is made one function. The program text consists of the pieces in this module
alone: names of fields and values are constants that it refers to as `c0`, `c1`, …, and nothing
that a filter or a row says is ever part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from types import CodeType
from typing import Any, Literal, NamedTuple

from epfilter.targets.matchers import Asked, moment

Match = Callable[[object], bool]

Joint = Literal["and", "or"]

_GLOBALS = {
    "datetime": datetime,
    "iso": datetime.fromisoformat,
    "moment": moment,
    "utc": UTC,
}


class Part(NamedTuple):
    """A term: what it is of any row, and, where that is simple, what it is of a dict."""

    match: Match
    name: str | None = None
    """The key of the value, if it has no steps."""
    tests: Asked | None = None
    """None for `is_null`."""


def joined(joint: Joint, parts: Sequence[Part]) -> Match:
    """One function for all parts, which asks no more of them than it has to.

    >>> from epfilter.ast import Operator
    >>> from epfilter.targets.matchers import asked
    >>> match = joined("and", [Part(lambda row: False, "total", asked(Operator.GT, (5,)))])
    >>> match({"total": 7}), match({"total": 3}), match({"total": None})
    (True, False, False)
    """
    writer = _Writer()
    by_field: dict[tuple[str | None, int], list[Part]] = {}
    for place, part in enumerate(parts):
        together = part.name is not None and part.tests is not None
        by_field.setdefault((part.name, -1 if together else place), []).append(part)
    terms = [writer.term(joint, name, together) for (name, _), together in by_field.items()]
    slow = looped(joint, [part.match for part in parts])
    found = {**_GLOBALS, **writer.constants, "slow": slow, "__builtins__": _BUILTINS}
    exec(_compiled(_parts(joint, terms)), found)  # noqa: S102 - made of the pieces below, see above
    match: Match = found["match"]
    return match


_BUILTINS = {known.__name__: known for known in (type, dict, str, int, ValueError)}


def looped(joint: Joint, matches: Sequence[Match]) -> Match:
    """The same for any number of parts and any row, without a program text."""
    matches = tuple(matches)
    if len(matches) == 1:
        return matches[0]
    if joint == "and":

        def every(row: object) -> bool:
            for match in matches:  # noqa: SIM110 - `all` takes a generator, which costs more
                if not match(row):
                    return False
            return True

        return every

    def some(row: object) -> bool:
        for match in matches:  # noqa: SIM110 - as above
            if match(row):
                return True
        return False

    return some


@lru_cache(maxsize=256)
def _compiled(expression: str) -> CodeType:
    lines = (
        "def match(row):",
        "    if type(row) is not dict:",
        "        return slow(row)",
        "    try:",
        f"        return {expression}",
        "    except ValueError:",  # a text that `iso` does not read
        "        return slow(row)",
    )
    return compile("\n".join(lines), "<a filter as a function>", "exec")


class _Writer:
    """Writes the expressions of parts, and keeps the constants that they refer to."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}

    def constant(self, value: object) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def term(self, joint: Joint, name: str | None, parts: Sequence[Part]) -> str:
        """The parts that ask for one field of a dict `row`, or one part that asks otherwise."""
        matches = _parts(joint, [f"{self.constant(part.match)}(row)" for part in parts])
        if name is None:
            return matches
        cases = self._cases(joint, [part.tests for part in parts if part.tests is not None])
        value = f"(v := row.get({self.constant(name)}))"
        if parts[0].tests is None:
            return f"{value} is None"
        chosen = "".join(f"{answer} if {condition} else " for condition, answer in cases)
        chosen = chosen.replace(" if k ", " if (k := type(v)) ", 1)
        return f"({value} is not None and ({chosen}{matches}))"

    def _cases(self, joint: Joint, wanted: Sequence[Asked]) -> Iterator[tuple[str, str]]:
        """Conditions for the class of the value, and what the answer then is."""
        moments = [one.moment for one in wanted if one.moment is not None]
        if len(moments) == len(wanted):
            compared = _parts(joint, [f"m {sign} {self.constant(c)}" for sign, c in moments])
            yield "k is str", f"({_READ} is not None and {compared})"
        for kind, condition in _CONDITIONS.items():
            signs = [one.signs[kind] for one in wanted if kind in one.signs]
            if len(signs) == len(wanted):
                compared = _parts(joint, [f"v {sign} {self.constant(c)}" for sign, c in signs])
                yield condition, compared
            elif kind is str and not moments and all(str in one.by_class for one in wanted):
                asked = [f"{self.constant(one.by_class[str])}(v)" for one in wanted]
                yield condition, _parts(joint, asked)


def _parts(joint: Joint, written: Sequence[str]) -> str:
    return f"({f' {joint} '.join(written)})"


_READ = "(m if (m := iso(v)).tzinfo is not None and v[10] == 'T' else (m := moment(v)))"
"""`value_tests.moment` in place, for the texts that it reads fast."""

_CONDITIONS: dict[type, str] = {
    str: "k is str",
    int: "k is int",
    datetime: "k is datetime and v.tzinfo is utc",
}
"""The classes whose comparison is written in place; for all others the part itself is asked."""
