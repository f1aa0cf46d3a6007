"""What can go wrong, as data: spans, diagnostics, fixes and the tree of exceptions.

The exceptions of epfilter:

    FilterError                    every error about a filter that epfilter raises
    ├── FilterSyntaxError          a text is not a filter (also a ValueError)
    ├── FilterValueError           a value has no place in a filter (also a ValueError)
    │   └── ResourceError          a resource has no such field, operator or value
    ├── FilterTypeError            an argument has the wrong type (also a TypeError)
    └── UnsupportedFilterError     a target cannot run a filter as it is meant

What can go wrong with an export has a tree of its own, `epfilter.exporter.ExporterError`.

The nodes of `epfilter.ast` and the models of `epfilter.exporter` are pydantic models: built by
hand with something that they refuse, they raise `pydantic.ValidationError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from epfilter.snippets import draw_snippet, format_position

_SHOWN_AT_MOST = 20
"""How many diagnostics `str(error)` draws; all of them are in `.diagnostics`."""


def describe_type(value: object) -> str:
    """The type of a value in words, for messages.

    >>> describe_type(None), describe_type(5)
    ('None', 'a value of type int')
    """
    return "None" if value is None else f"a value of type {type(value).__name__}"


class Span(NamedTuple):
    """A stretch of a text: 0-based, half-open, counted in code points.

    It has no width where something is missing.

    >>> span = Span(3, 5)
    >>> "abcdefg"[span.start : span.end]
    'de'
    """

    start: int
    end: int


class Severity(StrEnum):
    """How much a diagnostic matters; errors and warnings make the exit code 1.

    >>> Severity("warning")
    <Severity.WARNING: 'warning'>
    """

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Edit(NamedTuple):
    """One replacement: the text in `span` becomes `text`.

    >>> apply_edits("eq(a,1", [Edit(Span(6, 6), ")")])
    'eq(a,1)'
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A proposed correction.

    `safe` says that the correction is the only sensible reading of the text, so that a program
    may apply it without asking.

    >>> Fix("write `ge`", (Edit(Span(0, 3), "ge"),), safe=True).apply("gte(a,1)")
    'ge(a,1)'
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool

    def apply(self, text: str) -> str:
        """The text with this fix applied; spans are those of the text that was diagnosed."""
        return apply_edits(text, self.edits)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits that do not overlap, whatever their order.

    Several insertions at one place all take place, in the order given.

    >>> apply_edits("abc", [Edit(Span(3, 3), "!"), Edit(Span(0, 1), "A")])
    'Abc!'
    """
    pieces: list[str] = []
    done = 0
    for span, new in sorted(edits, key=lambda edit: edit.span):
        if span.start < done:
            raise FilterValueError(
                f"two edits overlap at {span.start}.", hint="apply them one after the other"
            )
        pieces += (text[done : span.start], new)
        done = span.end
    pieces.append(text[done:])
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a filter.

    `code` never changes its meaning. `message` says what is wrong in a user's words, `hint` what
    to do about it, `fix` does it; hint and fix may be None. `span` refers to the text that was
    read, or to `unparse(node)` where a node was given.

    >>> from epfilter import parse_located
    >>> found = parse_located("gte(a,1)").diagnostics[0]
    >>> found.code, found.span, found.hint
    ('EPF108', Span(start=0, end=3), 'write `ge`')
    """

    code: str
    message: str
    span: Span
    severity: Severity = Severity.ERROR
    hint: str | None = None
    fix: Fix | None = None

    def draw(self, text: str) -> str:
        """Code and message, the line of `text` with carets below the span, and the hint.

        >>> print(Diagnostic("EPF101", "the filter is empty.", Span(0, 0)).draw(""))
        1:1 EPF101 the filter is empty.
        <BLANKLINE>
            ^
        """
        heading = f"{format_position(text, self.span.start)} {self.code} {self.message}"
        return draw_snippet(heading, text, self.span, self.hint)

    def as_dict(self) -> dict[str, Any]:
        """The diagnostic as plain JSON data, for programs in any language.

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


def _hint(hint: str) -> str:
    """A hint as a sentence."""
    return f"Hint: {hint}" if hint.endswith("?") else f"Hint: {hint}."


class FilterError(Exception):
    """The base of every error about a filter that epfilter raises.

    >>> from epfilter import parse
    >>> try:
    ...     parse("eq(a")
    ... except FilterError as error:
    ...     print(type(error).__name__)
    FilterSyntaxError
    """


class FilterSyntaxError(FilterError, ValueError):
    """A text is not a filter.

    `.text` is the text and `.diagnostics` every mistake in it, in the order of their place.
    `str(error)` draws each with the line and a caret.

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

    def __init__(self, text: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(text, diagnostics)
        self.text = text
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        shown = [found.draw(self.text) for found in self.diagnostics[:_SHOWN_AT_MOST]]
        if len(self.diagnostics) > _SHOWN_AT_MOST:
            shown.append(f"… and {len(self.diagnostics) - _SHOWN_AT_MOST} more")
        return "\n".join(shown)


class _ExplainedError(FilterError):
    """An error that is a sentence and perhaps a hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {_hint(self.hint)}" if self.hint else self.message


class FilterValueError(_ExplainedError, ValueError):
    """A value that cannot stand in a filter: `None`, a naive datetime, NaN, a tree too deep.

    `.message` says what was wrong, `.hint` what to do instead (or is None).

    >>> from epfilter import F
    >>> F.a.eq(None)
    Traceback (most recent call last):
    epfilter.errors.FilterValueError: None is not a value of the filter language. Hint: to ask ...
    """


class ResourceError(FilterValueError):
    """A resource has no such field, or the field has no such operator or value.

    `.message` says what was wrong, `.hint` what the resource accepts.

    >>> from epfilter.resources import orders
    >>> orders.payment.eq("refnded")
    Traceback (most recent call last):
    epfilter.errors.ResourceError: `payment`: `refnded` is not one of its values. Hint: did you ...
    """


class FilterTypeError(_ExplainedError, TypeError):
    """An argument of a type that the function does not take.

    `.message` says what is expected, `.hint` what to do instead (or is None).

    >>> from epfilter import parse
    >>> parse(b"eq(a,1)")
    Traceback (most recent call last):
    epfilter.errors.FilterTypeError: the text of a filter must be a str, not a value ...
    """


class UnsupportedFilterError(FilterError):
    """A target cannot run a part of a filter with the meaning that it has everywhere else.

    `.operator`, `.field` and `.target` say which part and where, `.reason` why, `.hint` what to do
    instead (or is None).

    >>> print(UnsupportedFilterError("text", "name", "Polars", "it has no full-text search"))
    Polars cannot run `text` on `name`: it has no full-text search.
    """

    def __init__(
        self, operator: str, field: str, target: str, reason: str, hint: str | None = None
    ) -> None:
        super().__init__(operator, field, target, reason, hint)
        self.operator = operator
        self.field = field
        self.target = target
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        said = f"{self.target} cannot run `{self.operator}` on `{self.field}`: {self.reason}."
        return f"{said} {_hint(self.hint)}" if self.hint else said
