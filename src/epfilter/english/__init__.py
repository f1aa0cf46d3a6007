"""A filter in plain English, so that people can check what it selects before they send it."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from epfilter.ast import Filter, require_filter
from epfilter.english.sentences import build_sentence
from epfilter.english.subjects import Subjects
from epfilter.parser import parse
from epfilter.templates import Template, read_text
from epfilter.times import resolve_timezone

if TYPE_CHECKING:
    from epfilter.resources import Resource

__all__ = ["in_words"]


def in_words(
    f: Filter | str | Template,
    resource: Resource | str | None = None,
    *,
    timezone: tzinfo | str = UTC,
) -> str:
    r"""Return what a filter, its text or a template selects, in plain English.

    `resource` is a resource or the name of one of the platform's listings. With a resource, the
    objects have a name, dates and times are formatted, and aliases become the names of fields;
    without one, every value is text. A filter that does not fit the resource is described as
    well: fields that the resource does not have are described as without a resource. Points in
    time are shown in `timezone`, a name such as `Europe/Paris` or a tzinfo; without a resource,
    `timezone` has no effect.

    If one sentence can show the grouping unambiguously, the result is one line. Otherwise it is
    an outline with one condition per line. A field or value cannot be confused with words of the
    sentence: a text that is not a plain word or number is in “curly quotes”. A text with
    characters that are not printable is escaped, and a note follows. The placeholders of a template
    are shown as they are written.

    Raises FilterSyntaxError for an invalid text, FilterTypeError if `f` is neither a filter nor a
    text, `resource` is not a resource or `timezone` is neither a name nor a tzinfo, ResourceError
    for a name that no listing has, and FilterValueError for an unknown time zone.

    >>> in_words("gt(created_at,2018-09-01):lt(created_at,2018-10-01)", "orders")
    'orders created after 00:00 UTC on 1 September 2018 and before 00:00 UTC on 1 October 2018'
    >>> in_words("like(name,*Ron Swanson*)|is_null(contact.email)")
    'objects whose name contains the text “Ron Swanson” or whose contact.email has no value'
    >>> print(in_words("eq(status,complete)|(eq(status,incomplete):eq(payment,paid))", "orders"))
    orders matching at least one of these conditions:
    - whose status is complete
    - all of these:
      - whose status is incomplete
      - whose payment is paid
    """
    f = parse(read_text(f)) if isinstance(f, (str, Template)) else require_filter(f)
    zone = resolve_timezone(timezone)
    if resource is None:
        return build_sentence(f, Subjects(f, None))
    from epfilter.resources import resource_of

    return build_sentence(f, Subjects(f, resource_of(resource), zone))
