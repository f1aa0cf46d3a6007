"""Customers, and the users of authentication realms."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, timestamp, uuid
from epfilter.resources.fields import Eq, EqILike, EqILikeNull, EqLike, EqOrdered
from epfilter.resources.resource import Resource

__all__ = ["customers", "user_authentication_info"]


class Customers(
    Resource,
    title="Customers",
    endpoints=(Endpoint("GET", "/v2/customers"),),
    source_conflicts=(
        (
            "docs.moltin.com orders-and-customers/customers/filtering.md (about 2019-2020) "
            "gives `email` eq; the newest source gives eq/like."
        ),
        (
            "docs.moltin.com orders-and-customers/customers/filtering.md (about 2019-2020) "
            "does not list `name`, `id`, `created_at`, `updated_at`, `external_ref`."
        ),
    ),
):
    """What may be asked of `GET /v2/customers`."""

    email = EqLike(string())
    name = EqLike(string())
    id = EqOrdered(
        uuid(),
        note=(
            "table cell is missing its opening backtick; no `in` although accounts has it; "
            "uuid judged from the examples (no spec)"
        ),
    )
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    external_ref = Eq(string())


class UserAuthenticationInfo(
    Resource,
    title="User authentication info",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/authentication-realms/{realmId}/user-authentication-info",
            "get-v2-authentication-realms-realmId-user-authentication-info",
        ),
    ),
    source_conflicts=(
        (
            "elasticpath-dev "
            "docs/authentication/single-sign-on/user-authentication-info-api/overview.mdx "
            "(2024-11-18) gives `name` eq/like; the newest source gives eq/ilike."
        ),
        (
            "elasticpath-dev "
            "docs/authentication/single-sign-on/user-authentication-info-api/overview.mdx "
            "(2024-11-18) gives `email` eq/like; the newest source gives eq/ilike."
        ),
        (
            "elasticpath-dev "
            "docs/authentication/single-sign-on/user-authentication-info-api/overview.mdx "
            "(2024-11-18) does not list `created_at`, `updated_at`, `given_name`, "
            "`middle_name`, `family_name`."
        ),
        "The operator list of the newest spec includes `in`, but no attribute row does.",
        "This page says `eq` is case-insensitive; everywhere else `eq` is plain equality.",
        "The intro line says `unassigned account members` (copied).",
    ),
):
    """What may be asked of `GET /v2/authentication-realms/{realmId}/user-authentication-info`."""

    email = EqILike(string())
    name = EqILike(string())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    given_name = EqILikeNull(string(), note="example quotes the field name: is_null('given_name')")
    middle_name = EqILikeNull(
        string(), note="example quotes the field name: is_null('middle_name')"
    )
    family_name = EqILikeNull(
        string(), note="example quotes the field name: is_null('family_name')"
    )


customers = Customers()
user_authentication_info = UserAuthenticationInfo()
