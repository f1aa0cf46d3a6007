"""A filter as a Python function of dicts, models, dataclasses and any other objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from epfilter.ast import Filter, Operator
from epfilter.errors import UnsupportedFilterError
from epfilter.resources import BoundAnd, BoundFilter, BoundOr
from epfilter.semantics import Location
from epfilter.targets.binding import bind_filter
from epfilter.targets.codegen import (
    RowPredicate,
    Term,
    ValueTest,
    compile_terms,
    is_none,
)
from epfilter.targets.column_aliases import PathNames, path_names
from epfilter.targets.matchers import Test, ValueMatcher, value_matcher
from epfilter.targets.or_to_in import merge_or_terms
from epfilter.targets.overrides import NO_OVERRIDES, Override, Overrides
from epfilter.targets.row_paths import Reader, elements, join_reader, path_reader

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template


_MAX_LOOPS = 4
"""So many values of `contains_all` are searched one by one; more take a single loop over a list."""


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
    overrides = NO_OVERRIDES if override is None else Overrides(override, resource)
    tree = merge_or_terms(bind_filter(f, resource), overrides)
    return _build_match(tree, path_names(resource), overrides, _Predicate(f, resource, override))


class _Predicate(NamedTuple):
    """The owner of a predicate, by which it is pickled: a method costs no more than a function."""

    f: Filter | str | Template
    resource: Resource | str | None
    override: Override | None

    @property
    def match(self) -> RowPredicate:
        """The predicate, built anew."""
        return to_predicate(self.f, self.resource, override=self.override)

    def __repr__(self) -> str:
        resource = "" if self.resource is None else f", {self.resource!r}"
        return f"to_predicate({str(self.f)!r}{resource})"


def _build_match(
    tree: BoundFilter, names: PathNames, overrides: Overrides, owner: object = ()
) -> RowPredicate:
    if isinstance(tree, BoundOr):
        groups = [_build_terms(term, names, overrides) for term in tree.terms]
        return compile_terms("or", [_join_terms(group) for group in groups], owner)
    terms = tree.terms if isinstance(tree, BoundAnd) else (tree,)
    built = [each for term in terms for each in _build_terms(term, names, overrides)]
    return compile_terms("and", built, owner)


def _build_terms(tree: BoundFilter, names: PathNames, overrides: Overrides) -> Sequence[Term]:
    """Return the terms that a call or a group consists of: it holds where all of them do."""
    if isinstance(tree, (BoundAnd, BoundOr)):
        return (Term(_build_match(tree, names, overrides), bool),)
    if overrides is not NO_OVERRIDES and overrides.has(tree):
        return (Term(overrides.build(tree, "a function of a row", callable), bool),)
    paths = names(tree.path)
    read = _first_value(paths)
    if tree.op is Operator.IS_NULL:
        return (Term(read, is_none, paths),)
    if tree.op is Operator.TEXT:
        raise UnsupportedFilterError(
            tree.op,
            tree.path,
            "a predicate",
            "full-text search has a different meaning in every search engine",
            "use like or ilike with `*`",
        )
    if tree.op is not Operator.CONTAINS_ALL:
        matcher = value_matcher(tree.op, tree.values)
        return (Term(read, matcher.matches_any, paths, matcher),)
    if len(tree.values) > _MAX_LOOPS:
        matcher = value_matcher(tree.op, tree.values)
        return (Term(read, _all_values_test(matcher, len(tree.values)), paths),)
    each = [value_matcher(Operator.CONTAINS, (value,)) for value in tree.values]
    return [Term(read, matcher.matches_any, paths, matcher) for matcher in each]


def _join_terms(terms: Sequence[Term]) -> Term:
    return terms[0] if len(terms) == 1 else Term(compile_terms("and", terms), bool)


@lru_cache(maxsize=1024)
def _first_value(paths: tuple[Location, ...]) -> Reader:
    """Return a reader of the first value that is not None."""
    readers = [path_reader(path) if isinstance(path, str) else join_reader(path) for path in paths]
    if len(readers) == 1:
        return readers[0]

    def read(row: object) -> object:
        values = (reader(row) for reader in readers)
        return next((value for value in values if value is not None), None)

    return read


def _all_values_test(matcher: ValueMatcher, count: int) -> ValueTest:
    all_positions = frozenset(range(count))

    def test(value: object) -> bool:
        missing, tests, of_other_class = set(all_positions), matcher.by_class, matcher.matches
        for element in value if type(value) is list else elements(value):
            find_positions: Test = tests.get(type(element), of_other_class)
            positions = find_positions(element)
            if positions:
                missing.difference_update(positions)
                if not missing:
                    return True
        return False

    return test
