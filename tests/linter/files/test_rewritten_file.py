"""A file that is written back: its links, permissions and attributes, and changes by others."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from epfilter.linter.files.document import DocumentError
from epfilter.linter.files.rewritten_file import rewrite_file

POSIX = pytest.mark.skipif(os.name == "nt", reason="owners and modes are those of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.filter"
    path.write_bytes(b"gte(a,1)")
    return path


@POSIX
def test_the_owner_is_kept(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only an administrator can give a file away")
    os.chown(path, 1234, 2345)
    rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@POSIX
def test_a_file_whose_owner_cannot_be_kept_otherwise_is_written_in_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("epfilter.linter.files.rewritten_file._owner_of", lambda status: status)
    monkeypatch.setattr(os, "fchown", refuse)
    before = path.stat().st_ino
    rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert path.read_bytes() == b"ge(a,1)"
    assert path.stat().st_ino == before
    assert [entry.name for entry in path.parent.iterdir()] == ["a.filter"]


def test_hard_links_stay_one_file(path: Path) -> None:
    other = path.with_name("b.filter")
    other.hardlink_to(path)
    rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert other.read_bytes() == b"ge(a,1)"
    assert path.samefile(other)


def test_extended_attributes_are_kept(path: Path) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("the system has no extended attributes")
    try:
        os.setxattr(path, "user.note", b"ours")
    except OSError:
        pytest.skip("the file system has no extended attributes")
    rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert os.getxattr(path, "user.note") == b"ours"


@pytest.mark.parametrize("is_linked", [True, False])
def test_a_file_that_changed_is_not_overwritten(path: Path, *, is_linked: bool) -> None:
    if is_linked:
        path.with_name("b.filter").hardlink_to(path)
    path.write_bytes(b"eq(b,2)")
    with pytest.raises(DocumentError, match="changed after it was read"):
        rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert path.read_bytes() == b"eq(b,2)"
    assert not list(path.parent.glob("*.part"))


def test_a_failed_write_in_place_restores_the_content(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.with_name("b.filter").hardlink_to(path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DocumentError, match="No space left"):
        rewrite_file(path, b"gte(a,1)", b"ge(a,1)")
    assert path.read_bytes() == b"gte(a,1)"


def list_others(folder: Path, path: Path) -> list[Path]:
    return [other for other in folder.iterdir() if other != path]


def raise_disk_full(*_: Any, **__: Any) -> Any:
    raise OSError(28, "No space left on device")


def raise_interrupt(*_: Any, **__: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "step", ["os.fsync", "os.open", "pathlib.Path.replace", "pathlib.Path.chmod"]
)
@pytest.mark.parametrize("how", [raise_disk_full, raise_interrupt])
def test_a_failed_write_keeps_the_old_content(
    step: str, how: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.filter"
    path.write_bytes(b"old")
    expected = DocumentError if how is raise_disk_full else KeyboardInterrupt
    with monkeypatch.context() as patched:
        patched.setattr(step, how)
        with pytest.raises(expected) as failure:
            rewrite_file(path, b"old", b"new")
    if how is raise_disk_full:
        assert str(failure.value) == "this file cannot be written: No space left on device."
    assert path.read_bytes() == b"old"
    assert list_others(tmp_path, path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o640])
def test_permissions_stay(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "a.filter"
    path.write_bytes(b"old")
    path.chmod(mode)
    rewrite_file(path, b"old", b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert list_others(tmp_path, path) == []


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.filter"
    path.write_bytes(b"old")
    path.chmod(0o444)
    # Root may write anything, so the result is simulated.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(DocumentError, match=r"this file cannot be written: Permission denied\."):
        rewrite_file(path, b"old", b"new")
    assert path.read_bytes() == b"old"
    assert list_others(tmp_path, path) == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    path, link = tmp_path / "inner" / "a.filter", tmp_path / "link.filter"
    path.write_bytes(b"old")
    link.symlink_to(Path("inner") / "a.filter")
    rewrite_file(link, b"old", b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_file_name_can_have_the_maximum_length(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 120 + ".filter")
    path.write_bytes(b"old")
    rewrite_file(path, b"old", b"new")
    assert path.read_bytes() == b"new"
