"""What a reader finds in a file: filters, interpolations, comments, and what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Span
from epfilter.linter.extractors.endpoints import Endpoints
from epfilter.linter.extractors.placeholders import templated

if TYPE_CHECKING:
    from epfilter.linter.extractors.mapped_text import Placed
    from epfilter.resources import Resource


class Hint(NamedTuple):
    """What stands around a filter and says which listing it is for.

    `path` is the path of a URL, `method` how it is asked, and `job_type` the member of a payload
    that creates a job. Any of them may be empty.
    """

    path: str = ""
    method: str = "GET"
    job_type: str = ""


NO_HINT = Hint()


class Embedded(NamedTuple):
    """A filter that stands in a file, and the listings that it may be for.

    `is_foreign` says that nothing speaks for a filter of the platform but its name: it is sent to
    another URL than one of the platform's, and has the connectives of another language.
    """

    value: Placed
    resources: tuple[Resource, ...] = ()
    is_foreign: bool = False


class Interpolation(NamedTuple):
    """A filter that a program puts together from pieces of text, and how it does so.

    `embedded` is what is known of it.
    """

    span: Span
    form: str
    embedded: Embedded


class Comment(NamedTuple):
    """A comment of the file, without its marks."""

    span: Span
    text: str


class Problem(NamedTuple):
    """A part of a file that could not be read, in a user's words.

    `partial` says that all the rest of the file was read.
    """

    span: Span
    message: str
    partial: bool = False


@dataclass(slots=True)
class Reading:
    """All that was found in one file; spans are those of the file's text.

    A reader calls `offer` for each text that stands where a filter could, `comment` for each
    comment and `problem` for what it cannot read.
    """

    endpoints: Endpoints
    filters: list[Embedded] = field(default_factory=list)
    interpolations: list[Interpolation] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def offer(self, value: Placed, hint: Hint = NO_HINT, form: str = "") -> None:
        """Take the text as a filter, if it is one: much besides filters is called `filter`.

        The text of a payload that creates a job is always taken; where a URL says that the text
        is for a listing, anything that calls a function; anything else where it calls an
        operator and does not begin as a program of jq. A text with holes is an interpolation;
        `form` says how it was made, and where it is empty, nobody made it by a program: its holes
        are left as they are, and so are the placeholders of a template.
        """
        is_made = bool(value.holes and form)
        value = value if is_made else templated(value)
        text = value.text
        resources = self.endpoints.of(hint)
        if not (
            (hint.job_type and resources and text)
            or (_CALLS_AN_OPERATOR.search(text) and not _JQ.match(text))
            or (resources and _CALLS.search(text))
        ):
            return
        is_foreign = bool(hint.path and not resources and _RQL.search(text))
        embedded = Embedded(value, resources, is_foreign)
        if is_made:
            self.interpolations.append(Interpolation(value.bounds, form, embedded))
        else:
            self.filters.append(embedded)

    def comment(self, source: Placed, start: int, end: int, marks: Sequence[str] = ()) -> None:
        """Take a comment, which stands in `source` from `start` to `end` with its marks."""
        text = source.text[start:end].strip()
        if "epfilter" in text:
            for mark in marks:
                text = text.removeprefix(mark).removesuffix(mark)
            self.comments.append(Comment(source.span(Span(start, end)), text.strip()))

    def problem(
        self, source: Placed, start: int, end: int, message: str, *, partial: bool = False
    ) -> None:
        """Say what cannot be read; `partial` where all the rest is read nevertheless."""
        self.problems.append(Problem(source.span(Span(start, end)), message, partial))


OPERATOR = (
    r"(?:eq|gt|ge|lt|le|like|ilike|contains|text|in|contains_any|contains_all|is_null"
    r"|gte|lte|ne|neq)"
)
"""An operator, or what people most often write for one."""

_CALLS = re.compile(r"[A-Za-z_]\s*\(")
_CALLS_AN_OPERATOR = re.compile(rf"(?<![\w.$-]){OPERATOR}\s*\(", re.IGNORECASE)

_RQL = re.compile(r"(?<![\w.$-])(?:and|or|not)\s*\(", re.IGNORECASE)
"""In the Resource Query Language, and in filters of JSON:API, connectives stand before terms."""

_JQ = re.compile(r"\s*(?:[.\[]|(?:any|all|first|map|select|to_entries|with_entries)\b)")
"""jq is asked with `filter` too, and has a function `contains`."""
