"""Completion: what can stand at an offset, each with the edit that it makes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from epfilter.arguments import describe_type
from epfilter.editing.candidates import Candidate, Kind, list_candidates
from epfilter.editing.places import find_place, read_text
from epfilter.errors import Edit, FilterTypeError, Span, apply_edits
from epfilter.parser import parse_located
from epfilter.resources import Resource, resource_of
from epfilter.suggestions import nearest_names

_MAX_NEAREST = 3
_MIN_NEAREST = 3
"""A shorter text resembles too many names."""


class Completion(NamedTuple):
    """A name or snippet to insert, with the edit that inserts it.

    `selection` is the part of the new text to select, an empty span for the place of the cursor.
    `detail` is the type and the operators of a field, or the operands of an operator; `note` is
    what else is known about it.

    >>> from epfilter.editing import complete
    >>> complete("eq(pay", 6, "orders")[0]  # doctest: +NORMALIZE_WHITESPACE
    Completion(label='payment', kind='field',
               edit=Edit(span=Span(start=3, end=6), text='payment,'),
               selection=Span(start=11, end=11), detail='enum: eq', note='', deprecated=False)
    """

    label: str
    kind: Kind
    edit: Edit
    selection: Span
    detail: str = ""
    note: str = ""
    deprecated: bool = False


def complete(
    text: str, offset: int, resource: Resource | str | None = None, *, today: date | None = None
) -> list[Completion]:
    """Return what can stand at an offset of a text, the best match first.

    What stands between the beginning of a name and the offset is matched anywhere in the names;
    names that begin with it come first. If no name contains it, the nearest names follow. An edit
    replaces the whole name, and never adds a syntax error.

    With a resource, fields are offered with the operator of their call, operators with the field of
    their call, the values of enums, booleans and dates, and whole calls. Dates are those around
    `today`, by default the current day in UTC. Without a resource, only operators are offered.

    Raises FilterTypeError for an argument of the wrong type, FilterValueError for an offset outside
    of the text, and ResourceError for the name of an unknown resource.

    >>> [item.label for item in complete("eq(payment,paid", 15, "orders")]
    ['paid', 'partially_paid', 'unpaid']
    >>> item = complete("gt(total,5):lik", 15)[0]
    >>> item.edit, item.detail
    (Edit(span=Span(start=12, end=15), text='like()'), 'like(field,pattern)')
    """
    located, offset = read_text(text, offset)
    resolved = resource_of(resource, hint='as in complete(text, offset, "orders")')
    if today is None:
        today = datetime.now(UTC).date()
    elif not isinstance(today, date) or isinstance(today, datetime):
        raise FilterTypeError(f"`today` must be a date, not {describe_type(today)}.")
    place = find_place(text, located, offset)
    candidates = list(list_candidates(text, place, resolved, today))
    matching = _match(candidates, place.typed.strip(" \"'"))
    allowed: dict[str, bool] = {}
    most = len(located.diagnostics)
    completions: list[Completion] = []
    for candidate in matching:
        edit = Edit(place.span, candidate.text)
        if candidate.shape not in allowed:
            errors = parse_located(apply_edits(text, (edit,))).diagnostics
            allowed[candidate.shape] = len(errors) <= most
        if allowed[candidate.shape]:
            at = edit.span.start
            selection = Span(at + candidate.selection.start, at + candidate.selection.end)
            completions.append(
                Completion(
                    candidate.label,
                    candidate.kind,
                    edit,
                    selection,
                    candidate.detail,
                    candidate.note,
                    candidate.deprecated,
                )
            )
    return completions


def _match(candidates: list[Candidate], typed: str) -> list[Candidate]:
    """Return the candidates that contain what was typed, or else those that resemble it."""
    if not typed:
        return candidates
    lower = typed.lower()
    ranked = [
        (rank, position)
        for position, candidate in enumerate(candidates)
        if (rank := _rank(candidate, lower)) is not None
    ]
    if ranked:
        return [candidates[position] for _, position in sorted(ranked)]
    if len(typed) < _MIN_NEAREST:
        return []
    by_name = {one.keywords: one for one in candidates} | {one.label: one for one in candidates}
    nearest = [by_name[name] for name in nearest_names(typed, by_name, _MAX_NEAREST)]
    return list(dict.fromkeys(nearest))


def _rank(candidate: Candidate, typed: str) -> int | None:
    """Return how well a candidate matches: the lowest is the best, and None is no match.

    A whole call is below the names, and a deprecated field below all others.
    """
    name = candidate.label.lower()
    at = name.find(typed)
    if at < 0:
        rank = 3 if typed in candidate.keywords else None
    else:
        rank = 0 if at == 0 else 2 if name[at - 1].isalnum() else 1
    if rank is None:
        return None
    return rank + 4 * (candidate.kind == "snippet") + 8 * candidate.deprecated
