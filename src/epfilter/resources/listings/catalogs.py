"""Catalogs, their rules, and their releases as shoppers and administrators see them."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.resources.declarations import Endpoint
from epfilter.resources.field_types import enum, list_of, string
from epfilter.resources.fields import Eq, EqIn, EqInLike, In
from epfilter.resources.groups import FieldGroup
from epfilter.resources.listings import ATTRIBUTES
from epfilter.resources.resource import Resource

__all__ = [
    "catalog_hierarchies",
    "catalog_nodes",
    "catalog_products",
    "catalog_release_hierarchies",
    "catalog_release_nodes",
    "catalog_release_products",
    "catalog_rules",
    "catalogs",
]


_MEMBERSHIP = "a list; `eq` and `in` match its elements"
_CAPITALIZED = "Write `eq` and `in`; the documentation writes them `Eq` and `In`."
_CAPITALIZED_EQ = (
    "Write `eq` and `in`; the documentation writes them `Eq` and, in some tables, `In`."
)
_NO_TABLE = "its fields are not documented separately"


_ProductType = Literal["standard", "parent", "child", "bundle"]


class CatalogProduct(FieldGroup):
    """The filterable fields of a product in a catalog."""

    name = EqIn(string())
    sku = EqIn(string())
    slug = EqIn(string())
    manufacturer_part_num = EqIn(string())
    upc_ean = EqIn(string())
    product_types = EqIn[_ProductType](
        list_of(enum(*get_args(_ProductType))),
        note="`eq` accepts one type, `in` several",
    )
    tags = EqIn(
        list_of(string()),
        note="`eq` accepts one tag, `in` several (documented for some of the endpoints)",
    )
    id = In(string())


class CatalogProducts(
    CatalogProduct,
    Resource,
    title="Catalog products (shopper)",
    endpoints=(
        Endpoint("GET", "/catalog/products", "getByContextAllProducts"),
        Endpoint(
            "GET",
            "/catalog/products/{product_id}/relationships/children",
            "getByContextChildProducts",
        ),
        Endpoint(
            "GET",
            "/catalog/hierarchies/{hierarchy_id}/products",
            "getByContextProductsForHierarchy",
        ),
        Endpoint(
            "GET", "/catalog/nodes/{node_id}/relationships/products", "getByContextProductsForNode"
        ),
        Endpoint(
            "GET",
            "/catalog/products/{product_id}/relationships/{custom_relationship_slug}/products",
            "getByContextAllRelatedProducts",
            note=_NO_TABLE,
        ),
    ),
    note=_CAPITALIZED,
    locations={"product_types": "meta.product_types", **ATTRIBUTES},
):
    """The filterable fields of `GET /catalog/products`."""


class CatalogReleaseProducts(
    CatalogProduct,
    Resource,
    title="Catalog release products (admin)",
    endpoints=(
        Endpoint("GET", "/catalogs/{catalog_id}/releases/{release_id}/products", "getAllProducts"),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/products/{product_id}/relationships/children",
            "getChildProducts",
        ),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/hierarchies/{hierarchy_id}/products",
            "getProductsForHierarchy",
        ),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/nodes/{node_id}/relationships/products",
            "getProductsForNode",
        ),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/products/{product_id}/relationships/{custom_relationship_slug}/products",
            "getAllRelatedProducts",
            note=_NO_TABLE,
        ),
    ),
    note=_CAPITALIZED,
    locations={"product_types": "meta.product_types", **ATTRIBUTES},
):
    """The filterable fields of `GET /catalogs/{catalog_id}/releases/{release_id}/products`."""


class CatalogNode(FieldGroup):
    """The filterable fields of a node in a catalog."""

    name = Eq(string())
    slug = Eq(string())
    id = In(string(), note="the documentation writes it `Id`")


class CatalogNodes(
    CatalogNode,
    Resource,
    title="Catalog nodes (shopper)",
    endpoints=(
        Endpoint("GET", "/catalog/nodes", "getByContextAllNodes"),
        Endpoint("GET", "/catalog/hierarchies/{hierarchy_id}/nodes", "getByContextHierarchyNodes"),
        Endpoint(
            "GET", "/catalog/hierarchies/{hierarchy_id}/children", "getByContextHierarchyChildNodes"
        ),
        Endpoint(
            "GET", "/catalog/nodes/{node_id}/relationships/children", "getByContextChildNodes"
        ),
    ),
    note=_CAPITALIZED_EQ,
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalog/nodes`."""


