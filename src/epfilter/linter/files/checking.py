"""Lints the filters of one file: what the rules say of each, at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from epfilter.errors import Diagnostic, Fix, Severity, Span
from epfilter.linter.engine import get_engine
from epfilter.linter.extractors import LINES, READERS, NeedsExtraError, read
from epfilter.linter.extractors.endpoints import Endpoints
from epfilter.linter.extractors.extraction import Embedded, Reading
from epfilter.linter.extractors.mapped_text import Placed
from epfilter.linter.files.configuration import Configuration
from epfilter.linter.files.directives import Directives
from epfilter.linter.files.document import Document, UnreadableError
from epfilter.linter.files.placeholders import certain, filled
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.snippets import make_printable

if TYPE_CHECKING:
    from epfilter.resources import Resource

_SYNTAX = "EPF1"
_RESOURCE = "EPF2"
_WANTED_FIELDS = "EPF209"
"""A value may bring the field that a listing wants."""

_INTERPOLATION = "EPF601"
_WORDS = ("filter", "Filter", "FILTER")


class Checked(NamedTuple):
    """One filter of a file: where it is, the resource it is checked against, what is found.

    The spans of `found` are those of the filter's text.
    """

    value: Placed
    resource: Resource | None
    found: tuple[Diagnostic, ...]
    is_foreign: bool = False
    """Whether it may be of another language, so that nothing is said of its syntax."""

    @property
    def text(self) -> str:
        """The text of the filter, with HOLE where a program or template puts something in."""
        return self.value.text


class Checker:
    """Lints files by a configuration.

    >>> report = Checker(Configuration()).report(Document("eq(a,1)|eqq(b,2)"), Path("a.filter"))
    >>> [(one.diagnostic.code, one.line, one.column) for one in report.findings]
    [('EPF108', 1, 9)]
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._engine = get_engine(configuration.settings)

    def report(self, document: Document, path: Path, name: str = "") -> FileReport:
        """What is found in a file; `name` is how it is shown.

        Raises NeedsExtraError where a package is missing.
        """
        looked = self.look(document, path, keep_clean=False)
        findings = tuple(FileFinding.of(one, document.lines) for one in looked.found)
        shown = name or path.as_posix()
        return FileReport(shown, findings, looked.number, looked.suppressed)

    def look(self, document: Document, path: Path, *, keep_clean: bool = True) -> Looked:
        """The filters of a file, and the findings that nothing keeps back.

        Without `keep_clean`, filters in which nothing is found are counted, but not kept.

        Raises NeedsExtraError where a package is missing.
        """
        reading = self.reading(document.text, path)
        lines = document.lines
        directives = Directives(reading, lines, self._own)
        fallback = self._resource_of(path)
        every = (self._check(one, directives, fallback) for one in reading.filters)
        checked = [one for one in every if keep_clean or one.found]
        said = [(one, one.span) for one in self._said_of_file(reading, directives)]
        damaged: set[tuple[int, int]] = set()
        for one in checked:
            if not one.found:
                continue
            said += ((placed(each, one.value), one.value.bounds) for each in one.found)
            if any(each.code.startswith(_SYNTAX) for each in one.found):
                damaged.add(lines.numbers(one.value.bounds))
        for _, _, embedded in reading.interpolations:
            made = self._check(embedded, directives, fallback)
            bounds = made.value.bounds
            said += ((placed(each, made.value), bounds) for each in _of_constant_parts(made))
        for first, last in damaged:
            directives.excuse(first, last)
        kept_back = partial(self._kept_back, directives=directives, path=path)
        kept = [one for one, bounds in said if not kept_back(one.code, bounds)]
        # Which comments are unused is known only now.
        unused = [*directives.unused(self._engine.selected)]
        kept += (one for one in unused if not kept_back(one.code, one.span))
        suppressed = len(said) + len(unused) - len(kept)
        kept.sort(key=lambda one: (one.span, one.code))
        number = len(reading.filters)
        return Looked(tuple(checked), number, tuple(kept), suppressed, kept_back)

    def reading(self, text: str, path: Path) -> Reading:
        """The filters of a file, not yet looked at.

        Raises NeedsExtraError where a package is missing.
        """
        reading = Reading(self._endpoints)
        suffix = path.suffix.lower()
        if self.configuration.has_filter_lines(path) or suffix not in READERS:
            suffix = LINES
        # No reader but that of lines finds anything in a text without this word.
        if suffix in {LINES, ".txt"} or any(word in text for word in _WORDS):
            try:
                read(text, path.name, reading, suffix=suffix)
            except ModuleNotFoundError as missing:
                # Some readers load their package only where there is something to read.
                if (missing.name or "").startswith("epfilter"):
                    raise
                raise NeedsExtraError(missing.name) from None
        return reading

    def found_in(self, text: str, one: Checked) -> list[Diagnostic]:
        """What is found where this text stands in the place of a filter of the file."""
        found = self._found(text, one.resource, has_holes=bool(one.value.holes))
        return _without_syntax(found) if one.is_foreign else found

    def _found(self, text: str, resource: Resource | None, *, has_holes: bool) -> list[Diagnostic]:
        if not has_holes:
            return self._engine.run(text, resource)
        return certain(self._engine.run(filled(text), resource), text, resource)

    def ignores(self, code: str, path: Path) -> bool:
        """Whether the configuration ignores a code in this file; selecting is no matter here."""
        ignored = self.configuration.settings.ignore
        with suppress(NeedsExtraError):  # that the package is missing may be what is reported
            ignored += self.configuration.ignored_in(path)
        return code.startswith(ignored)

    def _check(
        self,
        embedded: Embedded,
        directives: Directives,
        fallback: Resource | None,
    ) -> Checked:
        value, resources, is_foreign = embedded
        said = directives.resource(value)
        if said is not None and (said[0] or not resources):
            resources = (said[1],) if said[1] is not None else ()
        elif not resources and fallback is not None:
            resources = (fallback,)
        resource, found = self._best(value, resources)
        if is_foreign and resource is None:
            return Checked(value, resource, tuple(_without_syntax(found)), is_foreign=True)
        return Checked(value, resource, tuple(found))

    def _best(
        self, value: Placed, resources: Sequence[Resource]
    ) -> tuple[Resource | None, list[Diagnostic]]:
        """The resource that accepts the text best: what either of two accepts is accepted."""
        has_holes = bool(value.holes)
        if len(resources) < 2:
            only = resources[0] if resources else None
            return only, self._found(value.text, only, has_holes=has_holes)
        tried = [(one, self._found(value.text, one, has_holes=has_holes)) for one in resources]
        return min(tried, key=lambda pair: _refusals(pair[1]))

    def _said_of_file(self, reading: Reading, directives: Directives) -> Iterator[Diagnostic]:
        for span, form, _ in reading.interpolations:
            yield Diagnostic(
                _INTERPOLATION,
                f"this filter is put together by {form}.",
                span,
                Severity.WARNING,
                "a value with `),eq(` in it becomes another filter; build it, as in "
                "`F.payment.eq(value)`, or quote each value",
            )
        for span, message, is_partial in reading.problems:
            severity = Severity.INFO if is_partial else Severity.ERROR
            yield Diagnostic("EPF703", f"{message.rstrip('.')}.", span, severity)
        yield from directives.mistakes

    def _kept_back(self, code: str, bounds: Span, directives: Directives, path: Path) -> bool:
        """Whether a finding is not wanted in the filter, or other part of the file, there."""
        if not self._is_wanted(code, path):
            return True
        return directives.keeps_back(code, bounds)

    def _is_wanted(self, code: str, path: Path) -> bool:
        ignored = self.configuration.ignored_in(path) if self.configuration.per_file_ignores else ()
        return code in self._engine.selected and not code.startswith(ignored)

    def _resource_of(self, path: Path) -> Resource | None:
        name = self.configuration.resource_of(path)
        if not name:
            return None
        from epfilter.resources import resource_named

        return self._own.get(name) or resource_named(name)

    @cached_property
    def _own(self) -> dict[str, Resource]:
        return self.configuration.own_resources() if self.configuration.declarations else {}

    @cached_property
    def _endpoints(self) -> Endpoints:
        return Endpoints(self._own.values())


