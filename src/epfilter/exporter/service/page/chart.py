"""The chart of orders by month, or by year if there are many months."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

HEIGHT = 60
"""The height of the highest bar."""

_STEP = 10
_MAX_BARS = 36
_LEAST_BARS = 12
"""A chart of fewer bars has empty room, so that they are not wider than in others."""


class Bar(NamedTuple):
    """A bar of the chart: its period, such as `2018-09` or `2018`, its number and its geometry."""

    period: str
    number: int
    x: int
    height: float


class Chart(NamedTuple):
    """The bars of consecutive periods; `unit` is `month` or `year`."""

    unit: str
    bars: tuple[Bar, ...]
    width: int

    @property
    def highest(self) -> Bar:
        """The first of the highest bars."""
        return max(self.bars, key=lambda bar: bar.number)


def draw_chart(months: Mapping[str, int]) -> Chart | None:
    """Return the chart of the numbers of months like `2018-09`; None without a month.

    A period without orders has a bar of height 0. Of many years only the last ones are shown.

    >>> chart = draw_chart({"2018-09": 4, "2018-11": 2})
    >>> [(bar.period, bar.height) for bar in chart.bars]
    [('2018-09', 60.0), ('2018-10', 0.0), ('2018-11', 30.0)]
    """
    if not months:
        return None
    first, last = (_to_index(month) for month in (min(months), max(months)))
    if last - first < _MAX_BARS:
        unit, numbers = "month", dict(months)
        periods = [f"{index // 12:04}-{index % 12 + 1:02}" for index in range(first, last + 1)]
    else:
        unit, numbers = "year", _sum_years(months)
        years = range(max(first // 12, last // 12 - _MAX_BARS + 1), last // 12 + 1)
        periods = [f"{year:04}" for year in years]
    most = max(numbers.get(period, 0) for period in periods)
    bars = tuple(
        Bar(period, number, index * _STEP, round(HEIGHT * number / most, 1))
        for index, period in enumerate(periods)
        for number in [numbers.get(period, 0)]
    )
    return Chart(unit, bars, max(len(bars), _LEAST_BARS) * _STEP)


def _to_index(month: str) -> int:
    """Return the number of months from the beginning of year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _sum_years(months: Mapping[str, int]) -> dict[str, int]:
    years: Counter[str] = Counter()
    for month, number in months.items():
        years[month[:4]] += number
    return dict(years)
