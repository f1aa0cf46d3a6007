"""A file is written whole or not at all, wherever writing it is interrupted."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from epfilter.atomic_files import (
    atomic_file,
    create_file,
    move_into_place,
    remove_temporary_files,
    temporary_path,
)

OLD, NEW = b"old content", b"new content" * 10_000

STEPS = [
    (os, "open"),
    (os, "fsync"),
    (os, "link"),
    (Path, "chmod"),
    (Path, "replace"),
    (Path, "rename"),
]
"""The calls to the operating system that write a file; each may fail or be interrupted."""


@dataclass
class Faults:
    """Counts the steps, observes the target before each, and raises an error at one of them."""

    target: Path
    error: BaseException | None = None
    at: int = -1
    """The number of the step that raises the error; `at` below 0 for none."""

    links: bool = True
    """Whether the file system has hard links."""

    steps: list[str] = field(default_factory=list)
    observed: set[bytes | None] = field(default_factory=set)

    def wrap(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.observed.add(content_of(self.target))
            self.steps.append(name)
            if self.error is not None and len(self.steps) - 1 == self.at:
                raise self.error
            if name == "link" and not self.links:
                raise OSError("Operation not supported")
            return function(*args, **kwargs)

        return call

    @contextmanager
    def injected(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patched:
            for owner, name in STEPS:
                patched.setattr(owner, name, self.wrap(name, getattr(owner, name)))
            yield


def content_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def write(
    target: Path,
    *,
    replace: bool = True,
    mode: int | None = None,
    before_the_end: Callable[[], object] = lambda: None,
) -> None:
    with atomic_file(target, replace=replace, mode=mode) as file:
        for start in range(0, len(NEW), 1000):
            file.write(NEW[start : start + 1000])
        before_the_end()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("mode", [None, 0o600])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize(
    ("old", "replace"), [(OLD, True), (None, True), (None, False)], ids=["replaced", "new", "sole"]
)
def test_an_interruption_at_any_step_leaves_the_old_or_the_new_content(  # noqa: PLR0913, PLR0917 - a column of the table each
    tmp_path: Path,
    old: bytes | None,
    replace: bool,  # noqa: FBT001 - a column of the table
    links: bool,  # noqa: FBT001 - the same
    mode: int | None,
    error: BaseException,
) -> None:
    target = tmp_path / "target.csv"
    at = 0
    while True:
        target.unlink(missing_ok=True)
        if old is not None:
            target.write_bytes(old)
            target.chmod(0o640)
        faults = Faults(target, error, at, links)
        complete = True
        with faults.injected():
            try:
                write(target, replace=replace, mode=mode)
            except type(error):
                complete = False
        content = content_of(target)
        assert content in {old, NEW}
        assert faults.observed <= {old, NEW}
        assert [path.name for path in tmp_path.iterdir()] == ["target.csv"] * (content is not None)
        if content == NEW and os.name != "nt":
            expected = mode or (0o640 if old is not None else 0o666 & ~current_umask())
            assert stat.S_IMODE(target.stat().st_mode) == expected
        elif old is not None:
            assert stat.S_IMODE(target.stat().st_mode) == 0o640
        if len(faults.steps) <= at:
            assert complete
            assert content == NEW
            assert at >= 4
            return
        at += 1


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_error_in_the_block_keeps_the_old_content(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)

    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        write(target, before_the_end=fail)
    assert target.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("kind", ["file", "dangling link", "folder"])
@pytest.mark.parametrize("early", [True, False])
def test_a_name_in_use_is_not_replaced(
    tmp_path: Path,
    early: bool,  # noqa: FBT001 - a column of the table
    kind: str,
    links: bool,  # noqa: FBT001 - the same
) -> None:
    target = tmp_path / "a.csv"

    def appear() -> None:
        if kind == "file":
            target.write_bytes(OLD)
        elif kind == "folder":
            target.mkdir()
        else:
            target.symlink_to("nothing")

    if early:
        appear()
    faults = Faults(target.parent / "b.csv", links=links)
    with faults.injected(), pytest.raises(FileExistsError):
        write(target, replace=False, before_the_end=(lambda: None) if early else appear)
    assert list(tmp_path.iterdir()) == [target]
    assert {
        "file": lambda: target.read_bytes() == OLD,
        "folder": target.is_dir,
        "dangling link": target.is_symlink,
    }[kind]()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_with_permissions_of_its_own_is_private_until_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    for mode in (0o600, 0o640, 0o444):
        with atomic_file(target, mode=mode) as file:
            (temporary,) = (path for path in tmp_path.iterdir() if path != target)
            assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
            file.write(NEW)
        assert stat.S_IMODE(target.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [None, 0o600])
def test_a_read_only_file_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None
) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(OLD)
    # The tests may run as root, who may write every file.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError), atomic_file(target, mode=mode):
        pass
    assert target.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_stays_a_link(tmp_path: Path, exists: bool) -> None:  # noqa: FBT001 - a column of the table
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "a.csv", tmp_path / "link.csv"
    if exists:
        target.write_bytes(OLD)
    link.symlink_to(Path("folder") / "a.csv")
    with atomic_file(link) as file:
        file.write(NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW


def test_the_content_and_the_name_are_on_the_disk_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def record_sync(opened: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(opened).st_mode)
        steps.append("sync folder" if is_folder else "sync content")
        sync(opened)

    def record_replace(path: Path, target: Path) -> Path:
        steps.append("replace")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "replace", record_replace)
    file = tmp_path / "a.part"
    file.write_bytes(NEW)
    move_into_place(file, tmp_path / "a.csv")
    assert steps == ["sync content", "replace", "sync folder"][: 2 if os.name == "nt" else 3]


@pytest.mark.parametrize("error", [13, 22, 95])
def test_a_folder_that_cannot_be_synced_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    sync = os.fsync

    def refuse_folder(opened: int) -> None:
        if stat.S_ISDIR(os.fstat(opened).st_mode):
            raise OSError(error, os.strerror(error))
        sync(opened)

    monkeypatch.setattr(os, "fsync", refuse_folder)
    with atomic_file(tmp_path / "a.csv") as file:
        file.write(NEW)
    assert (tmp_path / "a.csv").read_bytes() == NEW


def test_a_file_is_created_once(tmp_path: Path) -> None:
    create_file(tmp_path / "a.csv", private=False).close()
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "a.csv", private=True)


def test_temporary_files_of_the_target_alone_are_removed(tmp_path: Path) -> None:
    long, similar = tmp_path / ("é" * 120), tmp_path / ("é" * 119 + "e")
    target, other = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in (target, other, long, similar):
        temporary_path(path).touch()
        path.touch()
    (tmp_path / ".a.csv.part").touch()
    remove_temporary_files(target, long)
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {".a.csv.part", "a.csv", "b.csv", long.name, similar.name}
    assert len(names) == 7
