"""What the Exporter Service is sent, and what it answers.

What is sent is strict, nothing but what the platform documents; what is received is read with
tolerance. All schemas of one document stand in this one file, which is why it is long.

Source of the facts: Exporter Service API 1.0, OpenAPI document. What goes beyond it is marked as
a decision: the platform answers a little differently from endpoint to endpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError, FilterValueError, describe_type
from epfilter.parser import parse
from epfilter.values import from_text

if TYPE_CHECKING:
    from pydantic.config import JsonDict

_OLD_NAMES = {"processing": "started", "complete": "success"}
"""Decision: statuses that the platform used to send, and what they are called now."""


NO_RESULTS = "No results matched the supplied filter"
"""The error of a job whose filter selects no order.

Source: Exporter Service API 1.0, OpenAPI document, schema Job, member error.
"""


class JobStatus(StrEnum):
    """Where a job is in its life: PENDING, STARTED, then SUCCESS or FAILED.

    PENDING waits for other jobs, STARTED is being processed; jobs run one at a time. On the wire
    the names are in lower case. A status is read in any case, and so are the old names
    `processing` (STARTED) and `complete` (SUCCESS). ValueError for anything else.

    Source: Exporter Service API 1.0, OpenAPI document, "Job Lifecycle" and the examples. The
    other cases and the old names are a decision.

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


def _summary(schema: JsonDict) -> None:
    """A JSON schema is described by the first sentences of the docstring, without the examples."""
    schema["description"] = str(schema.get("description", "")).partition("\n\n")[0]


class _Received(BaseModel):
    """What we receive: members that nobody documented are kept, as attributes and in the dump."""

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra=_summary)


