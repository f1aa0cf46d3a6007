"""The OpenAPI document says all that the platform's says, and what it says is valid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic.json_schema import models_json_schema
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from epfilter import parse
from epfilter.exporter import CreateJob, CreateJobData
from epfilter.exporter.models import ErrorResponse, FileLinkResponse, Job
from epfilter.exporter.service.job_tables import ORDER_EXPORT
from epfilter.exporter.service.openapi import load_document
from epfilter.exporter.service.responses import ERRORS
from support.rows import for_each

PLATFORM: dict[str, Any] = yaml.safe_load(
    Path(__file__).parent.joinpath("data", "exporter.yaml").read_text(encoding="utf-8")
)
OURS = load_document()
METHODS = ("get", "post", "put", "patch", "delete")


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its references and `allOf` followed, one level deep."""
    whole = {**schema}
    if "$ref" in whole:
        actual = described
        for step in whole.pop("$ref").removeprefix("#/").split("/"):
            actual = actual[step]
        whole = {**resolved(described, actual), **whole}
    for part in whole.pop("allOf", ()):  # of the platform's request
        whole = {**resolved(described, part), **whole}
    return whole


def members(
    described: dict[str, Any], schema: dict[str, Any], at: str = ""
) -> Iterator[tuple[str, Any]]:
    """Every member below a schema with its type, as `data[].links.self`."""
    whole = resolved(described, schema)
    kind = whole.get("type") or ("object" if "properties" in whole else None)
    yield at, (kind, "uuid" if whole.get("format") == "uuid" else None)
    for name, below in whole.get("properties", {}).items():
        yield from members(described, below, f"{at}.{name}")
    if "items" in whole:
        yield from members(described, whole["items"], f"{at}[]")


PLATFORM_OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, method, operation in operations(PLATFORM)
]
every_operation = pytest.mark.parametrize(("path", "method", "theirs"), PLATFORM_OPERATIONS)


@every_operation
def test_every_operation_of_the_platform_is_there(
    path: str, method: str, theirs: dict[str, Any]
) -> None:
    ours = OURS["paths"][path][method]
    for name in ("operationId", "summary", "tags"):
        assert ours[name] == theirs[name]
    expected = [
        (one["name"], one["in"], one["required"], one["style"], one["schema"])
        for one in theirs.get("parameters", [])
    ]
    optional = [one for one in ours.get("parameters", []) if not one.get("required")]
    assert {one["in"] for one in optional} <= {"query"}
    actual = [
        (one["name"], one["in"], one["required"], one["style"], one["schema"])
        for one in ours.get("parameters", [])
        if one not in optional
    ]
    assert actual == expected


@every_operation
def test_every_response_has_the_members_and_types_of_the_platform(
    path: str, method: str, theirs: dict[str, Any]
) -> None:
    ours = OURS["paths"][path][method]["responses"]
    for status, answer in theirs["responses"].items():
        expected = resolved(PLATFORM, answer)["content"]["application/json"]["schema"]
        actual = resolved(OURS, ours[status])["content"]["application/json"]["schema"]
        missing = set(members(PLATFORM, expected)) - set(members(OURS, actual))
        assert missing == set()


@every_operation
def test_every_member_of_a_request_to_the_platform_is_known(
    path: str, method: str, theirs: dict[str, Any]
) -> None:
    ours = OURS["paths"][path][method]
    assert ("requestBody" in ours) is ("requestBody" in theirs)
    if "requestBody" not in theirs:
        return
    assert ours["requestBody"]["required"] is theirs["requestBody"]["required"]
    (expected, actual) = (
        one["requestBody"]["content"]["application/json"] for one in (theirs, ours)
    )
    assert set(members(PLATFORM, expected["schema"])) == set(members(OURS, actual["schema"]))
    assert expected["examples"] == actual["examples"]


@every_operation
def test_the_examples_of_the_platform_are_responses_of_this_service(
    path: str, method: str, theirs: dict[str, Any]
) -> None:
    ours = OURS["paths"][path][method]["responses"]
    for status, answer in theirs["responses"].items():
        content = resolved(PLATFORM, answer)["content"]["application/json"]
        schema = resolved(OURS, ours[status])["content"]["application/json"]["schema"]
        for example in content.get("examples", {}).values():
            validator(schema).validate(example["value"])


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": OURS["components"]})


