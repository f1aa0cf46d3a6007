"""Exports that were interrupted: what is kept of them, how they go on, and how they are forgotten."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from epfilter.atomic_files import temporary_path
from epfilter.exporter import (
    AuthenticationError,
    DownloadError,
    JobFailedError,
    SettingsError,
)
from epfilter.exporter.client import checkpoint_path, exports
from exporter.client.conftest import Opener
from exporter.client.doubles import (
    BASE,
    EMPTY,
    FILTER,
    ID,
    WINDOW,
    Platform,
    Service,
    file_answer,
    ids,
    names,
    part,
)


def interrupted(
    open_client: Opener, target: Path, service: Service, **options: Any
) -> type[Exception]:
    with pytest.raises((DownloadError, JobFailedError)) as raised:
        open_client(service, attempts=1).call("export", WINDOW, target, **options)
    return raised.type


@pytest.mark.parametrize("resume", [False, True])
def test_only_an_export_to_be_resumed_leaves_anything(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    service = Service(part(1), part(2), httpx.Response(500))
    interrupted(open_client, tmp_path / "a.csv", service, split="month", resume=resume)
    first, second, third = ids(0, 1, 2)
    kept = ["a.csv.export.json", f"a.csv.export.{first}.part", f"a.csv.export.{second}.part"]
    assert names(tmp_path) == (sorted(kept) if resume else [])
    if resume:
        note = tmp_path / "a.csv.export.json"
        assert stat.S_IMODE(note.stat().st_mode) == 0o600
        noted = json.loads(note.read_text())
        assert [*noted.pop("files")] == [str(first), str(second)]
        assert noted == {
            "version": 1,
            "region": BASE,
            "filter": WINDOW,
            "split": "month",
            "jobs": [str(one) for one in (first, second, third)],
            "replaces": False,
        }


def test_the_next_run_goes_on(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), part(2), httpx.Response(500))
    interrupted(open_client, target, service, split="month", resume=True)
    service.answers, service.all = [part(3)], []
    done = open_client(service).call("export", WINDOW, target, split="month", resume=True)
    third = ids(2)[0]
    assert service.all == [
        f"GET /v2/jobs/{third}",
        f"GET /v2/jobs/{third}/file",
        "GET /orders/2.csv?signature=SIGNED",
    ]
    assert target.read_bytes() == b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert [one.id for one in done.jobs] == ids(0, 1, 2)
    assert names(tmp_path) == ["a.csv"]


def test_the_next_run_sweeps_up_after_one_that_was_killed(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), httpx.Response(500))
    interrupted(open_client, target, service, split="month", resume=True)
    known = [tmp_path / f"a.csv.export.{one}.part" for one in ids(0, 1)]
    for path in (target, tmp_path / "a.csv.export.json", *known):
        temporary_path(path).write_bytes(b"a piece")
    others = [tmp_path / name for name in (".a.csv.part", ".a.csv.export.part", ".b.csv.part")]
    for path in (*others, tmp_path / "a"):
        temporary_path(path).write_bytes(b"somebody else's")
    service.answers = [part(2), part(3)]
    open_client(service).call("export", WINDOW, target, split="month", resume=True)
    left = [path.read_bytes() for path in tmp_path.iterdir() if path != target]
    assert left == [b"somebody else's"] * 4


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_a_run_that_is_killed_while_it_joins_leaves_what_the_next_one_sweeps_up(
    open_client: Opener, tmp_path: Path
) -> None:
    # In a process of its own, because nothing is cleaned up behind a kill.
    code = f"""
import os, signal, httpx
from epfilter.exporter import ExporterClient, csv_merge
from exporter.client.doubles import TOKEN, WINDOW, Service, part

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

csv_merge._Merge.append = killed
transport = httpx.MockTransport(Service(part(1), part(2), part(3)))
with ExporterClient(token=TOKEN, transport=transport) as client:
    client.export(WINDOW, {str(tmp_path / "a.csv")!r}, split="month", resume=True)
