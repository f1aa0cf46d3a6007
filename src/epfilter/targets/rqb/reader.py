"""A query of the builder as a filter: what its users can make is translated or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from epfilter.arguments import describe_type
from epfilter.ast import (
    MEMBERSHIPS,
    And,
    Filter,
    Operator,
    Or,
    construct_call,
    construct_group,
)
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.limits import MAX_DEPTH
from epfilter.snippets import shorten
from epfilter.suggestions import list_names, suggest_name
from epfilter.targets.json_trees import (
    decode_utf8,
    depth_error,
    json_type,
    load_tree,
    read_list,
    require_encodable,
    require_members,
    tree_error,
)
from epfilter.targets.rqb.operators import (
    NEGATIONS,
    OPERATORS,
    PATTERNS,
    PLACEHOLDER,
    RANGES,
    join_pattern,
)
from epfilter.values import to_text

_COMMON = ("id", "path", "disabled", "muted", "combinatorPreceding")
_GROUP_MEMBERS = ("combinator", "rules", "not", *_COMMON)
_RULE_MEMBERS = ("field", "operator", "value", "valueSource", "match", *_COMMON)
_GROUPS: dict[str, type[And | Or]] = {"and": And, "or": Or}
_COMMA = re.compile(r"(?<!\\),")
_EXAMPLE = '{"combinator":"and","rules":[{"field":"status","operator":"=","value":"paid"}]}'
_NO_NOT = "the filter language has no NOT"


def from_rqb(data: str | bytes | Mapping[str, Any]) -> Filter:
    r"""Return the filter of a query of react-querybuilder, with the same nesting.

    `data` is the query itself or its JSON text (as bytes in UTF-8), with or without independent
    combinators. A group of one rule is that rule. `between` becomes `ge` and `le`, `notBetween`
    becomes `lt` or `gt`. A list is an array, or a text with commas, where `\,` is a comma of a
    value. As in the builder's own exports, locked rules count, and muted ones do not.

    Raises FilterValueError, with the path of the rule, for what is not a query, and for what the
    filter language cannot express: `not`, operators such as `!=` and `notNull`, `xor`, a
    comparison with another field, a condition on the elements of a list (`match`), and a query
    that matches everything. Raises FilterTypeError for data of another type.

    >>> print(from_rqb({"combinator": "and", "rules": [
    ...     {"field": "total", "operator": "between", "value": [5, 9]},
    ...     {"field": "status", "operator": "in", "value": "paid, complete"},
    ... ]}))
    ge(total,5):le(total,9):in(status,paid,complete)
    >>> from_rqb({"combinator": "or", "not": True, "rules": []})
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: not: the filter language has no NOT. Hint: ...
    """
    if isinstance(data, (str, bytes)):
        data = load_tree(decode_utf8(data), f"a query looks like {_EXAMPLE}")
    elif not isinstance(data, Mapping):
        raise FilterTypeError(
            f"a query of the builder is a str, bytes or a mapping, not {describe_type(data)}."
        )
    f = _read_node(data, "", 0)
    if f is None:
        raise tree_error("", "all rules are muted: the query would match everything.")
    return f


def _read_node(data: Any, path: str, level: int) -> Filter | None:
    """Return the filter of a rule or a group; None if it is muted."""
    if not isinstance(data, Mapping):
        raise tree_error(
            path, f"a rule or group is a JSON object, not {json_type(data)}.", f"as in {_EXAMPLE}"
        )
    is_group = "rules" in data
    known, noun = (_GROUP_MEMBERS, "a group") if is_group else (_RULE_MEMBERS, "a rule")
    require_members(data, known, noun, path)
    _read_flag(data, "disabled", path)
    if _read_flag(data, "muted", path):
        return None
    return _read_group(data, path, level) if is_group else _read_rule(data, path)


def _read_flag(data: Mapping[str, Any], member: str, path: str) -> bool:
    value = data.get(member)
    if value is not None and not isinstance(value, bool):
        raise tree_error(f"{path}{member}.", f"{member} is true or false, not {json_type(value)}.")
    return bool(value)


def _read_group(data: Mapping[str, Any], path: str, level: int) -> Filter | None:
    if level >= MAX_DEPTH:
        raise depth_error(path)
    if _read_flag(data, "not", path):
        hint = "state what may match instead, as with in, < or >"
        raise tree_error(f"{path}not.", f"{_NO_NOT}.", hint)
    rules = read_list(data, "rules", path)
    if not rules:
        raise tree_error(
            path, "a group without rules would match everything.", "add a rule, or remove the group"
        )
    if data.get("combinator") is None:
        return _read_independent(rules, path, level)
    group = _read_combinator(data["combinator"], f"{path}combinator.")
    places = range(len(rules))
    return _join_terms(group, _read_terms(group, rules, places, path, level), path)


def _read_independent(rules: Sequence[Any], path: str, level: int) -> Filter | None:
    """Return the filter of rules with a combinator between two each; AND binds tighter."""
    if len(rules) % 2 == 0:
        raise tree_error(
            f"{path}rules.", "a rule is missing: a combinator stands between two rules each."
        )
    groups = [_read_combinator(rules[at], f"{path}rules[{at}].") for at in range(1, len(rules), 2)]
    if len(set(groups)) < 2:
        group = groups[0] if groups else And
        places = range(0, len(rules), 2)
        return _join_terms(group, _read_terms(group, rules, places, path, level), path)
    if any(isinstance(rule, Mapping) and rule.get("muted") for rule in rules[::2]):
        message = "a muted rule between different combinators has no defined meaning."
        raise tree_error(f"{path}rules.", message, "remove the muted rule, or use groups")
    alternatives: list[Filter] = []
    start = 0
    for end in [at * 2 + 1 for at, group in enumerate(groups) if group is Or] + [len(rules)]:
        terms = _read_terms(And, rules, range(start, end, 2), path, level)
        joined = _join_terms(And, terms, path)
        alternatives += [joined] if joined is not None else []
        start = end + 1
    return _join_terms(Or, alternatives, path)


def _read_combinator(name: Any, path: str) -> type[And | Or]:
    if isinstance(name, str) and name in _GROUPS:
        return _GROUPS[name]
    if not isinstance(name, str):
        raise tree_error(path, f"a combinator is a text, not {json_type(name)}.", "and, or")
    raise tree_error(
        path, f"there is no combinator `{shorten(name)}`.", "the combinators are `and`, `or`"
    )


def _read_terms(
    group: type[And | Or], rules: Sequence[Any], places: Iterable[int], path: str, level: int
) -> list[Filter]:
    """Return the filters of the rules at these places. The ends of a range join those of AND."""
    terms: list[Filter] = []
    for at in places:
        term = _read_node(rules[at], f"{path}rules[{at}].", level + 1)
        if isinstance(term, group) and "rules" not in rules[at]:
            terms.extend(term.terms)
        elif term is not None:
            terms.append(term)
    return terms


def _join_terms(group: type[And | Or], terms: list[Filter], path: str) -> Filter | None:
    if len(terms) < 2:
        return terms[0] if terms else None
    if max(term.depth for term in terms) >= MAX_DEPTH:
        raise depth_error(path)
    return construct_group(group, tuple(terms))


def _read_rule(data: Mapping[str, Any], path: str) -> Filter:
    if data.get("match") is not None:
        message = "a condition on the elements of a list cannot be a filter."
        raise tree_error(f"{path}match.", message, "use contains_any or contains_all")
    if data.get("valueSource") not in (None, "value"):
        message = "a filter compares a field with a value, not with another field."
        raise tree_error(f"{path}valueSource.", message)
    field, name = _read_name(data, "field", path), _read_name(data, "operator", path)
    value, value_path = data.get("value"), f"{path}value."
    if name in RANGES:
        return _read_range(name, field, value, value_path)
    if name in PATTERNS:
        return construct_call(Operator.LIKE, field, [_read_pattern(name, value, value_path)])
    op = OPERATORS.get(name)
    if op is None:
        raise _operator_error(name, f"{path}operator.")
    if op is Operator.IS_NULL:
        return construct_call(op, field, ())
    if op in MEMBERSHIPS:
        return construct_call(op, field, _read_values(value, value_path))
    return construct_call(op, field, [_read_text(value, value_path)])


def _read_name(data: Mapping[str, Any], member: str, path: str) -> str:
    name = data.get(member)
    if member not in data:
        raise tree_error(path, f"a rule needs a member `{member}`.", f"as in {_EXAMPLE}")
    path = f"{path}{member}."
    if not isinstance(name, str):
        raise tree_error(path, f"it is a text, not {json_type(name)}.")
    require_encodable(name, path)
    if name in ("", PLACEHOLDER):
        raise tree_error(path, f"no {member} is selected.")
    return str(name)


def _operator_error(name: str, path: str) -> FilterValueError:
    if name in NEGATIONS:
        hint = "state what may match instead, as with in, < or >"
        return tree_error(path, f"`{name}` cannot be a filter: {_NO_NOT}.", hint)
    known = [*OPERATORS, *PATTERNS, *RANGES]
    suggestion = suggest_name(name, known, f"the operators are {list_names(known)}")
    return tree_error(path, f"there is no operator `{shorten(name)}`.", suggestion)


def _read_range(name: str, field: str, value: Any, path: str) -> Filter:
    if isinstance(value, str):
        value = _split_list(value)
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        message = f"`{name}` needs a list of 2 values."
        raise tree_error(path, message, 'as in [5,9] or "5,9"')
    low, high = _read_texts(value, path)
    if not (low and high):
        raise tree_error(path, "an end of the range is empty.", "use >= or <= for a single end")
    if all(isinstance(each, (int, float)) for each in value) and value[0] > value[1]:
        # The builder's exports exchange two numbers, but not two texts.
        raise tree_error(path, "the range ends before it starts.", "exchange the two values")
    ends = (Operator.GE, Operator.LE)
    group: type[And | Or] = And
    if name == "notBetween":
        ends, group = (Operator.LT, Operator.GT), Or
    terms = [construct_call(op, field, [text]) for op, text in zip(ends, (low, high), strict=True)]
    return construct_group(group, tuple(terms))


def _read_pattern(name: str, value: Any, path: str) -> str:
    text = _read_text(value, path)
    if not text:
        raise tree_error(path, f"`{name}` needs a text.", "for any text use `like` with `*`")
    operand = join_pattern(name, text)
    if operand is None:
        raise tree_error(
            path,
            f"a `*` cannot stand for itself here, as `{name}` is `like` in a filter.",
            "use the operator `like`, where it stands for any text",
        )
    return operand


def _read_values(value: Any, path: str) -> list[str]:
    if isinstance(value, str):
        value = [text for text in _split_list(value) if text]
    elif not isinstance(value, (list, tuple)):
        return [_read_text(value, path)]
    if not value:
        raise tree_error(path, "at least 1 value is needed.")
    return _read_texts(value, path)


def _read_texts(values: Sequence[Any], path: str) -> list[str]:
    node = path.removesuffix(".")
    return [_read_text(value, f"{node}[{at}].") for at, value in enumerate(values)]


def _split_list(text: str) -> list[str]:
    return [part.replace("\\,", ",").strip() for part in _COMMA.split(text)]


def _read_text(value: Any, path: str) -> str:
    if isinstance(value, str):
        require_encodable(value, path)
        return str(value)
    if not isinstance(value, (bool, int, float)):
        hint = "for a missing value use the operator `null`" if value is None else None
        message = f"a value is a text, a number or a boolean, not {json_type(value)}."
        raise tree_error(path, message, hint)
    try:
        return to_text(value)
    except FilterValueError as error:
        raise tree_error(path, error.message) from None
