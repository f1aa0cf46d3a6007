"""The legacy catalog: products, categories, brands and collections of `/v2`."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.ast import Operator
from epfilter.resources.declarations import Deprecation, Endpoint, SourceConflict
from epfilter.resources.field_types import boolean, enum, string
from epfilter.resources.fields import Eq, EqLike, Like
from epfilter.resources.groups import FieldGroup, Nested
from epfilter.resources.resource import Resource

__all__ = ["legacy_brands", "legacy_categories", "legacy_collections", "legacy_products"]


_OLD = Deprecation()
_DECLARED_BOOLEAN = (
    "documented as `boolean`, but the example is `live`; these are documented for creating one"
)
_OLD_CATALOG = "Legacy catalog, documented on docs.moltin.com only."


_Status = Literal["live", "draft"]


class Related(FieldGroup):
    """The brands, the categories or the collections of a product."""

    id = Eq(string(), deprecated=_OLD)


class LegacyProducts(
    Resource,
    title="Products, legacy /v2/products",
    endpoints=(Endpoint("GET", "/v2/products"),),
    note=_OLD_CATALOG,
    source_conflicts=(
        SourceConflict(
            "The type `ProductFilter` of the JavaScript SDK (2026-05) also lists `stock` (gt, "
            "lt); docs.moltin.com does not.",
            ("stock",),
            (Operator.GT, Operator.LT),
        ),
    ),
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/products`."""

    name = EqLike(string(), deprecated=_OLD)
    slug = EqLike(string(), deprecated=_OLD)
    sku = EqLike(string(), deprecated=_OLD)
    status = EqLike[_Status](
        enum(*get_args(_Status)),
        deprecated=_OLD,
        note="the values are documented for creating products",
    )
    description = Like(string(), deprecated=_OLD)
    commodity_type = Eq(
        string(),
        deprecated=_OLD,
        known_values=("physical", "digital"),
        note="no list of values is documented; these are from examples",
    )
    manage_stock = Eq(boolean(), deprecated=_OLD)
    brand = Nested(Related, multivalued=True)
    category = Nested(Related, multivalued=True)
    collection = Nested(Related, multivalued=True)


class LegacyCategories(
    Resource,
    title="Categories, legacy",
    endpoints=(Endpoint("GET", "/v2/categories"),),
    note=_OLD_CATALOG,
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/categories`."""

    name = EqLike(string(), deprecated=_OLD)
    slug = EqLike(string(), deprecated=_OLD)
    status = Eq[_Status](enum(*get_args(_Status)), deprecated=_OLD, note=_DECLARED_BOOLEAN)


class LegacyBrands(
    Resource,
    title="Brands, legacy",
    endpoints=(Endpoint("GET", "/v2/brands"),),
    note=_OLD_CATALOG,
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/brands`."""

    name = EqLike(string(), deprecated=_OLD)
    slug = EqLike(string(), deprecated=_OLD)
    status = Eq[_Status](
        enum(*get_args(_Status)),
        deprecated=_OLD,
        note="the values are documented for creating brands",
    )


class LegacyCollections(
    Resource,
    title="Collections, legacy",
    endpoints=(Endpoint("GET", "/v2/collections"),),
    note=_OLD_CATALOG,
    deprecated=_OLD,
):
    """The filterable fields of `GET /v2/collections`."""

    name = EqLike(string(), deprecated=_OLD)
    slug = EqLike(string(), deprecated=_OLD)
    status = Eq[_Status](enum(*get_args(_Status)), deprecated=_OLD, note=_DECLARED_BOOLEAN)


legacy_products = LegacyProducts()
legacy_categories = LegacyCategories()
legacy_brands = LegacyBrands()
legacy_collections = LegacyCollections()
