"""The preview of a filter on the page while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.english import in_words
from epfilter.errors import Diagnostic, Severity
from epfilter.linter import lint_located
from epfilter.parser import parse_located
from epfilter.printer import print_operands, unparse
from epfilter.snippets import make_printable

_MAX_FINDINGS = 20
"""The most findings on the page."""

_RESOURCE = "orders"
_Node = Comparison | Membership | IsNull | And | Or


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic on the page.

    `text` is the message, the line and the carets below it. `fix` is the title of the fix and the
    whole text after it, or None.
    """

    severity: Severity
    text: str
    fix: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree on the page: AND or OR with children, or a call with operands."""

    operator: str
    operands: tuple[str, ...] = ()
    children: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """The preview of a text: its findings, and if it is a filter, its meaning.

    `accepted` is True if the service accepts it. An empty text selects every order.

    >>> preview = preview_filter("eq(payment, paid)")
    >>> preview.words, preview.canonical, preview.accepted
    ('orders whose payment is paid', 'eq(payment,paid)', True)
    """

    text: str
    findings: tuple[Finding, ...] = ()
    more: int = 0
    """The number of findings that are not shown."""

    accepted: bool = True
    canonical: str | None = None
    words: str | None = None
    tree: Branch | None = None


def preview_filter(text: str) -> Preview:
    """Return the preview of a text; blank text is not an error, and selects every order.

    >>> [finding.text.splitlines()[0] for finding in preview_filter("eq(paymet,paid)").findings]
    ['1:4 EPF201 `orders` has no field `paymet`.']
    """
    text = text.strip()
    if not text:
        return Preview(text)
    located = parse_located(text)
    diagnostics = lint_located(text, located, _RESOURCE)
    accepted = all(each.severity is not Severity.ERROR for each in diagnostics)
    findings = tuple(_make_finding(each, text) for each in diagnostics[:_MAX_FINDINGS])
    more = max(0, len(diagnostics) - _MAX_FINDINGS)
    f = located.node
    if f is None or located.diagnostics:
        return Preview(text, findings, more, accepted=False)
    return Preview(text, findings, more, accepted, unparse(f), in_words(f, _RESOURCE), _branch(f))


def _make_finding(diagnostic: Diagnostic, text: str) -> Finding:
    fix = diagnostic.fix
    shown_fix = None if fix is None else (fix.title, fix.apply(text))
    return Finding(diagnostic.severity, diagnostic.draw(text), shown_fix)


def _branch(f: Filter) -> Branch:
    node = cast("_Node", f)
    if isinstance(node, And | Or):
        return Branch(node.op.value, children=tuple(_branches(node)))
    return Branch(node.op.value, tuple(make_printable(operand) for operand in print_operands(node)))


def _branches(node: And | Or) -> Iterator[Branch]:
    return (_branch(term) for term in node.terms)