class Timestamps(_Received):
    """When a job was created and last updated, as the platform wrote it.

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
        """`created_at` in UTC, cut to microseconds; None where it is absent.

        Raises FilterValueError where the text is not a timestamp.

        >>> Timestamps(created_at="0001-01-01T00:00:00Z").created
        datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
        """
        return None if self.created_at is None else from_text(self.created_at, datetime)

    @property
    def updated(self) -> datetime | None:
        """`updated_at` in UTC, cut to microseconds; None where it is absent.

        Raises FilterValueError where the text is not a timestamp.

        >>> Timestamps(updated_at="2018-10-04T11:08:49.1Z").updated.microsecond
        100000
        """
        return None if self.updated_at is None else from_text(self.updated_at, datetime)


class Links(_Received):
    """Where an object is to be found.

    Source: Exporter Service API 1.0, OpenAPI document, schema Links.

    >>> Links.model_validate({"self": "https://useast.api.elasticpath.com/v2/jobs/1"}).self
    'https://useast.api.elasticpath.com/v2/jobs/1'
    """

    self: str | None = None
    """The link to this resource."""


class FileLink(_Received):
    """Where the CSV file of an export is to be found.

    Source: Exporter Service API 1.0, OpenAPI document, schema FileLink; `href` is empty in its
    example of a failed job.

    >>> FileLink(href="https://example.com/orders.csv").href
    'https://example.com/orders.csv'
    """

    href: str | None = None
    """The publicly available URL for the CSV file that contains the exported data."""


class Job(_Received):
    """An export and how far it has come.

    A job needs an `id` and a `status`; the rest may be absent. `error` says why a job failed.
    Raises pydantic.ValidationError where `id` is no UUID or `status` is none of `JobStatus`.

    Source: Exporter Service API 1.0, OpenAPI document, schema Job. That id and status are always
    there is a decision; the document requires nothing.

    >>> job = Job.model_validate(
    ...     {"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "FAILED", "error": "No luck"}
    ... )
    >>> job.status, job.error, job.link
    (<JobStatus.FAILED: 'failed'>, 'No luck', None)
    """

    id: UUID
    """A unique ID generated when a job is created."""

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


class JobResponse(_Received):
    """The answer to creating a job, getting one and getting all.

    `data` is one job or a list, as the platform sent it; `job` and `jobs` read either.

    Source: Exporter Service API 1.0, OpenAPI document: createJob and getMultipleJobs answer with
    a list, getAJob with one job.

    >>> answer = JobResponse.model_validate(
    ...     {"data": [{"id": "974c9db4-38da-4dbf-90c2-33eed5f3e77c", "status": "pending"}]}
    ... )
    >>> answer.job.status, len(answer.jobs)
    (<JobStatus.PENDING: 'pending'>, 1)
    """

    data: Job | list[Job]
    """One job, or a list of jobs."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """All jobs of the answer; none where the list is empty.

        >>> JobResponse(data=[]).jobs
        ()
        """
        return (self.data,) if isinstance(self.data, Job) else tuple(self.data)

    @property
    def job(self) -> Job:
        """The one job of the answer.

        Raises FilterValueError where it holds none or several.

        >>> JobResponse(data=[]).job
        Traceback (most recent call last):
        epfilter.errors.FilterValueError: the answer holds no job, where one was expected. ...
        """
        jobs = self.jobs
        if len(jobs) != 1:
            raise FilterValueError(
                f"the answer holds {len(jobs) or 'no'} job{'s' if jobs else ''}, where one was "
                "expected.",
                hint="`jobs` gives all of them",
            )
        return jobs[0]


class FileLinkResponse(_Received):
    """The answer to `GET /v2/jobs/{jobID}/file`.

    Source: Exporter Service API 1.0, OpenAPI document, operation getAJobFile.

    >>> FileLinkResponse.model_validate({"data": {"href": "https://example.com/a.csv"}}).data.href
    'https://example.com/a.csv'
    """

    data: FileLink
    """The link to the exported data."""


class Error(_Received):
    """One thing that went wrong in the service.

    `status` is the HTTP status code, also where the platform writes it as a text of digits; it
    may be absent, and so may everything else.

    Source: Exporter Service API 1.0, OpenAPI document, schema Error, which requires status and
    title. That both may be missing is a fact of the platform's answers to a bad filter and a
    decision: `{"title":"Bad Request","detail":"Could not parse the supplied filter"}`.

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


class ErrorResponse(_Received):
    """The body of an answer that is an error.

    An error that stands alone, without the list around it, is read as a list of one.

    Source: Exporter Service API 1.0, OpenAPI document, schema ErrorResponse. The document's own
    example of a missing job is such a lone error; reading it is a decision.

    >>> ErrorResponse.model_validate({"title": "Resource Not Found", "status": 404}).errors[0].title
    'Resource Not Found'
    """

    errors: list[Error]
    """What went wrong."""

    @model_validator(mode="before")
    @classmethod
    def _accept_lone_error(cls, body: object) -> object:
        if isinstance(body, dict) and "errors" not in body and {"title", "detail"} & body.keys():
            return {"errors": [body]}
        return body


class _Sent(BaseModel):
    """What the two models here share: frozen, and no other members."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_summary)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; what `update` changes is validated like anything else that is sent."""
        kept = {name: getattr(self, name) for name in self.model_fields_set}
        copied = super().model_copy(deep=deep)
        return type(self)(**kept | dict(update)) if update else copied

    def copy(self, **options: Any) -> Self:
        """As `model_copy`, which see."""
        return self.model_copy(**options)


def _without_default(schema: JsonDict) -> None:
    """An absent filter is absent; `null` is no default that anyone may write."""
    schema.pop("default", None)


class CreateJobData(_Sent):
    """What a new job is to do: the `data` of `CreateJob`.

    `filter` takes a filter, its text or the JSON of its tree, and is dumped as canonical text.
    Without one nothing narrows the export, so it must be left out on purpose: None is refused,
    and where it is absent the dump has no such member.

    Raises pydantic.ValidationError for any other member, an empty job_type, a text that is not a
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
        # Not `Filter | None`: None comes of absence only, and a union would report twice.
        filter: Filter = Field(default=None, json_schema_extra=_without_default)
    """Which orders to export, in the filter language; absent for all of them."""

    @field_validator("filter", mode="before")
    @classmethod
    def _refuse_null(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError(
                "filter_null",
                "A filter of null would export every order; leave the member out if that is meant",
            )
        return value

    # Without a return annotation pydantic keeps the fields in the JSON schema of the dump.
    @model_serializer(mode="wrap")
    def _leave_out_absent(self, dump: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def] # noqa: ANN202 - see above
        dumped: dict[str, Any] = dump(self)
        if self.filter is None:
            dumped.pop("filter", None)
        return dumped


class CreateJob(_Sent):
    """The body of `POST /v2/jobs`, which starts an export.

    Raises pydantic.ValidationError for what the service would not understand: any member beside
    `data`, and what `CreateJobData` refuses.

    Source: Exporter Service API 1.0, OpenAPI document, schema CreateJob.

    >>> from epfilter import F
    >>> CreateJob.order_export(F.payment.eq("refunded")).model_dump_json()
    '{"data":{"type":"job","job_type":"order_export","filter":"eq(payment,refunded)"}}'
    >>> CreateJob.model_validate_json('{"data": {"filter": "eq(payment, paid)"}}').data.filter
    Comparison(op='eq', field='payment', value='paid')
    """

    data: CreateJobData
    """What the job is to do."""

    @classmethod
    def order_export(cls, filter: Filter | str) -> Self:  # noqa: A002 - the platform's name for it
        """The body that exports the orders which a filter, or the text of one, selects.

        Raises FilterSyntaxError for a text that is not a filter, FilterTypeError for anything
        that is neither filter nor text.

        Source: Exporter Service API 1.0, OpenAPI document, operation createJob.

        >>> CreateJob.order_export("eq(payment, refunded)").data.filter
        Comparison(op='eq', field='payment', value='refunded')
        """
        if isinstance(filter, str):
            filter = parse(filter)  # noqa: A001 - see the parameter
        elif not isinstance(filter, Filter):
            raise FilterTypeError(
                f"order_export takes a filter or its text, not {describe_type(filter)}.",
                hint="to export every order, say so: CreateJob(data=CreateJobData())",
            )
        return cls(data=CreateJobData(type="job", job_type="order_export", filter=filter))
