"""The limits of the filter language and of this library, each with its reason.

A limit of one service or one file format is not here. It is where that format is read or written.
"""

from __future__ import annotations

MAX_DEPTH = 64
"""The maximum number of nested And and Or levels of a tree.

The limit ensures that every tree can be printed, hashed, compared, dumped and read back: the JSON
of pydantic ends at 99 levels. The limits of the platform are much lower (10 calls).
"""

MAX_CALLS = 10
"""The maximum number of calls of a filter. A store can have another limit.

This is a fact of the platform. Source: its guide "Filtering".
"""

MAX_REDUNDANT_PARENTHESES = 1000
"""The maximum number of pairs of parentheses around one term that group nothing.

This is a decision. It keeps the time to read hostile texts short.
"""

MAX_LIST_INDEX = 999
"""The maximum index of a list element, as in `items[999].sku`. This is a fact of the platform."""

MAX_DIGITS = 4300
"""The maximum number of digits of a number.

It is the limit of Python for conversions between int and text, used for Decimal as well.
"""

MAX_JSON_DEPTH = 500
"""The maximum number of nested arrays and objects in a JSON text that this library reads.

This is a decision: the limit of Python itself varies by version.
"""
