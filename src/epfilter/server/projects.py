"""The linter of each file, by the configuration nearest to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from epfilter.errors import Diagnostic, FilterError
from epfilter.linter.extractors import NeedsExtraError, find_kind_of_language
from epfilter.linter.files import (
    MANIFESTS,
    Configuration,
    FileFinding,
    FileLinter,
    FileReport,
    find_configuration,
    find_targets,
)
from epfilter.server.open_file import OpenFile

WATCHED_NAMES = ("epfilter.toml", ".gitignore", *MANIFESTS)
"""Files that decide how other files are linted."""

_ENDINGS = {
    "epfilter": ".filter",
    "javascriptreact": ".jsx",
    "markdown": ".md",
    "shellscript": ".sh",
    "typescriptreact": ".tsx",
}
"""Names of languages in the protocol that the linter does not have."""


class Projects:
    """The configurations of folders; `report` receives a message for each invalid one."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._linters: dict[Path, FileLinter] = {}
        self._reported: set[str] = set()

    def reload(self) -> None:
        """Read all configurations again when they are needed."""
        self._linters.clear()
        self._reported.clear()

    def depends_on(self, path: Path) -> bool:
        """Return whether the content of a file decides how other files are linted."""
        if path.name in WATCHED_NAMES:
            return True
        configurations = [linter.configuration for linter in self._linters.values()]
        return any(
            path == each.root / name
            for each in configurations
            for name in (*each.declarations, each.baseline)
            if name is not None
        )

    def open(self, text: str, path: Path, language: str = "") -> OpenFile:
        """Return a file with its linter; `language` decides where its name has no known ending."""
        linter = self.find_linter(path.parent)
        if linter.find_kind(path) is None:
            kind = find_kind_of_language(language)
            ending = _ENDINGS.get(language) or (kind.endings[0] if kind else "")
            path = path.with_name(path.name + ending)
        return OpenFile(text, path, linter, self._is_excluded(path, linter.configuration))

    def find_linter(self, folder: Path) -> FileLinter:
        """Return the linter of a folder, with the default where its configuration is invalid."""
        linter = self._linters.get(folder)
        if linter is None:
            try:
                linter = FileLinter(find_configuration(folder))
            except FilterError as error:
                self._report_once(f"epfilter: {error}")
                linter = FileLinter(Configuration(root=folder))
            self._linters[folder] = linter
        return linter

    def list_findings(self, file: OpenFile) -> list[Diagnostic]:
        """Return the findings of a file, without those that its project accepts."""
        return [] if file.is_excluded else self._subtract_baseline(file, file.lint().diagnostics)

    def follow_findings(self, file: OpenFile) -> list[Diagnostic] | None:
        """Return the findings after what was typed in a filter, or None where it must be linted."""
        found = None if file.is_excluded else file.follow()
        return found and self._subtract_baseline(file, found)

    def _subtract_baseline(
        self, file: OpenFile, diagnostics: Sequence[Diagnostic]
    ) -> list[Diagnostic]:
        try:
            baseline = file.linter.configuration.read_baseline()
        except FilterError as error:
            self._report_once(f"epfilter: {error}")
            baseline = None
        if baseline is None:
            return [*diagnostics]
        lines = file.document.lines
        findings = tuple(FileFinding.of(found, lines) for found in diagnostics)
        reports = baseline.subtract([FileReport(file.path.as_posix(), findings)])
        return [finding.diagnostic for report in reports for finding in report.findings]

    def _is_excluded(self, path: Path, configuration: Configuration) -> bool:
        try:
            return not find_targets([path], configuration, force_exclude=True)
        except NeedsExtraError:
            return False

    def _report_once(self, message: str) -> None:
        if message not in self._reported:
            self._reported.add(message)
            self._report(message)
