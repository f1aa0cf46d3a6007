"""Where the CSV files of jobs lie."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import pytest

from epfilter.exporter.errors import ExporterError, SettingsError
from epfilter.exporter.service import files as files_module
from epfilter.exporter.service.database import DiskFullError
from epfilter.exporter.service.files import Files

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "state" / "files")


def names(files: Files) -> set[str]:
    return {path.name for path in files._folder.iterdir()}


def test_a_part_is_published_as_it_is(files: Files) -> None:
    part = files.create_part(ONE)
    part.write_bytes(b"id\r\n1\r\n")
    assert not files.path(ONE).exists()
    assert files.publish(part, ONE) == files.path(ONE)
    assert files.path(ONE).read_bytes() == b"id\r\n1\r\n"
    assert names(files) == {f"{ONE}.csv"}


def test_publishing_again_replaces_the_file(files: Files) -> None:
    for text in ("first", "second"):
        part = files.create_part(ONE)
        part.write_text(text, encoding="utf-8")
        files.publish(part, ONE)
    assert files.path(ONE).read_text(encoding="utf-8") == "second"
    assert names(files) == {f"{ONE}.csv"}


def test_a_file_is_on_the_disk_before_it_has_its_name(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.name == "nt":
        pytest.skip("Windows opens no folders")
    done: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(opened: int) -> None:
        done.append("sync folder" if stat.S_ISDIR(os.fstat(opened).st_mode) else "sync file")
        sync(opened)

    def noted_replace(path: Path, target: Path) -> Path:
        done.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    part = files.create_part(ONE)
    part.touch()
    files.publish(part, ONE)
    assert done == ["sync file", "rename", "sync folder"]


def test_only_the_user_of_the_service_can_read_files(files: Files) -> None:
    if os.name != "posix":
        pytest.skip("the system has no such permissions")
    part = files.create_part(ONE)
    part.touch(mode=0o644)
    published = files.publish(part, ONE)
    assert stat.S_IMODE(published.stat().st_mode) == 0o600
    assert stat.S_IMODE(published.parent.stat().st_mode) == 0o700


def test_removing_a_missing_file_is_not_an_error(files: Files) -> None:
    files.remove(ONE)
    files.discard(files.create_part(ONE))
    assert names(files) == set()


def test_sweeping_keeps_the_files_of_jobs_and_foreign_files(files: Files) -> None:
    kept = {f"{ONE}.csv", "notes.csv", f"notes-{ONE}.csv", "README"}
    swept = {
        f"{OTHER}.csv",
        files.create_part(ONE).name,
        files.create_part(OTHER).name,
        f"tmp_{files.create_part(ONE).name}",
        f"tmp_{ONE}.csv",
    }
    for name in kept | swept:
        (files._folder / name).touch()
    assert files.sweep({ONE}) == len(swept)
    assert names(files) == kept
    assert files.sweep({ONE}) == 0


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, DiskFullError, "the disk is full."),
        (errno.EDQUOT, DiskFullError, "the disk is full."),
        (errno.EIO, ExporterError, f"the file could not be stored: {os.strerror(errno.EIO)}."),
    ],
)
def test_an_error_of_the_system_has_a_plain_message(
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[ExporterError],
    words: str,
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    part = files.create_part(ONE)
    part.touch()
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(kind) as refusal_response:
        files.publish(part, ONE)
    assert (type(refusal_response.value), str(refusal_response.value)) == (kind, words)
    assert not files.path(ONE).exists()


def test_a_part_that_is_gone_is_not_published(files: Files) -> None:
    with pytest.raises(ExporterError, match="the file could not be stored: No such file"):
        files.publish(files.create_part(ONE), ONE)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "files").touch()
    with pytest.raises(SettingsError, match=r"the folder .*files cannot be used for files: "):
        Files(tmp_path / "files")


USES: list[Callable[[Files], object]] = [
    lambda files: files.sweep(set()),
    lambda files: files.create_part(ONE),
    lambda files: files.require_ready(),
]


@pytest.mark.parametrize("use", USES)
def test_a_folder_that_is_gone_is_made_again(files: Files, use: Callable[[Files], object]) -> None:
    files._folder.rmdir()
    use(files)
    assert names(files) == set()
    if os.name == "posix":
        assert stat.S_IMODE(files._folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("use", USES)
def test_a_folder_that_cannot_be_made_again_is_explained(
    files: Files, use: Callable[[Files], object]
) -> None:
    files._folder.rmdir()
    files._folder.touch()
    with pytest.raises(ExporterError, match=r"^the file could not be stored: File exists\.$"):
        use(files)


def test_a_read_only_folder_is_not_ready(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(files_module, "create_file", refuse)
    with pytest.raises(ExporterError, match=r"^the file could not be stored: Permission denied\.$"):
        files.require_ready()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="requires /dev/full")
def test_a_full_disk_is_not_ready(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk accepts the name of a file, but not its content."""

    def create(path: Path, **_: object) -> BinaryIO:
        path.touch()
        return Path("/dev/full").open("wb")

    files.require_ready()
    monkeypatch.setattr(files_module, "create_file", create)
    with pytest.raises(DiskFullError, match=r"the disk is full\."):
        files.require_ready()
    assert names(files) == set()
