"""Interrupted exports: what their checkpoint keeps, how they are resumed, how they are deleted."""

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


def interrupt_export(
    open_client: Opener, target: Path, service: Service, **options: Any
) -> type[Exception]:
    with pytest.raises((DownloadError, JobFailedError)) as error_info:
        open_client(service, attempts=1).call("export", WINDOW, target, **options)
    return error_info.type


@pytest.mark.parametrize("resume", [False, True])
def test_only_a_resumable_export_leaves_files(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    service = Service(part(1), part(2), httpx.Response(500))
    interrupt_export(open_client, tmp_path / "a.csv", service, split="month", resume=resume)
    first, second, third = ids(0, 1, 2)
    expected = ["a.csv.export.json", f"a.csv.export.{first}.part", f"a.csv.export.{second}.part"]
    assert names(tmp_path) == (sorted(expected) if resume else [])
    if resume:
        checkpoint = tmp_path / "a.csv.export.json"
        assert stat.S_IMODE(checkpoint.stat().st_mode) == 0o600
        data = json.loads(checkpoint.read_text())
        assert [*data.pop("files")] == [str(first), str(second)]
        assert data == {
            "version": 1,
            "region": BASE,
            "filter": WINDOW,
            "split": "month",
            "newest": None,
            "requested": None,
            "jobs": [str(job_id) for job_id in (first, second, third)],
            "replaces": False,
        }


def test_the_next_run_resumes_the_export(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), part(2), httpx.Response(500))
    interrupt_export(open_client, target, service, split="month", resume=True)
    service.answers, service.all = [part(3)], []
    result = open_client(service).call("export", WINDOW, target, split="month", resume=True)
    third = ids(2)[0]
    assert service.all == [
        f"GET /v2/jobs/{third}",
        f"GET /v2/jobs/{third}/file",
        "GET /orders/2.csv?signature=SIGNED",
    ]
    assert target.read_bytes() == b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert [job.id for job in result.jobs] == ids(0, 1, 2)
    assert names(tmp_path) == ["a.csv"]


def test_the_next_run_deletes_temporary_files_of_a_killed_run(
    open_client: Opener, tmp_path: Path
) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), httpx.Response(500))
    interrupt_export(open_client, target, service, split="month", resume=True)
    parts = [tmp_path / f"a.csv.export.{job_id}.part" for job_id in ids(0, 1)]
    for path in (target, tmp_path / "a.csv.export.json", *parts):
        temporary_path(path).write_bytes(b"a piece")
    others = [tmp_path / name for name in (".a.csv.part", ".a.csv.export.part", ".b.csv.part")]
    for path in (*others, tmp_path / "a"):
        temporary_path(path).write_bytes(b"of another target")
    service.answers = [part(2), part(3)]
    open_client(service).call("export", WINDOW, target, split="month", resume=True)
    remaining = [path.read_bytes() for path in tmp_path.iterdir() if path != target]
    assert remaining == [b"of another target"] * 4


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such signals")
def test_the_next_run_cleans_up_after_a_kill_during_the_merge(
    open_client: Opener, tmp_path: Path
) -> None:
    # In a separate process, because a kill prevents any clean-up.
    code = f"""
import os, signal, httpx
from epfilter.exporter import ExporterClient, csv_merge
from exporter.client.doubles import TOKEN, WINDOW, Service, part

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

csv_merge.CsvMerge.append = killed
transport = httpx.MockTransport(Service(part(1), part(2), part(3)))
with ExporterClient(token=TOKEN, transport=transport) as client:
    client.export(WINDOW, {str(tmp_path / "a.csv")!r}, split="month", resume=True)
"""
    result = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert result.returncode == -signal.SIGKILL
    expected = ["a.csv.export.json", *(f"a.csv.export.{job_id}.part" for job_id in ids(0, 1, 2))]
    assert len(names(tmp_path)) == len(expected) + 1, "the file of the merge is left"
    service = Service(part(4))
    open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month", resume=True)
    assert service.all == []
    assert (tmp_path / "a.csv").read_bytes() == b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert names(tmp_path) == ["a.csv"]


