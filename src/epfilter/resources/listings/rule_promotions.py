"""Promotions of the Promotions Builder, their codes, jobs and usages."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import boolean, enum, list_of, string, timestamp
from epfilter.resources.fields import Contains, Eq, EqGt, EqIn, EqOrdered, LikeILike, Ordered
from epfilter.resources.groups import FieldGroup, Nested
from epfilter.resources.resource import Resource

__all__ = [
    "rule_promotion_code_usages",
    "rule_promotion_codes",
    "rule_promotion_jobs",
    "rule_promotion_usages",
    "rule_promotions",
]


_OPERATOR_OF_2024 = "documented in 2024; the current documentation lists no operator"


_Strategy = Literal[
    "account_tags",
    "and",
    "cart_custom_attribute",
    "cart_total",
    "item_attribute",
    "item_category",
    "item_identifier",
    "item_price",
    "item_product_id",
    "item_quantity",
    "items_bundle",
    "item_sku",
    "or",
]
_JobType = Literal["code_generate", "code_export"]
_Status = Literal["pending", "processing", "completed", "failed", "cancelling", "cancelled"]


class Rules(FieldGroup):
    """The rules of a rule set."""

    strategy = EqIn[_Strategy](
        enum(*get_args(_Strategy)),
        note="does not search child conditions",
    )
    args = Contains(list_of(string()), note="does not search child conditions")


class RuleSet(FieldGroup):
    """The conditions of a promotion on a cart."""

    rules = Nested(Rules, multivalued=True)


class RulePromotions(
    Resource,
    title="Rule promotions (Promotions Builder)",
    endpoints=(Endpoint("GET", "/v2/rule-promotions", "getRulePromotions"),),
    source_conflicts=(
        SourceConflict(
            "The type `RulePromotionFilter` of the JavaScript SDK (2026-05) also lists `job_type` "
            "(eq).",
            ("job_type",),
            (Operator.EQ,),
        ),
        (
            "composable-frontend rule-promotions.yaml (2026-02-18) does not list "
            "`rule_set.rules.strategy`, `rule_set.rules.args`, `account_tags`."
        ),
        (
            "elasticpath-dev docs/promotions-builder/promotions-builder-api/"
            "promotions-builder-management/get-promotions.mdx (2024-11-18) does not list "
            "`name`, `enabled`, `stackable`, `override_stacking`, `start`, `end`, "
            "`rule_set.rules.strategy`, `rule_set.rules.args`, `account_tags`."
        ),
    ),
):
    """The filterable fields of `GET /v2/rule-promotions`."""

    code = Eq(
        string(),
        note="case-insensitive; may consist of digits only",
    )
    name = LikeILike(string())
    enabled = Eq(boolean())
    stackable = Eq(boolean())
    override_stacking = Eq(boolean())
    start = EqOrdered(timestamp())
    end = EqOrdered(timestamp())
    rule_set = Nested(RuleSet)
    account_tags = Contains(
        list_of(string()), note="matches any rule or child rule with the strategy account_tags"
    )


class RulePromotionCodes(
    Resource,
    title="Rule promotion codes",
    endpoints=(
        Endpoint("GET", "/v2/rule-promotions/{promotionID}/codes", "getRulePromotionCodes"),
    ),
    source_conflicts=(
        "composable-frontend rule-promotions.yaml declares no filter parameter for this endpoint.",
    ),
):
    """The filterable fields of `GET /v2/rule-promotions/{promotionID}/codes`."""

    code = EqGt(string(), note="case-insensitive")


class RulePromotionJobs(
    Resource,
    title="Rule promotion jobs",
    endpoints=(Endpoint("GET", "/v2/rule-promotions/{uuid}/jobs", "getRulePromotionJobs"),),
    note="Documented by examples only.",
):
    """The filterable fields of `GET /v2/rule-promotions/{uuid}/jobs`."""

    job_type = Eq[_JobType](enum(*get_args(_JobType)))
    status = Eq[_Status](
        enum(*get_args(_Status)),
        note="the documented example uses `complete` instead of `completed`",
    )


class RulePromotionUsages(
    Resource,
    title="Rule promotion usages",
    endpoints=(
        Endpoint("GET", "/v2/rule-promotions/{promotionID}/usages", "getRulePromotionUsages"),
    ),
):
    """The filterable fields of `GET /v2/rule-promotions/{promotionID}/usages`."""

    id = Eq(string(), note=_OPERATOR_OF_2024)
    code = Eq(string(), note="documented in 2024, and by an example of the current documentation")
    used_on = Ordered(timestamp())


class RulePromotionCodeUsages(
    Resource,
    title="Usages of one rule promotion code",
    endpoints=(
        Endpoint(
            "GET",
            "/v2/rule-promotions/{promotionID}/codes/{code}/usages",
            "getRulePromotionCodeUsages",
        ),
    ),
    source_conflicts=(
        SourceConflict(
            "The 2024 page also lists `code` (eq); the newest spec lists only `id` and `used_on`.",
            ("code",),
            (Operator.EQ,),
        ),
    ),
):
    """The filterable fields of `GET /v2/rule-promotions/{promotionID}/codes/{code}/usages`."""

    id = Eq(string(), note=_OPERATOR_OF_2024)
    used_on = Ordered(timestamp())


rule_promotions = RulePromotions()
rule_promotion_codes = RulePromotionCodes()
rule_promotion_jobs = RulePromotionJobs()
rule_promotion_usages = RulePromotionUsages()
rule_promotion_code_usages = RulePromotionCodeUsages()
