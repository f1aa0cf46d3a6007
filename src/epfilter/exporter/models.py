"""Pydantic models of the requests and responses of the Exporter Service.

Models of requests are strict and allow only what the platform documents. Models of responses are
tolerant. All schemas of the OpenAPI document are in this file, which is why it is long.

Source of the facts: Exporter Service API 1.0, OpenAPI document. Everything beyond it is marked as
a decision, because the responses of the platform differ slightly from endpoint to endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from epfilter.arguments import describe_type
from epfilter.ast import Filter, suggest_filter
from epfilter.errors import FilterTypeError, FilterValueError
from epfilter.parser import parse
from epfilter.values import from_text

if TYPE_CHECKING:
    from pydantic.config import JsonDict

_OLD_NAMES = {"processing": "started", "complete": "success"}
"""Decision: former names of statuses, and the current ones."""

NO_RESULTS = "No results matched the supplied filter"
"""The error of a job whose filter matches no order.

Source: Exporter Service API 1.0, OpenAPI document, schema Job, member error.
"""


class JobStatus(StrEnum):
    """The status of a job: PENDING, STARTED, then SUCCESS or FAILED.

    A pending job waits for other jobs; a started job is being processed. Jobs run one at a time.
    In JSON the names are in lower case. The enum accepts any case, and the former names
    `processing` (STARTED) and `complete` (SUCCESS). Raises ValueError for anything else.

    Source: Exporter Service API 1.0, OpenAPI document, "Job Lifecycle" and the examples. Other
    cases and the former names are a decision.

    >>> JobStatus("failed"), JobStatus("PENDING"), JobStatus("processing")
    (<JobStatus.FAILED: 'failed'>, <JobStatus.PENDING: 'pending'>, <JobStatus.STARTED: 'started'>)
    """

    PENDING = "pending"
    STARTED = "started"
    SUCCESS = "success"
    FAILED = "failed"

    @classmethod
    def _missing_(cls, value: object) -> JobStatus | None:
        if not isinstance(value, str):
            return None
        name = value.lower()
        name = _OLD_NAMES.get(name, name)
        return next((status for status in cls if status.value == name), None)


def _shorten_description(schema: JsonDict) -> None:
    """Reduce the description of a JSON schema to the first paragraph of the docstring."""
    schema["description"] = str(schema.get("description", "")).partition("\n\n")[0]


class _ResponseModel(BaseModel):
    """The base of models of responses: undocumented members are kept as attributes and dumped."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_shorten_description)


class Timestamps(_ResponseModel):
    """The times when a job was created and last updated, as the platform writes them.

    Source: Exporter Service API 1.0, OpenAPI document, schema Timestamps; its examples have
    nanoseconds.

    >>> times = Timestamps(created_at="2018-10-04T11:08:49.156490335Z")
    >>> times.created.isoformat(), times.updated
    ('2018-10-04T11:08:49.156490+00:00', None)
    """

    created_at: str | None = None
    """The date and time a job is created."""

    updated_at: str | None = None
    """The date and time a job is updated."""

    @property
    def created(self) -> datetime | None:
        """Return `created_at` in UTC, truncated to microseconds, or None if it is absent.

        Raises FilterValueError if the text is not a timestamp.

        >>> Timestamps(created_at="0001-01-01T00:00:00Z").created
        datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
        """
        return None if self.created_at is None else from_text(self.created_at, datetime)

    @property
    def updated(self) -> datetime | None:
        """Return `updated_at` in UTC, truncated to microseconds, or None if it is absent.

        Raises FilterValueError if the text is not a timestamp.

        >>> Timestamps(updated_at="2018-10-04T11:08:49.1Z").updated.microsecond
        100000
        """
        return None if self.updated_at is None else from_text(self.updated_at, datetime)


class Links(_ResponseModel):
    """The links of an object.

    Source: Exporter Service API 1.0, OpenAPI document, schema Links.

    >>> Links.model_validate({"self": "https://useast.api.elasticpath.com/v2/jobs/1"}).self
    'https://useast.api.elasticpath.com/v2/jobs/1'
    """

    self: str | None = None
    """The link to this resource."""


class FileLink(_ResponseModel):
    """The link to the CSV file of an export.

    Source: Exporter Service API 1.0, OpenAPI document, schema FileLink; `href` is empty in its
    example of a failed job.

    >>> FileLink(href="https://example.com/orders.csv").href
    'https://example.com/orders.csv'
    """

    href: str | None = None
    """The publicly available URL for the CSV file that contains the exported data."""


def _read_id(value: object) -> object:
    return str(value) if isinstance(value, UUID) else value


JobId = Annotated[str, Field(min_length=1), BeforeValidator(_read_id)]
"""The ID of a job; a UUID becomes its text."""


