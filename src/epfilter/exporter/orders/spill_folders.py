"""The folders of data that does not fit into memory: new ones, and those of killed processes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

_PREFIX = ".duckdb-"
_ABANDONED_SECONDS = 3600.0
"""Seconds without a change after which a folder is abandoned."""


def new_spill_folder(base: Path) -> Path:
    """Return the path of a new folder for one session; two sessions must not share one.

    DuckDB creates the folder when it needs it, if `base` exists.

    >>> new_spill_folder(Path("state")) == new_spill_folder(Path("state"))
    False
    """
    return base / f"{_PREFIX}{uuid4().hex}"


def sweep_spill_folders(base: Path) -> int:
    """Remove the folders of killed sessions; return how many were removed.

    These are the folders without a change for an hour. One that cannot be read or removed stays;
    a missing `base` is not an error.

    >>> sweep_spill_folders(Path("no such folder"))
    0
    """
    oldest = time.time() - _ABANDONED_SECONDS
    removed = 0
    for folder in _spill_folders(base):
        with suppress(OSError):
            if max(each.stat().st_mtime for each in (folder, *folder.iterdir())) < oldest:
                rmtree(folder)
                removed += 1
    return removed


def _spill_folders(base: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from [each for each in base.iterdir() if each.name.startswith(_PREFIX)]
