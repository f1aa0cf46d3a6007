"""Lints the filters of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from epfilter.errors import Diagnostic, Edit, Severity, Span
from epfilter.linter.engine import get_engine
from epfilter.linter.extractors import (
    FILTER_LIST,
    PLACEHOLDER,
    Endpoints,
    ExtractedFilter,
    Extraction,
    FileKind,
    InterpolatedFilter,
    MappedText,
    Misuse,
    NeedsExtraError,
    extract_file,
    find_kind,
    find_signs,
    has_example,
)
from epfilter.linter.files.configuration import Configuration
from epfilter.linter.files.directives import Directives
from epfilter.linter.files.document import Document, LineIndex
from epfilter.linter.files.filled_text import move_diagnostic
from epfilter.linter.files.filter_diagnostics import (
    RESOURCE,
    SYNTAX,
    LintedFilter,
    bind_diagnostics,
    keep_constant_parts,
    map_diagnostic,
    restrict_diagnostics,
)
from epfilter.linter.files.interpolations import diagnose_interpolation
from epfilter.linter.files.placeholders import lint_with_placeholders
from epfilter.linter.files.projects import Projects, names_platform
from epfilter.linter.files.report import FileFilter, FileFinding, FileReport
from epfilter.linter.registry import RULES

if TYPE_CHECKING:
    from epfilter.resources import Resource

_DEPRECATED_LISTING = "EPF211"
_MISUSE = "EPF604"

_OPEN_ENDS = ("(", ",", ":", "|", "'", '"')

_NOT_IN_DOCUMENTS = frozenset(("EPF405",))
"""Codes that are not reported in documents unless selected by name.

