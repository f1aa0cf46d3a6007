"""Standard promotions, their codes, jobs and usages."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
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


_GR = "the table writes the operator `gr`; read as `ge`"
_DATE_ONLY = "date-only value in the example"


class Promotions(
    Resource,
    title="Promotions (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions", "getAllPromotions"),),
    note="The operation describes filtering but declares no filter parameter.",
):
    """What may be asked of `GET /v2/promotions`."""

    code = Eq(string())


class PromotionsCmSearch(
    Resource,
    title="Promotions (standard), advanced usage search",
    endpoints=(Endpoint("GET", "/v2/promotions", "getAllPromotions"),),
    note=(
        "Needs the header EP-Public-Search-Type: cm_search. Five rows write the operator "
        "`gr`; `promo_checkouts`, in the same table, has `ge`, so `gr` is taken as a typo "
        "for `ge`."
    ),
):
    """What may be asked of `GET /v2/promotions`."""

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
        note="values of the promotion schema's promotion_type; not stated for this field",
    )
    promo_status = Eq(string(), note="only the value `Running` is shown, capitalised; no enum")
    promo_checkouts = EqOrdered(integer(), note="declared `string`; example compares 2")
    promo_skus_prod_ids = EqLike(string())
    promo_start_date = EqOrdered(date_(), note=_GR)
    promo_end_date = EqOrdered(date_(), note=_GR)
    code_id = Eq(string(), note="documented example combines it with promo_id by `:`")
    code_code = EqLike(string())
    code_used = EqOrdered(
        integer(),
        note=(
            "the table writes the operator `gr`; read as `ge`; declared `string`; example "
            "compares 2"
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
    note=(
        "Changelog 2024-01-24 announces filtering on Get Promotion Codes, but no page or "
        "spec in these trees lists its attributes."
    ),
):
    """What may be asked of `GET /v2/promotions/{promotionID}/codes`."""


class PromotionJobs(
    Resource,
    title="Promotion jobs (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{promotionID}/jobs"),),
):
    """What may be asked of `GET /v2/promotions/{promotionID}/jobs`."""

    job_type = Eq(
        enum("code_generate", "code_export"), note="schema: string; values named in the prose"
    )
    status = Eq(
        enum("pending", "processing", "completed", "failed", "cancelling", "cancelled"),
        note=(
            "values from the prose; the example filters on `complete`, which is not one of "
            "them (`completed` is)"
        ),
    )


class PromotionUsages(
    Resource,
    title="Promotion usages (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{id}/usages"),),
):
    """What may be asked of `GET /v2/promotions/{id}/usages`."""

    id = Eq(string())
    code = Eq(string())
    used_on = Ordered(timestamp(), note=_DATE_ONLY)


class PromotionCodeUsages(
    Resource,
    title="Usages of one promotion code (standard)",
    endpoints=(Endpoint("GET", "/v2/promotions/{id}/codes/{code-name}/usages"),),
):
    """What may be asked of `GET /v2/promotions/{id}/codes/{code-name}/usages`."""

    code = Eq(string())
    id = Eq(string())
    used_on = Ordered(timestamp(), note=_DATE_ONLY)


promotions = Promotions()
promotions_cm_search = PromotionsCmSearch()
promotion_codes = PromotionCodes()
promotion_jobs = PromotionJobs()
promotion_usages = PromotionUsages()
promotion_code_usages = PromotionCodeUsages()
