"""Patterns of file names, as a .gitignore has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from epfilter.linter.extractors import NeedsExtraError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_NO_PATTERN = (ValueError, re.error)


class Patterns:
    """Whether a path is one of those that patterns mean; the last pattern that fits decides.

    A line that is no pattern means nothing, as for git. Raises NeedsExtraError where a path is
    asked for and pathspec is not installed.

    >>> Patterns(["*.json", "!keep.json"]).match("a/b.json")
    True
    >>> Patterns(["*.json", "!keep.json"]).match("keep.json")
    False
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = tuple(lines)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def match(self, path: str) -> bool | None:
        """True where the path is meant, False where a `!` takes it out, None where none fits.

        The path is relative to the folder of the patterns, with `/`, and a folder's ends in one.
        """
        return self._spec.check_file(path).include if self._lines else None

    @cached_property
    def _spec(self) -> GitIgnoreSpec:
        try:
            from pathspec import GitIgnoreSpec
        except ModuleNotFoundError:
            raise NeedsExtraError("pathspec") from None
        try:
            return GitIgnoreSpec.from_lines(self._lines)
        except _NO_PATTERN:
            return GitIgnoreSpec.from_lines([one for one in self._lines if is_pattern(one)])


def is_pattern(line: str) -> bool:
    """Whether a line is a pattern at all.

    >>> is_pattern("*.json"), is_pattern("[z-a]")
    (True, False)
    """
    try:
        from pathspec import GitIgnoreSpec
    except ModuleNotFoundError:
        raise NeedsExtraError("pathspec") from None
    try:
        GitIgnoreSpec.from_lines([line])
    except _NO_PATTERN:
        return False
    return True
