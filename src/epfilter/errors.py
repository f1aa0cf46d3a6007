"""Spans, diagnostics, fixes and the exceptions of epfilter.

The exceptions of epfilter:

    FilterError                    base of all errors about a filter
    ├── FilterSyntaxError          a text is not a filter (also a ValueError)
    ├── FilterValueError           a value cannot be part of a filter (also a ValueError)
    │   ├── ResourceError          a resource has no such field, operator or value
    │   └── TemplateError          a placeholder, or a value for one, is not valid
    ├── FilterTypeError            an argument has the wrong type (also a TypeError)
    ├── PagingError                the pages of a listing cannot be read completely
    ├── PluginError                the rules of another package cannot be used
    ├── PolicyError                a policy refuses a filter (also a ValueError)
    └── UnsupportedFilterError     a target does not support a part of a filter

Errors of an export are subclasses of `epfilter.exporter.ExporterError`.

The nodes of `epfilter.ast` and the models of `epfilter.exporter` are pydantic models: they raise
`pydantic.ValidationError` for invalid fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from epfilter.snippets import draw_snippet, format_position

_MAX_DRAWN = 20
"""The number of diagnostics that `str(error)` draws; `.diagnostics` has all of them."""


class Span(NamedTuple):
    """A range of a text: 0-based, half-open, in code points.

    It is empty where something is missing.

    >>> span = Span(3, 5)
    >>> "abcdefg"[span.start : span.end]
    'de'
    """

    start: int
    end: int


class Severity(StrEnum):
    """The severity of a diagnostic; errors and warnings cause exit code 1.

    An error means that the text is not a filter, or that the listing does not accept it. With a
    warning, the filter probably does not select what is meant, or it may be rejected. An info is a
    remark about a filter that works as it is written.

    >>> Severity("warning")
    <Severity.WARNING: 'warning'>
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Edit(NamedTuple):
    """A replacement of the text in `span` with `text`.

    >>> apply_edits("eq(a,1", [Edit(Span(6, 6), ")")])
    'eq(a,1)'
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A proposed correction.

    `safe` is true if the correction is the only sensible meaning of the text, so that a program
    may apply it without a question.

    >>> Fix("write `ge`", (Edit(Span(0, 3), "ge"),), safe=True).apply("gte(a,1)")
    'ge(a,1)'
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool

    def apply(self, text: str) -> str:
        """Return the text with the fix applied; `text` must be the text of the diagnostic."""
        return apply_edits(text, self.edits)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits applied; the edits may have any order.

    Insertions at the same position keep their order. Raises `FilterValueError` for edits that
    overlap.

    >>> apply_edits("abc", [Edit(Span(3, 3), "!"), Edit(Span(0, 1), "A")])
    'Abc!'
    """
    pieces: list[str] = []
    position = 0
    for span, replacement in sorted(edits, key=lambda edit: edit.span):
        if span.start < position:
            raise FilterValueError(
                f"two edits overlap at {span.start}.", hint="apply them one after the other"
            )
        pieces += (text[position : span.start], replacement)
        position = span.end
    pieces.append(text[position:])
    return "".join(pieces)


def find_change(old: str, new: str) -> Edit:
    """Return the edit that changes a text to another, without what is equal at both ends.

    >>> find_change("eq(a,1)", "eq(a,2)")
    Edit(span=Span(start=5, end=6), text='2')
    """
    size = min(len(old), len(new))
    start = _find_last(size, lambda low, high: old[low:high] == new[low:high])
    end = _find_last(
        size - start,
        lambda low, high: (
            old[len(old) - high : len(old) - low] == new[len(new) - high : len(new) - low]
        ),
    )
    return Edit(Span(start, len(old) - end), new[start : len(new) - end])


