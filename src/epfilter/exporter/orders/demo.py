"""Demo orders: any number of invented orders, in the format of the platform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from epfilter.errors import FilterValueError
from epfilter.exporter.orders import demo_pools as pools

Order = dict[str, Any]

_FIRST, _LAST = date(2018, 1, 1), date(2019, 1, 1)
"""The year of the examples in the platform's documentation."""

_CUSTOMERS = 2000
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_STATES = [
    (payment, f'"status":"{status}","payment":"{payment}","shipping":"{shipping}"')
    for status, payment, shipping, share in pools.STATES
    for _ in range(share)
]
_INSTRUCTIONS = [_ENCODE(text) for text in pools.INSTRUCTIONS]


def demo_orders(
    rows: int, *, seed: int = 0, start: date = _FIRST, end: date = _LAST
) -> Iterator[Order]:
    """Return this many orders, created between two dates in UTC, the earliest first.

    The same arguments give the same orders in every version of Python. Nothing in them is real:
    names come from lists of frequent names, email addresses use domains reserved for examples.

    Raises FilterValueError for a negative number, and for an end that is not after the start.

    Source of the form: the platform's documentation of the order object.

    >>> order = next(demo_orders(1))
    >>> order["type"], order["order_number"], order["meta"]["timestamps"]["created_at"][:4]
    ('order', '100001', '2018')
    """
    return map(json.loads, demo_lines(rows, seed=seed, start=start, end=end))


def demo_lines(
    rows: int, *, seed: int = 0, start: date = _FIRST, end: date = _LAST
) -> Iterator[str]:
    r"""Return the orders of `demo_orders` as lines of JSONL, with line ends.

    Raises FilterValueError as `demo_orders` does.

    >>> line = next(demo_lines(1))
    >>> line[:15], line[-1]
    ('{"type":"order"', '\n')
    """
    if rows < 0:
        raise FilterValueError(f"the number of orders cannot be negative: {rows}.")
    if end <= start:
        raise FilterValueError("the end must be after the start.", hint=f"start is {start}")
    return _Lines(rows, seed, start, end).lines()


