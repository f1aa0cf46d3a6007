"""Actions at an offset: the fixes of the linter, rewritings, and directives that ignore a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from epfilter.ast import And, Comparison, Membership, Operator
from epfilter.editing.places import read_text, require_offset
from epfilter.errors import Diagnostic, Edit, Span, find_change
from epfilter.linter import Settings, fix, get_rule, lint_located
from epfilter.located import Located
from epfilter.printer import print_operand
from epfilter.resources import Resource, resource_of, resource_schema

_MERGED = (Operator.EQ, Operator.IN)


class Action(NamedTuple):
    """A change that a user can choose, with its edits.

    A `fix` corrects the finding of `code`, and `safe` is that of the fix. `fix all` applies all
    safe fixes of the text. A `rewrite` keeps the meaning. An `ignore` has no edits: write its
    `directive` in a comment of the file at the filter, and the linter ignores the rule there.

    >>> from epfilter.editing import actions
    >>> for action in actions("in(id,a)", 1):
    ...     print(action.kind, action.title, action.directive)
    fix write `eq` None
    ignore ignore EPF405 here: `in` with one value epfilter: ignore[EPF405]
    """

    title: str
    kind: Literal["fix", "fix all", "rewrite", "ignore"]
    edits: tuple[Edit, ...] = ()
    code: str | None = None
    safe: bool = True
    directive: str | None = None


def actions(
    text: str,
    offset: int,
    resource: Resource | str | None = None,
    *,
    end: int | None = None,
    settings: Settings | None = None,
) -> list[Action]:
    """Return the changes for what stands at an offset, or from the offset to `end`.

    Fixes come first, the safe ones before the others; then rewritings, a fix of all findings, and
    a directive for each rule with a finding there. A fix applies also within what it changes, so
    that a call of `eq` with a bare date can become the range of the day wherever the cursor is.

    Raises the errors of `lint`, FilterTypeError for an offset that is not an int, and
    FilterValueError for one outside of the text.

    >>> [action.title for action in actions("eq(id,a)|eq(id,b)", 8)]
    ['write as `in`']
    >>> [action.title for action in actions("eq(created_at,2018-09-01)", 1, "orders")]
    ['match the whole day', 'ignore EPF406 here: `eq` on a timestamp with a bare date']
    """
    located, start = read_text(text, offset)
    selected = Span(start, start if end is None else max(start, require_offset(text, end, "end")))
    resolved = resource_of(resource, hint='as in actions(text, offset, "orders")')
    findings = lint_located(text, located, resolved, settings=settings)
    here = [finding for finding in findings if _concerns(finding, selected)]
    fixes = dict.fromkeys(_to_fix(finding) for finding in here if finding.fix)
    found = sorted(fixes, key=lambda action: not action.safe)
    found += _list_rewritings(located, selected, resolved)
    if sum(finding.fix is not None and finding.fix.safe for finding in findings) > 1:
        found += _fix_all(text, resolved, settings)
    for code in dict.fromkeys(finding.code for finding in here):
        title = f"ignore {code} here: {get_rule(code).title}"
        found.append(Action(title, "ignore", code=code, directive=f"epfilter: ignore[{code}]"))
    return found


def _concerns(finding: Diagnostic, selected: Span) -> bool:
    """Return whether a finding, or what its fix changes, touches the selected part."""
    spans = [finding.span, *(edit.span for edit in (finding.fix.edits if finding.fix else ()))]
    start = min(span.start for span in spans)
    return start <= selected.end and selected.start <= max(span.end for span in spans)


def _to_fix(finding: Diagnostic) -> Action:
    assert finding.fix is not None  # noqa: S101 - only findings with a fix are passed
    return Action(finding.fix.title, "fix", finding.fix.edits, finding.code, finding.fix.safe)


def _fix_all(text: str, resource: Resource | None, settings: Settings | None) -> Iterator[Action]:
    fixed = fix(text, resource, settings=settings)
    if fixed.text != text:
        title = f"apply all {len(fixed.repaired)} safe fixes"
        yield Action(title, "fix all", (find_change(text, fixed.text),))


def _list_rewritings(
    located: Located, selected: Span, resource: Resource | None
) -> Iterator[Action]:
    """Yield `in` for the alternatives of each group around the selected part."""
    pending = [located]
    while pending:
        group = pending.pop()
        if group.span.start <= selected.start and selected.end <= group.span.end:
            pending += group.children
            edits = _merge_alternatives(group, resource)
            if edits:
                yield Action("write as `in`", "rewrite", edits)


def _merge_alternatives(group: Located, resource: Resource | None) -> tuple[Edit, ...]:
    """Return the edits that write comparisons of one field as one `in`; none if there are none."""
    if group.node is None or isinstance(group.node, And):
        return ()
    calls: dict[str, list[Located]] = {}
    for child in group.children:
        node = child.node
        if isinstance(node, (Comparison, Membership)) and node.op in _MERGED:
            path = _find_path(node.field, resource)
            if path is not None:
                calls.setdefault(path, []).append(child)
    # Each term after the first, with the connective before it.
    connected = {
        term.span: Span(before.span.end, term.span.end) for before, term in pairwise(group.children)
    }
    edits: list[Edit] = []
    for same in calls.values():
        if len(same) == len(group.children):
            return (Edit(group.span, _write_as_in(same)),)
        if len(same) > 1:
            edits.append(Edit(same[0].span, _write_as_in(same)))
            edits += [Edit(connected[call.span], "") for call in same[1:]]
    return tuple(edits)


def _find_path(field: str, resource: Resource | None) -> str | None:
    """Return the path of a field that has `in`; without a resource, every field may have it."""
    if resource is None:
        return field
    found = resource_schema(resource).find(field)
    return found.path if found and Operator.IN in found.declared.operators else None


def _write_as_in(calls: Sequence[Located]) -> str:
    """Return the `in` with the field of the first call, and the values of all."""
    field = calls[0].operands[0].raw.rstrip()
    values = dict.fromkeys(
        print_operand(value.text) for call in calls for value in call.operands[1:]
    )
    return f"in({field},{','.join(values)})"
