"""What a store adds of its own: custom APIs and their fields, and flows; entries are beside it."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import enum, string, timestamp, unknown, uuid
from epfilter.resources.fields import EqIn, EqInLike, EqInOrdered, EqLike, EqOrdered, NoOperators
from epfilter.resources.resource import Resource

__all__ = ["custom_apis", "custom_fields", "flow_entries"]


class CustomApis(
    Resource,
    title="Custom APIs",
    endpoints=(Endpoint("GET", "/v2/settings/extensions/custom-apis", "GetAllCustomApis"),),
):
    """What may be asked of `GET /v2/settings/extensions/custom-apis`."""

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
    source_conflicts=("The 2024 schema's field_type enum has no `any` and no `list`.",),
):
    """What may be asked of `GET /v2/settings/extensions/custom-apis/{custom_api_id}/fields`."""

    name = EqLike(string())
    description = EqLike(string())
    slug = EqInLike(string())
    field_type = EqIn(enum("string", "integer", "boolean", "float", "any", "list"))
    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())


class FlowEntries(
    Resource,
    title="Flow (template) entries",
    endpoints=(Endpoint("GET", "/v2/flows/{flowSlug}/entries", "getAllEntries"),),
    note="Listed under the filtering guide's supported endpoints (2024).",
):
    """What may be asked of `GET /v2/flows/{flowSlug}/entries`."""

    id = NoOperators(
        unknown(),
        note=(
            "changelog 2023-04-17 says entries can be filtered on the entry id to get a "
            "specific list (so `in` is likely); no operator is documented and the spec has no "
            "filter parameter"
        ),
    )


custom_apis = CustomApis()
custom_fields = CustomFields()
flow_entries = FlowEntries()
