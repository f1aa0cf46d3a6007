"""F, all_of and any_of: what they build, and what they refuse."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from epfilter import (
    F,
    Filter,
    FilterError,
    FilterTypeError,
    FilterValueError,
    all_of,
    any_of,
    parse,
)
from epfilter.ast import CALL_OPERATORS
from epfilter.builder import Field
from support.rows import for_each


def test_every_operator_has_a_method() -> None:
    methods = {"in" if name == "in_" else name for name in dir(Field)}
    assert {op.value for op in CALL_OPERATORS} <= methods


@for_each(
    ("built", "text"),
    [
        (F.a.eq(1), "eq(a,1)"),
        (F.a.gt(1), "gt(a,1)"),
        (F.a.ge(1), "ge(a,1)"),
        (F.a.lt(1), "lt(a,1)"),
        (F.a.le(1), "le(a,1)"),
        (F.a.like("*x"), "like(a,*x)"),
        (F.a.ilike("x*"), "ilike(a,x*)"),
        (F.a.contains("x"), "contains(a,x)"),
        (F.a.text("two words"), "text(a,two words)"),
        (F.a.in_("x", "y"), "in(a,x,y)"),
        (F.a.contains_any("x", "y"), "contains_any(a,x,y)"),
        (F.a.contains_all("x", "y"), "contains_all(a,x,y)"),
        (F.a.is_null(), "is_null(a)"),
        (F.a.between(1, 5), "ge(a,1):le(a,5)"),
        (F.a.within("x", "y"), "ge(a,x):lt(a,y)"),
        # Not empty as texts, which have their order on the platform.
        (F.a.within("y", "x"), "ge(a,y):lt(a,x)"),
        (F.a.between("9", "10"), "ge(a,9):le(a,10)"),
        (F.a.between("10", "9"), "ge(a,10):le(a,9)"),
        (F.a.between(5, 5), "ge(a,5):le(a,5)"),
        (F.a.within(5, 5), "ge(a,5):lt(a,5)"),
        (F.a.on(date(2018, 2, 28)), "ge(a,2018-02-28):lt(a,2018-03-01)"),
        (F.a.startswith("DECK_"), "like(a,DECK_*)"),
        (F.a.endswith("_RED"), "like(a,*_RED)"),
        (F.a.contains_text("x"), "like(a,*x*)"),
        (F.a == 1, "eq(a,1)"),
        (F.a > 1, "gt(a,1)"),
        (F.a >= 1, "ge(a,1)"),
        (F.a < 1, "lt(a,1)"),
        (F.a <= 1, "le(a,1)"),
        (1 == F.a, "eq(a,1)"),  # noqa: SIM300 - Python turns it round
        ((F.a > 1) & (F.a < 5), "gt(a,1):lt(a,5)"),
        (F.contact.email.eq("a@b.c"), "eq(contact.email,a@b.c)"),
        (F["locales.fr-FR.name"].like("*robe*"), "like(locales.fr-FR.name,*robe*)"),
        (F.locales["fr-FR"].name.like("*robe*"), "like(locales.fr-FR.name,*robe*)"),
        (F.tags[0].eq("x"), "eq(tags[0],x)"),
        (F.tags[999].eq("x"), "eq(tags[999],x)"),
        (F.items[0].sku.eq("x"), "eq(items[0].sku,x)"),
        (F.tags.length.gt(2), "gt(tags.length,2)"),
        (F["*"].text("shoe"), "text(*,shoe)"),
        (F["a b"].eq(1), "eq(a b,1)"),
        (F["a),eq(b"].eq(1), 'eq("a),eq(b",1)'),
        (F["eq"].eq(1), "eq(eq,1)"),
        (F._id.eq(1), "eq(_id,1)"),
        (F["__class__"].eq(1), "eq(__class__,1)"),
        (all_of(F.a.eq(1)), "eq(a,1)"),
        (any_of([F.a.eq(1)]), "eq(a,1)"),
        (all_of(F.a.eq(1), F.b.eq(2)), "eq(a,1):eq(b,2)"),
        (any_of(F.a.eq(n) for n in range(3)), "eq(a,0)|eq(a,1)|eq(a,2)"),
        (all_of(F.a.eq(1) & F.b.eq(2), F.c.eq(3)), "(eq(a,1):eq(b,2)):eq(c,3)"),
        (any_of(F.a.eq(1) & F.b.eq(2), F.c.eq(3)), "(eq(a,1):eq(b,2))|eq(c,3)"),
        (all_of(None, F.a.eq(1), None), "eq(a,1)"),
        (any_of([None, F.a.eq(1), F.b.eq(2)]), "eq(a,1)|eq(b,2)"),
        (any_of(F.a.eq(1), None, default=F.b.eq(2)), "eq(a,1)"),
        (all_of(None, default=F.b.eq(2)), "eq(b,2)"),
    ],
)
def test_built_text(built: Filter, text: str) -> None:
    assert str(built) == text
    assert parse(text) == built


def _chained() -> object:
    return 1 < F.a < 5


NO_NOT_EQUAL = (
    "the filter language has no `!=`: it cannot exclude a value. "
    "Hint: list the other values with in_, or use gt and lt on either side."
)
NOT_YET = (
    "the field a is not a filter; & and | combine filters. Hint: & and | bind tighter than "
    "comparisons: (F.a > 1) & (F.b < 2), or F.a.gt(1) & F.b.lt(2)."
)
NO_TRUTH = (
    "the field a is neither true nor false, and the filter language has no NOT. "
    'Hint: for a boolean attribute write F["a"].eq(True); combine comparisons with & and |.'
)

NO_TERMS = (
    "all_of requires at least one term: no filter selects everything. "
    "Hint: if everything may be selected, pass default=None, and send no filter for None."
)


# What a type checker refuses must be refused at run time as well.
untyped: Any = F
untyped_all_of: Any = all_of
untyped_any_of: Any = any_of


@for_each(
    ("action", "kind", "message"),
    [
        (lambda: untyped.a != 1, FilterTypeError, NO_NOT_EQUAL),
        (lambda: ~untyped.a, FilterTypeError, "the filter language has no NOT. Hint: compare with the values that you want."),
        (lambda: not untyped.a, FilterTypeError, NO_TRUTH),
        (lambda: untyped.a and untyped.b, FilterTypeError, NO_TRUTH),
        (lambda: untyped.a & untyped.b, FilterTypeError, NOT_YET),
        (lambda: untyped.a | untyped.b.eq(1), FilterTypeError, NOT_YET),
        (lambda: untyped.b.eq(1) & untyped.a, FilterTypeError, NOT_YET),
        (lambda: 1 | untyped.a, FilterTypeError, NOT_YET),
        (lambda: untyped.a.eq(untyped.b), FilterValueError, "the filter language compares a field with a value, so a cannot be compared with the field b. Hint: use str(field) if the value is its name."),
        (lambda: untyped.a.in_(untyped.b), FilterValueError, "the filter language compares a field with a value, so a cannot be compared with the field b. Hint: use str(field) if the value is its name."),
        (lambda: untyped.a.contains_any([untyped.b]), FilterValueError, "the filter language compares a field with a value, so a cannot be compared with the field b. Hint: use str(field) if the value is its name."),
        (lambda: untyped[""], FilterValueError, "the name of a field must not be empty."),
        (lambda: untyped.a[""], FilterValueError, "the name of a field must not be empty."),
        (lambda: untyped["\ud800"], FilterValueError, "the text has a lone surrogate (U+D800) at position 0, which has no encoding. Hint: it usually comes from bytes decoded with the wrong codec; decode them again."),
        (lambda: untyped[1], FilterTypeError, "the name of a field must be a str, not a value of type int."),
        (lambda: untyped[None], FilterTypeError, "the name of a field must be a str, not None."),
        (lambda: untyped.a[1000], FilterValueError, "`index` must be from 0 to 999, not 1000."),
        (lambda: untyped.a[-1], FilterValueError, "`index` must be from 0 to 999, not -1."),
        (lambda: untyped.a[True], FilterTypeError, "use a name or a list index in brackets, not a value of type bool."),
        (lambda: untyped.a[1.5], FilterTypeError, "use a name or a list index in brackets, not a value of type float."),
        (lambda: untyped.a.startswith(""), FilterValueError, "startswith with an empty text matches every value. Hint: omit the comparison."),
        (lambda: untyped.a.endswith(""), FilterValueError, "endswith with an empty text matches every value. Hint: omit the comparison."),
        (lambda: untyped.a.contains_text(""), FilterValueError, "contains_text with an empty text matches every value. Hint: omit the comparison."),
        (lambda: untyped.a.startswith("a*b"), FilterValueError, "startswith cannot match a literal `*`: at the ends of a pattern it is a wildcard, and the language cannot escape it. Hint: write the pattern yourself with like(…)."),
        (lambda: untyped.a.endswith("*"), FilterValueError, "endswith cannot match a literal `*`: at the ends of a pattern it is a wildcard, and the language cannot escape it. Hint: write the pattern yourself with like(…)."),
        (lambda: untyped.a.contains_text(5), FilterValueError, "contains_text requires a str, not a value of type int. Hint: use str(value)."),
        (lambda: untyped.a.startswith(None), FilterValueError, "startswith requires a str, not None. Hint: use str(value)."),
        (lambda: untyped.a.startswith("\ud800"), FilterValueError, "the text has a lone surrogate (U+D800) at position 0, which has no encoding. Hint: it usually comes from bytes decoded with the wrong codec; decode them again."),
        (all_of, FilterValueError, NO_TERMS),
        (lambda: untyped_all_of(None), FilterValueError, NO_TERMS),
        (lambda: untyped_all_of([None, None]), FilterValueError, NO_TERMS),
        (lambda: untyped_any_of([]), FilterValueError, NO_TERMS.replace("all_of", "any_of")),
        (lambda: untyped_all_of(default="eq(a,1)"), FilterTypeError, "the default of all_of must be a filter or None, not a value of type str."),
        (lambda: untyped_any_of(untyped.a.eq(1), default=False), FilterTypeError, "the default of any_of must be a filter or None, not a value of type bool."),
        (lambda: untyped.a.on("2018-09-01"), FilterTypeError, "a day must be a date, not a value of type str. Hint: use date.fromisoformat(text)."),
        (lambda: untyped.a.on(datetime(2018, 9, 1, tzinfo=UTC)), FilterTypeError, "a day must be a date, not a value of type datetime. Hint: use value.date()."),
        (lambda: untyped.a.on(date(2018, 9, 1), "Europe/Paris"), FilterTypeError, 'a time zone must be a tzinfo, not a value of type str. Hint: use ZoneInfo("Europe/Paris").'),
        (lambda: untyped.a.on(date.max), FilterValueError, "the last day of the calendar has no next day."),
        (lambda: F.a.between(5, 1.5), FilterValueError, "`a`: the range ends before it starts: 5 to 1.5. Hint: pass the start first."),
        (lambda: F.a.within(date(2018, 10, 1), "2018-09-01"), FilterValueError, "`a`: the range ends before it starts: 2018-10-01 to 2018-09-01. Hint: pass the start first."),
        (lambda: untyped.a.between(1, None), FilterValueError, "None is not a value of the filter language. Hint: to select missing values use is_null()."),
        (lambda: untyped_all_of("eq(a,1)"), FilterTypeError, "all_of accepts filters, not a value of type str. Hint: parse(text) turns a text into a filter."),
        (lambda: untyped_any_of(untyped.a.eq(1), untyped.b), FilterTypeError, "any_of accepts filters, not a value of type Field."),
        (lambda: untyped_any_of({untyped.a.eq(1)}), FilterTypeError, "any_of does not accept a set: it has no order of terms. Hint: pass a list."),
        (lambda: untyped_all_of([[untyped.a.eq(1)]]), FilterTypeError, "all_of accepts filters, not a value of type list."),
    ],
)  # fmt: skip
def test_refused_values(action: Callable[[], Any], kind: type[FilterError], message: str) -> None:
    with pytest.raises(kind) as caught:
        action()
    assert str(caught.value) == message


def test_a_group_without_terms_is_its_default() -> None:
    assert all_of(default=None) is None
    assert any_of(None, None, default=None) is None
    assert any_of([], default=None) is None


@pytest.mark.parametrize(
    ("day", "zone", "start", "end"),
    [
        # the clock changes in the night before, in the day, and at midnight
        ("2018-10-28", "Europe/Paris", "2018-10-27T22:00:00Z", "2018-10-28T23:00:00Z"),
        ("2018-11-04", "America/New_York", "2018-11-04T04:00:00Z", "2018-11-05T05:00:00Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
        ("2018-11-04", "America/Havana", "2018-11-04T04:00:00Z", "2018-11-05T05:00:00Z"),
        ("2018-02-17", "America/Sao_Paulo", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"),
        ("2018-09-01", "Asia/Kathmandu", "2018-08-31T18:15:00Z", "2018-09-01T18:15:00Z"),
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
    ],
)
def test_a_day_of_a_time_zone(day: str, zone: str, start: str, end: str) -> None:
    built = F.a.on(date.fromisoformat(day), ZoneInfo(zone))
    assert str(built) == f"ge(a,{start}):lt(a,{end})"


def test_chained_comparisons_are_refused() -> None:
    with pytest.raises(FilterTypeError, match="chained comparisons such as"):
        _chained()


@pytest.mark.parametrize("name", ["__len__", "__wrapped__", "_repr_html_", "__array__"])
def test_names_that_python_looks_up_are_not_fields(name: str) -> None:
    for thing in (F, F.a):
        assert not hasattr(thing, name)
        with pytest.raises(AttributeError, match="is not a field"):
            getattr(thing, name)


def test_fields_are_not_iterable() -> None:
    for thing in (untyped, untyped.a):
        with pytest.raises(TypeError):
            list(thing)
        with pytest.raises(TypeError):
            _ = "x" in thing


def test_fields_pickle_and_print() -> None:
    assert repr(F) == "F"
    assert repr(F.a["b c"]) == "F['a.b c']"
    assert str(F.a.b) == "a.b"
    assert pickle.loads(pickle.dumps(F)) is F  # noqa: S301 - what was pickled here
    again: Field = pickle.loads(pickle.dumps(F.a))  # noqa: S301 - what was pickled here
    assert str(again) == "a"
    assert copy.copy(F) is F
    assert str(copy.deepcopy(F.a)) == "a"
    with pytest.raises(TypeError, match="unhashable"):
        hash(F.a)


@pytest.mark.parametrize("name", ["_name", "_compare", "_x", "name"])
def test_every_plain_attribute_is_a_field(name: str) -> None:
    assert str(getattr(F.a, name) == 1) == f"eq(a.{name},1)"
    assert str(getattr(F, name) == 1) == f"eq({name},1)"


_METHODS = [name for name in vars(Field) if not name.startswith("_")]


@for_each("name", _METHODS)
def test_a_method_is_not_a_field(name: str) -> None:
    method = getattr(untyped.a.b, name)
    message = re.escape(f"a.b.{name} is a method; the field of that name is F['a.b'][{name!r}].")
    with pytest.raises(FilterTypeError, match=message):
        _ = method == 1
    with pytest.raises(FilterTypeError, match=message):
        _ = method != 1
    with pytest.raises(FilterTypeError, match=message):
        _ = method > 1
    with pytest.raises(FilterTypeError, match=message):
        _ = method["x"]
    with pytest.raises(AttributeError, match=message):
        method.eq(1)
    assert str(untyped["a.b"][name].eq(1)) == f"eq(a.b.{name},1)"
    assert inspect.signature(method).return_annotation in {
        "And",
        "Comparison",
        "Membership",
        "IsNull",
    }
    assert method.__doc__


def test_the_methods_are_those_of_the_language() -> None:
    assert {*_METHODS} >= {"eq", "gt", "in_", "is_null", "text", "contains_all", "startswith"}


def test_the_signature_shows_that_there_is_no_default() -> None:
    assert "default: " in str(inspect.signature(all_of))
    assert str(inspect.signature(all_of)).partition("= ")[2].startswith("…")
