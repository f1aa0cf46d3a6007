"""Whole exports: one job or many, errors, progress, merged files."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from epfilter import FilterTypeError, FilterValueError, parse
from epfilter.errors import ResourceError
from epfilter.exporter import (
    CreateJob,
    CreateJobData,
    Job,
    JobFailedError,
    MergeError,
    SettingsError,
)
from epfilter.exporter.client import DownloadProgress, Exported, ExportProgress
from exporter.client.conftest import Opener, both_kinds
from exporter.client.doubles import (
    CSV,
    EMPTY,
    FILTER,
    ID,
    NOTHING,
    WINDOW,
    Service,
    file_answer,
    ids,
    job,
    names,
    part,
)

kind = both_kinds


def filters(service: Service) -> list[str]:
    return [json.loads(body)["data"]["filter"] for body in service.created]


@pytest.mark.parametrize(
    "exported", [FILTER, parse(FILTER), CreateJob.order_export(FILTER)], ids=repr
)
def test_an_export_creates_waits_and_downloads(
    open_client: Opener, tmp_path: Path, exported: Any
) -> None:
    service = Service(file_answer())
    target = tmp_path / "orders.csv"
    result = open_client(service).call("export", exported, str(target))
    assert result == Exported(target, (Job.model_validate(job()),), len(CSV), CSV.count(b"\n") - 1)
    assert target.read_bytes() == CSV
    assert names(tmp_path) == ["orders.csv"]
    assert service.all == [
        "POST /v2/jobs",
        f"GET /v2/jobs/{ID}/file",
        "GET /orders/0.csv?signature=SIGNED",
    ]


def test_a_filter_is_checked_unless_that_is_disabled(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    client = open_client(service)
    with pytest.raises(ResourceError):
        client.call("export", "eq(paymnt,paid)", tmp_path / "a.csv")
    assert service.all == []
    client.call("export", "eq(paymnt,paid)", tmp_path / "a.csv", check=False)
    assert filters(service) == ["eq(paymnt,paid)"]


def test_a_period_is_part_of_the_filter(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    client = open_client(service)
    ends = {"since": "2018-09-01", "until": "2018-10-01", "timezone": "Europe/Paris"}
    period = "ge(created_at,2018-08-31T22:00:00Z):lt(created_at,2018-09-30T22:00:00Z)"
    for exported in (None, FILTER, CreateJob.order_export(FILTER), CreateJob(data=CreateJobData())):
        client.call("export", exported, tmp_path / "a.csv", **ends)
    assert filters(service) == [period, f"{period}:{FILTER}", f"{period}:{FILTER}", period]
    with pytest.raises(FilterTypeError, match="an export without a filter needs the start"):
        client.call("export", None, tmp_path / "a.csv")
    with pytest.raises(FilterValueError, match="is not a date or time"):
        client.call("export", FILTER, tmp_path / "a.csv", since="soon")


def test_a_split_export_is_merged(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1), part(2), part(3))
    target = tmp_path / "orders.csv"
    target.touch(0o600)
    result = open_client(service).call("export", WINDOW, target, split="month")
    content = b"id,status\n1,paid\n2,paid\n3,paid\n"
    assert target.read_bytes() == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert (result.size, result.rows) == (len(content), 3)
    assert [item.id for item in result.jobs] == ids(0, 1, 2)
    assert filters(service) == [
        "ge(created_at,2018-09-01):lt(created_at,2018-10-01)",
        "ge(created_at,2018-10-01):lt(created_at,2018-11-01)",
        "ge(created_at,2018-11-01):lt(created_at,2018-12-01)",
    ]
    assert names(tmp_path) == ["orders.csv"]
    # One job after the other: the next is created when the previous file is complete.
    assert [line.split()[0] for line in service.all] == ["POST", "GET", "GET"] * 3


@pytest.mark.parametrize("error", [NOTHING, NOTHING.upper() + ". "])
def test_a_part_without_orders_is_skipped(open_client: Opener, tmp_path: Path, error: str) -> None:
    service = Service(part(1), part(3))
    service.statuses[1] = {"status": "failed", "error": error}
    result = open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month")
    assert (tmp_path / "a.csv").read_bytes() == b"id,status\n1,paid\n3,paid\n"
    assert [item.status for item in result.jobs] == ["success", "failed", "success"]


@pytest.mark.parametrize("resume", [False, True])
def test_an_export_without_orders_is_an_error(
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


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("append", [False, True])
def test_an_export_without_orders_can_be_allowed(
    open_client: Opener,
    tmp_path: Path,
    append: bool,  # noqa: FBT001 - a column of the table
    resume: bool,  # noqa: FBT001 - a column of the table
) -> None:
    target = tmp_path / "a.csv"
    options = {"allow_empty": True, "append": append, "resume": resume}
    for split, before, after in (
        ("month", None, b""),
        (None, None, b""),
        (None, CSV, CSV if append else b"id,status\n"),
        ("month", b"id,created_at\n", b"id,created_at\n"),
    ):
        if append and before == CSV:
            continue  # it has no column `created_at`
        target.unlink(missing_ok=True)
        if before is not None:
            target.write_bytes(before)
        service = Service(part(1))
        service.statuses = {0: EMPTY, 1: EMPTY, 2: EMPTY}
        result = open_client(service).call("export", WINDOW, target, split=split, **options)
        assert (result.rows, result.appended, result.size) == (0, 0 if append else None, len(after))
        assert [job.status for job in result.jobs] == ["failed"] * (3 if split else 1)
        assert target.read_bytes() == after
        assert names(tmp_path) == ["a.csv"]


def test_another_failure_is_an_error_also_if_an_empty_file_is_allowed(
    open_client: Opener, tmp_path: Path
) -> None:
    service = Service(part(1))
    service.statuses[0] = {"status": "failed", "error": "out of order"}
    with pytest.raises(JobFailedError, match="out of order"):
        open_client(service).call("export", FILTER, tmp_path / "a.csv", allow_empty=True)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("exported", "options", "error"),
    [
        (FILTER, {"split": "month"}, FilterValueError),
        (WINDOW, {"split": "year"}, FilterValueError),
        (CreateJob(data=CreateJobData()), {"split": "month"}, FilterValueError),
        (FILTER, {"timeout": -1}, SettingsError),
    ],
)
def test_an_invalid_export_is_an_error_before_anything_is_sent(
    open_client: Opener,
    tmp_path: Path,
    exported: Any,
    options: dict[str, Any],
    error: type[Exception],
) -> None:
    service = Service(part(1))
    with pytest.raises(error):
        open_client(service).call("export", exported, tmp_path / "a.csv", **options)
    assert service.all == []


def test_every_order_can_be_exported(open_client: Opener, tmp_path: Path) -> None:
    service = Service(file_answer())
    everything = CreateJob(data=CreateJobData())
    open_client(service).call("export", everything, tmp_path / "a.csv", resume=True)
    assert names(tmp_path) == ["a.csv"]
    assert b"filter" not in service.created[0]


def test_progress_is_shown(open_client: Opener, tmp_path: Path) -> None:
    reports: list[ExportProgress] = []
    service = Service(part(1), part(2))
    service.statuses[1] = {"status": "success"}
    client = open_client(service)
    window = "ge(created_at,2018-09-01):lt(created_at,2018-11-01)"
    client.call("export", window, tmp_path / "a.csv", split="month", progress=reports.append)
    assert [(item.part, item.parts, item.download) for item in reports] == [
        (1, 2, None),
        (1, 2, DownloadProgress(17, 17)),
        (2, 2, None),
        (2, 2, DownloadProgress(17, 17)),
    ]
    assert [item.job.id for item in reports] == ids(0, 0, 1, 1)


def test_parts_that_cannot_be_merged_leave_no_files(open_client: Opener, tmp_path: Path) -> None:
    service = Service(part(1), part(2, "id,state"), part(3))
    with pytest.raises(MergeError):
        open_client(service).call("export", WINDOW, tmp_path / "a.csv", split="month")
    assert names(tmp_path) == []
