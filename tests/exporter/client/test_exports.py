"""A whole export: one job or many, and going on with one that was interrupted."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from epfilter import FilterTypeError, FilterValueError, parse
from epfilter.errors import ResourceError
from epfilter.exporter import (
    CreateJob,
    CreateJobData,
    DownloadError,
    Job,
    JobFailedError,
    JoinError,
    SettingsError,
)
from epfilter.exporter.client import DownloadProgress, Exported, ExportProgress
from epfilter.exporter.client.target_files import TargetFile, TemporaryFile
from exporter.client.conftest import Opener
from exporter.client.doubles import BASE, CSV, FILTER, ID, Service, file_answer, job

WINDOW = "ge(created_at,2018-09-01):lt(created_at,2018-12-01)"
NOTHING = "No results matched the supplied filter"
EMPTY: dict[str, object] = {"status": "failed", "error": NOTHING}


def part(number: int, header: str = "id,status") -> httpx.Response:
    return file_answer(f"{header}\n{number},paid\n".encode())


def filters(service: Service) -> list[str]:
    return [json.loads(body)["data"]["filter"] for body in service.created]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=ID.int + number) for number in numbers]


@pytest.mark.parametrize(
    "wanted", [FILTER, parse(FILTER), CreateJob.order_export(FILTER)], ids=repr
)
def test_an_export_does_it_all(open_client: Opener, tmp_path: Path, wanted: Any) -> None:
    service = Service(file_answer())
    target = tmp_path / "orders.csv"
    done = open_client(service).call("export", wanted, str(target))
    assert done == Exported(target, (Job.model_validate(job()),), len(CSV), None)
    assert target.read_bytes() == CSV
    assert names(tmp_path) == ["orders.csv"]
    assert service.all == [
        "POST /v2/jobs",
        f"GET /v2/jobs/{ID}/file",
        "GET /orders/0.csv?signature=SIGNED",
    ]


def test_a_filter_is_checked_unless_it_is_not_to_be(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    client = open_client(service)
    with pytest.raises(ResourceError):
        client.call("export", "eq(paymnt,paid)", tmp_path / "a.csv")
    assert service.all == []
    client.call("export", "eq(paymnt,paid)", tmp_path / "a.csv", check=False)
    assert filters(service) == ["eq(paymnt,paid)"]


def test_a_split_export_is_joined(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1), part(2), part(3))
    target = tmp_path / "orders.csv"
    target.touch(0o600)
    done = open_client(service).call("export", WINDOW, target, split="month")
    content = b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert target.read_bytes() == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (done.size, done.rows) == (len(content), 3)
    assert [one.id for one in done.jobs] == ids(0, 1, 2)
    assert filters(service) == [
        "ge(created_at,2018-09-01):lt(created_at,2018-10-01)",
        "ge(created_at,2018-10-01):lt(created_at,2018-11-01)",
        "ge(created_at,2018-11-01):lt(created_at,2018-12-01)",
    ]
    assert names(tmp_path) == ["orders.csv"]
    # One job after the other: the next one is created when the file of the last one is there.
    assert [line.split()[0] for line in service.all] == ["POST", "GET", "GET"] * 3


@pytest.mark.parametrize("error", [NOTHING, NOTHING.upper() + ". "])
def test_a_part_without_orders_is_empty(open_client: Opener, tmp_path: Path, error: str) -> None:
    service = Service(part(1), part(3))
    service.statuses[1] = {"status": "failed", "error": error}
    done = open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month")
    assert (tmp_path / "a.csv").read_bytes() == b"id,status\n1,paid\n3,paid\n"
    assert [one.status for one in done.jobs] == ["success", "failed", "success"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_export_without_any_orders_says_so(
    open_client: Opener,
    tmp_path: Path,
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    for split in ("month", None):
        service = Service(part(1))
        service.statuses = {0: EMPTY, 1: EMPTY, 2: EMPTY}
        with pytest.raises(JobFailedError, match=f"^{NOTHING}$"):
            open_client(service).call(
                "export", WINDOW, tmp_path / "a.csv", split=split, resume=resume
            )
        assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("wanted", "options", "error"),
    [
        (FILTER, {"split": "month"}, FilterValueError),
        (WINDOW, {"split": "year"}, FilterValueError),
        (CreateJob(data=CreateJobData()), {"split": "month"}, FilterTypeError),
        (FILTER, {"timeout": -1}, SettingsError),
    ],
)
def test_what_cannot_be_exported_is_refused_before_anything_is_sent(
    open_client: Opener,
    tmp_path: Path,
    wanted: Any,
    options: dict[str, Any],
    error: type[Exception],
) -> None:
    service = Service(part(1))
    with pytest.raises(error):
        open_client(service).call("export", wanted, tmp_path / "a.csv", **options)
    assert service.all == []


def test_every_order_can_be_exported(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    everything = CreateJob(data=CreateJobData())
    open_client(service).call("export", everything, tmp_path / "a.csv", resume=True)
    assert names(tmp_path) == ["a.csv"]
    assert b"filter" not in service.created[0]


def test_progress_is_shown(open_client: Opener, tmp_path: Path) -> None:
    seen: list[ExportProgress] = []
    service = Service(part(1), part(2))
    service.statuses[1] = {"status": "success"}
    client = open_client(service)
    window = "ge(created_at,2018-09-01):lt(created_at,2018-11-01)"
    client.call("export", window, tmp_path / "a.csv", split="month", progress=seen.append)
    assert [(one.part, one.parts, one.download) for one in seen] == [
        (1, 2, None),
        (1, 2, DownloadProgress(17, 17)),
        (2, 2, None),
        (2, 2, DownloadProgress(17, 17)),
    ]
    assert [one.job.id for one in seen] == ids(0, 0, 1, 1)


def test_parts_that_do_not_fit_leave_nothing(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1), part(2, "id,state"), part(3))
    with pytest.raises(JoinError):
        open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month")
    assert names(tmp_path) == []


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
        assert json.loads(note.read_text()) == {
            "version": 1,
            "region": BASE,
            "filter": WINDOW,
            "split": "month",
            "jobs": [str(one) for one in (first, second, third)],
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
        TemporaryFile(TargetFile(path, path, None)).path.write_bytes(b"a piece")
    others = [tmp_path / name for name in (".a.csv.part", ".a.csv.export.part", ".b.csv.part")]
    for path in (*others, tmp_path / "a"):
        TemporaryFile(TargetFile(path, path, None)).path.write_bytes(b"somebody else's")
    service.answers = [part(2), part(3)]
    open_client(service).call("export", WINDOW, target, split="month", resume=True)
    left = [path.read_bytes() for path in tmp_path.iterdir() if path != target]
    assert left == [b"somebody else's"] * 4


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
    ("wanted", "options", "settings"),
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
    wanted: str,
    options: dict[str, Any],
    settings: dict[str, Any],
) -> None:
    target = tmp_path / "a.csv"
    interrupted(open_client, target, Service(httpx.Response(500)), split="month", resume=True)
    before = names(tmp_path)
    service = Service(part(1))
    with pytest.raises(SettingsError) as raised:
        open_client(service, **settings).call("export", wanted, target, resume=True, **options)
    assert "is of an export with another filter, split or region." in str(raised.value)
    assert "or remove the file to begin anew" in str(raised.value)
    assert service.all == []
    assert names(tmp_path) == before


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"version":2}', "\xff"])
def test_a_note_that_is_none_is_told(open_client: Opener, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv.export.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match="is not what an interrupted export leaves behind"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)


def test_a_note_is_nothing_to_who_does_not_resume(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").write_text("{")
    open_client(Service(file_answer())).call("export", WINDOW, tmp_path / "a.csv")
    assert names(tmp_path) == ["a.csv", "a.csv.export.json"]


def test_a_note_that_cannot_be_read_is_told(open_client: Opener, tmp_path: Path) -> None:
    (tmp_path / "a.csv.export.json").mkdir()
    with pytest.raises(DownloadError, match=r"a\.csv\.export\.json: Is a directory"):
        open_client(Service(part(1))).call("export", WINDOW, tmp_path / "a.csv", resume=True)
