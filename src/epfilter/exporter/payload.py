"""What the Exporter Service is sent: strict, nothing but what the platform documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
)
from pydantic_core import PydanticCustomError

from epfilter.ast import Filter
from epfilter.errors import FilterTypeError
from epfilter.exporter.models import _summary

if TYPE_CHECKING:
    from pydantic.config import JsonDict


class _Sent(BaseModel):
    """What the two models here share: frozen, and no other members."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_summary)


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
            from epfilter.parser import parse

            filter = parse(filter)  # noqa: A001 - see the parameter
        elif not isinstance(filter, Filter):
            given = "None" if filter is None else f"a value of type {type(filter).__name__}"
            raise FilterTypeError(
                f"order_export takes a filter or its text, not {given}.",
                hint="to export every order, say so: CreateJob(data=CreateJobData())",
            )
        return cls(data=CreateJobData(type="job", job_type="order_export", filter=filter))
