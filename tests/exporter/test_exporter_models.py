"""The messages of the Exporter Service: every example of its document, and how it varies.

Cases are rows of `examples.json` (the document's examples), `tolerated.json` and `refused.json`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import epfilter.exporter
from epfilter import FilterValueError
from epfilter.exporter import Error, ErrorResponse, Job, JobResponse, JobStatus, Links, Timestamps

_ID = "974c9db4-38da-4dbf-90c2-33eed5f3e77c"
_OTHER_ID = "00000000-0000-0000-0000-000000000000"


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
    )
    return rows


def _model(name: str) -> type[BaseModel]:
    model: type[BaseModel] = getattr(epfilter.exporter, name)
    return model


def _case(row: dict[str, Any]) -> str:
    return str(row.get("case") or f"{row['schema']}: {row['source']}")


@pytest.mark.parametrize("row", _rows("examples.json"), ids=_case)
def test_every_example_of_the_document_round_trips(row: dict[str, Any]) -> None:
    read = _model(row["schema"]).model_validate(row["value"])
    assert read.model_dump(mode="json", exclude_unset=True) == row["value"]
    assert json.loads(read.model_dump_json(exclude_unset=True)) == row["value"]


@pytest.mark.parametrize("row", _rows("examples.json"), ids=_case)
def test_json_text_reads_as_the_same(row: dict[str, Any]) -> None:
    model = _model(row["schema"])
    assert model.model_validate_json(json.dumps(row["value"])) == model.model_validate(row["value"])


@pytest.mark.parametrize("row", _rows("tolerated.json"), ids=_case)
def test_what_varies_is_read(row: dict[str, Any]) -> None:
    read = _model(row["schema"]).model_validate(row["sent"])
    assert read.model_dump(mode="json", exclude_unset=True) == row["read"]


@pytest.mark.parametrize("row", _rows("refused.json"), ids=_case)
def test_what_nobody_can_mean_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        _model(row["schema"]).model_validate(row["value"])
    errors = [{"at": list(error["loc"]), "type": error["type"]} for error in refused.value.errors()]
    assert errors == row["errors"]


@pytest.mark.parametrize("row", _rows("examples.json"), ids=_case)
def test_messages_are_frozen(row: dict[str, Any]) -> None:
    read = _model(row["schema"]).model_validate(row["value"])
    name = next(iter(type(read).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(read, name, None)


def test_the_public_names() -> None:
    assert epfilter.exporter.__all__ == sorted(epfilter.exporter.__all__)
    assert all(hasattr(epfilter.exporter, name) for name in epfilter.exporter.__all__)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("pending", JobStatus.PENDING),
        ("STARTED", JobStatus.STARTED),
        ("Success", JobStatus.SUCCESS),
        ("fAILED", JobStatus.FAILED),
        ("processing", JobStatus.STARTED),
        ("Processing", JobStatus.STARTED),
        ("complete", JobStatus.SUCCESS),
    ],
)
def test_a_status_is_read_in_any_case(text: str, status: JobStatus) -> None:
    assert JobStatus(text) is status


@pytest.mark.parametrize("value", ["", " failed", "done", None, 1, b"failed", ["failed"]])
def test_anything_else_is_no_status(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid JobStatus"):
        JobStatus(value)


def test_a_status_is_written_in_lower_case() -> None:
    assert [status.value for status in JobStatus] == ["pending", "started", "success", "failed"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2018-10-04T11:08:49.156490335Z", datetime(2018, 10, 4, 11, 8, 49, 156490, UTC)),
        ("2018-10-04T11:08:49Z", datetime(2018, 10, 4, 11, 8, 49, 0, UTC)),
        ("2018-10-04T13:08:49.5+02:00", datetime(2018, 10, 4, 11, 8, 49, 500000, UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_timestamps_keep_their_text_and_read_as_utc(text: str, moment: datetime) -> None:
    times = Timestamps(created_at=text, updated_at=text)
    assert (times.created_at, times.updated_at) == (text, text)
    assert (times.created, times.updated) == (moment, moment)
    assert times.created is not None
    assert times.created.tzinfo is UTC


@pytest.mark.parametrize("times", [Timestamps(), Timestamps(created_at=None, updated_at=None)])
def test_absent_timestamps_are_none(times: Timestamps) -> None:
    assert times.created is None
    assert times.updated is None


def test_a_timestamp_that_is_none_says_so_when_it_is_read() -> None:
    times = Timestamps(created_at="yesterday", updated_at="")
    with pytest.raises(FilterValueError, match="`yesterday` is not a date or timestamp"):
        _ = times.created
    with pytest.raises(FilterValueError, match="is not a date or timestamp"):
        _ = times.updated


def test_one_job_and_a_list_of_one_read_alike() -> None:
    job = Job.model_validate({"id": _ID, "status": "failed"})
    one, many = JobResponse(data=job), JobResponse(data=[job])
    assert one.job == many.job == job
    assert one.jobs == many.jobs == (job,)
    assert isinstance(one.data, Job)
    assert isinstance(many.data, list)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([], "the answer holds no job, where one was expected. Hint: `jobs` gives all of them."),
        (
            [_ID, _OTHER_ID],
            "the answer holds 2 jobs, where one was expected. Hint: `jobs` gives all of them.",
        ),
    ],
)
def test_none_or_several_jobs_are_not_one(ids: list[str], message: str) -> None:
    answer = JobResponse.model_validate({"data": [{"id": id_, "status": "failed"} for id_ in ids]})
    assert len(answer.jobs) == len(ids)
    with pytest.raises(FilterValueError) as refused:
        _ = answer.job
    assert str(refused.value) == message


def test_unknown_members_are_attributes_too() -> None:
    job = Job.model_validate({"id": _ID, "status": "failed", "progress": 7})
    assert job.model_extra == {"progress": 7}


def test_self_is_a_member_like_any_other() -> None:
    assert Links.model_validate({"self": "https://example.com"}).self == "https://example.com"


def test_errors_are_read_one_by_one() -> None:
    answer = ErrorResponse.model_validate({"errors": [{"title": "a"}, {"status": "400"}]})
    assert answer.errors == [Error(title="a"), Error(status=400)]
