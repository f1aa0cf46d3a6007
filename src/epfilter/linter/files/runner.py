"""Lints many files, in several processes where that pays."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from epfilter.errors import Diagnostic, Span
from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files.checking import Checker, failed, needs_extra, unreadable
from epfilter.linter.files.configuration import Configuration
from epfilter.linter.files.discovery import Target
from epfilter.linter.files.document import Document, UnreadableError, write_atomically
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.files.rewriting import difference, fixed, formatted

_PAYS_FROM = 4_000_000
"""Bytes of files from which several processes are faster than one."""

_AT_ONCE = 16
"""Files that a process is given at a time."""

_PROCESSES_AT_MOST = 61
"""More than these, Windows cannot wait for."""


class Change(StrEnum):
    """What becomes of the filters in a file."""

    NONE = ""
    FIX = "fix"
    FIX_UNSAFE = "fix unsafe"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Run:
    """What is done to each file: its filters are changed, then linted.

    A change is written to the file, unless `dry`: then the reports show it as a diff.
    """

    configuration: Configuration
    change: Change = Change.NONE
    dry: bool = False

    def reports(self, targets: Sequence[Target], *, processes: int = 0) -> Iterator[FileReport]:
        """The report of each file, in the order of the targets.

        With 0 `processes`, there are as many as pay.
        """
        processes = min(processes or _processes(targets), len(targets), _PROCESSES_AT_MOST)
        if processes < 2:
            checker = Checker(self.configuration)
            yield from (self.report(target, checker) for target in targets)
            return
        from concurrent.futures import ProcessPoolExecutor

        with ProcessPoolExecutor(processes, initializer=_begin, initargs=(self,)) as pool:
            yield from pool.map(_report, targets, chunksize=_AT_ONCE)

    def report(self, target: Target, checker: Checker) -> FileReport:
        """The report of one file."""
        if target.problem is not None:
            return self._failed(target, checker, target.problem)
        return self._of(lambda: Document.read(target.path), target, checker)

    def report_of(self, content: str | bytes, name: str) -> FileReport:
        """The report of a file of this name and content, of a run that writes nothing."""
        target = Target(Path(name), name)

        def read() -> Document:
            if isinstance(content, bytes):
                return Document.of(content, name)
            # A text is decoded already, whatever it says of its encoding.
            Document.of(content.encode("utf-8", "surrogatepass"), "")
            return Document(content)

        return self._of(read, target, Checker(self.configuration))

    def _of(self, read: Callable[[], Document], target: Target, checker: Checker) -> FileReport:
        """The report of what is read; what cannot be is the one finding of its report."""
        try:
            return self._changed(read(), target, checker)
        except UnreadableError as error:
            found = unreadable(error)
        except NeedsExtraError as missing:
            found = needs_extra(target.path, missing)
        except RecursionError:
            found = Diagnostic("EPF703", "this is nested too deeply to be read.", Span(0, 0))
        return self._failed(target, checker, found)

    def _failed(self, target: Target, checker: Checker, found: Diagnostic) -> FileReport:
        """What failed is reported whatever is selected; only to ignore it leaves it out."""
        if checker.ignores(found.code, target.path):
            return FileReport(target.name, suppressed=1)
        return failed(target.name, found)

    def _changed(self, document: Document, target: Target, checker: Checker) -> FileReport:
        path, name = target.path, target.name
        if self.change is Change.NONE:
            return checker.report(document, path, name)
        if self.change is Change.FORMAT:
            new, count = formatted(document, path, checker)
        else:
            unsafe = self.change is Change.FIX_UNSAFE
            new, count = fixed(document, path, checker, unsafe=unsafe)
        if count:
            content = new.content(new.text)
            if not self.dry:
                write_atomically(path, content)
        report = checker.report(new, path, name)
        if self.change is not Change.FORMAT:
            report = _without_fixes(report, unsafe=self.change is Change.FIX_UNSAFE)
        diff = difference(document.text, new.text, name) if self.dry else ""
        return replace(report, fixed=count, diff=diff)


def _without_fixes(report: FileReport, *, unsafe: bool) -> FileReport:
    """Without the repairs that were just tried: what is left of them cannot be written."""

    def left(one: FileFinding) -> FileFinding:
        found = one.diagnostic
        if found.fix is None or not (unsafe or found.fix.safe):
            return one
        return replace(one, diagnostic=replace(found, fix=None))

    return replace(report, findings=tuple(map(left, report.findings)))


_checkers: list[tuple[Run, Checker]] = []
"""What a process of the pool works with."""


def _begin(run: Run) -> None:
    # Ctrl-C reaches every process; the one that waits for the others ends them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What it does on another signal is not for the processes that are forked from it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _checkers[:] = [(run, Checker(run.configuration))]


def _report(target: Target) -> FileReport:
    run, checker = _checkers[0]
    return run.report(target, checker)


def _processes(targets: Sequence[Target]) -> int:
    """How many processes pay for these files."""
    size = 0
    for target in targets:
        try:
            size += target.path.stat().st_size
        except (OSError, ValueError):
            continue
        if size > _PAYS_FROM:
            return min(os.cpu_count() or 1, 8)
    return 1
