"""Product information management: products, hierarchies and their nodes."""

from __future__ import annotations

from typing import Literal, get_args

from epfilter.ast import Operator
from epfilter.resources.declarations import Endpoint, SourceConflict
from epfilter.resources.field_types import boolean, enum, list_of, string, timestamp, unknown
from epfilter.resources.fields import (
    Eq,
    EqIn,
    EqInLike,
    EqInOrdered,
    EqInOrderedLike,
    EqLike,
    EqLikeILike,
    EqOrdered,
)
from epfilter.resources.groups import FieldGroup, Keyed, Nested
from epfilter.resources.listings import PCM_ATTRIBUTES
from epfilter.resources.resource import Resource

__all__ = ["pim_custom_relationships", "pim_hierarchies", "pim_jobs", "pim_nodes", "pim_products"]


_ANY_ID = "not necessarily a UUID: examples use `100` and `some-id`"
_BOOLEAN_BY_NAME = "the type is not documented; the name is that of a boolean"
_IN_BODY = "the filter is in the body, as data.filter"
_IDS_AS_NUMBERS = "Examples compare ids with numbers: lt(id,100), ge(parent_id,500)."


_CommodityType = Literal["physical", "digital"]
_Owner = Literal["organization", "store"]
_ProductType = Literal["standard", "parent", "child", "bundle"]
_Status = Literal["live", "draft"]
_OwnerOfNode = Literal["store", "organization"]


class PimProducts(
    Resource,
    title="PIM products (also export, attach nodes, detach nodes)",
    endpoints=(
        Endpoint("GET", "/pcm/products", "getAllProducts"),
        Endpoint("POST", "/pcm/products/export", "exportProducts"),
        Endpoint("POST", "/pcm/products/attach_nodes", "attachNodes", note=_IN_BODY),
        Endpoint("POST", "/pcm/products/detach_nodes", "detachNodes", note=_IN_BODY),
    ),
    source_conflicts=(
        (
            "elasticpath-dev pim/pim.yaml (2024-11-18) lists in for `id`, also for attachNodes and "
            "detachNodes; the newest source lists eq, in, gt, ge, lt, le."
        ),
        (
            "elasticpath-dev pim/pim.yaml (2024-11-18) does not list `parent_id`, `status`, "
            "`has_nodes`, `created_at`, `updated_at`, `external_ref`, `description`, "
            "`extensions.{template}.{field}`, `shopper_attributes.{key}`, "
            "`admin_attributes.{key}`."
        ),
        (
            "elasticpath-dev pim/pim.yaml exportProducts (2024-11-18) lists eq, like for `slug`, "
            "`upc_ean`, `manufacturer_part_num` and `name`; the newest source lists eq, like, in."
        ),
        (
            "elasticpath-dev pim/pim.yaml exportProducts (2024-11-18) lists eq, in for `tags`; the "
            "newest source lists eq, like, in."
        ),
        (
            "elasticpath-dev pim/pim.yaml exportProducts (2024-11-18) does not list `id`, "
            "`templates`, `commodity_type`, `owner`, `product_types`, `parent_id`, `status`, "
            "`has_nodes`, `created_at`, `updated_at`, `external_ref`, "
            "`extensions.{template}.{field}`, `shopper_attributes.{key}`, "
            "`admin_attributes.{key}`."
        ),
        (
            "elasticpath-dev pim/pim.yaml attachNodes (2024-11-18) does not list `parent_id`, "
            "`tags`, `status`, `has_nodes`, `created_at`, `updated_at`, `external_ref`, "
            "`description`, `extensions.{template}.{field}`, `shopper_attributes.{key}`, "
            "`admin_attributes.{key}`."
        ),
        SourceConflict(
            "elasticpath-dev pim/pim.yaml detachNodes (2024-11-18) also lists `mpn` (eq, like, "
            "in).",
            ("mpn",),
            (Operator.EQ, Operator.LIKE, Operator.IN),
        ),
        (
            "elasticpath-dev pim/pim.yaml detachNodes (2024-11-18) does not list "
            "`manufacturer_part_num`, `parent_id`, `tags`, `status`, `has_nodes`, "
            "`created_at`, `updated_at`, `external_ref`, `description`, "
            "`extensions.{template}.{field}`, `shopper_attributes.{key}`, "
            "`admin_attributes.{key}`."
        ),
    ),
    locations={
        **PCM_ATTRIBUTES,
        "product_types": "meta.product_types",
        "manufacturer_part_num": "attributes.mpn",
    },
):
    """The filterable fields of `GET /pcm/products`."""

    id = EqInOrdered(string(), note="not necessarily a UUID: the example is `some-id`")
    sku = EqInLike(string())
    slug = EqInLike(string())
    upc_ean = EqInLike(string())
    manufacturer_part_num = EqInLike(
        string(),
        note="`mpn` in responses, and in the filters of detach_nodes in 2024",
    )
    name = EqInLike(string())
    templates = Eq(list_of(string()), note="templates are a relationship, not an attribute")
    commodity_type = Eq[_CommodityType](enum(*get_args(_CommodityType)))
    owner = Eq[_Owner](enum(*get_args(_Owner)))
    product_types = EqIn[_ProductType](
        list_of(enum(*get_args(_ProductType))),
        note="`eq` accepts one type, `in` several",
    )
    parent_id = EqIn(string(), note="id of the parent product")
    tags = EqInLike(list_of(string()))
    status = Eq[_Status](enum(*get_args(_Status)))
    has_nodes = Eq(boolean(only=False), note="only the value `false` is supported")
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    external_ref = EqInOrderedLike(string())
    description = EqLike(string())
    extensions = Keyed(
        Keyed(Eq(unknown(), note="the documented example is `extensions.book.isbn`"), "field"),
        "template",
    )
    shopper_attributes = Keyed(
        Eq(string(), note="the documented example is `shopper_attributes.color`"), "key"
    )
    admin_attributes = Keyed(
        Eq(string(), note="the documented example is `admin_attributes.warehouse`"), "key"
    )


