"""The body that starts an export: exact, and never wider than was meant."""

from __future__ import annotations

import json
import pickle

import pytest
from pydantic import ValidationError

from epfilter import F, Filter, FilterSyntaxError, FilterTypeError, parse
from epfilter.exporter import CreateJob, CreateJobData

_TEXT = "gt(created_at,2018-09-01):lt(created_at,2018-10-01):eq(payment,refunded)"
_BODY = '{"data":{"type":"job","job_type":"order_export","filter":"' + _TEXT + '"}}'


@pytest.mark.parametrize("given", [_TEXT, parse(_TEXT)], ids=["text", "filter"])
def test_an_order_export_is_exactly_this(given: Filter | str) -> None:
    job = CreateJob.order_export(given)
    assert job.model_dump_json() == _BODY
    assert job.model_dump_json(exclude_unset=True) == _BODY
    assert job.model_dump() == json.loads(_BODY)


def test_the_text_is_made_canonical() -> None:
    body = CreateJob.order_export("eq(name, 'a, \"b\"')").model_dump_json()
    assert json.loads(body)["data"]["filter"] == r'eq(name,"a, \"b\"")'


def test_a_hostile_value_stays_one_operand() -> None:
    value = 'x"),"type":"flow"}}\n\u2028'
    body = CreateJob.order_export(F.name.eq(value)).model_dump_json()
    read = CreateJob.model_validate_json(body)
    assert read.data.filter == F.name.eq(value)


@pytest.mark.parametrize(
    ("text", "code"), [("", "EPF101"), ("eq(a,1", "EPF102"), ("eqq(a,1)", "EPF108")]
)
def test_a_text_that_is_no_filter_is_a_syntax_error(text: str, code: str) -> None:
    with pytest.raises(FilterSyntaxError) as refused:
        CreateJob.order_export(text)
    assert [found.code for found in refused.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (None, "None"),
        (b"eq(a,1)", "a value of type bytes"),
        ({"op": "is_null", "field": "a"}, "a value of type dict"),
        (F.payment, "a value of type Field"),
    ],
)
def test_anything_else_is_a_type_error(given: object, kind: str) -> None:
    with pytest.raises(FilterTypeError) as refused:
        CreateJob.order_export(given)  # type: ignore[arg-type] # that is the mistake
    assert refused.value.message == f"order_export takes a filter or its text, not {kind}."
    assert refused.value.hint is not None


def test_a_mistake_in_the_body_of_others_carries_its_diagnostics() -> None:
    with pytest.raises(ValidationError) as refused:
        CreateJob.model_validate({"data": {"filter": "eq(a,1"}})
    [error] = refused.value.errors()
    assert [found["code"] for found in error["ctx"]["diagnostics"]] == ["EPF102"]


def test_an_absent_filter_is_absent_in_every_dump() -> None:
    job = CreateJob(data=CreateJobData())
    assert job.data.filter is None
    assert job.model_dump() == {"data": {"type": "job", "job_type": "order_export"}}
    assert job.model_dump_json() == '{"data":{"type":"job","job_type":"order_export"}}'


def test_none_never_means_everything() -> None:
    with pytest.raises(ValidationError, match="would export every order"):
        CreateJobData(filter=None)  # type: ignore[arg-type] # that is the mistake


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_json_schema_is_that_of_the_document(mode: str) -> None:
    schema = CreateJobData.model_json_schema(
        mode="validation" if mode == "validation" else "serialization"
    )
    assert schema["properties"].keys() == {"type", "job_type", "filter"}
    assert schema["properties"]["filter"]["type"] == "string"
    assert "default" not in schema["properties"]["filter"]
    assert schema["additionalProperties"] is False
    assert ">>>" not in schema["description"]


def test_a_job_is_a_value() -> None:
    job = CreateJob.order_export(_TEXT)
    assert job == CreateJob.model_validate_json(_BODY)
    assert hash(job) == hash(CreateJob.order_export(parse(_TEXT)))
    assert pickle.loads(pickle.dumps(job)) == job  # noqa: S301 - our own pickle


def test_a_copy_is_as_strict_as_the_rest() -> None:
    sent = CreateJob.order_export("eq(payment,paid)").data
    assert sent.model_copy() == sent
    assert sent.model_copy(update={"filter": "eq(a, 1)"}).model_dump()["filter"] == "eq(a,1)"
    for update in ({"filter": None}, {"filter": "junk("}, {"job_type": 5}, {"more": 1}):
        for copy in (sent.model_copy, sent.copy):
            with pytest.raises(ValidationError):
                copy(update=update)
