"""Conditions of the caller's own, for the calls of one operator and field.

Every target that runs a filter takes `override`, a mapping of operator and field to a function. The
function receives the bound call, which has `op`, `field`, `path` and `values`, and returns a
condition of the target: for example an expression of SQLAlchemy, or a query of MongoDB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from epfilter.arguments import describe_type
from epfilter.ast import CALL_OPERATORS, Operator
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.resources import BoundCall, BoundFilter, bound_calls, resource_of, resource_schema
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name

if TYPE_CHECKING:
    from epfilter.resources import Resource

Override = Mapping[tuple[str, str], Callable[[BoundCall], Any]]
"""The option of a target: operator and field → the function that builds the condition."""


class Overrides:
    """The functions of the caller, by operator and declared field.

    >>> overrides = Overrides({("eq", "customer.email"): lambda call: call.path}, "orders")
    >>> [overrides.has(each) for each in bound_calls(resource_of("orders").bind("eq(email,a)"))]
    [True]
    """

    def __init__(self, override: Override | None, resource: Resource | str | None) -> None:
        if override is not None and not isinstance(override, Mapping):
            raise FilterTypeError(
                f"`override` is a mapping, not {describe_type(override)}.",
                hint='as in {("eq", "email"): match_email}',
            )
        self._functions: dict[tuple[Operator, str], Callable[[BoundCall], Any]] = {}
        for key, function in (override or {}).items():
            if not callable(function):
                raise FilterTypeError(
                    f"`override` maps to functions, not to {describe_type(function)}.",
                    hint="a function of one argument, the call",
                )
            op, field = _read_key(key)
            self._functions[op, _declared_name(field, resource)] = function

    def __bool__(self) -> bool:
        return bool(self._functions)

    def has(self, call: BoundCall) -> bool:
        """Return whether the caller has a function for a call."""
        return (call.op, call.field) in self._functions

    def has_key(self, op: Operator, field: str) -> bool:
        """Return whether the caller has a function for an operator and a declared field."""
        return (op, field) in self._functions

    def has_any(self, tree: BoundFilter) -> bool:
        """Return whether the caller has a function for any call of a tree."""
        return bool(self) and any(map(self.has, bound_calls(tree)))

    def build(self, call: BoundCall, noun: str, is_valid: Callable[[Any], bool]) -> Any:
        """Return the caller's condition of a call.

        Raises FilterTypeError if it is not valid; `noun` names what it must be.
        """
        condition = self._functions[call.op, call.field](call)
        if not is_valid(condition):
            raise FilterTypeError(
                f"`override`: the function for `{call.op}` on `{shorten(call.field)}` returns "
                f"{describe_type(condition)}.",
                hint=f"it returns {noun}",
            )
        return condition


NO_OVERRIDES = Overrides(None, None)


def _read_key(key: object) -> tuple[Operator, str]:
    if not (
        isinstance(key, tuple) and len(key) == 2 and all(isinstance(each, str) for each in key)
    ):
        raise FilterTypeError(
            "a key of override is an operator and the name of a field.",
            hint='as in {("eq", "email"): match_email}',
        )
    name, field = key
    if name not in CALL_OPERATORS:
        hint = suggest_name(name, CALL_OPERATORS, f"the operators are {list_names(CALL_OPERATORS)}")
        raise FilterValueError(f"override: there is no operator `{shorten(name)}`.", hint=hint)
    return Operator(name), field


def _declared_name(field: str, resource: Resource | str | None) -> str:
    """Return the declared name of a field. Raises ResourceError for an unknown one."""
    declared = resource_of(resource)
    if declared is None or field in resource_schema(declared).info.fields:
        return field
    name = resource_schema(declared).get(field).declared_name
    if "{" in name:
        raise FilterValueError(
            f"`override`: `{shorten(field)}` is one of the fields `{name}`.",
            hint=f"write `{name}`; the function receives the path of each",
        )
    return name
