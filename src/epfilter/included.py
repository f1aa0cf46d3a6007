"""Related objects that a response of the platform includes: the items of orders, for example.

A response has its objects in `data`, and in `included` other objects, by the name of the
relationship that leads to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Join = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns an object of a response with the included objects as its own members."""


def make_joiner(response: Mapping[str, Any]) -> Join:
    """Return a function that joins the objects of a response with what it includes.

    A member that the object has itself stays as it is.

    >>> items = {"items": [{"id": "i", "sku": "deck"}]}
    >>> join = make_joiner({"included": items})
    >>> order = {"id": "1", "relationships": {"items": {"data": [{"type": "item", "id": "i"}]}}}
    >>> join(order)["items"]
    [{'id': 'i', 'sku': 'deck'}]
    """
    included = response.get("included")
    by_name = {
        name: {each["id"]: each for each in objects if _has_id(each)}
        for name, objects in (included.items() if isinstance(included, Mapping) else ())
        if isinstance(objects, list)
    }

    def join(whole: dict[str, Any]) -> dict[str, Any]:
        relationships = whole.get("relationships")
        if not isinstance(relationships, Mapping):
            return whole
        joined = {}
        for name in by_name.keys() & relationships.keys():
            related = relationships[name]
            references = related.get("data") if isinstance(related, Mapping) else None
            if whole.get(name) is None and isinstance(references, list):
                ids = [each["id"] for each in references if _has_id(each)]
                joined[name] = [by_name[name][id_] for id_ in ids if id_ in by_name[name]]
        return {**whole, **joined} if joined else whole

    return join if by_name else lambda whole: whole


def _has_id(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("id"), str)
