"""Values for demo orders: invented products, and names that thousands of people have."""

from __future__ import annotations

FIRST_NAMES = (
    *("Ada", "Amir", "Ana", "Björn", "Chloé", "Daniel", "Elif", "Emma", "Farah", "Grace"),
    *("Hannah", "Ivan", "James", "José", "Kenji", "Lena", "Liam", "Maria", "Mei", "Noah"),
    *("Olivia", "Omar", "Paula", "Priya", "Rosa", "Samuel", "Sofia", "Tomás", "Yuki", "Zoë"),
)
LAST_NAMES = (
    *("Adams", "Becker", "Costa", "Davies", "Eriksson", "Fischer", "García", "Haddad", "Ito"),
    *("Johnson", "Khan", "Lopez", "Martin", "Nguyen", "O'Brien", "Patel", "Quinn", "Rossi"),
    *("Smith", "Tanaka", "Usman", "Vega", "Weber", "Xu", "Yilmaz", "Zhang"),
)
COMPANIES = (
    *(None, None, None, None, None, None, "Acme Tools, Inc.", "Birch & Sons"),
    *('Studio "Nord"', "Harbour Logistics", "Café Lumière"),
)
STREETS = ("High Street", "Mill Lane", "Station Road", "Oak Avenue", "Lindenallee", "Rue du Port")
PLACES = (
    # city, county, region, country, letters of a postcode, its greatest number
    ("Boston", "Suffolk", "MA", "US", "02", 999),
    ("Seattle", "King", "WA", "US", "98", 999),
    ("Austin", "Travis", "TX", "US", "78", 999),
    ("London", None, "Greater London", "GB", "SE1 ", 9),
    ("Leeds", "West Yorkshire", None, "GB", "LS", 29),
    ("Hamburg", None, "HH", "DE", "20", 999),
    ("München", None, "BY", "DE", "80", 999),
    ("Lyon", "Rhône", None, "FR", "69", 999),
)
CURRENCIES = {"US": ("USD", "$"), "GB": ("GBP", "£"), "DE": ("EUR", "€"), "FR": ("EUR", "€")}
TAXES = {"US": 7, "GB": 20, "DE": 19, "FR": 20}
"""Percent; one rate per country is enough for a demo."""

INSTRUCTIONS = (None, None, None, None, "Leave at the door", "Ring twice,\nthen call")

STATES = (
    # status, payment, shipping, how many of 100 orders
    ("complete", "paid", "fulfilled", 62),
    ("complete", "paid", "unfulfilled", 9),
    ("complete", "refunded", "fulfilled", 6),
    ("incomplete", "unpaid", "unfulfilled", 8),
    ("incomplete", "authorized", "unfulfilled", 5),
    ("processing", "authorized", "unfulfilled", 3),
    ("processing", "partially_paid", "unfulfilled", 1),
    ("processing", "partially_authorized", "unfulfilled", 1),
    ("cancelled", "refunded", "unfulfilled", 2),
    ("cancelled", "unpaid", "unfulfilled", 3),
)

MATERIALS = ("Oak", "Walnut", "Linen", "Wool", "Steel", "Cork", "Denim", "Leather", "Cotton")
THINGS = (
    # name, prefix of the SKU, lowest price in minor units
    ("Deck", "DECK", 12900),
    ("Shelf", "SHLF", 8900),
    ("Lamp", "LAMP", 4900),
    ("Chair", "CHAR", 14900),
    ("Shirt", "SHRT", 2900),
    ("Jacket", "JACK", 9900),
    ("Mug", "MUG", 1200),
    ("Bag", "BAG", 5900),
    ("Table", "TABL", 29900),
    ("Rug", "RUG", 7900),
)