"""
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    kept = ["a.csv.export.json", *(f"a.csv.export.{one}.part" for one in ids(0, 1, 2))]
    assert len(names(tmp_path)) == len(kept) + 1, "there is the file in which they were joined"
    service = Service(part(4))
    open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert service.all == []
    assert (tmp_path / "a.csv").read_bytes() == b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert names(tmp_path) == ["a.csv"]


def test_a_disk_that_is_full_when_parts_are_joined_is_told(
    open_client: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(exports, "merge_csv", full)
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    service = Service(part(1), part(2), part(3))
    with pytest.raises(DownloadError) as raised:
        open_client(service).call("export", WINDOW, target, split="month")
    assert str(raised.value) == f"{target}: the disk is full. Hint: free some space."
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_export_that_is_begun_anew_forgets_the_old_one_when_it_has_begun(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    old = Service(part(1), httpx.Response(500))
    interrupted(open_client, target, old, split="month", resume=True)
    # Left behind by a run that was killed: of a part that is there, and of one that is not.
    for path in (
        target,
        checkpoint_path(target),
        *(tmp_path / f"a.csv.export.{one}.part" for one in ids(0, 1)),
    ):
        temporary_path(path).write_bytes(b"a piece")
    before = names(tmp_path)
    refused = Platform(httpx.Response(401))
    options = {"resume": resume, "anew": True}
    with pytest.raises(AuthenticationError):
        open_client(refused).call("export", FILTER, target, **options)
    assert names(tmp_path) == before

    new = Service(httpx.Response(500))
    with pytest.raises(DownloadError):
        open_client(new, attempts=1).call("export", FILTER, target, **options)
    assert len(new.created) == 1
    assert names(tmp_path) == (["a.csv.export.json"] if resume else [])


def test_beginning_anew_needs_nothing_to_forget(open_client: Opener, tmp_path: Path) -> None:
    strange = [f"a.csv.export.{ID}.part.gz", "a.csv.export.1.part", f"b.a.csv.export.{ID}.part"]
    for name in strange:
        (tmp_path / name).touch()
    open_client(Service(file_answer())).call("export", FILTER, tmp_path / "a.csv", anew=True)
    assert names(tmp_path) == sorted(["a.csv", *strange])


@pytest.mark.parametrize("text", ["", "{}", "\xff"])
def test_a_note_that_is_none_is_forgotten_too(
    open_client: Opener, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.csv.export.json").write_bytes(text.encode("latin-1"))
    open_client(Service(file_answer())).call("export", FILTER, tmp_path / "a.csv", anew=True)
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("lost", "created"),
    [
        ({"gone": True}, 1),
        ({"status": "failed", "error": "Internal error"}, 1),
        (EMPTY, 0),
        ({}, 0),
    ],
)
def test_a_job_that_is_lost_meanwhile_is_created_anew(
    open_client: Opener, tmp_path: Path, lost: dict[str, object], created: int
) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), part(2), httpx.Response(500))
    interrupted(open_client, target, service, split="month", resume=True)
    service.answers, service.all = [part(3)], []
    service.statuses[2] = lost
    open_client(service).call("export", WINDOW, target, split="month", resume=True)
    assert service.all.count("POST /v2/jobs") == created
    rows = b"" if lost is EMPTY else b"3,paid\n"
    assert target.read_bytes() == b"id,status\n1,paid\n2,paid\n" + rows
    assert names(tmp_path) == ["a.csv"]


def test_an_export_of_one_job_is_resumed_too(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    service = Service(httpx.Response(500))
    interrupted(open_client, target, service, resume=True)
    assert names(tmp_path) == ["a.csv.export.json"]
    service.answers, service.all = [file_answer()], []
    open_client(service).call("export", WINDOW, target, resume=True)
    assert "POST /v2/jobs" not in service.all
    assert names(tmp_path) == ["a.csv"]


def test_one_job_that_has_failed_leaves_nothing_to_go_on_with(
    open_client: Opener, tmp_path: Path
) -> None:
    service = Service(file_answer())
    service.statuses[0] = {"status": "failed", "error": "Internal error"}
    assert interrupted(open_client, tmp_path / "a.csv", service, resume=True) is JobFailedError
    assert names(tmp_path) == []


def test_a_part_that_has_failed_ends_the_export(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1))
    service.statuses[1] = {"status": "failed", "error": "Internal error"}
    found = interrupted(open_client, tmp_path / "a.csv", service, split="month", resume=True)
    assert found is JobFailedError
    assert len(names(tmp_path)) == 2


@pytest.mark.parametrize(
    ("exported", "options", "settings"),
    [
        (f"{WINDOW}:eq(payment,paid)", {"split": "month"}, {}),
        (WINDOW, {"split": "week"}, {}),
        (WINDOW, {}, {}),
        (WINDOW, {"split": "month"}, {"region": "us-east"}),
    ],
)
def test_another_export_is_not_mixed_up_with_the_one_that_was_interrupted(
    open_client: Opener,
    tmp_path: Path,
    exported: str,
    options: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    target = tmp_path / "a.csv"
    interrupted(open_client, target, Service(httpx.Response(500)), split="month", resume=True)
    before = names(tmp_path)
    service = Service(part(1))
    with pytest.raises(SettingsError) as raised:
        open_client(service, **settings).call("export", exported, target, resume=True, **options)
    assert "belongs to an export with another filter, split or region." in str(raised.value)
    assert "or delete the file to start again" in str(raised.value)
    assert service.all == []
    assert names(tmp_path) == before


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"version":2}', "\xff"])
def test_a_note_that_is_none_is_told(open_client: Opener, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv.export.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="is not a checkpoint of an export"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)


def test_a_note_is_nothing_to_who_does_not_resume(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").write_text("{")
    open_client(Service(file_answer())).call("export", WINDOW, tmp_path / "a.csv")
    assert names(tmp_path) == ["a.csv", "a.csv.export.json"]


def test_a_note_that_cannot_be_read_is_told(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").mkdir()
    with pytest.raises(DownloadError, match=r"a\.csv\.export\.json: Is a directory"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)
