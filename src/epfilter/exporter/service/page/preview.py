"""The preview of a filter on the page while it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, cast

from epfilter.ast import And, Comparison, Filter, IsNull, Membership, Or
from epfilter.english import in_words
from epfilter.errors import Diagnostic, Severity, Span
from epfilter.linter import lint_located
from epfilter.parser import parse_located
from epfilter.printer import print_operands, unparse
from epfilter.snippets import format_position, make_printable

MAX_EXPLAINED = 4_000
"""The most characters of a filter that the page explains; of a longer one it checks the syntax.

Rules, English and tree of 64 kB take seconds, again with every key.
"""

_MAX_FINDINGS = 20
"""The most findings on the page."""

_CONTEXT = 40
"""The most characters before and after the marked part of a finding."""

_RESOURCE = "orders"
_Node = Comparison | Membership | IsNull | And | Or


class Excerpt(NamedTuple):
    """The part of a line around a finding; `marked` is empty where something is missing."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic on the page.

    `place` is its line and column, or empty in a filter of one line. `fix` is the title of the fix
    and the whole text after it, or None.
    """

    code: str
    severity: Severity
    message: str
    hint: str | None
    place: str
    excerpt: Excerpt
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

    `accepted` is True if the service accepts it; if `is_long`, only its syntax is checked. An empty
    text selects every order.

    >>> preview = preview_filter("eq(payment, paid)")
    >>> preview.words, preview.canonical, preview.accepted
    ('orders whose payment is paid', 'eq(payment,paid)', True)
    """

    text: str
    findings: tuple[Finding, ...] = ()
    more: int = 0
    """The number of findings that are not shown."""

    accepted: bool = True
    is_long: bool = False
    canonical: str | None = None
    words: str | None = None
    tree: Branch | None = None


def preview_filter(text: str) -> Preview:
    """Return the preview of a text; blank text is not an error, and selects every order.

    >>> finding, = preview_filter("eq(paymet,paid)").findings
    >>> finding.message, finding.excerpt
    ('`orders` has no field `paymet`.', Excerpt(before='eq(', marked='paymet', after=',paid)'))
    """
    text = text.strip()
    if not text:
        return Preview(text)
    located = parse_located(text)
    f = located.node
    is_long = len(text) > MAX_EXPLAINED
    diagnostics = located.diagnostics if is_long else lint_located(text, located, _RESOURCE)
    findings = tuple(_make_finding(each, text) for each in diagnostics[:_MAX_FINDINGS])
    more = max(0, len(diagnostics) - _MAX_FINDINGS)
    if f is None or located.diagnostics:
        return Preview(text, findings, more, accepted=False, is_long=is_long)
    if is_long:
        return Preview(text, is_long=True)
    accepted = all(each.severity is not Severity.ERROR for each in diagnostics)
    words = in_words(f, _RESOURCE)
    return Preview(
        text, findings, more, accepted, canonical=unparse(f), words=words, tree=_branch(f)
    )


def _make_finding(diagnostic: Diagnostic, text: str) -> Finding:
    # A button holds the whole text, so a long one has no buttons.
    fix = diagnostic.fix if len(text) <= MAX_EXPLAINED else None
    return Finding(
        code=diagnostic.code,
        severity=diagnostic.severity,
        message=diagnostic.message,
        hint=diagnostic.hint,
        place=format_position(text, diagnostic.span.start) if "\n" in text else "",
        excerpt=_cut_excerpt(text, diagnostic.span),
        fix=None if fix is None else (fix.title, fix.apply(text)),
    )


def _cut_excerpt(text: str, span: Span) -> Excerpt:
    """Return the line around a span, which ends with the line."""
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.start)
    line_end = len(text) if line_end < 0 else line_end
    first = max(line_start, span.start - _CONTEXT)
    end = min(span.end, line_end)
    marked = make_printable(text[span.start : min(end, span.start + 2 * _CONTEXT)])
    last = min(line_end, end + _CONTEXT)
    return Excerpt(
        ("…" if first > line_start else "") + make_printable(text[first : span.start]),
        marked + ("…" if end > span.start + 2 * _CONTEXT else ""),
        make_printable(text[end:last]) + ("…" if last < line_end else ""),
    )


def _branch(f: Filter) -> Branch:
    node = cast("_Node", f)
    if isinstance(node, And | Or):
        return Branch(node.op.value, children=tuple(_branches(node)))
    return Branch(node.op.value, tuple(make_printable(operand) for operand in print_operands(node)))


def _branches(node: And | Or) -> Iterator[Branch]:
    return (_branch(term) for term in node.terms)