def test_a_full_disk_during_the_merge_is_an_error(
    open_client: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(exports, "merge_csv", full)
    target = tmp_path / "a.csv"
    target.write_bytes(b"before")
    service = Service(part(1), part(2), part(3))
    with pytest.raises(DownloadError) as error_info:
        open_client(service).call("export", WINDOW, target, split="month")
    assert str(error_info.value) == f"{target}: the disk is full. Hint: free some space."
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_export_that_restarts_deletes_the_old_one_after_its_first_job(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    old = Service(part(1), httpx.Response(500))
    interrupt_export(open_client, target, old, split="month", resume=True)
    # Left by a killed run: for a part that exists, and for one that does not.
    for path in (
        target,
        checkpoint_path(target),
        *(tmp_path / f"a.csv.export.{job_id}.part" for job_id in ids(0, 1)),
    ):
        temporary_path(path).write_bytes(b"a piece")
    before = names(tmp_path)
    refused = Platform(httpx.Response(401))
    options = {"resume": resume, "restart": True}
    with pytest.raises(AuthenticationError):
        open_client(refused).call("export", FILTER, target, **options)
    assert names(tmp_path) == before

    new = Service(httpx.Response(500))
    with pytest.raises(DownloadError):
        open_client(new, attempts=1).call("export", FILTER, target, **options)
    assert len(new.created) == 1
    assert names(tmp_path) == (["a.csv.export.json"] if resume else [])


def test_restart_without_an_earlier_export(open_client: Opener, tmp_path: Path) -> None:
    others = [f"a.csv.export.{ID}.part.gz", "a.csv.export.1.part", f"b.a.csv.export.{ID}.part"]
    for name in others:
        (tmp_path / name).touch()
    open_client(Service(file_answer())).call("export", FILTER, tmp_path / "a.csv", restart=True)
    assert names(tmp_path) == sorted(["a.csv", *others])


@pytest.mark.parametrize("text", ["", "{}", "\xff"])
def test_an_invalid_checkpoint_is_deleted_with_restart(
    open_client: Opener, tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.csv.export.json").write_bytes(text.encode("latin-1"))
    open_client(Service(file_answer())).call("export", FILTER, tmp_path / "a.csv", restart=True)
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    ("state", "created"),
    [
        ({"gone": True}, 1),
        ({"status": "failed", "error": "Internal error"}, 1),
        (EMPTY, 0),
        ({}, 0),
    ],
)
def test_a_lost_job_is_created_again(
    open_client: Opener, tmp_path: Path, state: dict[str, object], created: int
) -> None:
    target = tmp_path / "a.csv"
    service = Service(part(1), part(2), httpx.Response(500))
    interrupt_export(open_client, target, service, split="month", resume=True)
    service.answers, service.all = [part(3)], []
    service.statuses[2] = state
    open_client(service).call("export", WINDOW, target, split="month", resume=True)
    assert service.all.count("POST /v2/jobs") == created
    rows = b"" if state is EMPTY else b"3,paid\n"
    assert target.read_bytes() == b"id,status\n1,paid\n2,paid\n" + rows
    assert names(tmp_path) == ["a.csv"]


def test_an_export_of_one_job_is_resumed(open_client: Opener, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    service = Service(httpx.Response(500))
    interrupt_export(open_client, target, service, resume=True)
    assert names(tmp_path) == ["a.csv.export.json"]
    service.answers, service.all = [file_answer()], []
    open_client(service).call("export", WINDOW, target, resume=True)
    assert "POST /v2/jobs" not in service.all
    assert names(tmp_path) == ["a.csv"]


def test_a_single_failed_job_leaves_no_files(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    service.statuses[0] = {"status": "failed", "error": "Internal error"}
    assert interrupt_export(open_client, tmp_path / "a.csv", service, resume=True) is JobFailedError
    assert names(tmp_path) == []


def test_a_failed_part_ends_the_export(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1))
    service.statuses[1] = {"status": "failed", "error": "Internal error"}
    error = interrupt_export(open_client, tmp_path / "a.csv", service, split="month", resume=True)
    assert error is JobFailedError
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
def test_a_checkpoint_of_another_export_is_an_error(
    open_client: Opener,
    tmp_path: Path,
    exported: str,
    options: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    target = tmp_path / "a.csv"
    interrupt_export(open_client, target, Service(httpx.Response(500)), split="month", resume=True)
    before = names(tmp_path)
    service = Service(part(1))
    with pytest.raises(SettingsError) as error_info:
        open_client(service, **settings).call("export", exported, target, resume=True, **options)
    assert "belongs to an export with another filter, period, split or region." in str(
        error_info.value
    )
    assert "or delete the file to start again" in str(error_info.value)
    assert service.all == []
    assert names(tmp_path) == before


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"version":2}', "\xff"])
def test_an_invalid_checkpoint_is_an_error(open_client: Opener, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv.export.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="is not a checkpoint of an export"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)


def test_a_checkpoint_is_ignored_without_resume(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").write_text("{")
    open_client(Service(file_answer())).call("export", WINDOW, tmp_path / "a.csv")
    assert names(tmp_path) == ["a.csv", "a.csv.export.json"]


def test_a_checkpoint_that_cannot_be_read_is_an_error(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").mkdir()
    with pytest.raises(DownloadError, match=r"a\.csv\.export\.json: Is a directory"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)
