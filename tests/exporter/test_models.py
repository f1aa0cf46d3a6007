"""The models: every example of the OpenAPI document, its variations, and the body of a new job.

Cases are rows of `examples.json` (the document's examples), `tolerated.json` and `invalid.json`.
"""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import epfilter.exporter
from epfilter import (
    F,
    Filter,
    FilterError,
    FilterSyntaxError,
    FilterTypeError,
    FilterValueError,
    parse,
)
from epfilter.exporter import (
    CreateJob,
    CreateJobData,
    Error,
    ErrorResponse,
    Job,
    JobResponse,
    JobStatus,
    Links,
    Timestamps,
)
from support.hostile_objects import HOSTILE_OBJECTS
from support.rows import for_each

_ID = "974c9db4-38da-4dbf-90c2-33eed5f3e77c"
_OTHER_ID = "00000000-0000-0000-0000-000000000000"


def _load_rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        (Path(__file__).parent / name).read_text(encoding="utf-8")
    )
    return rows


def _get_model(name: str) -> type[BaseModel]:
    model: type[BaseModel] = getattr(epfilter.exporter, name)
    return model


def _case_name(row: dict[str, Any]) -> str:
    return str(row.get("case") or f"{row['schema']}: {row['source']}")


@for_each("row", _load_rows("examples.json"), ids=_case_name)
def test_every_example_of_the_document_round_trips(row: dict[str, Any]) -> None:
    model = _get_model(row["schema"]).model_validate(row["value"])
    assert model.model_dump(mode="json", exclude_unset=True) == row["value"]
    assert json.loads(model.model_dump_json(exclude_unset=True)) == row["value"]


@for_each("row", _load_rows("examples.json"), ids=_case_name)
def test_json_text_reads_as_the_same(row: dict[str, Any]) -> None:
    model = _get_model(row["schema"])
    assert model.model_validate_json(json.dumps(row["value"])) == model.model_validate(row["value"])


@for_each("row", _load_rows("tolerated.json"), ids=_case_name)
def test_variations_are_accepted(row: dict[str, Any]) -> None:
    model = _get_model(row["schema"]).model_validate(row["sent"])
    assert model.model_dump(mode="json", exclude_unset=True) == row["read"]


@for_each("row", _load_rows("invalid.json"), ids=_case_name)
def test_invalid_messages_are_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error_info:
        _get_model(row["schema"]).model_validate(row["value"])
    errors = [
        {"at": list(error["loc"]), "type": error["type"]} for error in error_info.value.errors()
    ]
    assert errors == row["errors"]


@for_each("row", _load_rows("examples.json"), ids=_case_name)
def test_messages_are_frozen(row: dict[str, Any]) -> None:
    model = _get_model(row["schema"]).model_validate(row["value"])
    name = next(iter(type(model).model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(model, name, None)


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
def test_anything_else_is_not_a_status(value: Any) -> None:
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


def test_a_text_that_is_not_a_timestamp_is_an_error_when_read() -> None:
    times = Timestamps(created_at="yesterday", updated_at="")
    with pytest.raises(FilterValueError, match="`yesterday` is not a date or timestamp"):
        _ = times.created
    with pytest.raises(FilterValueError, match="is not a date or timestamp"):
        _ = times.updated


def test_one_job_and_a_list_of_one_are_equivalent() -> None:
    job = Job.model_validate({"id": _ID, "status": "failed"})
    single, listed = JobResponse(data=job), JobResponse(data=[job])
    assert single.job == listed.job == job
    assert single.jobs == listed.jobs == (job,)
    assert isinstance(single.data, Job)
    assert isinstance(listed.data, list)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (
            [],
            "the response contains no job instead of one. Hint: use `jobs`, which returns all of them.",
        ),
        (
            [_ID, _OTHER_ID],
            "the response contains 2 jobs instead of one. Hint: use `jobs`, which returns all of them.",
        ),
    ],
)
def test_no_job_or_several_are_not_one_job(ids: list[str], message: str) -> None:
    response = JobResponse.model_validate(
        {"data": [{"id": id_, "status": "failed"} for id_ in ids]}
    )
    assert len(response.jobs) == len(ids)
    with pytest.raises(FilterValueError) as error_info:
        _ = response.job
    assert str(error_info.value) == message


def test_undocumented_members_are_attributes() -> None:
    job = Job.model_validate({"id": _ID, "status": "failed", "progress": 7})
    assert job.model_extra == {"progress": 7}


def test_self_is_an_ordinary_member() -> None:
    assert Links.model_validate({"self": "https://example.com"}).self == "https://example.com"


def test_errors_are_read_in_order() -> None:
    response = ErrorResponse.model_validate({"errors": [{"title": "a"}, {"status": "400"}]})
    assert response.errors == [Error(title="a"), Error(status=400)]


_TEXT = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"
_BODY = '{"data":{"type":"job","job_type":"order_export","filter":"' + _TEXT + '"}}'


