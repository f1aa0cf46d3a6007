"""What does not fit into memory: where it goes, and that nothing of it stays or is told."""

from __future__ import annotations

import os
import stat
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from epfilter.exporter.errors import OrdersError
from epfilter.exporter.orders import open_orders
from epfilter.exporter.orders.duckdb_sessions import Sessions
from epfilter.exporter.orders.spill_folders import new_spill_folder, sweep_spill_folders

SORT = (
    "SELECT text FROM (SELECT repeat('x', 100) || i::VARCHAR AS text "
    "FROM range(600_000) AS numbers(i)) ORDER BY hash(text)"
)
"""It needs more than the memory of these sessions."""


def sessions(temporary: Path | None) -> Sessions:
    return Sessions(threads=1, memory="30MB", temporary=temporary)


def test_data_that_does_not_fit_goes_into_a_new_folder(tmp_path: Path) -> None:
    temporary = tmp_path / "not yet" / "temporary"
    with sessions(temporary).session() as connection:
        assert len(connection.execute(SORT).fetchmany(10)) == 10
        (spill,) = temporary.iterdir()
        assert spill.is_dir()
    assert [*temporary.iterdir()] == []
    if os.name == "posix":
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_created_is_reported_without_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "orders.csv").write_text("id\n1\n", encoding="utf-8")
    store = open_orders(tmp_path / "orders.csv", temporary=tmp_path / "file" / "temporary")
    with pytest.raises(OrdersError) as caught:
        store.count(None)
    assert str(caught.value) == "cannot create the folder for temporary files: Not a directory."


def sort_without(base: Path, session: AbstractContextManager[DuckDBPyConnection]) -> None:
    """Sort while the folder for what does not fit is taken away."""
    with session as connection:
        base.rmdir()
        connection.execute(SORT).fetchone()


@pytest.mark.parametrize("named", [True, False])
def test_a_folder_that_vanishes_is_reported_without_its_path(
    tmp_path: Path, *, named: bool
) -> None:
    base = tmp_path / "temporary"
    base.mkdir()
    made = sessions(base) if named else sessions(None)
    with pytest.raises(OrdersError) as caught:
        sort_without(base, made.session((), None if named else base))
    assert "temporary" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert ".duckdb" not in str(caught.value)


def test_an_error_is_translated_before_the_session_ends_too(tmp_path: Path) -> None:
    made = sessions(tmp_path / "temporary")
    with made.session() as connection:
        (tmp_path / "temporary").rmdir()
        with pytest.raises(OrdersError) as caught, made.translate_errors(connection):
            connection.execute(SORT).fetchone()
    assert str(tmp_path) not in str(caught.value)


def aged(path: Path, hours: float) -> None:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))


@pytest.mark.parametrize(
    ("hours", "hours_of_content", "removed"),
    [(0.9, 0.9, 0), (1.1, 1.1, 1), (1.1, 0.1, 0), (0.1, 1.1, 0), (500, 500, 1)],
)
def test_a_folder_is_removed_an_hour_after_its_last_change(
    tmp_path: Path, hours: float, hours_of_content: float, removed: int
) -> None:
    folder = new_spill_folder(tmp_path)
    folder.mkdir()
    block = folder / "duckdb_temp_block-0.block"
    block.touch()
    aged(block, hours_of_content)
    aged(folder, hours)
    assert sweep_spill_folders(tmp_path) == removed
    assert folder.exists() is not bool(removed)


def test_other_folders_stay(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    file = tmp_path / ".duckdb-file"
    mine.mkdir()
    file.touch()
    for path in (mine, file):
        aged(path, 5)
    assert sweep_spill_folders(tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mine", ".duckdb-file"}