def test_every_schema_and_security_scheme_of_the_platform_is_there() -> None:
    theirs, ours = PLATFORM["components"], OURS["components"]
    assert theirs["schemas"].keys() <= ours["schemas"].keys()
    for name, schema in theirs["schemas"].items():
        assert set(members(PLATFORM, schema)) <= set(members(OURS, ours["schemas"][name])), name
        assert set(schema.get("required", ())) <= set(ours["schemas"][name].get("required", ()))
    assert ours["securitySchemes"] == theirs["securitySchemes"]
    assert (OURS["security"], OURS["openapi"]) == (PLATFORM["security"], PLATFORM["openapi"])
    assert OURS["info"]["title"] == PLATFORM["info"]["title"]
    assert OURS["info"]["version"] == PLATFORM["info"]["version"]


def test_every_schema_is_valid_and_accepts_its_examples() -> None:
    for name, schema in OURS["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        for member, described in schema.get("properties", {}).items():
            for example in described.get("examples", ()):
                validator(described).validate(example)
                assert example, (name, member)
    for _, _, operation in operations(OURS):
        for answer in operation["responses"].values():
            content = resolved(OURS, answer).get("content", {}).get("application/json", {})
            for example in content.get("examples", {}).values():
                validator(content["schema"]).validate(example["value"])


def test_no_member_may_be_null() -> None:
    assert "null" not in str(OURS)


MODELS = models_json_schema(
    [
        (CreateJob, "validation"),
        (Job, "serialization"),
        (FileLinkResponse, "serialization"),
        (ErrorResponse, "serialization"),
    ],
    ref_template="#/components/schemas/{model}",
)[1]["$defs"]
STRICTER = {
    ("Job", "id"): {"format": "uuid"},
    ("CreateJobData", "job_type"): {"const": ORDER_EXPORT},
    ("CreateJobData", "filter"): {"format": "elastic-path-filter"},
}
"""What the service requires beyond the model, which reads more job types."""


def shape(schema: dict[str, Any]) -> dict[str, Any]:
    """What a schema allows, without words, and without the null that only a client accepts."""
    allowed: dict[str, Any] = next(
        (one for one in schema.get("anyOf", ()) if one != {"type": "null"}), {}
    )
    words = ("anyOf", "default", "description", "examples", "minLength", "title")
    return {name: value for name, value in (schema | allowed).items() if name not in words}


@for_each("name", [*MODELS])
def test_every_schema_is_that_of_its_model(name: str) -> None:
    described, model = OURS["components"]["schemas"][name], MODELS[name]
    extra = {"filter"} if name == "Job" else set()  # a member that only this service sends
    assert described.get("properties", {}).keys() - extra == model.get("properties", {}).keys()
    for member, schema in model.get("properties", {}).items():
        stricter = STRICTER.get((name, member), {})
        assert shape(described["properties"][member]) == shape(schema) | stricter, member
    for keyword in ("type", "enum", "additionalProperties"):
        assert described.get(keyword) == model.get(keyword)
    assert set(described.get("required", ())) >= set(model.get("required", ()))


def test_every_schema_belongs_to_a_model() -> None:
    assert OURS["components"]["schemas"].keys() == {*MODELS, "UUID"}


def test_every_error_has_the_words_of_the_service() -> None:
    described = OURS["components"]["responses"]
    assert described.keys() == {str(status) for status in ERRORS}
    for status, (title, detail) in ERRORS.items():
        response = described[str(status)]
        (error,) = response["content"]["application/json"]["examples"]["default"]["value"]["errors"]
        assert (response["description"], error["title"]) == (title, title)
        assert (error["status"], error["detail"]) == (status, detail)


def test_every_route_is_described_except_the_page(app: Starlette) -> None:
    routes = {
        (route.path if route.path == "/" else route.path.rstrip("/"), method.lower())
        for route in app.routes
        if isinstance(route, Route) and not route.path.startswith(("/page", "/openapi.json"))
        for method in (route.methods or set()) - {"HEAD"}
        if route.path != "/"
    }
    assert {(path, method) for path, method, _ in operations(OURS)} == routes


def test_the_members_of_a_request_are_those_of_the_model() -> None:
    schema = OURS["components"]["schemas"]["CreateJobData"]
    assert schema["properties"].keys() == CreateJobData.model_fields.keys()
    assert schema["additionalProperties"] is False
    (example,) = schema["properties"]["filter"]["examples"]
    assert str(parse(example)) == example


@pytest.mark.parametrize(
    ("public_url", "server"),
    [(None, "/"), ("https://exports.example.com/", "https://exports.example.com")],
)
def test_the_server_is_the_public_url(public_url: str | None, server: str) -> None:
    assert load_document(public_url)["servers"] == [{"url": server}]


def test_the_document_is_served_to_everybody(client: TestClient) -> None:
    answer = client.get("/openapi.json", headers={"Authorization": ""})
    assert answer.json() == OURS
