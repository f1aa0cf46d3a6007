"""What programs call their filters, and how the text of a filter begins."""

from __future__ import annotations

import re

from epfilter.linter.extractors.extraction import OPERATOR
from epfilter.linter.extractors.mapped_text import HOLE

_NAME = re.compile(r"(?:\w*_)?(?:filter|FILTER)|\w*[a-z0-9]Filter")
_BEGINS = re.compile(rf"[ (:|{HOLE}]*+(?<![\w.$-]){OPERATOR}[ ]*\([ ]*[\w{HOLE}]", re.IGNORECASE)


def is_for_filters(name: str | None) -> bool:
    """Whether something of this name may hold a filter, or one of another kind.

    >>> is_for_filters("REFUNDS_FILTER"), is_for_filters("orderFilter"), is_for_filters("filters")
    (True, True, False)
    """
    return name is not None and _NAME.fullmatch(name) is not None


def begins_as_a_filter(text: str) -> bool:
    """Whether a text, where nothing else tells, is surely a filter: it begins with a call.

    >>> begins_as_a_filter("(eq(a,1)|gt(b,2))"), begins_as_a_filter("id in (1,2)")
    (True, False)
    """
    return _BEGINS.match(text) is not None
