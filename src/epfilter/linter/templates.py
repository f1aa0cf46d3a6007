"""Linting a template: what holds for all values of its placeholders."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import PLACEHOLDER
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
    spans = sorted(span for spans in template.placeholders.values() for span in spans)
    lengths = [span.end - span.start - 1 for span in spans]
    removed = [0, *accumulate(lengths)]
    starts = [span.start - before for span, before in zip(spans, removed, strict=False)]

    def restore(span: Span) -> Span:
        """Return the span in the text of the template."""
        start, end = (at + removed[bisect_left(starts, at)] for at in span)
        return Span(start, end)

    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += (template.text[done:start], PLACEHOLDER)
        done = end
    marked = "".join([*pieces, template.text[done:]])
    return [
        move_diagnostic(found, restore) for found in lint_with_placeholders(marked, run, resource)
    ]
