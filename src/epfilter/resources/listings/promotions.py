"""Standard promotions, their codes, jobs and usages."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import date_, enum, integer, string, timestamp
from epfilter.resources.fields import Eq, EqLike, EqOrdered, Ordered
from epfilter.resources.resource import Resource

__all__ = [
    "promotion_code_usages",
    "promotion_codes",
    "promotion_jobs",
    "promotion_usages",
    "promotions",
    "promotions_cm_search",
]


_COUNT = "documented as a string, but the example compares it with 2"
_GR = "the documentation writes `gr`, probably for `ge`"
_DATE_ONLY = "the documented example is a date without time"


_JobType = Literal["code_generate", "code_export"]
_Status = Literal["pending", "processing", "completed", "failed", "cancelling", "cancelled"]


class Promotions(
    Resource,
    title="Promotions (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions", "getAllPromotions"),),
    note="Filtering is documented in words only.",
    source_conflicts=(
        SourceConflict(
            "The type `PromotionFilter` of the JavaScript SDK (2026-05) also lists `job_type` and "
            "`status` (eq).",
            ("job_type", "status"),
            (Operator.EQ,),
        ),
    ),
):
    """The filterable fields of `GET /v2/promotions`."""

    code = Eq(string())


class PromotionsCmSearch(
    Resource,
    title="Promotions (standard), advanced usage search",
    endpoints=(Endpoint("GET", "/v2/promotions", "getAllPromotions"),),
    note=(
        "Requires the header EP-Public-Search-Type: cm_search. For five fields the documentation "
        "writes `gr`, probably for `ge`."
    ),
):
    """The filterable fields of `GET /v2/promotions`."""

    promo_id = Eq(string())
    promo_name = EqLike(string())
    promo_type = Eq(
        string(),
        known_values=(
            "fixed_discount",
            "percent_discount",
            "item_fixed_discount",
            "item_percent_discount",
            "x_for_y",
            "x_for_amount",
            "bundle_fixed_discount",
            "bundle_gift",
        ),
        note="values of `promotion_type` in the schema of promotions",
    )
    promo_status = Eq(string(), note="the documented example is `Running`")
    promo_checkouts = EqOrdered(integer(), note=_COUNT)
    promo_skus_prod_ids = EqLike(string())
    promo_start_date = EqOrdered(date_(), note=_GR)
    promo_end_date = EqOrdered(date_(), note=_GR)
    code_id = Eq(string(), note="the documented example combines it with `promo_id`")
    code_code = EqLike(string())
    code_used = EqOrdered(
        integer(),
        note=(
            "the documentation writes `gr`, probably for `ge`; documented as a string, but the "
            "example compares it with 2"
        ),
    )
    code_created_date = EqOrdered(date_(), note=_GR)
    order_id = EqLike(string())
    order_customer_email = EqLike(string())
    order_created_date = EqOrdered(date_(), note=_GR)


class PromotionCodes(
    Resource,
    title="Promotion codes (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{promotionID}/codes", "getPromotionCodes"),),
    note="The fields are not documented. Filtering was announced on 2024-01-24.",
):
    """The filterable fields of `GET /v2/promotions/{promotionID}/codes`."""


class PromotionJobs(
    Resource,
    title="Promotion jobs (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{promotionID}/jobs"),),
):
    """The filterable fields of `GET /v2/promotions/{promotionID}/jobs`."""

    job_type = Eq[_JobType](
        enum(*get_args(_JobType)), note="the documentation names these values only in its text"
    )
    status = Eq[_Status](
        enum(*get_args(_Status)),
        note=(
            "the documentation names these values only in its text; its example uses `complete` "
            "instead of `completed`"
        ),
    )


class PromotionUsages(
    Resource,
    title="Promotion usages (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{id}/usages"),),
):
    """The filterable fields of `GET /v2/promotions/{id}/usages`."""

    id = Eq(string())
    code = Eq(string())
    used_on = Ordered(timestamp(), note=_DATE_ONLY)


class PromotionCodeUsages(
    Resource,
    title="Usages of one promotion code (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{id}/codes/{code-name}/usages"),),
):
    """The filterable fields of `GET /v2/promotions/{id}/codes/{code-name}/usages`."""

    code = Eq(string())
    id = Eq(string())
    used_on = Ordered(timestamp(), note=_DATE_ONLY)


promotions = Promotions()
promotions_cm_search = PromotionsCmSearch()
promotion_codes = PromotionCodes()
promotion_jobs = PromotionJobs()
promotion_usages = PromotionUsages()
promotion_code_usages = PromotionCodeUsages()
