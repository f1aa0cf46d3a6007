"""The schema of an order of the platform: where each attribute and each CSV cell is in it.

Source: the platform's documentation of the order object. How a value of another type than the
documented one is read is a decision: where text is expected, any JSON value is read as its JSON;
every other mismatch is an error, because an order must not be left out silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from epfilter.ast import Filter
from epfilter.errors import ResourceError
from epfilter.exporter.errors import OrdersError
from epfilter.resources import orders, resource_schema
from epfilter.snippets import shorten
from epfilter.values import read_timestamp

MemberKind = Literal["text", "integer", "boolean", "timestamp"]


@dataclass(frozen=True, slots=True)
class Member:
    """One value of an order or of an item: its name in CSV files, its path and its type.

    >>> next(member for member in ORDER_MEMBERS if member.name == "with_tax").path
    ('meta', 'display_price', 'with_tax', 'amount')
    """

    name: str
    """The name of its column, and of its attribute in filters."""

    path: tuple[str, ...]
    """The names of the members from the root to it."""

    kind: MemberKind
    """The type as which it is read."""

    about: str
    """A description for people."""


def _address_members(prefix: str, owner: str) -> tuple[Member, ...]:
    parts = {
        "first_name": "first name",
        "last_name": "last name",
        "company_name": "company",
        "phone_number": "phone number",
        "line_1": "first line",
        "line_2": "second line",
        "city": "city",
        "county": "county",
        "region": "region",
        "postcode": "postcode",
        "country": "country",
    }
    return tuple(
        Member(f"{prefix}_{name}", (f"{prefix}_address", name), "text", f"{about} of the {owner}")
        for name, about in parts.items()
    )


def _attribute(name: str, kind: MemberKind, about: str) -> Member:
    """Return the member that is an attribute of resource `orders`, at its declared location."""
    path = resource_schema(orders).location_of(name)
    assert isinstance(path, str)  # noqa: S101 - full names are in `FULL_NAMES`
    return Member(name, tuple(path.removeprefix("items.").split(".")), kind, about)


ORDER_MEMBERS = (
    Member("id", ("id",), "text", "the id of the order"),
    _attribute("order_number", "text", "the number of the order in the store"),
    _attribute("external_ref", "text", "the reference of the order in another system"),
    _attribute("status", "text", "complete, incomplete, cancelled or processing"),
    _attribute("payment", "text", "the payment status"),
    _attribute("shipping", "text", "fulfilled or unfulfilled"),
    _attribute("manual", "boolean", "whether it was entered manually"),
    _attribute("created_at", "timestamp", "the time of creation"),
    _attribute("updated_at", "timestamp", "the last change"),
    _attribute("currency", "text", "the currency, such as USD"),
    _attribute("with_tax", "integer", "the total with tax, in minor units"),
    _attribute("without_tax", "integer", "the total without tax, in minor units"),
    Member("tax", ("meta", "display_price", "tax", "amount"), "integer", "the tax, in minor units"),
    _attribute("customer_id", "text", "the id of the customer"),
    _attribute("name", "text", "the customer's name"),
    _attribute("email", "text", "the customer's email address"),
    _attribute("account_id", "text", "the id of the account"),
    _attribute("account_member_id", "text", "the id of the member of the account"),
    _attribute("contact.name", "text", "the name of the person to contact"),
    _attribute("contact.email", "text", "the email address of that person"),
    *_address_members("shipping", "shipping address"),
    Member(
        "shipping_instructions",
        ("shipping_address", "instructions"),
        "text",
        "instructions for the delivery",
    ),
    *_address_members("billing", "billing address"),
)
"""The members of an order itself."""

ITEM_MEMBERS = (
    Member("item_id", ("id",), "text", "the id of the item"),
    _attribute("product_id", "text", "the id of the product"),
    _attribute("product_sku", "text", "the SKU of the product"),
    Member("product_name", ("name",), "text", "the name of the product"),
    Member("quantity", ("quantity",), "integer", "the quantity"),
    Member(
        "unit_price", ("unit_price", "amount"), "integer", "the price of one unit, in minor units"
    ),
    Member("line_price", ("value", "amount"), "integer", "the price of the line, in minor units"),
)
"""The members of each item of an order."""

_MEMBER_NAMES = {".".join(member.path): member.name for member in ORDER_MEMBERS}

FULL_NAMES = {
    name: tuple(_MEMBER_NAMES[path] for path in resource_schema(orders).location_of(name))
    for name in ("shipping_name", "billing_name")
}
"""Deprecated attribute → the members that it joins with a space."""

ITEM_ATTRIBUTES = ("product_id", "product_sku")
"""The attributes of items; a condition on one holds if it holds for any item."""

MISSING_ID = "it has no `id`"
"""The message for an order without an id."""

MISSING_ID_HINT = "every order needs an id"
"""The hint for an order without an id."""

Tree = dict[str, "Tree | None"]
"""The names of an object's members; None for a member that is not an object."""