@dataclass(frozen=True, slots=True)
class Looked:
    """The filters of a file and their number, the findings that stand, and how many do not.

    `kept_back` says whether a finding of a code in the filter of these bounds is one of the latter.
    """

    filters: tuple[Checked, ...]
    number: int
    found: tuple[Diagnostic, ...]
    suppressed: int
    kept_back: Callable[[str, Span], bool]


def placed(found: Diagnostic, value: Placed) -> Diagnostic:
    """A finding of an embedded text, at its place in the file; a fix that cannot stand is lost."""
    fix = found.fix
    if fix is not None:
        edits = [value.edit(edit) for edit in fix.edits]
        whole = tuple(edit for edit in edits if edit is not None)
        fix = Fix(fix.title, whole, fix.safe) if len(whole) == len(edits) else None
    return Diagnostic(
        found.code, found.message, value.span(found.span), found.severity, found.hint, fix
    )


def failed(name: str, found: Diagnostic) -> FileReport:
    """The report of a file of which nothing could be read."""
    return FileReport(name, (FileFinding(found, 1, 1, 1, 1, ""),))


def unreadable(error: UnreadableError) -> Diagnostic:
    """The finding that a file cannot be read."""
    return Diagnostic(error.code, error.message, Span(0, 0), hint=error.hint)


def needs_extra(path: Path, missing: NeedsExtraError) -> Diagnostic:
    """The finding that the package which reads such files is missing."""
    return Diagnostic(
        "EPF704",
        f"files that end in `{make_printable(path.suffix)}` are read with {missing}, which is not "
        "installed.",
        Span(0, 0),
        hint="pip install 'epfilter[lint]'",
    )


def _of_constant_parts(made: Checked) -> Iterator[Diagnostic]:
    """What a resource says of a filter that a program makes, whatever it puts in."""
    for one in made.found:
        if one.code.startswith(_RESOURCE) and one.code != _WANTED_FIELDS:
            yield replace(one, fix=None)


def _without_syntax(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [one for one in found if not one.code.startswith(_SYNTAX)]


def _refusals(found: Iterable[Diagnostic]) -> tuple[int, int]:
    refused = [one for one in found if one.code.startswith(_RESOURCE)]
    return sum(one.severity is Severity.ERROR for one in refused), len(refused)
