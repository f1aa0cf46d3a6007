"""The diagnostics of whole files: unreadable, of an unsupported kind, or without a parser."""

from __future__ import annotations

from os.path import basename
from pathlib import Path
from typing import assert_never

from epfilter.errors import Diagnostic, Severity, Span
from epfilter.linter.extractors import FileKind, NeedsExtraError, get_ending
from epfilter.linter.files.document import DocumentError
from epfilter.linter.files.report import FileFinding, FileReport
from epfilter.snippets import make_printable


def report_failure(name: str, diagnostic: Diagnostic) -> FileReport:
    """Return the report of a file that could not be linted."""
    return FileReport(name, (FileFinding(diagnostic, 1, 1, 1, 1, ""),), is_read=False)


def diagnose_failure(
    error: DocumentError | NeedsExtraError | RecursionError, kind: FileKind | None
) -> Diagnostic:
    """Return the diagnostic for a file of this kind that could not be linted."""
    match error:
        case DocumentError():
            return _diagnose_unreadable(error, kind)
        case NeedsExtraError():
            return _diagnose_missing_package(error)
        case RecursionError():
            return Diagnostic("EPF703", "this file is nested too deeply.", Span(0, 0))
        case _:
            assert_never(error)


def _diagnose_unreadable(error: DocumentError, kind: FileKind | None) -> Diagnostic:
    """Return the diagnostic for a file that cannot be read; a remark if it contains no filter."""
    may_hide_filter = error.may_hide_filter or (kind is not None and kind.is_filter_list)
    severity = Severity.ERROR if may_hide_filter else Severity.INFO
    return Diagnostic(error.code, error.message, Span(0, 0), severity, error.hint)


def diagnose_unsupported(path: Path) -> Diagnostic:
    """Return the diagnostic for a file that is skipped, because its kind is not supported."""
    ending = describe_ending(path.name)
    return Diagnostic(
        "EPF705",
        f"this file is skipped: files such as `{make_printable(ending)}` are not supported.",
        Span(0, 0),
        Severity.INFO,
        "if it contains only filters, add the file to `filter-lines` in the configuration",
    )


def describe_ending(name: str) -> str:
    """Return the ending of a file name in lower case, or the whole name where it has none.

    >>> describe_ending("shop/Main.LUA"), describe_ending("shop/Makefile")
    ('.lua', 'Makefile')
    """
    return get_ending(name) or basename(name)  # noqa: PTH119 - a Path is slow to make


def _diagnose_missing_package(error: NeedsExtraError) -> Diagnostic:
    """Return the diagnostic for a file that requires a package that is not installed.

    It is only a remark for the languages that not every project uses.
    """
    return Diagnostic(
        "EPF704",
        f"linting this file requires the package `{error.package}`, which is not installed.",
        Span(0, 0),
        Severity.ERROR if error.extra == "lint" else Severity.INFO,
        hint=f"pip install 'epfilter[{error.extra}]'",
    )
