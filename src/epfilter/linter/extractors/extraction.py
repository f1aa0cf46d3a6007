"""What an extractor finds in a file: filters, interpolations, comments, and parse problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Span
from epfilter.linter.extractors.endpoints import Endpoints, ListingMatch
from epfilter.linter.extractors.filter_text import (
    calls_function,
    calls_operator,
    find_example_fields,
    has_other_syntax,
    has_prefix_connective,
    is_expression,
    joins_calls,
    starts_like_filter,
)
from epfilter.linter.extractors.mapped_text import mark_placeholders, refuse_edit
from epfilter.linter.extractors.multi_search import translate_to_search
from epfilter.linter.extractors.requests import (
    NO_CONTEXT,
    RequestContext,
    is_platform_url,
)
from epfilter.snippets import shorten

if TYPE_CHECKING:
    from epfilter.linter.extractors.mapped_text import MappedText
    from epfilter.resources import Resource


class ExtractedFilter(NamedTuple):
    """A filter in a file, and the listings that it may be for.

    `is_foreign` is True where only the name `filter` suggests the platform, and the text has the
    form of another language, or is one call, as many languages have. `is_cut` is True where the
    text around it may go on with the filter: what is missing may stand there. `has_evidence` is
    False where the text may be of any other system: neither a request of the platform nor the file
    or its project shows more. An `is_example` filter stands in documentation, where it explains the
    language. `is_owned` is False where a fix may change the text of another system.
    """

    value: MappedText
    resources: tuple[Resource, ...] = ()
    is_foreign: bool = False
    is_cut: bool = False
    has_evidence: bool = True
    is_example: bool = False
    is_owned: bool = True


class InterpolatedFilter(NamedTuple):
    """A filter, or a part of one, that a program builds from pieces of text.

    `built_with` names the construct that inserts values into it; it is empty for a part without
    any. `language` is the language of the program. One that `is_part` is joined with others.
    """

    span: Span
    built_with: str
    filter: ExtractedFilter
    language: str = ""
    is_part: bool = False


class Misuse(NamedTuple):
    """A part of a filter that a client does not send as it is written.

    `bounds` are those of the filter, and `has_evidence` is that of the filter.
    """

    span: Span
    message: str
    hint: str
    bounds: Span
    has_evidence: bool = True


class Comment(NamedTuple):
    """A comment of the file, without its delimiters."""

    span: Span
    text: str


class Remark(NamedTuple):
    """What is wrong around a filter, such as with its request; `code` is that of a rule."""

    code: str
    span: Span
    message: str
    hint: str


class Problem(NamedTuple):
    """A part of a file that cannot be parsed; `is_partial` where the rest of the file was read."""

    span: Span
    message: str
    is_partial: bool = False


@dataclass(slots=True)
class Extraction:
    """Everything that is extracted from one file; spans are those of the file's text.

    An extractor calls `add_candidate` for each text in the position of a filter, `add_comment`
    for each comment, and `add_problem` for what it cannot parse. `has_evidence` is True where the
    file, or its project, is known to use the platform; `is_from_project` where only a package that
    the project requires shows this. `language` is that of the program, or of
    the code block, that is read: the first of the `languages` of its kind. `lacks_parser` is True
    where a part of the file requires a package that is not installed.
    """

    endpoints: Endpoints
    filters: list[ExtractedFilter] = field(default_factory=list)
    interpolations: list[InterpolatedFilter] = field(default_factory=list)
    misuses: list[Misuse] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    has_evidence: bool = True
    is_from_project: bool = False
    language: str = ""
    lacks_parser: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all of the file was read."""
        return not self.lacks_parser and all(problem.is_partial for problem in self.problems)

    @property
    def is_empty(self) -> bool:
        """Whether the file contains nothing to lint."""
        return not (
            self.filters or self.interpolations or self.comments or self.problems or self.remarks
        )

    def make_empty(self) -> Extraction:
        """Return an extraction of the same file that contains nothing yet."""
        return Extraction(
            self.endpoints,
            has_evidence=self.has_evidence,
            is_from_project=self.is_from_project,
        )

    def add_candidate(
        self,
        value: MappedText,
        context: RequestContext = NO_CONTEXT,
        built_with: str = "",
        *,
        is_cut: bool = False,
        is_part: bool = False,
    ) -> None:
        """Add the text if it is a filter: many other things are called `filter` too.

        The text of a payload that creates a job is always a filter. Where a URL of the platform
        is known, it must call a function; anywhere else, an operator. A text with placeholders
        that a program fills is an interpolation; `built_with` names the construct of the program.
        Without it, placeholders of templates are marked and kept. A text that `is_cut`, so that
        its end is uncertain, is never edited. One that `is_part` is joined with others.
        """
        is_interpolation = bool(value.placeholders and built_with)
        value = value if is_interpolation else mark_placeholders(value)
        text = value.text
        context = self._correct_job_type(value, context)
        resources, is_certain = self.find_listings(context)
        is_platform = self.has_evidence or is_platform_url(context.path)
        is_other_host = "://" in context.path and not is_platform_url(context.path)
        if not (
            (context.job_type and is_certain and text)
            or calls_operator(text)
            or (is_certain and calls_function(text))
            or (is_certain and is_platform and not is_other_host and has_other_syntax(text))
        ):
            return
        has_evidence = is_certain or is_platform
        is_other = not has_evidence and is_expression(text)
        is_known = resources or has_evidence or is_part or not self.language or joins_calls(text)
        is_foreign = not is_certain and (
            is_other or not is_known or (bool(context.path) and has_prefix_connective(text))
        )
        if is_foreign and is_interpolation and not has_evidence:
            return
        resources = () if is_foreign else resources
        value = value.with_encoder(refuse_edit) if is_cut else value
        # A project has names for the filters of other systems, too, such as those of its logs.
        is_owned = has_evidence and (
            is_certain
            or is_platform_url(context.path)
            or not (self.is_from_project and (context.is_named or is_other_host))
            or joins_calls(text)
        )
        extracted = ExtractedFilter(
            value, resources, is_foreign, is_cut, has_evidence, is_owned=is_owned
        )
        if is_interpolation or is_part:
            self.interpolations.append(
                InterpolatedFilter(
                    value.bounds,
                    built_with if is_interpolation else "",
                    extracted,
                    self.language,
                    is_part,
                )
            )
        else:
            self.filters.append(extracted)

    def add_remark(self, code: str, span: Span, message: str, hint: str) -> None:
        """Add what is wrong around a filter; `span` is one of the file."""
        remark = Remark(code, span, message, hint)
        if remark not in self.remarks:
            self.remarks.append(remark)

    def add_search_filter(self, value: MappedText) -> None:
        """Add a remark on a value of `filter_by`, which has another language, if it is a filter."""
        if not starts_like_filter(value.text):
            return
        translated = translate_to_search(value.text)
        example = "price:>=10" if translated is None or len(translated) > 60 else translated
        self.add_remark(
            "EPF606",
            value.bounds,
            "`filter_by` of multi-search has another language than `filter`.",
            f"{'as in' if example != translated else 'write'} `{example}`",
        )

    def _correct_job_type(self, value: MappedText, context: RequestContext) -> RequestContext:
        """Return the context with the right job type; add a remark if it is written differently."""
        if not context.job_type or not calls_function(value.text):
            return context
        from epfilter.resources import suggest_job_type

        suggested = suggest_job_type(context.job_type)
        if suggested is None:
            return context
        self.add_remark(
            "EPF605",
            context.job_span or value.bounds,
            f"`{shorten(context.job_type)}` is not a type of job.",
            f"did you mean `{suggested}`?",
        )
        return context._replace(job_type=suggested)

    def add_example(self, value: MappedText, context: RequestContext = NO_CONTEXT) -> None:
        """Add a text of documentation if it is an example of a filter.

        Where nothing else shows the platform, its fields must be those of one of its listings.
        `context` is the request that the documentation describes.
        """
        value = mark_placeholders(value)
        fields = find_example_fields(value.text)
        if not fields:
            return
        resources, is_certain = self.find_listings(context)
        has_evidence = self.has_evidence or is_certain
        if has_evidence or self.endpoints.have_fields(fields):
            self.filters.append(
                ExtractedFilter(value, resources, has_evidence=has_evidence, is_example=True)
            )

    def find_listings(self, context: RequestContext) -> ListingMatch:
        """Return the listings that a request of the file may be for."""
        return self.endpoints.find_listings(context, has_evidence=self.has_evidence)

    def add_comment(
        self, source: MappedText, start: int, end: int, delimiters: Sequence[str] = ()
    ) -> None:
        """Add a comment, which stands in `source` from `start` to `end` with its delimiters."""
        text = source.text[start:end].strip()
        if "epfilter" in text:
            for delimiter in delimiters:
                text = text.removeprefix(delimiter).removesuffix(delimiter)
            self.comments.append(Comment(source.map_span(Span(start, end)), text.strip()))

    def add_problem(
        self, source: MappedText, start: int, end: int, message: str, *, is_partial: bool = False
    ) -> None:
        """Add what cannot be parsed; `is_partial` where the rest is extracted nevertheless."""
        self.problems.append(Problem(source.map_span(Span(start, end)), message, is_partial))
