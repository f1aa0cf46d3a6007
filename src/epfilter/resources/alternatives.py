"""The operator that a field has in place of one that it does not have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from epfilter.ast import Operator
from epfilter.errors import Edit
from epfilter.located import Operand
from epfilter.printer import print_operand
from epfilter.resources.declarations import Declaration


class Alternative(NamedTuple):
    """Another operator, the reason for it, and the changes of the values that it requires."""

    op: Operator
    reason: str
    edits: tuple[Edit, ...] = ()


_FOR_LISTS = {
    Operator.EQ: Operator.CONTAINS,
    Operator.IN: Operator.CONTAINS_ANY,
    Operator.LIKE: Operator.CONTAINS,
}
"""What compares one value, with what compares the elements of a list."""

_IGNORING_CASE = {Operator.LIKE: Operator.ILIKE, Operator.EQ: Operator.ILIKE}


def find_alternative(
    declared: Declaration[object], op: Operator, values: Sequence[Operand]
) -> Alternative | None:
    """Return the operator of the field that probably means what `op` was meant to mean."""
    supported = declared.operators
    is_list = declared.type.item is not None
    for_list = _FOR_LISTS.get(op)
    if is_list and for_list in supported:
        return Alternative(for_list, "the field is a list")
    if op is Operator.CONTAINS and not is_list:
        pattern = Operator.LIKE if Operator.LIKE in supported else Operator.ILIKE
        if pattern in supported:
            edits = tuple(
                Edit(value.span, print_operand(f"*{value.text.strip('*')}*")) for value in values
            )
            return Alternative(pattern, "the field is not a list", edits)
    if op is Operator.CONTAINS_ANY and not is_list and Operator.IN in supported:
        return Alternative(Operator.IN, "the field is not a list")
    ignoring_case = _IGNORING_CASE.get(op)
    if ignoring_case in supported and Operator.LIKE not in supported:
        return Alternative(ignoring_case, "`ilike` ignores case")
    if op is Operator.ILIKE and Operator.LIKE in supported:
        return Alternative(Operator.LIKE, "`like` does not ignore case")
    return None