class Job(_ResponseModel):
    """An export job and its status.

    `id` and `status` are required; the rest may be absent. `error` is the reason why a job failed.
    Raises pydantic.ValidationError if `id` is not a text or `status` is not a `JobStatus`.

    Source: Exporter Service API 1.0, OpenAPI document, schema Job. That id and status are required
    is a decision; the document requires nothing. So is that any text is an id: the document has
    the format UUID.

    >>> job = Job.model_validate(
    ...     {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "FAILED", "error": "No luck"}
    ... )
    >>> job.status, job.error, job.link
    (<JobStatus.FAILED: 'failed'>, 'No luck', None)
    """

    id: JobId
    """A unique ID generated when a job is created: a text without a meaning, and not empty."""

    type: str | None = None
    """The type of the object. Always `job`."""

    job_type: str | None = None
    """The type of the job. For example, `order_export`."""

    status: JobStatus
    """The status of the job."""

    error: str | None = None
    """A message describing the error that caused the job to fail."""

    link: FileLink | None = None
    """The link to the exported data."""

    links: Links | None = None
    """Links to move between requests."""

    timestamps: Timestamps | None = None
    """When the job was created and updated."""

    @property
    def has_no_results(self) -> bool:
        """Whether the job has failed only because no order matches its filter.

        >>> Job(id=UUID(int=1), status="failed", error=NO_RESULTS).has_no_results
        True
        """
        error = (self.error or "").strip().rstrip(".").lower()
        return self.status is JobStatus.FAILED and error == NO_RESULTS.lower()


class JobResponse(_ResponseModel):
    """The response to creating a job, getting one job and getting all jobs.

    `data` is one job or a list, as in the response; `job` and `jobs` work with either.

    Source: Exporter Service API 1.0, OpenAPI document: createJob and getMultipleJobs return a
    list, getAJob returns one job.

    >>> response = JobResponse.model_validate(
    ...     {"data": [{"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}]}
    ... )
    >>> response.job.status, len(response.jobs)
    (<JobStatus.PENDING: 'pending'>, 1)
    """

    data: Job | list[Job]
    """One job, or a list of jobs."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Return all jobs of the response.

        >>> JobResponse(data=[]).jobs
        ()
        """
        return (self.data,) if isinstance(self.data, Job) else tuple(self.data)

    @property
    def job(self) -> Job:
        """Return the only job of the response.

        Raises FilterValueError if there is no job or more than one.

        >>> JobResponse(data=[]).job
        Traceback (most recent call last):
        epfilter.errors.FilterValueError: the response contains no job instead of one. ...
        """
        jobs = self.jobs
        if len(jobs) != 1:
            raise FilterValueError(
                f"the response contains {len(jobs) or 'no'} job{'s' if jobs else ''} instead of "
                "one.",
                hint="use `jobs`, which returns all of them",
            )
        return jobs[0]


class FileLinkResponse(_ResponseModel):
    """The response to `GET /v2/jobs/{jobID}/file`.

    Source: Exporter Service API 1.0, OpenAPI document, operation getAJobFile.

    >>> FileLinkResponse.model_validate({"data": {"href": "https://example.com/a.csv"}}).data.href
    'https://example.com/a.csv'
    """

    data: FileLink
    """The link to the exported data."""


class Error(_ResponseModel):
    """One error in a response of the service.

    `status` is the HTTP status code as a number, even if the platform writes it as a text. Every
    member may be absent.

    Source: Exporter Service API 1.0, OpenAPI document, schema Error, which requires status and
    title. That both may be absent is a decision. The platform's response to an invalid filter
    has no status: `{"title":"Bad Request","detail":"Could not parse the supplied filter"}`.

    >>> Error.model_validate({"status": "404", "title": "Resource Not Found"}).status
    404
    """

    status: int | None = None
    """The HTTP response code of the error."""

    title: str | None = None
    """A brief summary of the error."""

    detail: str | None = None
    """Optional additional detail about the error."""

    request_id: str | None = None
    """Internal request ID."""

    meta: dict[str, Any] | None = None
    """Additional supporting meta data for the error."""


class ErrorResponse(_ResponseModel):
    """The body of a response that reports errors.

    A single error without the list around it is read as a list of one, and so is the text of
    `{"error": "…"}`, with its `error_description`.

    Source: Exporter Service API 1.0, OpenAPI document, schema ErrorResponse. The document's own
    example of a missing job is such a single error; accepting it is a decision. The second form is
    older, and that of an authorization server: RFC 6749, 5.2.

    >>> ErrorResponse.model_validate({"title": "Resource Not Found", "status": 404}).errors[0].title
    'Resource Not Found'
    >>> ErrorResponse.model_validate({"error": "Unable to parse the filter"}).errors[0].detail
    'Unable to parse the filter'
    """

    errors: list[Error]
    """The errors."""

    @model_validator(mode="before")
    @classmethod
    def _accept_single_error(cls, body: object) -> object:
        if not isinstance(body, dict) or "errors" in body:
            return body
        if {"title", "detail"} & body.keys():
            return {"errors": [body]}
        texts = [body.get("error"), body.get("error_description")]
        if isinstance(texts[0], str):
            detail = ": ".join(text for text in texts if isinstance(text, str) and text)
            return {"errors": [{"detail": detail}]}
        return body