A page about the operators has an `in` with one value on purpose.
"""


@dataclass(frozen=True, slots=True)
class FileResult:
    """The filters of a file, and the diagnostics that nothing suppresses.

    `interpolated` are those that a program builds from pieces of text. `filter_count` counts the
    other filters, `suppressed_count` the suppressed diagnostics.
    `is_suppressed` returns whether a diagnostic of a code in the filter of these bounds is.
    `is_read` is False where filters may be hidden, behind an error or for want of a parser.
    """

    filters: tuple[LintedFilter, ...]
    filter_count: int
    diagnostics: tuple[Diagnostic, ...]
    suppressed_count: int
    is_suppressed: Callable[[str, Span], bool]
    interpolated: tuple[LintedFilter, ...] = ()
    is_read: bool = True


class FileLinter:
    """Lints files by a configuration.

    >>> linter = FileLinter(Configuration())
    >>> report = linter.report(Document("eq(a,1)|eqq(b,2)"), Path("a.filter"))
    >>> [(found.diagnostic.code, found.line, found.column) for found in report.findings]
    [('EPF108', 1, 9)]
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._engine = get_engine(configuration.settings)
        self._projects = Projects()

    def report(
        self, document: Document, path: Path, name: str = "", *, list_filters: bool = False
    ) -> FileReport:
        """Return the report of a file; `name` is how the file is shown.

        With `list_filters`, the report contains the filters, too. Raises NeedsExtraError where a
        package is missing.
        """
        result = self.lint(document, path, keep_clean=list_filters)
        findings = tuple(
            FileFinding.of(diagnostic, document.lines) for diagnostic in result.diagnostics
        )
        shown = name or path.as_posix()
        return FileReport(
            shown,
            findings,
            result.filter_count,
            result.suppressed_count,
            is_read=result.is_read,
            listed_filters=_list_filters(result, document.lines) if list_filters else (),
        )

    def lint(self, document: Document, path: Path, *, keep_clean: bool = True) -> FileResult:
        """Return the filters of a file and their diagnostics.

        Without `keep_clean`, filters without diagnostics are counted, but not returned. Raises
        NeedsExtraError where a package is missing.
        """
        extraction = self.extract(document.text, path)
        if extraction.is_empty:
            return FileResult((), 0, (), 0, lambda _, __: False, is_read=extraction.is_complete)
        directives = Directives(extraction, document.lines, self._own_resources)
        fallback = self._fallback_resource(path)
        every = (
            self._lint_filter(extracted, directives, fallback) for extracted in extraction.filters
        )
        filters = [linted for linted in every if keep_clean or linted.diagnostics]
        # Each diagnostic with the bounds of the filter, or of the part of the file, that it is in.
        bounded = [(found, found.span) for found in _lint_extraction(extraction, directives)]
        for linted in filters:
            bounded += bind_diagnostics(linted.diagnostics, linted.value)
        interpolated = [
            self._lint_filter(interpolation.filter, directives, fallback)
            for interpolation in extraction.interpolations
        ]
        for interpolation, linted in zip(extraction.interpolations, interpolated, strict=True):
            bounded += _diagnose_interpolated(interpolation, linted, document.text)
        bounded += _diagnose_misuses(extraction.misuses)
        unwanted = self._get_unwanted_codes(path)
        bounded = [pair for pair in bounded if pair[0].code not in unwanted]
        directives.excuse(linted.value.bounds for linted in filters if _is_damaged(linted))
        is_suppressed = partial(self._is_suppressed, directives=directives, path=path)
        kept = [found for found, bounds in bounded if not is_suppressed(found.code, bounds)]
        # Only now is it known which directives are unused.
        unused = [*directives.find_unused(self._engine.selected)]
        kept += (found for found in unused if not is_suppressed(found.code, found.span))
        return FileResult(
            tuple(filters),
            len(extraction.filters),
            tuple(_keep_first_of_listing(kept)),
            len(bounded) + len(unused) - len(kept),
            is_suppressed,
            tuple(interpolated),
            is_read=extraction.is_complete,
        )

    def extract(self, text: str, path: Path) -> Extraction:
        """Return the filters of a file, which are not linted yet; none for an unknown kind.

        Raises NeedsExtraError where a package is missing.
        """
        extraction = Extraction(self._endpoints)
        kind = self.find_kind(path)
        if kind is None:
            return extraction
        if (
            kind.is_filter_list
            or find_signs(text)
            or (kind.has_documentation and has_example(text))
        ):
            is_known = self.configuration.uses_platform or names_platform(text)
            extraction.is_from_project = not is_known and self._projects.uses_platform(
                path.absolute().parent
            )
            extraction.has_evidence = is_known or extraction.is_from_project
            extract_file(text, path.name, extraction, kind=kind)
        return extraction

    def find_kind(self, path: Path) -> FileKind | None:
        """Return the kind of a file, by the configuration or by its name; None if unsupported.

        Raises NeedsExtraError where the configuration has patterns and pathspec is missing.
        """
        if self.configuration.has_filter_lines(path):
            return FILTER_LIST
        return find_kind(path.name)

    def diagnose(self, text: str, linted: LintedFilter) -> list[Diagnostic]:
        """Return the diagnostics for this text in the position of a filter of the file."""
        has_placeholders = bool(linted.value.placeholders)
        diagnostics = self._run_rules(text, linted.resource, has_placeholders=has_placeholders)
        return restrict_diagnostics(diagnostics, linted)

    def follow_edit(self, result: FileResult, edit: Edit) -> list[Diagnostic] | None:
        """Return the diagnostics after an edit inside of one filter, without reading the file.

        They are those of this filter as it is now, and the others as they were. Return None where
        the edit stands elsewhere, or where what it changes is not certain.
        """
        around = (each for each in result.filters if _contains(each.value.bounds, edit.span))
        linted = next(around, None)
        value = None if linted is None else linted.value.follow_edit(edit)
        if linted is None or value is None or "\n" in edit.text:
            return None
        if value.text.rstrip().endswith(_OPEN_ENDS):
            return None  # it may go on in the text around it
        bounds, grown = linted.value.bounds, len(edit.text) - (edit.span.end - edit.span.start)
        found = self.diagnose(value.text, linted._replace(value=value))
        kept = [each for each in found if not result.is_suppressed(each.code, bounds)]
        followed = [map_diagnostic(each, value) for each in kept]

        def move(span: Span) -> Span:
            """Return where a span stands now that is not inside of the filter."""
            start, end = (at + grown if at >= bounds.end else at for at in span)
            return Span(start, end)

        others = [each for each in result.diagnostics if not _contains(bounds, each.span)]
        followed += [move_diagnostic(each, move) for each in others]
        return sorted(followed, key=lambda each: (each.span, each.code))

    def ignores(self, code: str, path: Path) -> bool:
        """Return whether the configuration ignores a code in this file, selected or not."""
        ignored = self.configuration.settings.ignore
        with suppress(NeedsExtraError):  # the missing package may be what is reported
            ignored += self.configuration.get_ignored_codes(path)
        return code.startswith(ignored)

    def _lint_filter(
        self, extracted: ExtractedFilter, directives: Directives, fallback: Resource | None
    ) -> LintedFilter:
        value, resources, is_foreign, is_cut, has_evidence, is_example, is_owned = extracted
        is_example = is_example and self.configuration.docs != "check"
        choice = directives.find_resource(value)
        chosen: Resource | None = None  # by the user, so that the text is certainly a filter
        if choice is not None and (choice.is_beside or not resources):
            chosen = choice.resource
            resources = ()
        elif not resources:
            chosen = fallback
        resources = resources if chosen is None else (chosen,)
        resource, diagnostics = self._choose_resource(value, resources)
        is_syntax_checked = not (is_cut or (is_foreign and chosen is None))
        has_evidence = not is_example and (has_evidence or chosen is not None)
        is_owned = has_evidence and (is_owned or chosen is not None)
        linted = LintedFilter(
            value, resource, (), is_syntax_checked, has_evidence, is_example, is_owned
        )
        return linted._replace(diagnostics=tuple(restrict_diagnostics(diagnostics, linted)))

    def _choose_resource(
        self, value: MappedText, resources: Sequence[Resource]
    ) -> tuple[Resource | None, list[Diagnostic]]:
        """Return the resource that accepts the text best, and the diagnostics for it."""
        has_placeholders = bool(value.placeholders)
        if len(resources) < 2:
            only = resources[0] if resources else None
            return only, self._run_rules(value.text, only, has_placeholders=has_placeholders)
        results = [
            (resource, self._run_rules(value.text, resource, has_placeholders=has_placeholders))
            for resource in resources
        ]
        return min(results, key=lambda result: _count_rejections(result[1]))

    def _run_rules(
        self, text: str, resource: Resource | None, *, has_placeholders: bool
    ) -> list[Diagnostic]:
        if not has_placeholders:
            return self._engine.run(text, resource)
        return lint_with_placeholders(
            text, lambda filled: self._engine.run(filled, resource), resource
        )

    def _is_suppressed(self, code: str, bounds: Span, directives: Directives, path: Path) -> bool:
        return not self._is_selected(code, path) or directives.suppress(code, bounds)

    def _get_unwanted_codes(self, path: Path) -> frozenset[str]:
        """Return the codes that no one selected by name for a kind of file where they are usual."""
        kind = self.find_kind(path)
        if kind is None or not kind.is_document:
            return frozenset()
        return _NOT_IN_DOCUMENTS.difference(self.configuration.settings.select)

    def _is_selected(self, code: str, path: Path) -> bool:
        if code in self._get_unwanted_codes(path):
            return False
        ignored = (
            self.configuration.get_ignored_codes(path)
            if self.configuration.per_file_ignores
            else ()
        )
        return code in self._engine.selected and not code.startswith(ignored)

    def _fallback_resource(self, path: Path) -> Resource | None:
        name = self.configuration.resource_of(path)
        if not name:
            return None
        from epfilter.resources import resource_named

        return self._own_resources.get(name) or resource_named(name)

    @cached_property
    def _own_resources(self) -> dict[str, Resource]:
        return self.configuration.load_own_resources() if self.configuration.declarations else {}

    @cached_property
    def _endpoints(self) -> Endpoints:
        return Endpoints(self._own_resources.values())