def build_member_tree(members: tuple[Member, ...]) -> Tree:
    """Return the members of an object as a tree of their names.

    >>> build_member_tree(ITEM_MEMBERS)["unit_price"]
    {'amount': None}
    """
    tree: Tree = {}
    for member in members:
        node = tree
        for name in member.path[:-1]:
            inner = node.setdefault(name, {})
            assert inner is not None  # noqa: S101 - no member is a prefix of another
            node = inner
        node[member.path[-1]] = None
    return tree


INTEGER_PATTERN = r"-?[0-9]+(?:\.0+)?"
"""A whole number in JSON."""

TIMESTAMP_PATTERN = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)
"""A timestamp as the platform writes it, or as shorter ISO 8601; the zone is optional."""

_INTEGER = re.compile(INTEGER_PATTERN)
_TIMESTAMP = re.compile(TIMESTAMP_PATTERN)


def attributes_of(order: Mapping[str, object]) -> dict[str, object]:
    """Return the attributes of resource `orders` for an order as the platform returns it.

    A missing member is None; `product_id` and `product_sku` are lists with a value per item.
    `to_predicate(f, "orders")(attributes_of(order))` is True if an export contains the order.

    Raises OrdersError for a member of the wrong type.

    Source: the platform's documentation of the order object, and of filtering orders.

    >>> order = {"id": "1", "customer": {"name": "Ron"}, "items": [{"sku": "A"}]}
    >>> attributes = attributes_of(order)
    >>> [attributes[name] for name in ("id", "name", "product_sku", "with_tax")]
    ['1', 'Ron', ['A'], None]
    """
    attributes: dict[str, object] = {
        member.name: get_value(order, member) for member in ORDER_MEMBERS
    }
    for name, parts in FULL_NAMES.items():
        present = [str(attributes[part]) for part in parts if attributes[part] is not None]
        attributes[name] = " ".join(present) if present else None
    items = get_items(order)
    for member in ITEM_MEMBERS:
        values = None if items is None else [get_value(item, member) for item in items]
        if member.name in ITEM_ATTRIBUTES:
            attributes[member.name] = values
    return attributes


def get_items(order: Mapping[str, object]) -> list[Mapping[str, object]] | None:
    """Return the items of an order; None if it has no such member. A null item has no members.

    Raises OrdersError if the items are not a list of objects.

    >>> get_items({"items": [{"sku": "A"}, None]}), get_items({})
    ([{'sku': 'A'}, {}], None)
    """
    items = order.get("items")
    if items is None:
        return None
    if not isinstance(items, list):
        raise OrdersError(f"`items` is not a list: {_shown(items)}.")
    for item in items:
        if item is not None and not isinstance(item, Mapping):
            raise OrdersError(f"one of `items` is not an object: {_shown(item)}.")
    return [item or {} for item in items]


def get_value(order: Mapping[str, object], member: Member) -> str | int | bool | None:
    """Return the value of a member; None if it is missing.

    Raises OrdersError for a value of the wrong type, or if a member on its path is not an object.

    >>> get_value({"meta": {"is_manual": True}}, ORDER_MEMBERS[6])
    True
    """
    value: object = order
    for depth, name in enumerate(member.path):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            parent = ".".join(member.path[:depth])
            raise OrdersError(f"`{parent}` is not an object: {_shown(value)}.")
        value = value.get(name)
    return None if value is None else _convert(value, member)


def _convert(value: object, member: Member) -> str | int | bool:
    text = value if isinstance(value, str) else _dump_json(value)
    if member.kind == "integer":
        if not _INTEGER.fullmatch(text) or abs(whole := int(text.partition(".")[0])) >= 2**127:
            raise _type_error(member, "a whole number", value)
        return whole
    if member.kind == "boolean":
        if text not in ("true", "false"):
            raise _type_error(member, "true or false", value)
        return text == "true"
    if member.kind == "timestamp" and not (_TIMESTAMP.fullmatch(text) and read_timestamp(text)):
        raise _type_error(member, "a timestamp", value)
    return text


def _type_error(member: Member, expected: str, value: object) -> OrdersError:
    return OrdersError(f"`{'.'.join(member.path)}` is not {expected}: {_shown(value)}.")


def _dump_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _shown(value: object) -> str:
    return shorten(_dump_json(value))


def choose_resource(f: Filter, *, check: bool) -> str | None:
    """Return the resource that a filter is for: None if it is not for orders, without `check`.

    Raises ResourceError for a filter that is not for orders, with `check`.

    >>> from epfilter import parse
    >>> choose_resource(parse("eq(billing_country,GB)"), check=False) is None
    True
    """
    try:
        orders.bind(f)
    except ResourceError:
        if check:
            raise
        return None
    return "orders"
