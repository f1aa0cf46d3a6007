"""A filter as a Python function of dicts, models, dataclasses and any other objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from epfilter.ast import Filter, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.resources import BoundAnd, BoundCall, BoundFilter, BoundOr, bound_calls
from epfilter.semantics import parse_path
from epfilter.targets.binding import bind_filter
from epfilter.targets.codegen import Connective, RowPredicate, Term, compile_terms, loop_terms
from epfilter.targets.column_aliases import PathNames, path_names
from epfilter.targets.matchers import ValueMatcher, value_matcher
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import Override, Overrides
from epfilter.targets.row_paths import Reader, elements, is_list, path_reader

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template

_MAX_INLINE_TERMS = 50
"""A filter with more terms becomes loops instead of a generated function."""


def to_predicate(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    override: Override | None = None,
) -> Callable[[object], bool]:
    """Return a function that returns whether a row matches the filter.

    A row is a mapping, a pydantic model, a dataclass or any object with attributes. In a field,
    `a.b` is the member `b` of `a` (in a mapping that has the key `a.b`, that key), `a[0]` is the
    first element of a list and `a.length` its length. A path that continues through a list selects
    the values of all its elements. Of an object only attributes are read, not methods, and names
    that begin with `_` only if a dataclass or a model declares them. A field of a pydantic model
    has its own name and its name in JSON.

    The values of a row are str, bool, numbers (int, float, Decimal), date and datetime (a naive
    one is in UTC), UUID, Enum (its value), lists of these, and None. Null and missing are the same
    and satisfy only `is_null`. Values of other types, and NaN, match nothing and are not null.
    `eq` and the other comparisons hold if any element of a list satisfies them, `contains_all` if
    each value is one of its elements. A single value counts as a list of one.

    Without a resource, the type of a row's value decides how the filter's text is read; text is
    compared as text, even if it looks like a number. With a resource, the declared type decides;
    unless that is text, a text of the row is read as that type too: timestamps, numbers, `true`
    and `false`, UUIDs. An attribute of unknown type is read as without a resource. A row may have
    an attribute under its own name or an alias; the first of them that has a value counts.

    Numbers compare exactly; a float is the number of its shortest text. An exception that an
    attribute raises ends the call, except AttributeError, KeyError and TypeError, for which the
    attribute is missing. The function can be pickled, for example for other processes.

    `override` maps an operator and a field to a function of the call that returns its predicate.

    Raises UnsupportedFilterError for `text`, FilterSyntaxError for an invalid text, ResourceError
    for what the resource does not accept, and FilterTypeError for arguments of a wrong type.

    >>> from epfilter.targets import to_predicate
    >>> refunded = to_predicate("ge(total,100):eq(payment,refunded)")
    >>> refunded({"total": 150, "payment": "refunded"}), refunded({"total": 150})
    (True, False)
    >>> september = to_predicate("ge(created_at,2018-09-01)", "orders")
    >>> september({"created_at": "2018-08-31T22:00:00-04:00"})
    True
    """
    overrides = Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    inline = sum(1 for _ in bound_calls(tree)) <= _MAX_INLINE_TERMS
    predicate = _Predicate(_build_match(tree, path_names(resource), overrides, inline=inline))
    predicate.arguments = f, resource
    predicate.override = override
    return predicate


class _Predicate(partial[bool]):
    """A predicate that can be pickled: the copy is built from the same filter and resource.

    A `partial` without arguments calls its function without the cost of a second Python call.
    """

    arguments: tuple[Filter | str | Template, Resource | str | None]
    override: Override | None

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(to_predicate, override=self.override), self.arguments

    def __repr__(self) -> str:
        f, resource = self.arguments
        return (
            f"to_predicate({str(f)!r})"
            if resource is None
            else (f"to_predicate({str(f)!r}, {resource!r})")
        )


def _build_match(
    tree: BoundFilter, names: PathNames, overrides: Overrides, *, inline: bool
) -> RowPredicate:
    if isinstance(tree, (BoundAnd, BoundOr)):
        connective: Connective = "and" if isinstance(tree, BoundAnd) else "or"
        terms = [_build_term(term, names, overrides, inline=inline) for term in tree.terms]
    else:
        connective, terms = "and", [_build_term(tree, names, overrides, inline=inline)]
    if inline:
        return compile_terms(connective, terms)
    return loop_terms(connective, [term.match for term in terms])


def _build_term(tree: BoundFilter, names: PathNames, overrides: Overrides, *, inline: bool) -> Term:
    if isinstance(tree, (BoundAnd, BoundOr)):
        return Term(_build_match(tree, names, overrides, inline=inline))
    if overrides.has(tree):
        return Term(_build_own(tree, overrides))
    paths = names(tree.path)
    key = tree.path if len(paths) == len(parse_path(tree.path)) == 1 else None
    read = _first_value([path_reader(path) for path in paths])
    return _build_call(tree, read, key)


def _build_own(call: BoundCall, overrides: Overrides) -> RowPredicate:
    match = overrides.build(call, "a function of a row", callable)
    return lambda row: bool(match(row))


def _build_call(call: BoundCall, read: Reader, key: str | None) -> Term:
    if call.op is Operator.IS_NULL:
        return Term(lambda row: read(row) is None, key)
    if call.op is Operator.TEXT:
        raise UnsupportedFilterError(
            call.op,
            call.path,
            "a predicate",
            "full-text search has a different meaning in every search engine",
            "use like or ilike with `*`",
        )
    if call.op is Operator.CONTAINS_ALL:
        each = [value_matcher(Operator.CONTAINS, (value,)) for value in call.values]
        return Term(_match_all_values(read, each))
    matcher = value_matcher(call.op, call.values)
    return Term(_match_any_element(read, matcher), key, matcher)


def _first_value(readers: Sequence[Reader]) -> Reader:
    """Return a reader of the first value that is not None."""
    if len(readers) == 1:
        return readers[0]

    def read(row: object) -> object:
        values = (reader(row) for reader in readers)
        return next((value for value in values if value is not None), None)

    return read


def _match_any_element(read: Reader, matcher: ValueMatcher) -> RowPredicate:
    by_class, matches = matcher.by_class, matcher.matches

    def match(row: object) -> bool:
        value = read(row)
        if value is None:
            return False
        class_ = type(value)
        if class_ in by_class:
            return by_class[class_](value)
        if is_list(class_):
            return any(element is not None and matches(element) for element in elements(value))
        return matches(value)

    return match


def _match_all_values(read: Reader, matchers: Sequence[ValueMatcher]) -> RowPredicate:
    def match(row: object) -> bool:
        value = read(row)
        if value is None:
            return False
        present = [element for element in elements(value) if element is not None]
        return all(any(matcher.matches(element) for element in present) for matcher in matchers)

    return match
