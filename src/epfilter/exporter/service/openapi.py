"""The OpenAPI document of the service, made of the models of what is sent and received.

It promises more than the platform's: errors that the platform leaves out, and which members are
always there. Whatever the platform's document says is true of this service too.

Source: Exporter Service API 1.0, OpenAPI document.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from epfilter.exporter.models import CreateJob, ErrorResponse, FileLinkResponse, Job
from epfilter.exporter.service.descriptions import (
    ABOUT,
    EXAMPLE_FILTER,
    EXAMPLE_ID,
    EXAMPLE_JOB,
    JOBS_TAG,
    MEMBERS,
)
from epfilter.exporter.service.links import FILES, JOBS
from epfilter.exporter.service.responses import ERRORS
from epfilter.version import __version__

_Json = dict[str, Any]

FILTER_FORMAT = "elastic-path-filter"
"""The format of a text in the filter language, for tools that want to make one."""

_ALWAYS = {
    "CreateJobData": ("type", "job_type"),
    "Error": ("status", "title", "detail", "request_id"),
    "FileLink": ("href",),
    "Job": ("id", "type", "job_type", "status", "link", "links", "timestamps"),
    "Links": ("self",),
    "Timestamps": ("created_at", "updated_at"),
}
"""The members that have to be there in a request, and that every answer of this service has."""

_REQUEST_ID = {
    "X-Request-Id": {
        "description": "The request's own ID where that is a UUID, else a new one.",
        "required": True,
        "schema": {"$ref": "#/components/schemas/UUID"},
    }
}


_JOB_ID = {
    "name": "jobID",
    "in": "path",
    "required": True,
    "style": "simple",
    "description": "The unique identifier of the requested job.",
    "schema": {"type": "string"},
}
_ONE_JOB = {"$ref": "#/components/schemas/Job"}
_LIST_OF_JOBS = {"type": "array", "items": _ONE_JOB}


def document(public_url: str | None = None) -> _Json:
    """The document as plain data, with the public URL as its server.

    >>> made = document()
    >>> made["openapi"], made["paths"]["/v2/jobs"]["post"]["operationId"]
    ('3.1.0', 'createJob')
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "Exporter Service API", "version": "1.0", "description": ABOUT},
        "servers": [{"url": public_url.rstrip("/") if public_url else "/"}],
        "security": [{"bearerAuth": []}],
        "tags": [{"name": "Jobs", "description": JOBS_TAG}, {"name": "Service"}],
        "paths": {**_platform_paths(), **_own_paths()},
        "components": {
            "securitySchemes": {"bearerAuth": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
            "responses": {str(status): _error_response(status) for status in ERRORS},
        },
        "x-generator": f"epfilter {__version__}",
    }


def _platform_paths() -> _Json:
    """The operations of the platform: where a store does not answer for now, they say 500."""
    one = f"{JOBS}/{{jobID}}"
    link = {"$ref": "#/components/schemas/FileLinkResponse"}
    file = {
        "tags": ["Jobs"],
        "summary": "Get a Job File",
        "description": "Retrieves a link to the CSV file that contains your orders.",
        "operationId": "getAJobFile",
        "parameters": [_JOB_ID],
        "responses": {"200": _json("OK", link), **_errors(401, 404, 405, 500)},
    }
    return {
        JOBS: {"get": _get_all_jobs(), "post": _create_job()},
        one: {"get": _get_a_job()},
        f"{one}/file": {"get": file},
    }


def _get_all_jobs() -> _Json:
    return {
        "tags": ["Jobs"],
        "summary": "Get All Jobs",
        "description": "All jobs that have not expired, the newest first.",
        "operationId": "getMultipleJobs",
        "responses": {
            "200": _json("OK", _data(_LIST_OF_JOBS), {"data": [EXAMPLE_JOB]}),
            **_errors(401, 405, 500),
        },
    }


def _create_job() -> _Json:
    return {
        "tags": ["Jobs"],
        "summary": "Create Job",
        "description": (
            "Create a job to export orders to a CSV file. Jobs automatically expire one "
            "week after creation. You must fetch the exported data before the jobs expire."
        ),
        "operationId": "createJob",
        "requestBody": {"required": True, "content": _creation()},
        "responses": {
            "202": _json("Accepted", _data(_LIST_OF_JOBS), {"data": [EXAMPLE_JOB]}),
            **_errors(400, 401, 405, 408, 413, 415, 500),
        },
    }


