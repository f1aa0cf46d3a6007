"""A filter in plain English, so that a person can see what it selects before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.ast import Filter, require_filter
from epfilter.english.sentences import sentence
from epfilter.english.subjects import Subjects
from epfilter.parser import parse

if TYPE_CHECKING:
    from epfilter.resources import Resource

__all__ = ["in_words"]


def in_words(f: Filter | str, resource: Resource | str | None = None) -> str:
    r"""What a filter, or its text, selects, in plain English.

    `resource` is a resource or the name of one of the platform's listings. With it the objects
    have their name, points in time are read as such, and other names of a field become its own;
    without it every value is only text. A filter that does not fit the resource is put into words
    all the same: what the resource does not know is said as if there were none.

    A filter whose grouping one sentence can show without doubt is one line; any other is an
    outline, one condition a line. Nothing in a field or value can pass for words of the sentence:
    a text that is no plain word or number stands in “curly quotes”, and one with characters that
    do not show is written with escapes, and says so.

    Raises FilterSyntaxError for a text that is no filter, FilterTypeError for what is neither
    filter nor text and for what is no resource, and ResourceError for a name that no listing has.

    >>> in_words("gt(created_at,2018-09-01):lt(created_at,2018-10-01)", "orders")
    'orders created after 00:00 UTC on 1 September 2018 and before 00:00 UTC on 1 October 2018'
    >>> in_words("like(name,*Ron Swanson*)|is_null(contact.email)")
    'objects whose name contains “Ron Swanson” or whose contact email has no value'
    >>> print(in_words("eq(status,complete)|(eq(status,incomplete):eq(payment,paid))", "orders"))
    orders matching at least one of these conditions:
    - whose status is complete
    - all of these:
      - whose status is incomplete
      - whose payment is paid
    """
    f = parse(f) if isinstance(f, str) else require_filter(f)
    if resource is None:
        return sentence(f, Subjects(f, None))
    from epfilter.resources import resource_of

    return sentence(f, Subjects(f, resource_of(resource)))
