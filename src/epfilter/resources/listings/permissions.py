"""Roles and what they may do."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, timestamp, uuid
from epfilter.resources.fields import Eq, EqInOrdered, EqOrdered
from epfilter.resources.resource import Resource

__all__ = ["built_in_roles", "custom_api_role_policies"]


_EXAMPLE_ASKS_ID = (
    "the row's own example filters on `id`; relationship id, schema without format "
    "(examples are UUIDs)"
)


class CustomApiRolePolicies(
    Resource,
    title="Permissions: custom API role policies",
    endpoints=(
        Endpoint("GET", "/v2/permissions/custom-api-role-policies", "ListCustomAPIRolePolicies"),
    ),
):
    """What may be asked of `GET /v2/permissions/custom-api-role-policies`."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    custom_api_id = Eq(string(), note=_EXAMPLE_ASKS_ID)
    role_id = Eq(string(), note=_EXAMPLE_ASKS_ID)


class BuiltInRoles(
    Resource,
    title="Permissions: built-in roles",
    endpoints=(Endpoint("GET", "/v2/permissions/built-in-roles", "ListBuiltInRoles"),),
    note="Declares a BadFilterError response but has no filter parameter and no attributes.",
):
    """What may be asked of `GET /v2/permissions/built-in-roles`."""


custom_api_role_policies = CustomApiRolePolicies()
built_in_roles = BuiltInRoles()
