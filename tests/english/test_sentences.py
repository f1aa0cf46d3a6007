"""A filter in plain English: exact words from data files, and properties of every filter.

A block of a data file is `[resource] filter` (`-` for none), followed by its indented words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterSyntaxError, FilterTypeError, FilterValueError, all_of, any_of, parse
from epfilter.ast import (
    CALL_OPERATORS,
    COMPARISONS,
    MEMBERSHIPS,
    PATTERN_OPERATORS,
    And,
    Comparison,
    Filter,
    IsNull,
    Membership,
    Operator,
    Or,
    walk,
)
from epfilter.english import in_words
from epfilter.english.operands import _MONTHS
from epfilter.errors import ResourceError
from epfilter.resources import (
    EqOrdered,
    Resource,
    all_resources,
    date_,
    orders,
    resource_info,
    timestamp,
)
from epfilter.snippets import make_printable
from support.counted_work import count_lines
from support.filter_strategies import HOSTILE, filters, texts
from support.resource_samples import Things, things
from support.rows import for_each
from support.sizes import MANY_TERMS, slow_except

DATA = Path(__file__).parent / "data"
_BLOCK = re.compile(
    r"^\[(?P<resource>[\w-]+)\] (?P<text>.*?)\n(?P<words>(?:    [^\n]*\n)+)",
    re.MULTILINE | re.DOTALL,
)


class Case(NamedTuple):
    resource: str
    text: str
    words: str


def _cases() -> list[Case]:
    return [
        Case(
            block["resource"],
            block["text"],
            re.sub("^    ", "", block["words"], flags=re.MULTILINE),
        )
        for path in sorted(DATA.glob("*.txt"))
        for block in _BLOCK.finditer(path.read_text(encoding="utf-8"))
    ]


@for_each("case", _cases(), ids=lambda case: f"{case.resource} {case.text}")
def test_a_filter_has_the_words_of_the_case(case: Case) -> None:
    resource: Any = {"-": None, "things": things}.get(case.resource, case.resource)
    assert in_words(case.text, resource) + "\n" == case.words
    assert in_words(parse(case.text), resource) + "\n" == case.words


def test_the_cases_have_every_operator_and_every_kind_of_value() -> None:
    seen = {
        node.op
        for case in _cases()
        for node in walk(parse(case.text))
        if isinstance(node, (Comparison, Membership, IsNull))
    }
    assert seen == {*CALL_OPERATORS}
    named = {case.text.split("(")[1].split(",")[0] for case in _cases()}
    assert {"created_at", "day", "total", "weight", "manual", "id", "status", "tags"} <= named


@pytest.mark.parametrize(
    ("f", "resource", "error", "message"),
    [
        ("eq(a", None, FilterSyntaxError, "EPF107"),
        (b"eq(a,1)", None, FilterTypeError, "a filter is expected"),
        (F.a, None, FilterTypeError, "a filter is expected"),
        ("eq(a,1)", "ordrs", ResourceError, "did you mean `orders`?"),
        ("eq(a,1)", 5, FilterTypeError, "a resource or its name is expected"),
        ("eq(a,1)", Things, FilterTypeError, "a resource or its name is expected"),
    ],
)
def test_invalid_arguments_raise(
    f: Any, resource: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        in_words(f, resource)


@pytest.mark.parametrize(
    ("zone", "error", "message"),
    [
        ("Europe/Pariis", FilterValueError, "there is no time zone `Europe/Pariis`"),
        ("", FilterValueError, "there is no time zone"),
        (2, FilterTypeError, "a time zone is a name or a tzinfo, not"),
    ],
)
def test_an_invalid_time_zone_raises(zone: Any, error: type[Exception], message: str) -> None:
    for resource in (None, "orders"):
        with pytest.raises(error, match=message):
            in_words("eq(a,1)", resource, timezone=zone)


_ZONED = {
    (
        "gt(created_at,2018-09-01)",
        "Europe/Paris",
    ): "created after 02:00 UTC+02:00 on 1 September 2018",
    (
        "gt(created_at,2018-01-01)",
        "America/New_York",
    ): "created after 19:00 UTC-05:00 on 31 December 2017",
    # The clock goes back: both moments are at 02:30 in Paris.
    (
        "in(created_at,2018-10-28T00:30:00Z,2018-10-28T01:30:00Z)",
        "Europe/Paris",
    ): "created exactly at either 02:30 UTC+02:00 on 28 October 2018 or 02:30 UTC+01:00 on 28 October 2018",
    (
        "lt(created_at,2018-04-16T10:11:59.123456789Z)",
        "Asia/Kolkata",
    ): "created before 15:41:59.123456789 UTC+05:30 on 16 April 2018",
    (
        "lt(created_at,1850-01-01)",
        "Europe/Paris",
    ): "created before 00:09:21 UTC+00:09:21 on 1 January 1850",
    # The calendar ends before the moment in this zone.
    ("lt(created_at,0001-01-01)", "America/New_York"): "created before 00:00 UTC on 1 January 0001",
    ("gt(created_at,2018-09-01)", "utc"): "created after 00:00 UTC on 1 September 2018",
    ("gt(created_at,soon)", "Europe/Paris"): "created after “soon”",
}


@for_each("case", [*_ZONED])
def test_points_in_time_are_shown_in_a_time_zone(case: tuple[str, str]) -> None:
    text, zone = case
    assert in_words(text, "orders", timezone=zone) == f"orders {_ZONED[case]}"


def test_a_day_is_the_same_in_every_time_zone() -> None:
    words = in_words("gt(day,2018-09-01)", things, timezone="Pacific/Auckland")
    assert words == in_words("gt(day,2018-09-01)", things)


@given(st.datetimes(timezones=st.just(UTC)), st.timezones())
def test_the_words_of_a_time_zone_name_the_same_moment(moment: datetime, zone: tzinfo) -> None:
    words = in_words(F.created_at.gt(moment), "orders", timezone=zone)
    clock, offset, day, month, year = re.fullmatch(
        r"orders created after (\S+) UTC(\S*) on (\d+) (\w+) (\d{4})", words
    ).groups()  # type: ignore[union-attr]
    clock = clock if clock.count(":") == 2 else f"{clock}:00"
    number = _MONTHS.index(month) + 1
    shown = f"{year}-{number:02}-{int(day):02}T{clock}{offset or '+00:00'}"
    assert datetime.fromisoformat(shown) == moment


def _shown(text: str) -> str:
    """Return a text as it appears in the words: as it is, or escaped."""
    if text.isprintable() and not {"“", "”"} & {*text}:
        return text
    escaped = make_printable(text.replace("\\", "\\\\"))
    return escaped.replace("“", "\\u201c").replace("”", "\\u201d")


def _require_form(words: str) -> None:
    """Require one line, or a heading and one condition per line."""
    first, *others = words.splitlines()
    assert first.endswith(" of these conditions:") or not others
    assert all(re.match(r" *- ", line) for line in others)
    assert words.replace("\n", "").isprintable()


@given(filters)
def test_the_words_contain_every_name_and_value(f: Filter) -> None:
    words = in_words(f)
    _require_form(words)
    for node in walk(f):
        if not isinstance(node, (Comparison, Membership, IsNull)):
            continue
        if (node.op, node.field) != (Operator.TEXT, "*"):
            spaced = (re.sub("[._]", " ", node.field), node.field.replace("_", " "))
            assert any(name in words for name in (*spaced, _shown(node.field)))
        for value in getattr(node, "values", None) or [getattr(node, "value", "")]:
            pattern = node.op in PATTERN_OPERATORS
            shown = value.removeprefix("*").removesuffix("*") if pattern else value
            assert _shown(shown) in words


_names = st.sampled_from(
    [*(name for name in resource_info(things).fields if "{" not in name), "title_fr", "no_field"]
)
_values = st.one_of(
    texts,
    st.sampled_from(HOSTILE),
    st.dates().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)
_typed_calls: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Comparison, op=st.sampled_from(COMPARISONS), field=_names, value=_values),
    st.builds(
        Membership,
        op=st.sampled_from(MEMBERSHIPS),
        field=_names,
        values=st.lists(_values, min_size=1, max_size=4).map(tuple),
    ),
    st.builds(IsNull, field=_names),
)


@given(st.lists(_typed_calls, min_size=1, max_size=8), st.sampled_from([all_of, any_of]))
def test_any_filter_has_words_with_a_resource(calls: list[Filter], joined: Any) -> None:
    words = in_words(joined(calls), things)
    assert words.startswith("things ")
    _require_form(words)


@given(filters, st.sampled_from(all_resources()))
def test_a_filter_that_does_not_fit_has_words_as_well(f: Filter, resource: Any) -> None:
    _require_form(in_words(f, resource))


def test_every_listing_has_a_noun_of_its_own() -> None:
    nouns = {in_words("is_null(x)", one).partition(" whose ")[0] for one in all_resources()}
    assert len(nouns) == len(all_resources())
    assert all(
        re.fullmatch(r"(?:[a-z]+|API|APIs|CM|PIM)(?: (?:[a-z]+|APIs?|CM))*", noun) for noun in nouns
    )


def test_fields_with_the_same_words_keep_their_names() -> None:
    class Boxes(Resource, name="box"):
        opened_at = EqOrdered(timestamp())
        opened_on = EqOrdered(date_())

    moment, day = "after 00:00 UTC on 1 May 2026", "after 1 May 2026"
    one, other = "gt(opened_at,2026-05-01)", "gt(opened_on,2026-05-01)"
    assert in_words(one, Boxes()) == f"boxes opened {moment}"
    assert in_words(other, Boxes()) == f"boxes opened {day}"
    both = f"boxes whose opened at is {moment} and whose opened on is {day}"
    assert in_words(f"{one}:{other}", Boxes()) == both


def test_a_resource_name_that_is_not_a_word_is_quoted() -> None:
    class Odd(Resource, name="a, b"):
        pass

    assert in_words("eq(x,1)", Odd()) == "“a, b” objects whose x is 1"


_LEAVES: tuple[Filter, ...] = (
    *(F.a.eq(1), F.a.eq(2), F.a.gt(3), F.a.lt(4), F.a.like("x*"), F.a.is_null()),
    *(F.b.eq(1), F.b.gt(3), F.tags.contains("x"), F.tags.contains("y"), F.b.in_("p", "q")),
    *(F.tags.contains_all("p", "q"), F["*"].text("red"), F.a.in_(5, 6)),
)


@st.composite
def _grouped(draw: st.DrawFn, leaves: list[Filter]) -> Filter:
    """Return the leaves in any order and grouping, nested or not."""
    terms = draw(st.permutations(leaves))
    while len(terms) > 1:
        at = draw(st.integers(0, len(terms) - 2))
        size = draw(st.integers(2, len(terms) - at))
        group = draw(st.sampled_from((And, Or)))(terms=tuple(terms[at : at + size]))
        terms = [*terms[:at], group, *terms[at + size :]]
    return terms[0]


def _meaning(f: Filter) -> object:
    """Return what a filter of distinct leaves means, ignoring order and redundant groups."""
    if not isinstance(f, (And, Or)):
        return f
    terms: set[object] = set()
    for term in map(_meaning, f.terms):
        if isinstance(term, tuple) and term[0] is type(f):
            terms |= term[1]
        else:
            terms.add(term)
    return type(f), frozenset(terms)


@given(
    st.lists(st.sampled_from(_LEAVES), min_size=2, max_size=6, unique=True).flatmap(
        lambda leaves: st.tuples(_grouped(leaves), _grouped(leaves))
    )
)
def test_different_groupings_of_the_same_terms_have_different_words(
    both: tuple[Filter, Filter],
) -> None:
    one, other = both
    if _meaning(one) != _meaning(other):
        assert in_words(one) != in_words(other)


def test_every_grouping_of_three_terms_has_words_of_its_own() -> None:
    for one, two, three in combinations(_LEAVES, 3):
        filters = [And(terms=(one, two, three)), Or(terms=(one, two, three))]
        for alone, left, right in ((one, two, three), (two, one, three), (three, one, two)):
            filters.append(And(terms=(alone, Or(terms=(left, right)))))
            filters.append(Or(terms=(alone, And(terms=(left, right)))))
        assert len({in_words(f) for f in filters}) == len(filters)


_SHAPES: dict[str, Callable[[int], Filter]] = {
    "one field": lambda count: all_of(F.a.gt(n) for n in range(count)),
    "many fields": lambda count: all_of(F[f"field_{n}"].eq(n) for n in range(count)),
    "alternatives of one field": lambda count: any_of(F.a.eq(n) for n in range(count)),
    "alternatives": lambda count: any_of(F[f"field_{n}"].gt(n) for n in range(count)),
    "values": lambda count: F.a.in_(range(count)),
    "groups": lambda count: all_of(F[f"f{n}"].gt(n) | F.b.lt(n) for n in range(count)),
    "points in time": lambda count: all_of(F.created_at.gt(n) for n in range(count)),
}


@pytest.mark.parametrize("resource", [None, orders], ids=["no resource", "orders"])
@pytest.mark.parametrize("shape", slow_except(_SHAPES, "groups"))
def test_work_grows_with_the_filter_and_no_faster(shape: str, resource: Any) -> None:
    small, large = (_SHAPES[shape](count) for count in (200, 800))
    in_words(small, resource)
    assert count_lines(lambda: in_words(large, resource)) < 4.5 * count_lines(
        lambda: in_words(small, resource)
    )


@pytest.mark.parametrize("terms", MANY_TERMS)
def test_a_filter_of_many_terms_has_words(terms: int) -> None:
    same = all_of(F.a.gt(n) for n in range(terms))
    assert in_words(same).count(" and ") == terms - 1
    lines = in_words(any_of(F[f"f{n}"].gt(n) for n in range(terms))).splitlines()
    assert (len(lines), lines[-1]) == (
        terms + 1,
        f"- whose f{terms - 1} is greater than {terms - 1}",
    )
