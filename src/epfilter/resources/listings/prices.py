"""Price books, prices and price modifiers."""

from __future__ import annotations

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import string, timestamp
from epfilter.resources.fields import Eq, EqIn, EqInLike, GtLt
from epfilter.resources.resource import Resource

__all__ = ["price_modifiers", "pricebook_prices", "pricebooks", "product_prices"]


class Pricebooks(
    Resource,
    title="Price books",
    endpoints=(Endpoint("GET", "/pcm/pricebooks", "getPricebooks"),),
    source_conflicts=(
        (
            "Response-link examples show like(name,*Standard*) on price books, although only "
            "eq(external_ref,...) is documented."
        ),
    ),
):
    """What may be asked of `GET /pcm/pricebooks`."""

    external_ref = Eq(string())


class PricebookPrices(
    Resource,
    title="Product prices in one price book",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/{pricebookID}/prices", "getProductPrices"),),
    source_conflicts=(
        (
            "Response-link examples show like(sku,*product*), although only `eq` and `in` are "
            "documented for this endpoint."
        ),
    ),
):
    """What may be asked of `GET /pcm/pricebooks/{pricebookID}/prices`."""

    external_ref = Eq(string())
    sku = EqIn(string())


class ProductPrices(
    Resource,
    title="Product prices across price books",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/prices", "getPrices"),),
    note="`gt` and `lt` are documented, `ge` and `le` are not; no `eq` on the timestamps.",
):
    """What may be asked of `GET /pcm/pricebooks/prices`."""

    external_ref = EqInLike(string())
    sku = EqInLike(string())
    id = EqIn(string(), note="schema gives no uuid format")
    updated_at = GtLt(timestamp())
    created_at = GtLt(timestamp())


class PriceModifiers(
    Resource,
    title="Price modifiers",
    endpoints=(Endpoint("GET", "/pcm/pricebooks/{pricebookID}/modifiers", "getPriceModifiers"),),
):
    """What may be asked of `GET /pcm/pricebooks/{pricebookID}/modifiers`."""

    external_ref = Eq(string())
    name = Eq(string())


pricebooks = Pricebooks()
pricebook_prices = PricebookPrices()
product_prices = ProductPrices()
price_modifiers = PriceModifiers()
