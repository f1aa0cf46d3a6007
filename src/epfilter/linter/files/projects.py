"""Whether a project uses the platform, by the packages that it requires."""

from __future__ import annotations

import re
from os.path import exists
from pathlib import Path

_NAMES = ("moltin", "epfilter")
_NAME_PATTERNS = (re.compile(r"elastic[ _-]?path"), re.compile(r"epcc(?<=\bepcc)"))
"""The names of the platform, of its SDKs and command line, and of this package.

They are searched one after the other, in lower case: that is several times faster.
"""

MANIFESTS = (
    "package.json", "pyproject.toml", "setup.cfg", "setup.py", "requirements.txt", "composer.json",
    "go.mod", "Gemfile",
)  # fmt: skip
"""Files that list the packages that a project requires."""

_MAX_SIZE = 1_000_000
"""Bytes of a larger manifest are not read."""


def names_platform(text: str) -> bool:
    """Return whether a text contains a name of the platform.

    >>> names_platform("the API of Elastic Path"), names_platform("recept, elastic band")
    (True, False)
    """
    lower = text.lower()
    return any(name in lower for name in _NAMES) or any(
        pattern.search(lower) for pattern in _NAME_PATTERNS
    )


class Projects:
    """The projects of files: a folder uses the platform if it, or one above it, requires it.

    The search ends at the root of a repository. A manifest that cannot be read requires nothing.
    """

    def __init__(self) -> None:
        self._results: dict[Path, bool] = {}

    def uses_platform(self, folder: Path) -> bool:
        """Return whether a manifest in the folder, or in one above it, names the platform."""
        above: list[Path] = []
        result = False
        for parent in (folder, *folder.parents):
            if parent in self._results:
                result = self._results[parent]
                break
            above.append(parent)
            result = any(_names_platform(parent / name) for name in MANIFESTS)
            if result or exists(parent / ".git"):  # noqa: PTH110 - that of a Path raises errors
                break
        self._results.update(dict.fromkeys(above, result))
        return result


def _names_platform(manifest: Path) -> bool:
    try:
        with manifest.open("rb") as file:
            content = file.read(_MAX_SIZE)
    except (OSError, ValueError):
        return False
    return names_platform(content.decode("utf-8", "replace"))
