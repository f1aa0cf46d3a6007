"""Personal data: logs, related data and erasure requests; each requires both of its fields."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, uuid
from epfilter.resources.fields import Eq
from epfilter.resources.groups import FieldGroup
from epfilter.resources.resource import Resource

__all__ = [
    "personal_data_erasure_requests",
    "personal_data_logs",
    "personal_data_related_data_entries",
]


_NOT_REQUIRED = "The parameter is declared optional, but the text requires filters on both fields."


class PersonalData(FieldGroup):
    """The two fields that every listing of personal data requires."""

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
            "required; no fields other than this and `resource_id` are allowed; the values have "
            "hyphens, although one example uses `account_member`"
        ),
    )
    resource_id = Eq(
        uuid(),
        required=True,
        note="required",
    )


class PersonalDataLogs(
    PersonalData,
    Resource,
    title="Personal data logs",
    endpoints=(Endpoint("GET", "/v2/personal-data/logs", "get-personal-data-logs"),),
    source_conflicts=(_NOT_REQUIRED,),
    only_required=True,
):
    """The filterable fields of `GET /v2/personal-data/logs`."""


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
    """The filterable fields of `GET /v2/personal-data/related-data-entries`."""


class PersonalDataErasureRequests(
    PersonalData,
    Resource,
    title="Personal data erasure requests",
    endpoints=(Endpoint("GET", "/v2/personal-data/erasure-requests", "get-erasure-requests"),),
    source_conflicts=(
        _NOT_REQUIRED,
        (
            "The documented example has a backslash before the closing parenthesis: "
            "`eq(resource_id,...26067178\\)`."
        ),
    ),
    only_required=True,
):
    """The filterable fields of `GET /v2/personal-data/erasure-requests`."""


personal_data_logs = PersonalDataLogs()
personal_data_related_data_entries = PersonalDataRelatedDataEntries()
personal_data_erasure_requests = PersonalDataErasureRequests()
