"""Roles and their permissions."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, timestamp, uuid
from epfilter.resources.fields import Eq, EqInOrdered, EqOrdered
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource

__all__ = ["built_in_roles", "custom_api_role_policies"]


_ID_OF_RELATIONSHIP = "id of a relationship; the documented example filters on `id` instead"


class CustomApiRolePolicies(
    Resource,
    title="Permissions: custom API role policies",
    endpoints=(
        Endpoint("GET", "/v2/permissions/custom-api-role-policies", "ListCustomAPIRolePolicies"),
    ),
    locations=META_TIMESTAMPS,
):
    """The filterable fields of `GET /v2/permissions/custom-api-role-policies`."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    custom_api_id = Eq(string(), note=_ID_OF_RELATIONSHIP)
    role_id = Eq(string(), note=_ID_OF_RELATIONSHIP)


class BuiltInRoles(
    Resource,
    title="Permissions: built-in roles",
    endpoints=(Endpoint("GET", "/v2/permissions/built-in-roles", "ListBuiltInRoles"),),
    note="Filtering is not documented, but the endpoint has an error for an invalid filter.",
):
    """The filterable fields of `GET /v2/permissions/built-in-roles`."""


custom_api_role_policies = CustomApiRolePolicies()
built_in_roles = BuiltInRoles()
