"""A date where a point in time is compared."""

from __future__ import annotations

import re
from datetime import date

from epfilter.linter.model import Call

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def bare_date(call: Call) -> date | None:
    """The date that a timestamp field is compared with; None for any other call or value."""
    kind = call.kind
    if kind is None or kind.name != "datetime" or call.refused:
        return None
    text = call.values[0].text
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
