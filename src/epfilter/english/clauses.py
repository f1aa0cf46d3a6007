"""One clause a field: `whose total is at least 5 and less than 10`, `created after …`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from epfilter.ast import PATTERN_OPERATORS, Comparison, IsNull, Membership, Operator
from epfilter.english.operands import listed, quoted, text_words, value_words
from epfilter.english.subjects import Subject, Subjects
from epfilter.semantics import parse_pattern

Call = Comparison | Membership | IsNull

_SIZES = {
    Operator.GT: "greater than",
    Operator.GE: "at least",
    Operator.LT: "less than",
    Operator.LE: "at most",
}
_MOMENTS = {
    Operator.GT: "after",
    Operator.GE: "at or after",
    Operator.LT: "before",
    Operator.LE: "at or before",
}
_DAYS = _MOMENTS | {Operator.GE: "on or after", Operator.LE: "on or before"}
_ORDERS = {"datetime": _MOMENTS, "date": _DAYS}

_EQUALITY = (Operator.EQ, Operator.IN)
_HOLDING = (Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)

_SEARCHED = "matching"
"""What is said behind it goes on to the end of the clause."""

_PLURALS = {
    "begins with": "begin with",
    "contains": "contain",
    "ends with": "end with",
    "has": "have",
    "includes": "include",
    "is": "are",
    "matches": "match",
}


class Predicate(NamedTuple):
    """What is said of a subject; where one of its verb went before, `leans` can do without it."""

    verb: str
    rest: str
    leans: bool = False

    def __str__(self) -> str:
        return f"{self.verb} {self.rest}"


@dataclass(slots=True)
class Clause:
    """A subject and what is said of it: all of it, or with `either` at least one thing."""

    lead: str
    """`whose total`; empty where the verb is a participle."""
    predicates: list[Predicate]
    either: bool = False

    @property
    def happens(self) -> bool:
        """Whether it says what happened to the objects: `created today`."""
        return not self.lead and self.predicates[0].verb != _SEARCHED

    @property
    def is_open(self) -> bool:
        """Whether it holds an `and` or `or` that belongs to no list of values."""
        return len(self.predicates) > 1

    def __str__(self) -> str:
        said = _alternatives(self.predicates) if self.either else _together(self.predicates)
        return f"{self.lead} {said}" if self.lead else said


class Key(NamedTuple):
    """Terms of one group that have an equal key are said in one clause."""

    path: str
    sort: str


def key(call: Call, subject: Subject, *, either: bool) -> Key | None:
    """What makes this call share a clause with others of its group; None where nothing may.

    Of several values of an object, each comparison may mean another one: they share no clause.
    """
    if either and call.op in (*_EQUALITY, Operator.CONTAINS, Operator.CONTAINS_ANY):
        return Key(subject.path, "equal" if call.op in _EQUALITY else "held")
    if subject.several or isinstance(call, Membership):
        return None
    return Key(subject.path, _lead(call, subject))


def clause(calls: list[Call], subjects: Subjects, *, either: bool) -> Clause:
    """The clause of the calls of one key."""
    first = calls[0]
    subject = subjects.of(first.field)
    if either and len(calls) > 1 and first.op in (*_EQUALITY, *_HOLDING):
        first = _as_one(calls)
        calls = [first]
    predicates = [_predicate(call, subject) for call in calls]
    return Clause(_lead(first, subject), predicates, either and len(calls) > 1)


def _as_one(calls: list[Call]) -> Membership:
    """Alternatives of one field as the membership that means the same."""
    values: list[str] = []
    for call in calls:
        values += _values(call)
    op = Operator.IN if calls[0].op in _EQUALITY else Operator.CONTAINS_ANY
    return Membership(op=op, field=calls[0].field, values=tuple(values))


def _values(call: Call) -> tuple[str, ...]:
    if isinstance(call, Membership):
        return call.values
    return (call.value,) if isinstance(call, Comparison) else ()


def _is_of_any_field(call: Call) -> bool:
    return call.op is Operator.TEXT and call.field == "*"


def _happens(call: Call, subject: Subject) -> bool:
    """Whether the call says when something happened to the object."""
    return bool(subject.participle) and call.op in (*_EQUALITY, *_SIZES)


def _includes(call: Call, subject: Subject) -> bool:
    return call.op in _HOLDING or (subject.several and call.op in _EQUALITY)


def _lead(call: Call, subject: Subject) -> str:
    if _is_of_any_field(call) or _happens(call, subject):
        return ""
    if subject.participle:
        return f"whose {quoted(subject.path)}"
    if subject.several and not isinstance(call, IsNull) and not _includes(call, subject):
        return f"at least one of whose {subject.words}"
    return f"whose {subject.words}"


def _predicate(call: Call, subject: Subject) -> Predicate:
    if _is_of_any_field(call):
        return Predicate(_SEARCHED, f"a text search in any field for {text_words(*_values(call))}")
    if _happens(call, subject):
        return Predicate(subject.participle, _relation(call, subject), leans=True)
    said = _said(call, subject)
    plural = subject.is_plural and not subject.participle
    if _lead(call, subject).startswith("whose") and plural:
        return said._replace(verb=_PLURALS[said.verb])
    return said


def _said(call: Call, subject: Subject) -> Predicate:
    """The predicate of a field that has no participle, its verb in the singular."""
    if isinstance(call, IsNull):
        return Predicate("has", "no value")
    if _includes(call, subject):
        return Predicate("includes", _held(call, subject))
    if isinstance(call, Comparison):
        if call.op is Operator.TEXT:
            return Predicate("matches", f"a text search for {text_words(call.value)}")
        if call.op in PATTERN_OPERATORS:
            return _pattern(call)
    return Predicate("is", _relation(call, subject), leans=call.op in _SIZES)


def _held(call: Call, subject: Subject) -> str:
    values = [value_words(text, subject.kind) for text in _values(call)]
    if len(values) == 1:
        return values[0]
    if call.op is Operator.CONTAINS_ALL:
        both = "both" if len(values) == 2 else "all of"
        return f"{both} {listed(values, 'and')}"
    return f"at least one of {listed(values, 'or')}"


def _pattern(call: Comparison) -> Predicate:
    """What a pattern asks for."""
    pattern = parse_pattern(call.value)
    if pattern.matches_everything:
        return Predicate("has", "a value")
    words = text_words(pattern.text)
    case = " (ignoring case)" if call.op is Operator.ILIKE else ""
    if not pattern.has_wildcard:
        return Predicate("is", f"{words}{case}" if case else f"exactly {words}")
    verb = "begins with"
    if pattern.any_prefix:
        verb = "contains" if pattern.any_suffix else "ends with"
    return Predicate(verb, f"{words}{case}")


def _relation(call: Call, subject: Subject) -> str:
    """How a value relates to those of the call: `greater than 5`, `before …`, `either a or b`."""
    values = [value_words(text, subject.kind) for text in _values(call)]
    if call.op in _SIZES:
        return f"{_ORDERS.get(subject.kind, _SIZES)[call.op]} {values[0]}"
    lead = ""
    if subject.kind == "date":
        lead = "on "
    elif subject.kind == "datetime":
        lead = "exactly at " if subject.participle else "exactly "
    return f"{lead}{_choice(values)}"


def _choice(values: list[str]) -> str:
    if len(values) > 2:
        return f"one of {listed(values, 'or')}"
    return f"either {values[0]} or {values[1]}" if len(values) == 2 else values[0]


def _together(predicates: list[Predicate]) -> str:
    """The predicates joined by `and`; a verb is not said again where the next can lean on it."""
    said = [str(predicates[0])]
    for before, after in pairwise(predicates):
        leans = after.leans and before.leans and before.verb == after.verb
        said.append(after.rest if leans else str(after))
    return " and ".join(said)


def _alternatives(predicates: list[Predicate]) -> str:
    """The predicates joined by `or`, behind the verb that they share or else with their own."""
    verb = predicates[0].verb
    if all(one.leans and one.verb == verb for one in predicates):
        return f"{verb} either {' or '.join(one.rest for one in predicates)}"
    return f"either {' or '.join(map(str, predicates))}"
