"""The diagnostics of a filter in a file: which of them hold, how severe they are, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Diagnostic, Fix, Severity, Span
from epfilter.linter.extractors import MappedText

if TYPE_CHECKING:
    from epfilter.resources import Resource

SYNTAX = "EPF1"
RESOURCE = "EPF2"
"""The families of syntax errors, and of what a resource rejects."""

_REQUIRED_FIELDS = "EPF209"
_REQUIRED_FILTER = "EPF307"


class LintedFilter(NamedTuple):
    """A filter of a file, the resource it is checked against, and what is found in it.

    The spans of `diagnostics` are those of the filter's text. `is_syntax_checked` is
    False where the filter may be of another language, or may go on in the text around it.
    `has_evidence` is False where the filter may be of another system. An `is_example` filter
    explains the language, and findings are only remarks. One that is not `is_owned` may be of
    another system in spite of the evidence: it is not formatted, and no fix is safe.
    """

    value: MappedText
    resource: Resource | None
    diagnostics: tuple[Diagnostic, ...]
    is_syntax_checked: bool = True
    has_evidence: bool = True
    is_example: bool = False
    is_owned: bool = True

    @property
    def text(self) -> str:
        """The text of the filter, with PLACEHOLDER for each inserted value."""
        return self.value.text


def map_diagnostic(diagnostic: Diagnostic, value: MappedText) -> Diagnostic:
    """Return a diagnostic of a filter with positions in the file; a fix may be lost."""
    fix = diagnostic.fix
    if fix is not None:
        edits = [value.map_edit(edit) for edit in fix.edits]
        mapped = tuple(edit for edit in edits if edit is not None)
        fix = Fix(fix.title, mapped, fix.safe) if len(mapped) == len(edits) else None
    return Diagnostic(
        diagnostic.code,
        diagnostic.message,
        value.map_span(diagnostic.span),
        diagnostic.severity,
        diagnostic.hint,
        fix,
    )


def restrict_diagnostics(diagnostics: list[Diagnostic], linted: LintedFilter) -> list[Diagnostic]:
    """Return the diagnostics that hold for a filter, as severe as its position allows."""
    if not linted.is_syntax_checked:
        # Without evidence, nothing is certain about such a text.
        diagnostics = _without_syntax(diagnostics) if linted.has_evidence else []
    if linted.is_example:
        # An example is short, and shows one thing: it need not be complete or fast.
        diagnostics = [found for found in diagnostics if _is_wrong(found)]
    if not linted.is_owned:
        diagnostics = [*_without_safe_fixes(diagnostics)]
    return diagnostics if linted.has_evidence else _downgrade(diagnostics)


def bind_diagnostics(
    diagnostics: Iterable[Diagnostic], value: MappedText
) -> Iterator[tuple[Diagnostic, Span]]:
    """Yield the diagnostics of a filter with positions in the file, and the filter's bounds."""
    # A name in an object of the SDK may stand for several of the text.
    for diagnostic in dict.fromkeys(map_diagnostic(found, value) for found in diagnostics):
        yield diagnostic, value.bounds


def keep_constant_parts(
    diagnostics: Iterable[Diagnostic], *, is_part: bool
) -> Iterator[Diagnostic]:
    """Yield the syntax errors of an interpolation, and what a resource or a project rejects.

    One that `is_part` of a filter may be beside the terms that are missing in it.
    """
    for diagnostic in diagnostics:
        is_missing = diagnostic.code in {_REQUIRED_FIELDS, _REQUIRED_FILTER}
        is_certain = is_missing or diagnostic.code.startswith((SYNTAX, RESOURCE))
        if is_certain and not (is_missing and is_part):
            yield replace(diagnostic, fix=None)


def _is_wrong(diagnostic: Diagnostic) -> bool:
    """Return whether the language or the resource rejects what an example contains."""
    return (
        diagnostic.code.startswith((SYNTAX, RESOURCE))
        and diagnostic.severity is Severity.ERROR
        and diagnostic.code != _REQUIRED_FIELDS
    )


def _downgrade(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics as infos: the text may be of another system."""
    return [replace(diagnostic, severity=Severity.INFO) for diagnostic in diagnostics]


def _without_safe_fixes(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the diagnostics with unsafe fixes: they may change the text of another system."""
    for diagnostic in diagnostics:
        yield replace(diagnostic, fix=diagnostic.fix and replace(diagnostic.fix, safe=False))


def _without_syntax(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [diagnostic for diagnostic in diagnostics if not diagnostic.code.startswith(SYNTAX)]
