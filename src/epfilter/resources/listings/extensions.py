"""Extensions of a store: custom APIs, their fields, and flows; `entries` has their entries."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import enum, string, timestamp, unknown, uuid
from epfilter.resources.fields import EqIn, EqInLike, EqInOrdered, EqLike, EqOrdered, NoOperators
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource

__all__ = ["custom_apis", "custom_fields", "flow_entries"]


_FieldType = Literal["string", "integer", "boolean", "float", "any", "list"]


class CustomApis(
    Resource,
    title="Custom APIs",
    endpoints=(Endpoint("GET", "/v2/settings/extensions/custom-apis", "GetAllCustomApis"),),
    locations=META_TIMESTAMPS,
):
    """The filterable fields of `GET /v2/settings/extensions/custom-apis`."""

    name = EqLike(string())
    description = EqLike(string())
    slug = EqInLike(string())
    api_type = EqInLike(string())
    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())


class CustomFields(
    Resource,
    title="Custom fields",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/settings/extensions/custom-apis/{custom_api_id}/fields",
            "GetAllCustomFields",
        ),
    ),
    source_conflicts=("The `field_type` of the 2024 schema has neither `any` nor `list`.",),
    locations=META_TIMESTAMPS,
):
    """The filterable fields of `GET /v2/settings/extensions/custom-apis/{custom_api_id}/fields`."""

    name = EqLike(string())
    description = EqLike(string())
    slug = EqInLike(string())
    field_type = EqIn[_FieldType](enum(*get_args(_FieldType)))
    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())


class FlowEntries(
    Resource,
    title="Flow (template) entries",
    endpoints=(Endpoint("GET", "/v2/flows/{flowSlug}/entries", "getAllEntries"),),
    note="Filtering is documented in the filtering guide of 2024 only.",
):
    """The filterable fields of `GET /v2/flows/{flowSlug}/entries`."""

    id = NoOperators(
        unknown(),
        note=(
            "the changelog of 2023-04-17 announces filters on the id of an entry, but no "
            "operator is documented"
        ),
    )


custom_apis = CustomApis()
custom_fields = CustomFields()
flow_entries = FlowEntries()
