"""One clause per field: `whose total is at least 5 and less than 10`, `created after …`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, assert_never

from epfilter.ast import ORDERED_OPERATORS, Comparison, IsNull, Membership, Operator
from epfilter.english.operands import join_words, quote, text_words
from epfilter.english.subjects import Subject, Subjects
from epfilter.semantics import parse_pattern

Call = Comparison | Membership | IsNull

_COMPARATIVES = {
    Operator.GT: "greater than",
    Operator.GE: "at least",
    Operator.LT: "less than",
    Operator.LE: "at most",
}
_TIME_COMPARATIVES = {
    Operator.GT: "after",
    Operator.GE: "at or after",
    Operator.LT: "before",
    Operator.LE: "at or before",
}
_DAY_COMPARATIVES = _TIME_COMPARATIVES | {Operator.GE: "on or after", Operator.LE: "on or before"}
_COMPARATIVES_OF_TYPE = {"datetime": _TIME_COMPARATIVES, "date": _DAY_COMPARATIVES}

_EQUALITY_OPERATORS = (Operator.EQ, Operator.IN)
_LIST_OPERATORS = (Operator.CONTAINS, Operator.CONTAINS_ANY, Operator.CONTAINS_ALL)

_SEARCH_VERB = "matching"
"""The words after this verb extend to the end of the clause."""

_PLURAL_VERBS = {
    "begins with": "begin with",
    "contains": "contain",
    "ends with": "end with",
    "has": "have",
    "includes": "include",
    "is": "are",
    "matches": "match",
}


class Predicate(NamedTuple):
    """A verb and its complement: `is` and `greater than 5`."""

    verb: str
    complement: str
    can_omit_verb: bool = False
    """Whether the verb may be left out after a predicate with the same verb."""

    def __str__(self) -> str:
        return f"{self.verb} {self.complement}"


@dataclass(slots=True)
class Clause:
    """A subject and its predicates: all of them hold, or with `is_or` at least one."""

    lead: str
    """`whose total`; empty if the verb is a participle."""
    predicates: list[Predicate]
    is_or: bool = False

    @property
    def is_event(self) -> bool:
        """Whether the clause describes an event: `created today`."""
        return not self.lead and self.predicates[0].verb != _SEARCH_VERB

    @property
    def has_connective(self) -> bool:
        """Whether the clause contains an `and` or `or` outside of a list of values."""
        return len(self.predicates) > 1

    def __str__(self) -> str:
        words = _join_or(self.predicates) if self.is_or else _join_and(self.predicates)
        return f"{self.lead} {words}" if self.lead else words


class ClauseKey(NamedTuple):
    """The key of a clause: calls of one group with equal keys share a clause."""

    path: str
    kind: str


def clause_key(call: Call, subject: Subject, *, is_or: bool) -> ClauseKey | None:
    """Return the key of the clause that a call of a group shares; None if it shares none.

    If an object can have several values, each comparison may match another value, so the
    comparisons share no clause.
    """
    if is_or and call.op in (*_EQUALITY_OPERATORS, Operator.CONTAINS, Operator.CONTAINS_ANY):
        return ClauseKey(
            subject.path, "equality" if call.op in _EQUALITY_OPERATORS else "containment"
        )
    if subject.multivalued or isinstance(call, Membership):
        return None
    return ClauseKey(subject.path, _lead(call, subject))


def build_clause(calls: list[Call], subjects: Subjects, *, is_or: bool) -> Clause:
    """Return the clause of calls that share a key."""
    first = calls[0]
    subject = subjects.get(first.field)
    if is_or and len(calls) > 1 and first.op in (*_EQUALITY_OPERATORS, *_LIST_OPERATORS):
        first = _merge_alternatives(calls)
        calls = [first]
    predicates = [_predicate(call, subject) for call in calls]
    return Clause(_lead(first, subject), predicates, is_or and len(calls) > 1)


def _merge_alternatives(calls: list[Call]) -> Membership:
    """Return alternatives of one field as the membership with the same meaning."""
    values = tuple([value for call in calls for value in _values(call)])
    op = Operator.IN if calls[0].op in _EQUALITY_OPERATORS else Operator.CONTAINS_ANY
    return Membership(op=op, field=calls[0].field, values=values)


def _values(call: Call) -> tuple[str, ...]:
    if isinstance(call, Membership):
        return call.values
    return (call.value,) if isinstance(call, Comparison) else ()


def _searches_all_fields(call: Call) -> bool:
    return call.op is Operator.TEXT and call.field == "*"


def _is_event(call: Call, subject: Subject) -> bool:
    """Return whether the call compares the time of an event."""
    return bool(subject.participle) and call.op in (*_EQUALITY_OPERATORS, *ORDERED_OPERATORS)


def _tests_inclusion(call: Call, subject: Subject) -> bool:
    return call.op in _LIST_OPERATORS or (subject.multivalued and call.op in _EQUALITY_OPERATORS)


def _lead(call: Call, subject: Subject) -> str:
    if _searches_all_fields(call) or _is_event(call, subject):
        return ""
    if subject.participle:
        return f"whose {quote(subject.path)}"
    if (
        subject.multivalued
        and call.op is not Operator.IS_NULL
        and not _tests_inclusion(call, subject)
    ):
        return f"at least one of whose {subject.words}"
    return f"whose {subject.words}"


def _predicate(call: Call, subject: Subject) -> Predicate:
    if _searches_all_fields(call):
        words = text_words(*_values(call))
        return Predicate(_SEARCH_VERB, f"a text search in any field for {words}")
    predicate = _singular_predicate(call, subject)
    if _is_event(call, subject):
        return Predicate(subject.participle, predicate.complement, can_omit_verb=True)
    is_plural = subject.is_plural and not subject.participle
    if is_plural and _lead(call, subject).startswith("whose"):
        return predicate._replace(verb=_PLURAL_VERBS[predicate.verb])
    return predicate


def _singular_predicate(call: Call, subject: Subject) -> Predicate:
    """Return the predicate of a call with its verb in the singular."""
    match call.op:
        case Operator.IS_NULL:
            predicate = Predicate("has", "no value")
        case Operator.EQ | Operator.IN if not subject.multivalued:
            predicate = Predicate("is", _equality_words(call, subject))
        case Operator.EQ | Operator.IN:
            predicate = Predicate("includes", _inclusion_words(call, subject))
        case Operator.CONTAINS | Operator.CONTAINS_ANY | Operator.CONTAINS_ALL:
            predicate = Predicate("includes", _inclusion_words(call, subject))
        case Operator.GT | Operator.GE | Operator.LT | Operator.LE:
            comparatives = _COMPARATIVES_OF_TYPE.get(subject.type_name, _COMPARATIVES)
            (value,) = _values(call)
            words = f"{comparatives[call.op]} {subject.describe_value(value)}"
            predicate = Predicate("is", words, can_omit_verb=True)
        case Operator.LIKE | Operator.ILIKE:
            (pattern,) = _values(call)
            predicate = _pattern_predicate(pattern, ignore_case=call.op is Operator.ILIKE)
        case Operator.TEXT:
            predicate = Predicate("matches", f"a text search for {text_words(*_values(call))}")
        case _:
            assert_never(call.op)
    return predicate


def _inclusion_words(call: Call, subject: Subject) -> str:
    values = [subject.describe_value(text) for text in _values(call)]
    if len(values) == 1:
        return values[0]
    if call.op is Operator.CONTAINS_ALL:
        lead = "both" if len(values) == 2 else "all of"
        return f"{lead} {join_words(values, 'and')}"
    return f"at least one of {join_words(values, 'or')}"


def _pattern_predicate(text: str, *, ignore_case: bool) -> Predicate:
    pattern = parse_pattern(text)
    if pattern.matches_everything:
        return Predicate("has", "a value")
    words = text_words(pattern.text)
    case = " (ignoring case)" if ignore_case else ""
    if not pattern.has_wildcard:
        return Predicate("is", f"{words}{case}")
    if pattern.any_prefix and pattern.any_suffix:
        # The words differ clearly from those of a list that includes a value.
        return Predicate("contains", f"the text {words}{case}")
    return Predicate("ends with" if pattern.any_prefix else "begins with", f"{words}{case}")


def _equality_words(call: Call, subject: Subject) -> str:
    """Return the values of a call, with a preposition: `5`, `on 1 May 2026`, `either a or b`."""
    preposition = ""
    if subject.type_name == "date":
        preposition = "on "
    elif subject.type_name == "datetime":
        preposition = "exactly at " if subject.participle else "exactly "
    values = [subject.describe_value(text) for text in _values(call)]
    if len(values) > 2:
        return f"{preposition}one of {join_words(values, 'or')}"
    either = "either " if len(values) == 2 else ""
    return f"{preposition}{either}{join_words(values, 'or')}"


def _join_and(predicates: list[Predicate]) -> str:
    """Return the predicates joined by `and`, without verbs that can be omitted."""
    words = [str(predicates[0])]
    for previous, predicate in pairwise(predicates):
        omits_verb = (
            predicate.can_omit_verb and previous.can_omit_verb and predicate.verb == previous.verb
        )
        words.append(predicate.complement if omits_verb else str(predicate))
    return " and ".join(words)


def _join_or(predicates: list[Predicate]) -> str:
    """Return the predicates joined by `or`, after their common verb or each with its own."""
    verb = predicates[0].verb
    if all(predicate.can_omit_verb and predicate.verb == verb for predicate in predicates):
        return f"{verb} either {' or '.join(predicate.complement for predicate in predicates)}"
    return f"either {' or '.join(map(str, predicates))}"
