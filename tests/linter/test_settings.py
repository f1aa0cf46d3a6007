"""The settings of the linter: what they accept and how they describe an invalid value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from epfilter import FilterError, FilterTypeError, FilterValueError, lint
from epfilter.linter import Settings
from support.rows import for_each


@for_each(
    ("arguments", "error", "message"),
    [
        (
            {"select": "EPF4"},
            FilterTypeError,
            "`select` must be a list of codes, not a value of type str",
        ),
        (
            {"ignore": 5},
            FilterTypeError,
            "`ignore` must be a list of codes, not a value of type int",
        ),
        (
            {"ignore": (5,)},
            FilterTypeError,
            "a code in `ignore` must be a str, not a value of type int",
        ),
        ({"select": ("E4",)}, FilterValueError, "`E4` is not a code or a family of codes"),
        ({"select": ("EPF4011",)}, FilterValueError, "`EPF4011` is not a code or a family"),
        (
            {"max_calls": "1"},
            FilterTypeError,
            "`max_calls` must be an integer, not a value of type str",
        ),
        (
            {"max_bytes": True},
            FilterTypeError,
            "`max_bytes` must be an integer, not a value of type",
        ),
        ({"max_in_values": -1}, FilterValueError, "`max_in_values` must be at least 0, not -1"),
        (
            {"required_filters": "orders"},
            FilterTypeError,
            "`required_filters` must map listings to",
        ),
        ({"required_filters": 5}, FilterTypeError, "to fields, not a value of type int"),
        ({"required_filters": ["orders"]}, FilterTypeError, "must map names to lists of names"),
        ({"required_filters": {"orders": "id"}}, FilterTypeError, "names to lists of names"),
        ({"required_filters": {"orders": [5]}}, FilterTypeError, "names to lists of names"),
        ({"required_filters": {"orders": []}}, FilterValueError, "of `orders` is an empty list"),
    ],
)
def test_invalid_settings_are_rejected(
    arguments: dict[str, Any], error: type[FilterError], message: str
) -> None:
    with pytest.raises(error, match=message):
        Settings(**arguments)


def test_settings_accept_any_iterable_of_codes_and_are_hashable() -> None:
    settings = Settings(select=["EPF4"], ignore=iter(["EPF403"]))  # type: ignore[arg-type] # lists, from a file
    assert (settings.select, settings.ignore) == (("EPF4",), ("EPF403",))
    assert hash(settings) == hash(Settings(select=("EPF4",), ignore=("EPF403",)))


def test_required_filters_enable_their_rule_and_can_be_cached() -> None:
    settings = Settings(required_filters={"orders": ["created_at"]})
    assert settings == Settings(required_filters=(("orders", ("created_at",)),))
    assert hash(settings) != hash(Settings())
    assert [found.code for found in lint("eq(payment,paid)", "orders", settings=settings)] == [
        "EPF307"
    ]
    assert lint("eq(payment,paid)", "orders") == []
    narrow = replace(settings, select=("EPF4",))
    assert lint("eq(payment,paid)", "orders", settings=narrow) == []