def _find_last(size: int, is_equal: Callable[[int, int], bool]) -> int:
    """Return the greatest number up to `size` for which all before it is equal, by halving."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if is_equal(low, middle):
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error, warning or remark about a filter.

    `code` never changes its meaning. `message` is what is wrong, `hint` is what to do, and `fix`
    is the correction; `hint` and `fix` can be None. `span` refers to the text that was read, or to
    `unparse(node)` if a node was checked.

    >>> from epfilter import parse_located
    >>> diagnostic = parse_located("gte(a,1)").diagnostics[0]
    >>> diagnostic.code, diagnostic.span, diagnostic.hint
    ('EPF108', Span(start=0, end=3), 'write `ge`')
    """

    code: str
    message: str
    span: Span
    severity: Severity = Severity.ERROR
    hint: str | None = None
    fix: Fix | None = None

    def draw(self, text: str) -> str:
        """Return code and message, the line of `text`, carets below the span, and the hint.

        >>> print(Diagnostic("EPF101", "the filter is empty.", Span(0, 0)).draw(""))
        1:1 EPF101 the filter is empty.
        <BLANKLINE>
            ^
        """
        heading = f"{format_position(text, self.span.start)} {self.code} {self.message}"
        return draw_snippet(heading, text, self.span, self.hint)

    def as_dict(self) -> dict[str, Any]:
        """Return the diagnostic as plain JSON data, for programs in any language.

        >>> Diagnostic("EPF101", "the filter is empty.", Span(0, 0)).as_dict()["span"]
        [0, 0]
        """
        fix = self.fix and {
            "title": self.fix.title,
            "safe": self.fix.safe,
            "edits": [{"span": list(edit.span), "text": edit.text} for edit in self.fix.edits],
        }
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "span": list(self.span),
            "hint": self.hint,
            "fix": fix,
        }


def format_hint(hint: str) -> str:
    """Return a hint as a sentence."""
    return f"Hint: {hint}" if hint.endswith("?") else f"Hint: {hint}."


