"""The names of operators: those of the language, and what names of other languages mean."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import normalize

from epfilter.ast import CALL_OPERATORS_BY_NAME, MEMBERSHIPS, Operator
from epfilter.suggestions import did_you_mean, find_look_alike, list_names, nearest_name

_MAX_NAME = 40
"""The number of characters of a name that suggestions use."""

_SYNONYMS = {
    "gte": Operator.GE,
    "lte": Operator.LE,
    "isnull": Operator.IS_NULL,
    "null": Operator.IS_NULL,
    "equals": Operator.EQ,
    "equal": Operator.EQ,
    "equalto": Operator.EQ,
    "greaterthan": Operator.GT,
    "greaterthanorequal": Operator.GE,
    "greaterthanorequalto": Operator.GE,
    "lessthan": Operator.LT,
    "lessthanorequal": Operator.LE,
    "lessthanorequalto": Operator.LE,
    "containsany": Operator.CONTAINS_ANY,
    "containsall": Operator.CONTAINS_ALL,
}
"""Names of operators in other languages, with the same meaning."""

_LIKELY_SYNONYMS = {
    "greater": Operator.GT,
    "less": Operator.LT,
    "has": Operator.CONTAINS,
    "include": Operator.CONTAINS,
    "includes": Operator.CONTAINS,
    "hassubstring": Operator.LIKE,
    "substring": Operator.LIKE,
    "is": Operator.EQ,
    "match": Operator.LIKE,
    "matches": Operator.LIKE,
    "regex": Operator.LIKE,
    "search": Operator.TEXT,
}
"""Other names, with the operator that they probably mean."""

_PART_SYNONYMS = frozenset({"has", "include", "includes", "hassubstring", "substring"})
"""Names for a part of a text or for an element of a list, which have different operators here."""

_NO_NEGATION = "the language has no NOT: list the other values with `in`, or use `gt` and `lt`"
_UNSUPPORTED = {
    "ne": _NO_NEGATION,
    "neq": _NO_NEGATION,
    "not": _NO_NEGATION,
    "!": _NO_NEGATION,
    "nin": _NO_NEGATION,
    "notin": _NO_NEGATION,
    "notnull": _NO_NEGATION,
    "isnotnull": _NO_NEGATION,
    "and": "join calls with `:`, as in `gt(a,1):lt(a,5)`",
    "or": "join calls with `|`, as in `eq(a,1)|eq(a,2)`",
    "between": "write two comparisons, as in `ge(a,1):le(a,5)`",
    "startswith": "write `like` with `*` at the end, as in `like(a,text*)`",
    "endswith": "write `like` with `*` at the beginning, as in `like(a,*text)`",
    "exists": "the language can only select missing values, with `is_null(a)`",
}
"""Names of operators that the language does not have, with a hint."""


def get_alternative_hint(name: str) -> str | None:
    """Return the hint for an operator that the language does not have, or None."""
    return _UNSUPPORTED.get(name.lower())


def get_operand_limits(op: Operator) -> tuple[int, int | None]:
    """Return the least and the most operands of an operator; None for no limit."""
    if op is Operator.IS_NULL:
        return 1, 1
    return (2, None) if op in MEMBERSHIPS else (2, 2)


def suggest_operator(name: str) -> Operator | None:
    """Return the operator that `name` probably means, or None."""
    return explain_name(name)[0]


def explain_name(name: str) -> tuple[Operator | None, str, bool]:
    """Return the operator that `name` probably means, the hint, and whether it is certain."""
    return _explain_name(name[:_MAX_NAME])


def is_operator(name: str) -> bool:
    """Return whether the name is an operator, in any case or by a name of another language."""
    return explain_name(name)[2] or name.lower() in _UNSUPPORTED


def means_part(name: str) -> bool:
    """Return whether an unknown operator may find a part of a text."""
    return name.lower().replace("_", "").replace("-", "") in _PART_SYNONYMS


@lru_cache(maxsize=256)
def _explain_name(name: str) -> tuple[Operator | None, str, bool]:
    normalized = normalize("NFKC", name)
    look_alike = find_look_alike(normalized)
    reason = ""
    if look_alike:
        normalized, reason = look_alike.corrected, f"{look_alike}; "
    normalized = normalized.lower()
    key = normalized.replace("_", "").replace("-", "")
    if key in _UNSUPPORTED:
        return None, reason + _UNSUPPORTED[key], False
    synonym = CALL_OPERATORS_BY_NAME.get(normalized) or _SYNONYMS.get(key)
    if synonym:
        return synonym, f"{reason}write `{synonym}`", True
    likely = _LIKELY_SYNONYMS.get(key)
    if likely is None:
        nearest = nearest_name(normalized, CALL_OPERATORS_BY_NAME)
        likely = CALL_OPERATORS_BY_NAME[nearest] if nearest else None
    if likely:
        return likely, reason + did_you_mean(likely), False
    return None, f"the operators are {list_names(CALL_OPERATORS_BY_NAME)}", False
