"""The target: errors before anything is sent, permissions, symbolic links, failing disks."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from io import BufferedWriter, FileIO
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from epfilter.exporter import DownloadError
from epfilter.snippets import make_printable
from exporter.client.conftest import Opener
from exporter.client.doubles import CSV, FILTER, ID, Service, file_answer

METHODS = [("download", ID), ("export", FILTER)]


@pytest.mark.parametrize(("method", "what"), METHODS)
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing/a.csv", "{}: the folder {} does not exist."),
        ("folder", "{} is a folder."),
        ("pipe", "{} is not a regular file."),
        ("file/a.csv", "{}: Not a directory."),
        ("loop", "{}: Too many levels of symbolic links."),
        ("n" * 300, "{}: File name too long."),
        ("null\0", "{}: embedded null byte."),
    ],
)
def test_an_invalid_target_is_an_error_before_anything_is_sent(  # noqa: PLR0913, PLR0917 - a column of the table each
    open_client: Opener, tmp_path: Path, method: str, what: object, name: str, message: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    service = Service(file_answer())
    target = tmp_path / name
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call(method, what, target)
    assert error_info.value.message == message.format(make_printable(str(target)), target.parent)
    assert service.all == []


class OfBytes:
    """A PathLike, as `os.scandir(b".")` gives them."""

    def __fspath__(self) -> bytes:
        return b"a.csv"


@pytest.mark.parametrize(
    "wrong", [None, 5, b"a.csv", ["a.csv"], OfBytes()], ids=lambda wrong: type(wrong).__name__
)
def test_other_types_of_paths_are_an_error(open_client: Opener, wrong: Any) -> None:
    with pytest.raises(DownloadError, match="the path must be a str or a PathLike, not"):
        open_client(Service(file_answer())).call("download", ID, wrong)


@pytest.mark.parametrize("closed", ["folder", "file"])
def test_a_target_without_permission_is_an_error(
    open_client: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    # The tests may run as root, who may write everything.
    target = tmp_path / "a.csv"
    target.touch()
    shut = tmp_path if closed == "folder" else target
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != shut)
    service = Service(file_answer())
    with pytest.raises(DownloadError, match=r"a\.csv is not writable"):
        open_client(service).call("download", ID, target)
    assert service.all == []


@pytest.mark.parametrize("path_type", [str, Path, PurePosixPath])
def test_a_path_may_be_a_text_or_a_path_object(
    open_client: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path_type: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "a.csv", Path("b.csv")):
        assert open_client(Service(file_answer())).call("download", ID, path_type(path)) == path
        assert path.read_bytes() == CSV


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o444])
def test_a_target_keeps_its_permissions(open_client: Opener, tmp_path: Path, mode: int) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    target.chmod(mode)
    if not os.access(target, os.W_OK):
        pytest.skip("is not writable")
    open_client(Service(file_answer())).call("download", ID, target)
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_bytes() == CSV


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_only_the_owner_can_read_a_new_file(open_client: Opener, tmp_path: Path) -> None:
    open_client(Service(file_answer())).call("download", ID, tmp_path / "a.csv")
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_a_link(open_client: Opener, tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - a column of the table
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    if there:
        (elsewhere / "real.csv").write_bytes(b"before")
    link = tmp_path / "link.csv"
    link.symlink_to(elsewhere / "real.csv")
    open_client(Service(file_answer())).call("download", ID, link)
    assert link.is_symlink()
    assert (elsewhere / "real.csv").read_bytes() == CSV
    assert [path.name for path in elsewhere.iterdir()] == ["real.csv"]


@pytest.mark.parametrize(
    ("function", "number", "message"),
    [
        ("write", errno.ENOSPC, "the disk is full. Hint: free some space."),
        ("write", errno.EIO, "Input/output error."),
        ("fsync", errno.EDQUOT, "the disk is full. Hint: free some space."),
        ("open", errno.EROFS, "Read-only file system."),
    ],
)
def test_a_failing_write_keeps_the_old_file(  # noqa: PLR0913, PLR0917 - the same
    open_client: Opener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    number: int,
    message: str,
) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    client = open_client(Service(file_answer()))

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        if function == "write":
            use_write(patched, fail)
        else:
            patched.setattr(os, function, fail)
        with pytest.raises(DownloadError) as error_info:
            client.call("download", ID, target)
    assert str(error_info.value) == f"{target}: {message}"
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_partial_write_is_continued(
    open_client: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = open_client(Service(file_answer()))
    with monkeypatch.context() as patched:
        use_write(patched, lambda file, data: FileIO.write(file, data[:7]))
        client.call("download", ID, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == CSV


def use_write(patched: pytest.MonkeyPatch, write: Callable[[FileIO, Any], int]) -> None:
    """Let the operating system write as `write` does."""

    class File(FileIO):
        def write(self, data: Any, /) -> int:
            return write(self, data)

    patched.setattr(
        "epfilter.exporter.client.target_files.create_file",
        lambda path, **_: BufferedWriter(File(path, "xb")),
    )
