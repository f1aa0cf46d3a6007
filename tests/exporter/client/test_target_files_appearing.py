"""A file that exists, or appears while an export runs, is replaced only if that is allowed."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter.exporter import DownloadError
from exporter.client.conftest import Opener
from exporter.client.doubles import (
    CSV,
    FILTER,
    ID,
    WINDOW,
    Handler,
    Service,
    file_answer,
    ids,
    names,
    part,
)

OTHER_CONTENT = b"precious"
MERGED = b"id,status\n1,paid\n2,paid\n3,paid\n"

Creation = Callable[[Path], object]


def create_file(path: Path) -> None:
    path.write_bytes(OTHER_CONTENT)


def create_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


CREATIONS = [create_file, create_dangling_link, Path.mkdir]


def content_of(path: Path) -> object:
    """Return what exists at a path."""
    if path.is_symlink():
        return path.readlink()
    return path.read_bytes() if path.is_file() else path.is_dir()


def create_before_response(
    response: httpx.Response, target: Path, create: Creation = create_file
) -> Handler:
    """Return a handler that creates something at the target before it responds."""

    def respond(_: httpx.Request) -> httpx.Response:
        create(target)
        return response

    return respond


def no_links(*_: object) -> None:
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.fixture(params=["links", "no links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the test with hard links, and without."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_links)


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("split", [None, "month"])
def test_an_export_without_replace_writes_a_new_file(
    open_client: Opener,
    tmp_path: Path,
    split: str | None,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    open_client(Service(part(1), part(2), part(3))).call(
        "export", WINDOW, target, split=split, resume=resume, replace=False
    )
    assert target.read_bytes() == (MERGED if split else b"id,status\n1,paid\n")
    assert os.name == "nt" or stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.stat().st_nlink == 1
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_existing_target_is_an_error_before_anything_is_sent(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    create_file(target)
    service = Service(part(1))
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call("export", WINDOW, target, resume=resume, replace=False)
    assert str(error_info.value) == f"{target} exists, and must not be replaced."
    assert service.all == []
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [OTHER_CONTENT]


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("create", CREATIONS)
@pytest.mark.parametrize("split", [None, "month"])
def test_a_file_that_appears_is_kept_and_so_is_the_download(
    open_client: Opener, tmp_path: Path, split: str | None, create: Creation
) -> None:
    target = tmp_path / "a.csv"
    last = 3 if split else 1
    service = Service(
        *map(part, range(1, last)), create_before_response(part(last), target, create)
    )
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call("export", WINDOW, target, split=split, resume=True, replace=False)
    assert (
        str(error_info.value) == f"{target} has appeared in the meantime, and must not be replaced."
    )
    before = content_of(target)
    assert before in {OTHER_CONTENT, Path("nowhere"), True}
    expected = sorted(
        ["a.csv.export.json", *(f"a.csv.export.{job_id}.part" for job_id in ids(*range(last)))]
    )
    assert names(tmp_path) == ["a.csv", *expected]

    service.all = []
    if create is create_file:
        with pytest.raises(
            DownloadError, match="has appeared in the meantime, and must not be replaced"
        ):
            open_client(service).call(
                "export", WINDOW, target, split=split, resume=True, replace=False
            )
        target.chmod(0o600)
        open_client(service).call("export", WINDOW, target, split=split, resume=True)
        assert target.read_bytes() == (MERGED if split else b"id,status\n1,paid\n")
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        assert names(tmp_path) == ["a.csv"]
    assert service.all == [], "nothing is fetched twice"


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("split", [None, "month"])
def test_without_resume_only_the_file_that_appeared_is_left(
    open_client: Opener, tmp_path: Path, split: str | None
) -> None:
    target = tmp_path / "a.csv"
    service = Service(create_before_response(part(1), target), part(2), part(3))
    with pytest.raises(
        DownloadError, match="has appeared in the meantime, and must not be replaced"
    ):
        open_client(service).call("export", WINDOW, target, split=split, replace=False)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [OTHER_CONTENT]


def interrupt_export(open_client: Opener, target: Path, **options: Any) -> Service:
    service = Service(httpx.Response(500))
    with pytest.raises(DownloadError):
        open_client(service, attempts=1).call("export", WINDOW, target, resume=True, **options)
    service.answers, service.all = [file_answer()], []
    return service


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_that_appears_before_an_export_is_resumed_is_kept(
    open_client: Opener,
    tmp_path: Path,
    replace: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    # Even where the first run might have replaced a file: there was none that anyone knew.
    service = interrupt_export(open_client, target, replace=replace)
    create_file(target)
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call("export", WINDOW, target, resume=True, replace=False)
    assert (
        str(error_info.value) == f"{target} has appeared in the meantime, and must not be replaced."
    )
    assert service.all == []
    assert (target.read_bytes(), names(tmp_path)) == (OTHER_CONTENT, ["a.csv", "a.csv.export.json"])
    open_client(service).call("export", WINDOW, target, resume=True)
    assert (target.read_bytes(), names(tmp_path)) == (CSV, ["a.csv"])


def test_a_resumed_export_replaces_the_file_that_existed_when_it_began(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    create_file(target)
    service = interrupt_export(open_client, target)
    assert json.loads((tmp_path / "a.csv.export.json").read_text())["replaces"] is True
    open_client(service).call("export", WINDOW, target, resume=True, replace=False)
    assert (target.read_bytes(), names(tmp_path)) == (CSV, ["a.csv"])


@pytest.mark.parametrize("options", [{}, {"resume": True}, {"replace": True}], ids=str)
def test_by_default_the_target_is_replaced(
    open_client: Opener, tmp_path: Path, options: dict[str, Any]
) -> None:
    target = tmp_path / "a.csv"
    service = Service(create_before_response(file_answer(), target))
    open_client(service).call("export", FILTER, target, **options)
    assert (target.read_bytes(), names(tmp_path)) == (CSV, ["a.csv"])
    open_client(Service(create_before_response(file_answer(), target))).call("download", ID, target)
    assert (target.read_bytes(), names(tmp_path)) == (CSV, ["a.csv"])
