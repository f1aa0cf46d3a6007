"""Aliases by regular expression are checked when they are declared."""

from __future__ import annotations

import re

import pytest

from epfilter.errors import ResourceError
from epfilter.resources import (
    PatternAlias,
)


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        ("(", "a", "`(` is not a regular expression: missing )"),
        (
            "a{9999999999999}",
            "a",
            "is not a regular expression: the repetition number is too large",
        ),
        ("a", r"\1", r"`\1` is not a replacement for the regular expression `a`: invalid group"),
        ("a", r"\g<x>", "unknown group name 'x'"),
        ("a", r"\q", "bad escape"),
    ],
)
def test_an_invalid_pattern_raises_when_it_is_declared(
    pattern: str, replacement: str, message: str
) -> None:
    with pytest.raises(ResourceError, match=re.escape(message)):
        PatternAlias(pattern, replacement)