class CatalogReleaseNodes(
    CatalogNode,
    Resource,
    title="Catalog release nodes (admin)",
    endpoints=(
        Endpoint("GET", "/catalogs/{catalog_id}/releases/{release_id}/nodes", "getAllNodes"),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/hierarchies/{hierarchy_id}/nodes",
            "getHierarchyNodes",
        ),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/hierarchies/{hierarchy_id}/children",
            "getHierarchyChildNodes",
        ),
        Endpoint(
            "GET",
            "/catalogs/{catalog_id}/releases/{release_id}/nodes/{node_id}/relationships/children",
            "getChildNodes",
        ),
    ),
    note=_CAPITALIZED_EQ,
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalogs/{catalog_id}/releases/{release_id}/nodes`."""


class CatalogHierarchy(FieldGroup):
    """The filterable fields of a hierarchy in a catalog."""

    name = Eq(string())
    slug = Eq(string())
    id = In(string())


class CatalogHierarchies(
    CatalogHierarchy,
    Resource,
    title="Catalog hierarchies (shopper)",
    endpoints=(Endpoint("GET", "/catalog/hierarchies", "getByContextAllHierarchies"),),
    note=_CAPITALIZED,
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalog/hierarchies`."""


class CatalogReleaseHierarchies(
    CatalogHierarchy,
    Resource,
    title="Catalog release hierarchies (admin)",
    endpoints=(
        Endpoint(
            "GET", "/catalogs/{catalog_id}/releases/{release_id}/hierarchies", "getAllHierarchies"
        ),
    ),
    note=_CAPITALIZED,
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalogs/{catalog_id}/releases/{release_id}/hierarchies`."""


class Catalogs(
    Resource,
    title="Catalogs",
    endpoints=(Endpoint("GET", "/catalogs", "getCatalogs"),),
    source_conflicts=("The 2024 spec documents no filtering on catalogs.",),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalogs`."""

    name = EqInLike(string())


class CatalogRules(
    Resource,
    title="Catalog rules",
    endpoints=(Endpoint("GET", "/catalogs/rules", "getRules"),),
    source_conflicts=(
        (
            "elasticpath-dev catalog/catalog_view.yaml (2024-11-18) lists in for `id`; the newest "
            "source lists eq, in."
        ),
        (
            "elasticpath-dev catalog/catalog_view.yaml (2024-11-18) does not list "
            "`catalog_id`, `account_ids`, `customer_ids`, `channels`, `tags`, `pricebook_ids`."
        ),
        "`account_tag_ids` is in the schema but not among the filterable attributes.",
    ),
    locations=ATTRIBUTES,
):
    """The filterable fields of `GET /catalogs/rules`."""

    id = EqIn(string())
    catalog_id = Eq(string())
    account_ids = EqIn(list_of(string()), note=_MEMBERSHIP)
    customer_ids = EqIn(list_of(string()), note=_MEMBERSHIP)
    channels = EqIn(list_of(string()), note=_MEMBERSHIP)
    tags = EqIn(list_of(string()), note=_MEMBERSHIP)
    pricebook_ids = EqIn(list_of(string()), note=_MEMBERSHIP)


catalog_products = CatalogProducts()
catalog_release_products = CatalogReleaseProducts()
catalog_nodes = CatalogNodes()
catalog_release_nodes = CatalogReleaseNodes()
catalog_hierarchies = CatalogHierarchies()
catalog_release_hierarchies = CatalogReleaseHierarchies()
catalogs = Catalogs()
catalog_rules = CatalogRules()
