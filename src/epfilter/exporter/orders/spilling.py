"""Where DuckDB puts what does not fit into memory, and what killed processes left there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

_PREFIX = ".duckdb-"
_ABANDONED = 3600.0
"""Seconds without a change after which nobody uses a folder any more."""


def spill_folder(base: Path) -> Path:
    """A new folder for one session; two DuckDBs would write over each other's files in one.

    It is not made: DuckDB makes it when it needs it, where `base` is there.

    >>> spill_folder(Path("state")) == spill_folder(Path("state"))
    False
    """
    return base / f"{_PREFIX}{uuid4().hex}"


def sweep_spill_folders(base: Path) -> int:
    """Remove the folders of sessions that were killed, and say how many.

    They are those in which nothing has changed for an hour. Whatever cannot be read or removed
    stays, and a folder that is not there has none.

    >>> sweep_spill_folders(Path("no such folder"))
    0
    """
    oldest = time.time() - _ABANDONED
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