class _Lines:
    """A generator of lines that joins parts which are JSON already, because that is fast."""

    def __init__(self, rows: int, seed: int, start: date, end: date) -> None:
        self._rows = rows
        self._random = Random(seed)  # noqa: S311 - repeatable, not secret
        self._customers = [
            _make_customer(self._random) for _ in range(min(_CUSTOMERS, rows // 3 + 1))
        ]
        products = _make_products(self._random)
        self._items = {
            currency: [_make_item_parts(price, product, currency) for price, product in products]
            for currency, _ in pools.CURRENCIES.values()
        }
        self._format_timestamp = _TimestampFormat(start)
        self._step = (end - start).total_seconds() / max(rows, 1)

    def lines(self) -> Iterator[str]:
        chance, customers = self._random.random, self._customers
        for number in range(self._rows):
            created = (number + chance()) * self._step
            # Squared, so that some customers have many orders.
            yield self._line(number, created, customers[int(chance() ** 2 * len(customers))])

    def _line(self, number: int, created: float, customer: _Customer) -> str:
        chance = self._random.random
        payment, state = _STATES[int(chance() * len(_STATES))]
        updated = created if payment == "unpaid" else created + chance() * 72 * 3600
        items, net = self._make_items(customer.currency)
        tax = net * customer.tax // 100
        reference = f'"ERP-{number * 7 + 13:07}"' if chance() < 0.4 else "null"
        instructions = _INSTRUCTIONS[int(chance() * len(_INSTRUCTIONS))]
        manual = "true" if chance() < 0.02 else "false"
        money, format_timestamp = customer.money, self._format_timestamp
        return (
            f'{{"type":"order","id":"{_make_id(self._random)}","order_number":"{100_001 + number}",'
            f'"external_ref":{reference},{state},{customer.identity},'
            f'"shipping_address":{{{customer.address},"instructions":{instructions}}},'
            f'"billing_address":{{{customer.address}}},"items":[{items}],'
            f'"meta":{{"is_manual":{manual},"display_price":{{"with_tax":{money(net + tax)},'
            f'"without_tax":{money(net)},"tax":{money(tax)}}},"timestamps":{{"created_at":'
            f'"{format_timestamp(created)}","updated_at":"{format_timestamp(updated)}"}}}}}}\n'
        )

    def _make_items(self, currency: str) -> tuple[str, int]:
        """Return the items of an order as JSON, and their total price."""
        random = self._random
        chance, products = random.random, self._items[currency]
        items, net = [], 0
        for _ in range(1 + int(chance() ** 3 * 5)):
            parts = products[int(chance() * len(products))]
            total, part = parts[int(chance() ** 4 * 4)]
            net += total
            items.append(f'{{"type":"order_item","id":"{_make_id(random)}",{part}')
        return ",".join(items), net


def _make_item_parts(price: int, product: str, currency: str) -> list[tuple[int, str]]:
    """Return the total price and the JSON after the id, of an item with 1 to 4 pieces."""
    priced = f'"currency":"{currency}","includes_tax":false}}'
    parts = []
    for quantity in range(1, 5):
        total = price * quantity
        part = f'{product},"quantity":{quantity},"unit_price":{{"amount":{price},{priced}'
        parts.append((total, f'{part},"value":{{"amount":{total},{priced}}}'))
    return parts


class _TimestampFormat:
    """Formats seconds since a day, with milliseconds and `Z`, as the platform writes timestamps."""

    def __init__(self, start: date) -> None:
        self._start = start
        self._days: dict[int, str] = {}
        self._minutes = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]

    def __call__(self, seconds: float) -> str:
        day, rest = divmod(round(seconds * 1e6) // 1000, 86_400_000)
        minute, rest = divmod(rest, 60_000)
        shown = self._days.get(day)
        if shown is None:
            shown = self._days[day] = f"{self._start + timedelta(days=day)}T"
        return f"{shown}{self._minutes[minute]}{rest // 1000:02}.{rest % 1000:03}Z"


@dataclass(frozen=True, slots=True)
class _Customer:
    """One customer; `identity` and `address` are members of a JSON object, as text."""

    identity: str
    address: str
    currency: str
    sign: str
    tax: int

    def money(self, amount: int) -> str:
        """Return an amount as JSON, as the platform formats it."""
        return (
            f'{{"amount":{amount},"currency":"{self.currency}",'
            f'"formatted":"{self.sign}{amount // 100:,}.{amount % 100:02}"}}'
        )


def _json_members(**members: object) -> str:
    """Return the members of a JSON object, without its braces."""
    return _ENCODE(members)[1:-1]


def _make_customer(random: Random) -> _Customer:
    def pick(pool: Sequence[Any]) -> Any:
        return pool[int(random.random() * len(pool))]

    first, last = pick(pools.FIRST_NAMES), pick(pools.LAST_NAMES)
    city, county, region, country, letters, most = pick(pools.PLACES)
    local = f"{first}.{last}".encode("ascii", "ignore").decode().lower().replace("'", "")
    person = {
        "name": f"{first} {last}",
        "email": f"{local}{int(random.random() * 1000)}@example.{pick(('com', 'net', 'org'))}",
    }
    address = _json_members(
        first_name=first,
        last_name=last,
        company_name=pick(pools.COMPANIES),
        phone_number=f"+1 555 01{int(random.random() * 100):02}",
        line_1=f"{1 + int(random.random() * 200)} {pick(pools.STREETS)}",
        line_2=f"Apt. {1 + int(random.random() * 30)}" if random.random() < 0.2 else None,
        city=city,
        county=county,
        region=region,
        postcode=f"{letters}{1 + int(random.random() * most):0{len(str(most))}}",
        country=country,
    )
    currency, sign = pools.CURRENCIES[country]
    return _Customer(
        _identity_members(person, random), address, currency, sign, pools.TAXES[country]
    )


def _identity_members(person: dict[str, str], random: Random) -> str:
    """Return the members for an account member, a customer with a login, or a guest."""
    kind = random.random()

    def related(*names: str) -> dict[str, object]:
        return {name: {"data": {"type": name, "id": _make_id(random)}} for name in names}

    if kind < 0.1:
        return _json_members(contact=person, relationships=related("account", "account_member"))
    return _json_members(customer=person, relationships=related("customer") if kind < 0.7 else {})


def _make_products(random: Random) -> list[tuple[int, str]]:
    """Return the price and the members of each product."""
    return [
        (
            price + 500 * number,
            _json_members(
                product_id=_make_id(random),
                name=f"{material} {thing}",
                sku=f"{short}_{material[:3].upper()}_{number:03}",
            ),
        )
        for thing, short, price in pools.THINGS
        for number, material in enumerate(pools.MATERIALS, 1)
    ]


def _make_id(random: Random) -> str:
    """Return a UUID of version 4."""
    text = random.getrandbits(128).to_bytes(16, "big").hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
