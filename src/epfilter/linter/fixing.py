"""Applies fixes to a filter, in rounds until none is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Edit, apply_edits
from epfilter.linter.settings import Settings
from epfilter.parser import parse_located

if TYPE_CHECKING:
    from epfilter.resources import Resource

_ROUNDS = 100
"""Rounds after which a filter that still changes is left as it was."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A filter after its repair: the text, what was repaired, and what is still found.

    Where nothing was repaired, `text` is the text that was given.

    >>> result = fix("in(id,a,a)")
    >>> result.text, [one.code for one in result.repaired], [one.code for one in result.left]
    ('eq(id,a)', ['EPF404', 'EPF405'], [])
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
    """Apply the fixes of everything that `lint` finds.

    Only the safe ones, which leave the meaning as it is, unless `unsafe`. Fixes that overlap are
    applied one round after the other. The result is a filter: where mistakes of syntax are left
    that have no fix, the text stays as it is.

    Raises as `lint` does.

    >>> fix("eq(payment,paid):eq(payment,paid):gte(total,5)").text
    'eq(payment,paid):ge(total,5)'
    >>> fix("eq(payment").text
    'eq(payment'
    """
    from epfilter.linter.registry import engine
    from epfilter.resources import resource_of

    ready = engine(settings or Settings())
    against = resource_of(resource, hint='as in fix(text, "orders")')
    return repaired(text, lambda given: ready.run(given, against), lambda one: unsafe or _safe(one))


def _is_damaged(text: str) -> bool:
    return bool(parse_located(text).diagnostics)


def repaired(
    text: str,
    look: Callable[[str], Sequence[Diagnostic]],
    wanted: Callable[[Diagnostic], bool],
    damaged: Callable[[str], bool] = _is_damaged,
) -> Fixed:
    """Apply the fixes of those findings of `look` that are wanted; see `fix`.

    `damaged` says whether a text has mistakes of syntax, which `look` need not find.
    """
    first = found = tuple(look(text))
    done: list[Diagnostic] = []
    seen = {text}
    new = text
    for _ in range(_ROUNDS):
        chosen = _without_overlap([one for one in found if one.fix and wanted(one)])
        if not chosen:
            break
        new = apply_edits(new, (edit for one in chosen for edit in _edits(one)))
        if new in seen:
            return Fixed(text, (), first)
        seen.add(new)
        done += chosen
        found = tuple(look(new))
    else:
        return Fixed(text, (), first)
    if done and damaged(new):
        return Fixed(text, (), first)
    return Fixed(new, tuple(done), found)


def _safe(found: Diagnostic) -> bool:
    return found.fix is not None and found.fix.safe


def _edits(found: Diagnostic) -> tuple[Edit, ...]:
    return found.fix.edits if found.fix else ()


def _without_overlap(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Those whose edits lie apart, the first of the text before the others."""
    chosen: list[Diagnostic] = []
    reached = -1
    for one in sorted(found, key=lambda one: min(edit.span for edit in _edits(one))):
        start = min(edit.span.start for edit in _edits(one))
        if start > reached:
            chosen.append(one)
            reached = max(edit.span.end for edit in _edits(one))
    return chosen
