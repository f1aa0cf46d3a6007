"""The texts that diagnostics and exceptions of a resource share, one constructor each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from epfilter.ast import Operator
from epfilter.errors import ResourceError
from epfilter.resources.declarations import Declaration, Deprecation, ResourceInfo, SourceConflict
from epfilter.resources.field_types import Problem
from epfilter.snippets import format_count, shorten
from epfilter.suggestions import did_you_mean, list_names, nearest_name, suggest_name

_MAX_LISTED_FIELDS = 12
"""The fields that a hint lists; `epfilter resources NAME` lists all."""


def unknown_field(info: ResourceInfo, name: str) -> Problem:
    """Return the problem of a name that no field of the resource has."""
    names = [path for path in info.fields if "{" not in path]
    names += [alias for declared in info.fields.values() for alias in declared.aliases]
    message = f"`{info.name}` has no field `{shorten(name)}`."
    # A resource without an endpoint is not a listing of the platform.
    risk = "older endpoints ignore such a filter and return everything" if info.endpoints else ""
    nearest = nearest_name(name, names)
    if nearest:
        hint = f"{did_you_mean(nearest, written=name)} {risk.capitalize()}".rstrip()
        return Problem(message, hint, nearest)
    listed = list_names(info.fields, _MAX_LISTED_FIELDS)
    hints = [f"its fields are {listed}" if listed else "", risk]
    return Problem(message, "; ".join(filter(None, hints)) or "it has no fields")


def disputed_field(info: ResourceInfo, name: str, conflicts: Sequence[SourceConflict]) -> Problem:
    """Return the problem of a field that only some public sources list."""
    return Problem(
        f"public sources disagree whether `{info.name}` has a field `{shorten(name)}`.",
        f"{_join_sources(conflicts)} Older endpoints ignore a filter on an unknown field and "
        "return everything: try it before you rely on it",
    )


def disputed_operator(name: str, op: Operator, conflicts: Sequence[SourceConflict]) -> Problem:
    """Return the problem of an operator that only some public sources list for a field."""
    return Problem(
        f"public sources disagree whether the field `{name}` has the operator `{op}`.",
        f"{_join_sources(conflicts)} Try it before you rely on it",
    )


def deprecated(subject: str, deprecation: Deprecation) -> Problem:
    """Return the problem of a deprecated field, or of a listing that is deprecated as a whole."""
    since = f" since {deprecation.since}" if deprecation.since else ""
    instead = deprecation.instead
    hint = f"use `{instead}`" if instead else "the platform may remove it"
    return Problem(f"the {subject} is deprecated{since}.", hint)


def unsupported_operator(name: str, declared: Declaration[Any], op: Operator | str) -> Problem:
    """Return the problem of an operator that the field `name` does not have."""
    supported = ", ".join(f"`{each}`" for each in declared.operators)
    return Problem(
        f"the field `{name}` has no operator `{op}`.",
        f"it has {supported}" if supported else "it cannot be filtered on",
    )


def invalid_value(name: str, problem: Problem) -> Problem:
    """Return the problem of a value of the field `name`, with the name in the message."""
    return Problem(f"`{name}`: {problem.message}", problem.hint, problem.nearest)


def missing_fields(resource: str, missing: Sequence[str]) -> Problem:
    """Return the problem of a filter without the fields that the resource requires."""
    return Problem(
        f"`{resource}` requires a filter on {_in_backticks(missing)}.",
        "the platform rejects requests without it",
    )


def field_not_allowed(resource: str, required: Sequence[str]) -> Problem:
    """Return the problem of a field beside the only ones that the resource accepts."""
    return Problem(
        f"`{resource}` accepts no fields except {_in_backticks(required)}.",
        "remove this comparison",
    )


def too_many_calls(count: int, limit: int) -> Problem:
    """Return the problem of a filter with more calls than allowed."""
    plural = "s" * (count != 1)
    return Problem(f"the filter has {count} call{plural}; the limit is {limit}.")


def too_many_alternatives(complexity: int, limit: int) -> Problem:
    """Return the problem of a filter that expands to more OR alternatives than allowed."""
    return Problem(
        f"the filter expands to {format_count(complexity)} OR alternatives; {limit} are allowed.",
        "a call counts 1, AND multiplies, OR adds: split the filter",
    )


def name_hint(name: str, known: Iterable[str]) -> str | None:
    """Return the hint for an unknown name: the nearest known one, or all; None if none is known."""
    known = [*known]
    return suggest_name(name, known, f"there are {list_names(known)}") if known else None


def error(problem: Problem) -> ResourceError:
    """Return a problem as the exception to raise."""
    return ResourceError(problem.message, hint=problem.hint)


def _join_sources(conflicts: Sequence[SourceConflict]) -> str:
    """Return what each source states, as sentences."""
    return " ".join(f"{conflict.text.rstrip('.')}." for conflict in conflicts)


def _in_backticks(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)
