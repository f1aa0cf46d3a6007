"""Accounts, their members, tags and addresses."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import list_of, string, timestamp, uuid
from epfilter.resources.fields import (
    Contains,
    EqInLikeILikeText,
    EqInOrdered,
    EqLike,
    EqOrdered,
    ILike,
    ILikeNull,
)
from epfilter.resources.listings import META_TIMESTAMPS
from epfilter.resources.resource import Resource

__all__ = [
    "account_addresses",
    "account_members",
    "account_memberships",
    "account_tags",
    "accounts",
    "unassigned_account_members",
]


_EXAMPLE_USES_ILIKE = "the documented example uses `ilike`, which is not listed as supported"


class Accounts(
    Resource,
    title="Accounts",
    endpoints=(Endpoint("GET", "/v2/accounts", "get-v2-accounts"),),
    source_conflicts=(
        "composable-frontend account_management.yaml (2025-03-14) does not list `account_tags`.",
        "elasticpath-dev accounts/OpenAPISpec.yaml (2024-11-18) does not list `account_tags`.",
        SourceConflict(
            'The example of the filter parameter is ilike(name,"*swan*"), but the table lists '
            "only `eq` and `like` for `name`.",
            ("name",),
            (Operator.ILIKE,),
        ),
        SourceConflict(
            "The manual-orders runbook of epcc-cli uses in(external_ref,...) on accounts, but "
            "the table lists only `eq` and `like` for `external_ref`.",
            ("external_ref",),
            (Operator.IN,),
        ),
        SourceConflict(
            "The type `AccountFilter` of the JavaScript SDK (2026-05) lists `like` for "
            "`account_tags`; the newest source lists contains.",
            ("account_tags",),
            (Operator.LIKE,),
        ),
    ),
    locations=META_TIMESTAMPS,
):
    """The filterable fields of `GET /v2/accounts`."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    name = EqLike(string(), note=_EXAMPLE_USES_ILIKE)
    legal_name = EqLike(string())
    registration_id = EqLike(string())
    external_ref = EqLike(string())
    account_tags = Contains(list_of(uuid()), note="ids of account tags (relationship)")


class AccountMembers(
    Resource,
    title="Account members",
    endpoints=(Endpoint("GET", "/v2/account-members", "get-v2-account-members"),),
    note="Supports `ilike` only, and `is_null` on the three parts of the name; not `eq`.",
    source_conflicts=(
        SourceConflict(
            "composable-frontend account_management.yaml (2025-03-14) lists eq, like for "
            "`email` and `name`; the newest source lists ilike.",
            ("email", "name"),
            (Operator.EQ, Operator.LIKE),
        ),
        (
            "composable-frontend account_management.yaml (2025-03-14) does not list `given_name`, "
            "`middle_name`, `family_name`."
        ),
        SourceConflict(
            "elasticpath-dev accounts/OpenAPISpec.yaml (2024-11-18) lists eq, like for "
            "`email` and `name`; the newest source lists ilike.",
            ("email", "name"),
            (Operator.EQ, Operator.LIKE),
        ),
        (
            "elasticpath-dev accounts/OpenAPISpec.yaml (2024-11-18) does not list "
            "`given_name`, `middle_name`, `family_name`."
        ),
        SourceConflict(
            "The type `AccountMemberFilter` of the JavaScript SDK (2026-05) lists eq, like for "
            "`name` and `email`.",
            ("email", "name"),
            (Operator.EQ, Operator.LIKE),
        ),
    ),
):
    """The filterable fields of `GET /v2/account-members`."""

    email = ILike(string())
    name = ILike(string())
    given_name = ILikeNull(string())
    middle_name = ILikeNull(string())
    family_name = ILikeNull(string())


class AccountMemberships(
    Resource,
    title="Account memberships",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/accounts/{accountID}/account-memberships",
            "get-v2-accounts-accountID-account-memberships",
        ),
        Endpoint(
            "GET",
            "/v2/account-members/{accountMemberId}/account-memberships",
            "get-v2-account-members-accountMemberId-account-memberships",
        ),
    ),
    source_conflicts=(
        SourceConflict(
            'The example of the filter parameter is ilike(name,"*swan*"), but the table lists '
            "neither this attribute nor this operator.",
            ("name",),
            (Operator.ILIKE,),
        ),
    ),
):
    """The filterable fields of `GET /v2/accounts/{accountID}/account-memberships`."""

    account_member_id = EqLike(
        uuid(),
        note=(
            "a UUID; `like` also accepts parts of it with `*`; the documented example value "
            "00000000-0000-1000-8000-0000000 is not a complete UUID"
        ),
    )


class UnassignedAccountMembers(
    Resource,
    title="Unassigned account members",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/accounts/{accountID}/account-memberships/unassigned-account-members",
            "get-v2-accounts-accountID-account-memberships-unassigned-account-members",
        ),
    ),
    source_conflicts=(
        SourceConflict(
            "The newest spec lists `eq` and `like` here, but `ilike` for account_members, "
            "which are objects of the same type.",
            ("email", "name"),
            (Operator.ILIKE,),
        ),
    ),
):
    """The filterable fields of unassigned account members."""

    email = EqLike(string())
    name = EqLike(string(), note=_EXAMPLE_USES_ILIKE)


class AccountTags(
    Resource,
    title="Account tags",
    endpoints=(Endpoint("GET", "/v2/account-tags", "ListAccountTags"),),
    source_conflicts=(
        SourceConflict(
            'The example of the filter parameter is ilike(name,"*swan*"), but the table lists '
            "only `eq` and `like` for `name`.",
            ("name",),
            (Operator.ILIKE,),
        ),
    ),
):
    """The filterable fields of `GET /v2/account-tags`."""

    id = EqInOrdered(uuid())
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    name = EqLike(string(), note=_EXAMPLE_USES_ILIKE)


class AccountAddresses(
    Resource,
    title="Account addresses",
    endpoints=(Endpoint("GET", "/v2/accounts/{accountID}/addresses", "get-v2-account-addresses"),),
    note="Supports the operator `text`, which no other listing documents.",
    source_conflicts=(
        (
            "composable-frontend's account-addresses.yaml (2025-03) and the 2024 spec have no "
            "filter parameter on this endpoint at all."
        ),
    ),
):
    """The filterable fields of `GET /v2/accounts/{accountID}/addresses`."""

    name = EqInLikeILikeText(string())
    first_name = EqInLikeILikeText(string())
    last_name = EqInLikeILikeText(string())
    phone_number = EqInLikeILikeText(string())
    company_name = EqInLikeILikeText(string())
    instructions = EqInLikeILikeText(string())
    line_1 = EqInLikeILikeText(string())
    line_2 = EqInLikeILikeText(string())
    city = EqInLikeILikeText(string())
    county = EqInLikeILikeText(string())
    region = EqInLikeILikeText(string())
    postcode = EqInLikeILikeText(string())
    country = EqInLikeILikeText(string())


accounts = Accounts()
account_members = AccountMembers()
account_memberships = AccountMemberships()
unassigned_account_members = UnassignedAccountMembers()
account_tags = AccountTags()
account_addresses = AccountAddresses()
