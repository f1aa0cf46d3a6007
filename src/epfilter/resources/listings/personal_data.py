"""Personal data: logs, related data and erasure requests; each wants exactly its two fields."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, uuid
from epfilter.resources.fields import Eq
from epfilter.resources.groups import Group
from epfilter.resources.resource import Resource

__all__ = [
    "personal_data_erasure_requests",
    "personal_data_logs",
    "personal_data_related_data_entries",
]


_NOT_REQUIRED = "The parameter says required: false, the prose says both filters are required."


class PersonalData(Group):
    """The two fields that every listing of personal data wants."""

    resource_type = Eq(
        string(),
        required=True,
        known_values=(
            "customer",
            "account",
            "account-member",
            "account-membership",
            "address",
            "user-authentication-info",
            "user-authentication-oidc-profile-info",
            "user-authentication-password-profile-info",
            "order",
        ),
        note=(
            "required, with resource_id, and only these two fields are allowed; values from "
            "the spec's resource type table (hyphens), though one link example filters on "
            "`account_member` with an underscore"
        ),
    )
    resource_id = Eq(
        uuid(),
        required=True,
        note="required; schema format uuid (the logs schema omits the format)",
    )


class PersonalDataLogs(
    PersonalData,
    Resource,
    title="Personal data logs",
    endpoints=(Endpoint("GET", "/v2/personal-data/logs", "get-personal-data-logs"),),
    source_conflicts=(_NOT_REQUIRED,),
    only_required=True,
):
    """What may be asked of `GET /v2/personal-data/logs`."""


class PersonalDataRelatedDataEntries(
    PersonalData,
    Resource,
    title="Personal data related data entries",
    endpoints=(
        Endpoint("GET", "/v2/personal-data/related-data-entries", "get-related-data-entries"),
    ),
    source_conflicts=(_NOT_REQUIRED,),
    only_required=True,
):
    """What may be asked of `GET /v2/personal-data/related-data-entries`."""


class PersonalDataErasureRequests(
    PersonalData,
    Resource,
    title="Personal data erasure requests",
    endpoints=(Endpoint("GET", "/v2/personal-data/erasure-requests", "get-erasure-requests"),),
    source_conflicts=(
        _NOT_REQUIRED,
        (
            "The resource_id row's example ends in a backslash before the closing parenthesis: "
            "`eq(resource_id,...26067178\\)`."
        ),
    ),
    only_required=True,
):
    """What may be asked of `GET /v2/personal-data/erasure-requests`."""


personal_data_logs = PersonalDataLogs()
personal_data_related_data_entries = PersonalDataRelatedDataEntries()
personal_data_erasure_requests = PersonalDataErasureRequests()