class HierarchyLocale(FieldGroup):
    """The texts of a hierarchy in one language."""

    name = EqLike(string())
    description = EqLike(string())


class HierarchyBreadcrumbLocale(FieldGroup):
    """The name of a breadcrumb in one language."""

    name = EqLike(string())


class HierarchyBreadcrumbs(FieldGroup):
    """The path from the root to a hierarchy."""

    id = EqIn(string())
    name = EqLike(string())
    slug = EqLike(string())
    locales = Keyed(HierarchyBreadcrumbLocale(), "locale")


class PimHierarchies(
    Resource,
    title="PIM hierarchies",
    endpoints=(Endpoint("GET", "/pcm/hierarchies", "getHierarchy"),),
    source_conflicts=(
        (
            "For pim_nodes, `ilike` is documented for the same fields as `like`; for hierarchies, "
            "it is not."
        ),
        "The 2024 spec documents no filtering on hierarchies or nodes.",
        _IDS_AS_NUMBERS,
    ),
    locations=PCM_ATTRIBUTES,
):
    """The filterable fields of `GET /pcm/hierarchies`."""

    id = EqInOrdered(string(), note=_ANY_ID)
    hierarchy_id = EqInOrdered(string())
    owner = Eq[_OwnerOfNode](enum(*get_args(_OwnerOfNode)))
    parent_id = EqInOrdered(string())
    name = EqLike(string())
    slug = EqLike(string())
    description = EqLike(string())
    has_children = Eq(boolean(), note=_BOOLEAN_BY_NAME)
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    locales = Keyed(HierarchyLocale(), "locale")
    breadcrumbs = Nested(HierarchyBreadcrumbs, multivalued=True)


class NodeLocale(FieldGroup):
    """The texts of a node in one language."""

    name = EqLikeILike(string())
    description = EqLikeILike(string())


class NodeBreadcrumbLocale(FieldGroup):
    """The name of a breadcrumb in one language."""

    name = EqLikeILike(string())


class NodeBreadcrumbs(FieldGroup):
    """The path from the root to a node."""

    id = EqIn(string())
    name = EqLikeILike(string())
    slug = EqLikeILike(string())
    locales = Keyed(NodeBreadcrumbLocale(), "locale")


class PimNodes(
    Resource,
    title="PIM hierarchy nodes",
    endpoints=(
        Endpoint("GET", "/pcm/hierarchies/nodes", "getAllNodes"),
        Endpoint("GET", "/pcm/hierarchies/{hierarchyID}/nodes", "getAllNodesInHierarchy"),
        Endpoint("GET", "/pcm/hierarchies/{hierarchyID}/children", "getAllChildren"),
        Endpoint(
            "GET", "/pcm/hierarchies/{hierarchyID}/nodes/{nodeID}/children", "getAllNodeChildren"
        ),
    ),
    source_conflicts=(
        "The 2024 spec documents no filtering on nodes.",
        _IDS_AS_NUMBERS,
    ),
    locations={**PCM_ATTRIBUTES, "hierarchy_id": "meta.hierarchy_id"},
):
    """The filterable fields of `GET /pcm/hierarchies/nodes`."""

    id = EqInOrdered(string(), note=_ANY_ID)
    hierarchy_id = EqInOrdered(string())
    owner = Eq[_OwnerOfNode](enum(*get_args(_OwnerOfNode)))
    parent_id = EqInOrdered(string())
    name = EqLikeILike(string())
    slug = EqLikeILike(string())
    description = EqLikeILike(string())
    has_children = Eq(boolean(), note=_BOOLEAN_BY_NAME)
    created_at = EqOrdered(timestamp())
    updated_at = EqOrdered(timestamp())
    locales = Keyed(NodeLocale(), "locale")
    breadcrumbs = Nested(NodeBreadcrumbs, multivalued=True)


class PimCustomRelationships(
    Resource,
    title="PIM custom relationships",
    endpoints=(Endpoint("GET", "/pcm/custom-relationships", "getCustomRelationships"),),
    locations={"owner": "meta.owner", "slug": "attributes.slug"},
):
    """The filterable fields of `GET /pcm/custom-relationships`."""

    owner = Eq(string(), note="no list of values is documented; elsewhere store or organization")
    slug = EqIn(string())


class PimJobs(
    Resource,
    title="PIM jobs",
    endpoints=(Endpoint("GET", "/pcm/jobs", "getAllJobs"),),
    note=(
        "The fields are not documented. Filtering is documented in the filtering guide of 2024 "
        "only."
    ),
):
    """The filterable fields of `GET /pcm/jobs`."""


pim_products = PimProducts()
pim_hierarchies = PimHierarchies()
pim_nodes = PimNodes()
pim_custom_relationships = PimCustomRelationships()
pim_jobs = PimJobs()
