"""Lints many files, in several processes where that is faster."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path

from epfilter.errors import Diagnostic
from epfilter.linter.extractors import FileKind, NeedsExtraError
from epfilter.linter.files.configuration import Configuration
from epfilter.linter.files.discovery import Target
from epfilter.linter.files.document import Document, DocumentError
from epfilter.linter.files.file_diagnostics import (
    diagnose_failure,
    diagnose_unsupported,
    report_failure,
)
from epfilter.linter.files.file_linter import FileLinter
from epfilter.linter.files.paths import is_file
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.linter.files.rewriting import diff_texts, fix_filters, format_filters
from epfilter.linter.files.rewritten_file import rewrite_file

_PARALLEL_SIZE = 4_000_000
"""Bytes of files from which several processes are faster than one."""

_CHUNK_SIZE = 16
"""How many files a process receives at a time."""

_MAX_PROCESSES = 61
"""Windows cannot wait for more."""


class Change(StrEnum):
    """What happens to the filters of a file."""

    NONE = ""
    FIX = "fix"
    FIX_UNSAFE = "fix unsafe"
    FORMAT = "format"


@dataclass(frozen=True)
class Run:
    """A run over files: the filters of each are changed, then linted.

    A change is written to the file, unless `dry`: then the reports contain it as a diff. With
    `list_filters`, the reports contain the filters.
    """

    configuration: Configuration
    change: Change = Change.NONE
    dry: bool = False
    list_filters: bool = False

    def lint_targets(
        self, targets: Sequence[Target], *, processes: int = 0
    ) -> Iterator[FileReport]:
        """Yield the report of each file, in the order of the targets.

        With 0 `processes`, their number depends on the size of the files.
        """
        processes = min(processes or _choose_processes(targets), len(targets), _MAX_PROCESSES)
        if processes < 2:
            yield from map(self.lint_target, targets)
            return
        from concurrent.futures import ProcessPoolExecutor

        own = replace(self)  # each process makes a linter of its own
        with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(own,)) as pool:
            yield from pool.map(_lint_in_worker, targets, chunksize=_CHUNK_SIZE)

    def lint_target(self, target: Target) -> FileReport:
        """Return the report of one file."""
        if target.problem is not None:
            return self._report_failure(target, target.problem)
        write = partial(rewrite_file, target.path)
        return self._lint_read(lambda: Document.read(target.path), target, write)

    def lint_content(self, content: str | bytes, name: str) -> FileReport:
        """Return the report of a file of this name and content; nothing is written."""

        def read() -> Document:
            if isinstance(content, bytes):
                return Document.decode(content, name)
            # A text is decoded already, whatever encoding it declares; only check that it is text.
            Document.decode(content.encode("utf-8", "surrogatepass"), "")
            return Document(content)

        target = Target(Path(name), name)
        return self._lint_read(read, target, lambda _old, _new: None, is_content=True)

    def change_content(self, content: bytes, name: str) -> tuple[FileReport, bytes]:
        """Return the report of a file of this name and content, and the changed content.

        Nothing is written, whether the run is `dry` or not.
        """
        contents = [content]
        report = self._lint_read(
            lambda: Document.decode(content, name),
            Target(Path(name), name),
            lambda _old, new: contents.append(new),
            is_content=True,
        )
        return report, contents[-1]

    @cached_property
    def _linter(self) -> FileLinter:
        return FileLinter(self.configuration)

    def _lint_read(
        self,
        read: Callable[[], Document],
        target: Target,
        write: Callable[[bytes, bytes], None],
        *,
        is_content: bool = False,
    ) -> FileReport:
        """Return the report of the document; an error is the only finding of its report.

        A file of an unsupported kind is not read. With `is_content`, the file need not exist.
        `write` receives the old and the new content of a file that has been changed.
        """
        kind: FileKind | None = None
        try:
            kind = self._linter.find_kind(target.path)
            # A name that is no file, or no longer one, is reported as that.
            if kind is None and (is_content or is_file(target.path)):
                return self._report_failure(target, diagnose_unsupported(target.path))
            return self._lint_document(read(), target, write)
        except (DocumentError, NeedsExtraError, RecursionError) as error:
            diagnostic = diagnose_failure(error, kind)
        return self._report_failure(target, diagnostic)

    def _report_failure(self, target: Target, diagnostic: Diagnostic) -> FileReport:
        """Return the report of a failure, which only `ignore` leaves out, whatever is selected."""
        if self._linter.ignores(diagnostic.code, target.path):
            return FileReport(target.name, suppressed=1, is_read=False)
        return report_failure(target.name, diagnostic)

    def _lint_document(
        self, document: Document, target: Target, write: Callable[[bytes, bytes], None]
    ) -> FileReport:
        path, name, linter = target.path, target.name, self._linter
        if self.change is Change.NONE:
            return linter.report(document, path, name, list_filters=self.list_filters)
        if self.change is Change.FORMAT:
            changed, count = format_filters(document, path, linter)
        else:
            unsafe = self.change is Change.FIX_UNSAFE
            changed, count = fix_filters(document, path, linter, unsafe=unsafe)
        if count:
            content = changed.encode(changed.text)
            if not self.dry:
                write(document.encode(document.text), content)
        report = linter.report(changed, path, name)
        if self.change is not Change.FORMAT:
            report = _without_fixes(report, unsafe=self.change is Change.FIX_UNSAFE)
        diff = diff_texts(document.text, changed.text, name) if self.dry else ""
        return replace(report, fixed=count, diff=diff)


def _without_fixes(report: FileReport, *, unsafe: bool) -> FileReport:
    """Return the report without the fixes that were just tried: the file does not allow them."""

    def remove_fix(finding: FileFinding) -> FileFinding:
        diagnostic = finding.diagnostic
        if diagnostic.fix is None or not (unsafe or diagnostic.fix.safe):
            return finding
        return replace(finding, diagnostic=replace(diagnostic, fix=None))

    return replace(report, findings=tuple(map(remove_fix, report.findings)))


_worker_runs: list[Run] = []
"""The run of a process of the pool."""


def _start_worker(run: Run) -> None:
    # Ctrl-C reaches every process; the parent process ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The parent's own handler of SIGTERM is inherited on fork, and not meant for workers.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _worker_runs[:] = [run]


def _lint_in_worker(target: Target) -> FileReport:
    return _worker_runs[0].lint_target(target)


def _choose_processes(targets: Sequence[Target]) -> int:
    """Return how many processes are fastest for these files."""
    size = 0
    for target in targets:
        try:
            size += target.path.stat().st_size
        except (OSError, ValueError):
            continue
        if size > _PARALLEL_SIZE:
            return min(os.cpu_count() or 1, 8)
    return 1
