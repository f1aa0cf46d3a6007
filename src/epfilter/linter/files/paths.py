"""Paths of files: patterns as a .gitignore has them, and checks that never raise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from os.path import abspath, isdir, isfile
from pathlib import Path
from typing import TYPE_CHECKING

from epfilter.linter.extractors import NeedsExtraError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_INVALID_PATTERN = (ValueError, re.error)
_NAME = re.compile(r"\.?\w[\w.-]*")
"""A pattern without special characters, which matches a file or folder of this name anywhere."""


class PathPatterns:
    """Patterns of paths in the syntax of a .gitignore; the last pattern that matches decides.

    An invalid pattern is ignored, as git does. Matching raises NeedsExtraError where pathspec is
    not installed.

    >>> PathPatterns(["*.json", "!keep.json"]).match("a/b.json")
    True
    >>> PathPatterns(["*.json", "!keep.json"]).match("keep.json")
    False
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def match(self, path: str) -> bool | None:
        """Return True where the path matches, False where a `!` excludes it, None otherwise.

        The path is relative to the folder of the patterns, with `/`; that of a folder ends in `/`.
        """
        if not self._patterns:
            return None
        names, spec = self._compiled
        if names and not names.isdisjoint(path.split("/")):
            return True
        return spec.check_file(path).include if spec else None

    @cached_property
    def _compiled(self) -> tuple[frozenset[str], GitIgnoreSpec]:
        """The patterns that are only a name, which a set finds faster, and the others.

        With a `!`, the order of all patterns matters.
        """
        is_ordered = any(pattern.startswith("!") for pattern in self._patterns)
        names = frozenset(() if is_ordered else filter(_NAME.fullmatch, self._patterns))
        others = [pattern for pattern in self._patterns if pattern not in names]
        try:
            return names, _parse_patterns(others)
        except _INVALID_PATTERN:
            return names, _parse_patterns([pattern for pattern in others if is_pattern(pattern)])


def is_pattern(text: str) -> bool:
    """Return whether a text is a valid pattern. Raises NeedsExtraError as matching does.

    >>> is_pattern("*.json"), is_pattern("[z-a]")
    (True, False)
    """
    try:
        _parse_patterns([text])
    except _INVALID_PATTERN:
        return False
    return True


def _parse_patterns(patterns: Sequence[str]) -> GitIgnoreSpec:
    try:
        from pathspec import GitIgnoreSpec
    except ModuleNotFoundError:
        raise NeedsExtraError("pathspec") from None
    # The other backends, which pathspec prefers where they are installed, refuse names of files
    # that are not UTF-8.
    return GitIgnoreSpec.from_lines(patterns, backend="simple")


def normalize_path(path: Path) -> Path:
    """Return the absolute path without `..`; links stay."""
    try:
        return Path(abspath(path))  # noqa: PTH100 - resolve() would follow links
    except ValueError:  # a name that no file can have
        return path.absolute()


def is_file(path: Path) -> bool:
    """Return whether the path is a file, or a link to one; False where it cannot be checked."""
    return isfile(path)  # noqa: PTH113 - that of a Path raises errors


def is_missing(path: Path) -> bool:
    """Return whether nothing has this path; False where it cannot be checked."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: no file's name
        return True
    except OSError:
        return False
    return False


def is_folder(path: Path) -> bool:
    """Return whether the path is a folder, or a link to one; False where it cannot be checked."""
    return isdir(path)  # noqa: PTH112 - that of a Path raises errors
