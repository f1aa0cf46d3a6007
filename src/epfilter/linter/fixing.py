"""Fixes: `fix` applies them to a filter, in rounds until none is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Edit, apply_edits
from epfilter.linter.engine import get_engine
from epfilter.linter.settings import require_settings
from epfilter.parser import parse_located
from epfilter.resources import resource_of

if TYPE_CHECKING:
    from epfilter.linter.settings import Settings
    from epfilter.resources import Resource

_MAX_ROUNDS = 100
"""A filter that still changes after so many rounds is left unchanged."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The result of `fix`: the new text, the findings that were fixed, and those that are left.

    If nothing was fixed, `text` is the original text.

    >>> result = fix("in(id,a,a)")
    >>> result.text, [finding.code for finding in result.repaired], result.left
    ('eq(id,a)', ['EPF404', 'EPF405'], ())
    """

    text: str
    repaired: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]


def fix(
    text: str,
    resource: Resource | str | None = None,
    *,
    settings: Settings | None = None,
    unsafe: bool = False,
) -> Fixed:
    """Apply the fixes of all findings of `lint`.

    By default only safe fixes are applied, which keep the meaning of the filter; with `unsafe`
    all are. Fixes that overlap are applied one after the other. The result is a valid filter: if
    a syntax error is left, the text is not changed.

    Raises the same errors as `lint`.

    >>> fix("eq(payment,paid):eq(payment,paid):gte(total,5)").text
    'eq(payment,paid):ge(total,5)'
    >>> fix("eq(payment").text
    'eq(payment'
    """
    engine = get_engine(require_settings(settings))
    resolved = resource_of(resource, hint='as in fix(text, "orders")')
    return apply_fixes(
        text,
        lambda current: engine.run(current, resolved),
        lambda finding: finding.fix is not None and (unsafe or finding.fix.safe),
        lambda current: bool(parse_located(current).diagnostics),
    )


def apply_fixes(
    text: str,
    check: Callable[[str], Sequence[Diagnostic]],
    should_fix: Callable[[Diagnostic], bool],
    has_errors: Callable[[str], bool],
) -> Fixed:
    """Apply fixes until `check` reports none that `should_fix` accepts.

    The text stays as it is if fixes lead back to an earlier text, if they do not come to an end,
    and if the result has syntax errors according to `has_errors`; `check` may ignore those.
    """
    findings = tuple(check(text))
    unchanged = Fixed(text, (), findings)
    repaired: list[Diagnostic] = []
    seen = {text}
    new_text = text
    for _ in range(_MAX_ROUNDS):
        chosen = _drop_overlaps([item for item in findings if item.fix and should_fix(item)])
        if not chosen:
            break
        new_text = apply_edits(new_text, (edit for item in chosen for edit in _get_edits(item)))
        if new_text in seen:
            return unchanged
        seen.add(new_text)
        repaired += chosen
        findings = tuple(check(new_text))
    else:
        return unchanged
    if repaired and has_errors(new_text):
        return unchanged
    return Fixed(new_text, tuple(repaired), findings)


def _get_edits(finding: Diagnostic) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix else ()


def _drop_overlaps(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return findings whose edits do not overlap; of two that overlap, the first in the text."""
    chosen: list[Diagnostic] = []
    end = -1
    for finding in sorted(findings, key=lambda item: min(edit.span for edit in _get_edits(item))):
        start = min(edit.span.start for edit in _get_edits(finding))
        if start > end:
            chosen.append(finding)
            end = max(edit.span.end for edit in _get_edits(finding))
    return chosen
