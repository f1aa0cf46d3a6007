"""Price books, prices and price modifiers."""

from __future__ import annotations

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import string, timestamp
from epfilter.resources.fields import Eq, EqIn, EqInLike, GtLt
from epfilter.resources.listings import ATTRIBUTES
from epfilter.resources.resource import Resource

__all__ = ["price_modifiers", "pricebook_prices", "pricebooks", "product_prices"]


class Pricebooks(
    Resource,
    title="Price books",
    endpoints=(Endpoint("GET", "/pcm/pricebooks", "getPricebooks"),),
    source_conflicts=(
        SourceConflict(
            "Examples of responses contain like(name,*Standard*), but only "
            "eq(external_ref,...) is documented.",
            ("name",),
            (Operator.LIKE,),
        ),
    ),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /pcm/pricebooks`."""

    external_ref = Eq(string())


class PricebookPrices(
    Resource,
    title="Product prices in one price book",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/{pricebookID}/prices", "getProductPrices"),),
    source_conflicts=(
        SourceConflict(
            "Examples of responses contain like(sku,*product*), but only `eq` and `in` are "
            "documented.",
            ("sku",),
            (Operator.LIKE,),
        ),
    ),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /pcm/pricebooks/{pricebookID}/prices`."""

    external_ref = Eq(string())
    sku = EqIn(string())


class ProductPrices(
    Resource,
    title="Product prices across price books",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/prices", "getPrices"),),
    note="Timestamps support `gt` and `lt` only.",
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /pcm/pricebooks/prices`."""

    external_ref = EqInLike(string())
    sku = EqInLike(string())
    id = EqIn(string(), note="not necessarily a UUID")
    updated_at = GtLt(timestamp())
    created_at = GtLt(timestamp())


class PriceModifiers(
    Resource,
    title="Price modifiers",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/{pricebookID}/modifiers", "getPriceModifiers"),),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /pcm/pricebooks/{pricebookID}/modifiers`."""

    external_ref = Eq(string())
    name = Eq(string())


pricebooks = Pricebooks()
pricebook_prices = PricebookPrices()
product_prices = ProductPrices()
price_modifiers = PriceModifiers()
