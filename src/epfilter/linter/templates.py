"""Linting a template: what holds for all values of its placeholders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic
from epfilter.linter.extractors import PLACEHOLDER, MappedText, Segment
from epfilter.linter.files.filled_text import move_diagnostic
from epfilter.linter.files.placeholders import lint_with_placeholders

if TYPE_CHECKING:
    from epfilter.resources import Resource
    from epfilter.templates import Template


def lint_template(
    template: Template, run: Callable[[str], Sequence[Diagnostic]], resource: Resource | None
) -> list[Diagnostic]:
    """Return the diagnostics of a template; `run` returns those of a text.

    >>> from epfilter import Template, lint
    >>> [found.span for found in lint(Template("eq(a,{x}):gt(b,5):lt(b,3)"))]
    [Span(start=18, end=25)]
    """
    source = MappedText.of_file(template.text)
    segments: list[Segment] = []
    done = 0
    for start, end in sorted(span for spans in template.placeholders.values() for span in spans):
        segments.append(Segment(template.text[done:start], done, start))
        segments.append(Segment(PLACEHOLDER, start, end, is_placeholder=True))
        done = end
    segments.append(Segment(template.text[done:], done, len(template.text)))
    marked = source.decode(segments, str)
    found = lint_with_placeholders(marked.text, run, resource)
    return [move_diagnostic(each, marked.map_span) for each in found]
