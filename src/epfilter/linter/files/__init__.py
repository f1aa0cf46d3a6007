"""Linting of files: discovery, configuration, reports, and writing fixes back.

This is the entry for other packages. A name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_accessors as _make_accessors

if TYPE_CHECKING:
    from epfilter.linter.files.baseline import Baseline
    from epfilter.linter.files.configuration import Configuration, require_configuration
    from epfilter.linter.files.configuration_file import find_configuration, read_configuration
    from epfilter.linter.files.discovery import Target, find_targets
    from epfilter.linter.files.document import Document, DocumentError, LineIndex
    from epfilter.linter.files.file_diagnostics import describe_ending, diagnose_failure
    from epfilter.linter.files.file_linter import FileLinter, FileResult
    from epfilter.linter.files.filter_diagnostics import LintedFilter
    from epfilter.linter.files.paths import is_folder
    from epfilter.linter.files.projects import MANIFESTS
    from epfilter.linter.files.report import FileFilter, FileFinding, FileReport, hash_text
    from epfilter.linter.files.rewriting import fix_filters, format_filters
    from epfilter.linter.files.runner import Change, Run

_MODULES = {
    "Baseline": "baseline",
    "Change": "runner",
    "Configuration": "configuration",
    "Document": "document",
    "DocumentError": "document",
    "FileFilter": "report",
    "FileFinding": "report",
    "FileLinter": "file_linter",
    "FileReport": "report",
    "FileResult": "file_linter",
    "LineIndex": "document",
    "LintedFilter": "filter_diagnostics",
    "MANIFESTS": "projects",
    "Run": "runner",
    "Target": "discovery",
    "describe_ending": "file_diagnostics",
    "diagnose_failure": "file_diagnostics",
    "find_configuration": "configuration_file",
    "find_targets": "discovery",
    "fix_filters": "rewriting",
    "format_filters": "rewriting",
    "hash_text": "report",
    "is_folder": "paths",
    "read_configuration": "configuration_file",
    "require_configuration": "configuration",
}

__all__ = [
    "MANIFESTS",
    "Baseline",
    "Change",
    "Configuration",
    "Document",
    "DocumentError",
    "FileFilter",
    "FileFinding",
    "FileLinter",
    "FileReport",
    "FileResult",
    "LineIndex",
    "LintedFilter",
    "Run",
    "Target",
    "describe_ending",
    "diagnose_failure",
    "find_configuration",
    "find_targets",
    "fix_filters",
    "format_filters",
    "hash_text",
    "is_folder",
    "read_configuration",
    "require_configuration",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = _make_accessors(__name__, _MODULES)