def _get_a_job() -> _Json:
    return {
        "tags": ["Jobs"],
        "summary": "Get a Job",
        "description": "Retrieves the specified job.",
        "operationId": "getAJob",
        "parameters": [_JOB_ID],
        "responses": {
            "200": _json("OK", _data(_ONE_JOB), {"data": EXAMPLE_JOB}),
            **_errors(401, 404, 405, 500),
        },
    }


def _get_file() -> _Json:
    csv = {"text/csv": {"schema": {"type": "string"}}}
    signed = {"name": "signed", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "tags": ["Service"],
        "summary": "Get a file by its signed link",
        "description": "The link of a job is the only way here; it works for some time.",
        "operationId": "getFile",
        "security": [],
        "parameters": [signed],
        "responses": {
            "200": {"description": "The file.", "content": csv, "headers": _REQUEST_ID},
            "206": {"description": "A part of it.", "content": csv},
            **_errors(404, 405, 416, 500, 503),
        },
    }


def _own_paths() -> _Json:
    """What the platform does not describe: the files themselves, and what operators need."""
    return {
        f"{FILES}/{{signed}}": {"get": _get_file()},
        "/healthz": _status("health", "Whether the process answers", _errors(405, 500)),
        "/readyz": _status("readiness", "Whether jobs can be run", _errors(405, 500, 503)),
        "/metrics": {
            "get": {
                "tags": ["Service"],
                "summary": "Metrics for Prometheus",
                "operationId": "metrics",
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {"text/plain": {"schema": {"type": "string"}}},
                    },
                    **_errors(401, 405, 500),
                },
            }
        },
    }


def _status(operation: str, summary: str, errors: _Json) -> _Json:
    schema = {
        "type": "object",
        "properties": {"status": {"type": "string"}},
        "required": ["status"],
    }
    return {
        "get": {
            "tags": ["Service"],
            "summary": summary,
            "operationId": operation,
            "security": [],
            "responses": {"200": _json("OK", schema), **errors},
        }
    }


def _data(schema: _Json) -> _Json:
    return {"type": "object", "properties": {"data": schema}, "required": ["data"]}


def _json(description: str, schema: _Json, example: _Json | None = None) -> _Json:
    content: _Json = {"schema": schema}
    if example is not None:
        content["examples"] = {"default": {"value": example}}
    return {
        "description": description,
        "headers": _REQUEST_ID,
        "content": {"application/json": content},
    }


def _creation() -> _Json:
    example = {"data": {"filter": EXAMPLE_FILTER, "job_type": "order_export", "type": "job"}}
    return {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/CreateJob"},
            "examples": {"default": {"value": example}},
        }
    }


def _errors(*statuses: int) -> _Json:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _error_response(status: int) -> _Json:
    title, detail = ERRORS[status]
    error = {"status": status, "title": title, "detail": detail, "request_id": EXAMPLE_ID}
    described = _json(title, {"$ref": "#/components/schemas/ErrorResponse"}, {"errors": [error]})
    header = {
        401: "WWW-Authenticate",
        405: "Allow",
        416: "Content-Range",
        503: "Retry-After",
    }.get(status)
    if header:
        kind = "integer" if header == "Retry-After" else "string"
        named = {"required": True, "schema": {"type": kind}}
        described["headers"] = {**_REQUEST_ID, header: named}
    return described


def _schemas() -> _Json:
    _, generated = models_json_schema(
        [
            (CreateJob, "validation"),
            (Job, "serialization"),
            (FileLinkResponse, "serialization"),
            (ErrorResponse, "serialization"),
        ],
        ref_template="#/components/schemas/{model}",
    )
    schemas: _Json = generated["$defs"]
    for name, schema in schemas.items():
        _tighten(name, schema)
    schemas["UUID"] = {"type": "string", "format": "uuid", "examples": [EXAMPLE_ID]}
    data = schemas["CreateJobData"]["properties"]
    data["job_type"]["const"] = "order_export"
    data["filter"]["format"] = FILTER_FORMAT
    schemas["Job"]["properties"]["filter"] = {
        **data["filter"],
        "description": "Which orders the job exports; absent for all of them.",
    }
    return schemas


def _tighten(name: str, schema: _Json) -> None:
    """Turn what a client tolerates into what this service sends: no null, and nothing missing."""
    schema.pop("title", None)
    if name == "JobStatus":
        schema["description"] = "The status of a job."
    if name in _ALWAYS:
        schema["required"] = list(_ALWAYS[name])
    for member, described in schema.get("properties", {}).items():
        described.pop("title", None)
        described.pop("default", None)
        for kind in described.pop("anyOf", ()):
            if kind != {"type": "null"}:
                described.update(kind)
        described.update(MEMBERS.get(name, {}).get(member, {}))
