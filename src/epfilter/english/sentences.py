"""Clauses as one sentence if their grouping is unambiguous, or else as an outline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from epfilter.ast import And, Filter, Or
from epfilter.english.clauses import Call, Clause, ClauseKey, build_clause, clause_key
from epfilter.english.subjects import Subjects

_Node = Call | And | Or

_MAX_CLAUSES_IN_A_LINE = 6
"""More clauses are easier to read one below the other."""


@dataclass(slots=True)
class Group:
    """Clauses and groups that all hold, or with `is_or` at least one."""

    parts: list[Clause | Group]
    is_or: bool

    @property
    def clauses(self) -> list[Clause]:
        """The parts that are clauses."""
        return [part for part in self.parts if isinstance(part, Clause)]


def build_sentence(f: Filter, subjects: Subjects) -> str:
    """Return what the filter selects: one line, or an outline of several."""
    part = _build_part(cast("_Node", f), subjects)
    if isinstance(part, Clause):
        return f"{subjects.noun} {part}"
    line = _one_line(part)
    if line is not None:
        return f"{subjects.noun} {line}"
    heading = f"{subjects.noun} matching {_heading(part, ' conditions')}"
    return "\n".join([heading, *_outline(part)])


def _build_part(f: _Node, subjects: Subjects) -> Clause | Group:
    """Return the filter as a group with one clause per field, or as a single clause."""
    if not isinstance(f, (And, Or)):
        return build_clause([f], subjects, is_or=False)
    is_or = isinstance(f, Or)
    # Calls with equal keys are collected at the position of the first of them.
    members: list[list[Call] | And | Or] = []
    calls_of_key: dict[ClauseKey, list[Call]] = {}
    for term in _flatten(f):
        if isinstance(term, (And, Or)):
            members.append(term)
            continue
        key = clause_key(term, subjects.get(term.field), is_or=is_or)
        if key in calls_of_key:
            calls_of_key[key].append(term)
            continue
        members.append(calls := [term])
        if key is not None:
            calls_of_key[key] = calls
    parts = [
        build_clause(member, subjects, is_or=is_or)
        if isinstance(member, list)
        else _build_part(member, subjects)
        for member in members
    ]
    if len(parts) == 1:
        return parts[0]
    if not is_or:
        # Events come first: `orders created today whose payment is paid`.
        parts.sort(key=lambda part: isinstance(part, Group) or part.lead != "")
    return Group(parts, is_or)


def _flatten(f: And | Or) -> Iterator[_Node]:
    """Yield the terms of a group, and those of an AND inside an AND or an OR inside an OR."""
    pending = [*reversed(f.terms)]
    while pending:
        term = pending.pop()
        if type(term) is type(f):
            pending.extend(reversed(term.terms))
        else:
            yield term


def _one_line(group: Group) -> str | None:
    """Return the group as one line, or None if its grouping would be ambiguous or it is too long.

    An `and` beside an `or` is ambiguous. Beside `and`, one choice is allowed: after the word
    `either` and at the very end.
    """
    mixed = [
        part
        for part in group.parts
        if isinstance(part, Group) or (part.has_connective and part.is_or is not group.is_or)
    ]
    if not mixed:
        return _join(group.clauses, is_or=group.is_or) if _is_short(group.parts) else None
    last = mixed[0]
    if group.is_or or len(mixed) > 1:
        return None
    others = [part for part in group.clauses if part is not last]
    if isinstance(last, Clause):
        return _join([*others, last], is_or=False) if _is_short(group.parts) else None
    if any(
        isinstance(part, Group) or (part.has_connective and not part.is_or) for part in last.parts
    ):
        return None
    if not _is_short([*others, *last.parts]):
        return None
    return f"{_join(others, is_or=False)} and either {_join(last.clauses, is_or=True)}"


def _is_short(parts: list[Clause] | list[Clause | Group]) -> bool:
    return len(parts) <= _MAX_CLAUSES_IN_A_LINE


def _join(clauses: list[Clause], *, is_or: bool) -> str:
    words = str(clauses[0])
    for previous, clause in pairwise(clauses):
        # No `and` after an event: `orders created today whose payment is paid`.
        follows_event = not is_or and previous.is_event and clause.lead.startswith("whose")
        words += f"{' ' if follows_event else ' or ' if is_or else ' and '}{clause}"
    return words


def _heading(group: Group, noun: str = "") -> str:
    return f"at least one of these{noun}:" if group.is_or else f"all of these{noun}:"


def _outline(group: Group) -> Iterator[str]:
    for part in group.parts:
        if isinstance(part, Clause):
            yield f"- {part}"
        else:
            yield f"- {_heading(part)}"
            for line in _outline(part):
                yield f"  {line}"
