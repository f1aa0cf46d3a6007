"""The diagnostics of all files in the folders of a client, also of those that are not open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types
from pygls.uris import from_fs_path

from epfilter.linter.extractors import NeedsExtraError
from epfilter.linter.files import Document, DocumentError, FileLinter, Target, find_targets
from epfilter.server.session import Session, identify

_Report = (
    types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport
)


class _Linted(NamedTuple):
    """The diagnostics of a file on disk, which hold while the file and its linter are the same."""

    size: int
    changed: int
    linter: FileLinter
    diagnostics: list[types.Diagnostic]


class WorkspaceDiagnostics:
    """Reports the diagnostics of a workspace, each time that something changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._linted: dict[Path, _Linted] = {}
        self._is_first = True

    async def report(self, known: Mapping[str, str]) -> types.WorkspaceDiagnosticReport:
        """Return the diagnostics of all files; `known` maps URIs to the ids of earlier results.

        A later request waits until the diagnostics of a file are others.
        """
        while True:
            self._session.changed.clear()
            found = await self._diagnose_all()
            reports = [*_compare(found, known)]
            is_new = any(report.kind == "full" for report in reports)
            if is_new or self._is_first:
                self._is_first = False
                return types.WorkspaceDiagnosticReport(reports)
            await self._session.changed.wait()

    async def _diagnose_all(self) -> dict[str, list[types.Diagnostic]]:
        """Return the diagnostics of each file by its URI; an open file has the text of the client.

        Each file is a task of its own for the worker, so that requests for open files go first,
        and a request that is cancelled ends.
        """
        session = self._session
        found: dict[str, list[types.Diagnostic]] = {}
        opened = {file.path: uri for uri, file in session.open_files.items()}
        for target in await session.work(self._list_targets):
            uri = opened.get(target.path)
            if uri is None:
                shown = from_fs_path(str(target.path)) or ""
                found[shown] = await session.work(self._diagnose_file, target.path)
            else:
                found[uri] = await session.diagnose(session.get_file(uri))
        return found

    def _list_targets(self) -> list[Target]:
        folders = [
            self._session.path_of(folder.uri) for folder in self._session.workspace.folders.values()
        ]
        targets: dict[Path, Target] = {}
        for folder in folders:
            configuration = self._session.projects.find_linter(folder).configuration
            try:
                found = find_targets([folder], configuration)
            except NeedsExtraError:
                continue
            targets.update((target.path, target) for target in found if target.problem is None)
        return [*targets.values()]

    def _diagnose_file(self, path: Path) -> list[types.Diagnostic]:
        session = self._session
        linter = session.projects.find_linter(path.parent)
        try:
            status = path.stat()
            last = self._linted.get(path)
            signature = status.st_size, status.st_mtime_ns, linter
            if last is None or last[:3] != signature:
                text = Document.read(path).text
                diagnostics = session.diagnose_now(session.projects.open(text, path))
                last = self._linted[path] = _Linted(*signature, diagnostics)
        except (OSError, DocumentError):
            return []
        return last.diagnostics


def _compare(
    found: Mapping[str, list[types.Diagnostic]], known: Mapping[str, str]
) -> Iterator[_Report]:
    """Yield the results that have diagnostics, or had some; those that are known without them."""
    for uri in dict.fromkeys((*found, *known)):
        diagnostics = found.get(uri, [])
        result_id = identify(diagnostics)
        if known.get(uri) == result_id:
            yield types.WorkspaceUnchangedDocumentDiagnosticReport(uri, result_id)
        elif diagnostics or uri in known:
            yield types.WorkspaceFullDocumentDiagnosticReport(uri, diagnostics, result_id=result_id)
