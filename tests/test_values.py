"""Python value to operand text, and operand text to typed value: one row per case."""

from __future__ import annotations

import enum
import math
from collections import UserString
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epfilter import F, FilterTypeError, FilterValueError
from epfilter.values import from_text, from_text_or_none, read_timestamp, to_text
from support.rows import for_each

ID = UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6")
BERLIN = timezone(timedelta(hours=2))


class Payment(enum.Enum):
    PAID = "paid"
    NUMBER = 7
    NOTHING = None


class Loud(enum.StrEnum):
    PAID = "paid"


class Level(enum.IntEnum):
    HIGH = 3


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Stamp(datetime):
    """As pandas' Timestamp: a datetime with nanoseconds."""

    nanosecond = 335


class NotATime(datetime):
    """As pandas' NaT: a datetime that differs from itself."""

    def __eq__(self, other: object) -> bool:
        return False

    def __ne__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment] # as NaT would have it here


@for_each(
    ("value", "text"),
    [
        ("paid", "paid"),
        ("", ""),
        (' "x', ' "x'),
        (Text("a"), "a"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
        (10**30, "1" + "0" * 30),
        (1.0, "1"),
        (-0.0, "-0"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        (1e16, "10000000000000000"),
        (1e22, "1" + "0" * 22),
        (1.5e-7, "0.00000015"),
        (5e-324, "0." + "0" * 323 + "5"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1E-3"), "0.001"),
        (Decimal("-0"), "-0"),
        (date(2018, 9, 1), "2018-09-01"),
        (date(1, 1, 1), "0001-01-01"),
        (datetime(2018, 9, 1, tzinfo=UTC), "2018-09-01T00:00:00Z"),
        (datetime(2018, 4, 16, 10, 11, 59, 715000, tzinfo=UTC), "2018-04-16T10:11:59.715Z"),
        (datetime(2018, 4, 16, 10, 11, 59, 715001, tzinfo=UTC), "2018-04-16T10:11:59.715001Z"),
        (datetime(2018, 4, 16, 10, 11, 59, 1000, tzinfo=UTC), "2018-04-16T10:11:59.001Z"),
        (datetime(2018, 9, 1, 1, 30, tzinfo=BERLIN), "2018-08-31T23:30:00Z"),
        (datetime(9, 1, 1, tzinfo=UTC), "0009-01-01T00:00:00Z"),
        (Stamp(2018, 10, 4, 11, 8, 49, 156490, tzinfo=UTC), "2018-10-04T11:08:49.156490335Z"),
        (ID, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        (Payment.PAID, "paid"),
        (Payment.NUMBER, "7"),
        (Loud.PAID, "paid"),
        (Level.HIGH, "3"),
    ],
)
def test_text_of_a_value(value: Any, text: str) -> None:
    assert to_text(value) == text
    assert type(to_text(value)) is str
    assert F.a.eq(value).value == text


@for_each(
    ("value", "message"),
    [
        (None, "None is not a value of the filter language. Hint: to select missing values use is_null()."),
        (Payment.NOTHING, "None is not a value of the filter language. Hint: to select missing values use is_null()."),
        (b"x", "bytes have no text in a filter. Hint: decode them first: value.decode()."),
        (memoryview(b"x"), "bytes have no text in a filter. Hint: decode them first: value.decode()."),
        (bytearray(b"x"), "bytes have no text in a filter. Hint: decode them first: value.decode()."),
        (math.nan, "nan cannot be a value of a filter. Hint: for a missing value use is_null()."),
        (math.inf, "inf cannot be a value of a filter."),
        (Decimal("NaN"), "NaN cannot be a value of a filter."),
        (Decimal("sNaN"), "sNaN cannot be a value of a filter."),
        (Decimal("-Infinity"), "-Infinity cannot be a value of a filter."),
        (Decimal("1E+5000"), "a decimal of more than 4300 digits without exponent cannot be a value."),
        (Decimal("1E-999999"), "a decimal of more than 4300 digits without exponent cannot be a value."),
        (10**5000, "an integer of more than 4300 digits cannot be a value."),
        (datetime(2018, 9, 1), "the datetime has no time zone, and the platform would read it as UTC. Hint: add the zone: value.replace(tzinfo=UTC), or value.astimezone() for local time."),  # noqa: DTZ001 - that is the point
        (datetime.min.replace(tzinfo=BERLIN), "the datetime is outside the years 1 to 9999 in UTC."),
        (NotATime(2018, 9, 1), "NaT has no date. Hint: for a missing date use is_null()."),
        ("a\ud800", "the text has a lone surrogate (U+D800) at position 1, which has no encoding. Hint: it usually comes from bytes decoded with the wrong codec; decode them again."),
        (Text("\udc80"), "the text has a lone surrogate (U+DC80) at position 0, which has no encoding. Hint: it usually comes from bytes decoded with the wrong codec; decode them again."),
        (["a"], "a value of type list has no text in a filter. Hint: for several values use in_, contains_any or contains_all."),
        (F.a.eq(1), "a value of type Comparison has no text in a filter. Hint: combine filters with & and |."),
        (object(), "a value of type object has no text in a filter. Hint: use a str, int, float, Decimal, bool, date, datetime, UUID or Enum, or str(value)."),
        (Fraction(1, 2), "a value of type Fraction has no text in a filter. Hint: use a str, int, float, Decimal, bool, date, datetime, UUID or Enum, or str(value)."),
        (timedelta(1), "a value of type timedelta has no text in a filter. Hint: use a str, int, float, Decimal, bool, date, datetime, UUID or Enum, or str(value)."),
        (UserString("x"), "a value of type UserString has no text in a filter. Hint: for several values use in_, contains_any or contains_all."),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_values_without_text_are_refused(value: Any, message: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        F.a.eq(value)
    assert str(caught.value) == message


class datetime64:  # noqa: N801 - numpy's name for it
    """As numpy's point in time, whose item may be a number of nanoseconds."""


def test_datetime64_of_numpy_is_refused() -> None:
    with pytest.raises(FilterValueError, match="convert it to a datetime with a time zone"):
        to_text(datetime64())


class Scalar:
    """As a scalar of numpy that is no Python number."""

    def item(self) -> bool:
        return True


@Integral.register
class Duration:
    """As a duration of numpy: registered as an integer, and none."""


def test_a_type_registered_as_integer_is_refused() -> None:
    with pytest.raises(FilterValueError, match="a value of type Duration has no text in a filter"):
        to_text(Duration())


def test_values_that_cannot_be_iterated() -> None:
    class Scalars:
        def __iter__(self) -> Iterator[object]:
            raise TypeError("iteration over a 0-d array")

    untyped: Any = Scalars()
    with pytest.raises(FilterValueError, match="in_ cannot read the values: iteration over a 0-d"):
        F.a.in_(untyped)


def test_a_scalar_of_another_library() -> None:
    with pytest.raises(FilterValueError, match=r"with \.item\(\)"):
        to_text(Scalar())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_read_back(value: float) -> None:
    text = to_text(value)
    assert float(text) == value
    assert "e" not in text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**50), max_value=10**50))
def test_decimals_read_back(value: Decimal) -> None:
    assert from_text(to_text(value), Decimal) == value


@given(st.datetimes(timezones=st.timezones()))
def test_datetimes_read_back(value: datetime) -> None:
    try:
        text = to_text(value)
    except FilterValueError:
        assert value.year in {1, 9999}
    else:
        assert from_text(text, datetime) == value.astimezone(UTC)


@given(st.integers(), st.dates(), st.uuids(), st.booleans())
def test_other_values_read_back(number: int, day: date, identity: UUID, yes: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    assert from_text(to_text(number), int) == number
    assert from_text(to_text(day), date) == day
    assert from_text(to_text(identity), UUID) == identity
    assert from_text(to_text(yes), bool) is yes


MIDNIGHT = datetime(2018, 9, 1, tzinfo=UTC)


@for_each(
    ("text", "kind", "value"),
    [
        ("0012", str, "0012"),
        ("0012", int, 12),
        ("+5", int, 5),
        ("-5", int, -5),
        ("10.50", Decimal, Decimal("10.50")),
        ("1e3", Decimal, Decimal(1000)),
        ("true", bool, True),
        ("false", bool, False),
        ("2018-09-01", date, date(2018, 9, 1)),
        ("2018-09-01", datetime, MIDNIGHT),
        ("2018-09-01T00:00:00Z", datetime, MIDNIGHT),
        ("2018-09-01T00:00:00", datetime, MIDNIGHT),
        ("2018-09-01 00:00:00z", datetime, MIDNIGHT),
        ("2018-09-01T02:00:00+02:00", datetime, MIDNIGHT),
        ("2018-09-01T00:00:00.000Z", datetime, MIDNIGHT),
        ("2018-10-04T11:08:49.156490335Z", datetime, datetime(2018, 10, 4, 11, 8, 49, 156490, UTC)),
        ("0001-01-01T00:00:00Z", datetime, datetime(1, 1, 1, tzinfo=UTC)),
        ("640912546584", datetime, datetime(1990, 4, 23, 23, 15, 46, 584000, UTC)),
        ("-1", datetime, datetime(1969, 12, 31, 23, 59, 59, 999000, UTC)),
        ("3FA85F64-5717-4562-B3FC-2C963F66AFA6", UUID, ID),
    ],
)
def test_typed_value_of_a_text(text: str, kind: type[Any], value: object) -> None:
    for read in (from_text(text, kind), from_text_or_none(text, kind)):
        assert read == value
        assert type(read) is type(value)


@for_each(
    ("text", "kind", "message"),
    [
        ("1.5", int, "`1.5` is not a whole number. Hint: write it as digits, such as 1050."),
        ("", int, "`` is not a whole number. Hint: write it as digits, such as 1050."),
        ("١٢", int, "`١٢` is not a whole number. Hint: write it as digits, such as 1050."),
        ("1_000", int, "`1_000` is not a whole number. Hint: write it as digits, such as 1050."),
        ("9" * 5000, int, f"`{'9' * 19}…{'9' * 19}` is too long: a number has at most 4300 digits."),
        ("9" * 5000, Decimal, f"`{'9' * 19}…{'9' * 19}` is too long: a number has at most 4300 digits."),
        ("1e99999999999999999999", Decimal, "`1e99999999999999999999` is not a number. Hint: write it as digits, such as 10.50."),
        ("NaN", Decimal, "`NaN` is not a number. Hint: write it as digits, such as 10.50."),
        ("yes", bool, "`yes` is not a boolean. Hint: write it as true or false."),
        ("True", bool, "`True` is not a boolean. Hint: write it as true or false."),
        ("2018-02-30", date, "`2018-02-30` is not a date. Hint: write it as YYYY-MM-DD, such as 2018-09-01."),
        ("20180901", date, "`20180901` is not a date. Hint: write it as YYYY-MM-DD, such as 2018-09-01."),
        ("yesterday", datetime, "`yesterday` is not a date or timestamp. Hint: write it as 2018-04-16T10:11:59.715Z or 2018-04-16."),
        ("2018-09-01T25:00:00Z", datetime, "`2018-09-01T25:00:00Z` is not a date or timestamp. Hint: write it as 2018-04-16T10:11:59.715Z or 2018-04-16."),
        ("9" * 30, datetime, f"`{'9' * 30}` is not a date or timestamp. Hint: write it as 2018-04-16T10:11:59.715Z or 2018-04-16."),
        ("0001-01-01T00:00:00+02:00", datetime, "`0001-01-01T00:00:00+02:00` is not a date or timestamp. Hint: write it as 2018-04-16T10:11:59.715Z or 2018-04-16."),
        ("3fa85f64", UUID, "`3fa85f64` is not a UUID. Hint: write it as 3fa85f64-5717-4562-b3fc-2c963f66afa6."),
    ],
)  # fmt: skip
def test_text_that_is_not_of_the_type(text: str, kind: type[Any], message: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        from_text(text, kind)
    assert str(caught.value) == message
    assert from_text_or_none(text, kind) is None


@pytest.mark.parametrize("untyped", [from_text, from_text_or_none])
def test_another_type_than_str_is_refused(untyped: Any) -> None:
    with pytest.raises(FilterTypeError, match="the text of a value must be a str, not None"):
        untyped(None, int)
    with pytest.raises(
        FilterTypeError, match=r"from_text supports str, .*, not a value of type list"
    ):
        untyped("1", [])


def test_an_unsupported_type_is_refused() -> None:
    with pytest.raises(FilterTypeError, match="from_text supports str, int, Decimal, bool, date"):
        from_text("1", float)  # type: ignore[type-var] # refused at run time as well


@pytest.mark.parametrize("method", ["in_", "contains_any", "contains_all"])
@for_each(
    ("values", "texts"),
    [
        (("a", "b"), ("a", "b")),
        ((["a", "b"],), ("a", "b")),
        ((("a",),), ("a",)),
        (("abc",), ("abc",)),
        ((1,), ("1",)),
        ((Loud.PAID,), ("paid",)),
        (({"x": 1, "y": 2}.keys(),), ("x", "y")),
        ((Loud,), ("paid",)),
        (("a", 1, True), ("a", "1", "true")),
    ],
)
def test_several_values(method: str, values: tuple[Any, ...], texts: tuple[str, ...]) -> None:
    assert getattr(F.a, method)(*values).values == texts


def test_several_values_from_a_generator() -> None:
    assert F.a.in_(number for number in range(3)).values == ("0", "1", "2")


@pytest.mark.parametrize("method", ["in_", "contains_any", "contains_all"])
@for_each(
    ("values", "message"),
    [
        ((), "{} requires at least one value. Hint: an empty list selects nothing; check for it before you build the filter."),
        (([],), "{} requires at least one value. Hint: an empty list selects nothing; check for it before you build the filter."),
        (({"a"},), "{} does not accept a set: it has no order, so the filter would differ from run to run. Hint: use {}(sorted(…)) or a list."),
        ((frozenset("a"),), "{} does not accept a frozenset: it has no order, so the filter would differ from run to run. Hint: use {}(sorted(…)) or a list."),
        ((b"ab",), "bytes have no text in a filter. Hint: decode them first: value.decode()."),
        ((None,), "None is not a value of the filter language. Hint: to select missing values use is_null()."),
        ((["a", None],), "None is not a value of the filter language. Hint: to select missing values use is_null()."),
        ((["a"], "b"), "{} accepts several values or one list, not several lists. Hint: use {}([*first, *second])."),
        (({"a": 1},), "{} does not accept a dict: its keys or its values are possible. Hint: use {}(list(…)) with the keys or with the values."),
    ],
)  # fmt: skip
def test_invalid_lists_of_values(method: str, values: tuple[Any, ...], message: str) -> None:
    with pytest.raises(FilterValueError) as caught:
        getattr(F.a, method)(*values)
    assert str(caught.value) == message.replace("{}", method)


@pytest.mark.parametrize(
    "text", ["2018-09-01T10:00:00", "2018-09-01 10:00:00Z", "20180901T100000Z", "2018-09-01"]
)
def test_other_notations_of_a_timestamp_are_those_of_operands(text: str) -> None:
    assert read_timestamp(text) == from_text_or_none(text, datetime)
