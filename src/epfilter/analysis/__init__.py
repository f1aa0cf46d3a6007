"""Relations between filters, and rewriting that keeps what a filter selects.

`implies`, `disjoint`, `equivalent` and `never_matches` compare what filters match, `simplify`
removes what changes nothing, and `normalize` gives filters that differ in form only one form. The
other names are for code that inspects a filter, such as the rules of the linter.
"""

from __future__ import annotations

from epfilter.analysis.conditions import (
    Condition,
    Group,
    add_to_parent,
    analyze_filter,
    set_equality_keys,
)
from epfilter.analysis.contradictions import (
    Contradiction,
    find_contradictions,
    find_tautology,
    is_impossible,
)
from epfilter.analysis.differences import Difference, subtract
from epfilter.analysis.normalization import normalize
from epfilter.analysis.redundancy import (
    are_contradictory,
    find_dead_terms,
    find_mergeable_call,
    find_redundant_parts,
    find_repeated_parts,
)
from epfilter.analysis.relations import disjoint, equivalent, implies, never_matches
from epfilter.analysis.simplification import simplify
from epfilter.analysis.value_sets import get_reader

__all__ = [
    "Condition",
    "Contradiction",
    "Difference",
    "Group",
    "add_to_parent",
    "analyze_filter",
    "are_contradictory",
    "disjoint",
    "equivalent",
    "find_contradictions",
    "find_dead_terms",
    "find_mergeable_call",
    "find_redundant_parts",
    "find_repeated_parts",
    "find_tautology",
    "get_reader",
    "implies",
    "is_impossible",
    "never_matches",
    "normalize",
    "set_equality_keys",
    "simplify",
    "subtract",
]
