"""What a resource declares: its fields, its endpoints, and the facts about it as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from epfilter.ast import Operator
from epfilter.resources.field_types import FieldType

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The date since when a field or listing is deprecated, and its replacement.

    >>> from epfilter.resources import Deprecation, Eq, Resource, string
    >>> class Tickets(Resource):
    ...     title = Eq(string(), deprecated=Deprecation("2026-01-01", instead="subject"))
    >>> Tickets().check("eq(title,a)")[0].hint
    'use `subject`'
    """

    since: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Declaration(Generic[V]):
    """The declaration of one field: its type, its operators and the facts about it.

    >>> from epfilter.resources import orders, resource_info
    >>> shipping = resource_info(orders).fields["shipping"]
    >>> shipping.type.values, [op.value for op in shipping.operators]
    (('unfulfilled', 'fulfilled'), ['eq'])
    """

    type: FieldType[V]
    operators: tuple[Operator, ...] = ()
    aliases: tuple[str, ...] = ()
    """Other names for the same field."""
    deprecated: Deprecation | None = None
    required: bool = False
    """Whether the listing rejects a filter without this field."""
    known_values: tuple[str, ...] = ()
    """Values that the documentation shows; there may be more."""
    multivalued: bool = False
    """Whether one object can have several values of this field, as an order has several products.
    A filter can then match two values of the same object. Always true for lists."""
    note: str = ""
    source: str = ""
    """The page that documents the field."""

    def __post_init__(self) -> None:
        if self.type.item is not None:
            object.__setattr__(self, "multivalued", True)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An HTTP endpoint of a listing; placeholders of the path stand in braces.

    >>> from epfilter.resources import orders, resource_info
    >>> resource_info(orders).endpoints[0]
    Endpoint(method='GET', path='/v2/orders', operation='getCustomerOrders', note='')
    """

    method: str
    path: str
    operation: str = ""
    """The operation's id in the platform's OpenAPI documents: the source of the declaration."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceConflict:
    """A contradiction between public sources about a listing.

    `text` states which source lists what. `operators` of `fields` are listed by that source and not
    by the declaration; a filter with one of them is doubtful, but not an error.

    >>> from epfilter.resources import files, resource_info
    >>> conflict = resource_info(files).source_conflicts[0]
    >>> conflict.fields, [op.value for op in conflict.operators]
    (('public',), ['eq'])
    """

    text: str
    fields: tuple[str, ...] = ()
    operators: tuple[Operator, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceInfo:
    """The facts about a resource as a whole, and its fields by their declared names.

    >>> from epfilter.resources import pim_nodes, resource_info
    >>> info = resource_info(pim_nodes)
    >>> info.title, "locales.{locale}.name" in info.fields
    ('PIM hierarchy nodes', True)
    """

    name: str
    title: str
    endpoints: tuple[Endpoint, ...]
    note: str
    source_conflicts: tuple[SourceConflict, ...]
    """Contradictions between public sources about the listing."""
    deprecated: Deprecation | None
    only_required: bool
    """Whether the listing accepts its required fields only."""
    fields: Mapping[str, Declaration[Any]]
