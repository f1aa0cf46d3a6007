"""What the page says of a filter while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.english import in_words
from epfilter.errors import Diagnostic, FilterSyntaxError, Severity
from epfilter.linter import lint
from epfilter.parser import parse
from epfilter.printer import print_operands, unparse
from epfilter.snippets import make_printable

_SHOWN_AT_MOST = 20
"""How many findings the page shows at once."""

_RESOURCE = "orders"
_Node = Comparison | Membership | IsNull | And | Or


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic as the page shows it.

    `drawn` is the message with the line and carets below it; `repair` the name of the correction
    and the whole text that it leads to, where there is one.
    """

    severity: Severity
    drawn: str
    repair: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree as the page shows it: a connective with branches, or a call."""

    operator: str
    operands: tuple[str, ...] = ()
    below: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What there is to say of a text: findings, and where it is a filter, its meaning.

    `accepted` says that the service would take it. Without a text every order is meant.

    >>> reading = reading_of("eq(payment, paid)")
    >>> reading.words, reading.canonical, reading.accepted
    ('orders whose payment is paid', 'eq(payment,paid)', True)
    """

    text: str
    findings: tuple[Finding, ...] = ()
    more: int = 0
    """How many findings are not shown."""

    accepted: bool = True
    canonical: str | None = None
    words: str | None = None
    tree: Branch | None = None


def reading_of(text: str) -> Reading:
    """What the page says of a text; blank text is no filter, and no mistake.

    >>> [finding.drawn.splitlines()[0] for finding in reading_of("eq(paymet,paid)").findings]
    ['1:4 EPF201 `orders` has no field `paymet`.']
    """
    text = text.strip()
    if not text:
        return Reading(text)
    found = lint(text, _RESOURCE)
    accepted = not any(one.severity is Severity.ERROR for one in found)
    findings = tuple(_finding(one, text) for one in found[:_SHOWN_AT_MOST])
    more = max(0, len(found) - _SHOWN_AT_MOST)
    try:
        f = parse(text)
    except FilterSyntaxError:
        return Reading(text, findings, more, accepted=False)
    return Reading(text, findings, more, accepted, unparse(f), in_words(f, _RESOURCE), _branch(f))


def _finding(found: Diagnostic, text: str) -> Finding:
    fix = found.fix
    repair = None if fix is None else (fix.title, fix.apply(text))
    return Finding(found.severity, found.draw(text), repair)


def _branch(f: Filter) -> Branch:
    node = cast("_Node", f)
    if isinstance(node, And | Or):
        return Branch(node.op.value, below=tuple(_branches(node)))
    return Branch(node.op.value, tuple(make_printable(operand) for operand in print_operands(node)))


def _branches(node: And | Or) -> Iterator[Branch]:
    return (_branch(term) for term in node.terms)
