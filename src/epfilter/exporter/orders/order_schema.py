"""Where the attributes of an order, and the cells of a CSV file, are in an order of the platform.

Source: the platform's documentation of the order object. How a value that is not of the documented
type is read is a decision: a text may be any JSON value, then it is the JSON; anything else is an
error, because an order that is left out without a word is a surprise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from epfilter.exporter.errors import OrdersError
from epfilter.snippets import shorten
from epfilter.targets.matchers import moment

MemberKind = Literal["text", "integer", "boolean", "timestamp"]


@dataclass(frozen=True, slots=True)
class Member:
    """One value of an order or of an item: its name in CSV files and where it is.

    >>> next(member for member in ORDER_MEMBERS if member.name == "with_tax").path
    ('meta', 'display_price', 'with_tax', 'amount')
    """

    name: str
    """The name of its column; the filter calls the attribute the same."""

    path: tuple[str, ...]
    """The members that lead to it."""

    kind: MemberKind
    """As what it is read."""

    about: str
    """What it is, for people."""


def _address(prefix: str, whose: str) -> tuple[Member, ...]:
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
        Member(f"{prefix}_{name}", (f"{prefix}_address", name), "text", f"{about} of the {whose}")
        for name, about in parts.items()
    )


def _price(name: str, what: str) -> Member:
    path = ("meta", "display_price", name, "amount")
    return Member(name, path, "integer", f"{what}, in minor units")


def _related(name: str, what: str) -> Member:
    path = ("relationships", name, "data", "id")
    return Member(f"{name}_id", path, "text", f"the id of the {what}")


ORDER_MEMBERS = (
    Member("id", ("id",), "text", "the id of the order"),
    Member("order_number", ("order_number",), "text", "the order's number in the store"),
    Member("external_ref", ("external_ref",), "text", "the order's name in another system"),
    Member("status", ("status",), "text", "complete, incomplete, cancelled or processing"),
    Member("payment", ("payment",), "text", "how far it is paid"),
    Member("shipping", ("shipping",), "text", "fulfilled or unfulfilled"),
    Member("manual", ("meta", "is_manual"), "boolean", "whether people entered it by hand"),
    Member("created_at", ("meta", "timestamps", "created_at"), "timestamp", "as in the source"),
    Member("updated_at", ("meta", "timestamps", "updated_at"), "timestamp", "as in the source"),
    Member("currency", ("meta", "display_price", "with_tax", "currency"), "text", "as in USD"),
    _price("with_tax", "the total with tax"),
    _price("without_tax", "the total without tax"),
    _price("tax", "the tax"),
    _related("customer", "customer"),
    Member("name", ("customer", "name"), "text", "the customer's name"),
    Member("email", ("customer", "email"), "text", "the customer's email address"),
    _related("account", "account"),
    _related("account_member", "member of the account"),
    Member("contact.name", ("contact", "name"), "text", "whom to ask about the order"),
    Member("contact.email", ("contact", "email"), "text", "the email address to ask at"),
    *_address("shipping", "shipping address"),
    Member(
        "shipping_instructions",
        ("shipping_address", "instructions"),
        "text",
        "what to heed when it is delivered",
    ),
    *_address("billing", "billing address"),
)
"""What an order has once."""

ITEM_MEMBERS = (
    Member("item_id", ("id",), "text", "the id of the item"),
    Member("product_id", ("product_id",), "text", "the id of the product"),
    Member("product_sku", ("sku",), "text", "the SKU of the product"),
    Member("product_name", ("name",), "text", "the name of the product"),
    Member("quantity", ("quantity",), "integer", "how many of it"),
    Member("unit_price", ("unit_price", "amount"), "integer", "the price of one, in minor units"),
    Member("line_price", ("value", "amount"), "integer", "the price of all, in minor units"),
)
"""What each item of an order has."""

FULL_NAMES = {
    f"{address}_name": (f"{address}_first_name", f"{address}_last_name")
    for address in ("shipping", "billing")
}
"""The deprecated attributes, and the members that they join with a space."""

SEVERAL = ("product_id", "product_sku")
"""The attributes that every item has; a condition holds where it does for any of them."""

NO_ID = "it has no `id`"
"""What is said of an order without one."""

ITS_OWN = "every order needs its own"
"""What to do about it."""

Tree = dict[str, "Tree | None"]
"""The names of an object's members; a member that is no object has no names of its own."""


