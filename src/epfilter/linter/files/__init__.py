"""Linting of files: discovery, configuration, reports, and writing fixes back.

This is the entry for other packages. A name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from epfilter.lazy import make_getattr as _make_getattr

if TYPE_CHECKING:
    from epfilter.linter.files.baseline import Baseline
    from epfilter.linter.files.configuration import Configuration, require_configuration
    from epfilter.linter.files.configuration_file import find_configuration, read_configuration
    from epfilter.linter.files.discovery import Target, find_targets
    from epfilter.linter.files.document import LineIndex
    from epfilter.linter.files.file_diagnostics import describe_ending
    from epfilter.linter.files.paths import is_folder
    from epfilter.linter.files.report import FileFinding, FileReport, hash_text
    from epfilter.linter.files.runner import Change, Run

__all__ = [
    "Baseline",
    "Change",
    "Configuration",
    "FileFinding",
    "FileReport",
    "LineIndex",
    "Run",
    "Target",
    "describe_ending",
    "find_configuration",
    "find_targets",
    "hash_text",
    "is_folder",
    "read_configuration",
    "require_configuration",
]

_MODULES = {
    "Baseline": "baseline",
    "Change": "runner",
    "Configuration": "configuration",
    "FileFinding": "report",
    "FileReport": "report",
    "LineIndex": "document",
    "Run": "runner",
    "Target": "discovery",
    "describe_ending": "file_diagnostics",
    "find_configuration": "configuration_file",
    "find_targets": "discovery",
    "hash_text": "report",
    "is_folder": "paths",
    "read_configuration": "configuration_file",
    "require_configuration": "configuration",
}

if not TYPE_CHECKING:
    __getattr__ = _make_getattr(__name__, _MODULES)
