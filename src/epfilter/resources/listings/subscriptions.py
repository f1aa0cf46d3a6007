"""Subscriptions, their offerings, invoices, subscribers and jobs."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Deprecation, Endpoint, SourceConflict
from epfilter.resources.field_types import boolean, string
from epfilter.resources.fields import Eq, EqIn
from epfilter.resources.groups import FieldGroup, Nested
from epfilter.resources.listings import ATTRIBUTES
from epfilter.resources.resource import Resource

__all__ = [
    "subscription_dunning_rules",
    "subscription_features",
    "subscription_imports",
    "subscription_invoices",
    "subscription_jobs",
    "subscription_offerings",
    "subscription_plans",
    "subscription_products",
    "subscription_schedules",
    "subscription_subscribers",
    "subscriptions",
]


_OLD = Deprecation()
_SHARED_EXAMPLE = "The fields are not documented; the documented example is `eq(name,Alan Turing)`."
_OF_SUBSCRIBER = "not in the schema of subscriptions; probably that of the subscriber"


class OfferingPlans(FieldGroup):
    """The plans of an offering."""

    external_ref = EqIn(string())


class SubscriptionOfferings(
    Resource,
    title="Subscription offerings",
    endpoints=(Endpoint("GET", "/v2/subscriptions/offerings", "ListOfferings"),),
    source_conflicts=(
        SourceConflict(
            "elasticpath-dev subscriptions/public_openapi.yaml (2024-11-18) also lists "
            "`external_product_refs` (in).",
            ("external_product_refs",),
            (Operator.IN,),
        ),
        SourceConflict(
            "The type `SubscriptionOfferingFilter` of the JavaScript SDK (2026-05) lists only "
            "`products.external_ref` (eq), which no spec lists.",
            ("products.external_ref",),
            (Operator.EQ,),
        ),
        (
            "elasticpath-dev subscriptions/public_openapi.yaml (2024-11-18) does not list "
            "`plans.external_ref`."
        ),
    ),
):
    """The filterable fields of `GET /v2/subscriptions/offerings`."""

    external_ref = Eq(string())
    plans = Nested(OfferingPlans, multivalued=True)
    proration_policy_id = Eq(string())


class Subscriptions(
    Resource,
    title="Subscriptions",
    endpoints=(Endpoint("GET", "/v2/subscriptions/subscriptions", "ListSubscriptions"),),
    note=(
        "Other listings of subscriptions do not accept filters: "
        "offerings/{id}/pricing-options, /features and /plans, "
        "plans/{id}/relationships/pricing_options, subscriptions/{id}/features, /plans, "
        "/pricing-options, /states and /invoices, invoices/{id}/payments, "
        "imports/{id}/errors, proration-policies."
    ),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /v2/subscriptions/subscriptions`."""

    account_id = Eq(string())
    name = Eq(string(), note=_OF_SUBSCRIBER)
    email = Eq(string(), note=_OF_SUBSCRIBER)
    external_ref = Eq(string())


class SubscriptionJobs(
    Resource,
    title="Subscription jobs",
    endpoints=(Endpoint("GET", "/v2/subscriptions/jobs", "ListJobs"),),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /v2/subscriptions/jobs`."""

    external_ref = Eq(string())


class SubscriptionImports(
    Resource,
    title="Subscription import jobs",
    endpoints=(Endpoint("GET", "/v2/subscriptions/imports", "ListImportJobs"),),
    note=_SHARED_EXAMPLE,
):
    """The filterable fields of `GET /v2/subscriptions/imports`."""


class SubscriptionInvoices(
    Resource,
    title="Subscription invoices",
    endpoints=(Endpoint("GET", "/v2/subscriptions/invoices", "ListInvoices"),),
    locations={
        "subscriber_id": "meta.subscriber_id",
        "subscription_id": "meta.subscription_id",
        **ATTRIBUTES,
    },
):
    """The filterable fields of `GET /v2/subscriptions/invoices`."""

    subscriber_id = Eq(string())
    subscription_id = Eq(string())
    outstanding = Eq(boolean())
    tax_required = Eq(boolean())


class SubscriptionSchedules(
    Resource,
    title="Subscription schedules",
    endpoints=(Endpoint("GET", "/v2/subscriptions/schedules", "ListSchedules"),),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /v2/subscriptions/schedules`."""

    external_ref = Eq(string())


class SubscriptionSubscribers(
    Resource,
    title="Subscription subscribers",
    endpoints=(Endpoint("GET", "/v2/subscriptions/subscribers", "ListSubscribers"),),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /v2/subscriptions/subscribers`."""

    account_id = Eq(string())
    name = Eq(string())
    email = Eq(string())
    external_ref = Eq(string(), note="not in the schema of subscribers")


class SubscriptionDunningRules(
    Resource,
    title="Subscription dunning rules",
    endpoints=(Endpoint("GET", "/v2/subscriptions/dunning-rules", "ListDunningRules"),),
    note=_SHARED_EXAMPLE,
):
    """The filterable fields of `GET /v2/subscriptions/dunning-rules`."""


class SubscriptionFeatures(
    Resource,
    title="Subscription features",
    endpoints=(Endpoint("GET", "/v2/subscriptions/features", "ListFeatures"),),
    locations={"tag": "attributes.configuration.tag", **ATTRIBUTES},
):
    """The filterable fields of `GET /v2/subscriptions/features`."""

    external_ref = Eq(string())
    tag = Eq(string(), note="`configuration.tag` in the schema")


class SubscriptionProducts(
    Resource,
    title="Subscription products (2024 only)",
    endpoints=(Endpoint("GET", "/v2/subscriptions/products", "ListProducts"),),
    note="Absent from the API specifications of 2025 and 2026.",
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/subscriptions/products`."""

    external_ref = Eq(string(), deprecated=_OLD)


class SubscriptionPlans(
    Resource,
    title="Subscription plans (2024 only)",
    endpoints=(Endpoint("GET", "/v2/subscriptions/plans", "ListPlans"),),
    note=(
        "Absent from the API specifications of 2025 and 2026. The one of 2024 describes filtering "
        "in words only."
    ),
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/subscriptions/plans`."""

    external_ref = Eq(string(), deprecated=_OLD)


subscription_offerings = SubscriptionOfferings()
subscriptions = Subscriptions()
subscription_jobs = SubscriptionJobs()
subscription_imports = SubscriptionImports()
subscription_invoices = SubscriptionInvoices()
subscription_schedules = SubscriptionSchedules()
subscription_subscribers = SubscriptionSubscribers()
subscription_dunning_rules = SubscriptionDunningRules()
subscription_features = SubscriptionFeatures()
subscription_products = SubscriptionProducts()
subscription_plans = SubscriptionPlans()