def tree_of(members: tuple[Member, ...]) -> Tree:
    """The members of an object, as a tree of their names.

    >>> tree_of(ITEM_MEMBERS)["unit_price"]
    {'amount': None}
    """
    tree: Tree = {}
    for member in members:
        node = tree
        for name in member.path[:-1]:
            inner = node.setdefault(name, {})
            assert inner is not None  # noqa: S101 - no member is inside another
            node = inner
        node[member.path[-1]] = None
    return tree


WHOLE = r"-?[0-9]+(?:\.0+)?"
"""A whole number, as JSON may write it."""

TIMESTAMP = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?)?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?)?"
)
"""A point in time as the platform writes it, or as ISO 8601 with less of it; the zone may lack."""

_WHOLE = re.compile(WHOLE)
_TIMESTAMP = re.compile(TIMESTAMP)


def attributes_of(order: Mapping[str, object]) -> dict[str, object]:
    """What a filter of resource `orders` sees of an order as the platform gives it.

    A member that is missing is None, `product_id` and `product_sku` are lists of what the items
    have. `to_predicate(f, "orders")(attributes_of(order))` says whether an export has the order.

    Raises OrdersError for a member that cannot be what it should be.

    Source: the platform's documentation of the order object, and of filtering orders.

    >>> found = attributes_of({"id": "1", "customer": {"name": "Ron"}, "items": [{"sku": "A"}]})
    >>> found["id"], found["name"], found["product_sku"], found["with_tax"]
    ('1', 'Ron', ['A'], None)
    """
    found: dict[str, object] = {member.name: value_of(order, member) for member in ORDER_MEMBERS}
    for name, parts in FULL_NAMES.items():
        written = [str(found[part]) for part in parts if found[part] is not None]
        found[name] = " ".join(written) if written else None
    items = items_of(order)
    for member in ITEM_MEMBERS:
        values = None if items is None else [value_of(item, member) for item in items]
        if member.name in SEVERAL:
            found[member.name] = values
    return found


def items_of(order: Mapping[str, object]) -> list[Mapping[str, object]] | None:
    """The items of an order, one that is null as one without members; None where there are none.

    Raises OrdersError where they are no list of objects.

    >>> items_of({"items": [{"sku": "A"}, None]}), items_of({})
    ([{'sku': 'A'}, {}], None)
    """
    items = order.get("items")
    if items is None:
        return None
    if not isinstance(items, list):
        raise OrdersError(f"`items` is no list but {_json(items)}.")
    for item in items:
        if item is not None and not isinstance(item, Mapping):
            raise OrdersError(f"one of `items` is no object but {_json(item)}.")
    return [item or {} for item in items]


def value_of(order: Mapping[str, object], member: Member) -> str | int | bool | None:
    """The value of a member, None where it is missing.

    Raises OrdersError where it is not what it should be, or what should hold it is no object.

    >>> value_of({"meta": {"is_manual": True}}, ORDER_MEMBERS[6])
    True
    """
    value: object = order
    for depth, name in enumerate(member.path):
        if value is None:
            return None
        if not isinstance(value, Mapping):
            holder = ".".join(member.path[:depth])
            raise OrdersError(f"`{holder}` is no object but {_json(value)}.")
        value = value.get(name)
    return None if value is None else _read(value, member)


def _read(value: object, member: Member) -> str | int | bool:
    text = value if isinstance(value, str) else _json_text(value)
    if member.kind == "integer":
        if not _WHOLE.fullmatch(text) or abs(whole := int(text.partition(".")[0])) >= 2**127:
            raise OrdersError(f"`{'.'.join(member.path)}` is no whole number but {_json(value)}.")
        return whole
    if member.kind == "boolean":
        if text not in ("true", "false"):
            raise OrdersError(f"`{'.'.join(member.path)}` is not true or false: {_json(value)}.")
        return text == "true"
    if member.kind == "timestamp" and not (_TIMESTAMP.fullmatch(text) and moment(text)):
        raise OrdersError(f"`{'.'.join(member.path)}` is no timestamp but {_json(value)}.")
    return text


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _json(value: object) -> str:
    return shorten(_json_text(value))
