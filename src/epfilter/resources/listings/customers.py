"""Customers, and the users of authentication realms."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import string, timestamp, uuid
from epfilter.resources.fields import Eq, EqILike, EqILikeNull, EqLike, EqOrdered
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource

__all__ = ["customers", "user_authentication_info"]


_QUOTED_NAME = "the documented example quotes the name of the field in `is_null`"


class Customers(
    Resource,
    title="Customers",
    endpoints=(Endpoint("GET", "/v2/customers"),),
    source_conflicts=(
        (
            "docs.moltin.com orders-and-customers/customers/filtering.md (about 2019-2020) lists "
            "eq for `email`; the newest source lists eq, like."
        ),
        (
            "docs.moltin.com orders-and-customers/customers/filtering.md (about 2019-2020) "
            "does not list `name`, `id`, `created_at`, `updated_at`, `external_ref`."
        ),
    ),
    locations=META_TIMESTAMPS,
):
    """The filterable fields of `GET /v2/customers`."""

    email = EqLike(string())
    name = EqLike(string())
    id = EqOrdered(
        uuid(),
        note="unlike for accounts, `in` is not listed; examples are UUIDs",
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
            "getAllUserAuthenticationInfo",
        ),
    ),
    source_conflicts=(
        SourceConflict(
            "elasticpath-dev "
            "docs/authentication/single-sign-on/user-authentication-info-api/overview.mdx "
            "(2024-11-18) lists eq, like for `name` and `email`; the newest source lists eq, "
            "ilike.",
            ("name", "email"),
            (Operator.LIKE,),
        ),
        (
            "elasticpath-dev "
            "docs/authentication/single-sign-on/user-authentication-info-api/overview.mdx "
            "(2024-11-18) does not list `created_at`, `updated_at`, `given_name`, "
            "`middle_name`, `family_name`."
        ),
        SourceConflict(
            "The newest spec lists the operator `in`, but for none of the attributes.",
            ("name", "email", "id"),
            (Operator.IN,),
        ),
        SourceConflict(
            "Public programs send `eq(id,…)`, but no documentation lists the attribute.",
            ("id",),
            (Operator.EQ,),
        ),
        SourceConflict(
            "The type `UserAuthenticationInfoFilter` of the JavaScript SDK (2026-05) lists "
            "like for `name` and `email`.",
            ("name", "email"),
            (Operator.LIKE,),
        ),
        "This page describes `eq` as case-insensitive; all other pages describe it as equality.",
        "The introduction names `unassigned account members` instead.",
    ),
    locations={"created_at": "meta.created_at", "updated_at": "meta.updated_at"},
):
    """The filterable fields of the user authentication info of a realm."""

    email = EqILike(string())
    name = EqILike(string())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    given_name = EqILikeNull(string(), note=_QUOTED_NAME)
    middle_name = EqILikeNull(string(), note=_QUOTED_NAME)
    family_name = EqILikeNull(string(), note=_QUOTED_NAME)


customers = Customers()
user_authentication_info = UserAuthenticationInfo()