class _RequestModel(BaseModel):
    """The base of models of requests: frozen, without additional members."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_shorten_description)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy; the values in `update` are validated."""
        if not update:
            return super().model_copy(deep=deep)
        members = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self)(**members | dict(update))

    def copy(self, **options: Any) -> Self:
        """Alias of `model_copy`."""
        return self.model_copy(**options)


def _remove_default(schema: JsonDict) -> None:
    """Remove the default `null`: a filter may be absent, but not null."""
    schema.pop("default", None)


class CreateJobData(_RequestModel):
    """The description of a new job: the `data` of `CreateJob`.

    `filter` is a filter, its text or the JSON of its tree; it is dumped as canonical text. Without
    a filter the job exports every order, so you must omit the member: None is invalid. An absent
    filter is also absent in the dump.

    Raises pydantic.ValidationError for other members, an empty job_type, and a text that is not a
    filter (error type `filter_syntax`, with the diagnostics in its `ctx`).

    Source: Exporter Service API 1.0, OpenAPI document, schema CreateJob.

    >>> CreateJobData(filter="eq(payment, refunded)").model_dump_json()
    '{"type":"job","job_type":"order_export","filter":"eq(payment,refunded)"}'
    >>> CreateJobData().model_dump_json()
    '{"type":"job","job_type":"order_export"}'
    """

    type: Literal["job"] = "job"
    """The type of the object. Always `job`."""

    job_type: Annotated[str, Field(strict=True, min_length=1)] = "order_export"
    """The type of the job. For example, `order_export`."""

    if TYPE_CHECKING:
        filter: Filter | None = None

        def __init__(
            self,
            *,
            type: Literal["job"] = "job",  # noqa: A002 - the platform's name for it
            job_type: str = "order_export",
            filter: Filter | str = ...,  # noqa: A002 - the same
        ) -> None: ...

    else:
        # Not `Filter | None`: None means absent only, and a union would report errors twice.
        filter: Filter = Field(default=None, json_schema_extra=_remove_default)
    """The filter that selects the orders to export; absent for all orders."""

    @field_validator("filter", mode="before")
    @classmethod
    def _refuse_null(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError(
                "filter_null",
                "A filter of null would export every order; omit the member to do that",
            )
        return value

    # Without a return annotation pydantic keeps the fields in the JSON schema of the dump.
    @model_serializer(mode="wrap")
    def _omit_absent_filter(self, dump: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def] # noqa: ANN202 - see above
        dumped: dict[str, Any] = dump(self)
        if self.filter is None:
            dumped.pop("filter", None)
        return dumped


class CreateJob(_RequestModel):
    """The body of `POST /v2/jobs`, which starts an export.

    Raises pydantic.ValidationError for members other than `data`, and as `CreateJobData`.

    Source: Exporter Service API 1.0, OpenAPI document, schema CreateJob.

    >>> from epfilter import F
    >>> CreateJob.order_export(F.payment.eq("refunded")).model_dump_json()
    '{"data":{"type":"job","job_type":"order_export","filter":"eq(payment,refunded)"}}'
    >>> CreateJob.model_validate_json('{"data": {"filter": "eq(payment, paid)"}}').data.filter
    Comparison(op='eq', field='payment', value='paid')
    """

    data: CreateJobData
    """The description of the job."""

    @classmethod
    def order_export(cls, filter: Filter | str) -> Self:  # noqa: A002 - the platform's name for it
        """Return the body that exports the orders which a filter, or its text, selects.

        Raises FilterSyntaxError for a text that is not a filter, and FilterTypeError for other
        types.

        Source: Exporter Service API 1.0, OpenAPI document, operation createJob.

        >>> CreateJob.order_export("eq(payment, refunded)").data.filter
        Comparison(op='eq', field='payment', value='refunded')
        """
        if isinstance(filter, str):
            filter = parse(filter)  # noqa: A001 - see the parameter
        elif not isinstance(filter, Filter):
            raise FilterTypeError(
                f"`order_export` requires a filter or its text, not {describe_type(filter)}.",
                hint=suggest_filter(filter)
                or "to export every order, use CreateJob(data=CreateJobData())",
            )
        return cls(data=CreateJobData(type="job", job_type="order_export", filter=filter))
