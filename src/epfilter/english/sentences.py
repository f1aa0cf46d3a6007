"""Clauses joined to a sentence where that shows their grouping without doubt, or to an outline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from epfilter.ast import And, Filter, Or
from epfilter.english.clauses import Call, Clause, Key, clause, key
from epfilter.english.subjects import Subjects

_Node = Call | And | Or

_MOST_IN_A_LINE = 6
"""Clauses; more are read more easily one below the other."""


@dataclass(slots=True)
class Group:
    """Clauses and groups of which all hold, or with `either` at least one."""

    parts: list[Clause | Group]
    either: bool

    @property
    def clauses(self) -> list[Clause]:
        """The parts that are clauses."""
        return [part for part in self.parts if isinstance(part, Clause)]


def sentence(f: Filter, subjects: Subjects) -> str:
    """What the filter selects: one line, or an outline of several."""
    part = _part(cast("_Node", f), subjects)
    if isinstance(part, Clause):
        return f"{subjects.noun} {part}"
    said = _in_a_line(part)
    if said is not None:
        return f"{subjects.noun} {said}"
    return "\n".join([f"{subjects.noun} matching {_heading(part, ' conditions')}", *_lines(part)])


def _part(f: _Node, subjects: Subjects) -> Clause | Group:
    """The filter as a group whose terms of one field are one clause, or as that clause alone."""
    if not isinstance(f, (And, Or)):
        return clause([f], subjects, either=False)
    either = isinstance(f, Or)
    # Calls of one key are collected where the first of them stands.
    places: list[list[Call] | And | Or] = []
    of_key: dict[Key | None, list[Call]] = {}
    for term in _terms(f):
        if isinstance(term, (And, Or)):
            places.append(term)
            continue
        shared = key(term, subjects.of(term.field), either=either)
        if shared in of_key:
            of_key[shared].append(term)
            continue
        places.append(calls := [term])
        if shared:
            of_key[shared] = calls
    parts = [
        clause(place, subjects, either=either)
        if isinstance(place, list)
        else _part(place, subjects)
        for place in places
    ]
    if len(parts) == 1:
        return parts[0]
    if not either:
        parts.sort(key=lambda part: isinstance(part, Group) or part.lead != "")
    return Group(parts, either)


def _terms(f: And | Or) -> Iterator[_Node]:
    """The terms of a group; an AND inside an AND adds nothing, nor does an OR inside an OR."""
    waiting = [*reversed(f.terms)]
    while waiting:
        term = waiting.pop()
        if type(term) is type(f):
            waiting.extend(reversed(term.terms))
        else:
            yield term


def _in_a_line(group: Group) -> str | None:
    """The group as one line; None where a reader could doubt what belongs together.

    What is open to doubt is an `and` beside an `or`. Beside `and` one choice may stand, behind
    the word `either` and at the very end.
    """
    choices = [
        part
        for part in group.parts
        if isinstance(part, Group) or (part.is_open and part.either is not group.either)
    ]
    if not choices:
        return _joined(group.clauses, group.either) if _is_short(group.parts) else None
    last = choices[0]
    if group.either or len(choices) > 1:
        return None
    others = [part for part in group.clauses if part is not last]
    if isinstance(last, Clause):
        return _joined([*others, last], either=False) if _is_short(group.parts) else None
    if any(isinstance(part, Group) or (part.is_open and not part.either) for part in last.parts):
        return None
    if not _is_short([*others, *last.parts]):
        return None
    return f"{_joined(others, either=False)} and either {_joined(last.clauses, either=True)}"


def _is_short(parts: list[Clause] | list[Clause | Group]) -> bool:
    return len(parts) <= _MOST_IN_A_LINE


def _joined(clauses: list[Clause], either: bool) -> str:  # noqa: FBT001 - said by keyword but once
    said = str(clauses[0])
    for before, after in pairwise(clauses):
        # `orders created today whose payment is paid`
        follows = not either and before.happens and after.lead.startswith("whose")
        said += f"{' ' if follows else ' or ' if either else ' and '}{after}"
    return said


def _heading(group: Group, of: str = "") -> str:
    return f"at least one of these{of}:" if group.either else f"all of these{of}:"


def _lines(group: Group) -> Iterator[str]:
    for part in group.parts:
        if isinstance(part, Clause):
            yield f"- {part}"
        else:
            yield f"- {_heading(part)}"
            for line in _lines(part):
                yield f"  {line}"
