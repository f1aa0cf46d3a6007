"""Strategies of hypothesis: filters, values of fields, rows, and rows that a filter selects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, assert_never
from uuid import UUID

from hypothesis import strategies as st

from epfilter.analysis import never_matches
from epfilter.arguments import describe_type
from epfilter.ast import (
    COMPARISONS,
    MEMBERSHIPS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    construct_call,
)
from epfilter.builder import all_of
from epfilter.errors import FilterTypeError, FilterValueError, PolicyError
from epfilter.resources import (
    BoundValue,
    Declaration,
    Field,
    FieldType,
    Policy,
    Resource,
    declaration_of,
    resource_info,
    resource_of,
    resource_schema,
)
from epfilter.semantics import parse_path, parse_pattern
from epfilter.targets import to_predicate
from epfilter.templates import Template, as_filter
from epfilter.values import from_text_or_none, to_text

Row = dict[str, Any]
AnyResource = Resource | str | None

_FIRST, _LAST = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - the zone is added
_KEYS = ("en-US", "fr-FR", "a")
"""What stands for a placeholder such as `{locale}`."""

_PLACEHOLDER = re.compile(r"\{\w+\}")

_HOSTILE = ("a),eq(b", '"', "\\", "a,b", " a ", "", "\n", "é", "*", "[0]", "${x}", "\x00")
"""Values that would end an operand, or be lost, without quotes."""

_TEXTS = st.one_of(
    st.sampled_from(_HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
)
_NAMES = st.from_regex(r"[a-z_]{1,8}(\.[a-zA-Z-]{1,5})?(\[[0-9]{1,3}\])?", fullmatch=True)


def filters(
    resource: AnyResource | Policy = None, *, max_calls: int = 8, text: bool = False
) -> st.SearchStrategy[Filter]:
    """Return the strategy of filters, up to `max_calls` calls.

    With a resource, they have its fields, operators and values, so `resource.check` finds no error
    in them. With a policy, the policy accepts them, including its limits. With neither, they have
    any field and any text as a value, including hostile texts. The operator `text` is left out by
    default, because most targets refuse it.

    Raises FilterTypeError and ResourceError for an unknown resource, and FilterValueError for one,
    or a policy, without a field that can be filtered on.

    >>> from hypothesis import given
    >>> from epfilter import parse
    >>> @given(filters("orders"))
    ... def test_round_trip(f):
    ...     assert parse(str(f)) == f
    >>> test_round_trip()
    """
    if isinstance(resource, Policy):
        policy = resource
        calls = _calls_of(policy.restricted_resource, text=text).filter(
            partial(_is_accepted, policy)
        )
        return _group(calls, max_calls).map(partial(_reduce, policy))
    calls = _any_calls() if resource is None else _calls_of(resource_of(resource), text=text)
    return _group(calls, max_calls)


def values(field: Field[Any] | FieldType[Any]) -> st.SearchStrategy[BoundValue]:
    """Return the strategy of typed values of a field of a resource, or of a type.

    A list gives its elements. Texts are of any kind, also hostile ones.

    Raises FilterTypeError for anything else.

    >>> from hypothesis import find
    >>> from epfilter.resources import orders
    >>> find(values(orders.payment), lambda value: True)
    'authorized'
    """
    field_type = declaration_of(field).type if isinstance(field, Field) else field
    if not isinstance(field_type, FieldType):
        raise FilterTypeError(
            f"a field of a resource or a type is expected, not {describe_type(field)}.",
            hint="for example `orders.payment`",
        )
    return _typed_values(field_type.item or field_type)


def rows(resource: Resource | str) -> st.SearchStrategy[Row]:
    """Return the strategy of rows with the fields of a resource, nested as in its JSON.

    Any field can be missing or None.

    >>> from hypothesis import given
    >>> from epfilter.resources import orders
    >>> @given(rows(orders))
    ... def test_rows(row):
    ...     assert row.get("with_tax") is None or isinstance(row["with_tax"], int)
    >>> test_rows()
    """
    declared = resource_info(resource_of(resource)).fields
    return st.fixed_dictionaries(
        {}, optional={path: _cells(each) for path, each in declared.items() if "[{" not in path}
    ).map(_nest_declared)


def rows_matching(
    f: Filter | str | Template, resource: AnyResource = None
) -> st.SearchStrategy[Row]:
    """Return the strategy of rows that a filter selects.

    Values are just on the right side of each bound. With a resource, the rows also have its other
    fields, and values have its types.

    Raises FilterValueError for a filter that never matches, the errors of `parse` and of
    `Resource.bind`, and UnsupportedFilterError for `text`.

    >>> from hypothesis import given
    >>> from epfilter import parse
    >>> from epfilter.targets import to_predicate
    >>> f = parse("gt(total,100):(eq(payment,paid)|like(name,Ron*))")
    >>> @given(rows_matching(f))
    ... def test_selected(row):
    ...     assert to_predicate(f)(row)
    >>> test_selected()
    """
    f = as_filter(f)
    known = None if resource is None else resource_of(resource)
    selects = to_predicate(f, known)
    if never_matches(f, resource=known):
        raise FilterValueError("no row satisfies this filter.", hint="`epfilter lint` explains why")
    return _draw_matching(f, known).filter(selects)


def _group(calls: st.SearchStrategy[Filter], max_calls: int) -> st.SearchStrategy[Filter]:
    def group(terms: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(terms, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, terms=several), st.builds(Or, terms=several))

    return st.recursive(calls, group, max_leaves=max_calls)


def _reduce(policy: Policy, f: Filter) -> Filter:
    """Return the filter, or its first part that the policy accepts, such as one of its calls."""
    while isinstance(f, (And, Or)) and not _is_accepted(policy, f):
        f = f.terms[0]
    return f


def _is_accepted(policy: Policy, f: Filter) -> bool:
    with suppress(PolicyError):
        policy.apply(f)
        return True
    return False


def _any_calls() -> st.SearchStrategy[Filter]:
    several = st.lists(_TEXTS, min_size=1, max_size=3).map(tuple)
    comparison = st.sampled_from([op for op in COMPARISONS if op is not Operator.TEXT])
    return st.one_of(
        st.builds(Comparison, op=comparison, field=_NAMES, value=_TEXTS),
        st.builds(Membership, op=st.sampled_from(MEMBERSHIPS), field=_NAMES, values=several),
        st.builds(IsNull, field=_NAMES),
    )


def _calls_of(resource: Resource, *, text: bool) -> st.SearchStrategy[Filter]:
    calls = [
        _call(op, path, declared)
        for path, declared in resource_info(resource).fields.items()
        for op in declared.operators
        if text or op is not Operator.TEXT
    ]
    if not calls:
        raise FilterValueError("the resource has no field that can be filtered on.")
    return st.one_of(calls)


def _call(op: Operator, path: str, declared: Declaration[Any]) -> st.SearchStrategy[Filter]:
    path = path.replace("[{index}]", "[0]")
    field = st.sampled_from([*dict.fromkeys(_PLACEHOLDER.sub(key, path) for key in _KEYS)])
    texts = _typed_values(declared.type.item or declared.type).map(to_text)
    if op in (Operator.LIKE, Operator.ILIKE):
        wild = st.sampled_from(["", "*"])
        texts = st.builds("{}{}{}".format, wild, _TEXTS, wild)
    values: st.SearchStrategy[tuple[str, ...]] = st.tuples(texts)
    if op in MEMBERSHIPS:
        values = st.lists(texts, min_size=1, max_size=3).map(tuple)
    elif op is Operator.IS_NULL:
        values = st.just(())
    return st.builds(construct_call, st.just(op), field, values)


def _typed_values(field_type: FieldType[Any]) -> st.SearchStrategy[Any]:
    if field_type.values:
        return st.sampled_from([field_type.read(text) for text in field_type.values])
    instants = st.datetimes(_FIRST, _LAST, timezones=st.just(UTC))
    return {
        "integer": st.integers(-(10**6), 10**6),
        "number": st.decimals(-(10**6), 10**6, places=2),
        "boolean": st.booleans(),
        "date": st.dates(_FIRST.date(), _LAST.date()),
        "datetime": instants.map(lambda moment: moment.replace(microsecond=0)),
        "uuid": st.uuids(),
    }.get(field_type.name, _TEXTS)


def _cells(declared: Declaration[Any]) -> st.SearchStrategy[Any]:
    """Return the strategy of the contents of a field, or None."""
    item = declared.type.item
    cell = _typed_values(item or declared.type)
    return st.none() | (st.lists(cell, max_size=3) if item is not None else cell)


def _nest_declared(cells: Row) -> Row:
    row: Row = {}
    for number, (path, cell) in enumerate(cells.items()):
        _place(row, _PLACEHOLDER.sub(_KEYS[number % len(_KEYS)], path), cell)
    return row


@st.composite
def _draw_matching(draw: st.DrawFn, f: Filter, resource: Resource | None) -> Row:
    calls: dict[str, list[Filter]] = {}
    for call in _choose_calls(draw, f):
        path = call.field if resource is None else resource_schema(resource).get(call.field).path
        calls.setdefault(path, []).append(call)
    row = {} if resource is None else draw(rows(resource))
    for path, terms in calls.items():
        fits = to_predicate(all_of(terms), resource)
        cells = [cell for cell in _propose_cells(terms, resource) if fits({path: cell})]
        if resource is not None and not resource_schema(resource).get(path).declared.multivalued:
            cells = [cell for cell in cells if not isinstance(cell, list)]
        # A cell that fits none of them is left to the predicate of the whole filter.
        _place(row, path, draw(st.sampled_from(cells)) if cells else None)
    return row


def _choose_calls(draw: st.DrawFn, f: Filter) -> Iterator[Comparison | Membership | IsNull]:
    """Yield the calls of one alternative of the filter."""
    pending = [f]
    while pending:
        node = pending.pop()
        if isinstance(node, And):
            pending.extend(node.terms)
        elif isinstance(node, Or):
            pending.append(draw(st.sampled_from(node.terms)))
        elif isinstance(node, (Comparison, Membership, IsNull)):
            yield node


def _propose_cells(terms: Iterable[Filter], resource: Resource | None) -> list[Any]:
    """Return cells that can satisfy all of the calls on a field."""
    proposed: list[list[Any]] = []
    for call in terms:
        if isinstance(call, IsNull):
            return [None]
        assert isinstance(call, (Comparison, Membership))  # noqa: S101 - the other calls
        texts = call.values if isinstance(call, Membership) else (call.value,)
        field_type = None
        if resource is not None:
            declared_type = resource_schema(resource).get(call.field).declared.type
            field_type = declared_type.item or declared_type
        proposed.append([*_propose_values(call.op, texts, field_type)])
    single = [cell for cells in proposed for cell in cells if not isinstance(cell, list)]
    several = [cell for cells in proposed for cell in cells if isinstance(cell, list)]
    # On a list, each call can hold for another element.
    together = [cell for cells in proposed for cell in cells[:1]]
    flat = [each for cell in together for each in (cell if isinstance(cell, list) else [cell])]
    return [*single, *several, *([cell] for cell in single), flat]


def _propose_values(
    op: Operator, texts: tuple[str, ...], field_type: FieldType[Any] | None
) -> Iterator[Any]:
    """Yield values on and around the operands; the caller keeps those that the call selects."""
    read = [reading for text in texts for reading in _read_values(text, field_type, op)]
    match op:
        case Operator.EQ | Operator.IN:
            yield from read
        case Operator.GT | Operator.GE:
            yield from (*read, *_neighbours(read, 1))
        case Operator.LT | Operator.LE:
            yield from (*read, *_neighbours(read, -1))
        case Operator.LIKE | Operator.ILIKE:
            for text in texts:
                pattern = parse_pattern(text)
                prefix, suffix = "x" * pattern.any_prefix, "y" * pattern.any_suffix
                yield from (pattern.text, prefix + pattern.text + suffix)
        case Operator.CONTAINS | Operator.CONTAINS_ANY:
            yield from ([each] for each in read)
        case Operator.CONTAINS_ALL:
            yield read
        case Operator.TEXT | Operator.IS_NULL | Operator.AND | Operator.OR:
            return
        case _:
            assert_never(op)


def _read_values(
    text: str, field_type: FieldType[Any] | None, op: Operator
) -> Iterator[BoundValue]:
    """Yield the values that a text can mean."""
    if op in (Operator.LIKE, Operator.ILIKE):
        return
    if field_type is not None:
        yield field_type.read(text)
        return
    yield text
    for kind in (int, Decimal, bool, datetime, UUID):
        value: Any = from_text_or_none(text, kind)
        if value is not None:
            yield value


def _neighbours(values: Iterable[BoundValue], step: int) -> Iterator[BoundValue]:
    """Yield a value just above each (step 1), or just below (step -1), where there is one."""
    for value in values:
        match value:
            case bool() | UUID():
                continue
            case int() | Decimal():
                yield value + step
            case datetime():
                yield value + timedelta(seconds=step)
            case date():
                yield value + timedelta(days=step)
            case str():
                if step > 0:
                    yield value + "a"
                elif value:
                    yield value[:-1]
            case _:
                assert_never(value)


def _place(row: Row, path: str, cell: object) -> None:
    """Put a cell at a path into nested objects and lists; where it cannot be, at the path as key.

    A flat key of a row comes before the nested path.
    """
    steps = parse_path(path)
    keys = [step.name if step.list_index is None else step.list_index for step in steps]
    if not _place_steps(row, keys, cell):
        row[path] = cell


def _place_steps(container: Any, keys: list[str | int], cell: object) -> bool:
    key, *rest = keys
    if isinstance(key, int):
        if not isinstance(container, list):
            return False
        container.extend([None] * (key + 1 - len(container)))
        present = container[key]
    elif isinstance(container, dict):
        present = container.get(key)
    else:
        return False
    if not rest:
        container[key] = cell
        return True
    if present is None:
        present = container[key] = [] if isinstance(rest[0], int) else {}
    return _place_steps(present, rest, cell)