def _list_filters(result: FileResult, lines: LineIndex) -> tuple[FileFilter, ...]:
    """Return all filters of a file in the order of its text."""
    from epfilter.resources import resource_info

    every = [(linted, False) for linted in result.filters]
    every += [(linted, True) for linted in result.interpolated]
    every.sort(key=lambda pair: pair[0].value.bounds)
    return tuple(
        FileFilter(
            *lines.position_of(linted.value.start),
            linted.text.replace(PLACEHOLDER, "…"),
            None if linted.resource is None else resource_info(linted.resource).name,
            is_built,
            linted.has_evidence,
        )
        for linted, is_built in every
    )


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _lint_extraction(extraction: Extraction, directives: Directives) -> Iterator[Diagnostic]:
    """Yield the diagnostics of the file itself: parse problems and directives."""
    for span, message, is_partial in extraction.problems:
        is_remark = is_partial or not extraction.has_evidence
        severity = Severity.INFO if is_remark else Severity.ERROR
        yield Diagnostic("EPF703", f"{message.rstrip('.')}.", span, severity)
    for code, span, message, hint in extraction.remarks:
        severity = RULES[code].severity if extraction.has_evidence else Severity.INFO
        yield Diagnostic(code, message, span, severity, hint)
    yield from directives.problems


def _diagnose_interpolated(
    interpolation: InterpolatedFilter, linted: LintedFilter, text: str
) -> Iterator[tuple[Diagnostic, Span]]:
    """Yield the diagnostics of a filter that a program builds, each with its bounds.

    `text` is that of the file.
    """
    constant = keep_constant_parts(linted.diagnostics, is_part=interpolation.is_part)
    yield from bind_diagnostics(constant, linted.value)
    found = diagnose_interpolation(interpolation, text, has_evidence=linted.has_evidence)
    if found is not None:
        yield found, interpolation.span


def _diagnose_misuses(misuses: Iterable[Misuse]) -> Iterator[tuple[Diagnostic, Span]]:
    """Yield the diagnostics for what a client does not send as written, and the filter's bounds."""
    for span, message, hint, bounds, has_evidence in misuses:
        severity = Severity.ERROR if has_evidence else Severity.INFO
        yield Diagnostic(_MISUSE, message, span, severity, hint), bounds


def _is_damaged(linted: LintedFilter) -> bool:
    return any(diagnostic.code.startswith(SYNTAX) for diagnostic in linted.diagnostics)


def _keep_first_of_listing(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield the diagnostics in the order of the file.

    That a listing is deprecated as a whole is yielded only once.
    """
    seen: set[str] = set()
    for diagnostic in sorted(diagnostics, key=lambda found: (found.span, found.code)):
        if diagnostic.code == _DEPRECATED_LISTING:
            if diagnostic.message in seen:
                continue
            seen.add(diagnostic.message)
        yield diagnostic


def _count_rejections(diagnostics: Iterable[Diagnostic]) -> tuple[int, int]:
    """Return how many errors of the resource there are, and how many diagnostics of it."""
    rejections = [diagnostic for diagnostic in diagnostics if diagnostic.code.startswith(RESOURCE)]
    return sum(diagnostic.severity is Severity.ERROR for diagnostic in rejections), len(rejections)