@pytest.mark.parametrize("argument", [_TEXT, parse(_TEXT)], ids=["text", "filter"])
def test_the_body_of_an_order_export_is_exact(argument: Filter | str) -> None:
    job = CreateJob.order_export(argument)
    assert job.model_dump_json() == _BODY
    assert job.model_dump_json(exclude_unset=True) == _BODY
    assert job.model_dump() == json.loads(_BODY)


def test_the_text_becomes_canonical() -> None:
    body = CreateJob.order_export("eq(name, 'a, \"b\"')").model_dump_json()
    assert json.loads(body)["data"]["filter"] == r'eq(name,"a, \"b\"")'


def test_a_hostile_value_stays_one_operand() -> None:
    value = 'x"),"type":"flow"}}\n\u2028'
    body = CreateJob.order_export(F.name.eq(value)).model_dump_json()
    model = CreateJob.model_validate_json(body)
    assert model.data.filter == F.name.eq(value)


@pytest.mark.parametrize(
    ("text", "code"), [("", "EPF101"), ("eq(a,1", "EPF102"), ("eqq(a,1)", "EPF108")]
)
def test_a_text_that_is_not_a_filter_is_a_syntax_error(text: str, code: str) -> None:
    with pytest.raises(FilterSyntaxError) as error_info:
        CreateJob.order_export(text)
    assert [diagnostic.code for diagnostic in error_info.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("argument", "type_name"),
    [
        (None, "None"),
        (b"eq(a,1)", "a value of type bytes"),
        ({"op": "is_null", "field": "a"}, "a value of type dict"),
        (F.payment, "a value of type Field"),
    ],
)
def test_anything_else_is_a_type_error(argument: object, type_name: str) -> None:
    with pytest.raises(FilterTypeError) as error_info:
        CreateJob.order_export(argument)  # type: ignore[arg-type] # tests this error
    assert (
        error_info.value.message
        == f"`order_export` requires a filter or its text, not {type_name}."
    )
    assert error_info.value.hint is not None


def test_a_validation_error_has_the_diagnostics_of_the_filter() -> None:
    with pytest.raises(ValidationError) as error_info:
        CreateJob.model_validate({"data": {"filter": "eq(a,1"}})
    [error] = error_info.value.errors()
    assert [diagnostic["code"] for diagnostic in error["ctx"]["diagnostics"]] == ["EPF102"]


def test_an_absent_filter_is_absent_in_every_dump() -> None:
    job = CreateJob(data=CreateJobData())
    assert job.data.filter is None
    assert job.model_dump() == {"data": {"type": "job", "job_type": "order_export"}}
    assert job.model_dump_json() == '{"data":{"type":"job","job_type":"order_export"}}'


def test_none_is_not_a_filter_of_everything() -> None:
    with pytest.raises(ValidationError, match="would export every order"):
        CreateJobData(filter=None)  # type: ignore[arg-type] # tests this error


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_matches_the_document(mode: str) -> None:
    schema = CreateJobData.model_json_schema(
        mode="validation" if mode == "validation" else "serialization"
    )
    assert schema["properties"].keys() == {"type", "job_type", "filter"}
    assert schema["properties"]["filter"]["type"] == "string"
    assert "default" not in schema["properties"]["filter"]
    assert schema["additionalProperties"] is False
    assert ">>>" not in schema["description"]


def test_a_body_is_a_value() -> None:
    job = CreateJob.order_export(_TEXT)
    assert job == CreateJob.model_validate_json(_BODY)
    assert hash(job) == hash(CreateJob.order_export(parse(_TEXT)))
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 - our own pickle


def test_a_copy_is_validated() -> None:
    sent = CreateJob.order_export("eq(payment,paid)").data
    assert sent.model_copy() == sent
    assert sent.model_copy(update={"filter": "eq(a, 1)"}).model_dump()["filter"] == "eq(a,1)"
    for update in ({"filter": None}, {"filter": "junk("}, {"job_type": 5}, {"more": 1}):
        for copy in (sent.model_copy, sent.copy):
            with pytest.raises(ValidationError):
                copy(update=update)


MODELS = [
    model
    for name in epfilter.exporter.__all__
    if isinstance(model := getattr(epfilter.exporter, name), type) and issubclass(model, BaseModel)
]


@for_each("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_refuses_any_wrong_member_in_the_same_way(model: type[BaseModel]) -> None:
    members = {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}
    reasons: list[str] = []
    for value in HOSTILE_OBJECTS:
        for name in model.model_fields:
            try:
                model(**members | {name: value})
            except (ValidationError, FilterError) as error:
                reasons.append(str(error))
    assert reasons
    assert all(reasons)


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("filter", 5, "A filter is expected: its text, a node or the JSON of a node"),
        ("filter", "gte(a,1)", "hint: write `ge`"),
        ("filter", F.a, "not a value of type Field"),
        ("filters", "eq(a,1)", "Extra inputs are not permitted"),
        ("job_type", "", "at least 1 character"),
    ],
)
def test_a_wrong_member_of_a_new_job_is_explained(member: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CreateJobData(**{member: value})
    assert message in str(caught.value)