class FilterError(Exception):
    """The base of all errors about a filter.

    `.message` is what is wrong, and `.hint` is what to do, or None. `str(error)` has both, and
    where the error has a place in a text, its line with carets.

    >>> from epfilter import parse
    >>> try:
    ...     parse("gte(total,5)")
    ... except FilterError as error:
    ...     print(type(error).__name__, error.message, error.hint, sep="; ")
    FilterSyntaxError; there is no operator `gte`.; write `ge`
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {format_hint(self.hint)}" if self.hint else self.message


class _DiagnosticsError(FilterError, ValueError):
    """The base of errors with the text of a filter and at least one diagnostic."""

    def __init__(self, text: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(diagnostics[0].message, diagnostics[0].hint)
        self.args = (text, diagnostics)
        self.text = text
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        drawn = [diagnostic.draw(self.text) for diagnostic in self.diagnostics[:_MAX_DRAWN]]
        if len(self.diagnostics) > _MAX_DRAWN:
            drawn.append(f"… and {len(self.diagnostics) - _MAX_DRAWN} more")
        return "\n".join(drawn)

    def as_dict(self) -> dict[str, Any]:
        """Return the error as plain JSON data, for the body of a response.

        >>> from epfilter import FilterSyntaxError, parse
        >>> try:
        ...     parse("gte(a,1)")
        ... except FilterSyntaxError as error:
        ...     body = error.as_dict()
        >>> body["diagnostics"][0]["code"]
        'EPF108'
        """
        return {
            "message": str(self),
            "diagnostics": [diagnostic.as_dict() for diagnostic in self.diagnostics],
        }


class FilterSyntaxError(_DiagnosticsError):
    """The error for a text that is not a filter.

    `.text` is the text, and `.diagnostics` has every error in it, in the order of the text.
    `.message` and `.hint` are those of the first. `str(error)` draws each with its line and carets.

    >>> from epfilter import parse
    >>> try:
    ...     parse("eq(a,1)|gte(b,2)")
    ... except FilterSyntaxError as error:
    ...     print(error)
    1:9 EPF108 there is no operator `gte`.
        eq(a,1)|gte(b,2)
                ^^^
        hint: write `ge`
    """


class PolicyError(_DiagnosticsError):
    """The error for a filter that a policy refuses.

    `.text` is the text, and `.diagnostics` has every error in it, in the order of the text.
    `.message` and `.hint` are those of the first. `str(error)` draws each with its line and carets;
    `as_dict()` is the body of a response.

    >>> from epfilter.resources import Policy, orders
    >>> try:
    ...     Policy(orders, max_calls=1).apply("eq(payment,paid):eq(status,complete)")
    ... except PolicyError as error:
    ...     print(error)
    1:18 EPF301 the filter has 2 calls; the limit is 1.
        eq(payment,paid):eq(status,complete)
                         ^^^^^^^^^^^^^^^^^^^
    """


class FilterValueError(FilterError, ValueError):
    """The error for a value that cannot be part of a filter.

    Examples are `None`, a datetime without a time zone, NaN, and a tree that is too deep.
    `.message` is what is wrong, and `.hint` is what to do instead, or None.

    >>> from epfilter import F
    >>> F.a.eq(None)
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: None is not a value of the filter language. Hint: to ...
    """


class ResourceError(FilterValueError):
    """The error for a field, operator or value that a resource does not have.

    `.message` is what is wrong, and `.hint` is what the resource accepts.

    >>> from epfilter.resources import orders
    >>> orders.payment.eq("refnded")
    Traceback (most recent call last):
    epfilter.errors.ResourceError: `payment`: `refnded` is not one of its values. Hint: did you ...
    """


class PagingError(FilterError):
    """The error for a listing whose pages cannot be read completely.

    `.message` is what is wrong, and `.hint` is what to do, or None.

    >>> from epfilter import pages
    >>> next(pages(None, lambda parameters: {"errors": []}))
    Traceback (most recent call last):
    epfilter.errors.PagingError: the rows of a page are expected, or JSON with a list in `data`, ...
    """


class TemplateError(FilterValueError):
    """The error for a template: a placeholder, or a value for one, that is not valid.

    `.message` is what is wrong, `.hint` is what to do instead, or None, and `.span` is the place
    in `.text`, the text of the template. `str(error)` draws it.

    >>> from epfilter import Template
    >>> try:
    ...     Template("ge(total,{least})").bind()
    ... except TemplateError as error:
    ...     print(error)
    1:10 the value of the placeholder `least` is missing.
        ge(total,{least})
                 ^^^^^^^
        hint: pass it by name: bind(least=…)
    """

    def __init__(self, message: str, hint: str | None, text: str, span: Span) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, text, span)
        self.text = text
        self.span = span

    def __str__(self) -> str:
        heading = f"{format_position(self.text, self.span.start)} {self.message}"
        return draw_snippet(heading, self.text, self.span, self.hint)


class FilterTypeError(FilterError, TypeError):
    """The error for an argument of the wrong type.

    `.message` is what is expected, and `.hint` is what to do instead, or None.

    >>> from epfilter import parse
    >>> parse(b"eq(a,1)")
    Traceback (most recent call last):
    epfilter.errors.FilterTypeError: the text of a filter must be a str, not a value ...
    """


class PluginError(FilterError):
    """The error for a package whose rules cannot be used by the linter; nothing is linted then.

    `.message` names the package and what is wrong, and `.hint` is what to do.

    >>> print(PluginError("the rules of the package `shop` cannot be used: `5`: it is not a Rule."))
    the rules of the package `shop` cannot be used: `5`: it is not a Rule.
    """


class UnsupportedFilterError(FilterError):
    """The error for a part of a filter that a target cannot run with its documented meaning.

    `.operator`, `.field` and `.target` identify the part and the target, and `.reason` is the
    reason. `.message` has all of them, and `.hint` is what to do instead, or None.

    >>> print(UnsupportedFilterError("text", "name", "Polars", "it has no full-text search"))
    Polars cannot run `text` on `name`: it has no full-text search.
    """

    def __init__(
        self, operator: str, field: str, target: str, reason: str, hint: str | None = None
    ) -> None:
        super().__init__(f"{target} cannot run `{operator}` on `{field}`: {reason}.", hint)
        self.args = (operator, field, target, reason, hint)
        self.operator = operator
        self.field = field
        self.target = target
        self.reason = reason
